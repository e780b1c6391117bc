"""The standard set: 160 pinned site-days, half to tune on and half to be judged on.

Each half has its own days (measured records and computed skies of all seasons from its own seed) and
its own households. On the reference site, with and without feed-in, each window meets ten days of the
half; ten other sites meet two days each. Every site-day is run with all three priorities, so the
reference site gives 18 cells (priority, feed-in, window) of ten days.
"""

from datetime import date
from typing import Final, get_args

import numpy as np

from benchmark.clouds import SkyKind
from benchmark.days import PLACES, Computed, Measured, SunSource
from benchmark.houses import Style
from benchmark.sites import (
    ALL_DAY,
    ARRIVES_AT_13,
    LEAVES_AT_NOON,
    REFERENCE,
    WINDOWS,
    ZERO_FEED_IN,
    Case,
    Half,
    Site,
    Window,
)

MEASURED: Final[dict[Half, tuple[str, ...]]] = {
    "tuning": ("haze", "winter", "snow", "february 4"),
    "judging": ("bright", "cold-clouds", "cold-bright", "february 1", "february 5"),
}
"""Measured days, none in both halves."""
DAYS: Final = 20
"""In each half; what the measured ones leave is computed."""
SKIES: Final[tuple[SkyKind, ...]] = (
    *("fair",) * 4,
    *("broken",) * 4,
    *("clear",) * 2,
    *("showers",) * 2,
    *("front",) * 2,
    "overcast",
    "fair",
)
"""Skies of the computed days of a half: mostly the ones on which controllers differ."""
MONTHS: Final = (1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9, 10, 11, 4)
"""Months of the computed days; December gives a car next to nothing."""
YEAR: Final = 2023
SEEDS: Final[dict[Half, int]] = {"tuning": 1000, "judging": 2000}
"""Every random choice of a half follows from its seed."""
QUICK_DAYS: Final = (1, 7, 11, 18)
"""Days of the quick subset, by their place in the half."""

OTHERS: Final[tuple[tuple[Site, Window, float | None], ...]] = (
    (Site(name="3 kW, 5 kWh", array_kw=3.0, battery_kwh=5.0, start_soc_pct=30.0), ALL_DAY, None),
    (
        Site(
            name="4 kW, 5 kWh, AC-coupled, zero feed-in",
            array_kw=4.0,
            battery_kwh=5.0,
            start_soc_pct=75.0,
            feed_in=False,
            ac_share=1.0,
        ),
        ALL_DAY,
        None,
    ),
    (
        Site(
            name="10 kW, 15 kWh, capped",
            array_kw=10.0,
            battery_kwh=15.0,
            start_soc_pct=50.0,
            inverter_w=10_000.0,
            feed_in_cap_w=3000.0,
        ),
        ALL_DAY,
        None,
    ),
    (
        Site(
            name="9 kW, 15 kWh, three phases, zero feed-in",
            array_kw=9.0,
            battery_kwh=15.0,
            start_soc_pct=60.0,
            inverter_w=15_000.0,
            feed_in=False,
            volts=230.0,
            car_phases=3,
            max_a=16,
            car_limit_a=16.0,
        ),
        ALL_DAY,
        None,
    ),
    (
        Site(name="6 kW, car of 16 A", array_kw=6.0, start_soc_pct=15.0, car_limit_a=16.0),
        ALL_DAY,
        None,
    ),
    (
        Site(
            name="5 kW, capped, half AC",
            array_kw=5.0,
            start_soc_pct=95.0,
            feed_in_cap_w=1500.0,
            ac_share=0.5,
        ),
        LEAVES_AT_NOON,
        None,
    ),
    (
        Site(
            name="7 kW, 15 kWh",
            array_kw=7.0,
            battery_kwh=15.0,
            start_soc_pct=20.0,
            inverter_w=8000.0,
        ),
        ARRIVES_AT_13,
        None,
    ),
    (
        Site(
            name="4.5 kW, circuit of 16 A, zero feed-in",
            start_soc_pct=70.0,
            feed_in=False,
            max_a=16,
            volts=230.0,
        ),
        LEAVES_AT_NOON,
        None,
    ),
    (Site(name="4.5 kW, a car that fills"), ALL_DAY, 8.0),
    (
        Site(
            name="8 kW, a car that fills, zero feed-in",
            array_kw=8.0,
            start_soc_pct=85.0,
            inverter_w=8000.0,
            feed_in=False,
            car_limit_a=16.0,
        ),
        ARRIVES_AT_13,
        8.0,
    ),
)
"""Other sites with the window and the appetite of their car."""


def standard_set(half: Half) -> list[Case]:
    """Return the site-days of a half, always the same."""
    suns = days_of(half)
    return [*_reference_cases(half, suns), *_other_cases(half, suns)]


def quick_set() -> list[Case]:
    """Return a few judging site-days of the reference site, for a check within seconds."""
    suns = days_of("judging")
    return [
        _case(half="judging", sun=suns[day], number=day, site=site, window=window)
        for day, site, window in zip(
            QUICK_DAYS,
            (REFERENCE, ZERO_FEED_IN, REFERENCE, ZERO_FEED_IN),
            (ALL_DAY, ALL_DAY, LEAVES_AT_NOON, ARRIVES_AT_13),
            strict=True,
        )
    ]


def days_of(half: Half) -> list[SunSource]:
    """Return the twenty days of a half, measured and computed in turn."""
    rng = np.random.default_rng(SEEDS[half])
    count = DAYS - len(MEASURED[half])
    skies, months = rng.permutation(SKIES[:count]), rng.permutation(MONTHS[:count])
    places = rng.choice(list(PLACES), count)
    suns: list[SunSource] = [
        Computed(
            on=date(YEAR, int(months[at]), int(rng.integers(1, 29))),
            place=str(places[at]),
            tilt_deg=float(rng.integers(15, 46)),
            sky=next(sky for sky in get_args(SkyKind.__value__) if sky == skies[at]),
            seed=SEEDS[half] + at,
        )
        for at in range(count)
    ]
    for at, record in enumerate(MEASURED[half]):
        suns.insert(3 * at, Measured(record=record))
    return suns


def _reference_cases(half: Half, suns: list[SunSource]) -> list[Case]:
    """Return ten days for each of the two sites and three windows, every day in three of six."""
    return [
        _case(half=half, sun=sun, number=number, site=site, window=window)
        for site_number, site in enumerate((REFERENCE, ZERO_FEED_IN))
        for window_number, window in enumerate(WINDOWS)
        for number, sun in enumerate(suns)
        if (number + site_number + window_number) % 2 == 0
    ]


def _other_cases(half: Half, suns: list[SunSource]) -> list[Case]:
    """Return two days for each other site, a half of the set apart."""
    return [
        _case(
            half=half,
            sun=suns[number],
            number=100 + number,
            site=site,
            window=window,
            appetite_kwh=appetite_kwh,
        )
        for place, (site, window, appetite_kwh) in enumerate(OTHERS)
        for number in (place, place + len(OTHERS))
    ]


def _case(
    *,
    half: Half,
    sun: SunSource,
    number: int,
    site: Site,
    window: Window,
    appetite_kwh: float | None = None,
) -> Case:
    styles: tuple[Style, ...] = get_args(Style.__value__)
    return Case(
        site=site,
        sun=sun,
        style=styles[number % len(styles)],
        house_seed=SEEDS[half] + number,
        window=window,
        appetite_kwh=appetite_kwh,
        half=half,
    )
