"""A sun forecast of another integration reaches the law."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    async_fire_time_changed,
    mock_integration,
    mock_platform,
)

from custom_components.victron_openevse.sun_forecast import async_find_forecasts

from .test_optional_inputs import NOON, Make, make, set_options

__all__ = ["make"]


# Forecasts


class Forecaster:
    """An integration that offers forecasts."""

    def __init__(self, hass: HomeAssistant, domain: str = "sunny") -> None:
        self.wh_hours: Any = {
            (NOON + timedelta(hours=hour)).isoformat(): 1000.0 + hour for hour in range(4)
        }
        self.error: Exception | None = None
        self.asked = 0
        mock_integration(hass, MockModule(domain), built_in=False)
        mock_platform(hass, f"{domain}.energy", self.platform(), built_in=False)
        self.entry = MockConfigEntry(domain=domain, title="Roof", state=ConfigEntryState.LOADED)
        self.entry.add_to_hass(hass)

    def platform(self) -> ModuleType:
        """Give the module that Home Assistant's energy dashboard would find."""
        module = ModuleType("energy")
        setattr(module, "async_get_solar_forecast", self.ask)  # noqa: B010 - modules are untyped
        return module

    async def ask(self, hass: HomeAssistant, entry_id: str) -> Any:
        """Answer as forecast integrations do."""
        self.asked += 1
        if self.error is not None:
            raise self.error
        return None if self.wh_hours is None else {"wh_hours": self.wh_hours}


@pytest.fixture
def forecaster(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Forecaster:
    """Give an integration with a forecast, at noon."""
    freezer.move_to(NOON)
    return Forecaster(hass)


type Later = Callable[[float], Any]


@pytest.fixture
def later(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Later:
    """Give a function that lets wall time pass, and its timers fire, without any decision."""

    async def later(minutes: float) -> None:
        freezer.tick(timedelta(minutes=minutes))
        async_fire_time_changed(hass, dt_util.utcnow())
        await hass.async_block_till_done(wait_background_tasks=True)

    return later


async def test_a_forecast_is_counted_from_now(
    hass: HomeAssistant,
    forecaster: Forecaster,
    later: Later,
    make: Make,
    entry: MockConfigEntry,
) -> None:
    set_options(hass, entry, sun_forecasts=[forecaster.entry.entry_id])
    inputs = make()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert inputs.sun_forecast_kwh() == pytest.approx([1.0, 1.001, 1.002, 1.003])
    await later(30)
    assert inputs.sun_forecast_kwh() == pytest.approx([1.0005, 1.0015, 1.0025, 0.5015])


async def test_a_forecast_is_asked_each_quarter_of_an_hour(
    hass: HomeAssistant,
    forecaster: Forecaster,
    later: Later,
    make: Make,
    entry: MockConfigEntry,
) -> None:
    set_options(hass, entry, sun_forecasts=[forecaster.entry.entry_id])
    make()
    await hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(14):
        await later(1)
    assert forecaster.asked == 1
    await later(1.1)
    assert forecaster.asked == 2


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        pytest.param(RuntimeError("no route"), None, id="it raises"),
        pytest.param(None, None, id="it has none"),
        pytest.param(None, {}, id="it is empty"),
    ],
)
async def test_a_lost_forecast_is_kept_for_three_hours(
    hass: HomeAssistant,
    forecaster: Forecaster,
    later: Later,
    make: Make,
    entry: MockConfigEntry,
    error: Exception | None,
    answer: Any,
) -> None:
    set_options(hass, entry, sun_forecasts=[forecaster.entry.entry_id])
    inputs = make()
    await hass.async_block_till_done(wait_background_tasks=True)
    forecaster.error, forecaster.wh_hours = error, answer
    for _ in range(11):
        await later(16)
    assert len(inputs.sun_forecast_kwh()) == 2
    await later(5)
    assert inputs.sun_forecast_kwh() == ()


async def test_half_of_two_forecasts_is_none(
    hass: HomeAssistant,
    forecaster: Forecaster,
    later: Later,
    make: Make,
    entry: MockConfigEntry,
) -> None:
    other = Forecaster(hass, "cloudy")
    other.entry.mock_state(hass, ConfigEntryState.SETUP_RETRY)
    ids = [forecaster.entry.entry_id, other.entry.entry_id]
    set_options(hass, entry, sun_forecasts=ids)
    inputs = make()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert inputs.sun_forecast_kwh() == ()
    other.entry.mock_state(hass, ConfigEntryState.LOADED)
    await later(1.1)
    assert inputs.sun_forecast_kwh()[0] == pytest.approx(2.0, abs=0.01)
    assert inputs.missing() == ()
    await hass.config_entries.async_remove(other.entry.entry_id)
    assert inputs.missing() == ("sun_forecasts",)


async def test_only_integrations_with_a_forecast_are_offered(
    hass: HomeAssistant, forecaster: Forecaster, entry: MockConfigEntry
) -> None:
    mock_integration(hass, MockModule("dark"), built_in=False)
    mock_platform(hass, "dark.energy", ModuleType("energy"), built_in=False)
    MockConfigEntry(domain="dark").add_to_hass(hass)
    MockConfigEntry(domain="no_such_integration").add_to_hass(hass)
    entry.add_to_hass(hass)
    assert await async_find_forecasts(hass) == {forecaster.entry.entry_id: "Roof"}


@pytest.mark.parametrize(
    ("moment", "value", "unit", "total_kwh"),
    [
        pytest.param(NOON, "8.5", "kWh", 8.5, id="noon"),
        pytest.param(NOON, "8500", "Wh", 8.5, id="in Wh"),
        pytest.param(NOON, "8.5", None, 8.5, id="without a unit"),
        pytest.param(NOON.replace(hour=2), "20", "kWh", 20.0, id="before sunrise"),
        pytest.param(NOON.replace(hour=22), "0", "kWh", 0.0, id="after sunset"),
        pytest.param(NOON, "8.5", "m³", 0.0, id="another unit"),
        pytest.param(NOON, "-1", "kWh", 0.0, id="negative"),
        pytest.param(NOON, "much", "kWh", 0.0, id="words"),
        pytest.param(NOON, "unavailable", "kWh", 0.0, id="silent"),
    ],
)
async def test_energy_left_today(
    hass: HomeAssistant,
    make: Make,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    moment: datetime,
    value: str,
    unit: str | None,
    total_kwh: float,
) -> None:
    await hass.config.async_update(latitude=51.5, longitude=0.0, time_zone="UTC")
    freezer.move_to(moment)
    hass.states.async_set("sensor.left", value, {"unit_of_measurement": unit} if unit else {})
    set_options(hass, entry, sun_forecast_entity="sensor.left")
    inputs = make()
    assert sum(inputs.sun_forecast_kwh()) == pytest.approx(total_kwh)
    freezer.tick(timedelta(hours=3))
    assert inputs.sun_forecast_kwh() == ()
