"""Knows how long the sun will shine at Home Assistant's location."""

from datetime import date, datetime, timedelta
from typing import Final

from homeassistant.const import SUN_EVENT_SUNRISE, SUN_EVENT_SUNSET
from homeassistant.core import HomeAssistant
from homeassistant.helpers.sun import get_astral_event_next
from homeassistant.util import dt as dt_util

from .const import DAY, HOUR

REFRESH: Final = timedelta(minutes=1)
"""Sun times are computed this often: cheap, and follows a changed location."""


class Daylight:
    """Next sunset and sunrise, computed once a minute, and the length of the day, once a day."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._refreshed: datetime | None = None
        self._sunset: datetime | None = None
        self._sunrise: datetime | None = None
        self._length_of: tuple[date, float, float] | None = None
        self._length_h: float | None = None

    def hours_to_sunset(self) -> float | None:
        """Hours to the next sunset, > 0; None where the sun does not set within a year."""
        now = self._refresh()
        return None if self._sunset is None else (self._sunset - now) / HOUR

    def day_length_h(self) -> float | None:
        """Hours from today's sunrise to the sunset after it; None where there is none of them."""
        config = self._hass.config
        day = (dt_util.now().date(), config.latitude, config.longitude)
        if day != self._length_of:
            self._length_of = day
            self._length_h = self._measure_day(day[0])
        return self._length_h

    def is_up(self) -> bool:
        """Tell whether the sun is above the horizon; False where nobody knows."""
        self._refresh()
        if self._sunset is None or self._sunrise is None:
            return False
        return self._sunset < self._sunrise

    def _refresh(self) -> datetime:
        now = dt_util.utcnow()
        passed = self._sunset is not None and now >= self._sunset
        old = self._refreshed is None or not timedelta() <= now - self._refreshed < REFRESH
        if old or passed:
            self._refreshed = now
            self._sunset = self._next(SUN_EVENT_SUNSET, now)
            self._sunrise = self._next(SUN_EVENT_SUNRISE, now)
        return now

    def _measure_day(self, day: date) -> float | None:
        sunrise = self._next(SUN_EVENT_SUNRISE, dt_util.start_of_local_day(day))
        if sunrise is None or dt_util.as_local(sunrise).date() != day:
            return None
        sunset = self._next(SUN_EVENT_SUNSET, sunrise)
        # A sunset weeks away ends the midnight sun, not this day.
        return None if sunset is None or sunset - sunrise >= DAY else (sunset - sunrise) / HOUR

    def _next(self, event: str, now: datetime) -> datetime | None:
        try:
            return get_astral_event_next(self._hass, event, now)
        except ValueError:
            return None
