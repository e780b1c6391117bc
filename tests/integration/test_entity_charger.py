"""A charger steered through entities: what is understood of it, and what is written to it."""

import asyncio
from collections.abc import Callable
import logging
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.victron_openevse import entity_calls
from custom_components.victron_openevse.control.freshness import charging_power_w, is_online
from custom_components.victron_openevse.control.model import (
    ChargerReading,
    ChargerState,
)
from custom_components.victron_openevse.openevse.entities import EntityCharger

from .conftest import Clock
from .entity_house import CHARGER_ROLES, Evse, charger_data


@pytest.fixture
async def evse(hass: HomeAssistant) -> Evse:
    """Give a charger with a car plugged in."""
    return await Evse.prepare(hass)


def reading(hass: HomeAssistant, data: dict[str, Any], now_s: float) -> ChargerReading:
    """Start an adapter, read it once, and stop it."""
    charger = EntityCharger(hass, data, lambda: None)
    charger.start(now_s)
    result = charger.reading(now_s)
    charger.stop()
    return result


async def test_everything_is_read(hass: HomeAssistant, evse: Evse, clock: Clock) -> None:
    evse.entities.say("override_state", "active")
    evse.draw(2300)
    evse.entities.say("charging_current", 10)
    known = reading(hass, charger_data(evse), clock.now_s)
    fields = {name: getattr(known, name) for name in ChargerReading.__dataclass_fields__}
    told = {name: item.value for name, item in fields.items() if item is not None}
    assert told == {
        "online": True,
        "state": ChargerState.CHARGING,
        "vehicle_connected": True,
        "charging_power_w": 2300.0,
        "charging_current_a": 10.0,
        "voltage_v": 230.0,
        "pilot_a": 6.0,
        "max_current_a": 32.0,
        "enabled": True,
        "manual_override": False,
        "total_energy_kwh": 100.0,
        "session_energy_kwh": 0.0,
    }


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param({"vehicle": "off"}, ChargerState.DISCONNECTED, id="no car"),
        pytest.param({"current_power": 2300}, ChargerState.CHARGING, id="draws power"),
        pytest.param({"status": "charging"}, ChargerState.CHARGING, id="says so"),
        pytest.param(
            {"status": "unknown", "override_state": "active"},
            ChargerState.CONNECTED,
            id="offers, and real firmware has no word for it",
        ),
        pytest.param(
            {"status": "disabled", "override_state": "disabled"},
            ChargerState.SLEEPING,
            id="does not offer",
        ),
        pytest.param({"status": "gfci_fault"}, ChargerState.FAULT, id="fault"),
        pytest.param({"status": "Not Connected", "vehicle": "on"}, ChargerState.CONNECTED, id="?"),
    ],
)
async def test_states(
    hass: HomeAssistant,
    evse: Evse,
    clock: Clock,
    states: dict[str, Any],
    expected: ChargerState,
) -> None:
    for key, state in states.items():
        evse.entities.say(key, state)
    state = reading(hass, charger_data(evse), clock.now_s).state
    assert state is not None
    assert state.value is expected


