"""Care for the contactor: dwell times and a gentle start.

Nothing opens before the minimum on time nor closes before the minimum off time, except for safety or a
person's command. A start offers the least current until the charger reports its contactor closed and a
moment more, because some controllers give full current for the first seconds.
"""

from math import exp
from typing import Final

from .change import replace
from .memory import ChargerMemory
from .model import (
    MIN_CURRENT_A,
    SOLAR_MODES,
    ChargerReading,
    ChargerState,
    SiteSettings,
    Status,
)
from .reasons import Reason, ReasonCode
from .want import Want

OPENINGS_FADE_S: Final = 4 * 3600.0
"""A morning's clouds say little about the afternoon's."""

SETTLE_S: Final = 2.0
"""From the report of a closed contactor until more than the minimum is offered."""

FULL_AFTER_S: Final = 60.0
"""A car that has charged and draws nothing for this long is full or has had enough."""

REFUSES_AFTER_S: Final = 120.0
"""A car that never drew gets longer: some take a minute and more to wake."""

TELLS_S: Final = 30.0
"""A charger may tell so late of an earlier stop: a start that a person has asked for since is not over."""

STOPPED: Final = frozenset({ChargerState.SLEEPING, ChargerState.DISABLED})
"""What a charger says that offers nothing, whatever the car wants."""


def note_state(memory: ChargerMemory, charger: ChargerReading, now_s: float) -> ChargerMemory:
    """Remember when the contactor was reported closed, and whether this charger sleeps blind.

    A contactor that car or charger opened starts gently again: the offer falls to the minimum.
    """
    if charger.state is None:
        return memory
    if charger.state.value is ChargerState.CHARGING:
        if memory.charging_at_s is None and memory.offered_current_a > 0:
            return replace(memory, charging_at_s=now_s, drew=True, idle_at_s=None)
        return memory if memory.idle_at_s is None else replace(memory, idle_at_s=None)
    if charger.state.value is ChargerState.DISABLED and not memory.blind:
        memory = replace(memory, blind=True)
    was_on = memory.charging_at_s is not None and memory.offered_current_a > 0
    if was_on and charger.state.value in STOPPED:
        return _note_stopped(memory, now_s)
    if memory.charging_at_s is not None:
        memory = replace(memory, charging_at_s=None, opened_at_s=now_s)
    if memory.offered_current_a > 0 and memory.idle_at_s is None:
        memory = replace(memory, idle_at_s=now_s)
    return memory


def _note_stopped(memory: ChargerMemory, now_s: float) -> ChargerMemory:
    """The charger itself ended a charge that was offered: nobody had told it to go on.

    What the law had decided is as old as that, so it decides anew, and does so without a rest: it was
    not the weather that opened the contactor.
    """
    opened_at_s, closed_at_s = memory.opened_at_s, memory.closed_at_s
    lately = (
        opened_at_s is not None
        and closed_at_s is not None
        and closed_at_s - opened_at_s < TELLS_S
        and now_s - closed_at_s < TELLS_S
    )
    return replace(
        memory,
        offered_current_a=0,
        changed_at_s=now_s,
        charging_at_s=None,
        idle_at_s=None,
        awake=None,
        battery_free=None,
        free_start=memory.free_start and lately,
    )


def has_had_enough(memory: ChargerMemory, now_s: float) -> bool:
    """Tell whether a car that is offered current has not drawn any for so long that it is full."""
    if memory.idle_at_s is None:
        return False
    return now_s - memory.idle_at_s >= (FULL_AFTER_S if memory.drew else REFUSES_AFTER_S)


def apply_dwell(
    want: Want, memory: ChargerMemory, settings: SiteSettings, minimum_a: int, now_s: float
) -> Want:
    """Hold back a switching that would come too early."""
    running = memory.offered_current_a > 0
    if running and want.current_a == 0:
        return _hold_closed(want, memory, settings.min_on_s, minimum_a, now_s)
    if not running and want.current_a > 0:
        return _hold_open(want, memory, settings.min_off_s, now_s)
    return want


def _hold_closed(
    want: Want, memory: ChargerMemory, min_on_s: float, minimum_a: int, now_s: float
) -> Want:
    if want.urgent or memory.charging_at_s is None:
        return want
    left_s = min_on_s - (now_s - memory.charging_at_s)
    if left_s <= 0.0:
        return want
    return Want(
        current_a=minimum_a,
        status=Status.CHARGING_MINIMUM,
        reason=Reason(ReasonCode.MINIMUM_ON_TIME, {"left_s": left_s}),
    )


def _hold_open(want: Want, memory: ChargerMemory, min_off_s: float, now_s: float) -> Want:
    if want.urgent or memory.free_start or memory.opened_at_s is None:
        return want
    left_s = min_off_s - (now_s - memory.opened_at_s)
    if left_s <= 0.0:
        return want
    by_sun = memory.mode in SOLAR_MODES
    return Want(
        current_a=0,
        status=Status.WAITING_FOR_SUN if by_sun else Status.STARTING,
        reason=Reason(ReasonCode.MINIMUM_OFF_TIME, {"left_s": left_s}),
    )


def recent_openings(memory: ChargerMemory, now_s: float) -> float:
    """How often the contactor was opened lately: 1 for one just now, fading over hours."""
    if memory.opened_at_s is None:
        return 0.0
    ago_s = max(0.0, now_s - memory.opened_at_s)
    return memory.openings * exp(-ago_s / OPENINGS_FADE_S)


def apply_start(want: Want, memory: ChargerMemory, now_s: float) -> Want:
    """Offer only the least current until the contactor has closed and settled."""
    if want.current_a <= MIN_CURRENT_A:
        return want
    closed_at_s = memory.charging_at_s
    if closed_at_s is not None and now_s - closed_at_s >= SETTLE_S:
        return want
    return replace(
        want,
        current_a=MIN_CURRENT_A,
        status=Status.STARTING,
        reason=Reason(ReasonCode.WAITING_FOR_CONTACTOR, {"target_a": want.current_a}),
    )


def remember_offer(memory: ChargerMemory, offered_a: int, now_s: float) -> ChargerMemory:
    """Note what is offered and the times of its changes."""
    before_a = memory.offered_current_a
    if offered_a == before_a:
        return memory
    if offered_a == 0:
        opened_at_s, openings = memory.opened_at_s, memory.openings
        if memory.charging_at_s is not None:
            opened_at_s, openings = now_s, 1.0 + recent_openings(memory, now_s)
        return replace(
            memory,
            openings=openings,
            offered_current_a=0,
            changed_at_s=now_s,
            opened_at_s=opened_at_s,
            charging_at_s=None,
            idle_at_s=None,
            free_start=False,
        )
    if before_a == 0:
        memory = replace(memory, closed_at_s=now_s, charging_at_s=None, idle_at_s=None)
    return replace(memory, offered_current_a=offered_a, changed_at_s=now_s)
