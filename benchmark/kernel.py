"""A site-day in motion: the simulator's plant, charger and car, advanced second by second.

Everything that happens 86 400 times a day is here or in the simulator's modules, which are not
changed for it: `engine` compiles them all into the cache, or runs them as they are.
Powers in W, grid + = import, battery + = charging; a day starts at second 0 = 05:00.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from simulator.battery import BatteryConfig
from simulator.car import Car, CarConfig
from simulator.ess import EssSettings
from simulator.house import House
from simulator.openevse_controller import Controller, Mode
from simulator.plant import Plant, PlantConfig

if TYPE_CHECKING:
    from benchmark.sites import Case

START_S: Final = 5 * 3600
"""Second of the local day at which second 0 is."""
ENDLESS_KWH: Final = 1000.0
"""A car battery that no day can fill."""
COMMON_CAR_KWH: Final = 60.0
CAR_EFFICIENCY: Final = 0.9
"""Of the on-board charger, AC to battery, as in the simulator's car."""


class Series:
    """Power over a day, for the plant to read."""

    def __init__(self, watts: list[float]) -> None:
        """Take one power for each second."""
        self._watts = watts

    def power_w(self, time_s: int) -> float:
        """Return the power of a second."""
        return self._watts[time_s]


class Snapshot(NamedTuple):
    """What the meters show in one second."""

    connected: bool
    charging: bool
    drawn_a: float
    car_w: float
    grid_w: float
    battery_w: float
    soc_pct: float
    pv_w: float
    pv_dc_w: float
    house_w: float
    pv_limited: bool
    energy_kwh: float


class World:
    """A site-day that lives; call `offer` and `advance` in turn."""

    def __init__(self, case: Case, pv_w: list[float], house_w: list[float]) -> None:
        """Start at 05:00 with the charger not offering."""
        self.volts = case.site.volts
        self.plant = _make_plant(case, pv_w, house_w)
        self.car = Car(_car_config(case), plugged=False)
        self.controller = Controller(self.car, soft_max_a=case.site.max_a)
        self.controller.command(Mode.SLEEPING)
        self.time_s = 0
        """Seconds since 05:00 that have been lived."""
        self.grid_w: list[float] = []
        self.battery_w: list[float] = []
        self.car_w: list[float] = []
        self.solar_w: list[float] = []
        """What the arrays gave, each second."""
        self.soc_pct: list[float] = []
        self.offered_a: list[int] = []
        self._offered_a = 0
        self._plug_at_s = case.window.from_s - START_S
        self._unplug_at_s = case.window.to_s - START_S
        self.seen = self._look()

    def offer(self, current_a: int) -> None:
        """Offer a current from the next second on; 0 opens the contactor as the charger does."""
        self._offered_a = current_a
        if current_a == 0:
            self.controller.command(Mode.SLEEPING)
            return
        self.controller.set_current(current_a)
        self.controller.command(Mode.ENABLED)

    def advance(self, seconds: int) -> None:
        """Live for some seconds; `seen` is then what the meters showed one second earlier."""
        for second in range(seconds):
            if second == seconds - 1:
                self.seen = self._look()
            self._step()

    def _step(self) -> None:
        time_s = self.time_s
        if time_s == self._plug_at_s:
            self.car.plug()
        elif time_s == self._unplug_at_s:
            self.car.unplug()
        plant = self.plant
        car_w = self.controller.step(1.0, self.volts)
        plant.step(car_w)
        self.time_s = time_s + 1
        self.grid_w.append(plant._grid_w)  # noqa: SLF001 - `flows` costs more than the step itself
        self.battery_w.append(plant._battery_w)  # noqa: SLF001 - the same
        self.car_w.append(car_w)
        self.solar_w.append(plant._dc_pv.power_w + plant._ac_pv.power_w)  # noqa: SLF001 - the same
        self.soc_pct.append(plant.battery.soc_pct)
        self.offered_a.append(self._offered_a)

    def _look(self) -> Snapshot:
        """Read the meters."""
        flows, car = self.plant.flows, self.car
        return Snapshot(
            connected=self.controller.vehicle,
            charging=self.controller.contactor_closed and car.requests_charge,
            drawn_a=car.current_a,
            car_w=flows.car_w,
            grid_w=flows.grid_w,
            battery_w=flows.battery_w,
            soc_pct=flows.soc_pct,
            pv_w=flows.pv_w,
            pv_dc_w=flows.pv_dc_w,
            house_w=flows.house_w,
            pv_limited=flows.pv_limited,
            energy_kwh=car.session_kwh,
        )


def _make_plant(case: Case, pv_w: list[float], house_w: list[float]) -> Plant:
    site = case.site
    config = PlantConfig(
        battery=BatteryConfig(
            capacity_kwh=site.battery_kwh,
            max_charge_w=site.max_charge_w,
        ),
        ac_share=site.ac_share,
        inverter_rating_w=site.inverter_w,
        volts=site.volts,
    )
    ess = EssSettings(
        feed_in_excess=site.feed_in,
        prevent_feedback=not site.feed_in,
        max_feed_in_w=site.feed_in_cap_w,
        min_soc_pct=site.min_soc_pct,
    )
    house = House()
    # A house draws its own days; this one is handed a day that is already drawn.
    house._day, house._load_w = 0, tuple(house_w)  # noqa: SLF001
    sun: Any = Series(pv_w)
    return Plant(config, sun, house=house, ess=ess, soc_pct=site.start_soc_pct, start_s=-1)


def _car_config(case: Case) -> CarConfig:
    site, wanted_kwh = case.site, case.appetite_kwh
    if wanted_kwh is None:
        capacity_kwh, start_pct = ENDLESS_KWH, 0.0
    else:
        capacity_kwh = COMMON_CAR_KWH
        start_pct = 100.0 - wanted_kwh * CAR_EFFICIENCY / capacity_kwh * 100.0
    return CarConfig(
        phases=site.car_phases,
        limit_a=site.car_limit_a,
        capacity_kwh=capacity_kwh,
        start_soc_pct=start_pct,
        efficiency=CAR_EFFICIENCY,
    )
