"""The whole loop over entities: a house that is read and a charger that is steered through them."""

from collections.abc import AsyncGenerator, Awaitable, Callable

from homeassistant.config_entries import (
    ConfigEntryDisabler,
    ConfigEntryState,
    ConfigSubentryDataWithId,
)
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import CHARGER, DOMAIN
from custom_components.victron_openevse.control.model import BatteryGuard, Mode, Status

from .conftest import BASE, CHARGER_ID, ENTRY_ID, PORTAL, SERIAL, Broker, Charger, Clock, Gx
from .entity_house import Entities, Evse, charger_data, live, site_data, victron_gx


@pytest.fixture
async def evse(hass: HomeAssistant) -> Evse:
    """Give a charger with a car plugged in."""
    return await Evse.prepare(hass)


@pytest.fixture
def gx(hass: HomeAssistant) -> Entities:
    """Give the entities of a GX."""
    return victron_gx(hass)


@pytest.fixture
def gx_on_broker(broker: Broker) -> Gx:
    """Give a GX that speaks over MQTT."""
    return Gx(broker)


@pytest.fixture
def entry(evse: Evse, gx: Entities) -> MockConfigEntry:
    """Give a site and a charger, both from entities."""
    return MockConfigEntry(
        domain=DOMAIN,
        entry_id=ENTRY_ID,
        title="Cerbo GX",
        data=site_data(gx),
        subentries_data=[
            ConfigSubentryDataWithId(
                data=charger_data(evse),
                subentry_id=CHARGER_ID,
                subentry_type=CHARGER,
                title="Garage",
                unique_id=SERIAL,
            )
        ],
    )


type Start = Callable[[], Awaitable[None]]


@pytest.fixture
async def start(hass: HomeAssistant, clock: Clock, entry: MockConfigEntry) -> AsyncGenerator[Start]:
    """Give a function that sets the site up without any broker."""

    async def start() -> None:
        if hass.config_entries.async_get_entry(entry.entry_id) is None:
            entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()

    yield start
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)


async def test_a_car_charges_from_the_sun(
    hass: HomeAssistant,
    start: Start,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    entry: MockConfigEntry,
) -> None:
    await start()
    await clock.advance(90, live(evse, gx))
    assert evse.calls[:2] == [("current", 6), ("override", "active")]
    assert evse.calls[-1] == ("current", 11)
    decision = entry.runtime_data.data.charger(CHARGER_ID).decision
    assert (decision.offered_current_a, decision.status) == (11, Status.CHARGING)


async def test_the_way_in_is_shown(hass: HomeAssistant, start: Start) -> None:
    await start()
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{ENTRY_ID}_connection")
    assert entity_id is not None
    state = hass.states.get(entity_id)
    assert state is not None
    assert state.state == "entities"


async def test_nobody_knows_who_made_a_charger_of_entities(
    start: Start, device_registry: dr.DeviceRegistry
) -> None:
    await start()
    box = device_registry.async_get_device_by_identifier((DOMAIN, CHARGER_ID), ENTRY_ID)
    assert box is not None
    assert (box.name, box.manufacturer) == ("Garage", None)


async def test_keeping_the_battery_out_is_said_to_be_impossible(
    hass: HomeAssistant,
    start: Start,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    entry: MockConfigEntry,
) -> None:
    await start()
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.FAST, use_battery=False)
    await clock.advance(60, live(evse, gx))
    site = entry.runtime_data.data.decision.site
    assert (site.guard, site.discharge_limit_w) == (BatteryGuard.NOT_POSSIBLE, None)
    assert evse.calls[-1] == ("current", 32)


async def test_a_silent_integration_lets_the_car_down_in_steps(
    hass: HomeAssistant,
    start: Start,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    entry: MockConfigEntry,
) -> None:
    await start()
    second = live(evse, gx)
    await clock.advance(60, second)

    def offered_a() -> int:
        return int(entry.runtime_data.data.charger(CHARGER_ID).decision.offered_current_a)

    def only_the_charger() -> None:
        evse.entities.say_again()

    await clock.advance(200, only_the_charger)
    assert offered_a() == 11
    await clock.advance(60, only_the_charger)
    assert offered_a() == 6
    await clock.advance(180, only_the_charger)
    assert offered_a() == 0
    assert entry.runtime_data.data.decision.site.data_problem
    await clock.advance(320, second)
    assert offered_a() >= 6


async def test_entities_that_are_not_there_yet_at_the_start(
    hass: HomeAssistant,
    start: Start,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    entry: MockConfigEntry,
) -> None:
    """Home Assistant starts: the other integrations come later."""
    gx.fall_silent()
    evse.entities.fall_silent()
    await start()
    await clock.advance(20)
    assert entry.runtime_data.data.charger(CHARGER_ID).decision.status is Status.OFFLINE
    assert evse.calls == []
    for item in (gx, evse.entities):
        for key, (_domain, _unit, state) in item.table.items():
            item.say(key, state)
    await clock.advance(60, live(evse, gx))
    assert evse.calls[:2] == [("current", 6), ("override", "active")]


