"""What the house needs at night, learned, and what the arrays have given today.

A night runs from the evening, when the arrays fall below the house, to the morning, when they exceed
it again. What the arrays did not give in between is one night's need. The need of the coming night is taken
from recent ones: high enough for most of them, but not for the one with guests, and slow to believe
that nobody is at home.
"""

from typing import Final

from .change import replace
from .means import believed, fade
from .memory import HouseMemory
from .model import SiteSettings

NIGHTS_KEPT: Final = 14
"""Two weeks: weekends count, last month does not."""

NIGHTS_NEEDED: Final = 5
"""Before this many nights are known the owner's own number counts."""

NEED_QUANTILE: Final = 0.6
"""Of the nights kept; a little above the middle, because buying costs more than keeping."""

TURN_S: Final = 600.0
"""Arrays must stay below (or above) the house this long: a cloud or a kettle is no evening."""

SHORTEST_NIGHT_S: Final = 4 * 3600.0
"""Shorter ones were storms."""

LONGEST_NIGHT_S: Final = 20 * 3600.0
"""Longer ones were dull days: arrays that never exceed the house do not end a night."""

LONGEST_GAP_S: Final = 1800.0
"""After a longer absence the running night is not known well enough to be learned from."""

RECENT_S: Final = 1800.0
"""Time constant of the recent PV power."""

S_PER_H: Final = 3600.0

NEW_DAY_H: Final = 12.0
"""When the hours to the next sunset jump by more than this, a sunset has passed."""

WS_PER_KWH: Final = 3.6e6


def update_house(
    house: HouseMemory,
    *,
    pv_w: float | None,
    house_w: float | None,
    curtailed: bool | None,
    hours_to_sunset: float | None,
    dt_s: float,
) -> HouseMemory:
    """Book `dt_s` seconds of sun and of the house's load."""
    sun_w = believed(pv_w or 0.0)
    before_h = house.hours_to_sunset
    new_day = (
        before_h is not None
        and hours_to_sunset is not None
        and hours_to_sunset - before_h > NEW_DAY_H
    )
    house = replace(
        house,
        hours_to_sunset=before_h if hours_to_sunset is None else hours_to_sunset,
        pv_today_kwh=(0.0 if new_day else house.pv_today_kwh) + sun_w * dt_s / WS_PER_KWH,
        pv_recent_w=fade(house.pv_recent_w, sun_w, dt_s, RECENT_S),
    )
    if house_w is None or dt_s <= 0.0:
        return house
    # Inverters that leave the GX when they fall asleep are as dark as those that say 0.
    bought_w = max(0.0, believed(house_w) - sun_w)
    # A throttled array gives just what the house takes; the sun is up all the same.
    dark_now = bought_w > 0.0 and not curtailed
    turning_s = house.turning_s + dt_s if dark_now != house.dark else 0.0
    night_kwh = house.night_kwh + (bought_w * dt_s / WS_PER_KWH if house.dark else 0.0)
    night_s = house.night_s + (dt_s if house.dark else 0.0)
    house = replace(house, turning_s=turning_s, night_kwh=night_kwh, night_s=night_s)
    return _turn(house) if turning_s >= TURN_S else house


def wake_house(house: HouseMemory, absent_s: float) -> HouseMemory:
    """Forget what cannot be true any more after `absent_s` seconds without a decision."""
    left_h = house.hours_to_sunset
    if absent_s < LONGEST_GAP_S:
        return house
    house = replace(house, dark=False, turning_s=0.0, night_kwh=0.0, night_s=0.0, pv_recent_w=0.0)
    if left_h is None or absent_s / S_PER_H > left_h:
        return replace(house, pv_today_kwh=0.0, hours_to_sunset=None)
    return house


def _turn(house: HouseMemory) -> HouseMemory:
    """Evening or morning has come."""
    nights = house.nights_kwh
    if house.dark and SHORTEST_NIGHT_S <= house.night_s <= LONGEST_NIGHT_S:
        nights = (*nights, house.night_kwh)[-NIGHTS_KEPT:]
    return replace(
        house, dark=not house.dark, turning_s=0.0, night_kwh=0.0, night_s=0.0, nights_kwh=nights
    )


def night_need_kwh(house: HouseMemory) -> float | None:
    """Energy the coming night will take, kWh; None until enough nights are known."""
    nights = sorted(house.nights_kwh)
    if len(nights) < NIGHTS_NEEDED:
        return None
    return nights[min(len(nights) - 1, int(len(nights) * NEED_QUANTILE))]


def expected_base_kwh(settings: SiteSettings, hours: float) -> float:
    """What the always-on appliances take in some hours, kWh."""
    return settings.base_load_w * max(0.0, hours) / 1000.0
