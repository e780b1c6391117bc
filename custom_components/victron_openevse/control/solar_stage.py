"""The solar modes for one charger: trust in the data, then whether, then how much."""

from typing import Final

from .awake import START_MARGIN, START_SHARE, update_awake
from .change import replace
from .following import follow
from .freshness import Trust, known
from .memory import ChargerMemory
from .model import ChargerReading, ChargerState, Mode, Status
from .reasons import Reason, ReasonCode
from .view import Share, SiteView
from .want import Want

SHARING_W: Final = 235.0
"""One amp: what the battery adds below this is rounding."""


def want_solar(
    mode: Mode,
    memory: ChargerMemory,
    charger: ChargerReading,
    view: SiteView,
    share: Share,
) -> tuple[Want, ChargerMemory]:
    """What the sun allows this car right now."""
    if view.trust is not Trust.CURRENT:
        if mode is Mode.MINIMUM_SOLAR and view.trust is not Trust.HOLD and memory.battery_free:
            # Nobody knows any more that the battery may give the minimum, so the grid does.
            memory = replace(memory, battery_free=False)
        return _want_without_data(mode, memory, view, share), memory
    if charger.state is None and charger.charging_current_a is None and memory.offered_current_a:
        # After a restart a charger tells its state last: what it has been offered stays.
        return _hold(memory, share), memory
    memory = update_awake(mode, memory, view, share)
    if not memory.awake:
        if memory.free_start:
            memory = replace(memory, free_start=False)
        return _sleep(mode, memory, view, share), memory
    current_a, memory = follow(mode, memory, view, share, _drawn_a(memory, charger, share))
    return _describe(mode, memory, view, share, current_a), memory


def _drawn_a(memory: ChargerMemory, charger: ChargerReading, share: Share) -> float | None:
    """Current the car takes per phase, A; None when it is not charging or does not say."""
    if memory.charging_at_s is None:
        return None
    if charger.state is not None and charger.state.value is not ChargerState.CHARGING:
        return None
    drawn_a = known(charger.charging_current_a)
    if drawn_a is not None:
        return drawn_a
    power_w = known(charger.charging_power_w)
    return None if power_w is None else power_w / share.watts_per_a


def _want_without_data(mode: Mode, memory: ChargerMemory, view: SiteView, share: Share) -> Want:
    """Hold, then minimum, then stop. `minimum_solar` keeps its promise: the minimum needs no data."""
    running = memory.offered_current_a > 0
    guaranteed = mode is Mode.MINIMUM_SOLAR
    if view.trust is Trust.HOLD and running:
        return _hold(memory, share)
    if guaranteed or (running and view.trust is not Trust.STOP):
        return Want(
            current_a=share.minimum_a,
            status=Status.NO_DATA,
            reason=Reason(ReasonCode.DATA_OLD_MINIMUM, {"current_a": share.minimum_a}),
        )
    return Want(
        current_a=0, status=Status.NO_DATA, reason=Reason(ReasonCode.DATA_MISSING), urgent=True
    )


def _hold(memory: ChargerMemory, share: Share) -> Want:
    """What runs goes on, but not with more than this mode ever gives: it may come from another one."""
    return Want(
        current_a=min(memory.offered_current_a, share.maximum_a),
        status=Status.CHARGING,
        reason=Reason(ReasonCode.DATA_OLD_HOLDING),
    )


def _sleep(mode: Mode, memory: ChargerMemory, view: SiteView, share: Share) -> Want:
    soc_pct, reserve_pct = view.soc_pct or 0.0, view.levels.reserve_pct
    by_battery = soc_pct <= reserve_pct or not view.plan.waits_for_sun
    if not memory.battery_free or (mode is Mode.SOLAR and by_battery):
        numbers = {
            "soc_pct": soc_pct,
            "reserve_pct": reserve_pct,
            "resume_pct": view.levels.resume_pct,
        }
        filling = view.plan.keeps_full
        code = ReasonCode.FILLING_BATTERY_FIRST if filling else ReasonCode.RESERVE_REACHED
        return Want(current_a=0, status=Status.WAITING_FOR_BATTERY, reason=Reason(code, numbers))
    needed_w = share.minimum_w * (START_SHARE if mode is Mode.SOLAR else START_MARGIN)
    numbers = {"surplus_w": share.slow_w, "needed_w": needed_w}
    reason = Reason(ReasonCode.WAITING_FOR_SURPLUS, numbers)
    return Want(current_a=0, status=Status.WAITING_FOR_SUN, reason=reason)


def _describe(
    mode: Mode, memory: ChargerMemory, view: SiteView, share: Share, current_a: int
) -> Want:
    numbers = {
        "surplus_w": share.fast_w,
        "soc_pct": view.soc_pct or 0.0,
        "reserve_pct": view.levels.reserve_pct,
    }
    if memory.probe.current_a >= current_a:
        return Want(
            current_a=current_a,
            status=Status.CHARGING,
            reason=Reason(ReasonCode.PROBING_HIDDEN_SUN, numbers),
        )
    if share.lift_w >= SHARING_W:
        numbers["battery_gives_w"] = share.lift_w
        reason = Reason(ReasonCode.SHARING_BATTERY, numbers)
        return Want(current_a=current_a, status=Status.CHARGING, reason=reason)
    if memory.battery_free and share.fast_w >= share.minimum_w:
        reason = Reason(ReasonCode.FOLLOWING_SURPLUS, numbers)
        return Want(current_a=current_a, status=Status.CHARGING, reason=reason)
    code = ReasonCode.SUPPLEMENTING_MINIMUM
    if mode is Mode.MINIMUM_SOLAR:
        code = ReasonCode.GUARANTEED_MINIMUM
    return Want(current_a=current_a, status=Status.CHARGING_MINIMUM, reason=Reason(code, numbers))
