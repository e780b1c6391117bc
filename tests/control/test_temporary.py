"""Boosts, pauses and modes with an end: they hold, end by themselves, and lead back."""

from dataclasses import replace
from math import isfinite, nan
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control import persist
from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import Memory, Progress
from custom_components.victron_openevse.control.model import (
    MIN_CURRENT_A,
    ChargerDecision,
    ChargerSettings,
    Mode,
    Readings,
    Settings,
    Status,
    Temporary,
)
from custom_components.victron_openevse.control.reasons import ReasonCode
from custom_components.victron_openevse.control.temporary import (
    Turn,
    left_kwh,
    left_s,
    mode_in_force,
    put_in_force,
)

from .build import KEY, House
from .examples import examples
from .test_properties import ALL_READINGS, ALL_SETTINGS, BROKEN, KEYS, NOW_S, numbers_of

QUICK = examples(60)
SUNLESS: dict[str, Any] = {"pv_w": 0.0, "soc_pct": 20.0}
"""A house in which `solar` gives nothing."""


def ask(house: House, **how: Any) -> None:
    """Ask for a temporary mode as a person does."""
    serial = house.own.progress.serial + 1 if KEY in house.memory.chargers else 1
    house.settings["temporary"] = Temporary(**{"mode": Mode.FAST, "serial": serial, **how})


def boost(house: House, **how: Any) -> None:
    """Ask for a boost."""
    ask(house, boost=True, **how)


def live(house: House, seconds: int) -> ChargerDecision:
    """Step through some seconds and clear what the law calls over, as the coordinator does."""
    for _ in range(seconds):
        if house.step().temporary_over:
            house.settings["temporary"] = None
    return house.charger


def waiting(**how: Any) -> House:
    """A car that gets nothing in its own mode, long after its last charge."""
    house = House(**{**SUNLESS, **how})
    house.run(400, dt_s=5.0)
    assert house.offered_a == 0
    return house


@pytest.mark.parametrize(
    ("how", "current_a"),
    [
        pytest.param({"duration_s": 600.0}, 32, id="fast"),
        pytest.param({"mode": Mode.MEDIUM, "duration_s": 600.0}, 16, id="medium"),
        pytest.param({"current_a": 10, "duration_s": 600.0}, 10, id="a current of its own"),
        pytest.param({"current_a": 48, "duration_s": 600.0}, 32, id="the circuit limits it"),
        pytest.param({}, 32, id="without an end"),
    ],
)
def test_a_boost_charges_at_once_without_sun(how: dict[str, Any], current_a: int) -> None:
    house = waiting()
    boost(house, **how)
    assert live(house, 1).offered_current_a == MIN_CURRENT_A
    decision = live(house, 10)
    assert decision.offered_current_a == current_a
    if current_a != how.get("current_a", current_a):
        assert decision.reason.code is ReasonCode.LIMITED_BY_CIRCUIT
    else:
        assert (decision.status, decision.reason.code) == (Status.CHARGING, ReasonCode.BOOSTING)


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"duration_s": 600.0}, id="time"),
        pytest.param({"energy_kwh": 1.0}, id="energy"),
        pytest.param({"target_soc_pct": 60.0}, id="target"),
        pytest.param({"duration_s": 1e5, "energy_kwh": 1.0}, id="the first of two"),
    ],
)
def test_a_boost_ends_by_itself_and_leads_back(how: dict[str, Any]) -> None:
    house = waiting(vehicle_soc_pct=50.0)
    boost(house, **how)
    live(house, 300)
    assert house.offered_a == 32
    house.vehicle_soc_pct = 60.0
    live(house, 310)
    assert house.settings["temporary"] is None
    decision = live(house, 300)
    assert (decision.offered_current_a, decision.status) == (0, Status.WAITING_FOR_BATTERY)


def test_the_end_opens_no_contactor_too_early() -> None:
    house = waiting()
    boost(house, duration_s=60.0)
    live(house, 100)
    assert house.settings["temporary"] is None
    assert (house.charger.offered_current_a, house.charger.reason.code) == (
        MIN_CURRENT_A,
        ReasonCode.MINIMUM_ON_TIME,
    )
    live(house, 260)
    assert house.offered_a == 0


def test_the_end_of_a_boost_from_off_is_off_at_once() -> None:
    house = waiting(mode=Mode.OFF)
    boost(house, duration_s=60.0)
    live(house, 59)
    assert house.offered_a == 32
    assert live(house, 3).status is Status.OFF
    assert house.offered_a == 0


def test_an_end_is_told_until_it_is_cleared() -> None:
    house = waiting()
    boost(house, duration_s=60.0)
    assert [house.step().temporary_over for _ in range(63)] == [False] * 60 + [True] * 3
    house.settings["temporary"] = None
    assert not house.step().temporary_over


def test_the_same_request_made_again_starts_anew() -> None:
    house = waiting()
    boost(house, duration_s=100.0)
    live(house, 90)
    boost(house, duration_s=100.0)
    live(house, 90)
    assert house.settings["temporary"] is not None
    live(house, 12)
    assert house.settings["temporary"] is None


