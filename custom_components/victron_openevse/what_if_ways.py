"""The two ways to ask what if: an action for automations, a websocket command for the page.

Both take settings by the names and in the units of our entities and give the same answer.
"""

from functools import partial
from typing import Any, Final

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .actions import find_targets
from .const import DOMAIN
from .coordinator import SiteCoordinator
from .recorded_settings import CHARGER_NAMES, SITE_NAMES
from .websocket_errors import async_send_refusal
from .what_if import MOST_DAYS, USUAL_DAYS, Question, async_what_if

WHAT_IF: Final = "what_if"
ATTR_DAYS: Final = "days"

_DAYS: Final = vol.All(vol.Coerce(int), vol.Range(min=1, max=MOST_DAYS))
_VALUE: Final = vol.Any(str, bool, int, float)
NAMES: Final = tuple(sorted(SITE_NAMES | CHARGER_NAMES))

_ACTION: Final = cv.make_entity_service_schema(
    {
        vol.Optional(ATTR_DAYS, default=USUAL_DAYS): _DAYS,
        **{vol.Optional(name): _VALUE for name in NAMES},
    }
)

COMMAND_SCHEMA: Final[dict[Any, Any]] = {
    vol.Required("type"): f"{DOMAIN}/{WHAT_IF}",
    vol.Required("site"): str,
    vol.Optional("charger"): str,
    vol.Optional(ATTR_DAYS, default=USUAL_DAYS): _DAYS,
    vol.Optional("changes", default=dict): {str: _VALUE},
    vol.Optional("language"): str,
}


@callback
def async_register(hass: HomeAssistant) -> None:
    """Offer both ways."""
    hass.services.async_register(
        DOMAIN,
        WHAT_IF,
        partial(_async_action, hass),
        _ACTION,
        supports_response=SupportsResponse.ONLY,
    )
    async_register_command(hass, what_if)


async def _async_action(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Answer an automation, in the server's language."""
    targets = find_targets(hass, call)
    coordinator = targets[0].coordinator
    if any(target.coordinator is not coordinator for target in targets):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="several_sites")
    question = Question(
        coordinator=coordinator,
        chargers=[target.charger_id for target in targets],
        days=call.data[ATTR_DAYS],
        changes={name: call.data[name] for name in NAMES if name in call.data},
    )
    return await async_what_if(hass, question, hass.config.language)


@websocket_command(COMMAND_SCHEMA)
@async_response
async def what_if(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Answer the page, in the viewer's language."""
    language = msg.get("language", hass.config.language)
    try:
        coordinator = running_site(hass, msg["site"])
        chargers = list(coordinator.settings.chargers)
        if "charger" in msg:
            chargers = [charger_of(coordinator, msg["charger"])]
        question = Question(
            coordinator=coordinator, chargers=chargers, days=msg[ATTR_DAYS], changes=msg["changes"]
        )
        answer = await async_what_if(hass, question, language)
    except HomeAssistantError as error:
        await async_send_refusal(hass, connection, msg["id"], error, language)
    else:
        connection.send_result(msg["id"], answer)


def running_site(hass: HomeAssistant, entry_id: str) -> SiteCoordinator:
    """Give the site by the id of its config entry.

    Raises HomeAssistantError when there is no such site, or it is not running.
    """
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.domain != DOMAIN:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="not_found")
    if entry.state is not ConfigEntryState.LOADED:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="site_not_loaded",
            translation_placeholders={"site": entry.title},
        )
    coordinator: SiteCoordinator = entry.runtime_data
    return coordinator


def charger_of(coordinator: SiteCoordinator, charger_id: str) -> str:
    """Give the id of a charger of the site; HomeAssistantError when there is none."""
    if charger_id not in coordinator.settings.chargers:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="not_found")
    return charger_id
