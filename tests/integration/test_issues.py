"""Repair issues: raised when their cause has lasted, gone when it is over, with a way to help."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from homeassistant.components.repairs import RepairsFlowManager, repairs_flow_manager
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import DOMAIN
from custom_components.victron_openevse.control.model import BatteryGuard, Priority
from custom_components.victron_openevse.control.signs import Suspect
from custom_components.victron_openevse.entity_refs import remember
from custom_components.victron_openevse.openevse.mqtt import OpenEvseCharger
from custom_components.victron_openevse.sources import ChargerAdapter, SiteAdapter

from .conftest import BASE, CHARGER_ID, ENTRY_ID, Charger, Clock, Gx, Start
from .test_optional_inputs import set_options

MINUTE_S = 60
STEP_S = 15
"""Seconds between two messages; a GX that is silent for longer than 22 s is in trouble."""
MISSING_ENTITIES = "custom_components.victron_openevse.issues.missing_entities"


def issue(hass: HomeAssistant, kind: str, subject: str = ENTRY_ID) -> ir.IssueEntry | None:
    """Give an issue when it is there."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{kind}_{subject}")


def issues(hass: HomeAssistant) -> set[str]:
    """Name all issues of ours."""
    return {
        item.translation_key or ""
        for item in ir.async_get(hass).issues.values()
        if item.domain == DOMAIN
    }


type Live = Callable[[float], Awaitable[None]]


@pytest.fixture
def live(clock: Clock, gx: Gx, charger: Charger) -> Live:
    """Give a function that lives through minutes in which GX and charger go on speaking."""

    async def live(minutes: float) -> None:
        for _ in range(int(minutes * MINUTE_S / STEP_S)):
            if not charger.silent:
                charger.dump()
            if not gx.silent:
                gx.say_all()
            await clock.advance(STEP_S, step_s=STEP_S)

    return live


async def test_all_well_raises_nothing(
    hass: HomeAssistant, start: Start, live: Live, entry: MockConfigEntry
) -> None:
    await start()
    await live(15)
    assert issues(hass) == set()


async def test_a_silent_gx_is_told_after_ten_minutes_and_forgiven(
    hass: HomeAssistant, gx: Gx, start: Start, live: Live, entry: MockConfigEntry
) -> None:
    await start()
    await live(1)
    gx.silent = True
    await live(10)
    assert issues(hass) == set()
    await live(2)
    found = issue(hass, "site_stale")
    assert found is not None
    assert found.is_fixable
    assert found.severity is ir.IssueSeverity.ERROR
    assert found.translation_placeholders == {
        "name": "Cerbo GX",
        "missing": "Grid power, Battery power, Battery level",
    }
    gx.silent = False
    await live(0.5)
    assert issues(hass) == {"site_stale"}
    await live(1)
    assert issues(hass) == set()


async def test_a_missing_charger_is_told_after_an_hour(
    hass: HomeAssistant, charger: Charger, start: Start, live: Live, entry: MockConfigEntry
) -> None:
    await start()
    await live(1)
    charger.silent = True
    charger.vanish()
    await live(55)
    assert issues(hass) == set()
    await live(6)
    found = issue(hass, "charger_offline", CHARGER_ID)
    assert found is not None
    assert found.translation_placeholders == {"name": "Garage"}


async def test_one_who_overrides_again_and_again_is_told_of(
    hass: HomeAssistant, charger: Charger, start: Start, live: Live, entry: MockConfigEntry
) -> None:
    await start()
    for _ in range(3):
        charger.say(manual_override="1")
        await live(1)
        charger.say(manual_override="0")
        await live(1)
    assert issues(hass) == set()
    charger.say(manual_override="1")
    await live(1)
    charger.say(manual_override="0")
    assert issues(hass) == {"charger_contested"}
    await live(58)
    assert issues(hass) == {"charger_contested"}
    await live(4)
    assert issues(hass) == set()


async def test_foreign_claims_count_as_well(
    hass: HomeAssistant,
    charger: Charger,
    start: Start,
    live: Live,
    entry: MockConfigEntry,
) -> None:
    await start()
    await live(1)
    foreign = {"state": "active", "charge_current": 31}
    for _ in range(5):
        charger.broker.publish(f"{BASE}/claim", foreign, retain=True)
        await live(1)
    assert issues(hass) == {"charger_contested"}


