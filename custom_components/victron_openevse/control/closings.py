"""How often a contactor closed, and how often the sun may still close it.

Contactors for 32 A are commonly rated for 50 000 to 100 000 closings under load, and an EVSE's are opened
without it: at a dozen a day one lasts longer than the car. Every closing during an offer of ours is
counted; for the budget of a day only those count that the sun began: not what a car does within an
offer, and not what a person, a plug or another mode asked for. These are above the budget, too. A start
after the charger itself had ended a charge is the sun's, or a poor network would be a way around the budget.
"""

from typing import Final

from .change import replace
from .memory import ChargerMemory
from .model import ChargerSettings, Mode, Status
from .reasons import Reason, ReasonCode
from .want import Want

DAY_S: Final = 86_400.0

BY_SUN: Final = frozenset({Mode.SOLAR, Mode.SOLAR_ONLY})
"""Modes in which the sun alone starts and stops a charge."""

KEPT: Final = 64
"""Closings remembered one by one: more than any budget allows."""


def note_closing(before: ChargerMemory, after: ChargerMemory, mode: Mode) -> ChargerMemory:
    """Count a contactor that was reported closed between these two memories."""
    closed_at_s = after.charging_at_s
    if before.charging_at_s is not None or closed_at_s is None:
        return after
    after = replace(after, closings=after.closings + 1)
    opened_at_s, offered_at_s = before.opened_at_s, before.closed_at_s
    by_car = opened_at_s is not None and offered_at_s is not None and opened_at_s > offered_at_s
    if by_car or after.free_start or mode not in BY_SUN:
        return after
    recent_at_s = _recent_at_s(after, closed_at_s)
    return replace(after, closings_at_s=(*recent_at_s, closed_at_s)[-KEPT:])


def closings_today(memory: ChargerMemory, now_s: float) -> int:
    """How many closings of the last 24 hours count for the budget."""
    return len(_recent_at_s(memory, now_s))


def _recent_at_s(memory: ChargerMemory, now_s: float) -> tuple[float, ...]:
    return tuple(at_s for at_s in memory.closings_at_s if now_s - at_s < DAY_S)


def apply_budget(
    want: Want, memory: ChargerMemory, settings: ChargerSettings, now_s: float
) -> Want:
    """Hold back a start once the day's closings are used up."""
    begins = want.current_a > 0 and memory.offered_current_a == 0
    free = want.urgent or memory.free_start or not memory.connected
    if not begins or free or settings.mode not in BY_SUN:
        return want
    recent_at_s = _recent_at_s(memory, now_s)
    beyond = len(recent_at_s) - settings.daily_closings
    if beyond < 0:
        return want
    # With more used than allowed now, several have to grow a day old.
    left_s = recent_at_s[beyond] + DAY_S - now_s
    numbers = {"closings": float(len(recent_at_s)), "left_s": left_s}
    reason = Reason(ReasonCode.CLOSINGS_USED_UP, numbers)
    return replace(want, current_a=0, status=Status.WAITING_FOR_SUN, reason=reason)
