"""Whether a car should be on in the solar modes.

`solar`: the battery's level decides, with the sun; above the reserve the battery helps, at the reserve
the charger sleeps until the resume level, or until the sun can carry it alone. `solar_only`: the
surplus decides, and below the reserve the battery has the first claim on it. `minimum_solar`: always
on; below the reserve it gets its minimum only.
"""

from typing import Final

from .change import replace
from .contactor import recent_openings
from .exchange import TOLERATED_W
from .memory import ChargerMemory, HiddenStart
from .model import Mode
from .plan import Plan
from .view import Share, SiteView

RESERVE_CONFIRM_S: Final = 180.0
"""A level that only touches the reserve must stay there this long: clouds move the reserve."""

RESERVE_BREACH_PCT: Final = 1.0
"""This far below the reserve it is no touch."""

BREACH_CONFIRM_S: Final = 30.0
"""A clear breach needs only so long: one wrong sample must not open a contactor."""

FREE_HYSTERESIS_PCT: Final = 2.0
"""Where the battery does not help anyway, it gives the sun free this far above the reserve."""

START_MARGIN: Final = 1.05
"""Mean surplus, in minimum powers, at which `solar_only` starts: it should also last."""

BRIDGE_WH: Final = 30.0
"""Energy `solar_only` may borrow to keep the minimum under a cloud; a restart costs the contactor
more. About 80 s of the whole minimum at 6 A."""

HIDDEN_REST_S: Final = 600.0
"""Rest after a start on hidden sun that did not carry the minimum; doubles each time. Such a start
costs about 30 Wh and one closing."""

HIDDEN_REST_MAX_S: Final = 3600.0
"""The sky may change: once an hour is cheap enough to look again."""

HIDDEN_WORTH_S: Final = 1800.0
"""A car that was on for half an hour has shown that the sun carries it: the rest starts anew."""

START_SHARE: Final = 0.72
"""Mean surplus, in minimum powers, at which the sun alone starts `solar`: the battery bridges."""

CAR_START_SHARE: Final = 0.5
"""The same where the sun belongs to the car first, at any level of the battery. Below half the battery
would give more than the sun."""

CAR_STOP_SHARE: Final = 0.3
"""Mean surplus at which such a car stops: enough below its start that clouds do not flap."""

RIDE_THROUGH_S: Final = 600.0
"""So long such a car stays on once the mean surplus is too small. After a bright spell the mean takes up
to a quarter of an hour to get there: 0.5 kWh are lent at most. A shorter ride, or one judged by the
moment, costs more in clicks and in sun than it saves (tuning half)."""

CUSHION_PCT: Final = 5.0
"""So far above the floor such a car starts: what it may have to be lent under the next cloud."""

WORN_AFTER: Final = 1.5
"""Recent openings that are nobody's fault but the weather's."""

WORN_PCT: Final = 5.0
"""Battery that each further one asks for above the level of a start: the same sun, fewer clicks."""

SUN_START_PCT: Final = 2.0
"""How far above L the battery must be for the sun alone to start a car."""

HELPS_SHARE: Final = 0.5
"""A battery that carries less than half of what the sun leaves is no help."""

NIGHT_SHARE: Final = 0.1
"""Mean surplus below which there is no sun left to bridge to."""

STOP_SHARE: Final = 0.72
"""Mean surplus, in minimum powers, below which a car at or below L needs what the battery must keep."""

GONE_SHARE: Final = 0.5
"""Surplus of the moment, in minimum powers, that means the sun is gone when it lasts."""

FULL_STOP_SHARE: Final = 0.5
"""Mean surplus at which a car on a nearly full battery stops."""

FULL_SLACK_PCT: Final = 4.0
"""Play around a full battery, 0.3 kWh of 8: it must not make the contactor its thermostat."""

FULL_START_SLACK_PCT: Final = 3.0
"""So near L the sun starts a car; nearer than it stops, or passing clouds would flap."""

DEEP_PCT: Final = 4.0
"""So far below L the battery gets the sun before a car that is on."""

FULL_DEEP_PCT: Final = 10.0
"""The same where L is full: there the car's sun is only late, not lost."""

SOME_SUN_SHARE: Final = 0.3
"""Sun, in minimum powers, that makes a full battery overflow; at night a full one is just full."""

IMPORT_SHARE: Final = 0.3
"""Lasting import, in minimum powers, that shows that the battery does not help after all."""

OVERFLOW_W: Final = 800.0
"""Mean export at which a car starts although the battery is not where it should be: the battery
cannot take this sun."""

S_PER_H: Final = 3600.0


def update_awake(mode: Mode, memory: ChargerMemory, view: SiteView, share: Share) -> ChargerMemory:
    """Decide anew whether the car should be on; call it only with current readings."""
    if mode is Mode.SOLAR:
        return _update_by_plan(memory, view, share)
    memory = _update_battery(memory, view)
    if mode is Mode.MINIMUM_SOLAR:
        return memory if memory.awake else replace(memory, awake=True)
    if not memory.battery_free:
        return replace(memory, awake=False, bridged_wh=0.0) if memory.awake is not False else memory
    return _update_by_surplus(memory, view, share)


