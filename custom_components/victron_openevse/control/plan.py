"""What the battery may do for the cars, by the owner's priority.

One level L divides the battery: below it, it has the first claim on the sun (not in `car_first`) and
gives nothing to a car; above it, it may help. The priority says where L lies:

* `car_first`: the original flow's reserve, lowered by the sun still to come (`reserve`);
* `balanced`: what the night needs, learned, lowered by part of the sun still to come;
* `house_first`: (almost) full: the car gets what overflows.

A known departure lowers L once more, in every priority: the sun after it would find nobody but the
battery, so the battery gives beforehand what that sun is expected to bring back. How much that is
follows from today's sun so far, because most days are as good after noon as before it; a forecast may
promise more.

All shares and factors below were chosen on the tuning half of the benchmark's days.
"""

from dataclasses import dataclass
from typing import Final

from .memory import HouseMemory
from .model import Priority, Readings, SiteReading, SiteSettings
from .nights import night_need_kwh
from .reserve import FULL_PCT, Levels, gx_level_pct, lowest_level_pct, reserve_levels
from .sun_ahead import (
    W_PER_KW,
    rest_of_sun_kwh,
    spilled_kwh,
    sun_after_departure_kwh,
    told_h,
)

FULL_LEVEL_PCT: Final = 98.0
"""`house_first`: batteries near full take little and report coarsely; 98 % is as good as all."""

FULL_RESUME_PCT: Final = 98.5

NEED_SHARE: Final = 0.7
"""Part of the learned need that `balanced` keeps: evening and morning sun carry the rest."""

SUN_SHARE: Final = 0.3
"""Part of the expected rest of the day's sun that `balanced` counts on for the battery."""

BALANCED_RESUME_PCT: Final = 3.0
"""Hysteresis of `balanced` without sun, % of the battery."""

DISCHARGE_EFFICIENCY: Final = 0.95
"""Battery to house, as measured on LFP batteries behind a Multi."""

DEPARTURE_SHARE: Final = 1.0
"""Part of the sun expected after a departure that the battery counts on."""

SPILL_SHARE: Final = 1.0
"""Part of the sun beyond what the cars can take that the battery counts on."""

DUSK_H: Final = 2.5
"""So long before sunset the day's sun is as good as decided: `balanced` may then give what the night
does not need."""

DEPARTURE_NEAR_H: Final = 5.0
"""So long before a departure the battery may give by itself, by day too."""

DAWN_H: Final = 3.0
"""So long before sunrise it is still yesterday's battery that is given."""

HIGH_PCT: Final = 96.0
"""From here a battery soon overflows: waiting for sun would waste some."""

LIFT_HORIZON_H: Final = 0.5
"""The battery moves towards L within about this time, or until the departure."""

LIFT_MAX_W: Final = 4000.0
"""Most that the battery gives above the surplus, inverter and wiring permitting."""

DEPARTURE_LIFT_MAX_W: Final = 5000.0

CLAIM_MAX_W: Final = 3000.0
"""Most that a battery below L takes from a running car's sun."""

LEAST_HORIZON_H: Final = 0.3
"""In the last minutes before a departure the power must not grow without bound."""

