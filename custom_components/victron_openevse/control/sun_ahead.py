"""How much sun is still to come today, guessed from what has come, or told by a forecast.

A day's sun is taken as half a sine over the day, scaled to what today has given so far, because most
days are as good after noon as before it. A morning that was bright says little once the sky has closed:
recent power bounds the guess. A forecast may only promise more; it is not believed before today's sun
has shown itself.
"""

from math import asin, cos, isfinite, pi, sin
from typing import Final

from .memory import HouseMemory
from .model import Readings, SiteSettings
from .nights import expected_base_kwh

SEEN_SHARE: Final = 0.03
"""Part of a day's sun that must have been seen before the rest is guessed from it."""

LEAST_SINE: Final = 0.1
"""Near sunrise and sunset recent power says nothing about the height of the day."""

W_PER_KW: Final = 1000.0


def rest_of_sun_kwh(
    settings: SiteSettings, house: HouseMemory, readings: Readings, skip_h: float = 0.0
) -> float | None:
    """Sun from `skip_h` hours from now until sunset, beyond the base load; None = cannot be told."""
    day_h, left_h = told_h(readings.day_length_h), told_h(readings.hours_to_sunset)
    if left_h is None or day_h is None or left_h >= day_h:
        # At night there is nothing left of today's sun.
        return None
    guess_kwh = _guess_kwh(house, day_h, left_h, skip_h)
    if guess_kwh is None:
        return None
    return max(0.0, guess_kwh - expected_base_kwh(settings, left_h - skip_h))


def _guess_kwh(house: HouseMemory, day_h: float, left_h: float, skip_h: float) -> float | None:
    """Sun to come, guessed from today's so far; None where there was too little."""
    seen = _share_by(day_h - left_h, day_h)
    if seen < SEEN_SHARE:
        return None
    total_kwh = house.pv_today_kwh / seen
    after_kwh = total_kwh * (1.0 - _share_by(day_h - left_h + skip_h, day_h))
    # A morning that was bright says little once the sky has closed.
    return min(after_kwh, house.pv_recent_w / W_PER_KW * (left_h - skip_h))


def forecast_between_kwh(
    forecast_kwh: tuple[float, ...], from_h: float, until_h: float
) -> float | None:
    """Forecast energy between two moments, hours from now; None without a usable forecast."""
    if not forecast_kwh or not all(isfinite(kwh) and kwh >= 0.0 for kwh in forecast_kwh):
        return None
    return sum(
        kwh * max(0.0, min(hour + 1.0, until_h) - max(float(hour), from_h))
        for hour, kwh in enumerate(forecast_kwh)
    )


def _share_by(hours: float, day_h: float) -> float:
    """Part of a half-sine day's energy that has come `hours` after sunrise."""
    return (1.0 - cos(pi * min(max(hours / day_h, 0.0), 1.0))) / 2.0


def sun_after_departure_kwh(
    settings: SiteSettings, house: HouseMemory, readings: Readings, departure_h: float | None
) -> float | None:
    """Sun that comes when the car is gone; None = no departure, or nothing can be told yet.

    Measured, a forecast that is too high costs less than a bright afternoon that nobody made room for.
    """
    left_h = told_h(readings.hours_to_sunset)
    if departure_h is None or left_h is None or departure_h >= left_h:
        return None
    guess_kwh = rest_of_sun_kwh(settings, house, readings, departure_h)
    forecast_kwh = forecast_between_kwh(readings.sun_forecast_kwh, departure_h, left_h)
    if guess_kwh is None or forecast_kwh is None:
        return guess_kwh
    return max(guess_kwh, forecast_kwh - expected_base_kwh(settings, left_h - departure_h))


def spilled_kwh(
    settings: SiteSettings, house: HouseMemory, readings: Readings, cars_w: float
) -> float:
    """Sun still to come today that is more than house and cars can take, kWh.

    `cars_w` is the most that the cars can draw, W. Without a guess of today's sun: 0.
    """
    day_h, left_h = told_h(readings.day_length_h), told_h(readings.hours_to_sunset)
    if day_h is None or left_h is None or left_h >= day_h:
        return 0.0
    now = 1.0 - left_h / day_h
    seen = _share_by(day_h - left_h, day_h)
    if seen < SEEN_SHARE:
        return 0.0
    peak_w = house.pv_today_kwh / seen * pi / (2.0 * day_h) * W_PER_KW
    # Under a closed sky the peak is what recent power makes of it.
    peak_w = min(peak_w, house.pv_recent_w / max(sin(pi * now), LEAST_SINE))
    taken_w = cars_w + settings.base_load_w
    if peak_w <= taken_w:
        return 0.0
    first = asin(taken_w / peak_w) / pi
    start, end = max(now, first), 1.0 - first
    if start >= end:
        return 0.0
    above_kw = peak_w / pi * (cos(pi * start) - cos(pi * end)) - taken_w * (end - start)
    return above_kw * day_h / W_PER_KW


def told_h(hours: float | None) -> float | None:
    """A time span as told; one that is none, such as NaN or a moment gone by, counts as unknown."""
    return hours if hours is not None and isfinite(hours) and hours > 0.0 else None
