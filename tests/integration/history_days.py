"""Writes days into the recorder as if our entities had lived through them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import pi, sin
from typing import Any, Final
from unittest.mock import MagicMock

from homeassistant.components.recorder import CONF_COMMIT_INTERVAL, DEFAULT_COMMIT_INTERVAL
from homeassistant.components.recorder.tasks import CommitTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

STEP_S: Final = 600.0
"""Powers are written at least this often; all of them unchanged for half an hour count as a gap."""
PEAK_W: Final = 3500.0
HOUSE_W: Final = 350.0
CAR_W: Final = 1610.0
CAR_A: Final = 7
FROM_H: Final = 10.0
TO_H: Final = 15.0
"""When the car charged each day; it was there all the time."""
MORNING_H: Final = 1
"""What it is now; each hour of today takes its time to be written and replayed."""
NAMES: Final[Mapping[str, str]] = {
    "pv": "sensor.cerbo_gx_pv_power",
    "house": "sensor.cerbo_gx_house_power",
    "grid": "sensor.cerbo_gx_grid_power",
    "battery": "sensor.cerbo_gx_battery_power",
    "soc": "sensor.cerbo_gx_battery_soc",
    "reserve": "sensor.cerbo_gx_reserve",
    "surplus": "sensor.cerbo_gx_surplus",
    "curtailed": "binary_sensor.cerbo_gx_pv_curtailed",
    "connected": "binary_sensor.garage_vehicle_connected",
    "charging": "binary_sensor.garage_charging",
    "power": "sensor.garage_charging_power",
    "current": "sensor.garage_charging_current",
    "offered": "sensor.garage_offered_current",
    "total": "sensor.garage_energy_total",
    "solar": "sensor.garage_energy_solar",
    "status": "sensor.garage_status",
    "reason": "sensor.garage_reason",
}


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Many rows are committed at once, as outside of tests, where each is committed by itself."""
    return {CONF_COMMIT_INTERVAL: DEFAULT_COMMIT_INTERVAL}


@pytest.fixture(autouse=True)
async def _our_integration(
    recorder_mock: MagicMock, enable_custom_integrations: None, hass: HomeAssistant
) -> None:
    """Let Home Assistant load custom integrations, in the morning; the recorder has to come first."""
    await hass.config.async_set_time_zone(morning_zone())


def morning_zone() -> str:
    """Name a time zone in which the night is not over: before the car charges, whenever tests are run."""
    ahead_h = (MORNING_H - dt_util.utcnow().hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead_h:+d}"


def first_moment(days: int) -> datetime:
    """The beginning of the first recorded day."""
    return dt_util.start_of_local_day(dt_util.now().date() - timedelta(days=days))


async def async_write_days(hass: HomeAssistant, days: int) -> None:
    """Write `days` days and today so far."""
    write_days(hass, days)
    # Behind all rows: the commit Home Assistant's helper asks for is left out while the
    # recorder's thread has not come to the first of them.
    get_instance(hass).queue_task(CommitTask())
    await async_wait_recording_done(hass)


def write_days(hass: HomeAssistant, days: int) -> None:
    """Set the states of the days one after the other."""
    start = first_moment(days)
    now_s = dt_util.utcnow().timestamp()
    steps = int((now_s - start.timestamp()) // STEP_S)
    counter_kwh = 100.0
    # Otherwise what is written first would be no news where it is what the entity shows now.
    write(hass, start.timestamp() - 1.0, dict.fromkeys(NAMES, "unavailable"))
    for step in range(steps):
        # The recorder believes that nothing is older than itself: nothing holds at the start yet.
        at_s = start.timestamp() + step * STEP_S + 1.0
        hour = step * STEP_S / 3600.0
        values = moment(hour % 24.0, step)
        counter_kwh += values["power"] * STEP_S / 3.6e6
        write(hass, at_s, values | {"total": round(counter_kwh, 2)})


def moment(hour: float, step: int) -> dict[str, Any]:
    """What our entities showed at an hour of the day."""
    pv_w = max(0.0, PEAK_W * sin(pi * (hour - 6.0) / 12.0)) if 6.0 < hour < 18.0 else 0.0
    house_w = HOUSE_W + 20.0 * (step % 3)
    on = FROM_H <= hour < TO_H
    car_w = CAR_W if on else 0.0
    return {
        "pv": round(pv_w, -1),
        "house": house_w,
        "grid": 50.0,
        "battery": round(pv_w - house_w - car_w, -1),
        "soc": 60 + round(hour) % 5,
        "reserve": 40,
        "surplus": round(pv_w - house_w, -1),
        "curtailed": "on" if 12.0 <= hour < 13.0 else "off",
        "connected": "on",
        "charging": "on" if on else "off",
        "power": car_w,
        "current": CAR_A if on else 0.0,
        "offered": CAR_A if on else 0,
        "solar": 50.0,
        "status": "charging" if on else "waiting_for_sun",
        "reason": "following_surplus" if on else "waiting_for_surplus",
    }


def write(hass: HomeAssistant, at_s: float, values: Mapping[str, Any]) -> None:
    """Write states as of a past moment; an unchanged one makes no row."""
    for name, value in values.items():
        hass.states.async_set(NAMES[name], str(value), timestamp=at_s)
