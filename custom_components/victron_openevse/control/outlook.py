"""Why a charger offers what it offers, and what would change that: codes and numbers for one sentence each.

Worked out when somebody asks, not at every decision. Nothing here decides anything: it reads the same
settings, memory and readings as the law did, and takes thresholds and levels from where the law does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .awake import (
    CAR_START_SHARE,
    FREE_HYSTERESIS_PCT,
    FULL_SLACK_PCT,
    START_MARGIN,
    START_SHARE,
    car_start_pct,
    stop_share,
    sun_start_pct,
)
from .cars import NOTHING_KNOWN, solar_cars
from .change import replace
from .charger_stage import make_share
from .freshness import LADDERS
from .memory import ChargerMemory, HouseMemory, Memory
from .model import (
    NO_TARGET_PCT,
    SOLAR_MODES,
    ChargerSettings,
    Decision,
    Mode,
    Priority,
    Readings,
    Settings,
    SiteSettings,
)
from .nights import night_need_kwh
from .plan import DISCHARGE_EFFICIENCY, FULL_LEVEL_PCT, PCT
from .reasons import Reason, ReasonCode
from .reserve import gx_level_pct
from .site_stage import view_site
from .sun_ahead import rest_of_sun_kwh
from .surplus import measure
from .temporary import left_kwh, left_s, put_in_force
from .view import Share, SiteView


class ChangeCode(StrEnum):
    """What would change what a charger offers."""

    CHOOSE_MODE = "choose_mode"
    ANOTHER_MODE = "another_mode"
    MORNING = "morning"
    ENDS_AFTER_TIME = "ends_after_time"
    ENDS_AFTER_ENERGY = "ends_after_energy"
    ENDS_AT_TARGET = "ends_at_target"
    ENDS_BY_HAND = "ends_by_hand"
    PLUG_IN = "plug_in"
    CHARGER_HEARD = "charger_heard"
    FAULT_CLEARED = "fault_cleared"
    OVERRIDE_ENDS = "override_ends"
    GRID_BACK = "grid_back"
    SUN_STARTS = "sun_starts"
    SUN_STARTS_FROM_LEVEL = "sun_starts_from_level"
    BATTERY_STARTS = "battery_starts"
    SUN_STOPS = "sun_stops"
    BATTERY_STOPS = "battery_stops"
    NEVER_STOPS = "never_stops"
    CONTACTOR_RESTED = "contactor_rested"
    CONTACTOR_CLOSES = "contactor_closes"
    CAR_ASKS = "car_asks"
    READINGS_RETURN = "readings_return"
    SILENCE_LOWERS = "silence_lowers"
    SILENCE_STOPS = "silence_stops"
    RAISE_CIRCUIT = "raise_circuit"
    RAISE_CHARGER = "raise_charger"
    RAISE_TARGET = "raise_target"
    RAISE_SESSION_LIMIT = "raise_session_limit"
    SESSION_LEFT = "session_left"
    TARGET_AHEAD = "target_ahead"
    BATTERY_AT_SUNSET = "battery_at_sunset"
    HOUSE_TAKES_LESS = "house_takes_less"
    LIMIT_WATCHED = "limit_watched"
    CLOSING_FREE = "closing_free"
    CHECK_ENDS = "check_ends"
    SHADOW_ENDS = "shadow_ends"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would change the offer, with the numbers of its sentence."""

    code: ChangeCode
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Why this current now, and what would change it."""

    reason: Reason
    """With all numbers its sentence may name."""
    changes: tuple[Change, ...]
    numbers: Mapping[str, float]
    """Everything known that bears on it; what is not known is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One charger at one moment."""

    site: SiteSettings
    own: ChargerSettings
    """As they hold now."""
    memory: ChargerMemory
    house: HouseMemory
    readings: Readings
    reason: Reason
    view: SiteView
    share: Share
    soc_pct: float
    """The house battery's; 0 where it does not tell, as in the law's own reasons."""
    vehicle_soc_pct: float | None
    data_age_s: float


def look_ahead(
    settings: Settings,
    memory: Memory,
    readings: Readings,
    decision: Decision,
    key: str,
    now_s: float,
) -> Outlook | None:
    """Explain the last decision for charger `key`; None while there is none.

    `memory` is the one that `decision` came with; `now_s` may be a little later.
    """
    answer = decision.chargers.get(key)
    if answer is None or key not in settings.chargers or key not in memory.chargers:
        return None
    case = _case(settings, memory, readings, answer.reason, key, now_s)
    offered = {"offered_current_a": float(answer.offered_current_a)}
    said = {"data_age_s": case.data_age_s, **offered, **answer.reason.numbers}
    changes = _changes(case)
    numbers = {**_known(case, memory.site.surplus_fast_w, memory.site.surplus_slow_w), **said}
    for change in changes:
        numbers = {**change.numbers, **numbers}
    reason = replace(answer.reason, numbers=said)
    return Outlook(reason=reason, changes=changes, numbers=numbers)


def _case(
    settings: Settings, memory: Memory, readings: Readings, reason: Reason, key: str, now_s: float
) -> _Case:
    settings, memory, _ = put_in_force(settings, memory, readings, now_s)
    cars = solar_cars(settings, memory.chargers, readings, now_s)
    view = view_site(
        settings.site, memory.site, memory.house, measure(readings, now_s), readings, now_s,
        cars,
    )  # fmt: skip
    own, charger = settings.chargers[key], memory.chargers[key]
    heard_at_s = memory.site.measured_at_s
    if heard_at_s is None:
        heard_at_s = now_s if memory.site.started_at_s is None else memory.site.started_at_s
    return _Case(
        site=settings.site,
        own=own,
        memory=charger,
        house=memory.house,
        readings=readings,
        reason=reason,
        view=view,
        share=make_share(own, charger, readings.chargers.get(key, NOTHING_KNOWN), view),
        soc_pct=view.soc_pct or 0.0,
        vehicle_soc_pct=readings.vehicle_soc_pct.get(key),
        data_age_s=max(0.0, now_s - heard_at_s),
    )


def _changes(case: _Case) -> tuple[Change, ...]:
    code = case.reason.code
    plain = _PLAIN.get(code)
    changes = _BY_REASON[code](case) if plain is None else (Change(plain, case.reason.numbers),)
    ends = _ends(case) if case.own.temporary is not None and code not in _OWN_ENDS else ()
    unsent = (Change(ChangeCode.SHADOW_ENDS),) if case.site.shadow else ()
    return (*unsent, *changes, *ends, *_wishes(case), *_at_sunset(case))


def _ends(case: _Case) -> tuple[Change, ...]:
    """What ends the temporary mode, whichever comes first."""
    temporary = case.own.temporary
    if temporary is None:
        return ()
    progress, lifetime_kwh = case.memory.progress, case.memory.meter.lifetime.total_kwh
    ends = {
        ChangeCode.ENDS_AFTER_TIME: ("left_s", left_s(temporary, progress, case.view.now_s)),
        ChangeCode.ENDS_AFTER_ENERGY: ("left_kwh", left_kwh(temporary, progress, lifetime_kwh)),
        ChangeCode.ENDS_AT_TARGET: ("target_pct", temporary.target_soc_pct),
    }
    found = tuple(
        Change(code, {name: value}) for code, (name, value) in ends.items() if value is not None
    )
    return found or (Change(ChangeCode.ENDS_BY_HAND),)


def _until_start(case: _Case) -> tuple[Change, ...]:
    """What the sun or the battery must do for a car that waits."""
    solar = case.own.mode is Mode.SOLAR
    plan, levels = case.view.plan, case.view.levels
    share, from_pct = START_MARGIN, levels.reserve_pct + FREE_HYSTERESIS_PCT
    free = bool(case.memory.battery_free)
    if solar:
        share, from_pct, free = _sun_start(case)
    start_w = case.share.minimum_w * share
    by_sun = Change(ChangeCode.SUN_STARTS, {"start_w": start_w})
    if not free:
        numbers = {"start_w": start_w, "from_pct": min(from_pct, PCT)}
        by_sun = Change(ChangeCode.SUN_STARTS_FROM_LEVEL, numbers)
    if not solar or plan.keeps_full or plan.waits_for_sun or case.soc_pct >= levels.resume_pct:
        return (by_sun,)
    return by_sun, Change(ChangeCode.BATTERY_STARTS, {"resume_pct": levels.resume_pct})


def _sun_start(case: _Case) -> tuple[float, float, bool]:
    """Mean surplus in minimum powers and level from which it starts `solar`; whether it is there."""
    from_pct = sun_start_pct(case.memory, case.view)
    car_pct = car_start_pct(case.memory, case.view)
    if not case.view.plan.battery_claims and car_pct <= max(case.soc_pct, from_pct):
        return CAR_START_SHARE, car_pct, case.soc_pct >= car_pct
    return START_SHARE, from_pct, case.soc_pct > from_pct


def _until_stop(case: _Case) -> tuple[Change, ...]:
    """What ends a charge that follows sun and battery."""
    minimum_w, plan = case.share.minimum_w, case.view.plan
    if case.own.mode is Mode.MINIMUM_SOLAR:
        return (Change(ChangeCode.NEVER_STOPS, {"minimum_a": case.share.minimum_a}),)
    if case.own.mode is Mode.SOLAR_ONLY:
        return (Change(ChangeCode.SUN_STOPS, {"stop_w": minimum_w}),)
    level_pct = case.view.levels.reserve_pct - FULL_SLACK_PCT * plan.keeps_full
    stop_w = stop_share(plan, min(level_pct, case.soc_pct)) * minimum_w
    if case.soc_pct <= level_pct:
        return (Change(ChangeCode.SUN_STOPS, {"stop_w": stop_w}),)
    return (Change(ChangeCode.BATTERY_STOPS, {"stop_w": stop_w, "level_pct": level_pct}),)


def _until_heard(case: _Case) -> tuple[Change, ...]:
    """How much longer the site may stay silent."""
    back = Change(ChangeCode.READINGS_RETURN)
    ladder = LADDERS[case.readings.site.source]
    stop_in_s = max(0.0, ladder.stop_s - case.data_age_s)
    if case.own.mode is Mode.MINIMUM_SOLAR:
        return (back,)
    if case.reason.code is ReasonCode.DATA_OLD_MINIMUM:
        return back, Change(ChangeCode.SILENCE_STOPS, {"stop_in_s": stop_in_s})
    minimum_in_s = max(0.0, ladder.minimum_s - case.data_age_s)
    numbers = {"minimum_in_s": minimum_in_s, "stop_in_s": stop_in_s}
    return back, Change(ChangeCode.SILENCE_LOWERS, numbers)


def _wishes(case: _Case) -> tuple[Change, ...]:
    """How far session limit and target are away, for a car that may charge."""
    if case.reason.code in _STANDING:
        return ()
    limit_kwh, target_pct = case.own.session_limit_kwh, case.own.target_soc_pct
    given_kwh = case.memory.meter.session.total_kwh
    wishes: list[Change] = []
    if limit_kwh > given_kwh:
        wishes.append(Change(ChangeCode.SESSION_LEFT, {"session_left_kwh": limit_kwh - given_kwh}))
    if target_pct < NO_TARGET_PCT and case.vehicle_soc_pct is not None:
        numbers = {"target_pct": target_pct, "vehicle_soc_pct": case.vehicle_soc_pct}
        wishes.append(Change(ChangeCode.TARGET_AHEAD, numbers))
    return tuple(wishes)


def _at_sunset(case: _Case) -> tuple[Change, ...]:
    """What the battery will hold at sunset without the car, and how much of it is the car's."""
    if case.own.mode not in SOLAR_MODES or case.reason.code in _STANDING:
        return ()
    rest_kwh = rest_of_sun_kwh(case.site, case.house, case.readings)
    if rest_kwh is None or case.view.soc_pct is None:
        return ()
    per_kwh_pct = PCT / case.site.battery_capacity_kwh
    sunset_pct = case.soc_pct + rest_kwh * per_kwh_pct
    kept_pct = _kept_pct(case)
    numbers = {
        "sunset_pct": min(sunset_pct, PCT),
        "kept_pct": kept_pct,
        "car_may_take_kwh": max(0.0, sunset_pct - kept_pct) / per_kwh_pct,
    }
    return (Change(ChangeCode.BATTERY_AT_SUNSET, numbers),)


