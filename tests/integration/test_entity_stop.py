"""A charger steered through entities is left or given back while a command hangs: it is the last word."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
import logging

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse import entity_calls
from custom_components.victron_openevse.const import CHARGER, DOMAIN
from custom_components.victron_openevse.control.model import Mode
from custom_components.victron_openevse.entity_calls import EntityCalls
from custom_components.victron_openevse.openevse.entities import EntityCharger

from .conftest import CHARGER_ID, ENTRY_ID, SERIAL, Clock
from .entity_house import Entities, Evse, charger_data, live, site_data, victron_gx
from .pace import fire_due

SOON_S = 0.05
"""Stands for the moment that a hanging call gets, so that the tests need not wait for it."""


@dataclass
class Slow:
    """A charger whose current is set only when the test lets it be."""

    evse: Evse
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0

    def __post_init__(self) -> None:
        self.gate.set()
        self.evse.hass.services.async_register("number", "set_value", self._set_value)

    async def _set_value(self, call: ServiceCall) -> None:
        self.begun += 1
        await self.gate.wait()
        await self.evse._set_value(call)


@pytest.fixture
async def slow(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Give a charger with a car plugged in."""
    monkeypatch.setattr(entity_calls, "RUN_OUT_S", SOON_S)
    return Slow(await Evse.prepare(hass))


@pytest.fixture
def gx(hass: HomeAssistant) -> Entities:
    """Give the entities of a GX."""
    return victron_gx(hass)