PCT: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the battery may do now."""

    priority: Priority
    """The one in force."""
    levels: Levels
    lowest_pct: float
    """Owner's floor and the GX's own limit: below this nothing is lent, not even for a minute."""
    battery_claims: bool
    """Below L the battery has the first claim on the sun; else it only gives nothing there."""
    waits_for_sun: bool
    """By day: the battery may bridge clouds for a running car, but starts none by itself."""
    keeps_full: bool
    """L is full: starts and stops are judged around a battery that hardly moves."""
    lift_w: float
    """Power on top of the surplus that brings the battery towards L; negative = its claim."""


def make_plan(
    settings: SiteSettings,
    house: HouseMemory,
    readings: Readings,
    pv_mean_w: float | None,
    soc_pct: float | None,
    departure_h: float | None,
    cars_w: float | None = None,
) -> Plan:
    """Work out the plan.

    `departure_h` is the time until the last solar car leaves, None = unknown; `cars_w` the most that
    the cars can draw, None = there is no car.
    """
    site = readings.site
    departure_h = told_h(departure_h)
    levels = _levels(settings, house, readings, pv_mean_w)
    leaving = sun_after_departure_kwh(settings, house, readings, departure_h)
    if leaving is None:
        departure_h = None
    else:
        levels = _before_departure(settings, site, house, levels, leaving)
    soon = departure_h is not None and departure_h <= DEPARTURE_NEAR_H
    saves = not soon and _saves_for_dusk(settings, readings)
    # By day `balanced` gives only what would soon overflow.
    given_from_pct = max(levels.reserve_pct, HIGH_PCT) if saves else levels.reserve_pct
    if cars_w is not None and settings.priority is not Priority.CAR_FIRST:
        levels = _before_spill(
            settings, levels, spilled_kwh(settings, house, readings, cars_w), site
        )
    return Plan(
        priority=settings.priority,
        levels=levels,
        lowest_pct=lowest_level_pct(settings, site),
        battery_claims=settings.priority is not Priority.CAR_FIRST,
        waits_for_sun=saves and (soc_pct or 0.0) < HIGH_PCT,
        keeps_full=levels.reserve_pct >= HIGH_PCT,
        lift_w=_lift_w(settings, levels, given_from_pct, soc_pct, departure_h),
    )


def _levels(
    settings: SiteSettings, house: HouseMemory, readings: Readings, pv_mean_w: float | None
) -> Levels:
    need_kwh = night_need_kwh(house)
    if settings.priority is Priority.HOUSE_FIRST:
        return Levels(reserve_pct=FULL_LEVEL_PCT, resume_pct=FULL_RESUME_PCT)
    if settings.priority is Priority.CAR_FIRST or need_kwh is None:
        return reserve_levels(settings, readings.site, pv_mean_w, readings.hours_to_sunset)
    rest_kwh = rest_of_sun_kwh(settings, house, readings) or 0.0
    kept_pct = _pct(settings, NEED_SHARE * need_kwh / DISCHARGE_EFFICIENCY - SUN_SHARE * rest_kwh)
    return _bounded(settings, readings.site, gx_level_pct(readings.site) + kept_pct)


def _before_spill(
    settings: SiteSettings, levels: Levels, spilled_kwh: float, site: SiteReading
) -> Levels:
    """Claim less where sun is coming that only the battery will be able to take."""
    expected_pct = _pct(settings, SPILL_SHARE * DISCHARGE_EFFICIENCY * spilled_kwh)
    return (
        levels
        if expected_pct <= 0.0
        else _bounded(settings, site, levels.reserve_pct - expected_pct)
    )


def _bounded(settings: SiteSettings, site: SiteReading, level_pct: float) -> Levels:
    lowest_pct = lowest_level_pct(settings, site)
    reserve_pct = min(max(level_pct, lowest_pct), FULL_LEVEL_PCT)
    resume_pct = min(reserve_pct + BALANCED_RESUME_PCT, FULL_PCT)
    return Levels(reserve_pct=reserve_pct, resume_pct=resume_pct)


def _before_departure(
    settings: SiteSettings,
    site: SiteReading,
    house: HouseMemory,
    levels: Levels,
    after_kwh: float,
) -> Levels:
    """Lower the level by what the sun after the departure brings back before the night."""
    # The formula of `car_first` counts on the day's sun already; here it is counted once.
    by_formula = settings.priority is not Priority.HOUSE_FIRST
    goal_pct = settings.night_reserve_pct if by_formula else levels.reserve_pct
    need_kwh = night_need_kwh(house)
    if settings.priority is Priority.BALANCED and need_kwh is not None:
        kept_pct = _pct(settings, NEED_SHARE * need_kwh / DISCHARGE_EFFICIENCY)
        goal_pct = gx_level_pct(site) + kept_pct
    expected_pct = _pct(settings, DEPARTURE_SHARE * DISCHARGE_EFFICIENCY * after_kwh)
    lowered = _bounded(settings, site, goal_pct - expected_pct)
    return lowered if lowered.reserve_pct < levels.reserve_pct else levels


def _saves_for_dusk(settings: SiteSettings, readings: Readings) -> bool:
    """By day `balanced` lets the battery give by itself only when it soon overflows."""
    if settings.priority is not Priority.BALANCED:
        return False
    day_h, left_h = told_h(readings.day_length_h), told_h(readings.hours_to_sunset)
    if day_h is None or left_h is None:
        return False
    return DUSK_H < left_h < day_h + DAWN_H


def _lift_w(
    settings: SiteSettings,
    levels: Levels,
    given_from_pct: float,
    soc_pct: float | None,
    departure_h: float | None,
) -> float:
    """Claim of a battery below L, or what one above `given_from_pct` gives."""
    if soc_pct is None:
        return 0.0
    # In the original's spirit the battery of `car_first` only keeps the minimum, it adds nothing.
    highest_w = 0.0 if settings.priority is Priority.CAR_FIRST else LIFT_MAX_W
    horizon_h = LIFT_HORIZON_H
    if departure_h is not None:
        horizon_h = min(max(departure_h, LEAST_HORIZON_H), LIFT_HORIZON_H)
        highest_w = DEPARTURE_LIFT_MAX_W
    lowest_w = 0.0 if settings.priority is Priority.CAR_FIRST else -CLAIM_MAX_W
    from_pct = levels.reserve_pct if soc_pct < levels.reserve_pct else given_from_pct
    spare_kwh = (soc_pct - from_pct) / PCT * settings.battery_capacity_kwh
    if soc_pct >= levels.reserve_pct:
        spare_kwh = max(0.0, spare_kwh)
    return min(max(spare_kwh / horizon_h * W_PER_KW, lowest_w), highest_w)


def _pct(settings: SiteSettings, energy_kwh: float) -> float:
    return PCT * energy_kwh / settings.battery_capacity_kwh
