"""When the car leaves, as other entities tell it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant, State
import pytest

from custom_components.victron_openevse.departure_source import hours_left

ZONE = "Europe/Amsterdam"
NOW = datetime(2026, 11, 22, 22, 0, tzinfo=ZoneInfo(ZONE))
TOMORROW = datetime(2026, 11, 23, 7, 30, tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("entity_id", "state", "attributes", "hours"),
    [
        pytest.param("schedule.car", "off", {"next_event": TOMORROW}, 9.5, id="schedule"),
        pytest.param("schedule.car", "on", {"next_event": TOMORROW}, None, id="away by schedule"),
        pytest.param("schedule.car", "off", {"next_event": None}, None, id="empty schedule"),
        pytest.param(
            "calendar.car", "off", {"start_time": "2026-11-23 07:30:00"}, 9.5, id="next event"
        ),
        pytest.param(
            "calendar.car", "on", {"start_time": "2026-11-22 21:00:00"}, None, id="on the road"
        ),
        pytest.param("calendar.car", "off", {}, None, id="empty calendar"),
        pytest.param("input_datetime.car", "07:30:00", {}, 9.5, id="time of day"),
        pytest.param("input_datetime.car", "21:00:00", {}, 23.0, id="time of day, tomorrow"),
        pytest.param("input_datetime.car", "2026-11-23 07:30:00", {}, 9.5, id="day and time"),
        pytest.param("input_datetime.car", "2026-11-22 07:30:00", {}, None, id="in the past"),
        pytest.param("time.car", "07:30:00", {}, 9.5, id="time entity"),
        pytest.param("datetime.car", "2026-11-23T06:30:00+00:00", {}, 9.5, id="datetime entity"),
        pytest.param("sensor.alarm", "2026-11-23T06:30:00+00:00", {}, 9.5, id="alarm clock"),
        pytest.param("sensor.alarm", "soon", {}, None, id="words"),
        pytest.param("light.car", "07:30:00", {}, None, id="another kind of entity"),
    ],
)
async def test_hours_left(
    hass: HomeAssistant,
    entity_id: str,
    state: str,
    attributes: dict[str, Any],
    hours: float | None,
) -> None:
    await hass.config.async_set_time_zone(ZONE)
    assert hours_left(State(entity_id, state, attributes), NOW) == hours
