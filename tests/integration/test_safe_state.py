"""The state a charger takes by itself when nobody speaks: chosen, ensured, said when it cannot be."""

from collections.abc import Awaitable, Callable
import json

from homeassistant.components.select import DOMAIN as SELECT
from homeassistant.components.select import SERVICE_SELECT_OPTION
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import ATTR_ENTITY_ID, STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import DOMAIN

from .conftest import BASE, CHARGER_ID, Broker, Charger, Clock, Gx, Start

SAFE_STATE = "select.garage_safe_state"
ENSURED = "binary_sensor.garage_safe_state_ensured"
BATTERY_STEERED = "binary_sensor.cerbo_gx_battery_steered"
NO_LIMIT = '{"type":"none","value":0,"auto_release":true}'

type Live = Callable[[float], Awaitable[None]]


@pytest.fixture
def limits(broker: Broker) -> list[str]:
    """Let the charger answer limits; gives what was sent to it."""
    sent: list[str] = []

    def hear(topic: str, payload: str) -> None:
        if topic == f"{BASE}/limit/set":
            sent.append(payload)
            said = NO_LIMIT if payload == "clear" else payload
            broker.publish(f"{BASE}/limit", said, retain=True)

    broker.listeners.append(hear)
    broker.retained[f"{BASE}/limit"] = NO_LIMIT
    return sent


@pytest.fixture
def live(clock: Clock, gx: Gx, charger: Charger) -> Live:
    """Give a function that lives through minutes in which GX and charger go on speaking."""

    async def live(minutes: float) -> None:
        for _ in range(int(minutes * 6)):
            clock.now_s += 8
            charger.dump()
            gx.say_all()
            await clock.advance(2)

    return live


def shown(hass: HomeAssistant, entity_id: str) -> str:
    """Give the state of an entity that must be there."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state


async def choose(hass: HomeAssistant, option: str) -> None:
    """Choose the safe state as a person does."""
    data = {ATTR_ENTITY_ID: SAFE_STATE, "option": option}
    await hass.services.async_call(SELECT, SERVICE_SELECT_OPTION, data, blocking=True)
    await hass.async_block_till_done()


def issues(hass: HomeAssistant) -> set[str]:
    """Name all issues about the charger."""
    found = ir.async_get(hass).issues.values()
    ours = (item.issue_id for item in found if item.domain == DOMAIN)
    return {key.removesuffix(f"_{CHARGER_ID}") for key in ours if key.endswith(CHARGER_ID)}


async def test_a_charger_is_kept_ready_to_stop_unless_told_to_carry_on(
    hass: HomeAssistant, charger: Charger, limits: list[str], start: Start, live: Live
) -> None:
    charger.values["session_elapsed"] = "600"
    await start()
    await live(1)
    assert shown(hass, SAFE_STATE) == "stop"
    assert shown(hass, ENSURED) == STATE_ON
    assert [json.loads(item)["value"] for item in limits] == [12]
    await choose(hass, "carry_on")
    await live(1)
    assert limits[1:] == ["clear"]
    assert shown(hass, ENSURED) == STATE_ON


async def test_the_choice_survives_a_reload_which_sends_nothing(
    hass: HomeAssistant,
    charger: Charger,
    limits: list[str],
    start: Start,
    live: Live,
    entry: MockConfigEntry,
) -> None:
    charger.values["session_elapsed"] = "600"
    await start()
    await live(1)
    before = list(limits)
    await hass.config_entries.async_reload(entry.entry_id)
    await live(1)
    assert limits == before
    await choose(hass, "carry_on")
    await hass.config_entries.async_reload(entry.entry_id)
    assert shown(hass, SAFE_STATE) == "carry_on"


async def test_disabling_the_site_leaves_no_limit(
    hass: HomeAssistant,
    charger: Charger,
    limits: list[str],
    start: Start,
    live: Live,
    entry: MockConfigEntry,
) -> None:
    charger.values["session_elapsed"] = "600"
    await start()
    await live(1)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert limits[-1] == "clear"


async def test_the_limit_stays_where_the_release_was_lost(
    hass: HomeAssistant,
    broker: Broker,
    charger: Charger,
    limits: list[str],
    clock: Clock,
    start: Start,
    live: Live,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The claim is still there, so the car must not charge on for good."""
    monkeypatch.setattr(f"custom_components.{DOMAIN}.hand_back.WAIT_S", 0.5)
    charger.values["session_elapsed"] = "600"
    await start()
    await live(1)
    charger.silent = True
    clock.release()
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert "release" in broker.claims()
    assert json.loads(broker.retained[f"{BASE}/claim"])["state"] == "active"
    assert "clear" not in limits


