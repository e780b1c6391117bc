"""Adds a charger that is steered through entities of other integrations, or changes which these are."""

from collections.abc import Iterator
from typing import Any

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult, UnknownSubEntry

from .charger_data import entity_charger_data, is_set_up, used_elsewhere
from .const import CONF_ENTITIES
from .entity_forms import check, fields_for, picked, references, shown
from .entity_roles import CHARGER_ROLES, SETPOINT
from .entity_suggestions import Suggestion, charger_id_of, suggest_chargers
from .form_parts import as_schema

FALLBACK_TITLE = "OpenEVSE"


class EntityChargerSteps(ConfigSubentryFlow):
    """The steps of a charger's subentry flow that take it from entities."""

    async def async_step_entities(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which entities steer the charger, filled with one that is not set up yet."""
        first = next(self._not_set_up(), None)
        suggested = {} if first is None else first.entity_ids
        return await self._async_ask_for_entities(
            "entities", user_input, {key: items[0] for key, items in suggested.items()}
        )

    async def async_step_reconfigure_entities(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change which entities steer the charger; those that are gone are left empty."""
        if self._is_gone("reconfigure"):
            return self.async_abort(reason="removed")
        stored = self._get_reconfigure_subentry().data.get(CONF_ENTITIES, {})
        return await self._async_ask_for_entities(
            "reconfigure_entities", user_input, shown(self.hass, CHARGER_ROLES, stored)
        )

    def _is_gone(self, step_id: str) -> bool:
        """Tell whether the charger that a step is to change was removed while it was asked for."""
        if not step_id.startswith("reconfigure"):
            return False
        try:
            self._get_reconfigure_subentry()
        except UnknownSubEntry:
            return True
        return False

    async def _async_ask_for_entities(
        self, step_id: str, user_input: dict[str, Any] | None, suggested: dict[str, Any]
    ) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        if user_input is not None:
            suggested = user_input
            ids = picked(CHARGER_ROLES, user_input)
            errors = check(self.hass, CHARGER_ROLES, ids)
            if not errors:
                return self._finish_entities(step_id, ids)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                as_schema(fields_for(CHARGER_ROLES)), suggested
            ),
            errors=errors,
        )

    def _finish_entities(self, step_id: str, ids: dict[str, tuple[str, ...]]) -> SubentryFlowResult:
        stored = references(self.hass, ids)
        own = self._get_reconfigure_subentry() if step_id == "reconfigure_entities" else None
        own_id = None if own is None else own.subentry_id
        if used_elsewhere(self.hass, ids[SETPOINT.key][0], own_id):
            return self.async_abort(reason="already_configured")
        data = entity_charger_data(stored)
        setpoint = ids[SETPOINT.key]
        chosen = (item for item in self._not_set_up() if item.entity_ids[SETPOINT.key] == setpoint)
        known = next(chosen, None)
        known_id = charger_id_of(self.hass, setpoint[0])
        if own is None:
            title = FALLBACK_TITLE if known is None else known.title
            return self.async_create_entry(title=title, data=data, unique_id=known_id)
        same = stored[SETPOINT.key] == list(own.data[CONF_ENTITIES][SETPOINT.key])
        # Another charger's entities: the id of the one before would keep that one from being found.
        unique_id = (own.unique_id or known_id) if same else known_id
        return self.async_update_and_abort(
            self._get_entry(), own, data_updates=data, unique_id=unique_id
        )

    def _not_set_up(self) -> Iterator[Suggestion]:
        return (item for item in suggest_chargers(self.hass) if not is_set_up(self.hass, item))
