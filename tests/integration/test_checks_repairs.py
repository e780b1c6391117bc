"""What a person does about the issue of a commissioning check: confirm it, or find that it went."""

from dataclasses import replace
from typing import Any

from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.checks import CheckResult, wirings
from custom_components.victron_openevse.const import DOMAIN
from custom_components.victron_openevse.control.commissioning_record import Outcome

from .conftest import CHARGER_ID, ENTRY_ID, Clock
from .test_checks import PROPOSAL, TURNED, Home, Known, home, known
from .test_issues import issue, issues
from .test_loop import state

__all__ = ["home", "known"]


async def test_one_confirmation_sets_the_proposed_phase(
    hass: HomeAssistant, home: Home, clock: Clock, known: Known, entry: MockConfigEntry
) -> None:
    await known(PROPOSAL)
    found = issue(hass, "grid_phase_differs", CHARGER_ID)
    assert found is not None
    assert found.is_fixable
    assert await async_setup_component(hass, "repairs", {})
    flows = repairs_flow_manager(hass)
    assert flows is not None
    form = await flows.async_init(DOMAIN, data={"issue_id": found.issue_id})
    assert form["type"] is FlowResultType.FORM
    assert form["description_placeholders"] == {"name": "Garage", "seen": "2", "set": "0"}
    result = await flows.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert state(hass, "select.garage_grid_phase") == "l2"
    await clock.advance(12, home.live)
    assert issues(hass) == set()


async def test_what_is_applied_is_what_was_shown(
    hass: HomeAssistant, home: Home, clock: Clock, known: Known, entry: MockConfigEntry
) -> None:
    """Another check ended while the dialogue was open."""
    await known(PROPOSAL)
    found = issue(hass, "grid_phase_differs", CHARGER_ID)
    assert found is not None
    assert await async_setup_component(hass, "repairs", {})
    flows = repairs_flow_manager(hass)
    assert flows is not None
    form = await flows.async_init(DOMAIN, data={"issue_id": found.issue_id})
    (finding,) = PROPOSAL.findings
    newer = replace(PROPOSAL, findings=(replace(finding, value=3),))
    result = CheckResult(at=2.0, outcome=newer, wiring=wirings(entry)[CHARGER_ID])
    entry.runtime_data.checks.restore({CHARGER_ID: result})
    await clock.advance(15, home.live)
    newest = issue(hass, "grid_phase_differs", CHARGER_ID)
    assert newest is not None
    assert newest.data is not None
    assert newest.data["value"] == 3
    await flows.async_configure(form["flow_id"], {})
    assert state(hass, "select.garage_grid_phase") == "l2"


async def test_a_repair_of_what_is_gone_says_so(
    hass: HomeAssistant, known: Known, entry: MockConfigEntry
) -> None:
    await known(PROPOSAL)
    found = issue(hass, "grid_phase_differs", CHARGER_ID)
    assert found is not None
    assert await async_setup_component(hass, "repairs", {})
    flows = repairs_flow_manager(hass)
    assert flows is not None
    form = await flows.async_init(DOMAIN, data={"issue_id": found.issue_id})
    await hass.config_entries.async_unload(entry.entry_id)
    result = await flows.async_configure(form["flow_id"], {})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "cannot_open")
    form = await flows.async_init(DOMAIN, data={"issue_id": found.issue_id})
    hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
    assert ir.async_get(hass).async_get_issue(DOMAIN, found.issue_id) is not None
    result = await flows.async_configure(form["flow_id"], {})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "removed")


@pytest.mark.parametrize(
    "confirm", [pytest.param({}, id="confirmed"), pytest.param(None, id="seen")]
)
@pytest.mark.parametrize(
    ("outcome", "kind", "subject"),
    [
        pytest.param(PROPOSAL, "grid_phase_differs", CHARGER_ID, id="proposal"),
        pytest.param(TURNED, "wrong_sign_grid", ENTRY_ID, id="dialogue"),
    ],
)
async def test_a_repair_whose_issue_went_meanwhile_says_so(
    hass: HomeAssistant,
    known: Known,
    outcome: Outcome,
    kind: str,
    subject: str,
    confirm: dict[str, Any] | None,
) -> None:
    await known(outcome)
    found = issue(hass, kind, subject)
    assert found is not None
    assert await async_setup_component(hass, "repairs", {})
    flows = repairs_flow_manager(hass)
    assert flows is not None
    form = await flows.async_init(DOMAIN, data={"issue_id": found.issue_id})
    ir.async_delete_issue(hass, DOMAIN, found.issue_id)
    result = await flows.async_configure(form["flow_id"], confirm)
    assert (result["type"], result.get("reason")) == (FlowResultType.ABORT, "removed")