async def test_without_plug_and_status_a_car_may_always_be_there(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    data = charger_data(evse, without=tuple(CHARGER_ROLES)[3:])
    known = reading(hass, data, clock.now_s)
    assert known.vehicle_connected is not None
    assert known.vehicle_connected.value
    evse.entities.say("override_state", "disabled")
    known = reading(hass, data, clock.now_s)
    assert known.state is not None
    assert known.state.value is ChargerState.SLEEPING


async def test_without_a_plug_the_status_tells_of_the_car(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    data = charger_data(evse, without=("vehicle_connected",))
    evse.entities.say("status", "not_connected")
    known = reading(hass, data, clock.now_s).vehicle_connected
    assert known is not None
    assert not known.value


async def test_the_age_of_its_reports_tells_of_a_charger_that_is_gone(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    """The core integration shows the last values for minutes after it has lost the charger."""
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    clock.now_s += 500.0
    known = charger.reading(clock.now_s)
    assert not is_online(known, clock.now_s)
    evse.entities.say("status", "sleeping")  # the same again: everything it says is alive
    await hass.async_block_till_done()
    clock.now_s += 60.0
    known = charger.reading(clock.now_s)
    assert is_online(known, clock.now_s)
    assert charging_power_w(known, clock.now_s) == 0.0
    charger.stop()


async def test_power_that_flows_has_to_be_repeated(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    evse.draw(2300)
    await hass.async_block_till_done()
    for age_s, expected in ((0.0, 2300.0), (100.0, None)):
        known = charger.reading(clock.now_s + age_s)
        assert charging_power_w(known, clock.now_s + age_s) == expected
    charger.stop()


async def test_an_unavailable_charger_is_offline_and_a_missing_entity_named(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    assert not charger.missing_entities
    evse.entities.fall_silent()
    known = charger.reading(clock.now_s)
    assert known.online is not None
    assert not known.online.value
    assert (known.state, known.charging_power_w, known.enabled) == (None, None, None)
    er.async_get(hass).async_remove(evse.entities.entity_id("charge_rate"))
    assert list(charger.missing_entities) == ["set_current"]
    assert not charger.diagnostics()["available"]
    charger.stop()


async def settle(hass: HomeAssistant, charger: EntityCharger, clock: Clock, seconds: int) -> None:
    """Tick for some seconds."""
    for _ in range(seconds):
        clock.now_s += 1.0
        charger.tick(clock.now_s)
        await hass.async_block_till_done()


async def test_the_current_is_written_before_it_may_flow(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    charger.offer(10, clock.now_s)
    await hass.async_block_till_done()
    assert evse.calls == [("current", 10), ("override", "active")]
    charger.offer(0, clock.now_s)
    await hass.async_block_till_done()
    assert evse.calls[2:] == [("override", "disabled")]
    charger.offer(0, clock.now_s + 1.0)
    await hass.async_block_till_done()
    assert len(evse.calls) == 3
    charger.stop()


async def test_what_fails_is_repeated_and_never_raised(
    hass: HomeAssistant, evse: Evse, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    evse.broken = True
    charger.offer(10, clock.now_s)
    await settle(hass, charger, clock, 40)
    assert evse.calls == []
    assert charger.diagnostics()["failed"] > 1
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert sum("did not take a command" in record.message for record in warnings) == 1
    evse.broken = False
    await settle(hass, charger, clock, 70)
    assert evse.calls == [("current", 10), ("override", "active")]
    charger.stop()


async def test_a_deaf_charger_is_not_shouted_at(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    evse.deaf = True
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    charger.offer(10, clock.now_s)
    await settle(hass, charger, clock, 600)
    assert len(evse.calls) == 2 * 6
    charger.stop()


async def test_a_lost_override_is_written_again(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    charger.offer(10, clock.now_s)
    await settle(hass, charger, clock, 60)
    evse.person_sets("auto")
    evse.entities.say("current_capacity", 32)
    await settle(hass, charger, clock, 2)
    assert evse.calls[2:] == [("current", 10), ("override", "active")]
    charger.stop()


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(lambda evse: evse.entities.say("vehicle", "off"), False, id="unplugged"),
        pytest.param(lambda evse: evse.person_sets("auto"), False, id="withdrawn"),
        pytest.param(lambda evse: evse.person_sets("disabled"), True, id="nothing new"),
    ],
)
async def test_a_persons_override_and_its_end(
    hass: HomeAssistant,
    evse: Evse,
    clock: Clock,
    act: Callable[[Evse], None],
    expected: bool,
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    charger.offer(10, clock.now_s)
    await settle(hass, charger, clock, 20)
    evse.person_sets("disabled")
    await settle(hass, charger, clock, 10)
    charger.offer(12, clock.now_s)
    await settle(hass, charger, clock, 30)
    override = charger.reading(clock.now_s).manual_override
    assert override is not None
    assert override.value
    assert len(evse.calls) == 2
    act(evse)
    await settle(hass, charger, clock, 1)
    override = charger.reading(clock.now_s).manual_override
    assert override is not None
    assert override.value is expected
    charger.stop()


@pytest.mark.parametrize(
    ("recalled", "left", "calls", "overridden"),
    [
        pytest.param(True, "disabled", [], True, id="a person's choice stands"),
        pytest.param(
            True, "auto", [("current", 12), ("override", "active")], False, id="it was withdrawn"
        ),
        pytest.param(
            False, "active", [("current", 12)], False, id="nobody chose: an old offer is ours"
        ),
    ],
)
async def test_a_restart_finds_what_was_left_at_the_charger(
    hass: HomeAssistant,
    evse: Evse,
    clock: Clock,
    recalled: bool,
    left: str,
    calls: list[tuple[str, Any]],
    overridden: bool,
) -> None:
    before = EntityCharger(hass, charger_data(evse), lambda: None)
    before.start(clock.now_s)
    before.offer(10, clock.now_s)
    await settle(hass, before, clock, 20)
    before.stop()
    if recalled:
        evse.person_sets(left)
    evse.calls.clear()
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    if recalled:
        charger.recall()
    charger.start(clock.now_s)
    charger.offer(12, clock.now_s)
    await settle(hass, charger, clock, 30)
    assert evse.calls == calls
    override = charger.reading(clock.now_s).manual_override
    assert override is not None
    assert override.value is overridden
    charger.stop()


async def test_giving_back_withdraws_the_override(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    charger.offer(0, clock.now_s)
    await settle(hass, charger, clock, 5)
    charger.release(clock.now_s)
    await hass.async_block_till_done()
    assert not charger.releasing
    assert evse.calls[-1] == ("override", "auto")
    charger.stop()


async def test_without_its_control_nothing_is_written(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    charger.offer(10, clock.now_s)
    await settle(hass, charger, clock, 2)
    evse.calls.clear()
    for key in ("charge_rate", "override_state"):
        entity_id = evse.entities.entity_id(key)
        er.async_get(hass).async_remove(entity_id)
        hass.states.async_remove(entity_id)
    charger.offer(16, clock.now_s)
    await settle(hass, charger, clock, 100)
    charger.release(clock.now_s)
    await hass.async_block_till_done()
    assert not charger.releasing
    assert evse.calls == []
    assert list(charger.missing_entities) == ["set_current", "enable"]
    charger.stop()


async def test_a_charger_that_does_not_answer_holds_nothing_up(
    hass: HomeAssistant, evse: Evse, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command is given up after a while, and the next one takes its turn."""
    monkeypatch.setattr(entity_calls, "CALL_TIMEOUT_S", 0.01)
    answered = asyncio.Event()
    calls: list[ServiceCall] = []

    async def silent(call: ServiceCall) -> None:
        calls.append(call)
        await answered.wait()

    hass.services.async_register("select", "select_option", silent)
    evse.entities.say("override_state", "active")
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    charger.offer(0, clock.now_s)
    charger.release(clock.now_s)
    asked_s: list[float] = []
    begun_s = clock.now_s
    for _ in range(110):
        before = len(calls)
        clock.now_s += 10.0
        charger.tick(clock.now_s)
        await hass.async_block_till_done()
        asked_s += [clock.now_s - begun_s] * (len(calls) - before)
    assert asked_s == [10.0, 20.0, 40.0, 70.0, 130.0, 430.0, 730.0, 1030.0], "on and on, but rarely"
    assert charger.releasing
    charger.stop()
