"""An optimum's schedule, lived through on the simulator's plant second by second."""

from typing import Any

from numpy.typing import NDArray

from benchmark.optimum import Optimum
from benchmark.optimum_model import Floats, OptimumSite
from benchmark.prices import Ledger, Prices, value
from simulator.battery import BatteryConfig
from simulator.car import Car, CarConfig
from simulator.ess import EssSettings
from simulator.house import House
from simulator.plant import Plant, PlantConfig

DAY_S = 86_400


class Series:
    """A day's power, for the plant to read."""

    def __init__(self, watts: Floats) -> None:
        self._watts = watts.tolist()

    def power_w(self, time_s: int) -> float:
        return float(self._watts[min(time_s, DAY_S - 1)])


def replayed_value(
    best: Optimum, pv_w: Floats, house_w: Floats, site: OptimumSite, prices: Prices
) -> float:
    """Value of the schedule on the plant, against the plant's own day without a car."""
    day = lived(best.amps, best.step_s, pv_w, house_w, site)
    without = lived(best.amps * 0, best.step_s, pv_w, house_w, site)
    closed = best.amps > 0
    closings = int(closed[0]) + int((closed[1:] & ~closed[:-1]).sum())
    return value(day, without, prices) - prices.closing * closings


def lived(
    amps: NDArray[Any], step_s: int, pv_w: Floats, house_w: Floats, site: OptimumSite
) -> Ledger:
    """Energies of a day on the plant with a car that is offered `amps`."""
    config = PlantConfig(
        battery=BatteryConfig(capacity_kwh=site.battery_kwh), ac_share=site.ac_share
    )
    ess = EssSettings(
        feed_in_excess=site.feed_in,
        prevent_feedback=not site.feed_in,
        max_feed_in_w=site.feed_in_cap_w,
        min_soc_pct=site.min_soc_pct,
    )
    house = House()
    house._day, house._load_w = 0, house_w.tolist()
    sun: Any = Series(pv_w)
    plant = Plant(config, sun, house=house, ess=ess, soc_pct=site.start_soc_pct, start_s=-1)
    car = Car(CarConfig(capacity_kwh=1000.0, start_soc_pct=0.0))
    for second in range(DAY_S):
        offered_a = int(amps[second // step_s])
        plant.step(car.step(1.0, offered_a, offered_a > 0, site.volts))
    totals = plant.totals
    return Ledger(
        car=totals.kwh("car"),
        imported=totals.kwh("imported"),
        exported=totals.kwh("exported"),
        discharged=totals.kwh("battery_out"),
        left=plant.battery.soc_pct / 100.0 * site.battery_kwh,
    )