def _kept_pct(case: _Case) -> float:
    """Level the house wants in the evening: full, what the night needs as learned, or as set."""
    plan, settings = case.view.plan, case.site
    need_kwh = night_need_kwh(case.house)
    kept_pct = settings.night_reserve_pct
    if plan.priority is Priority.HOUSE_FIRST:
        kept_pct = FULL_LEVEL_PCT
    elif plan.priority is Priority.BALANCED and need_kwh is not None:
        need_pct = PCT * need_kwh / DISCHARGE_EFFICIENCY / settings.battery_capacity_kwh
        kept_pct = gx_level_pct(case.readings.site) + need_pct
    return min(max(kept_pct, plan.lowest_pct), FULL_LEVEL_PCT)


def _known(case: _Case, fast_w: float | None, slow_w: float | None) -> dict[str, float]:
    """Everything that may matter, whatever the reason; absent where it is not known."""
    view, memory, now_s = case.view, case.memory, case.view.now_s
    told = view.soc_pct is not None
    on_s = None if memory.charging_at_s is None else now_s - memory.charging_at_s
    off_s = None if memory.opened_at_s is None else now_s - memory.opened_at_s
    numbers = {
        "soc_pct": view.soc_pct,
        "reserve_pct": view.levels.reserve_pct if told else None,
        "resume_pct": view.levels.resume_pct if told else None,
        "surplus_w": fast_w,
        "mean_surplus_w": slow_w,
        "minimum_w": case.share.minimum_w,
        "night_need_kwh": night_need_kwh(case.house),
        "nights_known": float(len(case.house.nights_kwh)),
        "minimum_on_left_s": None if on_s is None else max(0.0, case.site.min_on_s - on_s),
        "minimum_off_left_s": None if off_s is None else max(0.0, case.site.min_off_s - off_s),
        "vehicle_soc_pct": case.vehicle_soc_pct,
        "session_kwh": memory.meter.session.total_kwh,
    }
    return {name: value for name, value in numbers.items() if value is not None}


