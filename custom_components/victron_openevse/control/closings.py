"""How often a contactor closed, and how often it may still close by itself.

Contactors for 32 A are commonly rated for 50 000 to 100 000 closings under load, and an EVSE's are opened
without it: at a dozen a day one lasts longer than the car. Every closing during an offer of ours is
counted; for the budget of a day only those count that nobody asked for: not what a car does within an
offer, and not what a person or a plug began. These are above the budget, too. Starts after a limit, a lost
grid or the charger itself had ended a charge are nobody's, or a poor network would be a way around the budget.

The sun waits for its budget: it has no promise to keep. A mode with a current of its own has, so beyond the
budget its contactor closes once an hour. Each of the two has its own book: a night of short outages must not
cost the next day's sun.
"""

from typing import Final

from .change import replace
from .memory import ChargerMemory
from .model import ChargerSettings, Mode, Status
from .reasons import Reason, ReasonCode
from .want import Want

DAY_S: Final = 86_400.0

BEYOND_S: Final = 3600.0
"""With two dozen more a day a contactor still lasts for years, and the car has most of its night."""

PROMISED: Final = frozenset({Mode.MINIMUM_SOLAR, Mode.MEDIUM, Mode.FAST})
"""Modes with a current of their own."""

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
    if by_car or after.free_start:
        return after
    book = (*_recent_at_s(after, mode, closed_at_s), closed_at_s)[-KEPT:]
    if mode in PROMISED:
        return replace(after, resumed_at_s=book)
    return replace(after, closings_at_s=book)


def closings_today(memory: ChargerMemory, mode: Mode, now_s: float) -> int:
    """How many closings of the last 24 hours count for the budget."""
    return len(_recent_at_s(memory, mode, now_s))


def _recent_at_s(memory: ChargerMemory, mode: Mode, now_s: float) -> tuple[float, ...]:
    book = memory.resumed_at_s if mode in PROMISED else memory.closings_at_s
    return tuple(at_s for at_s in book if now_s - at_s < DAY_S)


def apply_budget(
    want: Want, memory: ChargerMemory, settings: ChargerSettings, now_s: float
) -> Want:
    """Hold back a start that nobody asked for once the day's closings are used up."""
    begins = want.current_a > 0 and memory.offered_current_a == 0
    if not begins or want.urgent or memory.free_start or not memory.connected:
        return want
    recent_at_s = _recent_at_s(memory, settings.mode, now_s)
    beyond = len(recent_at_s) - settings.daily_closings
    if beyond < 0:
        return want
    promised = settings.mode in PROMISED
    # With more used than allowed now, several have to grow a day old.
    free_at_s = recent_at_s[beyond] + DAY_S
    if promised:
        free_at_s = min(free_at_s, recent_at_s[-1] + BEYOND_S)
    if free_at_s <= now_s:
        return want
    numbers = {"closings": float(len(recent_at_s)), "left_s": free_at_s - now_s}
    return replace(
        want,
        current_a=0,
        status=Status.LIMITED if promised else Status.WAITING_FOR_SUN,
        reason=Reason(ReasonCode.CLOSINGS_USED_UP, numbers),
    )
