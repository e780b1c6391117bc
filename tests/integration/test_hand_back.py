"""A charger is given back whatever became of its site meanwhile, and the log says when it was not."""

from collections.abc import Awaitable, Callable
import json
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    ConfigEntryDisabler,
    ConfigEntryState,
    ConfigSubentry,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import CHARGER, DOMAIN

from .conftest import ANNOUNCE, BASE, CHARGER_ID, SERIAL, Broker, Charger, Clock, Gx, Start
from .test_init import STORE, charge
from .test_issues import issues
from .test_loop import select

MODULE = f"custom_components.{DOMAIN}"
NOT_CONFIRMED = "Garage did not confirm that it was given back"
CONNECTED = {"state": "connected", "id": SERIAL, "name": BASE, "mqtt": BASE, "http": "http://x/"}

type Steps = Callable[[], Awaitable[None]]


@pytest.fixture(name="charging")
async def fixture_charging(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    """A car that charges as fast as it can."""
    await start()
    await select(hass, "fast")
    await charge(charger, gx, clock)


@pytest.fixture
def away(charger: Charger, clock: Clock) -> Steps:
    """Give a function that lets the charger go away."""

    async def away() -> None:
        charger.silent = True
        charger.vanish()
        await clock.advance(2)

    return away


@pytest.fixture
def back(hass: HomeAssistant, charger: Charger, broker: Broker) -> Steps:
    """Give a function that lets the charger return, with the claim that it had."""

    async def back() -> None:
        charger.silent = False
        broker.publish(ANNOUNCE, CONNECTED, retain=True)
        broker.publish(f"{BASE}/claim", held(broker), retain=True)
        charger.dump()
        await hass.async_block_till_done()

    return back


@pytest.fixture(autouse=True)
def _short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{MODULE}.hand_back.WAIT_S", 0.5)


def held(broker: Broker) -> dict[str, Any]:
    """Give the claim of ours that the charger holds."""
    claim: dict[str, Any] = json.loads(broker.retained[f"{BASE}/claim"])
    return claim


def is_free(broker: Broker) -> bool:
    return held(broker) == {"state": "null"}


def warnings(caplog: pytest.LogCaptureFixture) -> int:
    return sum(NOT_CONFIRMED in record.getMessage() for record in caplog.records)


async def take_out(hass: HomeAssistant, clock: Clock, entry: MockConfigEntry) -> None:
    """Remove the charger from its site."""
    clock.release()
    hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
    await hass.async_block_till_done()
    clock._real = False


async def without_broker(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Start a site that was unloaded while its broker is away."""
    await hass.config_entries.async_unload(entry.entry_id)
    with patch(f"{MODULE}.async_broker_missing", return_value=True):
        await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY


@pytest.mark.usefixtures("charging")
async def test_a_charger_is_given_back_when_its_subentry_leads_to_another(
    hass: HomeAssistant, broker: Broker, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    assert held(broker)["state"] == "active"
    own = entry.subentries[CHARGER_ID]
    hass.config_entries.async_update_subentry(
        entry, own, data={**own.data, "base_topic": "other"}, unique_id="ffffffffffff"
    )
    await hass.async_block_till_done()
    assert is_free(broker)
    assert warnings(caplog) == 0


@pytest.mark.usefixtures("charging")
async def test_a_charger_that_moved_is_not_given_back(
    hass: HomeAssistant, broker: Broker, entry: MockConfigEntry
) -> None:
    own = entry.subentries[CHARGER_ID]
    hass.config_entries.async_update_subentry(entry, own, data={**own.data, "base_topic": "moved"})
    await hass.async_block_till_done()
    assert "release" not in broker.claims()


@pytest.mark.usefixtures("charging")
async def test_a_charger_removed_while_it_is_away_is_given_back_when_it_returns(
    hass: HomeAssistant,
    gx: Gx,
    broker: Broker,
    clock: Clock,
    entry: MockConfigEntry,
    away: Steps,
    back: Steps,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await away()
    clock.release()
    hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
    await hass.async_block_till_done()
    assert warnings(caplog) == 1
    clock._real = False
    await clock.advance(90, gx.say_all)
    assert not is_free(broker)
    # Over another start, and without saying it again.
    await hass.config_entries.async_reload(entry.entry_id)
    await clock.advance(90, gx.say_all)
    await back()
    await clock.advance(10, gx.say_all)
    assert is_free(broker)
    assert warnings(caplog) == 1
    sent = len(broker.claims())
    await hass.config_entries.async_reload(entry.entry_id)
    await clock.advance(30, gx.say_all)
    assert len(broker.claims()) == sent


@pytest.mark.usefixtures("charging")
async def test_a_charger_that_hears_nothing_when_it_is_back_is_not_said_to_be_given_back(
    hass: HomeAssistant,
    gx: Gx,
    broker: Broker,
    charger: Charger,
    clock: Clock,
    entry: MockConfigEntry,
    away: Steps,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its Wi-Fi is poor: it speaks, but commands are lost."""
    await away()
    await take_out(hass, clock, entry)
    await clock.advance(5, gx.say_all)
    broker.publish(ANNOUNCE, CONNECTED, retain=True)
    broker.publish(f"{BASE}/claim", held(broker), retain=True)
    charger.dump()
    await clock.advance(60, gx.say_all)
    assert "Garage was given back" not in caplog.text
    assert entry.runtime_data.leftovers.debts
    charger.silent = False
    await clock.advance(40, gx.say_all)
    assert is_free(broker)
    assert "Garage was given back" in caplog.text
    assert entry.runtime_data.leftovers.debts == ()


@pytest.mark.usefixtures("charging")
async def test_a_charger_that_is_added_again_is_not_given_back(
    hass: HomeAssistant,
    gx: Gx,
    broker: Broker,
    clock: Clock,
    entry: MockConfigEntry,
    away: Steps,
    back: Steps,
) -> None:
    own = entry.subentries[CHARGER_ID]
    await away()
    await take_out(hass, clock, entry)
    hass.config_entries.async_add_subentry(entry, own)
    await hass.async_block_till_done()
    await back()
    await clock.advance(30, gx.say_all)
    assert "release" not in broker.claims()
    assert held(broker)["state"] != "null"


@pytest.mark.usefixtures("charging")
async def test_a_site_in_shadow_mode_steers_nobody_so_the_old_one_gives_back(
    hass: HomeAssistant,
    gx: Gx,
    broker: Broker,
    clock: Clock,
    entry: MockConfigEntry,
    away: Steps,
    back: Steps,
) -> None:
    own = entry.subentries[CHARGER_ID]
    await away()
    data = {"source": "mqtt", "portal_id": "c0619ab99999"}
    other = MockConfigEntry(domain=DOMAIN, title="New", unique_id="c0619ab99999", data=data)
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    other.runtime_data.set_site(shadow=True)
    await take_out(hass, clock, entry)
    moved = ConfigSubentry(
        data=own.data, subentry_type=CHARGER, title="Garage", unique_id=own.unique_id
    )
    hass.config_entries.async_add_subentry(other, moved)
    await hass.async_block_till_done()
    await back()
    await clock.advance(60, gx.say_all)
    assert is_free(broker)


@pytest.mark.usefixtures("charging")
async def test_a_site_disabled_while_its_charger_is_away_gives_it_back_on_deletion(
    hass: HomeAssistant,
    broker: Broker,
    clock: Clock,
    entry: MockConfigEntry,
    away: Steps,
    back: Steps,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await away()
    clock.release()
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert warnings(caplog) == 1
    await back()
    assert not is_free(broker)
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert is_free(broker)
    assert warnings(caplog) == 1


@pytest.mark.usefixtures("charging")
async def test_what_is_never_confirmed_is_said_on_deletion(
    hass: HomeAssistant,
    clock: Clock,
    entry: MockConfigEntry,
    away: Steps,
    caplog: pytest.LogCaptureFixture,
    hass_storage: dict[str, Any],
) -> None:
    await away()
    clock.release()
    await hass.config_entries.async_remove(entry.entry_id)
    assert warnings(caplog) == 1
    assert "nobody will try again" in caplog.text
    assert "restart the charger's gateway" in caplog.text
    assert STORE not in hass_storage


@pytest.mark.usefixtures("charging")
async def test_what_was_given_back_is_not_given_back_again(
    hass: HomeAssistant, broker: Broker, clock: Clock, entry: MockConfigEntry
) -> None:
    clock.release()
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert is_free(broker)
    broker.publish(f"{BASE}/claim", {"state": "active", "charge_current": 10}, retain=True)
    sent = len(broker.claims())
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert broker.claims()[sent:] == []


@pytest.mark.usefixtures("charging")
async def test_a_site_without_its_broker_gives_back_when_it_is_disabled(
    hass: HomeAssistant, broker: Broker, clock: Clock, entry: MockConfigEntry
) -> None:
    await without_broker(hass, entry)
    clock.release()
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert is_free(broker)
    sent = len(broker.sent)
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert [topic for topic, _ in broker.sent[sent:] if BASE in topic] == []


@pytest.mark.usefixtures("charging")
async def test_a_charger_removed_while_the_broker_is_away_is_given_back_when_that_returns(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    entry: MockConfigEntry,
) -> None:
    await without_broker(hass, entry)
    hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    await entry.runtime_data.connections.async_ready()
    await clock.advance(3, gx.say_all)
    charger.dump()
    await clock.advance(10, gx.say_all)
    assert is_free(broker)


async def test_a_site_that_is_disabled_misses_no_broker(
    hass: HomeAssistant, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert issues(hass) == {"broker_missing"}
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert issues(hass) == set()
    assert warnings(caplog) == 1


@pytest.mark.parametrize(
    ("method", "error"),
    [
        pytest.param("async_remove", OSError(30, "Read-only file system"), id="read-only"),
        pytest.param("async_read", HomeAssistantError("I/O error"), id="unreadable"),
    ],
)
@pytest.mark.usefixtures("charging")
async def test_a_disk_that_fails_keeps_no_charger(
    hass: HomeAssistant,
    broker: Broker,
    clock: Clock,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    method: str,
    error: Exception,
) -> None:
    clock.release()
    with patch(f"{MODULE}.storage_file.SiteFile.{method}", side_effect=error):
        await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert is_free(broker)
    assert hass.config_entries.async_get_entry(entry.entry_id) is None
    assert "Error calling entry remove callback" not in caplog.text


async def test_a_disk_that_fails_at_the_start_is_asked_again(
    hass: HomeAssistant, broker: Broker, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    error = HomeAssistantError("I/O error")
    with patch(f"{MODULE}.storage_file.SiteFile.async_read", side_effect=error):
        assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "storage_unreadable"


async def test_a_charger_that_moves_during_the_setup_is_followed(
    hass: HomeAssistant, broker: Broker, entry: MockConfigEntry, gx: Gx, clock: Clock
) -> None:
    entry.add_to_hass(hass)
    forward = hass.config_entries.async_forward_entry_setups

    async def move(*args: Any) -> None:
        own = entry.subentries[CHARGER_ID]
        data = {**own.data, "base_topic": "moved/evse"}
        hass.config_entries.async_update_subentry(entry, own, data=data)
        await forward(*args)

    with patch.object(hass.config_entries, "async_forward_entry_setups", move):
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    charger = entry.runtime_data.chargers[CHARGER_ID]
    assert charger.diagnostics()["base_topic"] == "moved/evse"
    await hass.config_entries.async_unload(entry.entry_id)
