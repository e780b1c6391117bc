"""How many phases the car really draws on.

The owner says 1 or 3. If a three-phase car is charged as one of one phase, every amp is worth three
times what the law believes and the battery pays the difference, so the charger's own power and
current are compared. Only more phases than configured are believed: too few merely waste some sun.
"""

from typing import Final

from .change import replace
from .freshness import known
from .memory import ChargerMemory
from .model import ChargerReading, ChargerSettings

MOST_PHASES: Final = 3

LEAST_CURRENT_A: Final = 5.0
"""Below this, power and current are too small to tell noise from phases."""

LEAST_VOLTAGE_V: Final = 80.0
"""No mains anywhere is lower: a smaller value is no voltage."""

TOLERANCE_PHASES: Final = 0.25
"""Power and current are reported at different moments; a ramping car is a few percent off."""

TOLERANCE_SHARE: Final = 0.12
"""A charger without a volt meter reckons with the 240 V it was delivered with, on grids from 220 V up."""

HOLD_S: Final = 20.0
"""What is seen must last this long: a ramp takes up to 10 s."""

TOGETHER_S: Final = 10.0
"""Power and current told further apart may be of two offers."""


def note_phases(
    memory: ChargerMemory, charger: ChargerReading, voltage_v: float | None, now_s: float
) -> ChargerMemory:
    """Learn the car's phases from the charger's power per ampere.

    `voltage_v` (phase to neutral) is the site's: a charger between two of its phases, as in North America,
    reports the volts between them, and each of its amps is on both. Where the site tells none the charger's
    own are used.
    """
    seen = _seen_phases(charger, voltage_v)
    if seen is None or seen == memory.car_phases:
        return memory if memory.phases_at_s is None else replace(memory, phases_at_s=None)
    if memory.phases_at_s is None:
        return replace(memory, phases_at_s=now_s)
    if now_s - memory.phases_at_s < HOLD_S:
        return memory
    return replace(memory, car_phases=seen, phases_at_s=None)


def phases_of(settings: ChargerSettings, memory: ChargerMemory) -> int:
    """Phases to reckon with: the larger of configured and seen."""
    return max(settings.phases, min(memory.car_phases or 1, MOST_PHASES))


def _seen_phases(charger: ChargerReading, voltage_v: float | None) -> int | None:
    current, power = charger.charging_current_a, charger.charging_power_w
    if current is None or power is None or abs(current.at_s - power.at_s) > TOGETHER_S:
        return None
    current_a, power_w = known(current), known(power)
    volts = voltage_v or known(charger.voltage_v)
    if current_a is None or power_w is None or volts is None:
        return None
    if current_a <= LEAST_CURRENT_A or volts < LEAST_VOLTAGE_V:
        return None
    ratio = power_w / (current_a * volts)
    phases = min(max(round(ratio), 1), MOST_PHASES)
    tolerance = max(TOLERANCE_PHASES, TOLERANCE_SHARE * phases)
    return phases if abs(ratio - phases) <= tolerance else None