async def test_a_reload_keeps_the_car_charging(
    hass: HomeAssistant,
    start: Start,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    entry: MockConfigEntry,
) -> None:
    await start()
    second = live(evse, gx)
    await clock.advance(60, second)
    evse.calls.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await clock.advance(30, second)
    assert ("override", "disabled") not in evse.calls
    assert entry.runtime_data.data.charger(CHARGER_ID).decision.offered_current_a == 11


async def test_a_person_at_the_charger_wins_until_choosing_something_here(
    hass: HomeAssistant,
    start: Start,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    entry: MockConfigEntry,
) -> None:
    await start()
    second = live(evse, gx)
    await clock.advance(60, second)
    evse.person_sets("disabled")
    await clock.advance(30, second)
    evse.calls.clear()
    assert entry.runtime_data.data.charger(CHARGER_ID).decision.status is Status.OVERRIDDEN
    await clock.advance(60, second)
    assert evse.calls == []
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.FAST)
    await clock.advance(5, second)
    assert ("override", "active") in evse.calls


async def test_removing_the_entry_gives_the_charger_back(
    hass: HomeAssistant,
    start: Start,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    entry: MockConfigEntry,
) -> None:
    await start()
    await clock.advance(60, live(evse, gx))
    clock.release()
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert evse.calls[-1] == ("override", "auto")


async def test_removing_the_charger_gives_it_back(
    hass: HomeAssistant,
    start: Start,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    entry: MockConfigEntry,
) -> None:
    await start()
    await clock.advance(60, live(evse, gx))
    clock.release()
    assert hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
    await hass.async_block_till_done()
    assert evse.calls[-1] == ("override", "auto")
    assert entry.runtime_data.chargers == {}


def listeners(hass: HomeAssistant) -> dict[str, int]:
    """Count who listens, but for Home Assistant's own registries that are about to be written."""
    found = {str(event): count for event, count in hass.bus.async_listeners().items()}
    found.pop(str(EVENT_HOMEASSISTANT_FINAL_WRITE), None)
    return found


async def test_nothing_listens_after_unloading(
    hass: HomeAssistant,
    start: Start,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    entry: MockConfigEntry,
) -> None:
    await start()
    assert await hass.config_entries.async_unload(entry.entry_id)
    before = listeners(hass)
    for _ in range(3):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
    assert listeners(hass) == before
    evse.calls.clear()
    evse.person_sets("auto")
    await clock.advance(30, live(evse, gx))
    assert evse.calls == []


async def test_a_charger_over_mqtt_at_a_site_of_entities(
    hass: HomeAssistant, broker: Broker, charger: Charger, clock: Clock, gx: Entities
) -> None:
    """Each has its own way in."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        data=site_data(gx),
        subentries_data=[
            ConfigSubentryDataWithId(
                data={"source": "mqtt", "base_topic": BASE, "url": None},
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
    await entry.runtime_data.connections.async_ready()
    await clock.advance(3)
    charger.dump()
    await clock.advance(30, gx.say_again)
    claims = [claim for claim in broker.claims() if isinstance(claim, dict)]
    assert [claim["charge_current"] for claim in claims][:2] == [6, 11]
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_charger_of_entities_at_a_site_over_mqtt(
    hass: HomeAssistant, broker: Broker, gx_on_broker: Gx, clock: Clock, evse: Evse
) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=PORTAL,
        data={"source": "mqtt", "portal_id": PORTAL},
        subentries_data=[
            ConfigSubentryDataWithId(
                data=charger_data(evse),
                subentry_id=CHARGER_ID,
                subentry_type=CHARGER,
                title="Garage",
                unique_id=SERIAL,
            )
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await entry.runtime_data.connections.async_ready()
    await clock.advance(30, gx_on_broker.say_all)
    assert ("current", 6) in evse.calls
    assert evse.calls[evse.calls.index(("current", 6)) + 1] == ("override", "active")
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("broken", [False, True])
async def test_shadow_mode_gives_back_once_though_the_call_fails_at_first(
    hass: HomeAssistant,
    start: Start,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    entry: MockConfigEntry,
    *,
    broken: bool,
) -> None:
    """Given back, a person's choice stays, also when the site is disabled then."""
    await start()
    await clock.advance(30, live(evse, gx))
    evse.broken = broken
    entry.runtime_data.set_site(shadow=True)
    await clock.advance(30, live(evse, gx))
    evse.broken = False
    await clock.advance(60, live(evse, gx))
    assert evse.calls[-1] == ("override", "auto")

    evse.calls.clear()
    evse.person_sets("disabled")
    await clock.advance(20, live(evse, gx))
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert evse.calls == []