def test_a_boost_ends_with_its_car_but_waits_for_one() -> None:
    house = waiting(vehicle=False)
    boost(house, duration_s=1e5)
    live(house, 60)
    assert house.settings["temporary"] is not None
    house.vehicle = True
    live(house, 10)
    assert house.offered_a == 32
    house.vehicle = False
    assert live(house, 2).status is Status.DISCONNECTED
    assert house.settings["temporary"] is None


def test_a_mode_with_an_end_outlives_its_car() -> None:
    house = waiting()
    ask(house, mode=Mode.MEDIUM, duration_s=1e5)
    live(house, 10)
    assert (house.offered_a, house.charger.reason.code) == (16, ReasonCode.FIXED_CURRENT)
    house.vehicle = False
    live(house, 5)
    house.vehicle = True
    live(house, 10)
    assert house.offered_a == 16


@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.FAST])
def test_a_pause_stops_at_once_and_ends_by_itself(mode: Mode) -> None:
    house = House(mode=mode)
    live(house, 30)
    assert house.offered_a > 0
    ask(house, mode=Mode.OFF, duration_s=900.0)
    decision = live(house, 1)
    assert (decision.status, decision.reason.code) == (Status.PAUSED, ReasonCode.PAUSED_FOR_A_WHILE)
    live(house, 880)
    assert house.offered_a == 0
    live(house, 40)
    assert house.offered_a > 0


def test_a_boost_during_a_pause_leads_back_to_the_pause() -> None:
    house = House(mode=Mode.SOLAR, settings={"pause_until_morning": True})
    assert live(house, 30).status is Status.PAUSED
    boost(house, duration_s=300.0)
    live(house, 30)
    assert house.offered_a == 32
    assert live(house, 300).status is Status.PAUSED
    assert house.offered_a == 0


@pytest.mark.parametrize(
    "soc_pct", [pytest.param(None, id="absent"), pytest.param(nan, id="no number")]
)
def test_an_unknown_level_reaches_no_target(soc_pct: float | None) -> None:
    house = waiting()
    boost(house, target_soc_pct=10.0)
    house.vehicle_soc_pct = soc_pct
    live(house, 60)
    assert house.offered_a == 32


def test_ends_survive_a_restart() -> None:
    house = waiting()
    boost(house, duration_s=3600.0, energy_kwh=20.0)
    live(house, 600)
    given_kwh = house.own.meter.lifetime.total_kwh
    stored = persist.dump(house.memory, house.now_s)
    house.now_s = 5.0
    house.memory = persist.load(stored, house.now_s, absent_s=1000.0)
    live(house, 1)
    temporary = house.settings["temporary"]
    assert left_s(temporary, house.own.progress, house.now_s) == pytest.approx(1999.0, abs=2.0)
    lifetime_kwh = house.own.meter.lifetime.total_kwh
    left = left_kwh(temporary, house.own.progress, lifetime_kwh)
    assert left == pytest.approx(20.0 - given_kwh, abs=0.1)
    assert house.offered_a == 32


def test_what_ended_while_nobody_decided_is_over_at_the_first_decision() -> None:
    house = waiting()
    boost(house, duration_s=3600.0)
    live(house, 600)
    house.memory = persist.load(persist.dump(house.memory, house.now_s), house.now_s, 4000.0)
    assert house.step().temporary_over


def test_a_forgotten_memory_starts_the_time_anew() -> None:
    house = waiting()
    boost(house, duration_s=100.0)
    live(house, 90)
    house.memory = Memory()
    live(house, 90)
    assert house.settings["temporary"] is not None
    live(house, 15)
    assert house.settings["temporary"] is None


def test_without_anything_temporary_nothing_is_copied() -> None:
    settings, memory = Settings(chargers={KEY: ChargerSettings()}), Memory()
    same, kept, turns = put_in_force(settings, memory, Readings(), 0.0)
    assert same is settings
    assert kept is memory
    assert turns == {}


def test_one_charger_boosts_beside_another() -> None:
    own = ChargerSettings(mode=Mode.SOLAR)
    boosted = replace(own, temporary=Temporary(mode=Mode.FAST, boost=True, serial=1))
    settings = Settings(chargers={"a": own, "b": boosted})
    held, memory, turns = put_in_force(settings, Memory(), Readings(), 7.0)
    assert held.chargers["a"] is own
    assert held.chargers["b"].mode is Mode.FAST
    assert memory.chargers["b"].progress == Progress(serial=1, started_at_s=7.0)
    assert turns == {"b": Turn.BEGUN}


def test_the_mode_in_force() -> None:
    own = ChargerSettings(mode=Mode.SOLAR)
    assert mode_in_force(own) is Mode.SOLAR
    assert mode_in_force(replace(own, temporary=Temporary(mode=Mode.FAST))) is Mode.FAST


