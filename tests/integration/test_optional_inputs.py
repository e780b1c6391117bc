"""What other integrations tell reaches the law, and nothing else does."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from types import ModuleType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    async_fire_time_changed,
    mock_integration,
    mock_platform,
)

from custom_components.victron_openevse.control.model import (
    NO_TARGET_PCT,
    Prices,
    Priority,
    Readings,
)
from custom_components.victron_openevse.daylight import Daylight
from custom_components.victron_openevse.departure import Departure
from custom_components.victron_openevse.entity_refs import remember
from custom_components.victron_openevse.optional_inputs import OptionalInputs
from custom_components.victron_openevse.sun_forecast import async_find_forecasts

from .conftest import CHARGER_ID, Clock, Gx, Start
from .test_loop import state

PRICE = {"unit_of_measurement": "EUR/kWh"}
NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)


def set_options(hass: HomeAssistant, entry: MockConfigEntry, **options: Any) -> None:
    """Choose inputs of the site before it is set up."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options=options)


def set_car(hass: HomeAssistant, entry: MockConfigEntry, **chosen: str) -> None:
    """Choose inputs of the charger before it is set up."""
    entry.add_to_hass(hass)
    subentry = entry.subentries[CHARGER_ID]
    hass.config_entries.async_update_subentry(entry, subentry, data={**subentry.data, **chosen})


type Make = Callable[[], OptionalInputs]


@pytest.fixture
def make(hass: HomeAssistant, entry: MockConfigEntry) -> Iterator[Make]:
    """Give a function that makes the inputs alone: with a broker the clock cannot stand still."""
    made: list[OptionalInputs] = []

    def make() -> OptionalInputs:
        inputs = OptionalInputs(hass, entry, Daylight(hass))
        inputs.start()
        made.append(inputs)
        return inputs

    yield make
    for inputs in made:
        inputs.stop()


async def decided(clock: Clock, entry: MockConfigEntry) -> Readings:
    """Let a decision be made, and give what it was made of."""
    await clock.advance(6)
    readings: Readings = entry.runtime_data.data.readings
    return readings


async def test_prices_reach_the_law(
    hass: HomeAssistant, clock: Clock, start: Start, entry: MockConfigEntry
) -> None:
    set_options(hass, entry, import_price="sensor.buy", export_price="sensor.sell")
    await start()
    assert (await decided(clock, entry)).prices is None
    hass.states.async_set("sensor.buy", "0.30", PRICE)
    assert (await decided(clock, entry)).prices == Prices(0.30, None)
    hass.states.async_set("sensor.sell", "8", {"unit_of_measurement": "ct/kWh"})
    assert (await decided(clock, entry)).prices == Prices(0.30, 0.08)
    hass.states.async_set("sensor.buy", "unavailable")
    assert (await decided(clock, entry)).prices is None


async def test_a_renamed_entity_is_followed_and_a_removed_one_is_missed(
    hass: HomeAssistant,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    entity_registry.async_get_or_create("sensor", "tariff", "buy", suggested_object_id="buy")
    reference = remember(hass, "sensor.buy")
    assert "." not in reference
    set_options(hass, entry, import_price=reference)
    hass.states.async_set("sensor.buy", "0.30", PRICE)
    await start()
    inputs = entry.runtime_data.inputs
    assert (await decided(clock, entry)).prices == Prices(0.30)
    entity_registry.async_update_entity("sensor.buy", new_entity_id="sensor.tariff")
    hass.states.async_remove("sensor.buy")
    hass.states.async_set("sensor.tariff", "0.31", PRICE)
    assert (await decided(clock, entry)).prices == Prices(0.31)
    assert inputs.missing() == ()
    entity_registry.async_remove("sensor.tariff")
    hass.states.async_remove("sensor.tariff")
    assert (await decided(clock, entry)).prices is None
    assert inputs.missing() == ("import_price",)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        pytest.param("63.5", {CHARGER_ID: 63.5}, id="level"),
        pytest.param("0", {CHARGER_ID: 0.0}, id="empty car"),
        pytest.param("101", {}, id="more than full"),
        pytest.param("-1", {}, id="less than empty"),
        pytest.param("nan", {}, id="no number"),
        pytest.param("full", {}, id="words"),
        pytest.param("unknown", {}, id="asleep"),
    ],
)
async def test_the_cars_level(
    hass: HomeAssistant,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    value: str,
    level: dict[str, float],
) -> None:
    set_car(hass, entry, vehicle_soc="sensor.car")
    hass.states.async_set("sensor.car", value)
    await start()
    assert (await decided(clock, entry)).vehicle_soc_pct == level


