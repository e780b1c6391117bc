"""The commissioning check as a person meets it: button, steps on the wire, result, issue."""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse import checks
from custom_components.victron_openevse.checks import CheckResult, wirings
from custom_components.victron_openevse.const import (
    CHARGER,
    CONF_BASE_TOPIC,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_MQTT,
)
from custom_components.victron_openevse.control.commissioning_record import (
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
        result = CheckResult(at=1.0, outcome=outcome, wiring=wirings(entry)[CHARGER_ID])
        entry.runtime_data.checks.restore({CHARGER_ID: result})
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


async def test_a_boost_in_the_same_mode_ends_it_at_once(
    hass: HomeAssistant, home: Home, broker: Broker, clock: Clock, start: Start
) -> None:
    await start()
    home.charger.dump()
    await select(hass, Mode.FAST)
    await clock.advance(20, home.live)
    await press(hass)
    await clock.advance(20, home.live)
    assert state(hass, "sensor.garage_reason") == "checking"
    await hass.services.async_call(DOMAIN, "boost", {"entity_id": RESULT}, blocking=True)
    assert state(hass, RESULT) == Verdict.INTERRUPTED
    await clock.advance(5, home.live)
    claim = broker.claims()[-1]
    assert isinstance(claim, dict)
    assert claim["charge_current"] == 32


@pytest.fixture
async def second(
    hass: HomeAssistant, broker: Broker, charger: Charger, entry: MockConfigEntry
) -> Callable[[], None]:
    """Add a second charger with a car to the site; gives a function that lets it speak."""
    data = {CONF_SOURCE: SOURCE_MQTT, CONF_BASE_TOPIC: "openevse-ffff"}
    carport = ConfigSubentry(
        data=MappingProxyType(data), subentry_type=CHARGER, title="Carport", unique_id="ffff"
    )
    entry.add_to_hass(hass)
    hass.config_entries.async_add_subentry(entry, carport)

    def speak() -> None:
        for name, value in charger.values.items():
            broker.publish(f"openevse-ffff/{name}", value)

    return speak


async def test_of_two_chargers_of_a_site_none_is_checked(
    hass: HomeAssistant, home: Home, clock: Clock, second: Callable[[], None], start: Start
) -> None:
    await start()
    home.charger.dump()
    second()
    await clock.advance(5, home.live)
    both = {"entity_id": [RESULT, "sensor.carport_commissioning"]}
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call(DOMAIN, "check", both, blocking=True)
    assert refused.value.translation_key == "check_several"
    for sensor in both["entity_id"]:
        assert state(hass, sensor) == checks.NOT_RUN
    one = {"entity_id": "sensor.carport_commissioning"}
    await hass.services.async_call(DOMAIN, "check", one, blocking=True)
    assert state(hass, "sensor.carport_commissioning") == checks.RUNNING


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
