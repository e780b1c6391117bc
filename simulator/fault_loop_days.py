"""Random days of the whole: law, adapters and emulators, with rows of the fault matrix at random.

Each day is a house of its own. Rows strike one after the other and sometimes two at once; after the day
everything is healed, there is sun and charge enough, and the car must be charging within half an hour.
A soak is the same house for many days, stored and started again once a day, as by a nightly restart.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
import resource
from typing import TYPE_CHECKING, Final, Literal

from custom_components.victron_openevse.control.model import (
    SOLAR_MODES,
    ChargerSettings,
    Mode,
    Priority,
    Settings,
    SiteSettings,
)
from simulator.battery import BatteryConfig
from simulator.car import CarConfig
from simulator.fault_broker import whole
from simulator.fault_catalogue import CATALOGUE
from simulator.fault_days import STUCK_S, Tally
from simulator.fault_house_dice import DAY_S
from simulator.fault_loop import FaultLoop
from simulator.fault_run import is_within_limits
from simulator.faults import GxFault
from simulator.gx import GxConfig
from simulator.house import HouseConfig
from simulator.plant import PlantConfig
from simulator.scenario import SCENARIOS, Scenario

if TYPE_CHECKING:
    from custom_components.victron_openevse.control.memory import Energy
    from simulator.fault_row import Fault

ROWS: Final = [fault for fault in CATALOGUE.values() if not fault.forgets]
"""Rows that may strike anywhere; a store that is lost loses its counters, so not that one."""
CALM_S: Final = 1800
"""Mean time between two faults."""
TOGETHER: Final = 0.2
"""How often the next fault strikes while one lasts."""
PROOF_SUN_W: Final = 12_000.0
PHASES: Final[tuple[Literal[1, 3], ...]] = (1, 1, 3)
CONFIG: Final = {
    "max_current_soft": 32,
    "pause_uses_disabled": False,
    "default_state": True,
}
"""What rows may have changed at the charger."""


def _house(dice: Random) -> Scenario:
    """Draw a house with its car."""
    phases: Literal[1, 3] = dice.choice(PHASES)
    plant = PlantConfig(
        battery=BatteryConfig(capacity_kwh=dice.uniform(3.0, 20.0)),
        ac_share=dice.choice((0.0, 0.0, 0.5, 1.0)),
        inverter_rating_w=dice.choice((2500.0, 5000.0, 10_000.0)),
        phases=phases,
        car_phases=phases if dice.random() < 0.5 else 1,  # noqa: PLR2004 - half of them
        car_position=dice.choice(("input", "output")),
    )
    car = CarConfig(
        phases=plant.car_phases,
        limit_a=dice.uniform(8.0, 32.0),
        capacity_kwh=1000.0,  # no day fills it
        start_delay_s=dice.uniform(1.0, 10.0),
        wake_up_delay_s=dice.choice((0.0, 30.0)),
    )
    return replace(
        SCENARIOS[dice.choice(("sunny", "cloudy", "zero-feed-in"))],
        config=plant,
        car=car,
        house=HouseConfig(seed=dice.randint(1, 1000)),
        array_kw=dice.uniform(2.0, 10.0),
        soc_pct=dice.uniform(20.0, 100.0),
    )


def _loop(dice: Random) -> FaultLoop:
    """Draw a house, its GX and what its owner has chosen."""
    scenario = _house(dice)
    plant = scenario.config
    obeys = dice.random() < 0.8  # noqa: PLR2004 - most GX do
    loop = FaultLoop(
        scenario,
        start_s=dice.randint(0, int(DAY_S) - 1),
        gx_config=GxConfig(obeys_overrides=obeys, override_expiry_s=dice.choice((180.0, 300.0))),
    )
    own = ChargerSettings(
        mode=dice.choice([mode for mode in Mode if mode is not Mode.OFF]),
        solar_max_current_a=dice.randint(10, 32),
        fast_current_a=dice.randint(10, 32),
        circuit_current_a=dice.randint(10, 32),
        phases=plant.car_phases,
        use_battery=dice.random() < 0.5,  # noqa: PLR2004 - half of them
    )
    site = SiteSettings(
        priority=dice.choice([one for one in Priority if one is not Priority.PRICES]),
        battery_capacity_kwh=plant.battery.capacity_kwh,
    )
    loop.settings = Settings(site=site, chargers=dict.fromkeys(loop.chargers, own))
    return loop


class LoopDays:
    """Days of one house."""

    def __init__(self, seed: str) -> None:
        """Draw the house."""
        self.dice = Random(seed)
        self.loop = _loop(self.dice)
        self.tally = Tally()
        self._mode = self.loop.settings.chargers[self.loop.key].mode
        self._battery = self.loop.world.plant.battery.config
        self._car = self.loop.charger.car.config
        self._energy: Energy | None = None
        self._calm_s = 0
        self._closings = 0
        self._under_way: list[tuple[Fault, int]] = []
        """Faults that last, with the second of each."""

    def live(self, seconds: int = int(DAY_S)) -> Tally:
        """Live through one more day and prove that nothing is stuck."""
        self.tally.days += 1
        for _ in range(seconds):
            self._strike()
            self._step()
        for fault, _second in self._under_way:
            fault.heal(self.loop)
        self._under_way.clear()
        self._heal()
        self._prove()
        return self.tally

    def restart(self) -> None:
        """Store, end, and come back a minute later."""
        self.loop.die(60, self.loop.stored())

    def _strike(self) -> None:
        self._calm_s -= 1
        if self._calm_s > 0:
            return
        if self._under_way and self.dice.random() > TOGETHER:
            self._calm_s = 60
            return
        self._calm_s = int(self.dice.expovariate(1.0 / CALM_S)) + 1
        fault = self.dice.choice(ROWS)
        self.tally.faults += 1
        if not self.loop.dead:
            fault.strike(self.loop)
            self._under_way.append((fault, 0))

    def _step(self) -> None:
        """Live through one second of everything that is under way."""
        loop, tally = self.loop, self.tally
        later: list[tuple[Fault, int]] = []
        for fault, second in self._under_way:
            if second >= fault.lasts_s:
                fault.heal(loop)
            else:
                if not loop.dead:
                    fault.each(loop, second + 1)
                later.append((fault, second + 1))
        self._under_way = later
        loop.step()
        tally.decisions += 1
        tally.limits_violated += not is_within_limits(loop)
        now = loop.own.meter.lifetime
        before = self._energy or now
        self._energy = now
        tally.counters_back += (
            now.solar_kwh < before.solar_kwh
            or now.battery_kwh < before.battery_kwh
            or now.grid_kwh < before.grid_kwh
        )
        tally.closings += loop.charger.closings - self._closings
        self._closings = loop.charger.closings

    def _heal(self) -> None:
        """Bring everything back that a row may have left, as people do."""
        loop, world = self.loop, self.loop.world
        if loop.dead:
            loop.revive(loop.stored(), 0.0)
        whole(loop)
        loop.end_rival()
        loop.sunset_shift_h = 0.0
        for kind in GxFault:
            world.gx.clear(kind)
        if not world.broker.running:
            world.broker.start()
        world.plant.grid_connected = True
        world.plant.battery.config = self._battery
        loop.charger.car.config = self._car
        loop.charger.controller.fault = None
        loop.charger.serial_alive = True
        if loop.charger.override:
            loop.charger.press_button()
        for topic, payload in (
            ("limit/set", "clear"),
            ("divertmode/set", "1"),
            ("shaper/set", "0"),
        ):
            loop.stranger.publish(f"{loop.base_topic}/{topic}", payload)
        loop.charger.config.update(CONFIG)
        loop.charger.controller.soft_max_a = 32
        loop.world.commands.run("plug")
        loop.world.commands.run("car_wants", wants=True)

    def _prove(self) -> None:
        """The car must charge soon."""
        loop = self.loop
        loop.world.commands.run("set_soc", soc_pct=99.0)
        loop.world.commands.run("pv_hold", power_w=PROOF_SUN_W)
        chosen = loop.settings.chargers[loop.key]
        mode = chosen.mode if chosen.mode in SOLAR_MODES else Mode.SOLAR
        loop.choose(mode=mode, pause_until_morning=False)
        for second in range(int(STUCK_S)):
            self._step()
            if loop.charger.car.current_a > 1.0:
                self.tally.slowest_s = max(self.tally.slowest_s, float(second))
                break
        else:
            self.tally.stuck += 1
            self.tally.notes.append(f"stuck: {loop.seen}")
        loop.choose(mode=self._mode)
        loop.world.commands.run("pv_hold", power_w=None)


def live(seed: str) -> Tally:
    """Live through the day of a seed; what raises is counted, with how to repeat it."""
    days = LoopDays(seed)
    try:
        tally = days.live()
    except Exception as error:  # noqa: BLE001 - a campaign counts whatever is wrong
        tally = days.tally
        tally.exceptions += 1
        tally.notes.append(f"{type(error).__name__}: {error}")
    if not tally.clean:
        tally.notes.append(f"seed {seed}: {tally}")
    return tally


def memory_mb() -> float:
    """Most memory that this process ever had, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def soak(seed: str, days: int) -> tuple[Tally, list[float]]:
    """Live through many days of one house, restarted each night; returns memory after each, MB."""
    house = LoopDays(seed)
    memory: list[float] = []
    for _ in range(days):
        house.live()
        house.restart()
        memory.append(memory_mb())
    return house.tally, memory
