"""When the car of each charger leaves, and how far away that is.

The owner sets a time of day; it holds for every day until it is changed or no longer planned. The law
is not told a time of day: it gets the hours left, as a reading. A time of day means Home Assistant's
time zone, so the night in which clocks change is an hour shorter or longer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from .const import DAY, HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """When one car leaves. Both parts are kept apart, so that a plan can rest for a while."""

    at: time | None = None
    """Time of day; None = never set."""
    planned: bool = False
    """Off: the law is not told."""

    def hours_left(self, now: datetime) -> float | None:
        """Hours until the next departure, > 0; None when there is none.

        `now` is in the time zone in which the departure is meant.
        """
        if self.at is None or not self.planned:
            return None
        today_h = _hours(self.at, now.date(), now)
        return today_h if today_h > 0.0 else _hours(self.at, now.date() + DAY, now)


def hours_to_departure(departures: Mapping[str, Departure], now: datetime) -> dict[str, float]:
    """Give the hours left of each charger that has a planned departure (`now`: local time)."""
    left = {key: departure.hours_left(now) for key, departure in departures.items()}
    return {key: hours for key, hours in left.items() if hours is not None}


def dump(departures: Mapping[str, Departure]) -> dict[str, Any]:
    """Give all departures as JSON-able data."""
    return {
        key: {
            "at": None if departure.at is None else departure.at.isoformat(),
            "planned": departure.planned,
        }
        for key, departure in departures.items()
    }


def load(data: object, charger_ids: Iterable[str]) -> tuple[dict[str, Departure], tuple[str, ...]]:
    """Rebuild the departures of `charger_ids` from `dump`'s data.

    Also names what was stored but cannot be used; its default stands instead. Chargers that are
    not (any more) there are dropped.
    """
    stored = data if isinstance(data, Mapping) else {}
    departures: dict[str, Departure] = {}
    rejected: tuple[str, ...] = ()
    for charger_id in charger_ids:
        departures[charger_id], bad = _load(stored.get(charger_id))
        rejected += bad
    return departures, rejected


def _hours(at: time, day: date, now: datetime) -> float:
    """Hours from `now` to `at` on `day`; in UTC, where no hour is skipped or told twice."""
    departure = datetime.combine(day, at, now.tzinfo)
    return (departure.astimezone(UTC) - now.astimezone(UTC)) / HOUR


def _load(data: object) -> tuple[Departure, tuple[str, ...]]:
    if not isinstance(data, Mapping):
        return Departure(), ()
    at, planned = _time(data.get("at")), data.get("planned", False)
    fits = {
        "departure": at is not None or data.get("at") is None,
        "departure_planned": isinstance(planned, bool),
    }
    rejected = tuple(name for name, fit in fits.items() if not fit)
    return Departure(at=at, planned=planned is True), rejected


def _time(value: object) -> time | None:
    """Read a time of day; None for anything else, also for one that brings its own time zone."""
    if not isinstance(value, str):
        return None
    try:
        at = time.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo is None else None
