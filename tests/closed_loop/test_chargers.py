"""Cars and chargers in the closed loop: several cars, wrong phases, hidden sun, faults, swaps."""

from dataclasses import replace

import pytest

from custom_components.victron_openevse.control.model import Mode, Status
from simulator.car import CarConfig
from simulator.closed_loop import ClosedLoop
from simulator.plant import PlantConfig
from simulator.scenario import SCENARIOS


def two_cars(power_w: float = 4800.0) -> tuple[ClosedLoop, str, str]:
    """Two chargers under a constant sun the inverter can carry; the first takes 8 A at most."""
    loop = ClosedLoop(SCENARIOS["sunny"], chargers=2)
    loop.world.commands.run("pv_hold", power_w=power_w)
    first, second = loop.chargers
    car = loop.world.chargers[first].car
    car.config = replace(car.config, limit_a=8.0)
    return loop, first, second


def test_the_second_car_gets_what_the_first_cannot_take() -> None:
    loop, first, second = two_cars()
    loop.run(300)
    chargers = loop.world.chargers
    assert chargers[first].pilot_a <= 9
    assert chargers[second].car.current_a >= 9.0
    flows = loop.world.plant.flows
    assert abs(flows.grid_w) < 250.0
    assert flows.battery_w < 600.0


def test_a_car_that_refuses_leaves_the_sun_to_the_other_and_gets_it_back() -> None:
    loop, first, second = two_cars()
    loop.run(120)
    loop.world.commands.run("car_wants", wants=False, charger=first)
    loop.run(180)
    chargers = loop.world.chargers
    assert chargers[second].car.current_a * 235.0 >= 4800.0 - 800.0
    loop.world.commands.run("car_wants", wants=True, charger=first)
    loop.run(180)
    assert chargers[first].car.current_a == pytest.approx(8.0)
    assert 9.0 <= chargers[second].car.current_a <= 12.0


def test_a_three_phase_car_set_up_as_one_does_not_empty_the_battery() -> None:
    scenario = replace(
        SCENARIOS["sunny"], config=PlantConfig(car_phases=3), car=CarConfig(phases=3)
    )
    loop = ClosedLoop(scenario)
    loop.world.commands.run("pv_hold", power_w=5500.0)
    loop.run(300)
    assert loop.own.car_phases == 3
    assert loop.world.plant.flows.car_w <= 5500.0
    assert loop.charger.closings == 1


@pytest.mark.parametrize("sky_w", [900.0, 1300.0])
def test_weak_hidden_sun_does_not_cycle_the_contactor(sky_w: float) -> None:
    loop = ClosedLoop(SCENARIOS["zero-feed-in"], mode=Mode.SOLAR_ONLY)
    loop.world.commands.run("pv_hold", power_w=sky_w)
    loop.run(600)
    loop.rest(2 * 3600)
    assert loop.charger.closings <= 5


def test_off_during_a_fault_holds_when_the_fault_heals() -> None:
    loop = ClosedLoop(SCENARIOS["sunny"], mode=Mode.MEDIUM)
    loop.run(120)
    loop.world.commands.run("charger_fault", state=6)
    loop.run(30)
    assert loop.seen.status is Status.FAULT
    loop.choose(mode=Mode.OFF)
    loop.run(30)
    loop.world.commands.run("charger_fault", state=None)
    for _ in range(120):
        loop.step()
        assert not loop.charger.contactor_closed
    assert loop.charger.closings == 1


def test_a_fault_that_heals_starts_gently() -> None:
    loop = ClosedLoop(SCENARIOS["sunny"], mode=Mode.FAST)
    loop.run(120)
    loop.world.commands.run("charger_fault", state=6)
    loop.run(30)
    loop.world.commands.run("charger_fault", state=None)
    loop.run_until(lambda at: at.charger.contactor_closed)
    assert loop.charger.pilot_a == 6
    loop.run(60)
    assert loop.charger.pilot_a == 32


def test_a_car_swapped_while_home_assistant_was_away_is_a_new_session() -> None:
    loop = ClosedLoop(SCENARIOS["sunny"], mode=Mode.FAST)
    loop.run(300)
    before = loop.own.meter
    loop.world.commands.run("unplug")
    loop.world.run(5)
    loop.world.commands.run("plug")
    loop.restart(60)
    loop.run(60)
    after = loop.own.meter
    assert after.session.total_kwh < before.session.total_kwh
    assert after.lifetime.total_kwh >= before.lifetime.total_kwh


def test_a_pause_survives_an_unwatched_night() -> None:
    loop = ClosedLoop(SCENARIOS["sunny"], mode=Mode.SOLAR)
    loop.run(120)
    loop.choose(pause_until_morning=True)
    loop.run(60)
    loop.restart(23 * 3600)
    loop.run(120)
    assert loop.settings.chargers[loop.key].pause_until_morning is False