def _update_by_plan(memory: ChargerMemory, view: SiteView, share: Share) -> ChargerMemory:
    """`solar`: battery and sun decide together, as the plan allows."""
    if view.soc_pct is None:
        return memory if memory.awake is not None else replace(memory, awake=False)
    above_pct = view.soc_pct - view.levels.reserve_pct
    if memory.awake is None or not memory.awake:
        starts = _starts(memory, view, share)
        if memory.awake is None:
            # A person is behind it: what battery and sun give at this moment is enough.
            starts = starts or _begins(view, share, above_pct)
        if not starts and memory.awake is not None:
            return memory
        return replace(memory, awake=starts, battery_free=True, below_at_s=None)
    if not _ends(view, share, above_pct):
        return memory if memory.below_at_s is None else replace(memory, below_at_s=None)
    below_at_s = view.now_s if memory.below_at_s is None else memory.below_at_s
    if view.now_s - below_at_s >= _confirm_s(view, share, above_pct):
        hidden = replace(_note_failure(memory, view.now_s), helpless=above_pct > 0.0)
        return replace(memory, awake=False, below_at_s=None, hidden=hidden)
    return replace(memory, below_at_s=below_at_s)


def _confirm_s(view: SiteView, share: Share, above_pct: float) -> float:
    """How long a stop must be right before it comes."""
    lends = above_pct <= 0.0 and (view.soc_pct or 0.0) > view.plan.lowest_pct
    sunny = share.slow_w > NIGHT_SHARE * share.minimum_w
    if lends and sunny and not view.plan.battery_claims:
        return RIDE_THROUGH_S
    below_floor = (view.soc_pct or 0.0) <= view.plan.lowest_pct - RESERVE_BREACH_PCT
    breached = above_pct <= -RESERVE_BREACH_PCT and _sunless(view, share, above_pct)
    return BREACH_CONFIRM_S if below_floor or breached else RESERVE_CONFIRM_S


def _worn_pct(memory: ChargerMemory, view: SiteView) -> float:
    """What a contactor that was busy asks for; around a full battery the level hardly moves."""
    if view.plan.keeps_full:
        return 0.0
    return WORN_PCT * max(0.0, recent_openings(memory, view.now_s) - WORN_AFTER)


def sun_start_pct(memory: ChargerMemory, view: SiteView) -> float:
    """Level above which a mean surplus of `START_SHARE` minimum powers starts `solar`, %."""
    return view.levels.reserve_pct - _slack_pct(view) + _worn_pct(memory, view)


def car_start_pct(memory: ChargerMemory, view: SiteView) -> float:
    """Level from which `CAR_START_SHARE` is enough for a car that comes before the battery, %."""
    return view.plan.lowest_pct + CUSHION_PCT + _worn_pct(memory, view)


def _begins(view: SiteView, share: Share, above_pct: float) -> bool:
    """Whether battery or sun of this moment are enough to begin with."""
    near = above_pct > -_slack_pct(view) or not view.plan.battery_claims
    sunny = share.fast_w >= share.minimum_w and near
    return sunny or (above_pct > 0.0 and _battery_may(view, share.fast_w, share))


def _battery_may(view: SiteView, sun_w: float, share: Share) -> bool:
    """Whether the battery may start a car: not by day, where it waits, nor a full one at night."""
    if view.plan.keeps_full:
        return bool(view.curtailed) or sun_w >= SOME_SUN_SHARE * share.minimum_w
    return not view.plan.waits_for_sun


def _slack_pct(view: SiteView) -> float:
    """How far below L the sun may start a car: around a full battery a little."""
    return FULL_START_SLACK_PCT if view.plan.keeps_full else -SUN_START_PCT


def _starts(memory: ChargerMemory, view: SiteView, share: Share) -> bool:
    sun_carries = share.slow_w >= START_SHARE * share.minimum_w
    soc_pct = view.soc_pct or 0.0
    if sun_carries and soc_pct > sun_start_pct(memory, view):
        return True
    sun_for_car = share.slow_w >= CAR_START_SHARE * share.minimum_w
    if not view.plan.battery_claims and sun_for_car and soc_pct >= car_start_pct(memory, view):
        return True
    # What no meter shows in advance rests after it has failed.
    rested = _rested(memory.hidden, view.now_s)
    resumed = soc_pct >= view.levels.resume_pct
    # One that leaves most of what is missing to the grid still gives nothing. Some sites import a
    # little on purpose.
    gives = view.import_mean_w <= max(TOLERATED_W, HELPS_SHARE * view.shortage_w)
    helps = not memory.hidden.helpless or (rested and gives)
    if resumed and helps and _battery_may(view, share.slow_w, share):
        return True
    if not rested:
        return False
    return bool(view.curtailed) or (sun_carries and view.export_mean_w > OVERFLOW_W)


