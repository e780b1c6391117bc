"""Shadow mode on the wire: the charger is handed back, and then nothing is sent but questions."""

import json
from typing import Final

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import (
    ANNOUNCE,
    BASE,
    CHARGER_ID,
    PORTAL,
    SERIAL,
    Broker,
    Charger,
    Clock,
    Gx,
    Start,
)

SHADOW = "switch.cerbo_gx_shadow"
QUESTIONS = f"R/{PORTAL}/"
SOMEBODYS_LIMIT: Final = {"type": "time", "value": 60, "auto_release": False}
SOMEBODYS_CLAIM: Final = {"state": "active", "charge_current": 16, "auto_release": False}
CONNECTED: Final = {
    "state": "connected",
    "id": SERIAL,
    "name": BASE,
    "mqtt": BASE,
    "http": "http://192.0.2.7/",
}


async def switch(hass: HomeAssistant, word: str) -> None:
    """Switch shadow mode as a person does."""
    await hass.services.async_call("switch", f"turn_{word}", {"entity_id": SHADOW}, blocking=True)
    await hass.async_block_till_done()


def shown(hass: HomeAssistant, entity_id: str) -> str:
    """Give the state of an entity that must be there."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state


def commands(broker: Broker, since: int) -> list[tuple[str, str]]:
    """Give what was sent since then that is no question."""
    return [item for item in broker.sent[since:] if not item[0].startswith(QUESTIONS)]


def owed(entry: MockConfigEntry) -> list[str]:
    """Give the chargers that may hold something of ours, as it would be stored now."""
    return [debt.charger_id for debt in entry.runtime_data._steering.owed]


@pytest.fixture(name="following")
async def fixture_following(gx: Gx, charger: Charger, clock: Clock, start: Start) -> None:
    """A car that follows the sun."""
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)
    charger.dump()


@pytest.mark.usefixtures("following")
async def test_the_charger_is_handed_back_and_left_alone(
    hass: HomeAssistant, broker: Broker, gx: Gx, charger: Charger, clock: Clock
) -> None:
    await switch(hass, "on")
    await clock.advance(10, gx.say_all)
    assert broker.claims()[-1] == "release"
    sent = len(broker.sent)

    for _ in range(20):
        charger.dump()
        await clock.advance(5, gx.say_all)

    later = [topic for topic, _ in broker.sent[sent:] if not topic.startswith(QUESTIONS)]
    assert later == []
    assert shown(hass, "sensor.garage_reason") != "unavailable"
    assert float(shown(hass, "sensor.garage_offered_current")) >= 6.0


@pytest.mark.usefixtures("following")
async def test_leaving_it_steers_again(
    hass: HomeAssistant, broker: Broker, gx: Gx, charger: Charger, clock: Clock
) -> None:
    await switch(hass, "on")
    await clock.advance(10, gx.say_all)
    await switch(hass, "off")
    charger.dump()
    await clock.advance(8, gx.say_all)

    claim = broker.claims()[-1]
    assert isinstance(claim, dict)
    assert claim["state"] == "active"


async def test_a_restart_in_shadow_mode_sends_nothing(
    hass: HomeAssistant,
    broker: Broker,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    await start()
    await switch(hass, "on")
    charger.dump()
    await clock.advance(10, gx.say_all)
    sent = len(broker.sent)

    assert await hass.config_entries.async_reload(entry.entry_id)
    charger.dump()
    await clock.advance(30, gx.say_all)

    later = {topic for topic, _ in broker.sent[sent:] if not topic.startswith(QUESTIONS)}
    assert later == set()
    assert shown(hass, SHADOW) == "on"
    assert not any(topic.startswith(f"{BASE}/limit") for topic in later)


@pytest.fixture(name="given_back")
async def fixture_given_back(
    hass: HomeAssistant, broker: Broker, gx: Gx, clock: Clock, following: None
) -> int:
    """Let shadow mode have given the charger back; gives how much was sent by then."""
    del following
    await switch(hass, "on")
    await clock.advance(15, gx.say_all)
    return len(broker.sent)


async def test_what_somebody_else_asks_of_the_charger_stays(
    broker: Broker, gx: Gx, clock: Clock, given_back: int
) -> None:
    for _ in range(3):
        broker.publish(f"{BASE}/limit", SOMEBODYS_LIMIT, retain=True)
        broker.publish(f"{BASE}/claim", SOMEBODYS_CLAIM, retain=True)
        await clock.advance(60, gx.say_all)
    assert commands(broker, given_back) == []


@pytest.mark.parametrize("how", ["disabled", "charger removed", "reloaded", "removed"])
async def test_ending_it_otherwise_takes_nothing_from_somebody_else(
    hass: HomeAssistant,
    broker: Broker,
    gx: Gx,
    clock: Clock,
    entry: MockConfigEntry,
    given_back: int,
    how: str,
) -> None:
    broker.publish(f"{BASE}/claim", SOMEBODYS_CLAIM, retain=True)
    await clock.advance(5, gx.say_all)
    if how == "disabled":
        await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    elif how == "charger removed":
        hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
    elif how == "removed":
        await hass.config_entries.async_remove(entry.entry_id)
    else:
        assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await clock.advance(30, gx.say_all)
    assert commands(broker, given_back) == []


@pytest.mark.usefixtures("following")
@pytest.mark.parametrize("reloaded", [False, True])
async def test_a_charger_that_was_away_is_handed_back_when_it_returns(
    hass: HomeAssistant,
    broker: Broker,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    entry: MockConfigEntry,
    *,
    reloaded: bool,
) -> None:
    held = broker.retained[f"{BASE}/claim"]
    assert json.loads(held)["state"] == "active"
    charger.silent = True
    charger.vanish()
    await clock.advance(3, gx.say_all)
    await switch(hass, "on")
    await clock.advance(5, gx.say_all)
    if reloaded:
        assert await hass.config_entries.async_reload(entry.entry_id)
        await clock.advance(5, gx.say_all)

    charger.silent = False
    broker.publish(ANNOUNCE, CONNECTED, retain=True)
    broker.publish(f"{BASE}/claim", json.loads(held), retain=True)
    charger.dump()
    await clock.advance(30, gx.say_all)

    assert json.loads(broker.retained[f"{BASE}/claim"]) == {"state": "null"}


@pytest.mark.usefixtures("following")
@pytest.mark.parametrize("silent_s", [20, 60])
async def test_a_charger_without_wifi_is_handed_back_though_the_broker_has_not_noticed(
    hass: HomeAssistant,
    broker: Broker,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    entry: MockConfigEntry,
    silent_s: int,
) -> None:
    """What is sent meanwhile is lost, and its last will would come after a minute and a half."""
    charger.silent = True
    await switch(hass, "on")
    await clock.advance(silent_s, gx.say_all)
    assert owed(entry) == [CHARGER_ID]
    charger.silent = False
    await clock.advance(40, gx.say_all)
    assert json.loads(broker.retained[f"{BASE}/claim"]) == {"state": "null"}
    assert owed(entry) == []
