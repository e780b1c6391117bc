"""openWB 2's rules for charging from surplus.

A model written from a description of openWB/core at commit 3039a21 (`packages/control/counter.py`,
`bat_all.py`, `algorithm/surplus_controlled.py`, `general.py`), not openWB itself. Signs here as
everywhere: grid + = import, battery + = charging.
"""

from typing import Final

from benchmark.contract import Facts, Observation
from benchmark.rivals.common import Spell, whole_offer
from custom_components.victron_openevse.control.model import Priority

RANGE_W: Final = 230.0
"""Import between 0 and this is left alone, and aimed at its middle."""
RAMP_EXPORT_W: Final = 100.0
"""With battery first this much is left for export, so that the battery finds room to rise."""
START_W: Final = 1500.0
"""Surplus per phase that starts a charge ..."""
START_S: Final = 30.0
"""... after so long."""
STOP_S: Final = 60.0
"""At minimum current, shortage for so long stops it."""
LARGEST_STEP_A: Final = 5.0
UNUSED_A: Final = 2.0
"""Offered but not drawn: at most so much stays offered."""
MIN_SOC_PCT: Final = 50.0
MAX_SOC_PCT: Final = 70.0
KEPT_W: Final = 2000.0
"""Charging power kept for the battery below the lower level."""
DISCHARGE_W: Final = 1500.0
"""Battery power lent to the car above the upper level, until the lower one is reached."""
FULL_PCT: Final = 100.0


class Openwb:
    """Battery first, car first, or by level (50/70 %), as the owner's priority says."""

    period_s: int = 10

    def __init__(self, facts: Facts) -> None:
        """Start switched off."""
        self._facts = facts
        self._volts = facts.voltage_v * facts.phases
        self._on = False
        self._lending = False
        self._spell = Spell()

    def offer(self, seen: Observation) -> int:
        """Start, follow or stop."""
        if not seen.connected:
            self._on = False
            self._spell = Spell()
            return 0
        import_w = seen.grid_w - self._battery_share_w(seen)
        if not self._on:
            return self._wait(seen, import_w)
        return self._follow(seen, import_w)

    def _battery_share_w(self, seen: Observation) -> float:
        """Battery power that counts as the car's; a discharging battery is shortage."""
        if self._facts.priority is Priority.CAR_FIRST:
            return seen.battery_w
        if self._facts.priority is Priority.HOUSE_FIRST:
            return min(0.0, seen.battery_w)
        return self._share_by_level_w(seen)

    def _share_by_level_w(self, seen: Observation) -> float:
        if seen.soc_pct < MIN_SOC_PCT:
            self._lending = False
            return min(0.0, seen.battery_w) + max(0.0, seen.battery_w - KEPT_W)
        self._lending = self._lending or seen.soc_pct >= MAX_SOC_PCT
        return seen.battery_w + (DISCHARGE_W if self._lending else 0.0)

    def _wait(self, seen: Observation, import_w: float) -> int:
        enough = -import_w >= START_W * self._facts.phases
        if self._spell.lasted_s(seen.time_s, so=enough) < START_S:
            return 0
        self._on = True
        self._spell = Spell()
        return self._facts.min_a

    def _follow(self, seen: Observation, import_w: float) -> int:
        facts = self._facts
        battery_first = facts.priority is Priority.HOUSE_FIRST and seen.soc_pct < FULL_PCT
        aim_w = -RAMP_EXPORT_W if battery_first else RANGE_W / 2.0
        short_w = aim_w - import_w
        offered_a = float(min(seen.offered_a, int(seen.drawn_a + UNUSED_A)))
        if abs(short_w) > RANGE_W / 2.0:
            step_a = short_w / self._volts
            offered_a += max(-LARGEST_STEP_A, min(step_a, LARGEST_STEP_A))
        if offered_a > facts.min_a:
            self._spell = Spell()
            return whole_offer(offered_a, facts)
        if self._spell.lasted_s(seen.time_s, so=import_w > 0.0) >= STOP_S:
            self._on = False
            self._spell = Spell()
            return 0
        return facts.min_a
