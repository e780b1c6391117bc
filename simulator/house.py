"""The house: a base load with the appliances that make surplus jump.

One second of resolution, drawn from a seed, repeating nothing over the days. Watts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
import random
from typing import Final

DAY_S: Final = 86_400
HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class HouseConfig:
    """Loads of one household; the defaults use about 9 kWh a day."""

    seed: int = 1
    base_w: float = 180.0
    noise_w: float = 15.0
    """Standard deviation of slow wandering around the base."""
    fridge_w: float = 90.0
    fridge_on_s: int = 900
    fridge_off_s: int = 1800
    kettle_w: float = 2000.0
    kettle_s: int = 180
    kettles: int = 6
    oven_w: float = 2200.0
    oven_s: int = 2700
    """An oven heats in pulses for this long."""
    ovens: int = 1


class House:
    """A household's load over any number of days, and loads switched on by a test or a user."""

    def __init__(self, config: HouseConfig | None = None) -> None:
        """Draw the first day."""
        self.config = config or HouseConfig()
        self._day = -1
        self._load_w: tuple[float, ...] = ()
        self._injected: list[tuple[int, float]] = []

    def inject(self, power_w: float, until_s: float) -> None:
        """Add a load until the house's clock (seconds since the first midnight) passes `until_s`."""
        self._injected.append((int(until_s), power_w))

    def power_w(self, time_s: int) -> float:
        """Return the load at a whole second since the first day's midnight."""
        day, second = divmod(time_s, DAY_S)
        if day != self._day:
            self._day = day
            self._load_w = draw_day(self.config, day)
        if not self._injected:
            return self._load_w[second]
        self._injected = [one for one in self._injected if one[0] >= time_s]
        return self._load_w[second] + sum(power_w for _until, power_w in self._injected)


@lru_cache(maxsize=4)
def draw_day(config: HouseConfig, day: int) -> tuple[float, ...]:
    """Return one day's load, second by second, from the config's seed and the day's number."""
    rng = random.Random(f"{config.seed}/{day}")
    load_w = _base(config, rng)
    _add_fridge(load_w, config, rng)
    for _ in range(config.kettles):
        start_s = int(rng.uniform(6.5, 22.0) * HOUR_S)
        _add(load_w, start_s, int(config.kettle_s * rng.uniform(0.6, 1.4)), config.kettle_w)
    for _ in range(config.ovens):
        _add_oven(load_w, config, int(rng.choice((11.5, 17.5)) * HOUR_S + rng.uniform(0, 5400)))
    return tuple(load_w)


def _base(config: HouseConfig, rng: random.Random) -> list[float]:
    """Return the base load, wandering once a minute."""
    load_w: list[float] = []
    offset_w = 0.0
    for _ in range(DAY_S // 60):
        offset_w = 0.9 * offset_w + rng.gauss(0.0, config.noise_w) * 0.436  # AR(1), unit variance
        load_w.extend([max(0.0, config.base_w + offset_w)] * 60)
    return load_w


def _add_fridge(load_w: list[float], config: HouseConfig, rng: random.Random) -> None:
    start_s = rng.randrange(config.fridge_on_s + config.fridge_off_s)
    while start_s < DAY_S:
        _add(load_w, start_s, config.fridge_on_s, config.fridge_w)
        start_s += config.fridge_on_s + int(config.fridge_off_s * rng.uniform(0.8, 1.2))


def _add_oven(load_w: list[float], config: HouseConfig, start_s: int) -> None:
    """Heat up for a third of the time, then keep warm in pulses of one minute in two."""
    heat_up_s = config.oven_s // 3
    _add(load_w, start_s, heat_up_s, config.oven_w)
    for pulse_s in range(start_s + heat_up_s + 60, start_s + config.oven_s, 120):
        _add(load_w, pulse_s, 60, config.oven_w)


def _add(load_w: list[float], start_s: int, length_s: int, power_w: float) -> None:
    for second in range(start_s, min(DAY_S, start_s + length_s)):
        load_w[second] += power_w