@pytest.mark.parametrize("power", ["grid", "battery"])
async def test_a_wrong_sign_is_told_with_its_numbers(
    hass: HomeAssistant, start: Start, live: Live, entry: MockConfigEntry, power: str
) -> None:
    await start()
    suspect = Suspect(wrong=True, step_w=1400.0, moved_w=-1390.0)
    watch = entry.runtime_data._issues._signs
    watch._memory = replace(watch._memory, **{power: suspect})
    await live(0.5)
    found = issue(hass, f"wrong_sign_{power}")
    assert found is not None
    assert found.translation_placeholders == {
        "name": "Cerbo GX",
        "step": "+1400",
        "moved": "-1390",
    }
    watch._memory = replace(watch._memory, **{power: Suspect()})
    await live(0.5)
    assert issues(hass) == set()


async def test_prices_without_an_entity_are_told(
    hass: HomeAssistant, start: Start, live: Live, entry: MockConfigEntry
) -> None:
    await start()
    entry.runtime_data.set_site(priority=Priority.PRICES)
    await live(0.5)
    assert issues(hass) == {"prices_missing"}
    entry.runtime_data.set_site(priority=Priority.BALANCED)
    await live(0.5)
    assert issues(hass) == set()


async def test_a_removed_input_is_told(
    hass: HomeAssistant,
    start: Start,
    live: Live,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    entity_registry.async_get_or_create("sensor", "tariff", "buy", suggested_object_id="buy")
    set_options(hass, entry, import_price=remember(hass, "sensor.buy"))
    entity_registry.async_remove("sensor.buy")
    await start()
    await live(11)
    found = issue(hass, "input_missing")
    assert found is not None
    assert found.translation_placeholders == {"name": "Cerbo GX", "missing": "Import price"}


async def test_a_gx_that_ignores_the_limit_is_told_of(
    hass: HomeAssistant, start: Start, live: Live, entry: MockConfigEntry
) -> None:
    await start()
    await live(1)
    coordinator = entry.runtime_data
    now_s, decision = coordinator.data.now_s, coordinator.data.decision
    ignored = replace(decision, site=replace(decision.site, guard=BatteryGuard.IGNORED))
    settings, readings = coordinator.settings, coordinator.data.readings
    for second in range(0, 330, 15):
        coordinator._issues.follow(settings, readings, ignored, now_s + second)
    assert issues(hass) == {"guard_ignored"}


def gone_of(adapter: SiteAdapter | ChargerAdapter) -> tuple[str, ...]:
    """Name an entity that only sites or only chargers have."""
    return ("charging_power",) if isinstance(adapter, OpenEvseCharger) else ("grid_power",)


async def test_entities_that_are_gone_are_told_of(
    hass: HomeAssistant, start: Start, live: Live, entry: MockConfigEntry
) -> None:
    await start()
    with patch(MISSING_ENTITIES, side_effect=gone_of):
        await live(11)
    site = issue(hass, "entity_missing")
    box = issue(hass, "entity_missing", CHARGER_ID)
    assert site is not None
    assert box is not None
    assert site.translation_placeholders == {"name": "Cerbo GX", "missing": "Grid power"}
    assert box.translation_placeholders == {"name": "Garage", "missing": "Charging power"}


async def test_words_are_of_the_language_and_of_now(
    hass: HomeAssistant, start: Start, live: Live, entry: MockConfigEntry
) -> None:
    hass.config.language = "de"
    await start()
    created = "custom_components.victron_openevse.issues.ir.async_create_issue"
    with (
        patch(MISSING_ENTITIES, return_value=("grid_power",)) as gone,
        patch(created, wraps=ir.async_create_issue) as tell,
    ):
        await live(12)
        found = issue(hass, "entity_missing")
        assert found is not None
        assert found.translation_placeholders == {"name": "Cerbo GX", "missing": "Netzleistung"}
        told = tell.call_count
        gone.return_value = ("grid_power", "battery_soc")
        await live(1)
        renewed = issue(hass, "entity_missing")
    assert renewed is not None
    assert renewed.translation_placeholders == {
        "name": "Cerbo GX",
        "missing": "Netzleistung, Batteriestand",
    }
    # Once each for site and charger, and once again for each when the words changed.
    assert (told, tell.call_count) == (2, 4)


async def test_without_a_broker_the_broker_is_missed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert issues(hass) == {"broker_missing"}
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass) == set()


