"""The Energy dashboard and statistics take the charger's energy as it is, without templates."""

from datetime import datetime
from typing import Any, Final
from unittest.mock import MagicMock

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.recorder.statistics import (
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from .conftest import Charger, Clock, Gx, Start
from .test_loop import state
from .test_trigger import begin

TOTAL: Final = "sensor.garage_energy_total"
POWER: Final = "sensor.garage_charging_power"
ORIGINS: Final = tuple(f"sensor.garage_energy_{origin}" for origin in ("solar", "battery", "grid"))
SESSION: Final = "sensor.garage_session_energy"
EXPORTED: Final = "sensor.cerbo_gx_energy_exported"


@pytest.fixture(autouse=True)
def _our_integration(recorder_mock: MagicMock, enable_custom_integrations: None) -> None:
    """Let Home Assistant load custom integrations; the recorder has to come first."""


async def charge(hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start) -> None:
    """Charge 0.8 kWh, half from the sun and half from the battery."""
    await begin(charger, gx, clock, start)
    charger.say(power="2300", amp="10000")
    gx.values |= {
        "system/0/Dc/Pv/Power": 1650.0,
        "system/0/Ac/Consumption/L1/Power": 2800.0,
        "system/0/Ac/Grid/L1/Power": 0.0,
        "system/0/Dc/Battery/Power": -1150.0,
    }
    await clock.advance(10, gx.say_all)
    charger.say(total_energy="100.8", session_energy="800")
    await clock.advance(10, gx.say_all)
    await hass.async_block_till_done()


async def test_the_dashboard_accepts_the_charger(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    begin_at = period_start()
    assert await async_setup_component(hass, "energy", {})
    await charge(hass, gx, charger, clock, start)
    await async_wait_recording_done(hass)
    compile_since(hass, begin_at)
    await async_wait_recording_done(hass)
    manager = await async_get_manager(hass)
    await manager.async_update(
        {
            "energy_sources": [],
            "device_consumption": [
                {"stat_consumption": TOTAL, "stat_rate": POWER},
                {"stat_consumption": ORIGINS[0], "included_in_stat": TOTAL},
                {"stat_consumption": ORIGINS[1], "included_in_stat": TOTAL},
                {"stat_consumption": ORIGINS[2], "included_in_stat": TOTAL},
                {"stat_consumption": SESSION},
                {"stat_consumption": EXPORTED},
            ],
        }
    )
    found = (await async_validate(hass)).as_dict()
    assert found["device_consumption"] == [[]] * 6


async def test_statistics_give_the_day(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    """The change of each counter is the day's share: no entity for days is needed."""
    begin_at = period_start()
    await charge(hass, gx, charger, clock, start)
    await async_wait_recording_done(hass)
    compile_since(hass, begin_at)
    await async_wait_recording_done(hass)
    known = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    units = {item["statistic_id"]: item["statistics_unit_of_measurement"] for item in known}
    wanted = (TOTAL, *ORIGINS)
    assert {units[item] for item in wanted} == {"kWh"}
    assert units[POWER] == "W"

    def read() -> dict[str, Any]:
        return statistics_during_period(
            hass, begin_at, None, set(wanted), "5minute", None, {"change", "state"}
        )

    rows = await get_instance(hass).async_add_executor_job(read)
    change = {item: sum(row["change"] for row in rows[item]) for item in wanted}
    assert change[TOTAL] == pytest.approx(0.8, abs=0.01)
    assert change[ORIGINS[0]] == pytest.approx(0.4, abs=0.05)
    assert change[ORIGINS[1]] == pytest.approx(0.4, abs=0.05)
    assert sum(change[item] for item in ORIGINS) == pytest.approx(change[TOTAL], abs=0.02)


def period_start() -> datetime:
    """Give the beginning of the running five minutes."""
    now = dt_util.utcnow()
    return now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)


def compile_since(hass: HomeAssistant, begin_at: datetime) -> None:
    """Make the statistics of the test, which may have lived in two periods."""
    for period_at in sorted({begin_at, period_start()}):
        do_adhoc_statistics(hass, start=period_at)


async def test_the_running_session_tells_its_origins(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    await charge(hass, gx, charger, clock, start)
    await clock.advance(60, gx.say_all)
    session = hass.states.get(SESSION)
    assert session is not None
    origins = [session.attributes[key] for key in ("solar_kwh", "battery_kwh", "grid_kwh")]
    assert sum(origins) == pytest.approx(float(session.state), abs=0.02)
    assert origins[0] > 0.3
    assert state(hass, TOTAL) == session.state
