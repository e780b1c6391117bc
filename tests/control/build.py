"""Readings, settings and a stepping law for the tests of `control/`."""

from dataclasses import dataclass, field, replace
from typing import Any

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import ChargerMemory, HouseMemory, Memory
from custom_components.victron_openevse.control.model import (
    ChargerDecision,
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Decision,
    Mode,
    Priority,
    Reading,
    Readings,
    Settings,
    SiteReading,
    SiteSettings,
)

VOLTS = 235.0
KEY = "garage"


def at[T](value: T | None, now_s: float) -> Reading[T] | None:
    """A reading learned at `now_s`, or none."""
    return None if value is None else Reading(value, now_s)


@dataclass
class House:
    """A house without inertia: ESS and car follow at once. Enough to test the law's logic.

    `pv_w` and `load_w` are the test's to change; the battery takes what is left, the grid nothing.
    """

    pv_w: float = 3000.0
    load_w: float = 300.0
    soc_pct: float = 70.0
    hours_to_sunset: float | None = 6.0
    day_length_h: float | None = None
    departure_h: float | None = None
    """Hours until the car leaves; None = nobody said."""
    vehicle_soc_pct: float | None = None
    """What the car tells of its own battery; None = nothing."""
    mode: Mode = Mode.SOLAR
    vehicle: bool | None = True
    online: bool = True
    wants: bool = True
    """The car asks for power when it is offered some."""
    car_limit_a: float = 32.0
    override: bool = False
    pv_limited: bool | None = False
    feed_in_allowed: bool = False
    grid_connected: bool = True
    site_known: bool = True
    soc_known: bool = True
    now_s: float = 1000.0
    site_at_s: float | None = None
    """Time the site's readings are frozen at; None = they are current."""
    settings: dict[str, Any] = field(default_factory=dict)
    site_settings: dict[str, Any] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    offered_a: int = 0
    decision: Decision | None = None
    readings: Readings = field(default_factory=Readings)
    """The last ones."""
    battery_w: float | None = None
    """Fixed battery power; None = whatever balances the house."""
    frozen: SiteReading | None = None
    closings: int = 0
    energy_kwh: float = 0.0
    session_kwh: float | None = None
    """The charger's own session counter."""
    restarted_at_s: float | None = None
    """When the charger last restarted; None = it does not tell."""
    state: ChargerState | None = None
    """State the charger reports instead of the true one."""
    car_phases: int = 1

    @property
    def car_w(self) -> float:
        """Power the car takes."""
        return self.drawn_a * VOLTS * self.car_phases

    @property
    def charging(self) -> bool:
        """The contactor is closed."""
        return bool(self.vehicle) and self.wants and self.offered_a > 0

    @property
    def drawn_a(self) -> float:
        """Current the car takes."""
        return min(float(self.offered_a), self.car_limit_a) if self.charging else 0.0

    @property
    def charger(self) -> ChargerDecision:
        """The last decision for the charger."""
        assert self.decision is not None
        return self.decision.chargers[KEY]

    @property
    def own(self) -> ChargerMemory:
        """The charger's memory."""
        return self.memory.chargers[KEY]

    def site_reading(self) -> SiteReading:
        """What the GX would say now."""
        if not self.site_known:
            return SiteReading()
        car_w = self.car_w
        battery_w = self.battery_w
        if battery_w is None:
            battery_w = self.pv_w - self.load_w - car_w
        when = self.now_s
        return SiteReading(
            grid_power_w=at(self.load_w + car_w + battery_w - self.pv_w, when),
            battery_power_w=at(battery_w, when),
            battery_soc_pct=at(self.soc_pct if self.soc_known else None, when),
            pv_power_w=at(self.pv_w, when),
            pv_dc_power_w=at(self.pv_w, when),
            consumption_power_w=at(self.load_w + car_w, when),
            grid_voltage_v=at(VOLTS, when),
            pv_limited=at(self.pv_limited, when),
            feed_in_allowed=at(self.feed_in_allowed, when),
            grid_connected=at(self.grid_connected, when),
        )

    def charger_reading(self) -> ChargerReading:
        """What the charger would say now."""
        when = self.now_s
        state = ChargerState.DISCONNECTED
        if self.vehicle:
            state = ChargerState.CHARGING if self.charging else ChargerState.CONNECTED
            state = state if self.offered_a else ChargerState.SLEEPING
        return ChargerReading(
            online=at(self.online, when),
            state=at(self.state or state, when),
            vehicle_connected=at(self.vehicle, when),
            charging_power_w=at(self.car_w, when),
            charging_current_a=at(self.drawn_a, when),
            voltage_v=at(240.0, when),
            pilot_a=at(float(self.offered_a), when),
            max_current_a=at(32.0, when),
            manual_override=at(self.override, when),
            total_energy_kwh=at(self.energy_kwh, when),
            session_energy_kwh=at(self.session_kwh, when),
            uptime_s=at(None if self.restarted_at_s is None else when - self.restarted_at_s, when),
        )

    def all_settings(self) -> Settings:
        """The owner's settings."""
        own = ChargerSettings(mode=self.mode, **self.settings)
        return Settings(site=SiteSettings(**self.site_settings), chargers={KEY: own})

    def step(self, dt_s: float = 1.0) -> ChargerDecision:
        """Let `dt_s` pass, decide, and let charger and car obey."""
        self.now_s += dt_s
        self.energy_kwh += self.car_w * dt_s / 3.6e6
        site = self.site_reading()
        if self.site_at_s is not None:
            self.frozen = self.frozen or site
            site = self.frozen
        else:
            self.frozen = None
        self.readings = readings = Readings(
            site=site,
            chargers={KEY: self.charger_reading()},
            hours_to_sunset=self.hours_to_sunset,
            day_length_h=self.day_length_h,
            hours_to_departure={} if self.departure_h is None else {KEY: self.departure_h},
            vehicle_soc_pct={} if self.vehicle_soc_pct is None else {KEY: self.vehicle_soc_pct},
        )
        self.decision, self.memory = decide(self.all_settings(), self.memory, readings, self.now_s)
        if self.charger.send and self.online:
            if self.charger.offered_current_a > 0 and self.offered_a == 0:
                self.closings += 1
            self.offered_a = self.charger.offered_current_a
        return self.charger

    def run(self, seconds: float, dt_s: float = 1.0) -> ChargerDecision:
        """Step through `seconds`; gives the last decision."""
        for _ in range(round(seconds / dt_s)):
            self.step(dt_s)
        return self.charger

    def freeze(self) -> None:
        """The GX falls silent: its last readings stay and grow old."""
        self.frozen = self.site_reading()
        self.site_at_s = self.now_s

    def thaw(self) -> None:
        """The GX speaks again."""
        self.site_at_s = None

    def restart(self) -> None:
        """Home Assistant was away: the readings have to arrive anew."""
        self.memory = replace(self.memory, site=type(self.memory.site)())


NIGHT_KWH = 4.0
SUN_TODAY_KWH = 10.0
RECENT_W = 5000.0
"""A sky that is still as bright as today was."""


def home(priority: Priority, **how: Any) -> House:
    """A house at noon of a long day that knows its nights, with a battery of 8 kWh."""
    learned = HouseMemory(
        nights_kwh=(NIGHT_KWH,) * 5, pv_today_kwh=SUN_TODAY_KWH, pv_recent_w=RECENT_W
    )
    how = {"hours_to_sunset": 6.0, "day_length_h": 12.0, "memory": Memory(house=learned), **how}
    site = {"priority": priority, **how.pop("site_settings", {})}
    return House(site_settings=site, **how)
