"""What the owner may add to GX and charger: prices, a sun forecast, the car's level, its departure.

All of it is read from entities and forecasts of other integrations at the moment of a decision. What
says nothing is absent, never a number by default, and charging works without any of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
import logging
from math import isfinite
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter

from . import departure_source
from .const import (
    CHARGER,
    CONF_DEPARTURE_SOURCE,
    CONF_EXPORT_PRICE,
    CONF_IMPORT_PRICE,
    CONF_SUN_FORECAST_ENTITY,
    CONF_SUN_FORECASTS,
    CONF_VEHICLE_SOC,
    HOUR,
)
from .control.model import NO_TARGET_PCT, Prices, Settings
from .daylight import Daylight
from .departure import Departure, hours_to_departure
from .entity_refs import is_missing, state_of
from .forecast_hours import spread_over_day
from .price_unit import price_per_kwh
from .sun_forecast import KEEP_S, SunForecast

_LOGGER = logging.getLogger(__name__)

FULL_PCT: Final = 100.0

SITE_INPUTS: Final = (CONF_IMPORT_PRICE, CONF_EXPORT_PRICE, CONF_SUN_FORECAST_ENTITY)
CHARGER_INPUTS: Final = (CONF_VEHICLE_SOC, CONF_DEPARTURE_SOURCE)


class OptionalInputs:
    """The optional inputs of one site and its chargers."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, daylight: Daylight) -> None:
        self._hass = hass
        self._daylight = daylight
        self._site: Mapping[str, Any] = entry.options
        self._chargers: Mapping[str, Mapping[str, Any]] = {
            subentry.subentry_id: subentry.data
            for subentry in entry.get_subentries_of_type(CHARGER)
        }
        self._odd: set[str] = set()
        self._forecast = SunForecast(hass, entry, self._site.get(CONF_SUN_FORECASTS, ()))

    @property
    def has_prices(self) -> bool:
        """Whether the owner has chosen what tells the price of import."""
        return CONF_IMPORT_PRICE in self._site

    def start(self) -> None:
        """Begin to fetch what must be fetched."""
        self._forecast.start()

    def stop(self) -> None:
        """Fetch no more."""
        self._forecast.stop()

    def without_lost_targets(self, settings: Settings) -> Settings:
        """Drop targets of cars that no entity tells the level of any more: none would ever end."""
        chargers = {
            key: own if self.tells_level(key) else replace(own, target_soc_pct=NO_TARGET_PCT)
            for key, own in settings.chargers.items()
        }
        return replace(settings, chargers=chargers)

    def tells_level(self, charger_id: str) -> bool:
        """Whether the owner has chosen what tells the level of this charger's car."""
        return CONF_VEHICLE_SOC in self._chargers.get(charger_id, {})

    def missing(self) -> tuple[str, ...]:
        """Name the inputs (their keys) that were chosen but are gone or switched off."""
        chosen = [(key, self._site.get(key)) for key in SITE_INPUTS]
        for data in self._chargers.values():
            chosen += [(key, data.get(key)) for key in CHARGER_INPUTS]
        gone = [key for key, value in chosen if value is not None and is_missing(self._hass, value)]
        if self._forecast.missing():
            gone.append(CONF_SUN_FORECASTS)
        return tuple(dict.fromkeys(gone))

    def prices(self) -> Prices | None:
        """Give the prices of this moment; None when import has none."""
        bought = self._price(CONF_IMPORT_PRICE)
        return None if bought is None else Prices(bought, self._price(CONF_EXPORT_PRICE))

    def sun_forecast_kwh(self) -> tuple[float, ...]:
        """Forecast of the PV energy in each coming hour from now, kWh; empty = none."""
        if self._site.get(CONF_SUN_FORECASTS):
            return self._forecast.hourly_kwh()
        return self._spread(state_of(self._hass, self._site.get(CONF_SUN_FORECAST_ENTITY)))

    def vehicle_soc_pct(self) -> dict[str, float]:
        """State of charge, 0..100, of each charger's car that tells it."""
        return self._of_chargers(CONF_VEHICLE_SOC, _level)

    def hours_to_departure(self, own: Mapping[str, Departure]) -> dict[str, float]:
        """Hours until each car leaves, > 0; an entity chosen for it overrides our `own` time."""
        now = dt_util.now()
        not_overridden = {
            key: departure
            for key, departure in own.items()
            if CONF_DEPARTURE_SOURCE not in self._chargers.get(key, {})
        }
        return hours_to_departure(not_overridden, now) | self._of_chargers(
            CONF_DEPARTURE_SOURCE, lambda state: departure_source.hours_left(state, now)
        )

    def _of_chargers(self, key: str, read: Callable[[State], float | None]) -> dict[str, float]:
        found = {
            charger_id: state
            for charger_id, data in self._chargers.items()
            if (state := state_of(self._hass, data.get(key))) is not None
        }
        values = {charger_id: self._read(state, read) for charger_id, state in found.items()}
        return {charger_id: value for charger_id, value in values.items() if value is not None}

    def _read(self, state: State, read: Callable[[State], float | None]) -> float | None:
        """Read an entity of somebody else's: one that says something odd must not stop the law."""
        try:
            return read(state)
        except Exception:  # noqa: BLE001 - nobody knows what other integrations put into a state
            if state.entity_id not in self._odd:
                self._odd.add(state.entity_id)
                _LOGGER.warning(
                    "%s says nothing that can be used: %s", state.entity_id, state.state
                )
            return None

    def _price(self, key: str) -> float | None:
        state = state_of(self._hass, self._site.get(key))
        if state is None:
            return None
        return self._read(state, _price_per_kwh)

    def _spread(self, state: State | None) -> tuple[float, ...]:
        kwh = None if state is None else self._read(state, _fresh_kwh)
        sunset_h, day_h = self._daylight.hours_to_sunset(), self._daylight.day_length_h()
        if kwh is None or sunset_h is None or not day_h or not _sets_today(sunset_h):
            return ()
        return spread_over_day(kwh, sunset_h, day_h)


def _sets_today(hours_to_sunset: float) -> bool:
    """After sunset what is left of today is nothing, and tells nothing of tomorrow."""
    now = dt_util.now()
    return (now + hours_to_sunset * HOUR).date() == now.date()


def _fresh_kwh(state: State) -> float | None:
    """Energy that an entity tells, kWh; None for anything else, or when it is long ago."""
    age_s = (dt_util.utcnow() - state.last_reported).total_seconds()
    value = _number(state)
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy.KILO_WATT_HOUR)
    if value is None or value < 0.0 or age_s >= KEEP_S:
        return None
    try:
        return EnergyConverter.convert(value, unit, UnitOfEnergy.KILO_WATT_HOUR)
    except HomeAssistantError:
        return None


def _price_per_kwh(state: State) -> float | None:
    return price_per_kwh(state.state, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))


def _level(state: State) -> float | None:
    value = _number(state)
    return value if value is not None and 0.0 <= value <= FULL_PCT else None


def _number(state: State) -> float | None:
    try:
        value = float(state.state)
    except ValueError:
        return None
    return value if isfinite(value) else None
