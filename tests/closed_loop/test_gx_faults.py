"""Faults and limits of the site in the closed loop: what a GX loses, and what an inverter cannot do."""

from dataclasses import replace

import pytest

from custom_components.victron_openevse.control.model import BatteryGuard, Mode, SafeState, Status
from simulator.closed_loop import ClosedLoop
from simulator.faults import GxFault
from simulator.house import HouseConfig
from simulator.plant import Flows, PlantConfig
from simulator.scenario import SCENARIOS

GRID = "system/0/Ac/Grid/L1/Power"
BATTERY = "system/0/Dc/Battery/Power"
SOC = "system/0/Dc/Battery/Soc"
CONSUMPTION = "system/0/Ac/Consumption/L1/Power"
DC_PV = "system/0/Dc/Pv/Power"
QUIET = replace(HouseConfig(), kettles=0, ovens=0)
"""A house without appliances that switch."""


def settled(mode: Mode = Mode.SOLAR, pv_w: float = 3000.0) -> ClosedLoop:
    """A loop whose car has charged for longer than a contactor must stay closed."""
    loop = ClosedLoop(replace(SCENARIOS["sunny"], house=QUIET), mode=mode)
    loop.world.commands.run("pv_hold", power_w=pv_w)
    loop.run(600)
    assert loop.charger.closings == 1
    return loop


@pytest.mark.parametrize(
    "path", [pytest.param(GRID, id="grid"), pytest.param(BATTERY, id="battery"), SOC]
)
@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.SOLAR_ONLY, Mode.MINIMUM_SOLAR])
def test_a_blink_of_a_vital_value_changes_nothing(mode: Mode, path: str) -> None:
    loop = settled(mode)
    before_a = loop.charger.pilot_a
    loop.world.gx.inject(GxFault.NULL, path, duration_s=2.0)
    offers = []
    for _ in range(120):
        loop.step()
        offers.append(loop.seen.offered_current_a)
    assert min(offers) >= before_a - 1
    assert loop.charger.closings == 1


@pytest.mark.parametrize("path", [GRID, BATTERY, SOC])
@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.SOLAR_ONLY])
def test_a_loss_of_100_s_brings_the_minimum_and_recovers(mode: Mode, path: str) -> None:
    loop = settled(mode)
    before_a = loop.charger.pilot_a
    loop.world.gx.inject(GxFault.NULL, path, duration_s=100.0)
    # The last value may have been up to 20 s old when it was lost.
    assert 8 <= loop.run_until(lambda at: at.charger.pilot_a == 6) <= 33
    assert loop.seen.status is Status.NO_DATA
    loop.run(170)
    assert abs(loop.charger.pilot_a - before_a) <= 1
    assert loop.charger.closings == 1


@pytest.mark.parametrize("path", [GRID, BATTERY, SOC])
def test_a_loss_of_longer_stops_after_180_s_and_recovers(path: str) -> None:
    loop = settled()
    loop.world.gx.inject(GxFault.NULL, path, duration_s=600.0)
    assert 158 <= loop.run_until(lambda at: not at.charger.contactor_closed) <= 185
    loop.run_until(lambda at: at.charger.contactor_closed)
    assert loop.charger.closings == 2


@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.SOLAR_ONLY, Mode.MINIMUM_SOLAR, Mode.FAST])
def test_a_reboot_of_the_gx_opens_no_contactor(mode: Mode) -> None:
    loop = settled(mode)
    before_a = loop.charger.pilot_a
    loop.world.commands.run("gx_reboot")
    offers = []
    for _ in range(400):
        loop.step()
        offers.append(loop.seen.offered_current_a)
    assert min(offers) >= 6
    assert abs(offers[-1] - before_a) <= 1
    assert loop.charger.closings == 1


def without_battery(pv_w: float = 0.0, config: PlantConfig | None = None) -> ClosedLoop:
    """A loop that charges fast while the battery is kept out of the car."""
    scenario = replace(SCENARIOS["sunny"], house=QUIET, config=config or PlantConfig())
    loop = ClosedLoop(scenario, mode=Mode.FAST)
    loop.world.commands.run("pv_hold", power_w=pv_w)
    loop.choose(use_battery=False)
    loop.run(300)
    return loop


