"""The lines on Home Assistant's system page."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.victron_openevse.const import DOMAIN

from .conftest import Charger, Clock, Gx, Start


async def test_a_running_site(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await start()
    charger.dump()
    await clock.advance(10, gx.say_all)
    info = await get_system_health_info(hass, DOMAIN)
    assert info["version"].count(".") == 2
    assert info["way_in"] == "mqtt"
    assert info["data_age"].endswith(" s")
    assert int(info["decisions"]) >= 2
    assert info["chargers_online"] == "1/1"


async def test_before_anything_was_heard(
    hass: HomeAssistant, clock: Clock, start: Start, entry: MockConfigEntry
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await start()
    info = await get_system_health_info(hass, DOMAIN)
    assert info["data_age"] == "-"
    assert info["chargers_online"] == "0/1"
    await hass.config_entries.async_unload(entry.entry_id)
    info = await get_system_health_info(hass, DOMAIN)
    assert info["way_in"] == info["decisions"] == "-"
