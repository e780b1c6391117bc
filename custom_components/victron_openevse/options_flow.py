"""Lets the owner name what else there is: prices and a sun forecast, and what the cars tell.

Everything here is optional and may be taken back by emptying its field. Entities are stored by the id
of their registry entry, so that a rename does not matter.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, ConfigSubentry, OptionsFlow
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from . import departure_source
from .const import (
    CHARGER,
    CONF_DEPARTURE_SOURCE,
    CONF_EXPORT_PRICE,
    CONF_IMPORT_PRICE,
    CONF_SUN_FORECAST_ENTITY,
    CONF_SUN_FORECASTS,
    CONF_VEHICLE_SOC,
)
from .entity_refs import find, remember, state_of
from .form_parts import as_schema, choice_of
from .optional_inputs import CHARGER_INPUTS, SITE_INPUTS
from .price_unit import price_per_kwh
from .sun_forecast import async_find_forecasts

NUMBERS: Final = ["sensor", "number", "input_number"]
"""Kinds of entities whose state is a number."""

PRICES: Final = (CONF_IMPORT_PRICE, CONF_EXPORT_PRICE)


class VictronOpenEvseOptionsFlow(OptionsFlow):
    """Changes the optional inputs of a site and of its chargers."""

    def __init__(self) -> None:
        self._charger_id: str | None = None

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether it is about the site or about a car; without chargers there is no choice."""
        if not self._chargers:
            return await self.async_step_site_inputs(user_input)
        return self.async_show_menu(step_id="init", menu_options=["site_inputs", "charger_inputs"])

    async def async_step_site_inputs(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose prices and forecast."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = _check_prices(self.hass, user_input)
            if not errors:
                return self.async_create_entry(data=_stored(self.hass, user_input, SITE_INPUTS))
        forecasts = await async_find_forecasts(self.hass)
        options = self.config_entry.options
        shown = _shown(self.hass, options, SITE_INPUTS)
        # The first time: whoever has a forecast wants it used.
        chosen = options.get(CONF_SUN_FORECASTS, ()) if options else forecasts
        shown[CONF_SUN_FORECASTS] = [key for key in chosen if key in forecasts]
        schema = as_schema(_site_fields(forecasts))
        return self.async_show_form(
            step_id="site_inputs",
            data_schema=self.add_suggested_values_to_schema(schema, user_input or shown),
            errors=errors,
        )

    async def async_step_charger_inputs(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose the charger, where there are several."""
        chargers = self._chargers
        if user_input is not None:
            self._charger_id = user_input[CHARGER]
        elif len(chargers) == 1:
            self._charger_id = next(iter(chargers))
        if self._charger_id in chargers:
            return await self.async_step_car()
        options = [SelectOptionDict(value=key, label=item.title) for key, item in chargers.items()]
        return self.async_show_form(
            step_id="charger_inputs",
            data_schema=as_schema({vol.Required(CHARGER): choice_of(options, only=True)}),
        )

    async def async_step_car(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Choose what tells the car's level and its departure."""
        subentry = self._chargers.get(self._charger_id or "")
        if subentry is None:
            return self.async_abort(reason="charger_removed")
        if user_input is not None:
            kept = {key: item for key, item in subentry.data.items() if key not in CHARGER_INPUTS}
            chosen = _stored(self.hass, user_input, CHARGER_INPUTS)
            self.hass.config_entries.async_update_subentry(
                self.config_entry, subentry, data=kept | chosen
            )
            return self.async_create_entry(data=dict(self.config_entry.options))
        shown = _shown(self.hass, subentry.data, CHARGER_INPUTS)
        return self.async_show_form(
            step_id="car",
            data_schema=self.add_suggested_values_to_schema(as_schema(_car_fields()), shown),
            description_placeholders={"charger": subentry.title},
        )

    @property
    def _chargers(self) -> dict[str, ConfigSubentry]:
        chargers = self.config_entry.get_subentries_of_type(CHARGER)
        return {item.subentry_id: item for item in chargers}


def _site_fields(forecasts: Mapping[str, str]) -> dict[Any, Any]:
    fields: dict[Any, Any] = {vol.Optional(key): _entity(NUMBERS) for key in PRICES}
    if forecasts:
        fields[vol.Optional(CONF_SUN_FORECASTS)] = SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=key, label=title) for key, title in forecasts.items()
                ],
                multiple=True,
                mode=SelectSelectorMode.LIST,
            )
        )
    fields[vol.Optional(CONF_SUN_FORECAST_ENTITY)] = _entity(["sensor"], "energy")
    return fields


def _car_fields() -> dict[Any, Any]:
    return {
        vol.Optional(CONF_VEHICLE_SOC): _entity(NUMBERS),
        vol.Optional(CONF_DEPARTURE_SOURCE): _entity(list(departure_source.DOMAINS)),
    }


def _entity(domains: list[str], device_class: str | None = None) -> EntitySelector:
    config = EntitySelectorConfig(domain=domains)
    if device_class is not None:
        config["device_class"] = device_class
    return EntitySelector(config)


def _check_prices(hass: HomeAssistant, answers: Mapping[str, Any]) -> dict[str, str]:
    """Refuse entities whose unit or value is no price; one that says nothing now may be right."""
    errors = {}
    for key in PRICES:
        state = state_of(hass, answers.get(key))
        unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        if state is not None and price_per_kwh(state.state, unit) is None:
            errors[key] = "no_price"
    if CONF_EXPORT_PRICE in answers and CONF_IMPORT_PRICE not in answers:
        errors[CONF_EXPORT_PRICE] = "import_price_needed"
    return errors


def _stored(
    hass: HomeAssistant, answers: Mapping[str, Any], entities: Iterable[str]
) -> dict[str, Any]:
    """Give what to store for a form's answers; what was emptied is not in it."""
    stored = {key: remember(hass, answers[key]) for key in entities if answers.get(key)}
    if forecasts := answers.get(CONF_SUN_FORECASTS):
        stored[CONF_SUN_FORECASTS] = forecasts
    return stored


def _shown(
    hass: HomeAssistant, stored: Mapping[str, Any], entities: Iterable[str]
) -> dict[str, Any]:
    """Give the entities a form shows for what is stored; a removed one is left out."""
    return {
        key: entity_id
        for key in entities
        if key in stored and (entity_id := find(hass, stored[key])) is not None
    }
