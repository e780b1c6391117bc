"""The original Node-RED flow in its solar mode.

A model written from the published description of thepaulcooper/victron-openEVSE (`flows.json`, as
it is shipped), not the flow itself. Its numbers stay as they are on every site: they were found for
8 kWh and one phase. Signs: battery + = charging.
"""

from typing import Final

from benchmark.contract import Facts, Observation
from benchmark.rivals.common import whole_offer

CYCLE_S: Final = 20
"""The flow acts this often, on the mean since the last time."""
RISE_W: Final = 300.0
"""Charging battery: one amp more for each of these."""
FALL_W: Final = 500.0
"""Discharging battery: one amp less for each of these, rounded away from zero."""
TOP_A: Final = 20
"""Its documentation's limit in solar mode."""
FULL_PCT: Final = 95.0
"""From here a battery at rest may hide sun."""
TICKLE_CYCLES: Final = 4
"""So many cycles without a change, then one amp more."""
NIGHT_PCT: Final = 40.0
FLOOR_PCT: Final = 15.0
RESUME_PCT: Final = 50.0
BASE_W: Final = 250.0
"""Appliances that are always on."""
PER_PCT_W: Final = 500.0
"""Sun above the base, per hour left, that is worth one percent."""
SUN_ENDS_H: Final = 2.0
"""Hours before sunset at which the sun stops counting."""
PV_MEAN_S: Final = 120
"""Window of the mean of PV power."""


def off_threshold_pct(pv_mean_w: float, hours_to_sunset: float) -> float:
    """Level at which the charger is put to sleep: `max(40 - h*max(PV - 250, 0)/500, 15)`."""
    hours = max(0.0, hours_to_sunset - SUN_ENDS_H)
    return max(NIGHT_PCT - hours * max(pv_mean_w - BASE_W, 0.0) / PER_PCT_W, FLOOR_PCT)


def step_a(battery_mean_w: float) -> int:
    """Amps to add: floor(W/300) when charging, floor(W/500) when discharging."""
    return int(battery_mean_w // (RISE_W if battery_mean_w >= 0.0 else FALL_W))


class Original:
    """Solar mode all day: follow the battery's power, sleep at the lower threshold, probe when full."""

    period_s: int = 5
    """It samples the battery more often than it acts."""

    def __init__(self, facts: Facts) -> None:
        """Start awake at the minimum, as the flow does when its mode is chosen."""
        self._facts = facts
        self._offered_a = facts.min_a
        self._asleep = False
        self._still = 0
        self._battery_w: list[float] = []
        self._pv_w: list[float] = []

    def offer(self, seen: Observation) -> int:
        """Collect samples, and act on every fourth."""
        if not seen.connected:
            self._offered_a = self._facts.min_a
            return 0
        self._battery_w.append(seen.battery_w)
        self._pv_w = [*self._pv_w[1 - PV_MEAN_S // self.period_s :], seen.pv_w]
        if len(self._battery_w) >= CYCLE_S // self.period_s:
            mean_w = sum(self._battery_w) / len(self._battery_w)
            self._battery_w.clear()
            self._cycle(seen, mean_w)
        return 0 if self._asleep else whole_offer(self._offered_a, self._facts)

    def _cycle(self, seen: Observation, battery_mean_w: float) -> None:
        pv_mean_w = sum(self._pv_w) / len(self._pv_w)
        hours = (self._facts.sunset_s - seen.time_s) / 3600.0
        self._sleep_or_wake(seen.soc_pct, off_threshold_pct(pv_mean_w, hours))
        if self._asleep:
            return
        change_a = step_a(battery_mean_w)
        self._still = 0 if change_a else self._still + 1
        if self._still >= TICKLE_CYCLES and seen.soc_pct >= FULL_PCT:
            change_a = 1
            self._still = 0
        top_a = min(TOP_A, self._facts.max_a)
        self._offered_a = max(self._facts.min_a, min(top_a, self._offered_a + change_a))

    def _sleep_or_wake(self, soc_pct: float, threshold_pct: float) -> None:
        if not self._asleep and soc_pct <= threshold_pct:
            self._asleep = True
        elif self._asleep and soc_pct >= RESUME_PCT:
            self._asleep = False
            self._offered_a = self._facts.min_a
            self._still = 0
