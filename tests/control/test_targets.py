"""Session limit and target: a car gets what its owner wants it to have, and not a closing more."""

from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control import persist
from custom_components.victron_openevse.control.memory import ChargerMemory, Energy, Meter
from custom_components.victron_openevse.control.model import (
    ChargerSettings,
    Mode,
    Status,
    Temporary,
)
from custom_components.victron_openevse.control.reasons import ReasonCode
from custom_components.victron_openevse.control.targets import has_its_fill, note_target

from .build import KEY, House

CAMPAIGN = hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
ON = [Mode.SOLAR_ONLY, Mode.SOLAR, Mode.MINIMUM_SOLAR, Mode.MEDIUM, Mode.FAST]
FULL = (0, Status.CAR_FULL, ReasonCode.TARGET_REACHED)
LIMITED = (0, Status.LIMITED, ReasonCode.SESSION_LIMIT_REACHED)


def charging(**how: Any) -> House:
    """A house whose car has charged for longer than the minimum on time, and is half full."""
    house = House(**{"soc_pct": 90.0, "vehicle_soc_pct": 50.0, **how})
    house.run(400)
    assert house.offered_a > 0
    return house


def filled(**how: Any) -> House:
    """The same when the car has just reached its target of 80 %."""
    house = charging(settings={"target_soc_pct": 80.0}, **how)
    house.vehicle_soc_pct = 80.0
    house.step()
    assert verdict(house) == FULL
    return house


def verdict(house: House) -> tuple[int, Status, ReasonCode]:
    """What is offered, and how that is called."""
    decision = house.charger
    return decision.offered_current_a, decision.status, decision.reason.code


@pytest.mark.parametrize("mode", ON)
def test_a_car_at_its_target_gets_nothing_more_in_any_mode(mode: Mode) -> None:
    house = filled(mode=mode)
    assert house.charger.reason.numbers == {"target_pct": 80.0}


@pytest.mark.parametrize("mode", ON)
def test_a_session_brings_no_more_than_its_limit_in_any_mode(mode: Mode) -> None:
    house = charging(mode=mode, settings={"session_limit_kwh": 0.9})
    house.run(3000)
    assert verdict(house) == LIMITED
    assert house.own.meter.session.total_kwh == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize(
    ("target_pct", "reached_pct", "soc_pct", "after_pct"),
    [
        pytest.param(80.0, 0.0, 79.0, 0.0, id="not yet"),
        pytest.param(80.0, 0.0, 80.0, 80.0, id="reached"),
        pytest.param(80.0, 0.0, None, 0.0, id="an absent level reaches nothing"),
        pytest.param(80.0, 0.0, float("nan"), 0.0, id="neither does what is no number"),
        pytest.param(80.0, 80.0, None, 80.0, id="silence undoes nothing"),
        pytest.param(80.0, 80.0, 77.0, 80.0, id="a resting car loses a little"),
        pytest.param(80.0, 80.0, 76.9, 0.0, id="a car that was driven or heated"),
        pytest.param(90.0, 80.0, 82.0, 0.0, id="the target was raised"),
        pytest.param(100.0, 0.0, 100.0, 0.0, id="100 is no target"),
        pytest.param(100.0, 80.0, 50.0, 80.0, id="a boost forgets nothing"),
    ],
)
def test_what_is_remembered(
    target_pct: float, reached_pct: float, soc_pct: float | None, after_pct: float
) -> None:
    own = ChargerSettings(target_soc_pct=target_pct)
    after = note_target(own, ChargerMemory(reached_pct=reached_pct), soc_pct)
    assert after.reached_pct == after_pct


