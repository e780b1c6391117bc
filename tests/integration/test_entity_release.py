"""A charger steered through entities is handed back though that fails at first, or for long."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.control.model import Mode
from custom_components.victron_openevse.openevse.entities import EntityCharger

from .conftest import CHARGER_ID, Clock
from .entity_house import Evse, charger_data
from .test_entity_loop import Start, entry, gx, start

__all__ = ["entry", "gx", "start"]


@pytest.fixture
async def evse(hass: HomeAssistant) -> Evse:
    """Give a charger with a car plugged in."""
    return await Evse.prepare(hass)


def releasing(charger: EntityCharger) -> bool:
    """Tell whether it is still on its way back."""
    return charger.releasing


async def settle(hass: HomeAssistant, charger: EntityCharger, clock: Clock, seconds: int) -> None:
    """Tick once a second."""
    for _ in range(seconds):
        clock.now_s += 1.0
        charger.tick(clock.now_s)
        await hass.async_block_till_done()


async def test_a_release_that_fails_or_finds_nobody_is_repeated(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    charger.offer(0, clock.now_s)
    await settle(hass, charger, clock, 5)
    evse.broken = True
    charger.release(clock.now_s)
    await settle(hass, charger, clock, 5)
    evse.broken = False
    evse.entities.say("override_state", "unavailable")
    await settle(hass, charger, clock, 30)
    assert releasing(charger)
    evse.entities.say("override_state", "disabled")
    await settle(hass, charger, clock, 60)
    assert evse.calls[-1] == ("override", "auto")
    assert not releasing(charger)
    evse.calls.clear()
    evse.person_sets("disabled")
    await settle(hass, charger, clock, 600)
    assert evse.calls == []
    charger.stop()


async def test_who_refuses_and_then_goes_away_is_asked_at_once_when_it_is_back(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    charger.offer(0, clock.now_s)
    await settle(hass, charger, clock, 5)
    evse.broken = True
    charger.release(clock.now_s)
    await settle(hass, charger, clock, 125)
    evse.entities.say("override_state", "unavailable")
    await settle(hass, charger, clock, 10)
    evse.broken = False
    evse.entities.say("override_state", "disabled")
    await settle(hass, charger, clock, 3)
    assert evse.calls[-1] == ("override", "auto")
    assert not releasing(charger)
    charger.stop()


async def test_a_release_is_not_repeated_against_a_person(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    charger.offer(0, clock.now_s)
    await settle(hass, charger, clock, 5)
    evse.broken = True
    charger.release(clock.now_s)
    await settle(hass, charger, clock, 2)
    evse.broken = False
    evse.calls.clear()
    evse.person_sets("active")
    await settle(hass, charger, clock, 600)
    assert evse.calls == []
    assert not releasing(charger)
    charger.stop()


async def test_entities_that_are_exchanged_for_others_are_given_back(
    hass: HomeAssistant, evse: Evse, clock: Clock, start: Start, entry: MockConfigEntry
) -> None:
    """Over a charger that holds a stop of ours: nobody else would ever take that away."""
    await start()
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.OFF)
    await clock.advance(20)
    assert evse.calls[-1] == ("override", "disabled")
    own = entry.subentries[CHARGER_ID]
    entities = {**own.data["entities"], "enable": ["select.other"]}
    clock.release()
    hass.config_entries.async_update_subentry(entry, own, data={**own.data, "entities": entities})
    await hass.async_block_till_done()
    assert evse.calls[-1] == ("override", "auto")
    assert override(hass, evse) == "auto"


async def test_a_charger_removed_while_it_is_unavailable_is_given_back_when_it_returns(
    hass: HomeAssistant, evse: Evse, clock: Clock, start: Start, entry: MockConfigEntry
) -> None:
    await start()
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.OFF)
    await clock.advance(20)
    evse.entities.fall_silent()
    clock.release()
    with patch("custom_components.victron_openevse.hand_back.WAIT_S", 0.3):
        hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
        await hass.async_block_till_done()
    clock._real = False
    await clock.advance(1200)
    evse.calls.clear()
    evse.entities.say("charge_rate", "6")
    evse.entities.say("current_capacity", "6")
    evse.entities.say("override_state", "disabled")
    await clock.advance(10)
    assert evse.calls == [("override", "auto")]
    assert entry.runtime_data.leftovers.debts == ()


async def test_a_charger_removed_while_it_refuses_everything_stays_owed_until_it_obeys(
    hass: HomeAssistant, evse: Evse, clock: Clock, start: Start, entry: MockConfigEntry
) -> None:
    await start()
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.OFF)
    await clock.advance(20)
    evse.broken = True
    clock.release()
    with patch("custom_components.victron_openevse.hand_back.WAIT_S", 0.3):
        hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
        await hass.async_block_till_done()
    clock._real = False
    await clock.advance(900, step_s=5)
    (debt,) = entry.runtime_data.leftovers.debts
    assert debt.charger_id == CHARGER_ID
    evse.broken = False
    await clock.advance(400, step_s=5)
    assert override(hass, evse) == "auto"
    assert entry.runtime_data.leftovers.debts == ()


@pytest.mark.parametrize("away_s", [60, 900])
@pytest.mark.parametrize("how", ["away", "refuses"])
async def test_shadow_mode_gives_back_a_charger_however_long_that_fails(
    evse: Evse, clock: Clock, start: Start, entry: MockConfigEntry, away_s: int, how: str
) -> None:
    """Over a charger that holds a stop of ours: its car would never charge again."""
    await start()
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.OFF)
    await clock.advance(20)
    assert evse.calls[-1] == ("override", "disabled")
    if how == "away":
        evse.entities.fall_silent()
    evse.broken = how == "refuses"
    entry.runtime_data.set_site(shadow=True)
    await clock.advance(away_s, step_s=5)
    evse.calls.clear()
    evse.broken = False
    evse.entities.say("charge_rate", "6")
    evse.entities.say("current_capacity", "6")
    evse.entities.say("override_state", "disabled")
    await clock.advance(600, step_s=5)
    assert evse.calls == [("override", "auto")]


def override(hass: HomeAssistant, evse: Evse) -> str:
    """Tell what the charger's override shows."""
    found = hass.states.get(evse.entities.entity_id("override_state"))
    assert found is not None
    return found.state
