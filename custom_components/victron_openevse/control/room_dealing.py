"""Deals what is free below the site's limits out to the chargers.

In the owner's order: first each charger that charges, or wants to, gets the least current; then each as
much as its car takes and a little more; what is left over goes to the first. So a shortage takes from
the last charger first, down to the least current of each before any is stopped, and a car that takes little
keeps no other from what it leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from .memory import ChargerMemory, Drawn
from .model import MAX_CURRENT_A, MIN_CURRENT_A
from .reasons import ReasonCode
from .site_limits import Line

RESTART_A: Final = MIN_CURRENT_A + 1.0
"""Room for a start: with less the first kettle would end it."""

SPARE_A: Final = 2.0
"""So much more than it draws is kept for a car that charges, so that it can go on rising."""

type Given = tuple[float, ReasonCode]
"""Amps per phase, and the limit that binds first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One charger while room is dealt out."""

    key: str
    order: int
    memory: ChargerMemory
    drawn: Drawn
    running: bool
    """It has an offer of ours, and a car."""
    idle: bool
    """Its car has had enough."""
    wants: bool
    """The law would give it current if there were room."""
    most_a: float
    phases: int
    grid_phase: int
    watts_per_a: float
    ours: bool
    """It tells what it draws and does what we say; what another takes is as little ours as the house's."""

    def weight_w(self, line: Line) -> float:
        """Watts that one more ampere per phase puts on a line."""
        if line.phase is None:
            return self.watts_per_a
        somewhere = self.grid_phase == 0 or self.phases > 1 or line.phase == self.grid_phase
        return self.watts_per_a / self.phases if somewhere else 0.0

    @property
    def least_a(self) -> float:
        """What it needs to charge at all; 0 = it does not want to."""
        if self.running:
            return 0.0 if self.idle else float(MIN_CURRENT_A)
        return RESTART_A if self.wants else 0.0

    @property
    def useful_a(self) -> float:
        """What its car takes now and might take in a moment."""
        if not self.running or self.idle:
            return self.least_a
        return min(self.most_a, max(self.least_a, self.drawn.high_a + SPARE_A))


def deal(loads: Sequence[Load], free: Sequence[tuple[Line, float]]) -> Mapping[str, Given]:
    """Give each load its room; `free` is what is left for all of them below each line, W."""
    lines = [line for line, _ in free]
    left_w = [watts for _, watts in free]
    given = {load.key: 0.0 for load in loads}
    by = {load.key: ReasonCode.LIMITED_BY_GRID for load in loads}
    for load in loads:
        least_a = load.least_a
        if _tightest(load, lines, left_w)[0] >= least_a:
            _take(load, least_a, lines, left_w, given)
    for load in loads:
        if load.running and given[load.key] < load.least_a:
            # It is about to stop, but until then it draws: nobody rises into that.
            _spend(load, load.drawn.high_a, lines, left_w)
    for load in loads:
        if given[load.key] >= load.least_a:
            more_a = max(0.0, load.useful_a - given[load.key])
            tightest_a = max(0.0, _tightest(load, lines, left_w)[0])
            _take(load, min(more_a, tightest_a), lines, left_w, given)
    for load in loads:
        tightest_a, by[load.key] = _tightest(load, lines, left_w)
        over_a = max(0.0, min(tightest_a, MAX_CURRENT_A - given[load.key]))
        if load.running and not load.idle:
            _take(load, over_a, lines, left_w, given)
        elif load.idle and tightest_a >= 0.0:
            # Without an offer it could never say that it wants to go on.
            given[load.key] = max(over_a, float(MIN_CURRENT_A))
        else:
            given[load.key] += over_a
    return {load.key: (given[load.key], by[load.key]) for load in loads}


def _take(
    load: Load,
    amps: float,
    lines: Sequence[Line],
    left_w: list[float],
    given: dict[str, float],
) -> None:
    given[load.key] += amps
    _spend(load, amps, lines, left_w)


def _spend(load: Load, amps: float, lines: Sequence[Line], left_w: list[float]) -> None:
    for number, line in enumerate(lines):
        left_w[number] -= amps * load.weight_w(line)


def _tightest(load: Load, lines: Sequence[Line], left_w: Sequence[float]) -> Given:
    """Amps that are left for a load below every line, negative = too many, and the line that binds."""
    tightest: Given = inf, ReasonCode.LIMITED_BY_GRID
    for line, watts in zip(lines, left_w, strict=True):
        weight_w = load.weight_w(line)
        if weight_w > 0.0 and watts / weight_w < tightest[0]:
            tightest = watts / weight_w, line.reason
    return tightest
