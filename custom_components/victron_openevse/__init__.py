"""Victron openEVSE: a car charges from its owner's sun.

A config entry is a site (a Victron GX), each of its subentries a charger (an OpenEVSE). All of them
are steered together, because they share one surplus and one grid connection.
"""

from typing import Final

from homeassistant.components import mqtt
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady

from .const import CHARGER, CONF_BASE_TOPIC, DOMAIN
from .coordinator import SiteCoordinator, VictronOpenEvseConfigEntry
from .hand_back import async_hand_back
from .mqtt_transport import HomeAssistantTransport, steady_now_s
from .openevse.mqtt import OpenEvseCharger
from .storage import SiteStore

PLATFORMS: Final = [
    Platform.BINARY_SENSOR,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TIME,
]


async def async_setup_entry(hass: HomeAssistant, entry: VictronOpenEvseConfigEntry) -> bool:
    """Start steering one site."""
    if not await mqtt.async_wait_for_mqtt_client(hass):
        raise ConfigEntryNotReady(translation_domain=DOMAIN, translation_key="mqtt_unavailable")
    coordinator = SiteCoordinator(hass, entry)
    entry.runtime_data = coordinator
    try:
        await coordinator.async_start()
    except Exception:
        await coordinator.transport.async_close()
        raise
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(entry.add_update_listener(_async_reload))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: VictronOpenEvseConfigEntry) -> bool:
    """Stop steering; the coordinator knows what to keep and what to give back."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    await entry.runtime_data.async_stop()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: VictronOpenEvseConfigEntry) -> None:
    """Leave nothing behind: give the chargers back and delete the stored settings."""
    await SiteStore(hass, entry.entry_id).async_remove()
    if entry.disabled_by is not None or not mqtt.mqtt_config_entry_enabled(hass):
        return
    transport = HomeAssistantTransport(hass)
    chargers = [
        OpenEvseCharger(
            transport,
            subentry.data[CONF_BASE_TOPIC],
            charger_id=subentry.unique_id,
        )
        for subentry in entry.get_subentries_of_type(CHARGER)
    ]
    for charger in chargers:
        charger.start(steady_now_s(hass))
    await transport.async_ready()
    await async_hand_back(hass, chargers)
    for charger in chargers:
        charger.stop()
    await transport.async_close()


async def _async_reload(hass: HomeAssistant, entry: VictronOpenEvseConfigEntry) -> None:
    """Apply a changed title, topic or list of chargers."""
    await hass.config_entries.async_reload(entry.entry_id)
