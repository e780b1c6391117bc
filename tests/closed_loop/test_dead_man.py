"""Whoever falls silent, the charger ends in the state its owner chose, and nothing stays behind."""

import pytest

from custom_components.victron_openevse.control.model import Mode, SafeState, Status
from simulator.closed_loop import ClosedLoop
from simulator.scenario import SCENARIOS

DEAD_MAN_S = 180
SURELY_KEPT_S = 100
"""An absence shorter than this never stops a session."""


def charging_at_20_a(safe_state: SafeState = SafeState.STOP, seconds: int = 400) -> ClosedLoop:
    """A house in which the car has charged at 20 A for a while."""
    loop = ClosedLoop(SCENARIOS["sunny"], mode=Mode.FAST)
    loop.choose(safe_state=safe_state, fast_current_a=20)
    loop.run(seconds)
    assert current_a(loop) == pytest.approx(20.0)
    return loop


def closed(loop: ClosedLoop) -> bool:
    """Tell whether the contactor is closed."""
    return loop.charger.contactor_closed


def current_a(loop: ClosedLoop) -> float:
    """Give what the car takes."""
    return loop.charger.car.current_a


def kill(loop: ClosedLoop) -> None:
    """End the product as `kill -9` does: no farewell, nothing is stored."""
    loop.site.stop()
    for charger in loop.chargers.values():
        charger.stop()
    loop.client.disconnect()


@pytest.mark.parametrize("seconds", range(400, 461, 7))
def test_a_killed_product_stops_the_car_in_time(seconds: int) -> None:
    loop = charging_at_20_a(seconds=seconds)
    kill(loop)
    loop.world.run(SURELY_KEPT_S)
    assert closed(loop)
    loop.world.run(DEAD_MAN_S - SURELY_KEPT_S)
    assert not closed(loop)
    assert loop.charger.controller.openings_under_load == 0
    loop.world.run(3600)
    assert loop.charger.closings == 1


def test_a_broker_that_dies_stops_the_car_and_its_return_resumes() -> None:
    loop = charging_at_20_a()
    loop.world.broker.stop()
    loop.run(DEAD_MAN_S)
    assert not closed(loop)
    loop.world.broker.start()
    loop.run(400)
    assert current_a(loop) == pytest.approx(20.0)
    assert loop.charger.closings == 2


def test_a_law_that_hangs_stops_the_car_though_the_adapters_live() -> None:
    loop = charging_at_20_a()
    for _ in range(DEAD_MAN_S):
        loop.world.step()
        for charger in loop.chargers.values():
            charger.tick(loop.world.now_s)
        loop.world.broker.run()
    assert not closed(loop)


def test_carry_on_carries_on_at_the_last_offer() -> None:
    loop = charging_at_20_a(SafeState.CARRY_ON)
    kill(loop)
    loop.world.run(3600)
    assert current_a(loop) == pytest.approx(20.0)
    assert not loop.charger.limit.active


@pytest.mark.parametrize("absent_s", [2, 30, SURELY_KEPT_S])
def test_a_restart_keeps_the_session(absent_s: int) -> None:
    loop = charging_at_20_a()
    loop.restart(absent_s)
    for _ in range(600):
        loop.step()
        assert closed(loop)
    assert current_a(loop) == pytest.approx(20.0)
    assert loop.charger.closings == 1


@pytest.mark.parametrize("absent_s", [200, 7200])
def test_the_session_resumes_after_a_longer_absence(absent_s: int) -> None:
    loop = charging_at_20_a()
    loop.restart(absent_s)
    assert not closed(loop)
    loop.run(400)
    assert current_a(loop) == pytest.approx(20.0)
    assert loop.charger.closings == 2
    assert loop.seen.status is Status.CHARGING


def test_hours_of_charging_are_not_stopped_by_a_false_alarm() -> None:
    loop = charging_at_20_a()
    for _ in range(2 * 720):
        loop.rest(5)
        if loop.charger.car.requests_charge:
            assert closed(loop)
    assert loop.charger.closings == 1


def test_a_second_session_begins_with_a_short_limit() -> None:
    loop = charging_at_20_a(seconds=1200)
    loop.world.commands.run("unplug")
    loop.run(60)
    loop.world.commands.run("plug")
    loop.run(200)
    assert closed(loop)
    kill(loop)
    loop.world.run(DEAD_MAN_S)
    assert not closed(loop)


def test_a_charger_that_restarts_is_guarded_again() -> None:
    loop = charging_at_20_a()
    loop.charger.reboot()
    loop.run(400)
    assert current_a(loop) == pytest.approx(20.0)
    kill(loop)
    loop.world.run(DEAD_MAN_S)
    assert not closed(loop)


def test_a_charger_whose_default_is_to_rest_can_still_be_stopped() -> None:
    loop = ClosedLoop(SCENARIOS["sunny"], mode=Mode.FAST)
    loop.charger.config["default_state"] = False
    loop.run(400)
    assert closed(loop)
    loop.choose(mode=Mode.OFF)
    loop.run(400)
    assert not closed(loop)


def test_a_person_at_the_button_charges_on_when_we_are_gone() -> None:
    loop = charging_at_20_a()
    loop.choose(mode=Mode.OFF)
    loop.run(400)
    loop.charger.press_button()
    loop.run(60)
    kill(loop)
    loop.world.run(3600)
    assert closed(loop)


def test_plugging_in_again_releases_a_stopped_charger() -> None:
    loop = charging_at_20_a(seconds=1200)
    kill(loop)
    loop.world.run(DEAD_MAN_S)
    assert not closed(loop)
    loop.world.commands.run("unplug")
    loop.world.run(5)
    loop.world.commands.run("plug")
    loop.world.run(60)
    assert closed(loop)


def test_handing_back_leaves_no_limit() -> None:
    loop = charging_at_20_a()
    for charger in loop.chargers.values():
        charger.release(loop.world.now_s)
    loop.world.broker.run()
    loop.world.run(5)
    assert not loop.charger.limit.active
    assert loop.charger.mqtt_claim is None


@pytest.mark.parametrize("still_off", [True, False])
def test_what_was_written_to_the_gx_does_not_survive_a_crash(still_off: bool) -> None:
    loop = ClosedLoop(SCENARIOS["sunny"], mode=Mode.FAST)
    loop.choose(use_battery=False)
    loop.run(400)
    assert loop.world.plant.ess.override_max_discharge_w is not None
    kill(loop)
    loop.world.run(10)
    loop._start_product()
    loop.choose(use_battery=not still_off)
    loop.run(310)
    assert (loop.world.plant.ess.override_max_discharge_w is not None) is still_off
