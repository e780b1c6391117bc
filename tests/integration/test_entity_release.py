"""A charger steered through entities is handed back though that fails at first, and not for ever."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.victron_openevse.openevse.entities import EntityCharger

from .conftest import Clock
from .entity_house import Evse, charger_data


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
