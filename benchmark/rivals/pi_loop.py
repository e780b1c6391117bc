"""A plain PI loop: regulate grid and battery together to zero, as a textbook would.

A model of what an engineer writes in an afternoon, not any product. The integral is clamped, and
between "too little for the minimum" and "enough" stand two dwell times, so it neither winds up nor
chatters: a fair opponent, without knowledge of batteries, nights or hidden sun.
"""

from typing import Final

from benchmark.contract import Facts, Observation
from benchmark.rivals.common import Spell, whole_offer

PROPORTIONAL: Final = 0.4
"""Share of the error answered at once; the site's own loop takes 10..15 s, so well below 1."""
INTEGRAL_PER_S: Final = 0.03
"""Share of the error added every second: a reset time of 13 s."""
ON_AFTER_S: Final = 120.0
OFF_AFTER_S: Final = 300.0
"""Dwell before closing and before opening the contactor."""


class PiLoop:
    """Offered current = kp*error + integral, in amps; on and off by dwell times."""

    period_s: int = 5

    def __init__(self, facts: Facts) -> None:
        """Start switched off with an empty integral."""
        self._facts = facts
        self._volts = facts.voltage_v * facts.phases
        self._integral_a = 0.0
        self._on = False
        self._spell = Spell()

    def offer(self, seen: Observation) -> int:
        """Follow the surplus; hold the minimum through short dips."""
        if not seen.connected:
            self._on = False
            self._integral_a = 0.0
            return 0
        spare_a = (seen.battery_w - seen.grid_w) / self._volts
        if not self._on:
            return self._wait(seen, spare_a)
        return self._follow(seen, spare_a)

    def _wait(self, seen: Observation, spare_a: float) -> int:
        enough = spare_a >= self._facts.min_a
        if self._spell.lasted_s(seen.time_s, so=enough) < ON_AFTER_S:
            return 0
        self._on = True
        self._spell = Spell()
        self._integral_a = float(self._facts.min_a)
        return self._facts.min_a

    def _follow(self, seen: Observation, spare_a: float) -> int:
        facts = self._facts
        integral_a = self._integral_a + INTEGRAL_PER_S * self.period_s * spare_a
        self._integral_a = max(float(facts.min_a), min(integral_a, seen.drawn_a + 2.0, facts.max_a))
        wanted_a = self._integral_a + PROPORTIONAL * spare_a
        short = seen.drawn_a + spare_a < facts.min_a
        if self._spell.lasted_s(seen.time_s, so=short) >= OFF_AFTER_S:
            self._on = False
            self._spell = Spell()
            return 0
        return max(facts.min_a, whole_offer(wanted_a, facts))