@pytest.mark.parametrize(
    ("own", "reached_pct", "session_kwh", "has_it"),
    [
        pytest.param({}, 100.0, 99.0, False, id="no wishes"),
        pytest.param({"target_soc_pct": 80.0}, 80.0, 0.0, True, id="target"),
        pytest.param({"target_soc_pct": 70.0}, 80.0, 0.0, True, id="a lowered target"),
        pytest.param({"target_soc_pct": 90.0}, 80.0, 0.0, False, id="a raised target"),
        pytest.param({"session_limit_kwh": 5.0}, 0.0, 5.0, True, id="limit"),
        pytest.param({"session_limit_kwh": 5.0}, 0.0, 4.99, False, id="below the limit"),
    ],
)
def test_when_a_car_has_its_fill(
    own: dict[str, Any], reached_pct: float, session_kwh: float, has_it: bool
) -> None:
    meter = Meter(session=Energy(solar_kwh=session_kwh))
    memory = ChargerMemory(reached_pct=reached_pct, meter=meter)
    assert has_its_fill(ChargerSettings(**own), memory) is has_it


def test_a_sleeping_car_that_fell_silent_is_not_charged_again() -> None:
    house = filled(mode=Mode.FAST)
    house.vehicle_soc_pct = None
    house.run(900)
    assert verdict(house) == FULL
    assert house.closings == 1


def test_the_next_session_starts_anew() -> None:
    house = filled(mode=Mode.FAST)
    house.settings["session_limit_kwh"] = 0.5
    house.vehicle = False
    house.vehicle_soc_pct = None
    house.run(400)
    house.vehicle = True
    house.run(30)
    assert house.offered_a == 32


def test_a_raised_target_goes_on() -> None:
    house = filled()
    house.run(300)
    house.settings["target_soc_pct"] = 90.0
    house.run(20)
    assert house.offered_a > 0


def test_reaching_a_target_opens_no_contactor_too_early() -> None:
    house = House(mode=Mode.FAST, settings={"target_soc_pct": 80.0}, vehicle_soc_pct=79.0)
    house.run(60)
    house.vehicle_soc_pct = 81.0
    house.step()
    assert (house.offered_a, house.charger.reason.code) == (6, ReasonCode.MINIMUM_ON_TIME)
    house.run(260)
    assert verdict(house) == FULL


def test_a_boost_goes_beyond_target_and_limit_and_leads_back() -> None:
    house = filled()
    house.settings["session_limit_kwh"] = 0.1
    house.run(30)
    house.settings["temporary"] = Temporary(
        mode=Mode.FAST, boost=True, target_soc_pct=90.0, serial=1
    )
    house.run(400)
    assert house.charger.reason.code is ReasonCode.BOOSTING
    house.vehicle_soc_pct = 90.0
    assert house.step().temporary_over
    house.settings["temporary"] = None
    house.run(10)
    assert house.offered_a == 0


def test_a_mode_with_an_end_keeps_to_the_target() -> None:
    house = filled()
    house.settings["temporary"] = Temporary(mode=Mode.FAST, duration_s=900.0, serial=1)
    house.run(60)
    assert verdict(house) == FULL


def test_what_was_reached_survives_a_restart() -> None:
    house = filled(mode=Mode.FAST)
    house.memory = persist.load(persist.dump(house.memory, house.now_s), house.now_s, 3600.0)
    house.vehicle_soc_pct = None
    house.run(30)
    assert verdict(house) == FULL


@CAMPAIGN
@given(
    st.sampled_from(ON),
    st.lists(st.tuples(st.none() | st.floats(0.0, 100.0), st.integers(5, 120)), max_size=6),
    st.floats(10.0, 99.0),
    st.floats(0.1, 2.0),
)
def test_a_car_with_its_fill_is_offered_nothing_once_its_contactor_may_open(
    mode: Mode, story: list[tuple[float | None, int]], target_pct: float, limit_kwh: float
) -> None:
    wishes = {"target_soc_pct": target_pct, "session_limit_kwh": limit_kwh}
    house = House(mode=mode, soc_pct=90.0, settings=wishes)
    own = house.all_settings().chargers[KEY]
    house.step()
    for soc_pct, seconds in story:
        house.vehicle_soc_pct = soc_pct
        for _ in range(seconds):
            # The energy of this step is booked after its decision.
            had_it = has_its_fill(own, note_target(own, house.own, soc_pct))
            house.step(3.0)
            if had_it:
                held = house.charger.reason.code is ReasonCode.MINIMUM_ON_TIME
                assert house.offered_a == 0 or held
