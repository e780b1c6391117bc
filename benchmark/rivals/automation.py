"""The common automation: on at 6 A after five sunny minutes, off after five without.

A model written from what owners publish for Home Assistant (a numeric trigger "above 1.4 kW for
5 minutes" and its counterpart), not any one of them itself. The trigger here already sees the best
of them: surplus with the battery's power in it, not bare export.
"""

from typing import Final

from benchmark.contract import Facts, Observation
from benchmark.rivals.common import Spell

ON_ABOVE_W: Final = 1400.0
"""6 A at 230 V, per phase."""
OFF_BELOW_W: Final = 0.0
"""With the car on: the rest is no longer sun."""
FOR_S: Final = 300.0
"""Both triggers wait five minutes."""


class Automation:
    """Two triggers and the minimum current; it never follows the sun."""

    period_s: int = 10

    def __init__(self, facts: Facts) -> None:
        """Start switched off."""
        self._facts = facts
        self._on = False
        self._spell = Spell()

    def offer(self, seen: Observation) -> int:
        """Offer the minimum current or nothing."""
        if not seen.connected:
            self._on = False
            self._spell = Spell()
            return 0
        spare_w = seen.battery_w - seen.grid_w
        turn = spare_w < OFF_BELOW_W if self._on else spare_w > ON_ABOVE_W * self._facts.phases
        if self._spell.lasted_s(seen.time_s, so=turn) >= FOR_S:
            self._on = not self._on
            self._spell = Spell()
        return self._facts.min_a if self._on else 0
