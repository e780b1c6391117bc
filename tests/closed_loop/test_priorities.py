"""The priorities and a known departure, on the wire: what battery, grid and contactor see of them."""

from dataclasses import replace

import pytest

from custom_components.victron_openevse.control.memory import HouseMemory, Memory
from custom_components.victron_openevse.control.model import (
    ChargerSettings,
    Mode,
    Priority,
    Readings,
    Settings,
    SiteSettings,
    Status,
)
from custom_components.victron_openevse.control.reasons import ReasonCode
from simulator.closed_loop import HOUR_S, ClosedLoop
from simulator.scenario import SCENARIOS

SUN_TODAY_KWH = 5.0
"""What a bright morning has given by half past ten."""

SLICE_S = 600
PASSING_KWH = 0.06
"""Import of half an hour in which the battery's addition finds out what the inverter carries."""

LASTING_KWH = 0.02
"""Import of ten minutes that would not be passing any more: 120 W."""


class PlannedDay(ClosedLoop):
    """A house that knows the length of its day and, when told, when the car leaves."""

    leaves_s: float | None = None
    """House's second of the day at which the car leaves."""

    def readings(self) -> Readings:
        """What the adapters know, and what the owner and the calendar say."""
        day_s = self.world.sun.sunset_s - self.world.sun.sunrise_s
        departures = {}
        if self.leaves_s is not None:
            departures[self.key] = (self.leaves_s - self.world.plant.time_s) / HOUR_S
        return replace(
            super().readings(), day_length_h=day_s / HOUR_S, hours_to_departure=departures
        )


def house_first(soc_pct: float, pv_w: float) -> PlannedDay:
    """A bright morning under a constant sun; the house comes first."""
    loop = PlannedDay(SCENARIOS["sunny"])
    loop.settings = Settings(
        site=SiteSettings(priority=Priority.HOUSE_FIRST),
        chargers={key: ChargerSettings() for key in loop.chargers},
    )
    loop.memory = Memory(house=HouseMemory(pv_today_kwh=SUN_TODAY_KWH, pv_recent_w=pv_w))
    loop.world.commands.run("pv_hold", power_w=pv_w)
    loop.world.commands.run("set_soc", soc_pct=soc_pct)
    # A charger that boots closes its contactor by itself: off ends that before the scene begins.
    loop.choose(mode=Mode.OFF)
    loop.run(30)
    loop.choose(mode=Mode.SOLAR)
    loop.charger.controller.closings = 0
    return loop


def charging(loop: ClosedLoop) -> bool:
    """The car draws current."""
    return loop.charger.contactor_closed and loop.charger.car.current_a > 1.0


def test_house_first_fills_the_battery_and_then_follows_the_sun() -> None:
    loop = house_first(soc_pct=80.0, pv_w=3500.0)
    loop.run(600)
    assert loop.charger.closings == 0
    assert loop.seen.status is Status.WAITING_FOR_BATTERY
    assert loop.world.plant.flows.battery_w > 2000.0
    loop.world.commands.run("set_soc", soc_pct=98.0)
    loop.run_until(charging)
    loop.run(300)
    flows = loop.world.plant.flows
    assert flows.car_w > 2000.0
    assert abs(flows.grid_w) < 250.0
    assert -400.0 < flows.battery_w < 900.0
    assert loop.charger.closings == 1


def test_before_a_departure_the_battery_gives_without_lasting_import() -> None:
    loop = house_first(soc_pct=85.0, pv_w=2000.0)
    loop.leaves_s = loop.world.plant.time_s + 1.5 * HOUR_S
    loop.run_until(charging)
    loop.run(600)
    assert loop.seen.reason.code is ReasonCode.SHARING_BATTERY
    before_pct = loop.world.plant.battery.soc_pct
    totals = loop.world.plant.totals
    imported_kwh = [totals.kwh("imported")]
    for _ in range(3):
        loop.run(SLICE_S)
        imported_kwh.append(totals.kwh("imported"))
    assert before_pct - loop.world.plant.battery.soc_pct > 4.0
    assert imported_kwh[-1] - imported_kwh[0] <= PASSING_KWH
    assert imported_kwh[-1] - imported_kwh[-2] < LASTING_KWH
    assert loop.world.plant.flows.car_w > 2000.0
    assert loop.charger.closings == 1


@pytest.mark.parametrize(
    "in_h", [pytest.param(None, id="not known"), pytest.param(12.0, id="after sunset")]
)
def test_without_a_departure_by_day_the_battery_fills_first(in_h: float | None) -> None:
    loop = house_first(soc_pct=85.0, pv_w=2000.0)
    if in_h is not None:
        loop.leaves_s = loop.world.plant.time_s + in_h * HOUR_S
    loop.run(600)
    assert loop.charger.closings == 0
