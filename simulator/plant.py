"""The house as a whole, one second at a time: sun, battery, Multi, grid, loads and the car.

One step, in this order: the sun and the loads of this second; what the battery accepts and gives;
solar power under the limit that follows from it; the inverter, moved by the control loop from what
the grid meter read a second ago; the battery takes what is left on the DC side, the grid what is
left on the AC side. So a step of the car's power shows at the grid first and moves to the battery
within 10..15 s, and power that nobody can take makes the solar charger hold back.

Signs: grid + = import, battery + = charging, inverter + = DC to AC. Watts, kWh, seconds.
`tests/simulator/test_plant.py` checks that every step balances.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from simulator.battery import Battery, BatteryConfig, MinSocGuard
from simulator.ess import HUB4_EXTERNAL, HUB4_PER_PHASE, EssSettings, GridLoop, LoopConfig
from simulator.house import House
from simulator.pv import PvGenerator

if TYPE_CHECKING:
    from simulator.weather import Day

type Position = Literal["input", "output"]
"""Where a load hangs: between grid meter and Multi, or behind the Multi (backed up)."""

WS_PER_KWH: Final = 3.6e6
THREE_PHASE_HOUSE: Final = (0.5, 0.3, 0.2)
"""How a three-phase house spreads its load; uneven on purpose."""
PV_INVERTER_CLIMB_FACTOR: Final = 10.0
"""A PV inverter follows a raised power limit in seconds where a solar charger takes minutes."""


@dataclass(frozen=True, slots=True)
class PlantConfig:
    """The fixed parts of a site; the defaults are the reference site."""

    battery: BatteryConfig = field(default_factory=BatteryConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)
    ac_share: float = 0.0
    """Share of the array behind a PV inverter on the AC side; 0 = DC-coupled, 1 = AC-coupled."""
    inverter_rating_w: float = 5000.0
    inverter_efficiency: float = 1.0
    """DC PV to AC; 1 books all conversion loss in the battery, real sites have 0.92..0.96."""
    mppt_climb_w_per_s: float = 30.0
    """Ramp after having been held back: 3.5 kW in two minutes."""
    mppt_rating_w: float = 20_000.0
    volts: float = 235.0
    phases: Literal[1, 3] = 1
    car_phases: Literal[1, 3] = 1
    car_position: Position = "input"
    house_position: Position = "input"


class Flows(NamedTuple):
    """Everything that flows in one second, watts unless said otherwise."""

    time_s: int
    pv_dc_w: float
    pv_ac_w: float
    pv_available_w: float
    """What the sun would give if nothing held it back; no meter shows it."""
    mppt_mode: int
    pv_limited: bool
    battery_w: float
    soc_pct: float
    charge_limit_w: float
    discharge_limit_w: float
    inverter_w: float
    grid_w: float
    grid_phases_w: tuple[float, ...]
    house_w: float
    car_w: float
    islanded: bool
    discharged: bool
    recharging: bool

    @property
    def pv_w(self) -> float:
        """All solar power."""
        return self.pv_dc_w + self.pv_ac_w


@dataclass(slots=True)
class Totals:
    """Energy since the start, in watt-seconds inside and kWh by `kwh`."""

    imported: float = 0.0
    exported: float = 0.0
    pv: float = 0.0
    curtailed: float = 0.0
    battery_in: float = 0.0
    battery_out: float = 0.0
    house: float = 0.0
    car: float = 0.0

    def kwh(self, name: str) -> float:
        """Return one total in kWh, by its field's name."""
        return float(getattr(self, name)) / WS_PER_KWH


