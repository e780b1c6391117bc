"""Brings any forecast of PV energy into one shape: kWh of each coming hour, counted from now.

Forecast services tell periods of a quarter to a whole hour that begin at round times; what a period
brings is taken as spread evenly over it. An entity tells only what is left of today; that is spread
over the hours until sunset like the sun of a clear day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, cos, inf, isfinite, pi
from typing import Any, Final

from homeassistant.util import dt as dt_util

HOUR_S: Final = 3600.0

HORIZON_H: Final = 48
"""Services tell today and tomorrow; nobody plans a charge further ahead."""

WH_PER_KWH: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Period:
    """PV energy between two moments (seconds since 1970)."""

    start_s: float
    end_s: float
    kwh: float


def read_periods(wh_hours: object) -> tuple[Period, ...]:
    """Read `wh_hours` of Home Assistant's solar forecast platform: start of a period -> Wh.

    A period lasts until the next one begins, at most an hour. What cannot be read is left out.
    """
    if not isinstance(wh_hours, Mapping):
        return ()
    starts = sorted(
        (start_s, float(energy_wh))
        for moment, energy_wh in wh_hours.items()
        if (start_s := _seconds(moment)) is not None and _is_energy(energy_wh)
    )
    return tuple(
        Period(start_s, min(end_s, start_s + HOUR_S), energy_wh / WH_PER_KWH)
        for (start_s, energy_wh), (end_s, _) in pairwise([*starts, (inf, 0.0)])
        if end_s > start_s
    )


def hourly_kwh(periods: tuple[Period, ...], now_s: float) -> tuple[float, ...]:
    """Energy in now..+1 h, +1..+2 h and so on, kWh; empty when nothing is told of the future."""
    last_s = max((period.end_s for period in periods), default=now_s)
    hours = [0.0] * max(0, min(HORIZON_H, ceil((last_s - now_s) / HOUR_S)))
    for period in periods:
        kwh_per_s = period.kwh / (period.end_s - period.start_s)
        first = max(0, int((period.start_s - now_s) // HOUR_S))
        for hour in range(first, len(hours)):
            begins_s = now_s + hour * HOUR_S
            shared_s = min(period.end_s, begins_s + HOUR_S) - max(period.start_s, begins_s)
            if shared_s <= 0.0:
                break
            hours[hour] += kwh_per_s * shared_s
    return tuple(hours)


def spread_over_day(kwh: float, hours_to_sunset: float, day_length_h: float) -> tuple[float, ...]:
    """Spread what is left of today over the hours until sunset, like a clear day's half sine."""
    left = _still_to_come(hours_to_sunset, day_length_h)
    if left <= 0.0:
        return ()
    edges = [
        _still_to_come(hours_to_sunset - hour, day_length_h)
        for hour in range(ceil(hours_to_sunset) + 1)
    ]
    return tuple(kwh * (begin - end) / left for begin, end in pairwise(edges))


def _still_to_come(hours_to_sunset: float, day_length_h: float) -> float:
    """Part of a clear day's sun, 0..1, that comes in the last `hours_to_sunset`."""
    part = min(1.0, max(0.0, hours_to_sunset / day_length_h))
    return (1.0 - cos(pi * part)) / 2.0


def _seconds(moment: object) -> float | None:
    """Read the start of a period; one without a time zone means Home Assistant's."""
    read = dt_util.parse_datetime(moment) if isinstance(moment, str) else None
    if read is None:
        return None
    return dt_util.as_utc(read).timestamp()


def _is_energy(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and isfinite(value) and value >= 0
