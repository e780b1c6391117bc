"""The sun of one day, per kW of array: measured, or a computed sky behind stochastic clouds.

A day is 86 400 seconds from 05:00 to 05:00 local time. Measured days are records of one or five
minutes (lines in between) that data packages ship; nobody tuned to the computed ones, which come
from a date, a place, a roof and a seed (`clouds`). Days are made once and kept in the cache.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from benchmark import cache
from benchmark.clouds import SkyKind, clearness
from simulator.weather import GOLDEN, MIDDLE_EUROPE, RECORDS, Day, Place

DAY_S: Final = 86_400
START_S: Final = 5 * 3600
"""A day of the benchmark begins at 05:00 local time."""
NOMINAL_KW: Final = 1.0
"""Days are kept per kW of array."""

PLACES: Final[dict[str, Place]] = {
    "Seville": Place(37.4, -6.0, "Europe/Madrid"),
    "Frankfurt": MIDDLE_EUROPE,
    "London": Place(51.5, -0.1, "Europe/London"),
    "Oslo": Place(59.9, 10.7, "Europe/Oslo"),
    "Golden": GOLDEN,
    "Melbourne": Place(-37.8, 145.0, "Australia/Melbourne"),
}
"""Where the computed days are."""

MAKERS: Final = tuple(
    Path(__file__).parent / name for name in ("days.py", "clouds.py", "../simulator/weather.py")
)
"""Sources that decide what a day looks like."""


@dataclass(frozen=True, slots=True)
class Sun:
    """A day's sun."""

    name: str
    watts_per_kw: cache.Floats
    """Power of each second from 05:00 that 1 kW of array would give if nothing held it back."""
    sunrise_s: float
    sunset_s: float
    """Seconds since local midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measured day, by its name in the records of the simulator or in `FILES` below."""

    record: str

    @property
    def name(self) -> str:
        """How the day is called in reports."""
        return self.record

    def make(self) -> Sun:
        """Read the record."""
        if self.record in RECORDS:
            day = Day.from_pvanalytics(self.record, NOMINAL_KW)
        else:
            day = _golden_irradiance(FILES[self.record])
        watts = _seconds(day)
        return Sun(self.name, np.roll(watts, -START_S), day.sunrise_s, day.sunset_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A clear sky of a date, a place and a roof behind clouds from a seed."""

    on: date
    place: str
    tilt_deg: float
    sky: SkyKind
    seed: int

    @property
    def name(self) -> str:
        """How the day is called in reports."""
        return f"{self.place} {self.on:%d %b} {self.sky} {self.seed}"

    def make(self) -> Sun:
        """Compute the day and the first hours of the next."""
        place = PLACES[self.place]
        today = self._clear(place, self.on)
        tomorrow = self._clear(place, self.on + timedelta(days=1))
        clear = np.concatenate([_seconds(today)[START_S:], _seconds(tomorrow)[:START_S]])
        watts = clear * clearness(self.sky, self.seed)
        return Sun(self.name, watts, today.sunrise_s, today.sunset_s)

    def _clear(self, place: Place, on: date) -> Day:
        return Day.clear_sky(NOMINAL_KW, on, place, tilt_deg=self.tilt_deg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A day from a user's own file, already read (`own_days`)."""

    name: str
    watts: tuple[float, ...]
    """Power of each second from 05:00, W, as measured."""
    sunrise_s: float
    sunset_s: float

    def make(self) -> Sun:
        """Hand out what was read."""
        return Sun(self.name, np.array(self.watts), self.sunrise_s, self.sunset_s)


type SunSource = Measured | Computed | Brought

FILES: Final[dict[str, date]] = {
    f"february {number}": date(2019, 2, number) for number in (1, 4, 5)
}
"""Whole days of `irradiance_RMIS_NREL.csv` of pvanalytics: W/m2 on an array's plane, every five minutes."""


def load(source: SunSource) -> Sun:
    """Return a day, from the cache where it has been made before."""
    return source.make() if isinstance(source, Brought) else _kept(source)


@lru_cache(maxsize=4)
def _kept(source: Measured | Computed) -> Sun:
    name = "sun-" + cache.digest(source, cache.source_digest(MAKERS))

    def make() -> dict[str, cache.Floats]:
        sun = source.make()
        return {"watts": sun.watts_per_kw, "times": np.array([sun.sunrise_s, sun.sunset_s])}

    kept = cache.arrays(name, make)
    sunrise_s, sunset_s = kept["times"].tolist()
    return Sun(source.name, kept["watts"], sunrise_s, sunset_s)


def _seconds(day: Day) -> cache.Floats:
    return np.fromiter((day.power_w(second) for second in range(DAY_S)), float, DAY_S)


def _golden_irradiance(on: date) -> Day:
    """Return a day of the five-day record of irradiance on an array's plane."""
    import pandas as pd  # noqa: PLC0415 - takes a second to import; cached days do without

    spec = find_spec("pvanalytics")
    if spec is None or spec.origin is None:
        msg = "pvanalytics is not installed: it ships the measured days"
        raise ModuleNotFoundError(msg)
    path = Path(spec.origin).parent / "data" / "irradiance_RMIS_NREL.csv"
    table = pd.read_csv(path, index_col=0, parse_dates=True)["irradiance_poa__7984"]
    rows = table[table.index.date == on]
    midnight = pd.Timestamp(on)
    samples = [
        ((at - midnight).total_seconds(), float(value)) for at, value in rows.dropna().items()
    ]
    return Day.from_samples(f"february {on.day}", samples, on, GOLDEN)
