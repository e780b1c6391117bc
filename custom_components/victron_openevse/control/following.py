"""At what current a car follows its share of the surplus.

Surplus divided by volts, in whole amps. Falls act at once; a rise waits until grid and battery have
been read after the last change, so that silent meters can never let the offer climb on its own.
"""

from math import ceil, floor
from typing import Final

from .change import replace
from .curtailment import step_probe
from .memory import ChargerMemory, Probe
from .model import Mode
from .view import Share, SiteView

ROUNDING_RESERVE_PCT: Final = 2.0
"""This far above the reserve the battery takes the rounding either way."""

KEEP_NEAREST_A: Final = 0.75
"""Nearest whole amp: the offer stays while the surplus is this close (0.25 A beyond rounding)."""

KEEP_ABOVE_A: Final = 1.25
"""Rounding down: the offer rises only when the surplus is this far above it."""

RISE_INTERVAL_S: Final = 4.0
"""Between two rises: the car answers within 3 s, the charger reports each second."""

METER_DELAY_S: Final = 2.0
"""A rise needs a look at grid and battery this long after the last change of the offer."""

UNDER_A: Final = 1.5
"""A car this far below its offer takes less than it could."""

UNDER_HOLD_S: Final = 20.0
"""It must do so this long: cars need up to 10 s to ramp."""

CAP_ROOM_A: Final = 1
"""What a car that takes less is offered above its draw, so that it can show that it wants more."""


def follow(
    mode: Mode, memory: ChargerMemory, view: SiteView, share: Share, drawn_a: float | None
) -> tuple[int, ChargerMemory]:
    """Give the current to offer, A, and the memory of draw and probe.

    `drawn_a` is what the car takes per phase; None when it is not charging.
    """
    if drawn_a is None:
        # A car that pauses by itself must not come back to a current nobody watched.
        return share.minimum_a, replace(memory, under_at_s=None, probe=Probe())
    memory = _note_draw(memory, drawn_a, view.now_s)
    if not memory.battery_free:
        # Only the guaranteed minimum gets here with a battery that needs the sun itself.
        return share.minimum_a, memory
    memory = _probe(memory, view, share, drawn_a)
    target_a = max(_round(mode, memory, view, share), memory.probe.current_a)
    target_a = max(share.minimum_a, min(target_a, useful_a(memory, share)))
    if target_a > memory.offered_current_a > 0 and not _may_rise(memory, view):
        target_a = max(memory.offered_current_a, share.minimum_a)
    return target_a, memory


def useful_a(memory: ChargerMemory, share: Share) -> int:
    """Most current worth offering: the owner's maximum, and little more than the car takes."""
    if memory.draw_cap_a is None:
        return share.maximum_a
    capped_a = ceil(memory.draw_cap_a) + CAP_ROOM_A
    return max(share.minimum_a, min(share.maximum_a, capped_a))


def _round(mode: Mode, memory: ChargerMemory, view: SiteView, share: Share) -> int:
    """Whole amps for the surplus, staying at the present offer where it is as good."""
    exact_a = (share.fast_w + share.lift_w) / share.watts_per_a
    offered_a = memory.offered_current_a
    battery_rounds = (
        mode is not Mode.SOLAR_ONLY
        and view.soc_pct is not None
        and view.soc_pct > view.levels.reserve_pct + ROUNDING_RESERVE_PCT
    )
    if battery_rounds:
        return offered_a if abs(exact_a - offered_a) <= KEEP_NEAREST_A else round(exact_a)
    return offered_a if 0.0 <= exact_a - offered_a < KEEP_ABOVE_A else floor(exact_a)


def _may_rise(memory: ChargerMemory, view: SiteView) -> bool:
    changed_at_s = memory.changed_at_s
    if changed_at_s is None:
        return True
    if view.measured_at_s is None or view.now_s - changed_at_s < RISE_INTERVAL_S:
        return False
    return view.measured_at_s - changed_at_s >= METER_DELAY_S


def _note_draw(memory: ChargerMemory, drawn_a: float, now_s: float) -> ChargerMemory:
    """Learn what a car takes that takes less than offered, so that offers do not wind up."""
    if memory.draw_cap_a is not None and drawn_a > memory.draw_cap_a + CAP_ROOM_A / 2:
        return replace(memory, draw_cap_a=None, under_at_s=None)
    if drawn_a > memory.offered_current_a - UNDER_A:
        return memory if memory.under_at_s is None else replace(memory, under_at_s=None)
    under_at_s = now_s if memory.under_at_s is None else memory.under_at_s
    if now_s - under_at_s < UNDER_HOLD_S:
        return replace(memory, under_at_s=under_at_s)
    return replace(memory, under_at_s=under_at_s, draw_cap_a=drawn_a)


def _probe(memory: ChargerMemory, view: SiteView, share: Share, drawn_a: float) -> ChargerMemory:
    """Look for hidden sun while the car takes what it is offered."""
    probe = step_probe(
        memory.probe,
        curtailed=bool(view.curtailed),
        limited=view.limited,
        shortage_w=view.shortage_w,
        drawn_a=drawn_a,
        offered_a=memory.offered_current_a,
        now_s=view.now_s,
    )
    if probe.current_a > share.maximum_a:
        probe = replace(probe, current_a=share.maximum_a)
    return memory if probe is memory.probe else replace(memory, probe=probe)
