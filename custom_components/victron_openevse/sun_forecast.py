"""Fetches the owner's sun forecasts, and keeps them as long as they are worth something.

Forecasts come from any integration that offers Home Assistant's energy dashboard one, so whatever
serves the dashboard serves the car. They are asked at most every 15 minutes and forgotten when nobody
has renewed them for three hours.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.loader import IntegrationNotFound, async_get_integration
from homeassistant.util import dt as dt_util

from .forecast_hours import Period, hourly_kwh, read_periods

_LOGGER = logging.getLogger(__name__)

ENERGY_PLATFORM: Final = "energy"
FORECAST_FUNCTION: Final = "async_get_solar_forecast"

LOOK: Final = timedelta(minutes=1)
"""Rhythm in which it is looked whether something is due: after a start others load later than we."""

REFRESH_S: Final = 900.0
"""Services renew their forecasts every 30 to 60 minutes."""

KEEP_S: Final = 10_800.0
"""After three hours weather has moved on."""

ANSWER_S: Final = 30.0
"""A forecast that hangs must not leave one more task behind each quarter of an hour."""

REBIN_S: Final = 60.0
"""Hours counted from now move along with it; a minute of an hour changes little."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What one forecast told, and when (seconds since 1970)."""

    periods: tuple[Period, ...]
    at_s: float


class SunForecast:
    """The forecasts of some config entries of other integrations, added up."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, entry_ids: Iterable[str]) -> None:
        """Prepare; `entry` is ours, `entry_ids` are those of the forecasts."""
        self._hass = hass
        self._entry = entry
        self._entry_ids = tuple(entry_ids)
        self._told: dict[str, _Told] = {}
        self._asked_at_s: dict[str, float] = {}
        self._hours: tuple[float, ...] = ()
        self._hours_at_s: float | None = None
        self._stop: CALLBACK_TYPE | None = None

    def start(self) -> None:
        """Begin to ask."""
        if not self._entry_ids or self._stop is not None:
            return
        self._stop = async_track_time_interval(
            self._hass, self._async_look, LOOK, cancel_on_shutdown=True
        )
        self._entry.async_create_background_task(
            self._hass, self._async_refresh(), f"sun forecast of {self._entry.title}"
        )

    def stop(self) -> None:
        """Ask no more."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def missing(self) -> tuple[str, ...]:
        """Name the forecasts whose config entry was removed."""
        known = self._hass.config_entries.async_get_entry
        return tuple(entry_id for entry_id in self._entry_ids if known(entry_id) is None)

    def hourly_kwh(self) -> tuple[float, ...]:
        """Forecast of all arrays for each coming hour from now, kWh; empty = none worth telling.

        Where there are several forecasts and one of them is silent, there is none: half a sum
        would look like a dark day.
        """
        now_s = dt_util.utcnow().timestamp()
        if self._hours_at_s is None or not 0.0 <= now_s - self._hours_at_s < REBIN_S:
            self._hours, self._hours_at_s = self._add_up(now_s), now_s
        return self._hours

    def _add_up(self, now_s: float) -> tuple[float, ...]:
        fresh = [told for told in self._told.values() if 0.0 <= now_s - told.at_s < KEEP_S]
        if len(fresh) < len(self._entry_ids):
            return ()
        return hourly_kwh(tuple(period for told in fresh for period in told.periods), now_s)

    async def _async_look(self, _now: datetime) -> None:
        await self._async_refresh()

    async def _async_refresh(self) -> None:
        now_s = dt_util.utcnow().timestamp()
        for entry_id in self._entry_ids:
            asked_at_s = self._asked_at_s.get(entry_id)
            if asked_at_s is not None and 0.0 <= now_s - asked_at_s < REFRESH_S:
                continue
            forecast = self._hass.config_entries.async_get_entry(entry_id)
            if forecast is None or forecast.state is not ConfigEntryState.LOADED:
                continue
            self._asked_at_s[entry_id] = now_s
            if periods := read_periods(await _async_ask(self._hass, forecast)):
                self._told[entry_id] = _Told(periods, now_s)
                self._hours_at_s = None


async def _async_ask(hass: HomeAssistant, forecast: ConfigEntry) -> object:
    """Ask one forecast for its `wh_hours`; None when it has none. Other people's code may raise."""
    try:
        async with asyncio.timeout(ANSWER_S):
            answer = await (await _async_function(hass, forecast.domain))(hass, forecast.entry_id)
    except Exception as error:  # noqa: BLE001 - whatever it raises, we charge without a forecast
        _LOGGER.debug("No forecast from %s: %r", forecast.title, error)
        return None
    return answer.get("wh_hours") if isinstance(answer, Mapping) else None


async def _async_function(hass: HomeAssistant, domain: str) -> Any:
    """Give the function of an integration that tells its forecast. AttributeError: it has none."""
    integration = await async_get_integration(hass, domain)
    return getattr(await integration.async_get_platform(ENERGY_PLATFORM), FORECAST_FUNCTION)


async def async_find_forecasts(hass: HomeAssistant) -> dict[str, str]:
    """List the config entries that can tell a forecast: entry id -> title."""
    offers = {
        domain: await _async_offers(hass, domain)
        for domain in {entry.domain for entry in hass.config_entries.async_entries()}
    }
    return {
        entry.entry_id: entry.title
        for entry in hass.config_entries.async_entries(include_ignore=False)
        if offers[entry.domain]
    }


async def _async_offers(hass: HomeAssistant, domain: str) -> bool:
    try:
        integration = await async_get_integration(hass, domain)
        if not integration.platforms_exists((ENERGY_PLATFORM,)):
            return False
        await _async_function(hass, domain)
    except IntegrationNotFound, ImportError, AttributeError:
        return False
    return True
