"""The event entity of a charger: each session is told once, whatever restarts in between."""

import json
from pathlib import Path
from typing import Any, Final

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant, State
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.victron_openevse import event as event_module
from custom_components.victron_openevse.const import DOMAIN, EVENT_SESSION
from custom_components.victron_openevse.event import SESSION as SESSION_ENTITY

from .conftest import CHARGER_ID, ENTRY_ID, Charger, Clock, Gx, Start

FOLDER: Final = Path(event_module.__file__).parent
ENGLISH: Final[dict[str, Any]] = json.loads((FOLDER / "translations" / "en.json").read_text())
SESSION: Final = "event.garage_session"
RESTART_S: Final = 40
"""Longer than the 30 s after which a charger repeats everything."""


def shown(hass: HomeAssistant) -> State:
    """Give the event entity's state."""
    found = hass.states.get(SESSION)
    assert found is not None
    return found


def kinds(events: list[Event[Any]]) -> list[str]:
    """Give what was told, oldest first."""
    return [event.data["kind"] for event in events]


async def unplug(charger: Charger, gx: Gx, clock: Clock) -> None:
    """Pull the plug; the charger zeroes its session at that moment."""
    charger.say(session_energy="0", vehicle="0", state="1", power="0", amp="0")
    await clock.advance(3, gx.say_all)


async def plug(charger: Charger, gx: Gx, clock: Clock) -> None:
    """Put the plug."""
    charger.say(vehicle="1", state="2")
    await clock.advance(3, gx.say_all)


@pytest.fixture
def told(hass: HomeAssistant) -> list[Event[Any]]:
    """Keep what is told on the bus."""
    return async_capture_events(hass, EVENT_SESSION)


async def test_a_session_is_told_with_its_energy_and_duration(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    told: list[Event[Any]],
    device_registry: dr.DeviceRegistry,
) -> None:
    charger.values |= {"vehicle": "0", "state": "1"}
    await start()
    charger.dump()
    await clock.advance(3, gx.say_all)
    assert shown(hass).state == STATE_UNKNOWN
    await plug(charger, gx, clock)
    assert shown(hass).attributes["event_type"] == "session_started"
    await clock.advance(5, gx.say_all)
    entry.runtime_data.sessions._started_at[CHARGER_ID] -= 7200
    charger.say(power="2300", amp="10000", total_energy="100.9", session_energy="900")
    await clock.advance(5, gx.say_all)
    await unplug(charger, gx, clock)
    finished = shown(hass)
    assert finished.attributes["event_type"] == "session_finished"
    assert finished.attributes["energy_kwh"] == 0.9
    parts = ("solar_kwh", "battery_kwh", "grid_kwh")
    assert sum(finished.attributes[part] for part in parts) == pytest.approx(0.9)
    assert finished.attributes["duration_s"] == pytest.approx(7200, abs=10)
    assert 0 <= finished.attributes["solar_share_pct"] <= 100
    assert kinds(told) == ["session_started", "session_finished"]
    device = device_registry.async_get_device_by_identifier((DOMAIN, CHARGER_ID), ENTRY_ID)
    assert device is not None
    assert told[0].data == {
        "kind": "session_started",
        "entity_id": SESSION,
        "device_id": device.id,
        "name": "Garage",
    }
    assert told[1].data["energy_kwh"] == 0.9


async def test_a_car_found_when_the_charger_is_added_has_not_just_come(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    told: list[Event[Any]],
) -> None:
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)
    assert shown(hass).state == STATE_UNKNOWN
    await unplug(charger, gx, clock)
    assert kinds(told) == ["session_finished"]
    assert "duration_s" not in shown(hass).attributes


@pytest.mark.parametrize(
    "gone", [pytest.param(False, id="still there"), pytest.param(True, id="gone")]
)
async def test_a_restart_tells_no_old_session_and_misses_no_end(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    told: list[Event[Any]],
    gone: bool,
) -> None:
    charger.values |= {"vehicle": "0", "state": "1"}
    await start()
    charger.dump()
    await clock.advance(3, gx.say_all)
    await plug(charger, gx, clock)
    before = shown(hass)
    assert await hass.config_entries.async_unload(entry.entry_id)
    if gone:
        charger.values |= {"vehicle": "0", "state": "1", "session_energy": "0"}
    await start()
    assert shown(hass).state == before.state, "the last event is still shown"
    charger.dump()
    await clock.advance(RESTART_S, gx.say_all)
    assert kinds(told) == ["session_started", *(["session_finished"] if gone else [])]
    if gone:
        assert "duration_s" in shown(hass).attributes
    else:
        assert shown(hass).state == before.state


async def test_each_event_is_a_change_of_its_own(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    told: list[Event[Any]],
) -> None:
    await start()
    charger.dump()
    await clock.advance(3, gx.say_all)
    changes = async_capture_events(hass, "state_changed")
    for _ in range(2):
        await unplug(charger, gx, clock)
        await plug(charger, gx, clock)
    assert kinds(told) == ["session_finished", "session_started"] * 2
    ours = [event.data["new_state"] for event in changes if event.data["entity_id"] == SESSION]
    assert [item.attributes["event_type"] for item in ours] == kinds(told)
    assert len({item.state for item in ours}) == len(ours)


async def test_silence_ends_no_session(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    told: list[Event[Any]],
) -> None:
    await start()
    charger.dump()
    await clock.advance(3, gx.say_all)
    charger.vanish()
    gx.silent = True
    await clock.advance(200)
    gx.silent = False
    charger.dump()
    await clock.advance(RESTART_S, gx.say_all)
    assert told == []


async def test_a_reboot_of_the_gateway_ends_no_session(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    told: list[Event[Any]],
) -> None:
    """Its session counter is in memory only and starts from zero with the same car."""
    await start()
    charger.values |= {"session_energy": "5000", "total_energy": "105"}
    charger.dump()
    await clock.advance(8, gx.say_all)
    charger.say(power="2300", amp="10000", total_energy="105.5", session_energy="5500")
    await clock.advance(8, gx.say_all)
    before = hass.states.get("sensor.garage_session_energy")
    charger.vanish()
    await clock.advance(8, gx.say_all)
    charger.values |= {"session_energy": "0", "uptime": "-25"}
    charger.dump()
    await clock.advance(RESTART_S, gx.say_all)
    assert told == []
    after = hass.states.get("sensor.garage_session_energy")
    assert before is not None
    assert after is not None
    assert float(after.state) >= float(before.state) > 0.0


def test_every_event_has_words() -> None:
    words = ENGLISH["entity"]["event"]
    assert set(words) == {SESSION_ENTITY.key}
    told = words[SESSION_ENTITY.key]["state_attributes"]["event_type"]["state"]
    assert set(told) == {str(kind) for kind in SESSION_ENTITY.event_types or ()}
