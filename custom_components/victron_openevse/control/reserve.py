"""Reserve: the battery level that belongs to the house.

Above it the battery may help the car, at it the charger sleeps, and it wakes again at the resume
level. The level varies over the day: sun still to come lowers it, because that sun will refill the
battery before the night.
"""

from dataclasses import dataclass
from typing import Final

from .freshness import known
from .model import SiteReading, SiteSettings

SUN_MARGIN_H: Final = 2.0
"""The last two hours before sunset give too little to count on (original flow)."""

FORMULA_POWER_W: Final = 500.0
"""PV power above the base load, per hour left, that is worth 1 % of the reference battery."""

REFERENCE_CAPACITY_KWH: Final = 8.0
"""Battery for which the formula's 500 W was found (original flow)."""

GX_LIMIT_MARGIN_PCT: Final = 2.0
"""Distance kept from the level at which the GX itself stops discharging: below it the grid pays."""

HYSTERESIS_PCT: Final = 5.0
"""Least distance between reserve and resume level: 0.4 kWh of 8, a quarter hour at 6 A."""

FULL_PCT: Final = 100.0

HIGHEST_RESERVE_PCT: Final = FULL_PCT - HYSTERESIS_PCT
"""A full battery must count as above the reserve, or it would be left the moment it is reached."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Reserve and resume level, % of the battery."""

    reserve_pct: float
    resume_pct: float


def sun_hours_left(hours_to_sunset: float | None) -> float:
    """Hours of useful sun left today, >= 0; unknown counts as none."""
    return 0.0 if hours_to_sunset is None else max(0.0, hours_to_sunset - SUN_MARGIN_H)


def gx_level_pct(site: SiteReading) -> float:
    """Level the GX keeps for itself, with a margin; 0 where it does not say."""
    limit_pct = known(site.active_soc_limit_pct)
    return 0.0 if limit_pct is None else limit_pct + GX_LIMIT_MARGIN_PCT


def lowest_level_pct(settings: SiteSettings, site: SiteReading) -> float:
    """Bound of every level from below: the owner's floor and the GX's own limit."""
    return max(settings.reserve_floor_pct, gx_level_pct(site))


def reserve_levels(
    settings: SiteSettings,
    site: SiteReading,
    pv_mean_w: float | None,
    hours_to_sunset: float | None,
) -> Levels:
    """Reserve `max(night - h * max(PV - base, 0) / 500, floor)` and the resume level above it.

    The formula is the original flow's; its 500 W scales with the battery. An absent PV power counts
    as no sun: it can only raise the reserve. The GX's own limit bounds both from below, a full
    battery from above.
    """
    sun_w = max((pv_mean_w or 0.0) - settings.base_load_w, 0.0)
    per_pct_w = FORMULA_POWER_W * settings.battery_capacity_kwh / REFERENCE_CAPACITY_KWH
    expected_pct = sun_hours_left(hours_to_sunset) * sun_w / per_pct_w
    lowest_pct = lowest_level_pct(settings, site)
    reserve_pct = min(
        max(settings.night_reserve_pct - expected_pct, lowest_pct), HIGHEST_RESERVE_PCT
    )
    resume_pct = max(settings.resume_soc_pct, reserve_pct + HYSTERESIS_PCT)
    return Levels(reserve_pct=reserve_pct, resume_pct=min(resume_pct, FULL_PCT))