class Plant:
    """A site that lives through a day; call `step` once per simulated second."""

    def __init__(
        self,
        config: PlantConfig,
        day: Day,
        *,
        house: House | None = None,
        ess: EssSettings | None = None,
        soc_pct: float = 50.0,
        start_s: int = 0,
    ) -> None:
        """Start at `start_s` seconds after the day's local midnight with an idle inverter."""
        self.config = config
        self.day = day
        self.house = house or House()
        self.ess = ess or EssSettings()
        self.battery = Battery(config.battery, soc_pct)
        self.guard = MinSocGuard()
        self.totals = Totals()
        self.time_s = start_s
        self.grid_connected = True
        climb = config.mppt_climb_w_per_s
        self._dc_pv = PvGenerator(climb, config.mppt_rating_w)
        self._ac_pv = PvGenerator(climb * PV_INVERTER_CLIMB_FACTOR, config.mppt_rating_w)
        self._loop = GridLoop(config.loop)
        self._house_w = 0.0
        self._car_w = 0.0
        self._grid_w = 0.0
        self._battery_w = 0.0
        self._accept_w = 0.0
        self._give_w = 0.0

    @property
    def car_powered(self) -> bool:
        """Whether the charger has voltage: before the Multi it dies with the grid."""
        return self.grid_connected or self.config.car_position == "output"

    def inject_load(self, power_w: float, duration_s: float) -> None:
        """Switch an extra load on for a while (a kettle: 2000 W for 180 s)."""
        self.house.inject(power_w, self.time_s + duration_s)

    def step(self, car_power_w: float) -> None:
        """Advance one second with the car drawing `car_power_w` (the sum of its phases)."""
        self.time_s += 1
        self._loads(car_power_w)
        self._limits()
        available_w = self.day.power_w(self.time_s)
        ac_w = self._step_ac_pv(available_w * self.config.ac_share)
        dc_w = self._step_dc_pv(available_w * (1.0 - self.config.ac_share))
        load_w = self._house_w + self._car_w - ac_w
        inverter_w = self._step_inverter(load_w, dc_w)
        self._battery_w = dc_w - self._dc_draw_w(inverter_w)
        self._grid_w = load_w - inverter_w
        self.battery.step(self._battery_w)
        self._count(dc_w + ac_w, available_w)

    def _loads(self, car_power_w: float) -> None:
        """Take the loads of this second; what hangs before the Multi dies with the grid."""
        self._car_w = car_power_w
        self._house_w = self.house.power_w(self.time_s)
        if not self.grid_connected:
            if self.config.car_position == "input":
                self._car_w = 0.0
            if self.config.house_position == "input":
                self._house_w = 0.0

    def _limits(self) -> None:
        """Work out what the battery accepts and gives."""
        ess = self.ess
        self.guard.update(self.battery.soc_pct, ess.min_soc_pct)
        self._accept_w = min(self.battery.charge_limit_w(), ess.charge_cap_w)
        held = (self.guard.discharged or ess.keep_charged) and self.grid_connected
        self._give_w = 0.0 if held else self.battery.discharge_limit_w()

    def _step_ac_pv(self, available_w: float) -> float:
        """Advance the PV inverter; without feed-in it is limited to what the site can take."""
        if available_w <= 0.0 and self._ac_pv.power_w <= 0.0:
            return self._ac_pv.step(0.0, 0.0)
        charge_w = max(0.0, self._accept_w - self._dc_pv.power_w)
        need_w = self._house_w + self._car_w + charge_w - self.ess.active_setpoint_w
        room_w = 0.0 if self.ess.prevent_feedback else self.ess.feed_in_cap_w
        if not self.grid_connected:
            room_w = 0.0  # the Multi raises the frequency until the inverter gives just enough
        return self._ac_pv.step(available_w, need_w + room_w)

    def _step_dc_pv(self, available_w: float) -> float:
        """Advance the solar chargers: they may fill the battery and what the Multi draws."""
        draw_w = self._dc_draw_w(self._loop.inverter_w)
        if self.ess.feeds_in_excess and self.ess.inverting_allowed and self.grid_connected:
            load_w = self._grid_w + self._loop.inverter_w
            may_w = min(self.config.inverter_rating_w, load_w + self.ess.feed_in_cap_w)
            draw_w = max(draw_w, self._dc_draw_w(may_w))
        return self._dc_pv.step(available_w, self._accept_w + draw_w)

    def _step_inverter(self, load_w: float, dc_w: float) -> float:
        """Advance the Multi: toward the grid setpoint, within what DC side and settings allow."""
        efficiency = self.config.inverter_efficiency
        could_w = (dc_w + self._give_w) * efficiency
        if not self.grid_connected:
            return self._loop.force(min(load_w, could_w))
        ess = self.ess
        high_w = min(could_w, self.config.inverter_rating_w)
        room_w = max(0.0, self._accept_w - dc_w) / efficiency
        low_w = -min(room_w, self.config.inverter_rating_w)
        aim_w = self._grid_w + self._loop.inverter_w - ess.active_setpoint_w
        if self.guard.recharging or ess.keep_charged:
            aim_w = -self.config.battery.recharge_w
        elif ess.hub4_mode == HUB4_EXTERNAL:
            aim_w = 0.0  # nobody writes the Multi's setpoint here: it passes the grid through
        aim_w = min(aim_w, ess.discharge_cap_w)
        excess_w = (dc_w - self._accept_w) * efficiency
        if excess_w > aim_w and ess.feeds_in_excess:
            aim_w = min(excess_w, load_w + ess.feed_in_cap_w)
        high_w = high_w if ess.inverting_allowed else 0.0
        return self._loop.step(aim_w, min(low_w, high_w), high_w)

    def _dc_draw_w(self, inverter_w: float) -> float:
        """Return the DC power behind an AC power of the Multi."""
        efficiency = self.config.inverter_efficiency
        return inverter_w / efficiency if inverter_w > 0.0 else inverter_w * efficiency

    def _count(self, pv_w: float, available_w: float) -> None:
        totals = self.totals
        grid_w, battery_w = self._grid_w, self._battery_w
        if grid_w > 0.0:
            totals.imported += grid_w
        else:
            totals.exported -= grid_w
        if battery_w > 0.0:
            totals.battery_in += battery_w
        else:
            totals.battery_out -= battery_w
        totals.pv += pv_w
        totals.curtailed += available_w - pv_w
        totals.house += self._house_w
        totals.car += self._car_w

    @property
    def flows(self) -> Flows:
        """A snapshot of the second that was stepped last."""
        return Flows(
            time_s=self.time_s,
            pv_dc_w=self._dc_pv.power_w,
            pv_ac_w=self._ac_pv.power_w,
            pv_available_w=self._dc_pv.available_w + self._ac_pv.available_w,
            mppt_mode=self._dc_pv.mode,
            pv_limited=self._dc_pv.limited or self._ac_pv.limited,
            battery_w=self._battery_w,
            soc_pct=self.battery.reported_soc_pct,
            charge_limit_w=self._accept_w,
            discharge_limit_w=self._give_w,
            inverter_w=self._loop.inverter_w,
            grid_w=self._grid_w,
            grid_phases_w=self._grid_phases_w(),
            house_w=self._house_w,
            car_w=self._car_w,
            islanded=not self.grid_connected,
            discharged=self.guard.discharged,
            recharging=self.guard.recharging,
        )

    def _grid_phases_w(self) -> tuple[float, ...]:
        """Split grid power: the Multis share evenly, unless they regulate each phase."""
        if self.config.phases == 1 or not self.grid_connected:
            return (self._grid_w,) * self.config.phases
        if self.ess.hub4_mode == HUB4_PER_PHASE:
            return (self._grid_w / 3,) * 3
        even_w = (self._loop.inverter_w + self._ac_pv.power_w) / 3
        loads_w = zip(self.house_phases_w(), self.car_phases_w(), strict=True)
        return tuple(house_w + car_w - even_w for house_w, car_w in loads_w)

    def house_phases_w(self) -> tuple[float, ...]:
        """Return the house's load per phase."""
        if self.config.phases == 1:
            return (self._house_w,)
        return tuple(share * self._house_w for share in THREE_PHASE_HOUSE)

    def car_phases_w(self) -> tuple[float, ...]:
        """Return the car's power per phase."""
        if self.config.phases == 1:
            return (self._car_w,)
        if self.config.car_phases == 1:
            return (self._car_w, 0.0, 0.0)
        return (self._car_w / 3,) * 3
