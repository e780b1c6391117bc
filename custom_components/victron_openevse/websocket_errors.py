"""Answers a websocket command that cannot be done, in the viewer's language."""

from collections.abc import Mapping
from typing import Final

from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN

UNKNOWN_CODE: Final = "failed"


async def async_send_refusal(
    hass: HomeAssistant,
    connection: ActiveConnection,
    msg_id: int,
    error: HomeAssistantError,
    language: str,
) -> None:
    """Send `error` with its translation key as the code and its sentence in `language`."""
    key, placeholders = error.translation_key, error.translation_placeholders or {}
    texts = await async_get_translations(hass, language, "exceptions", [DOMAIN])
    connection.send_error(
        msg_id,
        key or UNKNOWN_CODE,
        _sentence(texts.get(f"component.{DOMAIN}.exceptions.{key}.message"), placeholders)
        or str(error),
        translation_key=key,
        translation_domain=error.translation_domain,
        translation_placeholders=dict(placeholders),
    )


def _sentence(text: str | None, placeholders: Mapping[str, str]) -> str | None:
    return None if text is None else text.format_map(placeholders)