async def test_an_odd_departure_does_not_stop_the_law(
    hass: HomeAssistant,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Many services tell year 1 for "none", which no time zone east of Greenwich can hold."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    set_car(hass, entry, departure_source="sensor.leave")
    hass.states.async_set("sensor.leave", "0001-01-01T00:00:00")
    await start()
    for _ in range(3):
        assert (await decided(clock, entry)).hours_to_departure == {}
    assert "no decision" not in caplog.text
    assert caplog.text.count("sensor.leave says nothing that can be used") == 1


async def test_a_target_ends_with_the_entity_that_told_the_level(
    hass: HomeAssistant,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    set_car(hass, entry, vehicle_soc="sensor.car")
    hass.states.async_set("sensor.car", "85")
    await start()
    number = "number.garage_target_soc"
    await hass.services.async_call(
        "number", "set_value", {"entity_id": number, "value": 80}, blocking=True
    )
    await decided(clock, entry)
    subentry = entry.subentries[CHARGER_ID]
    data = {key: value for key, value in subentry.data.items() if key != "vehicle_soc"}
    hass.config_entries.async_update_subentry(entry, subentry, data=data)
    await hass.async_block_till_done()
    assert entry.runtime_data.settings.chargers[CHARGER_ID].target_soc_pct == NO_TARGET_PCT
    assert entity_registry.async_get(number) is None


async def test_a_departure_entity_overrides_the_chargers_own_time(
    hass: HomeAssistant, make: Make, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)
    set_car(hass, entry, departure_source="input_datetime.car")
    own = {CHARGER_ID: Departure(at=time(14), planned=True)}
    inputs = make()
    assert inputs.hours_to_departure(own) == {}
    hass.states.async_set("input_datetime.car", "18:00:00")
    assert inputs.hours_to_departure(own) == {CHARGER_ID: 6.0}
    hass.states.async_set("input_datetime.car", "unavailable")
    assert inputs.hours_to_departure(own) == {}


async def test_without_an_entity_the_chargers_own_departure_holds(
    hass: HomeAssistant, make: Make, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)
    entry.add_to_hass(hass)
    own = {CHARGER_ID: Departure(at=time(14), planned=True)}
    assert make().hours_to_departure(own) == {CHARGER_ID: 2.0}


async def test_the_priority_prices_is_offered_with_prices_only(
    hass: HomeAssistant, gx: Gx, clock: Clock, start: Start, entry: MockConfigEntry
) -> None:
    await start()
    priority = hass.states.get("select.cerbo_gx_priority")
    assert priority is not None
    assert priority.attributes["options"] == ["car_first", "balanced", "house_first"]
    entry.runtime_data.set_site(priority=Priority.PRICES)
    await clock.advance(6)
    assert state(hass, "select.cerbo_gx_priority") == "balanced"
    hass.config_entries.async_update_entry(entry, options={"import_price": "sensor.buy"})
    await hass.async_block_till_done()
    await clock.advance(6)
    priority = hass.states.get("select.cerbo_gx_priority")
    assert priority is not None
    assert "prices" in priority.attributes["options"]
    assert priority.state == "prices"


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
