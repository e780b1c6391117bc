"""Long troubles that nobody looks after: they cost neither the battery nor the contactor nor a fuse."""

from collections.abc import Callable

import pytest

from custom_components.victron_openevse.control.model import Mode
from custom_components.victron_openevse.control.reasons import ReasonCode
from simulator.fault_broker import broker_away
from simulator.fault_house import BEHIND_INVERTER
from simulator.fault_loop import FaultLoop
from simulator.fault_row import Begin, is_closed
from simulator.faults import GxFault

NIGHT_H = 8
SETTLED = Begin(settle_s=400)
"""Longer than a contactor must stay closed."""


def car_kwh(loop: FaultLoop) -> float:
    """What the car has taken so far."""
    return loop.world.plant.totals.kwh("car")


def in_an_outage(**site: object) -> FaultLoop:
    """A house whose grid was lost ten minutes ago; the charger hangs on the inverter."""
    loop = Begin(scenario=BEHIND_INVERTER, mode=Mode.FAST, site=site).make()
    loop.world.commands.run("grid_lost")
    loop.run(60)
    loop.rest(540)
    return loop


def null(loop: FaultLoop) -> None:
    """The GX forgets for 20 s where its inverter's power comes from."""
    loop.world.gx.inject(GxFault.NULL, "system/0/Ac/ActiveIn/Source", duration_s=20.0)


def reboot(loop: FaultLoop) -> None:
    """The GX starts anew."""
    loop.world.commands.run("gx_reboot")


def silence(loop: FaultLoop) -> None:
    """The GX says nothing any more."""
    loop.world.commands.run("gx_silent")


@pytest.mark.parametrize("trouble", [null, reboot, silence])
def test_no_car_starts_in_an_outage_because_the_gx_no_longer_tells_of_it(
    trouble: Callable[[FaultLoop], None],
) -> None:
    loop = in_an_outage()
    closings = loop.charger.closings
    trouble(loop)
    for _ in range(120):
        loop.rest(5)
        assert not is_closed(loop)
    assert loop.charger.closings == closings


@pytest.mark.parametrize("trouble", [null, silence])
def test_an_inverter_that_is_no_longer_told_of_is_not_loaded_more(
    trouble: Callable[[FaultLoop], None],
) -> None:
    loop = in_an_outage(allow_islanded=True, inverter_limit_w=3000.0)
    offered_a = loop.seen.offered_current_a
    assert 6 <= offered_a < 20
    trouble(loop)
    for _ in range(400):
        loop.step()
        assert loop.seen.offered_current_a <= offered_a + 1


def test_a_poor_network_grants_no_night_without_data() -> None:
    loop = SETTLED.make()
    silence(loop)
    loop.world.commands.run("pv_hold", power_w=0.0)
    loop.run(140)
    loop.charger.lose_network()
    loop.run(45)
    loop.charger.find_network()
    before_kwh = car_kwh(loop)
    for second in range(1800):
        if second % 150 == 100:
            loop.charger.lose_network()
        elif second % 150 == 112:
            loop.charger.find_network()
        loop.step()
    assert not is_closed(loop)
    assert car_kwh(loop) - before_kwh < 0.3


def test_who_comes_back_at_night_asks_the_sun_first() -> None:
    loop = SETTLED.make()
    stored = loop.stored()
    loop.kill()
    for _ in range(NIGHT_H * 60):
        loop.world.step(60)
    loop.world.commands.run("pv_hold", power_w=0.0)
    loop.world.commands.run("set_soc", soc_pct=30.0)
    loop.world.run(30)
    closings, before_kwh = loop.charger.closings, car_kwh(loop)
    loop.revive(stored, NIGHT_H * 3600.0)
    loop.run(120)
    loop.rest(600)
    assert loop.charger.closings == closings
    assert car_kwh(loop) == before_kwh


def test_a_fast_charge_resumes_however_long_nobody_was_there() -> None:
    loop = Begin(mode=Mode.FAST, settle_s=400).make()
    stored = loop.stored()
    loop.kill()
    for _ in range(30):
        loop.world.step(60)
    assert not is_closed(loop)
    loop.revive(stored, 1800.0)
    loop.run(90)
    assert is_closed(loop)


def test_a_broker_that_goes_and_comes_does_not_use_the_contactor_up() -> None:
    loop = Begin(settle_s=400, own={"daily_closings": 3}).make()
    closings = loop.charger.closings
    for _ in range(8):
        broker_away(loop, 240.0)
        loop.rest(480)
    assert loop.charger.closings - closings <= 3
    assert loop.seen.reason.code is ReasonCode.CLOSINGS_USED_UP