def test_a_silent_charger_does_not_give_the_battery_to_its_car() -> None:
    loop = without_battery()
    loop.choose(safe_state=SafeState.CARRY_ON)
    loop.run(5)
    client = loop.charger._client
    client.drop()
    for _ in range(900):
        loop.step()
        flows = loop.world.plant.flows
        assert flows.car_w > 7000.0
        assert flows.battery_w > -flows.house_w - 100.0
    client.reconnect()
    loop.run(60)
    flows = loop.world.plant.flows
    assert flows.battery_w == pytest.approx(-flows.house_w, abs=150.0)


def test_lost_consumption_and_sun_do_not_release_the_limit() -> None:
    loop = without_battery()
    for path in (CONSUMPTION, DC_PV):
        loop.world.gx.inject(GxFault.NULL, path)
    for _ in range(600):
        loop.step()
        flows = loop.world.plant.flows
        assert flows.battery_w > -flows.house_w - 100.0


def test_ac_coupled_sun_carries_the_house_before_the_battery_does() -> None:
    loop = without_battery(2000.0, PlantConfig(ac_share=1.0))
    loop.world.plant.inject_load(1500.0, 3000.0)
    loop.run(200)
    flows = loop.world.plant.flows
    assert flows.battery_w > -200.0
    assert flows.grid_w > 5000.0
    assert loop.decision is not None
    assert loop.decision.site.guard is BatteryGuard.EFFECTIVE


def test_below_the_reserve_the_guaranteed_minimum_comes_from_the_grid() -> None:
    night = replace(SCENARIOS["night"], soc_pct=41.0, house=QUIET)
    loop = ClosedLoop(night, mode=Mode.MINIMUM_SOLAR)
    loop.run(120)
    loop.rest(4 * 3600)
    flows = loop.world.plant.flows
    assert loop.charger.pilot_a == 6
    assert flows.battery_w > -flows.house_w - 100.0
    assert flows.grid_w == pytest.approx(6 * 235.0, abs=100.0)
    assert loop.charger.closings == 1


def strong_sun(rating_w: float, pv_w: float, mode: Mode = Mode.SOLAR) -> ClosedLoop:
    """A loop whose array of 5.5 kW may beat its inverter."""
    scenario = replace(
        SCENARIOS["sunny"],
        soc_pct=80.0,
        house=QUIET,
        array_kw=5.5,
        config=PlantConfig(inverter_rating_w=rating_w),
    )
    loop = ClosedLoop(scenario, mode=mode)
    loop.world.commands.run("pv_hold", power_w=pv_w)
    return loop


def flows_of(loop: ClosedLoop, seconds: int) -> list[Flows]:
    """What flows in each of the next seconds."""
    seen = []
    for _ in range(seconds):
        loop.step()
        seen.append(loop.world.plant.flows)
    return seen


@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.SOLAR_ONLY])
def test_sun_beyond_the_inverter_charges_the_battery_and_imports_nothing(mode: Mode) -> None:
    loop = strong_sun(4000.0, 5500.0, mode)
    loop.run(300)
    flows = flows_of(loop, 1800)
    imported_wh = sum(max(0.0, at.grid_w - 50.0) for at in flows) / 3600.0
    assert imported_wh < 60.0
    assert sum(at.car_w for at in flows) / len(flows) > 4000.0 - 300.0 - 2 * 235.0
    assert loop.charger.closings == 1


def test_less_sun_than_the_ceiling_is_used_as_ever() -> None:
    loop = strong_sun(4000.0, 5500.0)
    loop.run(300)
    loop.world.commands.run("pv_hold", power_w=3000.0)
    loop.run(60)
    flows = loop.world.plant.flows
    assert abs(flows.grid_w) < 150.0
    assert abs(flows.battery_w) < 300.0


def test_an_inverter_with_room_is_never_thought_to_stick() -> None:
    """Hours of clouds, kettles and ovens: every import passes with the control loop."""
    loop = ClosedLoop(SCENARIOS["cloudy"])
    for _ in range(90 * 60):
        loop.step()
        ceiling = loop.memory.site.ceiling
        assert ceiling is None or not ceiling.sure
