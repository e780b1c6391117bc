"""Reads from an entity when a car leaves.

A schedule turns on when the car leaves, and is on while it is away. In a calendar the car leaves at the
start of the next event. Helpers and sensors tell a moment, or a time of day that holds for every day.
While the car is away by its schedule or calendar, nobody knows the next departure.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from types import MappingProxyType
from typing import Final

from homeassistant.const import STATE_OFF
from homeassistant.core import State
from homeassistant.util import dt as dt_util

from .const import HOUR
from .departure import Departure


def hours_left(state: State, now: datetime) -> float | None:
    """Hours from `now` (local time) until the departure that `state` tells, > 0; None = none."""
    read = _READERS.get(state.domain)
    moment = None if read is None else read(state)
    if isinstance(moment, time):
        return Departure(at=moment, planned=True).hours_left(now)
    if moment is None:
        return None
    hours = (dt_util.as_utc(moment) - dt_util.as_utc(now)) / HOUR
    return hours if hours > 0.0 else None


def _moment(value: object) -> datetime | None:
    """Read a moment; one without a time zone means Home Assistant's."""
    moment = dt_util.parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt_util.get_default_time_zone())


def _schedule(state: State) -> datetime | None:
    return _moment(state.attributes.get("next_event")) if state.state == STATE_OFF else None


def _calendar(state: State) -> datetime | None:
    return _moment(state.attributes.get("start_time")) if state.state == STATE_OFF else None


def _time_or_moment(state: State) -> datetime | time | None:
    at = dt_util.parse_time(state.state)
    return _moment(state.state) if at is None else at


_READERS: Final[Mapping[str, Callable[[State], datetime | time | None]]] = MappingProxyType(
    {
        "schedule": _schedule,
        "calendar": _calendar,
        "input_datetime": _time_or_moment,
        "time": _time_or_moment,
        "datetime": lambda state: _moment(state.state),
        "sensor": lambda state: _moment(state.state),
    }
)

DOMAINS: Final = tuple(_READERS)
"""Kinds of entities that can tell a departure."""