def _ends(view: SiteView, share: Share, above_pct: float) -> bool:
    """Too little sun where the battery may not help, or a battery that does not help."""
    sun_w = max(share.slow_w, share.fast_w)
    if above_pct > 0.0:
        helpless = view.import_mean_w > IMPORT_SHARE * share.minimum_w and sun_w < share.minimum_w
        return helpless or (view.plan.waits_for_sun and sun_w < NIGHT_SHARE * share.minimum_w)
    if view.plan.keeps_full and above_pct >= -FULL_SLACK_PCT:
        return False
    if _sunless(view, share, above_pct):
        return True
    if not view.plan.battery_claims and (view.soc_pct or 0.0) > view.plan.lowest_pct:
        return False
    # The slow mean takes minutes to see that the sun has gone.
    gone = share.fast_w < GONE_SHARE * share.minimum_w and above_pct <= -RESERVE_BREACH_PCT
    return gone and not view.plan.keeps_full


def _sunless(view: SiteView, share: Share, above_pct: float) -> bool:
    """Not enough sun for how low the battery is, or far below L although it could take the sun."""
    stop_w = stop_share(view.plan, view.soc_pct or 0.0) * share.minimum_w
    if max(share.slow_w, share.fast_w) < stop_w:
        return True
    if not view.plan.battery_claims:
        return False
    takes_sun = not view.limited and view.export_mean_w < OVERFLOW_W / 2.0
    return above_pct < -(FULL_DEEP_PCT if view.plan.keeps_full else DEEP_PCT) and takes_sun


def stop_share(plan: Plan, soc_pct: float) -> float:
    """Mean surplus, in minimum powers, below which `solar` stops at this level, at or below L."""
    if soc_pct <= plan.lowest_pct:
        return 1.0
    if not plan.battery_claims:
        return CAR_STOP_SHARE
    return FULL_STOP_SHARE if plan.keeps_full else STOP_SHARE


def _update_battery(memory: ChargerMemory, view: SiteView) -> ChargerMemory:
    """Follow the battery level with hysteresis; an unknown level frees nothing."""
    soc_pct, reserve_pct = view.soc_pct, view.levels.reserve_pct
    if soc_pct is None:
        return memory if memory.battery_free is not None else replace(memory, battery_free=False)
    resume_pct = min(view.levels.resume_pct, reserve_pct + FREE_HYSTERESIS_PCT)
    if view.plan.keeps_full:
        # Some batteries never report full: around L is full enough.
        reserve_pct, resume_pct = reserve_pct - FULL_SLACK_PCT, reserve_pct - FULL_START_SLACK_PCT
    above = soc_pct > reserve_pct
    if memory.battery_free is None:
        return replace(memory, battery_free=above, below_at_s=None)
    if not memory.battery_free:
        return replace(memory, battery_free=True) if soc_pct >= resume_pct else memory
    if above:
        return memory if memory.below_at_s is None else replace(memory, below_at_s=None)
    below_at_s = view.now_s if memory.below_at_s is None else memory.below_at_s
    breached = soc_pct <= reserve_pct - RESERVE_BREACH_PCT
    if view.now_s - below_at_s >= (BREACH_CONFIRM_S if breached else RESERVE_CONFIRM_S):
        return replace(memory, battery_free=False, below_at_s=None)
    return replace(memory, below_at_s=below_at_s)


def _update_by_surplus(memory: ChargerMemory, view: SiteView, share: Share) -> ChargerMemory:
    """`solar_only`: start on the mean surplus, stop when the bridge over a cloud is used up."""
    if memory.awake is None:
        # A person plugged in or chose the mode: what the sun gives now is enough to begin.
        return replace(memory, awake=share.fast_w >= share.minimum_w or bool(view.curtailed))
    if not memory.awake:
        sunny = share.slow_w >= share.minimum_w * START_MARGIN and share.fast_w >= share.minimum_w
        starts = sunny or (view.curtailed and _rested(memory.hidden, view.now_s))
        return replace(memory, awake=True, bridged_wh=0.0) if starts else memory
    lent_wh = (share.minimum_w - share.fast_w) * view.dt_s / S_PER_H
    if lent_wh <= 0.0 and memory.bridged_wh <= 0.0:
        return memory
    bridged_wh = max(0.0, memory.bridged_wh + lent_wh)
    if bridged_wh > BRIDGE_WH:
        hidden = _note_failure(memory, view.now_s)
        return replace(memory, awake=False, bridged_wh=0.0, hidden=hidden)
    return replace(memory, bridged_wh=bridged_wh)


def _rested(hidden: HiddenStart, now_s: float) -> bool:
    return hidden.failed_at_s is None or now_s - hidden.failed_at_s >= hidden.rest_s


def _note_failure(memory: ChargerMemory, now_s: float) -> HiddenStart:
    """Rest from hidden sun after a bridge was used up, longer after each short charge."""
    on_at_s = memory.closed_at_s
    lasted = on_at_s is not None and now_s - on_at_s >= HIDDEN_WORTH_S
    rest_s = HIDDEN_REST_S if lasted else max(HIDDEN_REST_S, 2.0 * memory.hidden.rest_s)
    return HiddenStart(failed_at_s=now_s, rest_s=min(rest_s, HIDDEN_REST_MAX_S))
