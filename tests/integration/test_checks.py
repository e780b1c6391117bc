"""The commissioning check as a person meets it: button, steps on the wire, result, issue, repair."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse import checks
from custom_components.victron_openevse.checks import CheckResult, Checks
from custom_components.victron_openevse.const import DOMAIN
from custom_components.victron_openevse.control.commissioning_record import (
    CheckEnd,
    Finding,
    FindingCode,
    Judgement,
    Outcome,
    Verdict,
)
from custom_components.victron_openevse.control.model import Mode
from custom_components.victron_openevse.diagnostics import async_get_config_entry_diagnostics

from .conftest import CHARGER_ID, ENTRY_ID, Broker, Charger, Clock, Gx, Start
from .test_issues import issue, issues
from .test_loop import select, state

BUTTON: Final = "button.garage_commissioning_check"
RESULT: Final = "sensor.garage_commissioning"
VOLTS: Final = 230
HOUSE_W: Final = 500.0
SUN_W: Final = 3000.0
LONGEST_S: Final = 400
PHASES: Final = 3


class Home:
    """A three-phase house whose charger hangs on L2: grid, consumption and charger follow the claim.

    The battery gives nothing and takes nothing: the grid carries the steps.
    """

    def __init__(self, gx: Gx, charger: Charger) -> None:
        """Say what never changes."""
        self.gx = gx
        self.charger = charger
        gx.values |= {
            "system/0/Ac/Grid/NumberOfPhases": PHASES,
            "system/0/Ac/Consumption/NumberOfPhases": PHASES,
            "system/0/Dc/Battery/Power": 0.0,
            "system/0/Dc/Pv/Power": SUN_W,
        }
        self.live()

    def live(self) -> None:
        """Live through a second."""
        drawing = self.charger.values["state"] == "3"
        amps = int(self.charger.values["pilot"]) if drawing else 0
        self.charger.say(amp=str(amps * 1000), power=str(amps * VOLTS))
        for phase in range(1, PHASES + 1):
            car_w = amps * VOLTS if phase == 2 else 0
            load_w = HOUSE_W / PHASES + car_w
            grid_w = load_w - SUN_W / PHASES
            self.gx.say(f"system/0/Ac/Grid/L{phase}/Power", grid_w)
            self.gx.say(f"system/0/Ac/Consumption/L{phase}/Power", load_w)
        self.gx.say("system/0/Dc/Battery/Power", 0.0)
        self.gx.say("system/0/Dc/Pv/Power", SUN_W)


@pytest.fixture
def home(gx: Gx, charger: Charger) -> Home:
    """Give a house whose meters follow the car."""
    return Home(gx, charger)


async def press(hass: HomeAssistant) -> None:
    """Press the button."""
    await hass.services.async_call("button", "press", {"entity_id": BUTTON}, blocking=True)


PROPOSAL: Final = Outcome(
    verdict=Verdict.FINDINGS,
    findings=(
        Finding(
            code=FindingCode.GRID_PHASE,
            numbers={"seen": 2.0, "set": 0.0},
            setting="grid_phase",
            value=2,
        ),
    ),
)
TURNED: Final = Outcome(
    verdict=Verdict.FINDINGS,
    findings=(Finding(code=FindingCode.GRID_SIGN, numbers={"step_w": 1380.0, "moved_w": -1380.0}),),
    figures={"step_w": 1380.0},
    unjudged=(Judgement.BATTERY_SIGN,),
)

type Known = Callable[[Outcome], Awaitable[None]]


@pytest.fixture
def known(home: Home, clock: Clock, start: Start, entry: MockConfigEntry) -> Known:
    """Give a function that sets up a site of which a check has found something."""

    async def known(outcome: Outcome) -> None:
        await start()
        entry.runtime_data.checks.restore({CHARGER_ID: CheckResult(at=1.0, outcome=outcome)})
        await clock.advance(15, home.live)

    return known


async def test_a_press_steps_the_charger_and_proposes_the_phase(
    hass: HomeAssistant,
    home: Home,
    broker: Broker,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    await start()
    home.charger.dump()
    await clock.advance(5, home.live)
    await press(hass)
    for _ in range(LONGEST_S // 10):
        await clock.advance(10, home.live)
        if state(hass, RESULT) != checks.RUNNING:
            break
    await clock.advance(15, home.live)
    currents = [
        claim["charge_current"]
        for claim in broker.claims()
        if isinstance(claim, dict) and claim["state"] == "active" and "charge_current" in claim
    ]
    changed = [now for before, now in zip([0, *currents], currents, strict=False) if now != before]
    steps = [6, 12, 6, 12, 6, 12, 6]
    assert any(changed[at : at + len(steps)] == steps for at in range(len(changed)))
    assert state(hass, RESULT) == Verdict.FINDINGS
    shown = hass.states.get(RESULT)
    assert shown is not None
    found = shown.attributes["findings"]
    assert [(one["code"], one["setting"], one["value"]) for one in found] == [
        ("grid_phase", "grid_phase", 2)
    ]
    assert shown.attributes["figures"]["step_w"] == pytest.approx(6 * VOLTS)
    assert shown.attributes["unjudged"] == ["battery_sign"]
    assert issues(hass) == {"grid_phase_differs"}
    report = await async_get_config_entry_diagnostics(hass, entry)
    assert report["checks"][CHARGER_ID]["outcome"]["verdict"] == Verdict.FINDINGS


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


async def test_a_turned_meter_is_named_by_the_issue_that_is_known_for_it(
    hass: HomeAssistant, known: Known
) -> None:
    await known(TURNED)
    assert issues(hass) == {"wrong_sign_grid"}
    found = issue(hass, "wrong_sign_grid", ENTRY_ID)
    assert found is not None
    assert found.translation_placeholders == {
        "name": "Cerbo GX",
        "step": "+1380",
        "moved": "-1380",
    }


async def test_a_result_outlives_a_reload_and_an_unfinished_check_does_not(
    hass: HomeAssistant,
    home: Home,
    clock: Clock,
    known: Known,
    entry: MockConfigEntry,
) -> None:
    await known(TURNED)
    shown = hass.states.get(RESULT)
    await hass.config_entries.async_reload(entry.entry_id)
    await clock.advance(5, home.live)
    again = hass.states.get(RESULT)
    assert shown is not None
    assert again is not None
    assert again.attributes["findings"] == shown.attributes["findings"]
    home.charger.dump()
    home.gx.say_all()
    await clock.advance(5, home.live)
    await press(hass)
    await clock.advance(5, home.live)
    assert state(hass, RESULT) == checks.RUNNING
    await hass.config_entries.async_reload(entry.entry_id)
    await clock.advance(5, home.live)
    assert state(hass, RESULT) == Verdict.INTERRUPTED


async def test_the_action_begins_one_and_unplugging_ends_it(
    hass: HomeAssistant, home: Home, clock: Clock, start: Start
) -> None:
    await start()
    home.charger.dump()
    await clock.advance(5, home.live)
    assert state(hass, RESULT) == checks.NOT_RUN
    await hass.services.async_call(DOMAIN, "check", {"entity_id": RESULT}, blocking=True)
    assert state(hass, RESULT) == checks.RUNNING
    assert state(hass, "sensor.garage_reason") == "checking"
    with pytest.raises(ServiceValidationError) as refused:
        await press(hass)
    assert refused.value.translation_key == "check_running"
    home.charger.say(vehicle="0", state="1")
    await clock.advance(3, home.live)
    assert state(hass, RESULT) == Verdict.INTERRUPTED
    shown = hass.states.get(RESULT)
    assert shown is not None
    assert shown.attributes["ended_by"] == "no_vehicle"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"vehicle": "0", "state": "1"}, "check_no_vehicle", id="no car"),
        pytest.param({"manual_override": "1"}, "check_overridden", id="overridden"),
        pytest.param({"state": "8"}, "check_fault", id="fault"),
        pytest.param({"mode": Mode.OFF}, "check_switched_off", id="off"),
        pytest.param({"pause": True}, "check_paused", id="paused"),
        pytest.param({"shadow": True}, "check_in_shadow", id="shadow mode"),
        pytest.param({"soc": 10.0}, "check_battery_low", id="battery at the floor"),
        pytest.param({"silent": True}, "check_offline", id="offline"),
    ],
)
async def test_what_would_end_it_at_once_is_refused(
    hass: HomeAssistant,
    home: Home,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    change: dict[str, Any],
    said: str,
) -> None:
    await start()
    home.charger.dump()
    await clock.advance(3, home.live)
    coordinator = entry.runtime_data
    if "mode" in change:
        await select(hass, change["mode"])
    elif "pause" in change:
        coordinator.set_charger(CHARGER_ID, pause_until_morning=True)
    elif "shadow" in change:
        coordinator.set_site(shadow=True)
    elif "soc" in change:
        home.gx.say("system/0/Dc/Battery/Soc", change["soc"])
    elif "silent" in change:
        home.charger.vanish()
    else:
        home.charger.say(**change)
    await clock.advance(2)
    with pytest.raises(ServiceValidationError) as refused:
        await press(hass)
    assert refused.value.translation_key == said
    assert refused.value.translation_placeholders == {"charger": "Garage"}
    assert state(hass, RESULT) == checks.NOT_RUN


async def test_a_silent_site_is_no_place_for_a_check(
    hass: HomeAssistant, home: Home, clock: Clock, start: Start
) -> None:
    await start()
    home.charger.dump()
    home.gx.silent = True
    await clock.advance(40, home.charger.dump)
    with pytest.raises(ServiceValidationError) as refused:
        await press(hass)
    assert refused.value.translation_key == "check_data_old"


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


FOUND: Final = Outcome(
    verdict=Verdict.FINDINGS,
    findings=(
        Finding(code=FindingCode.PHASES, numbers={"seen": 3.0}, setting="phases", value=3),
        Finding(code=FindingCode.GRID_SIGN, numbers={"step_w": 1380.0}),
    ),
    figures={"step_w": 1380.0},
    unjudged=(Judgement.BATTERY_SIGN,),
)


def test_what_is_stored_is_read_again() -> None:
    results = {"a": CheckResult(at=7.0, outcome=FOUND), "b": CheckResult(at=8.0)}
    assert checks.load(checks.dump(results), ["a", "b", "c"]) == results
    restored = Checks()
    restored.restore(results)
    assert restored.findings("a") == FOUND.findings
    assert restored.state("b") == Verdict.INTERRUPTED
    again = restored.results["b"].outcome
    assert again is not None
    assert again.ended_by is CheckEnd.GAP


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({"a": 5}, id="a number"),
        pytest.param({"a": {"at": "now"}}, id="no time"),
        pytest.param({"a": {"at": True}}, id="a flag as time"),
        pytest.param({"a": {"at": 1.0, "outcome": "passed"}}, id="a word as outcome"),
        pytest.param({"a": {"at": 1.0, "outcome": {"verdict": "lost"}}}, id="unknown verdict"),
        pytest.param({"b": {"at": 1.0}}, id="another charger"),
    ],
)
def test_a_damaged_result_is_left_out(data: object) -> None:
    assert checks.load(data, ["a"]) == {}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        pytest.param("phases", 2, id="two phases"),
        pytest.param("grid_phase", 7, id="seventh phase"),
        pytest.param("mode", 1, id="no proposal"),
        pytest.param("phases", "3", id="text"),
    ],
)
def test_a_damaged_proposal_is_never_applied(setting: str, value: object) -> None:
    finding = {"code": "phases", "numbers": {"seen": 3}, "setting": setting, "value": value}
    outcome = {"verdict": "findings", "findings": [finding, 5, {"code": "unheard of"}]}
    loaded = checks.load({"a": {"at": 1.0, "outcome": outcome}}, ["a"])["a"].outcome
    assert loaded is not None
    assert [(one.code, one.setting, one.value) for one in loaded.findings] == [
        (FindingCode.PHASES, None, None)
    ]
