"""Sets up Home Assistant's own integrations for the house's devices, as their owner would.

They are the other way in: `victron_gx` reads the GX over its broker with a connection of its own,
`openevse` reads and steers the charger over HTTP and websocket.
"""

from collections.abc import Mapping
from typing import Any, Final

from .hass import HomeAssistant
from .install import FLOWS
from .ports import LOOPBACK
from .talk import DemoError
from .waiting import until

VICTRON: Final = "victron_gx"
OPENEVSE: Final = "openevse"
ENTITIES_TIMEOUT_S: Final = 30.0
"""The GX sends everything within seconds of a connection."""
LAST_ENTITIES: Final = frozenset(
    {"system_dc_battery_soc", "system_grid_power_l1", "override_state"}
)
"""Ends of the unique ids of entities that must be there: both have then said what matters."""


async def _set_up(hass: HomeAssistant, domain: str, answer: Mapping[str, Any]) -> None:
    """Go through a config flow of one form."""
    form = await hass.post(FLOWS, {"handler": domain})
    result = await hass.post(f"{FLOWS}/{form['flow_id']}", answer)
    if result["type"] != "create_entry":
        raise DemoError(f"{domain} could not be set up: {result.get('errors') or result}")


async def core_entities(hass: HomeAssistant) -> list[Mapping[str, Any]]:
    """Return the registry entries of both integrations."""
    entries = await hass.command("config/entity_registry/list")
    return [entry for entry in entries if entry["platform"] in (VICTRON, OPENEVSE)]


async def set_up_core(hass: HomeAssistant, *, broker_port: int, charger_port: int) -> None:
    """Set both up and wait for their entities."""
    gx = {"host": LOOPBACK, "port": broker_port, "ssl": False}
    await _set_up(hass, VICTRON, gx)
    await _set_up(hass, OPENEVSE, {"host": f"{LOOPBACK}:{charger_port}"})

    async def complete() -> bool:
        ids = [entry["unique_id"] for entry in await core_entities(hass)]
        return all(any(one.endswith(end) for one in ids) for end in LAST_ENTITIES)

    await until(complete, within_s=ENTITIES_TIMEOUT_S, what="the entities of the core integrations")
