"""What is stored of a charger that is reached through entities, and how it is recognised."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.core import HomeAssistant

from .const import CHARGER, CONF_ENTITIES, CONF_SOURCE, DOMAIN, SOURCE_ENTITIES
from .entity_refs import remember
from .entity_roles import SETPOINT
from .entity_suggestions import Suggestion, charger_id_of


def entity_charger_data(references: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Give the data of a charger's subentry: which entities steer it."""
    return {
        CONF_SOURCE: SOURCE_ENTITIES,
        CONF_ENTITIES: {key: list(items) for key, items in references.items()},
    }


def is_set_up(hass: HomeAssistant, item: Suggestion) -> bool:
    """Tell whether a charger belongs to a site already, however it is reached."""
    wanted = {remember(hass, entity_id) for entity_id in item.entity_ids[SETPOINT.key]}
    return any(
        (item.unique_id is not None and subentry.unique_id == item.unique_id)
        or not wanted.isdisjoint(subentry.data.get(CONF_ENTITIES, {}).get(SETPOINT.key, ()))
        for entry in hass.config_entries.async_entries(DOMAIN)
        for subentry in entry.get_subentries_of_type(CHARGER)
    )


def used_elsewhere(hass: HomeAssistant, entity_id: str, own_subentry_id: str | None) -> bool:
    """Tell whether the charger whose current an entity sets belongs to a site, however it is reached.

    Steered twice, it would hear two voices, each of which is a person's to the other.
    """
    reference, charger_id = remember(hass, entity_id), charger_id_of(hass, entity_id)
    return any(
        subentry.subentry_id != own_subentry_id
        and (
            (charger_id is not None and subentry.unique_id == charger_id)
            or reference in subentry.data.get(CONF_ENTITIES, {}).get(SETPOINT.key, ())
        )
        for entry in hass.config_entries.async_entries(DOMAIN)
        for subentry in entry.get_subentries_of_type(CHARGER)
    )
