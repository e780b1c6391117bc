"""The commissioning check inside the law: who may begin it, what ends it, and that every limit holds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control.commissioning import (
    GAP_S,
    HOLDS_S,
    PATIENCE_S,
    START_S,
    STEPS,
)
from custom_components.victron_openevse.control.commissioning_record import (
    Check,
    CheckEnd,
    CheckStage,
    FindingCode,
    Verdict,
)
from custom_components.victron_openevse.control.model import (
    ChargerState,
    Mode,
    Status,
    Temporary,
)
from custom_components.victron_openevse.control.persist import dump, load
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import VOLTS, House

LONGEST_S: Final = int(START_S + STEPS * PATIENCE_S)
LOW_A: Final = 6
HIGH_A: Final = 12


def ask(house: House, serial: int = 1) -> None:
    """Press the button."""
    house.settings["check_serial"] = serial
    house.step()


def begun(**how: Any) -> House:
    """A house in which a check is amid its steps."""
    house = House(**how)
    house.run(10)
    ask(house)
    house.run(60)
    assert house.own.check.stage is CheckStage.STEPPING
    return house


def ended_by(house: House) -> CheckEnd | None:
    """Why the check was interrupted."""
    outcome = house.own.check.outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.INTERRUPTED
    return outcome.ended_by


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.OFF])
def test_it_steps_in_every_mode_and_gives_it_back(mode: Mode) -> None:
    house = House(mode=mode)
    house.run(400)
    before_a = house.offered_a
    ask(house)
    offers = [house.offered_a]
    while house.own.check.running:
        assert house.step().reason.code is ReasonCode.CHECKING or not house.own.check.running
        offers.append(house.offered_a)
    assert set(offers[1:-1]) == {LOW_A, HIGH_A}
    outcome = house.own.check.outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.PASSED
    house.run(60)
    assert house.offered_a == pytest.approx(before_a, abs=1)
    assert house.closings == 1


def test_its_progress_is_told() -> None:
    house = begun()
    numbers = house.step().reason.numbers
    assert numbers["steps"] == STEPS
    assert numbers["step"] == house.own.check.step + 1
    left_s = numbers["left_s"]
    house.run(5)
    assert house.charger.reason.numbers["left_s"] == pytest.approx(left_s - 5)
    assert 0.0 < left_s < sum(HOLDS_S)


def islanded(house: House) -> None:
    """Lose the grid."""
    house.grid_connected = False


def low_battery(house: House) -> None:
    """Let the battery fall to the floor."""
    house.soc_pct = 15.0


def faulty(house: House) -> None:
    """Let the charger report a fault."""
    house.state = ChargerState.FAULT


def nothing(_house: House) -> None:
    """Let time pass in which nobody decides."""


def setter(**values: Any) -> Callable[[House], None]:
    """Set attributes of a house."""

    def change(house: House) -> None:
        for name, value in values.items():
            setattr(house, name, value)

    return change


def choose(**values: Any) -> Callable[[House], None]:
    """Change the charger's settings."""
    return lambda house: house.settings.update(values)


def no_room(house: House) -> None:
    """Take the sun away, and all but a little of what the battery may give."""
    house.pv_w = 0.0
    house.site_settings["battery_limit_w"] = 500.0


ENDS: Final = [
    pytest.param(setter(vehicle=False), CheckEnd.NO_VEHICLE, id="unplugged"),
    pytest.param(setter(online=False), CheckEnd.OFFLINE, id="offline"),
    pytest.param(setter(override=True), CheckEnd.OVERRIDDEN, id="overridden"),
    pytest.param(setter(mode=Mode.OFF), CheckEnd.SWITCHED_OFF, id="off"),
    pytest.param(setter(mode=Mode.FAST), CheckEnd.MODE_CHANGED, id="another mode"),
    pytest.param(faulty, CheckEnd.FAULT, id="fault"),
    pytest.param(islanded, CheckEnd.GRID_LOST, id="grid lost"),
    pytest.param(low_battery, CheckEnd.BATTERY_LOW, id="battery at the floor"),
    pytest.param(House.freeze, CheckEnd.DATA_OLD, id="silent site"),
    pytest.param(choose(pause_until_morning=True), CheckEnd.PAUSED, id="paused"),
    pytest.param(no_room, CheckEnd.LIMITED, id="no room left"),
    pytest.param(
        lambda house: house.site_settings.update(shadow=True), CheckEnd.SHADOW, id="shadow mode"
    ),
    pytest.param(
        choose(temporary=Temporary(mode=Mode.FAST, boost=True, serial=1)),
        CheckEnd.MODE_CHANGED,
        id="boost",
    ),
]


@pytest.mark.parametrize(("event", "end"), ENDS)
def test_what_has_more_authority_ends_it(event: Callable[[House], None], end: CheckEnd) -> None:
    house = begun()
    event(house)
    for _ in range(60):
        house.step()
        if not house.own.check.running:
            break
    assert ended_by(house) is end
    house.run(5)
    assert house.charger.reason.code is not ReasonCode.CHECKING


@pytest.mark.parametrize(
    ("event", "end"),
    [
        param
        for param in ENDS
        if param.id not in {"another mode", "boost", "no room left", "silent site", "grid lost"}
    ],
)
def test_where_it_may_not_be_it_does_not_begin(
    event: Callable[[House], None], end: CheckEnd
) -> None:
    house = House()
    house.run(10)
    event(house)
    house.run(2)
    closings = house.closings
    ask(house)
    assert not house.own.check.running
    assert ended_by(house) is end
    assert house.closings == closings


BOOST: Final = Temporary(mode=Mode.FAST, boost=True, serial=1)


