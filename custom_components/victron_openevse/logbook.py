"""What the logbook says of our events: one sentence for the start of a session, one for its end."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import Event, HomeAssistant, callback

from .const import ATTR_KIND, DOMAIN, EVENT_SESSION
from .sessions import SessionKind

S_PER_MIN: Final = 60.0
MIN_PER_H: Final = 60


@callback
def async_describe_events(
    _hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Register the sentences."""
    async_describe_event(DOMAIN, EVENT_SESSION, _describe)


@callback
def _describe(event: Event) -> dict[str, Any]:
    data = event.data
    started = data.get(ATTR_KIND) == SessionKind.STARTED
    return {
        LOGBOOK_ENTRY_NAME: data.get(ATTR_NAME) or "Charger",
        LOGBOOK_ENTRY_MESSAGE: "started a charging session" if started else _finished(data),
        LOGBOOK_ENTRY_ENTITY_ID: data.get(ATTR_ENTITY_ID),
    }


def _finished(data: Mapping[str, Any]) -> str:
    """Say how much was charged, how much of it from the sun and in what time, as far as known."""
    parts = [f"{data.get('energy_kwh', 0.0):.2f} kWh"]
    share_pct, duration_s = data.get("solar_share_pct"), data.get("duration_s")
    if share_pct is not None:
        parts.append(f"{share_pct:.0f} % from the sun")
    if duration_s is not None:
        hours, minutes = divmod(round(duration_s / S_PER_MIN), MIN_PER_H)
        parts.append(f"plugged in for {hours} h {minutes:02d} min")
    return f"finished a charging session: {', '.join(parts)}"
