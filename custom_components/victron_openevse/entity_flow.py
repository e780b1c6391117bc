"""Sets up a site from entities of other integrations.

What the registries suggest is read at once; when it says everything that is needed, one page asks for
consent. Otherwise a form is filled as far as possible. A charger that other integrations know is added
in the same go; one that nobody knows can be named in a last form, or later.
"""

from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult, ConfigSubentryData

from . import entity_roles as roles
from .charger_data import entity_charger_data, is_set_up, used_elsewhere
from .const import CHARGER, CONF_ENTITIES, CONF_SOURCE, SOURCE_ENTITIES
from .entity_forms import check, describe, fields_for, picked, references, shown
from .entity_roles import CHARGER_ROLES, SITE_ROLES
from .entity_suggestions import Suggestion, charger_id_of, suggest_chargers, suggest_sites
from .form_parts import as_schema

FALLBACK_TITLE = "Victron GX"
CHARGER_TITLE = "OpenEVSE"

SIGNS = (roles.CONF_GRID_SIGN, roles.CONF_BATTERY_SIGN)


class EntitySiteSteps(ConfigFlow):
    """The steps of a config flow that take the site from entities."""

    def __init__(self) -> None:
        self._suggested: Suggestion | None = None
        self._entity_answer: dict[str, Any] = {}
        self._entity_chargers: list[Suggestion] = []

    async def async_step_entities(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Look for what other integrations know of a GX."""
        known = {entry.unique_id for entry in self._async_current_entries(include_ignore=False)}
        found = suggest_sites(self.hass)
        free = [item for item in found if item.unique_id is None or item.unique_id not in known]
        self._suggested = next(iter(free), None)
        if self._suggested is None:
            return await self.async_step_entity_form()
        ids = dict(self._suggested.entity_ids)
        if check(self.hass, (roles.GRID_CONNECTED,), ids):
            # A GX whose inputs are not named never tells its source: that is no reason to ask.
            del ids[roles.GRID_CONNECTED.key]
        self._entity_answer = {
            role.key: list(ids[role.key]) if role.many else ids[role.key][0]
            for role in SITE_ROLES
            if role.key in ids
        }
        if check(self.hass, SITE_ROLES, ids):
            return await self.async_step_entity_form()
        return await self.async_step_entity_confirm()

    async def async_step_entity_form(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which entities tell what."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = check(self.hass, SITE_ROLES, picked(SITE_ROLES, user_input))
            self._entity_answer = user_input
            self._forget_suggestion_if_other()
            if not errors:
                return await self.async_step_entity_confirm()
        return self.async_show_form(
            step_id="entity_form",
            data_schema=self.add_suggested_values_to_schema(
                as_schema(fields_for(SITE_ROLES)), self._entity_answer
            ),
            errors=errors,
        )

    async def async_step_entity_confirm(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what is going to be used, as it reads now."""
        self._entity_chargers = [
            item
            for item in suggest_chargers(self.hass)
            if not is_set_up(self.hass, item)
            and not check(self.hass, CHARGER_ROLES, item.entity_ids)
        ]
        return self.async_show_menu(
            step_id="entity_confirm",
            menu_options=["entity_accept", "entity_form"],
            description_placeholders={
                "entities": describe(self.hass, picked(SITE_ROLES, self._entity_answer)),
                "chargers": "\n".join(f"- {item.title}" for item in self._entity_chargers) or "—",
            },
        )

    async def async_step_entity_accept(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Create the site; ask for a charger first when none was found."""
        unique_id = self._suggested.unique_id if self._suggested else None
        if unique_id is not None:
            await self.async_set_unique_id(unique_id, raise_on_progress=False)
            self._abort_if_unique_id_configured()
        if self._is_measured_already():
            return self.async_abort(reason="already_configured")
        if not self._entity_chargers:
            return await self.async_step_entity_charger()
        return self._create_from_entities(
            [
                ConfigSubentryData(
                    data=entity_charger_data(references(self.hass, item.entity_ids)),
                    subentry_type=CHARGER,
                    title=item.title,
                    unique_id=item.unique_id,
                )
                for item in self._entity_chargers
            ]
        )

    async def async_step_entity_charger(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which entities steer a charger; an empty answer adds none."""
        errors: dict[str, str] = {}
        if user_input is not None:
            ids = picked(CHARGER_ROLES, user_input)
            errors = self._problems_of_charger(ids) if ids else {}
            if not errors:
                return self._create_from_entities([self._charger_of(ids)] if ids else [])
        return self.async_show_form(
            step_id="entity_charger",
            data_schema=self.add_suggested_values_to_schema(
                as_schema(fields_for(CHARGER_ROLES, all_optional=True)), user_input or {}
            ),
            errors=errors,
        )

    async def async_step_reconfigure_entities(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change which entities tell what; those that are gone are left empty."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        suggested = {key: entry.data[key] for key in SIGNS if key in entry.data} | shown(
            self.hass, SITE_ROLES, entry.data[CONF_ENTITIES]
        )
        if user_input is not None:
            errors = check(self.hass, SITE_ROLES, picked(SITE_ROLES, user_input))
            suggested = user_input
            if not errors:
                return self.async_update_and_abort(entry, data=self._site_data(user_input))
        return self.async_show_form(
            step_id="reconfigure_entities",
            data_schema=self.add_suggested_values_to_schema(
                as_schema(fields_for(SITE_ROLES)), suggested
            ),
            errors=errors,
            description_placeholders={"site": entry.title},
        )

    def _forget_suggestion_if_other(self) -> None:
        """Another grid meter than suggested is another site."""
        grid = picked((roles.GRID,), self._entity_answer)
        if self._suggested and set(grid.get(roles.GRID.key, ())).isdisjoint(
            self._suggested.entity_ids.get(roles.GRID.key, ())
        ):
            self._suggested = None

    def _is_measured_already(self) -> bool:
        """Tell whether another site is read from the same grid meter."""
        grid = references(self.hass, picked((roles.GRID,), self._entity_answer))
        return any(
            entry.data.get(CONF_ENTITIES, {}).get(roles.GRID.key) == grid[roles.GRID.key]
            for entry in self._async_current_entries(include_ignore=False)
        )

    def _problems_of_charger(self, ids: dict[str, tuple[str, ...]]) -> dict[str, str]:
        """Name by field what keeps these entities from being a charger of the new site."""
        errors = check(self.hass, CHARGER_ROLES, ids)
        if not errors and used_elsewhere(self.hass, ids[roles.SETPOINT.key][0], None):
            # No reason to give up the site: the form can name another charger, or none.
            errors = {roles.SETPOINT.key: "charger_set_up"}
        return errors

    def _charger_of(self, ids: dict[str, tuple[str, ...]]) -> ConfigSubentryData:
        """Give the charger that these entities steer, with its id so that it is not found again."""
        return ConfigSubentryData(
            data=entity_charger_data(references(self.hass, ids)),
            subentry_type=CHARGER,
            title=CHARGER_TITLE,
            unique_id=charger_id_of(self.hass, ids[roles.SETPOINT.key][0]),
        )

    def _create_from_entities(self, chargers: list[ConfigSubentryData]) -> ConfigFlowResult:
        return self.async_create_entry(
            title=self._suggested.title if self._suggested else FALLBACK_TITLE,
            data=self._site_data(self._entity_answer),
            subentries=chargers,
        )

    def _site_data(self, answer: dict[str, Any]) -> dict[str, Any]:
        return {
            CONF_SOURCE: SOURCE_ENTITIES,
            CONF_ENTITIES: references(self.hass, picked(SITE_ROLES, answer)),
            **{key: answer[key] for key in SIGNS if key in answer},
        }
