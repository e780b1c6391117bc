"""Random days of the whole: law, adapters and emulators, with rows of the fault matrix at random.

Each day is a house of its own. Rows strike one after the other and sometimes two at once; after the day
everything is healed, there is sun and charge enough, and the car must be charging within half an hour.
See `fault_soak` for the same house over many days.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Final, Literal

from custom_components.victron_openevse.control.model import (
    NO_LIMIT,
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
from simulator.fault_days import PLENTY, STUCK_S
from simulator.fault_house_dice import DAY_S
from simulator.fault_loop import FaultLoop
from simulator.fault_promises import LimitWatch, Powers, lines
from simulator.fault_row import Part, nothing_each
from simulator.fault_run import is_within_limits
from simulator.fault_tally import Tally, live_counted
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
DIGESTED_S: Final = 120
"""So long after a fault has struck or ended, what it has caused is over or only lasts."""
STRIDE_S: Final = 10
"""Seconds that pass at once while a car charges and nothing else is going on."""
ASLEEP_STRIDE_S: Final = 20
"""The same while no car charges; less than the 30 s that make a reading old."""
REACTION_S: Final = 30.0
"""What the law may need to keep a limit: charger and meters take 5 s each, the battery 15 s."""
CLEAR: Final = frozenset({Part.HOUSE, Part.CAR, Part.LIMITS})
"""Faults that hide nothing from the law and take no charger from it: limits hold all the same."""
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
        grid_phase=dice.choice((0, 1)),
        daily_closings=dice.choice((4, 12)),
    )
    site = SiteSettings(
        priority=dice.choice([one for one in Priority if one is not Priority.PRICES]),
        battery_capacity_kwh=plant.battery.capacity_kwh,
        allow_islanded=dice.random() < 0.5,  # noqa: PLR2004 - half of them
        grid_limit_a=dice.choice((NO_LIMIT, dice.uniform(10.0, 40.0))),
        battery_limit_w=dice.choice((NO_LIMIT, NO_LIMIT, dice.uniform(1000.0, 6000.0))),
        inverter_limit_w=dice.choice((NO_LIMIT, dice.uniform(1500.0, 8000.0))),
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
        self._settings = self.loop.settings
        self._limits = LimitWatch()
        self._murky_s = 0
        """For so long the law may not know what flows, or the charger may not obey."""
        self._battery = self.loop.world.plant.battery.config
        self._car = self.loop.charger.car.config
        self._energy: Energy | None = None
        self._calm_s = 0
        self._busy_s = 0
        """For so long every second is lived by itself."""
        self._closings = 0
        self._under_way: list[tuple[Fault, int]] = []
        """Faults that last, with the second of each."""

    def live(self, seconds: int = int(DAY_S)) -> Tally:
        """Live through one more day and prove that nothing is stuck."""
        self.tally.days += 1
        while seconds > 0:
            passed_s = self._stride_s(seconds)
            seconds -= passed_s
            self._strike(passed_s)
            self._step(passed_s)
        for fault, _second in self._under_way:
            fault.heal(self.loop)
        self._under_way.clear()
        self._heal()
        self._prove()
        return self.tally

    def _stride_s(self, most_s: int) -> int:
        """How many seconds may pass at once: one where something is going on, until it is digested."""
        busy = any(
            fault.each is not nothing_each or at_s < DIGESTED_S for fault, at_s in self._under_way
        )
        self._busy_s = DIGESTED_S if busy else self._busy_s
        if self._busy_s > 0:
            return 1
        due_s = (fault.lasts_s - at_s for fault, at_s in self._under_way)
        stride_s = STRIDE_S if self.loop.charger.contactor_closed else ASLEEP_STRIDE_S
        return self.loop.free_s(max(1, min(most_s, stride_s, self._calm_s, *due_s)))

    def _strike(self, passed_s: int) -> None:
        """Let the next fault strike when its time has come."""
        self._calm_s -= passed_s
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

    def _step(self, passed_s: int = 1) -> None:
        """Live through a second of everything that is under way, or several where nothing acts."""
        loop, tally = self.loop, self.tally
        later: list[tuple[Fault, int]] = []
        for fault, second in self._under_way:
            if second >= fault.lasts_s:
                fault.heal(loop)
            else:
                if not loop.dead:
                    fault.each(loop, second + 1)
                later.append((fault, second + passed_s))
        self._under_way = later
        loop.step(passed_s)
        self._busy_s -= passed_s
        tally.decisions += 1
        tally.limits_violated += not is_within_limits(loop)
        self._watch_limits(passed_s)
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

    def _watch_limits(self, passed_s: int) -> None:
        """The car may keep no line of the site above its limit for longer than the law may need."""
        loop, plant = self.loop, self.loop.world.plant
        unclear = any(fault.part not in CLEAR for fault, _second in self._under_way)
        self._murky_s = DIGESTED_S if unclear else max(0, self._murky_s - passed_s)
        shadow = loop.settings.site.shadow
        # Who overwrites our claims again and again is answered each five minutes only.
        contested = any(charger.contested for charger in loop.chargers.values())
        murky = self._murky_s > 0 or contested
        if murky or shadow or not loop.seen.send or loop.charger.override:
            self._limits.forget()
            return
        flows = plant.flows
        found = lines(
            loop.settings.site,
            plant.config.volts,
            Powers(
                grid_w=flows.grid_phases_w,
                cars_w=plant.car_phases_w(),
                battery_w=flows.battery_w,
                consumption_w=flows.house_w + flows.car_w,
                islanded=flows.islanded,
            ),
        )
        for name in self._limits.look(found, loop.world.now_s, REACTION_S + 2 * passed_s):
            self.tally.violate(f"car above the limit of {name} at {loop.world.now_s:.0f} s")

    def _heal(self) -> None:
        """Bring everything back that a row may have left, as people do."""
        loop, world = self.loop, self.loop.world
        if loop.dead:
            loop.revive(loop.stored(), 0.0)
        whole(loop)
        loop.end_rival()
        loop.settings = self._settings
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
        loop.world.commands.run("plug", soc_pct=self._car.start_soc_pct)  # driven meanwhile
        loop.world.commands.run("car_wants", wants=True)

    def _prove(self) -> None:
        """The car must charge soon."""
        loop = self.loop
        loop.world.commands.run("set_soc", soc_pct=99.0)
        loop.world.commands.run("pv_hold", power_w=PROOF_SUN_W)
        chosen = loop.settings.chargers[loop.key]
        mode = chosen.mode if chosen.mode in SOLAR_MODES else Mode.SOLAR
        loop.choose(mode=mode, pause_until_morning=False, daily_closings=PLENTY)
        loop.choose_for_site(battery_limit_w=NO_LIMIT)  # it may forbid to look for hidden sun
        for second in range(int(STUCK_S)):
            self._step()
            if loop.charger.car.current_a > 1.0:
                self.tally.slowest_s = max(self.tally.slowest_s, float(second))
                break
        else:
            self.tally.stuck += 1
            self.tally.notes.append(f"stuck: {loop.seen}")
        loop.settings = self._settings
        loop.world.commands.run("pv_hold", power_w=None)


def live(seed: str) -> Tally:
    """Live through the day of a seed."""
    days = LoopDays(seed)
    return live_counted(seed, days.tally, days.live)
