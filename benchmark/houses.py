"""The house's load over 24 hours from 05:00, second by second, from a seed.

A household of one of three styles: base load that wanders, fridge and freezer that cycle, kettles,
hob and oven that pulse, a washing machine or dishwasher on some days, light and screens in the
evening. Times, powers and numbers are drawn anew for every seed; nothing is tuned to a law. A year
of such days uses 6..14 kWh a day, of which 3..5 kWh fall between evening and morning.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.random import Generator

from benchmark.cache import Floats

DAY_S: Final = 86_400
START_H: Final = 5.0
"""A day of the benchmark runs from 05:00 to 05:00."""
EDGE_S: Final = 5400.0
"""So long after sunrise and before sunset a house uses more than its array gives."""
WS_PER_KWH: Final = 3.6e6
WANDER_S: Final = 300.0
"""Spacing of the points between which the base load wanders."""

type Style = Literal["out", "home", "family"]
"""Out at work all day, at home all day, or a family that cooks at noon and in the evening."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a style does in a day; hours are local."""

    base_w: tuple[float, float]
    kettles: tuple[tuple[float, float, int], ...]
    """(from hour, to hour, at most so many)."""
    meals_h: tuple[float, ...]
    machines: int
    """Washing machine and dishwasher runs, at most."""
    evening_w: tuple[float, float]


HABITS: Final[dict[Style, Habits]] = {
    "out": Habits((90.0, 180.0), ((6.0, 7.5, 2), (18.0, 22.0, 2)), (18.5,), 1, (120.0, 300.0)),
    "home": Habits(
        (140.0, 260.0), ((6.5, 12.0, 3), (13.0, 22.0, 4)), (12.2, 18.5), 1, (150.0, 350.0)
    ),
    "family": Habits(
        (180.0, 340.0), ((6.0, 9.0, 3), (11.0, 21.5, 5)), (12.0, 18.0), 2, (250.0, 600.0)
    ),
}


def draw_house(style: Style, household: int, day: int = 0) -> Floats:
    """Return the load in W of each second from 05:00 to 05:00.

    `household` fixes what stays the same from day to day (base load, fridge), `day` all else.
    """
    habits, own = HABITS[style], np.random.default_rng([household, list(HABITS).index(style)])
    rng = np.random.default_rng([household, list(HABITS).index(style), abs(day) + 1])
    load_w = _base(float(own.uniform(*habits.base_w)), rng)
    _cycle(load_w, rng, power_w=float(own.uniform(60, 120)), on_s=900, off_s=1900)
    _cycle(load_w, rng, power_w=float(own.uniform(50, 100)), on_s=1300, off_s=3100)
    for from_h, to_h, most in habits.kettles:
        for _ in range(int(rng.integers(0, most + 1))):
            _run(load_w, float(rng.uniform(from_h, to_h)), int(rng.uniform(90, 260)), 2000.0)
    for hour in habits.meals_h:
        _cook(load_w, hour + float(rng.uniform(-0.7, 0.7)), rng)
    for _ in range(int(rng.integers(0, habits.machines + 1))):
        _wash(load_w, float(rng.uniform(8.0, 20.0)), rng)
    _evening(load_w, habits, rng)
    return load_w


def night_kwh(load_w: Floats, sunrise_s: float, sunset_s: float) -> float:
    """Return what a house used while there was little sun: the night and an edge of the day."""
    second = (np.arange(DAY_S) + START_H * 3600) % DAY_S
    dark = (second < sunrise_s + EDGE_S) | (second > sunset_s - EDGE_S)
    return float(load_w[dark].sum()) / WS_PER_KWH


def _base(level_w: float, rng: Generator) -> Floats:
    """Return the always-on appliances, wandering by a tenth."""
    points = np.arange(0.0, DAY_S + WANDER_S, WANDER_S)
    wander = np.convolve(rng.normal(0.0, 0.1, len(points) + 4), np.full(5, 0.45), mode="valid")
    load_w: Floats = level_w * (1.0 + np.interp(np.arange(DAY_S), points, wander))
    return np.maximum(load_w, 0.3 * level_w)


def _cycle(load_w: Floats, rng: Generator, *, power_w: float, on_s: int, off_s: int) -> None:
    """Add a compressor that runs day and night."""
    start_s = int(rng.integers(0, on_s + off_s))
    while start_s < DAY_S:
        load_w[start_s : start_s + on_s] += power_w
        start_s += on_s + int(off_s * float(rng.uniform(0.75, 1.3)))


def _run(load_w: Floats, hour: float, length_s: int, power_w: float) -> None:
    start_s = int((hour - START_H) * 3600)
    load_w[max(0, start_s) : max(0, start_s + length_s)] += power_w


def _cook(load_w: Floats, hour: float, rng: Generator) -> None:
    """Add a hob plate that pulses, on some days also the oven: heat up, then pulses."""
    for _ in range(int(rng.integers(1, 3))):
        _pulse(
            load_w, hour, rng, power_w=float(rng.uniform(900, 1900)), length_s=1500, on_share=0.45
        )
    if rng.random() < 0.4:  # noqa: PLR2004 - the share of meals that use the oven
        _run(load_w, hour, 700, 2300.0)
        _pulse(load_w, hour + 0.2, rng, power_w=2300.0, length_s=1800, on_share=0.35)


def _pulse(
    load_w: Floats, hour: float, rng: Generator, *, power_w: float, length_s: int, on_share: float
) -> None:
    period_s = int(rng.uniform(30, 110))
    for start_s in range(0, length_s, period_s):
        _run(load_w, hour + start_s / 3600, int(period_s * on_share), power_w)


def _wash(load_w: Floats, hour: float, rng: Generator) -> None:
    """Add a machine that heats once or twice and turns for an hour and a half."""
    _run(load_w, hour, 5400, 120.0)
    for after_h in (0.1, 0.9)[: int(rng.integers(1, 3))]:
        _run(load_w, hour + after_h, int(rng.uniform(500, 1000)), 1950.0)


def _evening(load_w: Floats, habits: Habits, rng: Generator) -> None:
    """Add light and screens between dusk and bedtime."""
    from_h, to_h = float(rng.uniform(17.0, 19.0)), float(rng.uniform(21.8, 24.0))
    _run(load_w, from_h, int((to_h - from_h) * 3600), float(rng.uniform(*habits.evening_w)))
