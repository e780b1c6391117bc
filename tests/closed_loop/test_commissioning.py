"""The commissioning check on the house on a desk: right sites pass, each fault is named, noise is admitted."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import pytest

from custom_components.victron_openevse.control.commissioning import HOLDS_S, START_S, STEPS
from custom_components.victron_openevse.control.commissioning_record import (
    CheckEnd,
    FindingCode,
    Judgement,
    Outcome,
    Verdict,
)
from custom_components.victron_openevse.control.model import Mode
from custom_components.victron_openevse.control.reasons import ReasonCode
from simulator.car import CarConfig
from simulator.faults import GxFault
from simulator.house import HouseConfig
from simulator.plant import PlantConfig
from simulator.scenario import SCENARIOS, Scenario
from tests.closed_loop.tampering import (
    Tamper,
    Tampered,
    of_charger,
    of_site,
    on_phase,
    polled,
    turned,
    unseen,
    without_car,
)

QUIET: Final = replace(HouseConfig(), kettles=0, ovens=0)
SITE: Final = replace(SCENARIOS["sunny"], house=QUIET)
THREE_PHASES: Final = replace(SITE, config=PlantConfig(phases=3), car=CarConfig(limit_a=16.0))
CHECK_S: Final = int(START_S + 2 * sum(HOLDS_S))
"""Longer than any check over MQTT takes."""


def begin(
    scenario: Scenario = SITE,
    tamper: Tamper | None = None,
    *,
    mode: Mode = Mode.SOLAR,
    pv_w: float | None = 3000.0,
    **settings: Any,
) -> Tampered:
    """A loop in which somebody has just pressed the button."""
    loop = Tampered(scenario, tamper, mode=mode)
    if pv_w is not None:
        loop.world.commands.run("pv_hold", power_w=pv_w)
    loop.choose(**settings)
    loop.run(60)
    loop.choose(check_serial=1)
    loop.step()
    return loop


def finish(loop: Tampered) -> Outcome:
    """Live on until the check has ended."""
    loop.run_until(lambda at: not at.own.check.running, CHECK_S)
    outcome = loop.own.check.outcome
    assert outcome is not None
    return outcome


def codes(outcome: Outcome) -> set[FindingCode]:
    """What was found."""
    return {finding.code for finding in outcome.findings}


@pytest.mark.parametrize(
    ("scenario", "mode", "pv_w"),
    [
        pytest.param(SITE, Mode.SOLAR, 3000.0, id="sun and battery"),
        pytest.param(SITE, Mode.SOLAR_ONLY, 500.0, id="sleeping in a solar mode"),
        pytest.param(SITE, Mode.FAST, 3000.0, id="charging fast"),
        pytest.param(replace(SCENARIOS["night"], house=QUIET), Mode.SOLAR, None, id="night"),
        pytest.param(
            replace(SCENARIOS["zero-feed-in"], house=QUIET), Mode.SOLAR, 3000.0, id="hidden sun"
        ),
        pytest.param(SCENARIOS["cloudy"], Mode.SOLAR, None, id="clouds and a living house"),
        pytest.param(
            replace(SITE, config=PlantConfig(inverter_efficiency=0.92)),
            Mode.SOLAR,
            0.0,
            id="a lossy inverter",
        ),
    ],
)
def test_a_right_site_passes(scenario: Scenario, mode: Mode, pv_w: float | None) -> None:
    outcome = finish(begin(scenario, mode=mode, pv_w=pv_w))
    assert outcome.verdict is Verdict.PASSED, outcome
    assert outcome.figures["step_w"] == pytest.approx(6 * 235.0, rel=0.05)
    assert 0.0 <= outcome.figures["command_lag_s"] <= 8.0
    assert abs(outcome.figures["meter_lag_s"]) <= 5.0


def test_it_takes_five_minutes_and_little_energy() -> None:
    loop = begin(pv_w=0.0, mode=Mode.SOLAR_ONLY)
    before_kwh, before_s = loop.charger.car.session_kwh, loop.world.now_s
    offers: list[int] = []
    while loop.own.check.running:
        loop.step()
        offers.append(loop.seen.offered_current_a)
        if loop.own.check.running:
            assert loop.seen.reason.code is ReasonCode.CHECKING
    assert loop.world.now_s - before_s < 300.0
    assert loop.charger.car.session_kwh - before_kwh < 0.16
    assert set(offers) <= {0, 6, 12}
    assert sum(a != b for a, b in pairwise(offers)) >= STEPS - 1


@pytest.mark.parametrize(
    ("tamper", "pv_w", "found"),
    [
        pytest.param(of_site(grid_power_w=turned), 3000.0, FindingCode.GRID_SIGN, id="grid turned"),
        pytest.param(
            of_site(battery_power_w=turned), 3000.0, FindingCode.BATTERY_SIGN, id="battery turned"
        ),
        pytest.param(unseen, 3000.0, FindingCode.CHARGER_NOT_SEEN, id="behind another meter"),
        pytest.param(
            without_car("consumption_power_w"),
            3000.0,
            FindingCode.NOT_IN_CONSUMPTION,
            id="consumption without the car",
        ),
        pytest.param(
            of_charger(charging_power_w=lambda value: value / 2),
            3000.0,
            FindingCode.CHARGER_POWER,
            id="half the power reported",
        ),
    ],
)
def test_a_fault_of_the_meters_is_named(tamper: Tamper, pv_w: float, found: FindingCode) -> None:
    outcome = finish(begin(tamper=tamper, pv_w=pv_w))
    assert outcome.verdict is Verdict.FINDINGS
    assert codes(outcome) == {found}, outcome


def test_both_signs_turned_are_both_named() -> None:
    tamper = of_site(grid_power_w=turned, battery_power_w=turned)
    assert codes(finish(begin(tamper=tamper))) == {FindingCode.GRID_SIGN, FindingCode.BATTERY_SIGN}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_phase_of_the_charger_is_found(number: int) -> None:
    outcome = finish(begin(THREE_PHASES, on_phase(number)))
    assert codes(outcome) == {FindingCode.GRID_PHASE}
    assert (outcome.findings[0].setting, outcome.findings[0].value) == ("grid_phase", number)
    assert (
        finish(begin(THREE_PHASES, on_phase(number), grid_phase=number)).verdict is Verdict.PASSED
    )


def test_the_phases_of_the_car_are_found() -> None:
    three = replace(
        SITE,
        config=PlantConfig(phases=3, car_phases=3, inverter_rating_w=15000.0),
        car=CarConfig(phases=3, limit_a=16.0),
    )
    outcome = finish(begin(three, on_phase(1)))
    assert codes(outcome) == {FindingCode.PHASES}
    assert (outcome.findings[0].setting, outcome.findings[0].value) == ("phases", 3)
    assert finish(begin(three, on_phase(1), phases=3)).verdict is Verdict.PASSED
    outcome = finish(begin(phases=3))
    assert (outcome.findings[0].setting, outcome.findings[0].value) == ("phases", 1)


def test_polled_meters_are_waited_for_and_slow_ones_named() -> None:
    outcome = finish(begin(tamper=polled(10.0)))
    assert outcome.verdict is Verdict.PASSED
    outcome = finish(begin(tamper=polled(60.0)))
    assert codes(outcome) == {FindingCode.SLOW_METERS}
    assert outcome.findings[0].numbers["lag_s"] > 30.0
    assert Judgement.GRID_SIGN in outcome.unjudged


def test_a_charger_that_counts_one_of_three_phases_is_named() -> None:
    three = replace(
        SITE,
        config=PlantConfig(phases=3, car_phases=3, inverter_rating_w=15000.0),
        car=CarConfig(phases=3, limit_a=16.0),
    )
    outcome = finish(begin(three, of_charger(charging_power_w=lambda value: value / 3)))
    assert codes(outcome) == {FindingCode.CHARGER_POWER, FindingCode.PHASES}
    power = next(one for one in outcome.findings if one.code is FindingCode.CHARGER_POWER)
    assert power.numbers["reported_pct"] == pytest.approx(33.3, abs=2.0)


def test_a_battery_that_is_kept_out_is_not_judged() -> None:
    outcome = finish(begin(mode=Mode.FAST, pv_w=0.0, use_battery=False))
    assert outcome.verdict is Verdict.PASSED
    assert outcome.unjudged == (Judgement.BATTERY_SIGN,)


def test_a_kettle_is_outvoted() -> None:
    loop = begin()
    loop.run(50)
    loop.world.plant.inject_load(2000.0, 110.0)
    assert finish(loop).verdict is Verdict.PASSED


@pytest.mark.parametrize("period_s", [14, 30, 47, 72])
def test_a_house_that_never_rests_is_admitted(period_s: int) -> None:
    """Whatever its rhythm, also that of the steps, no fault is made of it."""
    loop = begin()
    for second in range(CHECK_S):
        if not loop.own.check.running:
            break
        if second % period_s == 0:
            loop.world.plant.inject_load(3000.0, period_s / 2)
        loop.step()
    outcome = loop.own.check.outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert not outcome.findings


@pytest.mark.parametrize(
    ("car", "found"),
    [
        pytest.param(CarConfig(start_soc_pct=100.0), FindingCode.CAR_NOT_DRAWING, id="full"),
        pytest.param(CarConfig(limit_a=7.0), FindingCode.CAR_TAKES_NO_MORE, id="takes 7 A"),
    ],
)
def test_a_car_that_does_not_follow_is_named(car: CarConfig, found: FindingCode) -> None:
    outcome = finish(begin(replace(SITE, car=car)))
    assert codes(outcome) == {found}


def test_a_low_limit_of_the_charger_leaves_no_room() -> None:
    loop = begin(circuit_current_a=8)
    outcome = finish(loop)
    assert codes(outcome) == {FindingCode.LIMIT_TOO_LOW}
    assert outcome.findings[0].numbers == {"limit_a": 8.0}


def test_a_smaller_step_will_do() -> None:
    loop = begin(circuit_current_a=10)
    outcome = finish(loop)
    assert outcome.verdict is Verdict.PASSED
    assert outcome.figures["step_w"] == pytest.approx(4 * 235.0, rel=0.05)


def unplug(loop: Tampered) -> None:
    """Pull the plug."""
    loop.charger.car.unplug()


def limit(loop: Tampered) -> None:
    """Let the charger lower its own limit below any offer."""
    loop.tamper = of_charger(max_current_a=lambda _: 5.0)


def silence(loop: Tampered) -> None:
    """Let the GX say nothing more."""
    loop.world.gx.inject(GxFault.SILENT)


@pytest.mark.parametrize(
    ("event", "ended_by", "within_s"),
    [
        pytest.param(unplug, CheckEnd.NO_VEHICLE, 10, id="unplugged"),
        pytest.param(silence, CheckEnd.DATA_OLD, 35, id="the GX falls silent"),
        pytest.param(lambda loop: loop.choose(mode=Mode.OFF), CheckEnd.SWITCHED_OFF, 1, id="off"),
        pytest.param(
            lambda loop: loop.choose(mode=Mode.FAST), CheckEnd.MODE_CHANGED, 1, id="another mode"
        ),
        pytest.param(
            lambda loop: loop.choose(pause_until_morning=True), CheckEnd.PAUSED, 1, id="paused"
        ),
        pytest.param(
            lambda loop: loop.choose(circuit_current_a=5), CheckEnd.MODE_CHANGED, 1, id="circuit"
        ),
        pytest.param(limit, CheckEnd.LIMITED, 25, id="limited"),
    ],
)
def test_what_ends_a_charge_ends_the_check(
    event: Callable[[Tampered], None], ended_by: CheckEnd, within_s: int
) -> None:
    loop = begin()
    loop.run(100)
    assert loop.own.check.running
    event(loop)
    assert loop.run_until(lambda at: not at.own.check.running) <= within_s
    outcome = loop.own.check.outcome
    assert outcome is not None
    assert (outcome.verdict, outcome.ended_by) == (Verdict.INTERRUPTED, ended_by)
    assert loop.seen.reason.code is not ReasonCode.CHECKING


def test_a_restart_ends_the_check() -> None:
    loop = begin()
    loop.run(100)
    loop.restart(20)
    loop.choose(check_serial=0)
    loop.run(30)
    assert not loop.own.check.running
    assert loop.seen.reason.code is not ReasonCode.CHECKING
    assert loop.charger.contactor_closed


def test_asking_again_begins_anew() -> None:
    loop = begin()
    first = finish(loop)
    loop.choose(check_serial=2)
    loop.step()
    assert loop.own.check.running
    assert loop.own.check.outcome is None
    assert finish(loop).verdict is first.verdict
    loop.run(30)
    assert not loop.own.check.running


def test_afterwards_the_mode_goes_on() -> None:
    loop = begin(pv_w=3000.0)
    finish(loop)
    loop.run(120)
    assert loop.charger.pilot_a == pytest.approx(11, abs=1)
    assert loop.charger.closings == 1


def test_what_could_not_be_judged_is_named() -> None:
    outcome = finish(
        begin(pv_w=3000.0, tamper=of_charger(charging_current_a=lambda _: float("nan")))
    )
    assert outcome.verdict is Verdict.PASSED
    assert Judgement.PHASES in outcome.unjudged
