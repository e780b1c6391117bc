"""Days that a user brings: CSV files `time,pv_w[,house_w]`.

The header stands in the first line. `time` is ISO 8601, local; a zone at its end is ignored. `pv_w`
is the array's power in W, `house_w` the load without the car; an empty field is no reading. Steps may
be up to 15 minutes; a longer one is a gap, bridged by a line up to `LONGEST_GAP_S` and an error
beyond that while the sun shines. A file may hold many days; each becomes 05:00 to 05:00, and where
the file ends at midnight the small hours are taken from the same date. Dates that begin or end in the
middle of the day are left out. An error names file and line.
"""

from collections.abc import Iterator
import csv
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby, pairwise
from math import isfinite
from pathlib import Path
from typing import Final

import numpy as np

from benchmark import cache
from benchmark.days import DAY_S, START_S, Brought

LONGEST_STEP_S: Final = 900.0
LONGEST_GAP_S: Final = 7200.0
"""The longest gap that a line may bridge by daylight."""
NIGHT_W: Final = 20.0
"""Below this an array counts as dark: it sets sunrise and sunset of a brought day."""
EDGE_SHARE: Final = 0.05
"""A date whose first or last reading exceeds this share of its peak is not there as a whole."""
STANDBY_W: Final = -100.0
"""Inverters draw a little at night: readings down to this count as no sun."""
HEADERS: Final = (["time", "pv_w"], ["time", "pv_w", "house_w"])


class DaysError(ValueError):
    """A file of days cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class OwnDay:
    """One day of a user's file."""

    sun: Brought
    house_w: tuple[float, ...] | None
    """Load of each second from 05:00; None where the file has none."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    at: datetime
    pv_w: float | None
    house_w: float | None

    @property
    def second(self) -> float:
        """Seconds since midnight of its date."""
        return (self.at - datetime.combine(self.at.date(), time(0))).total_seconds()


def read_folder(folder: Path) -> list[OwnDay]:
    """Return the days of all `*.csv` files of a folder; raise DaysError when there is none."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise DaysError(f"{folder}: no .csv files here")
    return [day for file in files for day in read_file(file)]


def read_file(path: Path) -> list[OwnDay]:
    """Return the days of a file; raise DaysError for anything unreadable."""
    rows = list(_rows(path))
    by_date = {on: list(group) for on, group in groupby(rows, key=lambda row: row.at.date())}
    _refuse_coarse(path, rows)
    made = [_day(path, on, by_date) for on, group in by_date.items() if _is_whole(group)]
    if not made:
        raise DaysError(f"{path}: no day with sun that is there from dawn to dusk")
    return made


def _rows(path: Path) -> Iterator[_Row]:
    """Yield the rows in order of time."""
    before: _Row | None = None
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = csv.reader(file)
        header = [name.strip() for name in next(lines, [])]
        if header not in HEADERS:
            raise DaysError(f"{path}, line 1: the header must be time,pv_w or time,pv_w,house_w")
        for fields in lines:
            if not any(field.strip() for field in fields):
                continue
            row = _row(path, lines.line_num, header, fields)
            if before is not None and row.at <= before.at:
                raise DaysError(
                    f"{path}, line {row.line}: {row.at} does not come after {before.at}"
                )
            before = row
            yield row


def _row(path: Path, line: int, header: list[str], fields: list[str]) -> _Row:
    if len(fields) != len(header):
        raise DaysError(f"{path}, line {line}: {len(fields)} fields instead of {len(header)}")
    try:
        at = datetime.fromisoformat(fields[0].strip()).replace(tzinfo=None)
    except ValueError:
        raise DaysError(f"{path}, line {line}: {fields[0]!r} is no ISO 8601 time") from None
    powers = [_power(path, line, *pair) for pair in zip(header[1:], fields[1:], strict=True)]
    return _Row(line, at, powers[0], powers[1] if len(powers) > 1 else None)


def _power(path: Path, line: int, name: str, text: str) -> float | None:
    """Read a power; an empty field is none."""
    if not text.strip():
        return None
    try:
        power_w = float(text)
    except ValueError:
        power_w = float("nan")
    if not isfinite(power_w) or power_w < STANDBY_W:
        raise DaysError(f"{path}, line {line}: {name} is {text!r}, not a power in W")
    return max(0.0, power_w)


def _refuse_coarse(path: Path, rows: list[_Row]) -> None:
    """Raise DaysError for a file whose usual step is too long."""
    steps = sorted((after.at - before.at).total_seconds() for before, after in pairwise(rows))
    if steps and steps[len(steps) // 2] > LONGEST_STEP_S:
        raise DaysError(f"{path}: most steps are longer than {LONGEST_STEP_S / 60:.0f} min")


def _is_whole(rows: list[_Row]) -> bool:
    """Tell whether a date has sun, and neither begins nor ends in the middle of it."""
    watts = [row.pv_w for row in rows if row.pv_w is not None]
    if not watts or max(watts) <= NIGHT_W:
        return False
    return max(watts[0], watts[-1]) <= max(NIGHT_W, EDGE_SHARE * max(watts))


def _day(path: Path, on: date, by_date: dict[date, list[_Row]]) -> OwnDay:
    """Make the day 05:00 to 05:00 that begins on a date."""
    rows = by_date[on]
    known = [row for row in rows if row.pv_w is not None]
    _refuse_gaps(path, known)
    sun = np.interp(
        np.arange(DAY_S), [row.second for row in known], [row.pv_w or 0.0 for row in known]
    )
    next_rows = by_date.get(date.fromordinal(on.toordinal() + 1), rows)
    load = [_loads(group) for group in (rows, next_rows)]
    light = np.flatnonzero(sun > NIGHT_W)
    brought = Brought(
        name=f"{path.stem} {on.isoformat()}",
        watts=tuple(np.roll(sun, -START_S).tolist()),
        sunrise_s=float(light[0]),
        sunset_s=float(light[-1]),
    )
    if load[0] is None:
        return OwnDay(brought, None)
    small_hours = load[0] if load[1] is None else load[1]
    return OwnDay(
        brought, tuple(np.concatenate([load[0][START_S:], small_hours[:START_S]]).tolist())
    )


def _loads(rows: list[_Row]) -> cache.Floats | None:
    """Return the load of each second of a date; None where it has no reading."""
    known = [(row.second, row.house_w) for row in rows if row.house_w is not None]
    if not known:
        return None
    seconds, watts = zip(*known, strict=True)
    loads: cache.Floats = np.interp(np.arange(DAY_S), seconds, watts)
    return loads


def _refuse_gaps(path: Path, rows: list[_Row]) -> None:
    """Raise DaysError for a gap by daylight that is too long to bridge."""
    for before, after in pairwise(rows):
        gap_s = after.second - before.second
        bright = max(before.pv_w or 0.0, after.pv_w or 0.0) > NIGHT_W
        if gap_s > LONGEST_GAP_S and bright:
            raise DaysError(
                f"{path}, line {after.line}: no reading for {gap_s / 60:.0f} min by daylight,"
                f" at most {LONGEST_GAP_S / 60:.0f} are bridged"
            )
