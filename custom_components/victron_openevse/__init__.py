"""Victron openEVSE: a car charges from its owner's sun.

A config entry is a site (a Victron GX), each of its subentries a charger (an OpenEVSE). All of them
are steered together, because they share one surplus and one grid connection.
"""

from typing import Final

from homeassistant.components import mqtt
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from . import actions, dashboard, day_view, websocket, what_if_ways
from .const import DOMAIN
from .coordinator import SiteCoordinator, VictronOpenEvseConfigEntry
from .hand_back import async_give_back, warn
from .issues import Found, clear_issue, forget_issues, raise_issue
from .left_out import reload_when_disabled
from .mqtt_transport import steady_now_s
from .sources import async_broker_missing
from .stopping import async_stop_chargers
from .storage import SiteStore
from .unstarted import async_owed, follow_unstarted

PLATFORMS: Final = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TIME,
]

CONFIG_SCHEMA: Final = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Register what is there whether or not a site is set up."""
    actions.async_register(hass)
    websocket.async_register(hass)
    what_if_ways.async_register(hass)
    day_view.async_register(hass)
    await dashboard.async_register(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: VictronOpenEvseConfigEntry) -> bool:
    """Start steering one site."""
    follow_unstarted(hass, entry)
    if await async_broker_missing(hass, entry):
        if not mqtt.mqtt_config_entry_enabled(hass):
            raise_issue(hass, entry, Found(kind="broker_missing"))
        raise ConfigEntryNotReady(translation_domain=DOMAIN, translation_key="mqtt_unavailable")
    clear_issue(hass, entry, "broker_missing")
    # Before anything is read from the entry: what is changed from here on causes a reload.
    entry.async_on_unload(entry.add_update_listener(_async_reload))
    coordinator = SiteCoordinator(hass, entry)
    entry.async_on_unload(reload_when_disabled(hass, entry, coordinator.chargers))
    entry.runtime_data = coordinator
    try:
        await coordinator.async_start()
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    except Exception:
        await _async_abandon(coordinator)
        raise
    return True


async def async_unload_entry(hass: HomeAssistant, entry: VictronOpenEvseConfigEntry) -> bool:
    """Stop steering; the coordinator knows what to keep and what to give back."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    await entry.runtime_data.async_stop()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: VictronOpenEvseConfigEntry) -> None:
    """Leave nothing behind: give the chargers back and delete the stored settings."""
    forget_issues(hass, entry, everything=True)
    store = SiteStore(hass, entry.entry_id)
    warn(hass, await async_give_back(hass, entry, await async_owed(store, entry)), final=True)
    await store.async_remove()


async def _async_abandon(coordinator: SiteCoordinator) -> None:
    """Leave no listener and no connection of a set-up that failed; chargers keep what they have, the GX does not."""
    coordinator.halt()
    coordinator.site.hand_back(steady_now_s(coordinator.hass))
    coordinator.site.stop()
    await async_stop_chargers(coordinator.chargers.values())
    await coordinator.leftovers.async_stop()
    await coordinator.connections.async_close()


async def _async_reload(hass: HomeAssistant, entry: VictronOpenEvseConfigEntry) -> None:
    """Apply a changed title, topic or list of chargers."""
    await hass.config_entries.async_reload(entry.entry_id)
