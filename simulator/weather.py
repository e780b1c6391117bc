"""The sun on the array: one day of available power, second by second.

A day comes from a record that was measured (the data files shipped with pvanalytics, or a CSV
file), or is computed with pvlib: a clear sky, or that sky behind a seeded row of clouds with edges
of seconds. Time is seconds since the day's local midnight and wraps, so a run may pass midnight.
"""

from __future__ import annotations

from array import array
import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

DAY_S: Final = 86_400
LONGEST_GAP_S: Final = 3600.0
"""A hole in a record longer than this by daylight is no record of that day."""
SYSTEM_EFFICIENCY: Final = 0.86
"""From irradiance on the panels, at 1000 W/m2 rated, to power: heat, dirt, wiring."""
LINKE_TURBIDITY: Final = 3.0
"""A middling clear atmosphere for pvlib's Ineichen model."""
SKY_STEP_S: Final = 300
"""Spacing of the computed clear sky; it is smooth, so lines between are exact enough."""
STANDARD_IRRADIANCE: Final = 1000.0
"""W/m2 at which a panel gives its rated power."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the house stands; the sun's times follow from it."""

    latitude: float
    longitude: float
    time_zone: str

    def utc_offset_s(self, on: date) -> float:
        """Return local time minus UTC at noon of a date."""
        offset = datetime.combine(on, time(12), ZoneInfo(self.time_zone)).utcoffset()
        return offset.total_seconds() if offset is not None else 0.0


