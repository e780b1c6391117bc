"""Set-up, unload, reload, restart and removal: what is kept and what is given back."""

from typing import Any
from unittest.mock import MagicMock, patch

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import DOMAIN
from custom_components.victron_openevse.storage import Stored

from .conftest import BASE, CHARGER_ID, ENTRY_ID, PORTAL, Broker, Charger, Clock, Gx, Start
from .test_loop import select, state

STORE = f"{DOMAIN}.{ENTRY_ID}"


async def charge(charger: Charger, gx: Gx, clock: Clock) -> None:
    """Let a charging session begin."""
    charger.dump()
    await clock.advance(8, gx.say_all)
    assert charger.values["state"] == "3"


async def test_without_mqtt_setup_is_tried_again(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "mqtt_unavailable"


async def test_ten_times_up_and_down_leaves_nothing(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    start: Start,
    entry: MockConfigEntry,
    mqtt_mock: MagicMock,
) -> None:
    await start()
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    timers = ours(hass)
    for _ in range(10):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
    assert ours(hass) == timers == []
    assert [topic for topic in subscribed(mqtt_mock) if BASE in topic or PORTAL in topic] == []


def ours(hass: HomeAssistant) -> list[str]:
    """List the timers that belong to this integration."""
    timers = [
        repr(handle) for handle in get_scheduled_timer_handles(hass.loop) if not handle.cancelled()
    ]
    return [timer for timer in timers if DOMAIN in timer]


def subscribed(mqtt_mock: MagicMock) -> list[str]:
    """List the topics that Home Assistant listens to."""
    return [item.topic for item in mqtt_mock.return_value.subscriptions]


async def test_the_devices_tell_what_they_are(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    device_registry: dr.DeviceRegistry,
) -> None:
    await start()
    await charge(charger, gx, clock)
    site = device_registry.async_get_device_by_identifier((DOMAIN, ENTRY_ID), ENTRY_ID)
    box = device_registry.async_get_device_by_identifier((DOMAIN, CHARGER_ID), ENTRY_ID)
    assert site is not None
    assert box is not None
    assert (site.name, site.manufacturer, site.model, site.sw_version) == (
        "Cerbo GX",
        "Victron Energy",
        "Cerbo GX",
        "v3.72",
    )
    assert (box.name, box.manufacturer, box.sw_version) == ("Garage", "OpenEVSE", "5.1.5")
    assert box.via_device_id == site.id
    assert box.config_subentry_id == CHARGER_ID


async def test_a_reload_keeps_claim_and_settings(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    await start()
    await select(hass, "medium")
    await charge(charger, gx, clock)
    claims = len(broker.claims())
    await hass.config_entries.async_reload(entry.entry_id)
    await entry.runtime_data.connections.async_ready()
    await clock.advance(2)
    charger.dump()
    await clock.advance(10, gx.say_all)
    assert state(hass, "select.garage_mode") == "medium"
    assert [claim for claim in broker.claims()[claims:] if is_off(claim)] == []
    assert state(hass, "sensor.garage_offered_current") == "16"


def is_off(claim: dict[str, Any] | str) -> bool:
    """Tell whether a message opens the contactor or gives the charger back."""
    return claim == "release" or (isinstance(claim, dict) and claim["state"] != "active")


async def test_a_restart_keeps_claim_settings_and_energy(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    await start()
    await select(hass, "medium")
    await charge(charger, gx, clock)
    charger.say(total_energy="100.5", power="3600")
    await clock.advance(2, gx.say_all)
    claims = len(broker.claims())
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert broker.claims()[claims:] == []
    stored = hass_storage[STORE]["data"]
    assert stored["settings"]["chargers"][CHARGER_ID]["mode"] == "medium"

    # The next process: a new steady clock, and a car that went on charging meanwhile.
    await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[STORE]["data"] = stored
    clock.now_s = 5.0
    await start()
    assert [claim for claim in broker.claims()[claims:] if is_off(claim)] == []
    charger.say(total_energy="101.0")
    charger.dump()
    await clock.advance(5, gx.say_all)
    assert state(hass, "select.garage_mode") == "medium"
    assert state(hass, "sensor.garage_offered_current") == "16"
    meter = entry.runtime_data.data.memory.chargers[CHARGER_ID].meter
    assert meter.lifetime.total_kwh == pytest.approx(1.0)


async def test_a_crash_does_not_take_back_energy_that_was_shown(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody says that the end is near, so the file has to know already what was shown."""
    await start()
    written: list[Stored] = []
    store = entry.runtime_data.store
    monkeypatch.setattr(store, "save_soon", lambda stored: written.append(stored()))
    await select(hass, "medium")
    await charge(charger, gx, clock)
    for wh in range(0, 100, 5):
        charger.say(total_energy=str(100.0 + wh / 1000.0), power="3600")
        await clock.advance(5, gx.say_all)
    await clock.advance(10, gx.say_all)
    kept = written[-1].memory.chargers[CHARGER_ID].meter.lifetime
    origins = {"solar": kept.solar_kwh, "battery": kept.battery_kwh, "grid": kept.grid_kwh}
    shown = {key: float(state(hass, f"sensor.garage_energy_{key}")) for key in origins}
    assert sum(shown.values()) > 0.05
    for key, kwh in origins.items():
        assert kwh >= shown[key] - 0.005, "shown values are rounded"


async def test_damaged_storage_gives_defaults_and_a_warning(
    hass: HomeAssistant,
    gx: Gx,
    start: Start,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    hass_storage[STORE] = {
        "version": 1,
        "minor_version": 1,
        "key": STORE,
        "data": {
            "saved_at": "yesterday",
            "settings": {"site": {"night_reserve_pct": 900, "base_load_w": 300}},
            "memory": ["?"],
            "exported_kwh": None,
        },
    }
    await start()
    assert state(hass, "number.cerbo_gx_night_reserve") == "40.0"
    assert state(hass, "number.cerbo_gx_base_load") == "300.0"
    assert "set to their defaults: night_reserve_pct" in caplog.text


async def test_settings_of_a_newer_version_are_left_alone(
    hass: HomeAssistant, gx: Gx, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    newer = {"version": 99, "minor_version": 1, "key": STORE, "data": {"unknown": 1}}
    hass_storage[STORE] = dict(newer)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert hass_storage[STORE] == newer


async def test_removing_the_charger_releases_it_and_takes_its_entities(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    await start()
    await charge(charger, gx, clock)
    hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
    await hass.async_block_till_done()
    await entry.runtime_data.connections.async_ready()
    assert broker.claims()[-1] == "release"
    assert er.async_entries_for_config_entry(entity_registry, ENTRY_ID) != []
    assert hass.states.get("select.garage_mode") is None
    assert hass.states.get("sensor.cerbo_gx_pv_power") is not None


async def test_disabling_releases_charger_and_gx(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    await start()
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": "switch.garage_use_battery"}, blocking=True
    )
    await select(hass, "fast")
    await charge(charger, gx, clock)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert ("W/c0619ab12345/hub4/0/Overrides/MaxDischargePower", '{"value": null}') in broker.sent
    assert broker.claims()[-1] == "release"


async def test_a_set_up_that_fails_half_way_leaves_no_limit_at_the_gx(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    await start()
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": "switch.garage_use_battery"}, blocking=True
    )
    await select(hass, "fast")
    await charge(charger, gx, clock)
    await hass.config_entries.async_unload(entry.entry_id)

    def limits() -> list[str]:
        return [text for topic, text in broker.sent if topic.endswith("/MaxDischargePower")]

    async def fail(*_: Any) -> None:
        before = len(limits())
        await entry.runtime_data.connections.async_ready()
        charger.dump()
        await clock.advance(10, gx.say_all)
        assert "null" not in "".join(limits()[before:])
        assert len(limits()) > before
        raise OSError

    with patch.object(hass.config_entries, "async_forward_entry_setups", fail):
        assert not await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert limits()[-1] == '{"value": null}'


async def test_removal_releases_the_charger_and_deletes_the_file(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    await start()
    await charge(charger, gx, clock)
    clock.release()
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert (f"{BASE}/claim/set", "release") in broker.sent
    assert STORE not in hass_storage


async def test_removal_of_a_charger_that_is_away_does_not_hang(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await start()
    charger.vanish()
    clock.release()
    monkeypatch.setattr("custom_components.victron_openevse.hand_back.WAIT_S", 0.5)
    await hass.config_entries.async_remove(entry.entry_id)
    assert hass.config_entries.async_get_entry(entry.entry_id) is None


async def test_removal_without_a_broker_is_possible(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    assert hass.config_entries.async_get_entry(entry.entry_id) is None


async def test_a_moved_charger_is_followed(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    start: Start,
    entry: MockConfigEntry,
    mqtt_mock: MagicMock,
) -> None:
    """The announcement of a known charger with another topic changes the subentry by itself."""
    await start()
    broker.publish(
        "openevse/announce/e5f6",
        {"state": "connected", "id": "a1b2c3d4e5f6", "name": "x", "mqtt": "garage/evse"},
        retain=True,
    )
    await hass.async_block_till_done()
    assert entry.subentries[CHARGER_ID].data["base_topic"] == "garage/evse"
    assert entry.state is ConfigEntryState.LOADED
    assert "garage/evse/+" in subscribed(mqtt_mock)
