"""When a car has as much as its owner wants: a state of charge, or energy in one session.

A car tells its state of charge when it likes and falls silent when it sleeps. So only a state that is
told counts as reached; once it was, silence does not undo it, and neither does the percent or two that
a resting car loses. A boost is asked for on top of both; it does not see them (`temporary`).
"""

from math import isfinite
from typing import Final

from .change import replace
from .memory import ChargerMemory
from .model import NO_TARGET_PCT, ChargerSettings
from .reasons import Reason, ReasonCode

RECHARGE_PCT: Final = 3.0
"""This far below its target a car that had reached it charges again: less is rounding, or what a
resting car takes for itself, and not worth a closing."""


def note_target(
    settings: ChargerSettings, memory: ChargerMemory, soc_pct: float | None
) -> ChargerMemory:
    """Remember whether the car has reached the target. `soc_pct`: 0..100, None = not told."""
    target_pct = settings.target_soc_pct
    if target_pct >= NO_TARGET_PCT or soc_pct is None or not isfinite(soc_pct):
        return memory
    reached_pct = memory.reached_pct
    if soc_pct >= target_pct:
        reached_pct = target_pct
    elif soc_pct < target_pct - RECHARGE_PCT:
        reached_pct = 0.0
    return memory if reached_pct == memory.reached_pct else replace(memory, reached_pct=reached_pct)


def has_its_fill(settings: ChargerSettings, memory: ChargerMemory) -> bool:
    """Tell whether this car gets nothing more, for the owner's sake."""
    return _at_limit(settings, memory) or _at_target(settings, memory)


def fill_reason(settings: ChargerSettings, memory: ChargerMemory) -> Reason:
    """Say which of the two it is; call it only for a car that has its fill."""
    if _at_limit(settings, memory):
        numbers = {
            "session_kwh": memory.meter.session.total_kwh,
            "limit_kwh": settings.session_limit_kwh,
        }
        return Reason(ReasonCode.SESSION_LIMIT_REACHED, numbers)
    return Reason(ReasonCode.TARGET_REACHED, {"target_pct": settings.target_soc_pct})


def _at_limit(settings: ChargerSettings, memory: ChargerMemory) -> bool:
    limit_kwh = settings.session_limit_kwh
    meter = memory.meter
    return limit_kwh > 0.0 and meter.session.total_kwh + meter.unconfirmed_kwh >= limit_kwh


def _at_target(settings: ChargerSettings, memory: ChargerMemory) -> bool:
    return settings.target_soc_pct <= memory.reached_pct and settings.target_soc_pct < NO_TARGET_PCT
