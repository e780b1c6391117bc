"""What a charger may hold of ours stays owed until it is known to be free, or in another site's hands."""

from collections.abc import Awaitable, Callable
from typing import Final
from unittest.mock import patch

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import CHARGER, DOMAIN
from custom_components.victron_openevse.hand_back import TOLD

from .conftest import BASE, CHARGER_ID, Broker, Clock, Gx
from .test_hand_back import (
    MODULE,
    Steps,
    _short_wait,
    away,
    back,
    fixture_charging,
    is_free,
    take_out,
)

__all__ = ["_short_wait", "away", "back", "fixture_charging"]

OUR_LIMIT: Final = {"type": "time", "value": 12, "auto_release": False}
NO_LIMIT: Final = {"type": "none", "value": 0, "auto_release": True}
NEW_PORTAL: Final = "c0619ab99999"

type Move = Callable[[bool], Awaitable[MockConfigEntry]]


def debts(entry: MockConfigEntry) -> int:
    """Count what is owed to chargers that a site does not steer any more."""
    return len(entry.runtime_data.leftovers.debts)


@pytest.fixture
def move(
    hass: HomeAssistant, clock: Clock, entry: MockConfigEntry, away: Steps, charging: None
) -> Move:
    """Give a function that moves the charger, while it is away, to a new site."""
    del charging

    async def move(shadow: bool) -> MockConfigEntry:
        own = entry.subentries[CHARGER_ID]
        await away()
        data = {"source": "mqtt", "portal_id": NEW_PORTAL}
        other = MockConfigEntry(domain=DOMAIN, title="New", unique_id=NEW_PORTAL, data=data)
        other.add_to_hass(hass)
        assert await hass.config_entries.async_setup(other.entry_id)
        other.runtime_data.set_site(shadow=shadow)
        await take_out(hass, clock, entry)
        assert debts(entry) == 1
        moved = ConfigSubentry(
            data=own.data, subentry_type=CHARGER, title="Garage", unique_id=own.unique_id
        )
        hass.config_entries.async_add_subentry(other, moved)
        await hass.async_block_till_done()
        return other

    return move


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_site_in_shadow_mode_that_is_gone_for_a_moment_loses_no_debt(
    hass: HomeAssistant,
    gx: Gx,
    broker: Broker,
    clock: Clock,
    entry: MockConfigEntry,
    move: Move,
    back: Steps,
    *,
    restarted: bool,
) -> None:
    other = await move(True)
    await hass.config_entries.async_unload(other.entry_id)
    if restarted:
        await hass.config_entries.async_reload(entry.entry_id)
    await clock.advance(3, gx.say_all)
    assert debts(entry) == 1
    await hass.config_entries.async_setup(other.entry_id)
    await back()
    await clock.advance(60, gx.say_all)
    assert is_free(broker)
    assert debts(entry) == 0


@pytest.mark.parametrize(("restarted", "reachable"), [(False, True), (True, True), (True, False)])
async def test_a_site_that_steers_is_waited_for_and_takes_the_debt(
    hass: HomeAssistant,
    gx: Gx,
    broker: Broker,
    clock: Clock,
    entry: MockConfigEntry,
    move: Move,
    back: Steps,
    caplog: pytest.LogCaptureFixture,
    *,
    restarted: bool,
    reachable: bool,
) -> None:
    other = await move(False)
    await hass.config_entries.async_unload(other.entry_id)
    caplog.clear()
    hass.data.pop(TOLD)
    if restarted:
        with patch(f"{MODULE}.hand_back.can_be_reached", return_value=reachable):
            await hass.config_entries.async_reload(entry.entry_id)
    await back()
    await clock.advance(90, gx.say_all)
    assert debts(entry) == 1
    assert "did not confirm" not in caplog.text
    await hass.config_entries.async_setup(other.entry_id)
    await clock.advance(3, gx.say_all)
    assert debts(entry) == 0
    assert "release" not in broker.claims()
    await hass.config_entries.async_unload(other.entry_id)


@pytest.mark.usefixtures("charging")
async def test_a_limit_of_ours_that_stays_is_owed_by_a_site_in_shadow_mode(
    broker: Broker, gx: Gx, clock: Clock, entry: MockConfigEntry
) -> None:
    """It is not asked on for ever, but it still stops the car."""
    broker.publish(f"{BASE}/limit", OUR_LIMIT, retain=True)
    entry.runtime_data.set_site(shadow=True)
    await clock.advance(400, gx.say_all, step_s=2)
    assert is_free(broker)
    assert not entry.runtime_data.chargers[CHARGER_ID].releasing
    assert entry.runtime_data._steering.owed
    broker.publish(f"{BASE}/limit", NO_LIMIT, retain=True)
    await clock.advance(3, gx.say_all)
    assert entry.runtime_data._steering.owed == ()


@pytest.mark.usefixtures("charging")
async def test_a_limit_of_ours_that_stays_is_owed_to_a_charger_that_was_removed(
    hass: HomeAssistant,
    broker: Broker,
    gx: Gx,
    clock: Clock,
    entry: MockConfigEntry,
    away: Steps,
    back: Steps,
) -> None:
    broker.publish(f"{BASE}/limit", OUR_LIMIT, retain=True)
    await away()
    await take_out(hass, clock, entry)
    await back()
    await clock.advance(400, gx.say_all, step_s=2)
    assert is_free(broker)
    assert debts(entry) == 1
    broker.publish(f"{BASE}/limit", NO_LIMIT, retain=True)
    await clock.advance(3, gx.say_all)
    assert debts(entry) == 0