_PLAIN: Final[Mapping[ReasonCode, ChangeCode]] = MappingProxyType(
    {
        ReasonCode.SWITCHED_OFF: ChangeCode.CHOOSE_MODE,
        ReasonCode.PAUSED_UNTIL_MORNING: ChangeCode.MORNING,
        ReasonCode.NO_VEHICLE: ChangeCode.PLUG_IN,
        ReasonCode.CHARGER_OFFLINE: ChangeCode.CHARGER_HEARD,
        ReasonCode.WAITING_FOR_CHARGER: ChangeCode.CHARGER_HEARD,
        ReasonCode.CHARGER_FAULT: ChangeCode.FAULT_CLEARED,
        ReasonCode.OVERRIDDEN_AT_CHARGER: ChangeCode.OVERRIDE_ENDS,
        ReasonCode.GRID_LOST: ChangeCode.GRID_BACK,
        ReasonCode.FIXED_CURRENT: ChangeCode.ANOTHER_MODE,
        ReasonCode.MINIMUM_ON_TIME: ChangeCode.CONTACTOR_RESTED,
        ReasonCode.MINIMUM_OFF_TIME: ChangeCode.CONTACTOR_RESTED,
        ReasonCode.WAITING_FOR_CONTACTOR: ChangeCode.CONTACTOR_CLOSES,
        ReasonCode.CAR_NOT_DRAWING: ChangeCode.CAR_ASKS,
        ReasonCode.DATA_MISSING: ChangeCode.READINGS_RETURN,
        ReasonCode.LIMITED_BY_CIRCUIT: ChangeCode.RAISE_CIRCUIT,
        ReasonCode.LIMITED_BY_CHARGER: ChangeCode.RAISE_CHARGER,
        ReasonCode.LIMITED_BY_GRID: ChangeCode.HOUSE_TAKES_LESS,
        ReasonCode.LIMITED_BY_BATTERY: ChangeCode.HOUSE_TAKES_LESS,
        ReasonCode.LIMITED_BY_INVERTER: ChangeCode.HOUSE_TAKES_LESS,
        ReasonCode.LIMIT_UNWATCHED: ChangeCode.LIMIT_WATCHED,
        ReasonCode.CLOSINGS_USED_UP: ChangeCode.CLOSING_FREE,
        ReasonCode.CHECKING: ChangeCode.CHECK_ENDS,
        ReasonCode.TARGET_REACHED: ChangeCode.RAISE_TARGET,
        ReasonCode.SESSION_LIMIT_REACHED: ChangeCode.RAISE_SESSION_LIMIT,
    }
)
"""Reasons with one thing that would change them; its sentence uses the reason's numbers."""

