"""Shadow mode on the wire: the charger is handed back, and then nothing is sent but questions."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import BASE, PORTAL, Broker, Charger, Clock, Gx, Start

SHADOW = "switch.cerbo_gx_shadow"
QUESTIONS = f"R/{PORTAL}/"


async def switch(hass: HomeAssistant, word: str) -> None:
    """Switch shadow mode as a person does."""
    await hass.services.async_call("switch", f"turn_{word}", {"entity_id": SHADOW}, blocking=True)
    await hass.async_block_till_done()


def shown(hass: HomeAssistant, entity_id: str) -> str:
    """Give the state of an entity that must be there."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state


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