def test_what_has_not_begun_has_all_its_time() -> None:
    assert left_s(Temporary(mode=Mode.FAST, duration_s=60.0), Progress(), 9.0) == 60.0
    assert left_s(Temporary(mode=Mode.FAST), Progress(started_at_s=1.0), 9.0) is None
    assert left_kwh(Temporary(mode=Mode.FAST), Progress(), 9.0) is None


TEMPORARIES = st.builds(
    Temporary,
    mode=st.sampled_from(Mode),
    boost=st.booleans(),
    current_a=st.none() | st.integers(6, 80),
    duration_s=st.none() | st.floats(1.0, 1000.0),
    energy_kwh=st.none() | st.floats(0.1, 3.0),
    target_soc_pct=st.none() | st.floats(10.0, 100.0),
    serial=st.integers(1, 3),
)


@QUICK
@given(st.sampled_from(Mode), TEMPORARIES, st.none() | st.floats(0.0, 100.0), st.integers(6, 32))
def test_limits_hold_whatever_is_asked_for(
    mode: Mode, temporary: Temporary, soc_pct: float | None, circuit_a: int
) -> None:
    house = House(mode=mode, vehicle_soc_pct=soc_pct)
    house.settings |= {"temporary": temporary, "circuit_current_a": circuit_a}
    for _ in range(60):
        offered_a = house.step(5.0).offered_current_a
        assert offered_a == 0 or MIN_CURRENT_A <= offered_a <= circuit_a


@QUICK
@given(
    ALL_SETTINGS,
    TEMPORARIES,
    st.lists(ALL_READINGS, min_size=1, max_size=5),
    st.dictionaries(KEYS, st.floats(0.0, 100.0) | BROKEN),
    st.floats(0.5, 400.0),
)
def test_limits_hold_whatever_is_read(
    settings: Settings,
    temporary: Temporary,
    story: list[Readings],
    vehicle_soc_pct: dict[str, float],
    dt_s: float,
) -> None:
    """Always true 1, with something temporary and every input broken."""
    wishes: dict[str, Any] = {
        "temporary": temporary,
        "target_soc_pct": 80.0,
        "session_limit_kwh": 1.0,
    }
    chargers = {key: replace(own, **wishes) for key, own in settings.chargers.items()}
    settings, memory = replace(settings, chargers=chargers), Memory()
    for step, readings in enumerate(story):
        told = replace(readings, vehicle_soc_pct=vehicle_soc_pct)
        decision, memory = decide(settings, memory, told, NOW_S + step * dt_s)
        assert all(isfinite(number) for number in numbers_of(decision))
        assert all(isfinite(number) for number in numbers_of(memory))
        for key, answer in decision.chargers.items():
            offered_a = answer.offered_current_a
            limit_a = chargers[key].circuit_current_a
            assert not answer.send or offered_a == 0 or MIN_CURRENT_A <= offered_a <= limit_a


@QUICK
@given(st.sampled_from(Mode), TEMPORARIES, st.integers(1, 400), st.sampled_from(Mode))
def test_the_person_wins_within_one_cycle(
    mode: Mode, temporary: Temporary, seconds: int, chosen: Mode
) -> None:
    """A mode chosen while something temporary holds ends it and is obeyed by the next decision."""
    house = House(mode=mode, soc_pct=90.0)
    house.settings["temporary"] = temporary
    live(house, seconds)
    house.settings["temporary"] = None
    house.mode = chosen
    decision = house.step()
    if chosen is Mode.OFF:
        assert (decision.offered_current_a, decision.status) == (0, Status.OFF)
    if chosen in (Mode.MEDIUM, Mode.FAST):
        assert decision.offered_current_a > 0


@QUICK
@given(TEMPORARIES, st.integers(0, 300), st.floats(0.0, 2000.0))
def test_a_restart_moves_no_end(temporary: Temporary, seconds: int, absent_s: float) -> None:
    house = House(soc_pct=90.0)
    house.settings["temporary"] = temporary
    house.run(seconds + 1)
    before = house.own.progress
    back = persist.load(persist.dump(house.memory, house.now_s), 50.0, absent_s).chargers[KEY]
    assert (back.progress.serial, back.progress.over) == (before.serial, before.over)
    assert back.progress.from_kwh == before.from_kwh
    left, later = left_s(temporary, before, house.now_s), left_s(temporary, back.progress, 50.0)
    assert (left is None) == (later is None)
    if left is not None and later is not None:
        assert later == pytest.approx(max(0.0, left - absent_s), abs=1e-6)


@QUICK
@given(st.sampled_from(Mode), TEMPORARIES)
def test_pure(mode: Mode, temporary: Temporary) -> None:
    house = House(mode=mode)
    house.run(3)
    own = replace(house.all_settings().chargers[KEY], temporary=temporary)
    settings = Settings(chargers={KEY: own})
    first = decide(settings, house.memory, house.readings, house.now_s + 1.0)
    assert first == decide(settings, house.memory, house.readings, house.now_s + 1.0)
