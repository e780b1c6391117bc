"""The commissioning check inside the law: who may begin it, what ends it, and that every limit holds."""

from collections.abc import Callable
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
    CheckSample,
    CheckStage,
    FindingCode,
    Verdict,
)
from custom_components.victron_openevse.control.commissioning_series import (
    changes,
    jumps,
    knocks,
    lag_s,
    near_changes,
    plateaus,
    spread,
)
from custom_components.victron_openevse.control.commissioning_verdict import judge
from custom_components.victron_openevse.control.model import (
    ChargerSettings,
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
STEP_W: Final = 1400.0


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
    pytest.param(choose(circuit_current_a=5), CheckEnd.LIMITED, id="no room left"),
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


def test_a_boost_may_be_checked() -> None:
    boost = Temporary(mode=Mode.FAST, boost=True, serial=1)
    house = House(mode=Mode.OFF, settings={"temporary": boost})
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
            assert decision.offered_current_a <= house.settings["circuit_current_a"]
            if house.own.check.running and decision.send and decision.status is Status.CHARGING:
                assert decision.offered_current_a <= 16
    house.settings["check_serial"] = 0
    house.run(LONGEST_S, dt_s=5.0)
    assert not house.own.check.running


def series(
    grid: Callable[[bool, float], float],
    *,
    battery: Callable[[bool, float], float] = lambda _high, _since_s: 0.0,
    hold_s: int = 40,
) -> Check:
    """A check of even steps; `grid` and `battery` give a power by level and seconds since the step."""
    samples = tuple(
        CheckSample(
            at_s=float(step * hold_s + second),
            step=step,
            stepped_at_s=float(step * hold_s),
            read_s=float(second),
            offered_a=HIGH_A if step % 2 else LOW_A,
            charging_w=2 * STEP_W if step % 2 else STEP_W,
            grid_w=grid(step % 2 == 1, float(second)),
            battery_w=battery(step % 2 == 1, float(second)),
        )
        for step in range(STEPS)
        for second in range(hold_s)
    )
    return Check(step=STEPS - 1, low_a=LOW_A, high_a=HIGH_A, samples=samples)


def follows(high: bool, _since_s: float) -> float:
    """A grid that carries the car at once."""
    return 2 * STEP_W if high else STEP_W


def test_levels_changes_and_knocks_count_in_the_direction_of_the_step() -> None:
    samples = series(follows).samples
    levels = plateaus(samples, STEPS, lambda item: item.grid_w)
    assert levels is not None
    assert changes(levels) == (STEP_W,) * (STEPS - 1)
    assert knocks(samples, levels, lambda item: item.grid_w) == (STEP_W,) * (STEPS - 1)
    assert near_changes(samples, STEPS, lambda item: item.grid_w) == (STEP_W,) * (STEPS - 1)
    assert jumps(samples, STEPS, lambda item: item.grid_w, STEP_W / 10) == 0
    assert plateaus(samples, STEPS, lambda item: item.consumption_w) is None


def test_a_lag_is_the_time_to_half_of_the_way() -> None:
    def late(high: bool, since_s: float) -> float:
        return follows(high if since_s >= 7.0 else not high, since_s)

    samples = series(late).samples
    levels = plateaus(samples, STEPS, lambda item: item.grid_w)
    assert levels is not None
    assert lag_s(samples, levels, lambda item: item.grid_w, STEP_W / 2) == 7.0
    assert lag_s(samples, levels, lambda item: item.grid_w, 2 * STEP_W) is None


def test_a_spread_is_not_moved_by_strays() -> None:
    assert spread([10.0, 10.0, 11.0, 9.0, 1000.0, -1000.0]).middle == 10.0
    assert spread([10.0, 10.0, 11.0, 9.0, 1000.0, -1000.0]).width == 1.0


def test_half_a_step_that_flips_by_turns_is_no_evidence() -> None:
    """The battery's steps disagree, so nothing is said of anything."""
    flips = iter(range(10_000))

    def erratic(high: bool, since_s: float) -> float:
        turn = 1.0 if next(flips) // 80 % 2 else -1.0
        return turn * follows(high, since_s)

    outcome = judge(series(follows, battery=erratic), ChargerSettings(), VOLTS)
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert not outcome.findings


def test_readings_that_never_settle_are_inconclusive() -> None:
    check = series(follows, hold_s=15)
    assert judge(check, ChargerSettings(), VOLTS).verdict is Verdict.INCONCLUSIVE
