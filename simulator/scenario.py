"""Houses to look at, by name: site, day, state of charge, car and the hour to begin with.

A demonstration runs in real time under a Home Assistant that has its own sun. `home_at` finds a
place on earth whose sun, today, stands where the scenario's sun stands at the house's hour, so
that sunrise and sunset as Home Assistant shows them fit the house's day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
import math
from typing import Final

from simulator.car import Car, CarConfig
from simulator.ess import EssSettings
from simulator.house import House, HouseConfig
from simulator.plant import Plant, PlantConfig
from simulator.weather import GOLDEN, Day, Place

HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0
DEG_PER_H: Final = 15.0
"""The sun's way over the sky."""
SUNRISE_ALTITUDE_DEG: Final = -0.833
"""The sun's centre at sunrise: refraction and half its disc."""
HIGHEST_LATITUDE: Final = 60.0
"""No demonstration in the polar night."""
TIME_ZONES: Final = (-12, 14)
"""Whole-hour zones that exist (Etc/GMT+12 .. Etc/GMT-14)."""
CLOUDY_DATE: Final = date(2022, 3, 18)
"""The computed day lies beside the measured bright one."""
CLOUDY_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Scenario:
    """One house on one day."""

    name: str
    title: str
    record: str | None
    """A day of `simulator.weather.RECORDS`; None computes one with passing clouds."""
    start_s: int
    """When to begin, seconds since local midnight."""
    soc_pct: float
    array_kw: float = 4.5
    feeds_in: bool = True
    config: PlantConfig = field(default_factory=PlantConfig)
    house: HouseConfig = field(default_factory=HouseConfig)
    car: CarConfig = field(default_factory=CarConfig)
    place: Place = GOLDEN

    def make_day(self) -> Day:
        """Return the scenario's day of sun."""
        return _day(self.record, self.array_kw, self.place)

    def make_plant(self, *, start_s: int | None = None) -> Plant:
        """Return the site, beginning at `start_s` or at the scenario's own hour."""
        ess = EssSettings(feed_in_excess=self.feeds_in, prevent_feedback=not self.feeds_in)
        return Plant(
            self.config,
            self.make_day(),
            house=House(self.house),
            ess=ess,
            soc_pct=self.soc_pct,
            start_s=self.start_s if start_s is None else start_s,
        )

    def make_car(self) -> Car:
        """Return the scenario's car, plugged in."""
        return Car(self.car)


@lru_cache(maxsize=16)
def _day(record: str | None, array_kw: float, place: Place) -> Day:
    """Return a day of sun; many houses of a test have the same."""
    if record is None:
        return Day.cloudy(array_kw, CLOUDY_DATE, place, seed=CLOUDY_SEED)
    return Day.from_pvanalytics(record, array_kw)


def _at(hour: int, minute: int = 0) -> int:
    return hour * 3600 + minute * 60


SCENARIOS: Final[dict[str, Scenario]] = {
    scenario.name: scenario
    for scenario in (
        Scenario("sunny", "A bright day in March", "bright", _at(10, 30), 62.0),
        Scenario("cloudy", "Clouds pass every few minutes", None, _at(12, 30), 62.0),
        Scenario(
            "zero-feed-in",
            "A full battery and no feed-in: hidden sun",
            "bright",
            _at(11, 30),
            99.5,
            feeds_in=False,
        ),
        Scenario("night", "No sun, the battery carries the house", "bright", _at(22), 55.0),
    )
}
"""The scenarios of the demonstration, by name."""


def home_at(day: Day, house_s: float, now: datetime) -> Place:
    """Return where Home Assistant must stand for its sun to fit the house's clock.

    `house_s` is the house's second of the day at the moment `now` (aware). The place's local solar
    time equals the house's; its latitude gives today a day as long as the house's; its zone is the
    whole-hour one nearest to the house's clock. Raises ValueError for a naive `now`.
    """
    if now.utcoffset() is None:
        msg = "now needs a time zone"
        raise ValueError(msg)
    utc_s = now.timestamp() % DAY_S
    offset_h = round((house_s - utc_s) / HOUR_S)
    lowest, highest = TIME_ZONES
    offset_h += 24 if offset_h < lowest else -24 if offset_h > highest else 0
    noon_s = (day.sunrise_s + day.sunset_s) / 2
    solar_s = house_s - noon_s  # seconds after the house's solar noon
    longitude = (solar_s - (utc_s - DAY_S / 2)) / HOUR_S * DEG_PER_H
    longitude -= equation_of_time_s(now.date()) / HOUR_S * DEG_PER_H
    latitude = latitude_with((day.sunset_s - day.sunrise_s) / HOUR_S, now.date())
    return Place(latitude, (longitude + 180.0) % 360.0 - 180.0, f"Etc/GMT{-offset_h:+d}")


def declination_deg(on: date) -> float:
    """Return the sun's declination (Cooper's formula, within half a degree)."""
    return 23.45 * math.sin(math.radians(360.0 * (284 + on.timetuple().tm_yday) / 365.0))


def equation_of_time_s(on: date) -> float:
    """Return sundial minus clock (Duffie and Beckman's short form, within half a minute)."""
    b = math.radians(360.0 * (on.timetuple().tm_yday - 81) / 364.0)
    return 60.0 * (9.87 * math.sin(2 * b) - 7.53 * math.cos(b) - 1.5 * math.sin(b))


def day_length_h(latitude: float, on: date) -> float:
    """Return the hours from sunrise to sunset at a latitude (sunrise equation)."""
    lat, dec = math.radians(latitude), math.radians(declination_deg(on))
    top = math.sin(math.radians(SUNRISE_ALTITUDE_DEG)) - math.sin(lat) * math.sin(dec)
    cosine = top / (math.cos(lat) * math.cos(dec))
    return 2.0 * math.degrees(math.acos(max(-1.0, min(1.0, cosine)))) / DEG_PER_H


def latitude_with(length_h: float, on: date) -> float:
    """Return the latitude within +-60 degrees whose day comes nearest to a length, by bisection."""
    low, high = -HIGHEST_LATITUDE, HIGHEST_LATITUDE
    rises = day_length_h(high, on) > day_length_h(low, on)
    for _ in range(40):
        middle = (low + high) / 2
        if (day_length_h(middle, on) < length_h) == rises:
            low = middle
        else:
            high = middle
    return (low + high) / 2
