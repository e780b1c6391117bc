"""Claims in the running site: few of them however fast the owner chooses, and none left behind."""

import json

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import ANNOUNCE, BASE, CHARGER_ID, Broker, Charger, Clock, Gx, Start
from .test_init import charge
from .test_loop import select


async def choose_current(hass: HomeAssistant, current_a: int) -> None:
    """Turn the knob of the medium mode."""
    data = {"entity_id": "number.garage_medium_current", "value": current_a}
    await hass.services.async_call("number", "set_value", data, blocking=True)


async def test_two_hundred_choices_are_a_few_claims_and_the_last_one_holds(
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
    await clock.advance(5, gx.say_all)
    sent = len(broker.claims())
    await choose_current(hass, 20)
    await hass.async_block_till_done()
    assert len(broker.claims()) == sent + 1, "the first choice after quiet does not wait"
    for step in range(200):
        await choose_current(hass, 6 + step % 20)
    await hass.async_block_till_done()
    assert len(broker.claims()) - sent <= 3
    await clock.advance(2, gx.say_all)
    assert len(broker.claims()) - sent <= 4
    assert json.loads(broker.retained[f"{BASE}/claim"])["charge_current"] == 6 + 199 % 20
    report = entry.runtime_data.chargers[CHARGER_ID].diagnostics()
    assert (report["foreign_claims"], report["claim_confirmed"]) == (0, True)


async def test_a_deleted_site_gives_back_an_idle_charger_that_announces_itself_elsewhere(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    broker.retained.pop(ANNOUNCE)
    await start()
    await charge(charger, gx, clock)
    await select(hass, "off")
    await clock.advance(5, gx.say_all)
    assert json.loads(broker.retained[f"{BASE}/claim"])["state"] == "disabled"
    clock.release()
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert json.loads(broker.retained[f"{BASE}/claim"]) == {"state": "null"}
