"""What helps to understand a report: settings, readings, recent decisions and both adapters.

Everything that names the owner's devices or network is blotted out.
"""

from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant

from . import departure
from . import settings as owner_settings
from .const import CONF_BASE_TOPIC, CONF_PORTAL_ID, CONF_URL
from .control import persist
from .coordinator import VictronOpenEvseConfigEntry
from .mqtt_transport import steady_now_s

REDACTED: Final = frozenset(
    {
        CONF_BASE_TOPIC,
        CONF_PORTAL_ID,
        CONF_URL,
        "announced_base_topic",
        "title",
        "unique_id",
    }
)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: VictronOpenEvseConfigEntry
) -> dict[str, Any]:
    """Describe one site with its chargers."""
    coordinator = entry.runtime_data
    data = coordinator.data
    now_s = steady_now_s(hass)
    report = {
        "entry": entry.as_dict(),
        "settings": owner_settings.dump(data.settings),
        "departures": departure.dump(data.departures),
        "readings": asdict(data.readings),
        "decision": _plain(asdict(data.decision.site)),
        "memory": persist.dump(data.memory, now_s),
        "history": list(coordinator.history),
        "now_s": now_s,
        "site": coordinator.site.diagnostics(now_s),
        "chargers": {
            charger_id: charger.diagnostics()
            for charger_id, charger in coordinator.chargers.items()
        },
    }
    redacted: dict[str, Any] = async_redact_data(report, REDACTED)
    return redacted


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Lists instead of tuples, so that redaction keeps their type."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in data.items()}