async def test_old_firmware_is_said_unless_the_charger_may_carry_on(
    hass: HomeAssistant, broker: Broker, charger: Charger, start: Start, live: Live
) -> None:
    del broker.retained[f"{BASE}/config"]
    await start()
    await live(1)
    assert shown(hass, ENSURED) == STATE_OFF
    await live(11)
    assert issues(hass) == {"safe_state_impossible"}
    await choose(hass, "carry_on")
    await live(2)
    assert shown(hass, ENSURED) == STATE_ON
    assert issues(hass) == set()


async def test_an_owners_limit_is_said_and_left_alone(
    hass: HomeAssistant,
    broker: Broker,
    charger: Charger,
    limits: list[str],
    start: Start,
    live: Live,
) -> None:
    charger.values["session_elapsed"] = "600"
    broker.retained[f"{BASE}/limit"] = '{"type":"energy","value":9000,"auto_release":true}'
    await start()
    await live(12)
    assert limits == []
    assert shown(hass, ENSURED) == STATE_OFF
    assert issues(hass) == {"safe_state_own_limit"}
    broker.publish(f"{BASE}/limit", NO_LIMIT, retain=True)
    await live(2)
    assert limits != []
    assert shown(hass, ENSURED) == STATE_ON
    assert issues(hass) == set()


async def test_nothing_is_claimed_before_the_charger_has_said_it(
    hass: HomeAssistant, charger: Charger, start: Start, live: Live
) -> None:
    await start()
    await live(1)
    assert shown(hass, ENSURED) == STATE_UNAVAILABLE


async def test_the_chargers_own_control_is_said(
    hass: HomeAssistant, charger: Charger, limits: list[str], start: Start, live: Live
) -> None:
    await start()
    charger.values["divertmode"] = "2"
    await live(9)
    assert issues(hass) == set()
    await live(2)
    assert issues(hass) == {"charger_own_control"}
    charger.values["divertmode"] = "1"
    await live(2)
    assert issues(hass) == set()


async def test_who_steers_the_battery_is_told(
    hass: HomeAssistant, gx: Gx, charger: Charger, start: Start, live: Live
) -> None:
    await start()
    await live(1)
    assert shown(hass, BATTERY_STEERED) == STATE_OFF
    gx.values["system/0/DynamicEss/Active"] = 1
    await live(1)
    assert shown(hass, BATTERY_STEERED) == STATE_ON


async def test_in_shadow_mode_nothing_is_said_of_it(
    hass: HomeAssistant, broker: Broker, charger: Charger, start: Start, live: Live
) -> None:
    """Nothing of ours is at the charger: there is nothing that it would have to stop."""
    del broker.retained[f"{BASE}/config"]
    await start()
    await live(1)
    assert shown(hass, ENSURED) == STATE_OFF
    await hass.services.async_call(
        "switch", "turn_on", {ATTR_ENTITY_ID: "switch.cerbo_gx_shadow"}, blocking=True
    )
    await live(11)
    assert shown(hass, ENSURED) == STATE_UNAVAILABLE
    assert issues(hass) == set()
