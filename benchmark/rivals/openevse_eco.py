"""The eco divert of OpenEVSE's own firmware, fed with grid power less battery power.

A model written from the description of OpenEVSE/openevse_esp32_firmware at commit 1797b7a3
(`src/divert.cpp`; the settings from `divert_sim/data/scenarios/config-divert-grid_ie-*.json`), not
the firmware itself. It knows no battery; feeding it grid - battery is what owners of one do, since
with the grid alone it would see nothing.
"""

from dataclasses import dataclass
from math import exp, floor
from typing import Final

from benchmark.contract import Facts, Observation

TRIGGER_A: Final = 6.0
"""Smoothed current that is worth starting, times the PV ratio when that is below 1."""
HYSTERESIS_A: Final = 0.5
RESERVE_W: Final = 1000.0
"""Held back for each 1.0 that the PV ratio exceeds 1: 100 W at 1.1."""
LEAST_TAU_S: Final = 10.0
"""Shorter time constants are raised to this; 0 means no filter."""


@dataclass(frozen=True, slots=True)
class EcoSettings:
    """The firmware's divert settings; the defaults are its own."""

    pv_ratio: float = 1.1
    attack_s: float = 20.0
    decay_s: float = 600.0
    min_charge_s: float = 600.0


DEFAULT: Final = EcoSettings()
NO_IMPORT: Final = EcoSettings(attack_s=300.0, decay_s=20.0)
NO_WASTE: Final = EcoSettings(pv_ratio=0.5)


def available_a(feed_w: float, drawn_a: float, volts: float, pv_ratio: float) -> float:
    """Amps that could be diverted: the export plus what is drawn already, less the reserve."""
    balance_a = feed_w / volts - drawn_a
    if balance_a >= 0.0:
        return 0.0
    reserve_a = RESERVE_W * max(0.0, pv_ratio - 1.0) / volts
    return max(0.0, -balance_a - reserve_a)


class OpenevseEco:
    """Smoothed surplus decides on and off, the unsmoothed one the amps; once per feed message."""

    period_s: int = 5

    def __init__(self, facts: Facts, settings: EcoSettings = DEFAULT) -> None:
        """Enter eco: nothing smoothed, nothing claimed."""
        self._facts = facts
        self._settings = settings
        self._volts = facts.voltage_v * facts.phases
        self._smoothed_a = 0.0
        self._last_s: int | None = None
        self._claim_a = 0
        self._left_s = 0.0
        self._charging = False

    def offer(self, seen: Observation) -> int:
        """Take one feed message and return the claimed current."""
        elapsed_s = 0 if self._last_s is None else seen.time_s - self._last_s
        self._last_s = seen.time_s
        self._count_down(elapsed_s, charging=seen.charging)
        feed_w = seen.grid_w - seen.battery_w
        avail_a = available_a(feed_w, seen.drawn_a, self._volts, self._settings.pv_ratio)
        self._smooth(avail_a, elapsed_s)
        self._decide(avail_a)
        return self._claim_a

    def _count_down(self, elapsed_s: float, *, charging: bool) -> None:
        """Run the minimum charge time; it restarts whenever charging begins."""
        if charging and not self._charging:
            self._left_s = self._settings.min_charge_s
        elif charging and self._claim_a:
            self._left_s -= elapsed_s
        self._charging = charging

    def _smooth(self, avail_a: float, elapsed_s: float) -> None:
        rising = avail_a > self._smoothed_a
        tau_s = self._settings.attack_s if rising else self._settings.decay_s
        if tau_s == 0.0:
            self._smoothed_a = avail_a
            return
        weight = 1.0 - exp(-elapsed_s / max(tau_s, LEAST_TAU_S))
        self._smoothed_a += (avail_a - self._smoothed_a) * weight

    def _decide(self, avail_a: float) -> None:
        share = min(1.0, self._settings.pv_ratio)
        trigger_a = TRIGGER_A * share
        if self._smoothed_a >= trigger_a + HYSTERESIS_A:
            rate_a = floor(avail_a) + (avail_a % 1.0 > share)
            self._claim_a = max(self._facts.min_a, min(rate_a, self._facts.max_a))
        elif self._smoothed_a <= trigger_a and self._left_s <= 0.0:
            self._claim_a = 0
        # Between the two, and within the minimum charge time, the last claim stays as it is.