@pytest.fixture
async def entry(
    hass: HomeAssistant, clock: Clock, slow: Slow, gx: Entities
) -> AsyncGenerator[MockConfigEntry]:
    """Set up a site and a charger, both from entities."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id=ENTRY_ID,
        title="Cerbo GX",
        data=site_data(gx),
        subentries_data=[
            ConfigSubentryDataWithId(
                data=charger_data(slow.evse),
                subentry_id=CHARGER_ID,
                subentry_type=CHARGER,
                title="Garage",
                unique_id=SERIAL,
            )
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    yield entry
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)


type Live = Callable[[int], Awaitable[None]]


@pytest.fixture
def seconds(hass: HomeAssistant, clock: Clock, slow: Slow, gx: Entities) -> Live:
    """Give a function that lives through some seconds without waiting for what hangs."""
    second = live(slow.evse, gx)

    async def seconds(count: int) -> None:
        for _ in range(count):
            clock.now_s += 1.0
            second()
            fire_due(hass, dt_util.utcnow() + timedelta(seconds=1))
            for _ in range(20):
                await asyncio.sleep(0)

    return seconds


async def begin_to_charge(slow: Slow, entry: MockConfigEntry, seconds: Live) -> None:
    """Switch a charger off and on again; it hangs before it may charge."""
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.OFF)
    await seconds(20)
    slow.gate.clear()
    slow.evse.calls.clear()
    slow.begun = 0
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.FAST)
    await seconds(2)
    assert slow.begun == 1


async def test_what_hung_at_a_reload_does_not_let_a_car_charge_that_was_switched_off(
    hass: HomeAssistant, slow: Slow, entry: MockConfigEntry, seconds: Live
) -> None:
    await begin_to_charge(slow, entry, seconds)
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.OFF)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await seconds(2)
    slow.gate.set()
    await seconds(60)
    assert ("override", "active") not in slow.evse.calls
    override = hass.states.get(slow.evse.entities.entity_id("override_state"))
    assert override is not None
    assert override.state == "disabled"
    assert not entry.runtime_data.data.charger(CHARGER_ID).reading.manual_override.value


async def test_what_hung_at_the_removal_does_not_come_after_the_giving_back(
    hass: HomeAssistant, slow: Slow, clock: Clock, entry: MockConfigEntry, seconds: Live
) -> None:
    await begin_to_charge(slow, entry, seconds)
    clock.release()
    await hass.config_entries.async_remove(entry.entry_id)
    slow.gate.set()
    await hass.async_block_till_done()
    assert slow.evse.calls == [("override", "auto")]


@pytest.mark.parametrize(
    ("answers", "calls"),
    [
        pytest.param(True, [("current", 16), ("override", "disabled")], id="slow"),
        pytest.param(False, [("override", "disabled")], id="hangs"),
    ],
)
async def test_a_stop_waits_a_moment_only_and_drops_the_rest(
    hass: HomeAssistant, slow: Slow, clock: Clock, answers: bool, calls: list[tuple[str, object]]
) -> None:
    charger = EntityCharger(hass, charger_data(slow.evse), lambda: None)
    charger.start(clock.now_s)
    slow.gate.clear()
    charger.offer(16, clock.now_s)
    charger.offer(0, clock.now_s)
    if answers:
        slow.gate.set()
    await asyncio.sleep(2 * SOON_S)
    slow.gate.set()
    await hass.async_block_till_done()
    charger.offer(0, clock.now_s)
    await hass.async_block_till_done()
    assert slow.evse.calls == calls
    charger.stop()


async def test_what_gives_back_waits_a_moment_for_what_hangs_and_is_the_last_word(
    hass: HomeAssistant, slow: Slow, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(slow.evse), lambda: None)
    charger.start(clock.now_s)
    slow.evse.entities.say("override_state", "disabled")
    slow.gate.clear()
    charger.offer(16, clock.now_s)
    charger.release(clock.now_s)
    charger.stop()
    await charger.async_end()
    await asyncio.sleep(2 * SOON_S)
    slow.gate.set()
    await hass.async_block_till_done()
    assert slow.evse.calls == [("override", "auto")]


async def test_a_command_that_ends_in_time_is_not_broken_off(
    hass: HomeAssistant, slow: Slow, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(slow.evse), lambda: None)
    charger.start(clock.now_s)
    slow.gate.clear()
    charger.offer(16, clock.now_s)
    charger.stop()
    hass.loop.call_later(SOON_S / 5, slow.gate.set)
    await charger.async_end()
    assert slow.evse.calls == [("current", 16)], "written, but the car is not let charge"


async def test_breaking_off_who_waits_breaks_off_what_it_waits_for(
    hass: HomeAssistant, slow: Slow, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(slow.evse), lambda: None)
    charger.start(clock.now_s)
    slow.gate.clear()
    charger.offer(16, clock.now_s)
    charger.release(clock.now_s)
    charger.offer(16, clock.now_s)
    charger.release(clock.now_s)
    await asyncio.sleep(4 * SOON_S)
    slow.gate.set()
    await hass.async_block_till_done()
    assert slow.evse.calls == []
    assert not charger.releasing, "the override was never written, so nothing is to be taken back"
    charger.stop()


@pytest.mark.parametrize(
    ("refused_of_10", "warnings", "relieved"),
    [
        pytest.param(0, 0, 0, id="takes all"),
        pytest.param(3, 2, 2, id="refuses some"),
        pytest.param(10, 1, 0, id="refuses all"),
    ],
)
async def test_a_charger_that_refuses_is_told_of_once_an_hour(
    hass: HomeAssistant,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    refused_of_10: int,
    warnings: int,
    relieved: int,
) -> None:
    made = 0

    async def serve(_call: ServiceCall) -> None:
        nonlocal made
        made += 1
        if made % 10 < refused_of_10:
            raise HomeAssistantError

    hass.services.async_register("number", "set_value", serve)
    calls = EntityCalls(hass)
    for _ in range(700):
        clock.now_s += 10.0
        calls.run([("number", "set_value", {"entity_id": "number.current", "value": 6})])
        await calls.async_end()
    ours = [record for record in caplog.records if record.name == entity_calls.__name__]
    told = [record.message for record in ours if record.levelno == logging.WARNING]
    assert len(told) == warnings
    assert set(told) <= {
        "number.current did not take a command, it is repeated: HomeAssistantError"
    }
    back = [record.message for record in ours if record.levelno == logging.INFO]
    assert back == ["number.current takes commands again"] * relieved


async def test_a_stop_overtakes_a_start_that_hangs_at_the_charger(
    hass: HomeAssistant, slow: Slow, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows "disabled" still, but is about to do what it was told before."""
    gate = asyncio.Event()
    gate.set()

    async def select(call: ServiceCall) -> None:
        await gate.wait()
        await slow.evse._select_option(call)

    monkeypatch.setattr(entity_calls, "RUN_OUT_S", 60.0)
    hass.services.async_register("select", "select_option", select)
    charger = EntityCharger(hass, charger_data(slow.evse), lambda: None)
    charger.start(clock.now_s)

    async def offer(current_a: int, seconds: int) -> None:
        for _ in range(seconds):
            clock.now_s += 1.0
            charger.offer(current_a, clock.now_s)
            for _ in range(20):
                await asyncio.sleep(0)

    await offer(0, 10)
    gate.clear()
    await offer(6, 1)
    await offer(0, 2)
    gate.set()
    await hass.async_block_till_done()
    await offer(0, 30)
    override = hass.states.get(slow.evse.entities.entity_id("override_state"))
    assert override is not None
    assert override.state == "disabled"
    person = charger.reading(clock.now_s).manual_override
    assert person is not None
    assert not person.value
    charger.stop()
