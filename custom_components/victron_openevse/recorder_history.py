"""Reads what the recorder kept of entities, in its own threads: never on the event loop.

The recorder is optional; without it nothing of this works, and only this does not.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance

from .const import DOMAIN
from .control.replay_record import Track
from .entity_refs import UNUSABLE

STATE: Final = "s"
CHANGED: Final = "lu"
"""Names in the recorder's compressed states: the state, and when it was written (s since 1970)."""

type Histories = Mapping[str, Track[str]]
"""The states of each entity id; what says nothing is None."""


async def async_read(
    hass: HomeAssistant, entity_ids: Iterable[str], start: datetime, end: datetime
) -> Histories:
    """Read the states of entities between two times, each beginning with that at the start.

    Raises HomeAssistantError where there is no recorder.
    """
    if DATA_INSTANCE not in hass.data:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="no_recorder")
    wanted = sorted(set(entity_ids))
    if not wanted:
        return {}
    return await get_instance(hass).async_add_executor_job(_read, hass, wanted, start, end)


def _read(hass: HomeAssistant, entity_ids: list[str], start: datetime, end: datetime) -> Histories:
    # Only where there is a recorder are its libraries sure to be installed.
    from homeassistant.components.recorder.history import (  # noqa: PLC0415
        get_significant_states,
    )

    found: dict[str, list[Any]] = get_significant_states(
        hass,
        start,
        end,
        entity_ids,
        minimal_response=True,
        no_attributes=True,
        compressed_state_format=True,
    )
    return {
        entity_id: [
            (float(state[CHANGED]), None if state[STATE] in UNUSABLE else str(state[STATE]))
            for state in states
        ]
        for entity_id, states in found.items()
    }


def as_numbers(
    track: Track[str], read: Callable[[str], float | None] | None = None
) -> Track[float]:
    """Give the states as numbers; what is none is None."""
    convert = _number if read is None else read
    return [(at_s, None if text is None else convert(text)) for at_s, text in track]


def as_flags(track: Track[str]) -> Track[bool]:
    """Give the states of a binary sensor or switch."""
    return [(at_s, None if text is None else text == "on") for at_s, text in track]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None
