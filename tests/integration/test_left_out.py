"""A charger whose device is disabled in Home Assistant is given back, and taken up again when enabled."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import DOMAIN

from .conftest import CHARGER_ID, ENTRY_ID, Broker, Charger, Clock, Gx
from .test_hand_back import fixture_charging, held, is_free
from .test_loop import state

__all__ = ["fixture_charging"]


async def disable(
    hass: HomeAssistant, clock: Clock, by: dr.DeviceEntryDisabler | None, own_id: str = CHARGER_ID
) -> None:
    """Disable or enable a device of the site as a person does."""
    registry = dr.async_get(hass)
    device = registry.async_get_device_by_identifier((DOMAIN, own_id), ENTRY_ID)
    assert device is not None
    clock.release()
    registry.async_update_device(device.id, disabled_by=by)
    await hass.async_block_till_done()
    clock._real = False


@pytest.mark.usefixtures("charging")
async def test_a_disabled_charger_is_given_back_and_taken_up_again(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    entry: MockConfigEntry,
) -> None:
    charger.say(total_energy="100.5", power="3600")
    await clock.advance(5, gx.say_all)
    memory = entry.runtime_data.data.memory.chargers[CHARGER_ID].meter.lifetime
    assert memory.total_kwh > 0.0
    await disable(hass, clock, dr.DeviceEntryDisabler.USER)
    assert is_free(broker)
    assert entry.runtime_data.chargers == {}
    charger.dump()
    await clock.advance(60, gx.say_all)
    assert is_free(broker)
    assert state(hass, "sensor.cerbo_gx_pv_power") == "3000.0"
    # Another start of the site keeps what it knows of the charger.
    await hass.config_entries.async_reload(ENTRY_ID)
    await disable(hass, clock, None)
    await entry.runtime_data.connections.async_ready()
    charger.dump()
    await clock.advance(20, gx.say_all)
    assert state(hass, "select.garage_mode") == "fast"
    assert held(broker)["state"] == "active"
    again = entry.runtime_data.data.memory.chargers[CHARGER_ID].meter.lifetime
    assert again.total_kwh >= memory.total_kwh


@pytest.mark.usefixtures("charging")
async def test_other_changes_of_devices_interrupt_nothing(
    hass: HomeAssistant, clock: Clock, broker: Broker, entry: MockConfigEntry
) -> None:
    runs = entry.runtime_data
    await disable(hass, clock, dr.DeviceEntryDisabler.USER, own_id=ENTRY_ID)
    registry = dr.async_get(hass)
    device = registry.async_get_device_by_identifier((DOMAIN, CHARGER_ID), ENTRY_ID)
    assert device is not None
    registry.async_update_device(device.id, name_by_user="Carport")
    await hass.async_block_till_done()
    assert entry.runtime_data is runs
    assert "release" not in broker.claims()