_BY_REASON: Final[Mapping[ReasonCode, Callable[[_Case], tuple[Change, ...]]]] = MappingProxyType(
    {
        ReasonCode.PAUSED_FOR_A_WHILE: _ends,
        ReasonCode.BOOSTING: _ends,
        ReasonCode.FOLLOWING_SURPLUS: _until_stop,
        ReasonCode.SUPPLEMENTING_MINIMUM: _until_stop,
        ReasonCode.GUARANTEED_MINIMUM: _until_stop,
        ReasonCode.SHARING_BATTERY: _until_stop,
        ReasonCode.PROBING_HIDDEN_SUN: _until_stop,
        ReasonCode.RESERVE_REACHED: _until_start,
        ReasonCode.FILLING_BATTERY_FIRST: _until_start,
        ReasonCode.WAITING_FOR_SURPLUS: _until_start,
        ReasonCode.DATA_OLD_HOLDING: _until_heard,
        ReasonCode.DATA_OLD_MINIMUM: _until_heard,
    }
)

_OWN_ENDS: Final = frozenset({ReasonCode.PAUSED_FOR_A_WHILE, ReasonCode.BOOSTING})
"""Reasons that are told by what ends them."""

_STANDING: Final = frozenset(
    {
        ReasonCode.SWITCHED_OFF,
        ReasonCode.PAUSED_UNTIL_MORNING,
        ReasonCode.PAUSED_FOR_A_WHILE,
        ReasonCode.NO_VEHICLE,
        ReasonCode.CHARGER_OFFLINE,
        ReasonCode.WAITING_FOR_CHARGER,
        ReasonCode.CHARGER_FAULT,
        ReasonCode.GRID_LOST,
        ReasonCode.DATA_MISSING,
        ReasonCode.TARGET_REACHED,
        ReasonCode.SESSION_LIMIT_REACHED,
    }
)
"""Reasons for which neither sun nor wishes matter at the moment."""