async def test_an_issue_survives_a_reload_and_goes_with_its_charger(
    hass: HomeAssistant,
    charger: Charger,
    clock: Clock,
    start: Start,
    live: Live,
    entry: MockConfigEntry,
) -> None:
    await start()
    await live(1)
    charger.silent = True
    charger.vanish()
    await live(62)
    assert await hass.config_entries.async_reload(ENTRY_ID)
    await live(0.5)
    assert issues(hass) == {"charger_offline"}
    clock.release()
    hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
    await hass.async_block_till_done()
    assert issues(hass) == set()


async def test_disabling_the_site_takes_its_issues_back(
    hass: HomeAssistant, clock: Clock, start: Start, live: Live, entry: MockConfigEntry
) -> None:
    await start()
    entry.runtime_data.set_site(priority=Priority.PRICES)
    await live(0.5)
    assert issues(hass) == {"prices_missing"}
    clock.release()
    await hass.config_entries.async_set_disabled_by(ENTRY_ID, ConfigEntryDisabler.USER)
    assert issues(hass) == set()


# Fix flows


@pytest.fixture
async def repairs(hass: HomeAssistant) -> RepairsFlowManager:
    """Give Home Assistant's repairs."""
    assert await async_setup_component(hass, "repairs", {})
    await hass.async_block_till_done()
    manager = repairs_flow_manager(hass)
    assert manager is not None
    return manager


async def press_submit(repairs: RepairsFlowManager, issue_id: str) -> Any:
    """Begin to fix an issue and confirm."""
    form = await repairs.async_init(DOMAIN, context={"issue_id": issue_id})
    assert form["type"] is FlowResultType.FORM
    words = form["description_placeholders"]
    assert words is not None
    assert words["name"] in {"Cerbo GX", "Garage"}
    return await repairs.async_configure(form["flow_id"], {})


@pytest.mark.parametrize(
    ("kind", "subject", "flow_type"),
    [
        pytest.param("entity_missing", ENTRY_ID, "config_flow", id="site"),
        pytest.param("entity_missing", CHARGER_ID, "config_subentries_flow", id="charger"),
        pytest.param("prices_missing", ENTRY_ID, "options_flow", id="options"),
    ],
)
async def test_a_fix_opens_the_dialogue_that_helps(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    start: Start,
    live: Live,
    entry: MockConfigEntry,
    kind: str,
    subject: str,
    flow_type: str,
) -> None:
    await start()
    entry.runtime_data.set_site(priority=Priority.PRICES)
    with patch(MISSING_ENTITIES, return_value=("grid_power",)):
        await live(11)
        done = await press_submit(repairs, f"{kind}_{subject}")
        assert done["type"] is FlowResultType.CREATE_ENTRY
        assert done["next_flow"][0] == flow_type
        assert issue(hass, kind, subject) is None
        await live(11)
    # Nothing was changed in the dialogue, so it comes back.
    assert issue(hass, kind, subject) is not None


async def test_a_fix_for_what_was_removed_ends(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    clock: Clock,
    start: Start,
    live: Live,
    entry: MockConfigEntry,
) -> None:
    await start()
    entry.runtime_data.set_site(priority=Priority.PRICES)
    await live(0.5)
    form = await repairs.async_init(DOMAIN, context={"issue_id": f"prices_missing_{ENTRY_ID}"})
    clock.release()
    await hass.config_entries.async_remove(ENTRY_ID)
    done = await repairs.async_configure(form["flow_id"], {})
    assert done["reason"] == "removed"


async def test_a_dialogue_that_does_not_open_leaves_the_issue(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    start: Start,
    live: Live,
    entry: MockConfigEntry,
) -> None:
    await start()
    entry.runtime_data.set_site(priority=Priority.PRICES)
    await live(0.5)
    aborted = {"type": FlowResultType.ABORT, "flow_id": "x"}
    with patch.object(hass.config_entries.options, "async_init", return_value=aborted):
        done = await press_submit(repairs, f"prices_missing_{ENTRY_ID}")
    assert done["reason"] == "cannot_open"
    assert issues(hass) == {"prices_missing"}
