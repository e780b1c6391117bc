"""Names an entity of somebody else so that it is found again after it was renamed.

What is stored is the id of its entry in the entity registry, which never changes. Entities without
such an entry (made in YAML without a unique id) cannot be renamed either: their entity id is stored.
"""

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er

UNUSABLE = frozenset({"unavailable", "unknown", ""})
"""States that say nothing."""


def remember(hass: HomeAssistant, entity_id: str) -> str:
    """Give the reference to store for an entity."""
    entry = er.async_get(hass).async_get(entity_id)
    return entity_id if entry is None else entry.id


def find(hass: HomeAssistant, reference: str) -> str | None:
    """Give the entity id of today; None when the entity was removed."""
    entry = er.async_get(hass).entities.get_entry(reference)
    if entry is not None:
        return entry.entity_id
    # A registry id has no dot, an entity id always has one.
    return reference if "." in reference else None


def is_missing(hass: HomeAssistant, reference: str) -> bool:
    """Tell whether the entity is gone or was switched off; an unavailable one is neither."""
    entity_id = find(hass, reference)
    return entity_id is None or hass.states.get(entity_id) is None


def state_of(hass: HomeAssistant, reference: str | None) -> State | None:
    """Give what the entity says; None when it says nothing or is not there."""
    entity_id = None if reference is None else find(hass, reference)
    state = None if entity_id is None else hass.states.get(entity_id)
    return None if state is None or state.state in UNUSABLE else state
