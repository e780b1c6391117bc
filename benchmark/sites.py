"""Sites, cars and the day they meet: everything that a run of the benchmark is made of.

A `Case` is a site-day: a site with its car, a day's sun, a household, the time the car is plugged
in and what it wants. It is the same for every law and every priority.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from benchmark import cache, days, forecast, houses
from benchmark.contract import Facts
from custom_components.victron_openevse.control.model import Priority

HOUR_S: Final = 3600
MIN_A: Final = 6
"""IEC 61851: the least a charger can offer."""
NIGHTS: Final = range(1, 8)
"""The nights before the day that a controller remembers, counted backwards."""

type Half = Literal["tuning", "judging", "own"]
"""Which half of the standard set; "own" are days that a user brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When the car is plugged in, seconds from local midnight of the day's start (29 h = the end)."""

    name: str
    from_s: int = days.START_S
    to_s: int = days.START_S + days.DAY_S
    departure_known: bool = False


ALL_DAY: Final = Window(name="all day")
LEAVES_AT_NOON: Final = Window(name="leaves at noon", to_s=12 * HOUR_S, departure_known=True)
ARRIVES_AT_13: Final = Window(name="arrives 13:00", from_s=13 * HOUR_S)
WINDOWS: Final = (ALL_DAY, LEAVES_AT_NOON, ARRIVES_AT_13)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A house with array, battery, Multi, charger and car; the defaults are the reference site."""

    name: str
    array_kw: float = 4.5
    battery_kwh: float = 8.0
    start_soc_pct: float = 40.0
    min_soc_pct: float = 10.0
    max_charge_w: float = 5000.0
    feed_in: bool = True
    feed_in_cap_w: float | None = None
    inverter_w: float = 5000.0
    """Rating of the Multi, or of all three."""
    ac_share: float = 0.0
    """Share of the array behind a PV inverter on the AC side."""
    volts: float = 235.0
    car_phases: Literal[1, 3] = 1
    """ESS regulates and the meter counts the sum of the phases, so the house's own do not matter."""
    max_a: int = 32
    """Limit of circuit and charger, for every law."""
    car_limit_a: float = 32.0
    """What the car's own charger takes."""


REFERENCE: Final = Site(name="reference")
ZERO_FEED_IN: Final = Site(name="reference, zero feed-in", feed_in=False, start_soc_pct=90.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One site-day."""

    site: Site
    sun: days.SunSource
    style: houses.Style
    house_seed: int
    window: Window = ALL_DAY
    appetite_kwh: float | None = None
    """What the car wants before it is full; None = more than a day can give."""
    half: Half = "judging"
    own_house: tuple[float, ...] | None = field(default=None, repr=False)
    """A load that a user brought, W for each second from 05:00; None = `style` and `house_seed`."""

    @property
    def name(self) -> str:
        """How the site-day is called in reports."""
        appetite = "" if self.appetite_kwh is None else f", {self.appetite_kwh:g} kWh"
        return f"{self.site.name} / {self.sun.name} / {self.window.name}{appetite}"

    def pv_w(self) -> cache.Floats:
        """Power the array could give, each second from 05:00 to 05:00."""
        watts = days.load(self.sun).watts_per_kw
        return watts if isinstance(self.sun, days.Brought) else watts * self.site.array_kw

    def house_w(self) -> cache.Floats:
        """Load of the house without the car, each second from 05:00 to 05:00."""
        if self.own_house is not None:
            return np.array(self.own_house)
        return houses.draw_house(self.style, self.house_seed)

    def facts(self, priority: Priority) -> Facts:
        """Return what a law is told."""
        sun, site = days.load(self.sun), self.site
        return Facts(
            priority=priority,
            battery_kwh=site.battery_kwh,
            min_soc_pct=site.min_soc_pct,
            max_charge_w=site.max_charge_w,
            feed_in=site.feed_in,
            feed_in_cap_w=site.feed_in_cap_w,
            voltage_v=site.volts,
            phases=site.car_phases,
            min_a=MIN_A,
            max_a=site.max_a,
            sunrise_s=sun.sunrise_s,
            sunset_s=sun.sunset_s,
            departure_s=float(self.window.to_s) if self.window.departure_known else None,
            array_kw=site.array_kw,
            recent_nights_kwh=self._recent_nights_kwh(sun),
            forecasts_kwh=self._forecasts_kwh(),
        )

    def _forecasts_kwh(self) -> forecast.Issues:
        per_kw = forecast.issues_for(self.sun)
        kw = 1.0 if isinstance(self.sun, days.Brought) else self.site.array_kw
        return tuple(tuple(kwh * kw for kwh in issue) for issue in per_kw)

    def _recent_nights_kwh(self, sun: days.Sun) -> tuple[float, ...]:
        """Return the nights of this household before this day; none known where a user brought it."""
        if self.own_house is not None:
            return ()
        return _nights_kwh(self.style, self.house_seed, sun.sunrise_s, sun.sunset_s)


@lru_cache
def _nights_kwh(
    style: houses.Style, household: int, sunrise_s: float, sunset_s: float
) -> tuple[float, ...]:
    before = (houses.draw_house(style, household, day) for day in NIGHTS)
    return tuple(houses.night_kwh(load_w, sunrise_s, sunset_s) for load_w in before)