@pytest.mark.parametrize(
    ("before", "change"),
    [
        pytest.param({}, {"temporary": BOOST}, id="a boost in the same mode"),
        pytest.param({"temporary": BOOST}, {"temporary": None}, id="the end of a boost"),
        pytest.param(
            {"temporary": BOOST},
            {"temporary": replace(BOOST, serial=2, current_a=8)},
            id="another boost",
        ),
        pytest.param({}, {"fast_current_a": 8}, id="fast current"),
        pytest.param({}, {"medium_current_a": 8}, id="medium current"),
        pytest.param({}, {"solar_max_current_a": 8}, id="solar maximum"),
        pytest.param({}, {"solar_min_current_a": 8}, id="solar minimum"),
        pytest.param({}, {"circuit_current_a": 30}, id="circuit"),
    ],
)
def test_what_a_person_chooses_meanwhile_holds_at_once(
    before: dict[str, Any], change: dict[str, Any]
) -> None:
    house = begun(mode=Mode.FAST, settings=dict(before))
    house.settings.update(change)
    house.step()
    assert ended_by(house) is CheckEnd.MODE_CHANGED
    chosen = house.all_settings().chargers["garage"]
    boost_a = chosen.temporary and chosen.temporary.current_a
    assert house.offered_a == min(boost_a or chosen.fast_current_a, chosen.circuit_current_a)


def test_what_is_chosen_for_something_else_does_not_end_it() -> None:
    house = begun()
    house.settings.update(order=2, session_limit_kwh=50.0, target_soc_pct=80.0, daily_closings=20)
    house.run(5)
    assert house.own.check.running


def test_it_offers_more_than_the_solar_maximum() -> None:
    house = House(settings={"solar_max_current_a": 8}, pv_w=5000.0)
    house.run(60)
    ask(house)
    offers = {house.step().offered_current_a for _ in range(300)}
    assert max(offers) == HIGH_A


def test_a_boost_may_be_checked() -> None:
    house = House(mode=Mode.OFF, settings={"temporary": BOOST})
    house.run(10)
    ask(house)
    assert house.own.check.running


def test_a_gap_between_decisions_ends_it() -> None:
    house = begun()
    house.step(GAP_S + 1)
    assert ended_by(house) is CheckEnd.GAP


def test_a_restart_forgets_it() -> None:
    house = begun()
    stored = dump(house.memory, house.now_s)
    assert "check" not in stored["chargers"]["garage"]
    stored["chargers"]["garage"]["check"] = {"stage": "stepping", "high_a": 80}
    house.memory = load(stored, house.now_s, 5.0)
    assert house.own.check == Check()


def test_a_reading_without_a_number_is_no_sample() -> None:
    house = begun()
    count = len(house.own.check.samples)
    house.site_known = False
    house.run(5)
    assert len(house.own.check.samples) == count
    assert house.own.check.running


def test_a_car_that_stops_amid_the_steps_is_named() -> None:
    house = begun()
    house.wants = False
    house.run(60)
    outcome = house.own.check.outcome
    assert outcome is not None
    assert [one.code for one in outcome.findings] == [FindingCode.CAR_NOT_DRAWING]


def test_the_owners_currents_are_kept() -> None:
    """No mode ever gives more than 8 A here, so no step does."""
    own = dict.fromkeys(("solar_max_current_a", "medium_current_a", "fast_current_a"), 8)
    house = House(settings=own)
    house.run(10)
    ask(house)
    while house.own.check.running:
        house.step()
        assert house.offered_a <= 8
    outcome = house.own.check.outcome
    assert outcome is not None
    (finding,) = outcome.findings
    assert (finding.code, finding.numbers["limit_a"]) == (FindingCode.LIMIT_TOO_LOW, 8.0)


def test_a_limit_of_the_site_is_kept() -> None:
    house = House(site_settings={"battery_limit_w": 2000.0}, pv_w=0.0)
    house.run(10)
    ask(house)
    while house.own.check.running:
        house.step()
        assert house.offered_a * VOLTS <= 2000.0 + VOLTS
    outcome = house.own.check.outcome
    assert outcome is not None
    assert [one.code for one in outcome.findings] == [FindingCode.LIMIT_TOO_LOW]


EVENTS: Final = st.sampled_from(
    [
        nothing,
        House.freeze,
        House.thaw,
        islanded,
        faulty,
        setter(vehicle=False),
        setter(vehicle=True),
        setter(online=False),
        setter(online=True),
        setter(override=True),
        setter(wants=False),
        setter(site_known=False),
        setter(pv_w=0.0),
        setter(load_w=4000.0),
        setter(car_limit_a=7.0),
        setter(mode=Mode.SOLAR_ONLY),
        setter(mode=Mode.OFF),
        choose(circuit_current_a=8),
        choose(check_serial=2),
        choose(check_serial=3),
    ]
)


@settings(max_examples=40, deadline=None)
@given(
    events=st.lists(st.tuples(EVENTS, st.integers(1, 80)), max_size=6),
    circuit_a=st.integers(5, 32),
    minimum_a=st.integers(6, 16),
)
def test_it_always_ends_and_never_offers_too_much(
    events: list[tuple[Callable[[House], None], int]], circuit_a: int, minimum_a: int
) -> None:
    house = House(settings={"circuit_current_a": circuit_a, "solar_min_current_a": minimum_a})
    house.run(5)
    ask(house)
    for event, seconds in events:
        event(house)
        for _ in range(seconds):
            decision = house.step()
            # A charger that is not heard keeps what it was offered; nothing can be sent to it.
            heard = decision.send
            assert not heard or decision.offered_current_a <= house.settings["circuit_current_a"]
            if house.own.check.running and heard and decision.status is Status.CHARGING:
                assert decision.offered_current_a <= 16
    house.settings["check_serial"] = 0
    house.run(LONGEST_S, dt_s=5.0)
    assert not house.own.check.running