GOLDEN: Final = Place(39.742, -105.18, "America/Phoenix")
"""NREL in Golden, Colorado, where the shipped records were measured. They keep standard time all
year, which is what the clock of Phoenix shows."""
MIDDLE_EUROPE: Final = Place(50.1, 8.7, "Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Record:
    """A measured day within a data file of pvanalytics."""

    file: str
    on: date
    column: int
    full_scale: float
    """The reading at which the array gives its rated power."""
    time_format: str | None = None
    """strptime format of the first column; ISO 8601 when None."""


_SERF: Final = ("serf_east_1min_ac_power.csv", 1, 4628.5)  # W of AC; the file's highest reading
_MIDC: Final = ("midc_bms_ghi_20220120.csv", 1, STANDARD_IRRADIANCE)  # W/m2 on the horizontal
_RMIS: Final = ("rmis_weather_data.csv", 7, STANDARD_IRRADIANCE)  # W/m2 on the array's plane
_US_CLOCK: Final = "%m/%d/%Y %H:%M"


def _record(source: tuple[str, int, float], on: date, time_format: str | None = None) -> Record:
    file, column, full_scale = source
    return Record(file, on, column, full_scale, time_format)


RECORDS: Final[dict[str, Record]] = {
    # one-minute records
    "haze": _record(_SERF, date(2022, 3, 18)),
    "bright": _record(_SERF, date(2022, 3, 19)),
    "winter": _record(_MIDC, date(2022, 1, 20)),
    # five-minute records, lines in between
    "snow": _record(_RMIS, date(2022, 1, 1), _US_CLOCK),
    "cold-bright": _record(_RMIS, date(2022, 1, 2), _US_CLOCK),
    "cold-clouds": _record(_RMIS, date(2022, 1, 3), _US_CLOCK),
}
"""Measured days by name."""


class Day:
    """Available solar power over one local day."""

    def __init__(self, name: str, watts: Iterable[float], on: date, place: Place) -> None:
        """Take 86 400 powers in W, one a second from local midnight; raise ValueError otherwise."""
        self.name = name
        self.on = on
        self.place = place
        self._watts = array("d", watts)
        if len(self._watts) != DAY_S:
            msg = f"a day has {DAY_S} seconds, not {len(self._watts)}"
            raise ValueError(msg)

    @classmethod
    def constant(cls, power_w: float, *, on: date = date(2022, 3, 19)) -> Day:
        """Return a day on which the sun never moves (for tests)."""
        return cls("constant", [power_w] * DAY_S, on, GOLDEN)

    @classmethod
    def from_samples(
        cls, name: str, samples: Iterable[tuple[float, float | None]], on: date, place: Place
    ) -> Day:
        """Return a day from (second of the day, W or None for missing), with lines in between.

        Raises ValueError for fewer than two readings or a long hole by daylight.
        """
        known = [(at_s, max(0.0, power_w)) for at_s, power_w in samples if power_w is not None]
        if len(known) < 2:  # noqa: PLR2004 - a line needs two points
            msg = f"{name}: fewer than two readings"
            raise ValueError(msg)
        _refuse_holes(name, known)
        at_s, watts = zip(*sorted(known), strict=True)
        seconds = np.interp(np.arange(DAY_S), at_s, watts, left=0.0, right=0.0)
        return cls(name, seconds.tolist(), on, place)

    @classmethod
    def from_csv(cls, path: Path, *, place: Place = MIDDLE_EUROPE, scale: float = 1.0) -> Day:
        """Return the first day of a CSV file: a header, then ISO 8601 local time and watts."""
        on = next(_rows(path, 1, None))[0].date()
        return cls.from_samples(path.stem, _samples(_rows(path, 1, None), on, scale), on, place)

    @classmethod
    def from_pvanalytics(cls, name: str, array_kw: float) -> Day:
        """Return a measured day of `RECORDS`, scaled to an array of `array_kw` peak.

        Raises KeyError for an unknown name, ModuleNotFoundError without pvanalytics.
        """
        record = RECORDS[name]
        spec = find_spec("pvanalytics")
        if spec is None or spec.origin is None:
            msg = "pvanalytics is not installed: it ships the measured days"
            raise ModuleNotFoundError(msg)
        path = Path(spec.origin).parent / "data" / record.file
        rows = _rows(path, record.column, record.time_format)
        scale = array_kw * 1000.0 / record.full_scale
        return cls.from_samples(name, _samples(rows, record.on, scale), record.on, GOLDEN)

    @classmethod
    def clear_sky(
        cls, array_kw: float, on: date, place: Place = MIDDLE_EUROPE, *, tilt_deg: float = 30.0
    ) -> Day:
        """Return a cloudless day on an array facing the equator (pvlib, Ineichen model)."""
        watts = _clear_sky_w(array_kw, on, place, tilt_deg)
        return cls("clear", watts.tolist(), on, place)

    @classmethod
    def cloudy(
        cls,
        array_kw: float,
        on: date,
        place: Place = MIDDLE_EUROPE,
        *,
        seed: int = 1,
        cover: float = 0.5,
    ) -> Day:
        """Return a clear sky behind passing clouds that cover the share `cover` of the time."""
        clear = _clear_sky_w(array_kw, on, place, tilt_deg=30.0)
        watts = clear * cloud_factors(seed, cover)
        return cls(f"cloudy-{seed}", watts.tolist(), on, place)

    def power_w(self, time_s: int) -> float:
        """Return the available power at a second since the first midnight."""
        return self._watts[time_s % DAY_S]

    def energy_kwh(self) -> float:
        """Return the day's available energy."""
        return sum(self._watts) / 3.6e6

    def peak_w(self) -> float:
        """Return the day's highest available power."""
        return max(self._watts)

    @cached_property
    def _sun_times_s(self) -> tuple[float, float]:
        return sun_times_s(self.place, self.on)

    @property
    def watts(self) -> Sequence[float]:
        """The available power of each second, W."""
        return self._watts

    @property
    def sunrise_s(self) -> float:
        """Sunrise in seconds since local midnight, from date and place."""
        return self._sun_times_s[0]

    @property
    def sunset_s(self) -> float:
        """Sunset in seconds since local midnight, from date and place."""
        return self._sun_times_s[1]


@lru_cache
def sun_times_s(place: Place, on: date) -> tuple[float, float]:
    """Return sunrise and sunset in seconds since local midnight (pvlib's SPA algorithm)."""
    import pandas as pd  # noqa: PLC0415 - takes a second to import; days from records do without
    from pvlib.solarposition import sun_rise_set_transit_spa  # noqa: PLC0415 - same

    zone = ZoneInfo(place.time_zone)
    midnight = datetime.combine(on, time(0), zone)
    times = sun_rise_set_transit_spa(
        pd.DatetimeIndex([midnight + timedelta(hours=12)]), place.latitude, place.longitude
    )
    sunrise, sunset = times["sunrise"].iloc[0], times["sunset"].iloc[0]
    return (sunrise - midnight).total_seconds(), (sunset - midnight).total_seconds()


def cloud_factors(seed: int, cover: float) -> NDArray[np.float64]:
    """Return the share of the clear sky for each second of a day under passing clouds.

    Clouds last minutes, their edges 5..40 s; just beside a cloud the light is a little brighter.
    """
    rng = np.random.default_rng(seed)
    at_s: list[float] = [0.0]
    factor: list[float] = [1.0]
    while at_s[-1] < DAY_S:
        shadow_s = float(rng.exponential(240.0)) + 20.0
        gap_s = max(20.0, float(rng.exponential(260.0)) * (1.0 - cover) / max(cover, 0.02))
        edge_s = float(rng.uniform(5.0, 40.0))
        depth = float(rng.uniform(0.15, 0.75))
        for length_s, level in ((gap_s, 1.03), (edge_s, depth), (shadow_s, depth), (edge_s, 1.0)):
            at_s.append(at_s[-1] + length_s)
            factor.append(level)
    factors: NDArray[np.float64] = np.interp(np.arange(DAY_S), at_s, factor)
    return factors


def _clear_sky_w(array_kw: float, on: date, place: Place, tilt_deg: float) -> NDArray[np.float64]:
    import pandas as pd  # noqa: PLC0415 - takes a second to import; days from records do without
    from pvlib.irradiance import get_total_irradiance  # noqa: PLC0415 - same
    from pvlib.location import Location  # noqa: PLC0415 - same

    midnight = datetime.combine(on, time(0), ZoneInfo(place.time_zone)).astimezone(UTC)
    steps = np.arange(0, DAY_S + SKY_STEP_S, SKY_STEP_S)
    times = pd.DatetimeIndex([midnight + timedelta(seconds=int(step)) for step in steps])
    location = Location(place.latitude, place.longitude)
    sun = location.get_solarposition(times)
    sky = location.get_clearsky(times, solar_position=sun, linke_turbidity=LINKE_TURBIDITY)
    on_panels = get_total_irradiance(
        surface_tilt=tilt_deg,
        surface_azimuth=180.0 if place.latitude >= 0 else 0.0,
        solar_zenith=sun["apparent_zenith"],
        solar_azimuth=sun["azimuth"],
        dni=sky["dni"],
        ghi=sky["ghi"],
        dhi=sky["dhi"],
    )["poa_global"].fillna(0.0)
    rated_w = array_kw * 1000.0 * SYSTEM_EFFICIENCY / STANDARD_IRRADIANCE
    watts: NDArray[np.float64] = np.interp(np.arange(DAY_S), steps, on_panels * rated_w)
    return watts


def _rows(
    path: Path, column: int, time_format: str | None
) -> Iterator[tuple[datetime, float | None]]:
    """Yield local time and value of each row; an empty or unreadable value is missing."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            if not row or not row[0]:
                continue
            if time_format is None:
                at = datetime.fromisoformat(row[0])
            else:
                at = datetime.strptime(row[0], time_format)  # noqa: DTZ007 - the file has local time
            yield at.replace(tzinfo=None), _number(row[column])


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _samples(
    rows: Iterable[tuple[datetime, float | None]], on: date, scale: float
) -> Iterator[tuple[float, float | None]]:
    """Yield second of the day and scaled value of the rows that belong to a date."""
    midnight = datetime.combine(on, time(0))
    for at, value in rows:
        if at.date() == on:
            yield (at - midnight).total_seconds(), None if value is None else value * scale


def _refuse_holes(name: str, known: list[tuple[float, float]]) -> None:
    """Raise ValueError when readings are missing for long while the sun shines."""
    for (before_s, before_w), (after_s, after_w) in pairwise(known):
        if after_s - before_s > LONGEST_GAP_S and max(before_w, after_w) > 0.0:
            msg = f"{name}: no readings from second {before_s:.0f} to {after_s:.0f}"
            raise ValueError(msg)
