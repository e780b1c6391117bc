"""What helps to understand a report: settings, readings, recent decisions and both adapters.

Everything that names the owner's devices or network is blotted out.
"""

from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from . import checks, departure
from . import settings as owner_settings
from .const import (
    CONF_BASE_TOPIC,
    CONF_ENTITIES,
    CONF_PORTAL_ID,
    CONF_SUN_FORECASTS,
    CONF_URL,
)
from .control import persist
from .control.outlook import look_ahead
from .coordinator import SiteData, VictronOpenEvseConfigEntry
from .explain import codes_and_numbers
from .gx_address import CONNECTION_DATA
from .mqtt_transport import steady_now_s
from .optional_inputs import CHARGER_INPUTS, SITE_INPUTS
from .storage import SiteStore

REDACTED: Final = frozenset(
    {
        *(CONNECTION_DATA - {CONF_PORT}),
        CONF_BASE_TOPIC,
        CONF_PORTAL_ID,
        CONF_URL,
        CONF_TOKEN,
        # Names of entities tell of people and their cars.
        *SITE_INPUTS,
        *CHARGER_INPUTS,
        CONF_SUN_FORECASTS,
        ATTR_ENTITY_ID,
        "announced_base_topic",
        # Topics and addresses under which a device was discovered.
        "discovery_keys",
        "title",
        "unique_id",
    }
)

NAMES_IN_STORE: Final = REDACTED | {CONF_ENTITIES, "name", "serial"}
"""What is owed to chargers is stored with how they are named and reached."""


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: VictronOpenEvseConfigEntry
) -> dict[str, Any]:
    """Describe one site with its chargers; what is stored has to do where it does not run."""
    if entry.state is not ConfigEntryState.LOADED:
        return await _async_stored(hass, entry)
    coordinator = entry.runtime_data
    data = coordinator.data
    now_s = steady_now_s(hass)
    report = {
        "entry": async_redact_data(entry.as_dict(), {CONF_ENTITIES}),
        "settings": owner_settings.dump(data.settings),
        "departures": departure.dump(data.departures),
        "readings": asdict(data.readings),
        "decision": _plain(asdict(data.decision.site)),
        "memory": persist.dump(data.memory, now_s),
        "outlook": _outlooks(data, now_s),
        "checks": checks.dump(coordinator.checks.results),
        "history": list(coordinator.reports.history),
        "decisions_last_minute": coordinator.pulse.per_minute(now_s),
        "inputs_missing": list(coordinator.inputs.missing()),
        "now_s": now_s,
        "site": coordinator.site.diagnostics(now_s),
        "chargers": {
            charger_id: charger.diagnostics()
            for charger_id, charger in coordinator.chargers.items()
        },
    }
    redacted: dict[str, Any] = async_redact_data(report, REDACTED)
    return redacted


async def _async_stored(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, Any]:
    """Describe a site that does not run by its set-up and what was stored of it."""
    report: dict[str, Any] = {
        "entry": entry.as_dict(),
        "state": entry.state.value,
        "reason": entry.reason,
    }
    try:
        report["stored"] = dict(await SiteStore(hass, entry.entry_id).async_read())
    except HomeAssistantError as error:
        report["stored"] = type(error).__name__
    redacted: dict[str, Any] = async_redact_data(report, NAMES_IN_STORE)
    return redacted


def _outlooks(data: SiteData, now_s: float) -> dict[str, Any]:
    """Why each charger gets what it gets, and what would change it."""
    args = data.settings, data.memory, data.readings, data.decision
    found = {key: look_ahead(*args, key, now_s) for key in data.decision.chargers}
    return {key: codes_and_numbers(item) for key, item in found.items() if item is not None}


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Lists instead of tuples, so that redaction keeps their type."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in data.items()}
