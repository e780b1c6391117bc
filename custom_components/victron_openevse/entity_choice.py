"""Which of the targeted entities a trigger or a condition means.

A user targets a charger, an area or the whole house; from all entities there, each trigger and
condition looks at one kind of ours, known by its key, which no renaming changes.
"""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN


def only(hass: HomeAssistant, entity_ids: set[str], key: str) -> set[str]:
    """Keep the entities of this integration with the key `key`."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entity_ids
        if (entity := registry.async_get(entity_id)) is not None
        and entity.platform == DOMAIN
        and entity.translation_key == key
    }
