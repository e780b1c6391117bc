"""A random house without inertia, with random faults in what is read of it: for many days fast.

The law sees readings only, so here they are made directly: no messages, no adapters, no plant that
settles. Everything is drawn from one random generator, so a seed repeats a day exactly.
Grid + = import, battery + = charging, watts; times in seconds since the start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
import math
from random import Random
from typing import TYPE_CHECKING, Any, Final

from custom_components.victron_openevse.control.model import (
    NO_LIMIT,
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Mode,
    Priority,
    Reading,
    Settings,
    SiteReading,
    SiteSettings,
    SiteSource,
)
from simulator.fault_promises import VOLTS, Powers

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY_S: Final = 86_400.0
SUNRISE_S: Final = 6 * 3600.0
SUNSET_S: Final = 20 * 3600.0
WS_PER_KWH: Final = 3.6e6
CHARGER_MAX_A: Final = 32
UNEVEN: Final = (0.6, 0.3, 0.1)
"""How a three-phase house spreads its load."""
BROKEN: Final = (math.nan, math.inf, -math.inf, 1e9, -1e9, 65_535.0, -32_768.0)
"""What a broken register or parser may give."""
SITE_FIELDS: Final = (
    "grid_power_w",
    "battery_power_w",
    "battery_soc_pct",
    "pv_power_w",
    "pv_dc_power_w",
    "consumption_power_w",
    "grid_voltage_v",
    "discharge_limit_w",
)
CHARGER_FIELDS: Final = (
    "state",
    "vehicle_connected",
    "charging_power_w",
    "charging_current_a",
    "voltage_v",
    "pilot_a",
    "max_current_a",
    "total_energy_kwh",
    "session_energy_kwh",
)


@dataclass(slots=True)
class DicedCharger:
    """One charger with its car."""

    phases: int
    car_limit_a: float
    grid_phase: int = 1
    """Phase of the house that its first phase hangs on."""
    plugged: bool = True
    wants: bool = True
    online: bool = True
    fault: bool = False
    override_a: int | None = None
    """What a person chose at the charger; None = nobody did."""
    steered: bool = False
    """Whether the last decision was sent to it."""
    offered_a: int = 0
    energy_kwh: float = 0.0
    session_kwh: float = 0.0

    @property
    def drawn_a(self) -> float:
        """Current that the car takes."""
        offer_a = self.offered_a if self.override_a is None else self.override_a
        closed = self.plugged and self.wants and not self.fault
        return min(float(offer_a), self.car_limit_a) if closed else 0.0

    @property
    def power_w(self) -> float:
        """Power that the car takes."""
        return self.drawn_a * VOLTS * self.phases

    @property
    def obeys(self) -> bool:
        """Whether what it takes is ours to decide."""
        return self.online and self.steered and self.override_a is None

    def on_phase_w(self, phase: int) -> float:
        """Power that the car takes from one phase of the house."""
        here = self.phases > 1 or phase == self.grid_phase
        return self.power_w / self.phases if here else 0.0

    @property
    def state(self) -> ChargerState:
        """What the charger shows."""
        if self.fault:
            return ChargerState.FAULT
        if not self.plugged:
            return ChargerState.DISCONNECTED
        if self.drawn_a > 0.0:
            return ChargerState.CHARGING
        return ChargerState.CONNECTED if self.offered_a else ChargerState.SLEEPING

    def live(self, seconds: float) -> None:
        """Take energy for a while."""
        taken_kwh = self.power_w * seconds / WS_PER_KWH
        self.energy_kwh += taken_kwh
        self.session_kwh += taken_kwh


class DicedHouse:
    """A house that is drawn at random; call `live`, then read `site` and `charger`."""

    def __init__(self, dice: Random) -> None:
        """Draw the house."""
        self.dice = dice
        self.peak_w = dice.uniform(500.0, 12_000.0)
        self.base_w = dice.uniform(50.0, 1500.0)
        self.capacity_kwh = dice.uniform(1.0, 40.0)
        self.battery_max_w = dice.uniform(0.0, 10_000.0)
        self.least_soc_pct = dice.uniform(0.0, 40.0)
        self.feeds_in = dice.random() < 0.7  # noqa: PLR2004 - most houses may
        self.source = dice.choice(list(SiteSource))
        self.soc_pct = dice.uniform(0.0, 100.0)
        self.connected = True
        self.sun_w: float | None = None
        """Sun to hold; None = the day's."""
        self.cloud = 1.0
        self.load_w = self.base_w
        self.battery_w = self.pv_w = self.grid_w = 0.0
        self.limited = False
        self.chargers = {
            f"c{number}": DicedCharger(dice.choice((1, 3)), dice.uniform(5.0, 32.0))
            for number in range(dice.choice((1, 1, 2, 3)))
        }
        needs_three = any(charger.phases > 1 for charger in self.chargers.values())
        self.phases = 3 if needs_three else dice.choice((1, 3))
        for charger in self.chargers.values():
            charger.grid_phase = dice.randint(1, self.phases)
        self.tells_phases = self.phases == 1 or dice.random() < 0.7  # noqa: PLR2004 - most do
        self.shares = UNEVEN if self.phases > 1 else (1.0,)
        self.phases_w: tuple[float, ...] = (0.0,) * self.phases
        """Grid power of each phase."""
        self.settings = self._draw_settings()

    def _draw_settings(self) -> Settings:
        dice = self.dice
        own = {key: self._draw_own(charger) for key, charger in self.chargers.items()}
        floor_pct = dice.uniform(0.0, 50.0)
        site = SiteSettings(
            priority=dice.choice([one for one in Priority if one is not Priority.PRICES]),
            night_reserve_pct=dice.uniform(0.0, 100.0),
            reserve_floor_pct=floor_pct,
            resume_soc_pct=dice.uniform(floor_pct, 100.0),
            base_load_w=self.base_w,
            battery_capacity_kwh=self.capacity_kwh,
            min_on_s=dice.choice((0.0, 60.0, 300.0)),
            min_off_s=dice.choice((0.0, 60.0, 300.0)),
            allow_islanded=dice.random() < 0.5,  # noqa: PLR2004 - half of them
            grid_limit_a=dice.choice((NO_LIMIT, dice.uniform(6.0, 32.0))),
            battery_limit_w=dice.choice((NO_LIMIT, dice.uniform(300.0, 5000.0))),
            inverter_limit_w=dice.choice((NO_LIMIT, dice.uniform(1000.0, 6000.0))),
            shadow=dice.random() < 0.05,  # noqa: PLR2004 - few
        )
        return Settings(site=site, chargers=own)

    def _draw_own(self, charger: DicedCharger) -> ChargerSettings:
        dice = self.dice
        return ChargerSettings(
            mode=dice.choice(list(Mode)),
            solar_min_current_a=dice.randint(6, 10),
            solar_max_current_a=dice.randint(10, 32),
            medium_current_a=dice.randint(6, 32),
            fast_current_a=dice.randint(6, 48),
            circuit_current_a=dice.randint(6, 48),
            phases=charger.phases if dice.random() < 0.9 else 1,  # noqa: PLR2004 - some are set up wrongly
            use_battery=dice.random() < 0.5,  # noqa: PLR2004 - half of them
            order=dice.randint(1, 3),
            grid_phase=charger.grid_phase if dice.random() < 0.7 else 0,  # noqa: PLR2004 - most know
            daily_closings=dice.choice((2, 4, 12)),
        )

    def choose_for_site(self, **changes: Any) -> None:
        """Change settings of the site, as a person would."""
        self.settings = replace(self.settings, site=replace(self.settings.site, **changes))

    def choose(self, key: str, **changes: Any) -> None:
        """Change settings of a charger, as a person would."""
        own = replace(self.settings.chargers[key], **changes)
        self.settings = replace(self.settings, chargers={**self.settings.chargers, key: own})

    def hours_to_sunset(self, now_s: float) -> float:
        """Hours until the next sunset."""
        return max(1e-3, (SUNSET_S - now_s) % DAY_S / 3600.0)

    def live(self, now_s: float, seconds: float) -> None:
        """Let time pass: sun, loads, cars, battery, and the grid for the rest."""
        dice = self.dice
        for charger in self.chargers.values():
            charger.live(seconds)
        self.cloud = min(1.0, max(0.1, self.cloud + dice.gauss(0.0, 0.02) * math.sqrt(seconds)))
        self.load_w = self.base_w + (dice.uniform(0.0, 3000.0) if dice.random() < 0.05 else 0.0)  # noqa: PLR2004 - now and then
        height = math.sin(math.pi * (now_s % DAY_S - SUNRISE_S) / (SUNSET_S - SUNRISE_S))
        sun_w = max(0.0, self.peak_w * height * self.cloud) if self.sun_w is None else self.sun_w
        load_w = self.load_w + sum(charger.power_w for charger in self.chargers.values())
        room_w = self.battery_max_w if self.soc_pct < 100.0 else 0.0  # noqa: PLR2004 - full
        gives_w = self.battery_max_w if self.soc_pct > self.least_soc_pct else 0.0
        self.limited = not self.feeds_in and sun_w > load_w + room_w
        self.pv_w = min(sun_w, load_w + room_w) if self.limited else sun_w
        self.battery_w = min(room_w, max(-gives_w, self.pv_w - load_w))
        self.grid_w = load_w + self.battery_w - self.pv_w if self.connected else 0.0
        self.phases_w = self._phases_w()
        stored_kwh = self.battery_w * seconds / WS_PER_KWH
        self.soc_pct += 100.0 * stored_kwh / self.capacity_kwh
        self.soc_pct = min(100.0, max(0.0, self.soc_pct))

    def _phases_w(self) -> tuple[float, ...]:
        """Split the grid's power: inverters share evenly, loads do not."""
        if not self.connected:
            return (0.0,) * self.phases
        even_w = (self.pv_w - self.battery_w) / self.phases
        return tuple(
            self.load_w * share
            + sum(charger.on_phase_w(phase) for charger in self.chargers.values())
            - even_w
            for phase, share in enumerate(self.shares, start=1)
        )

    @property
    def powers(self) -> Powers:
        """What flows now, and what cars that obey have of it."""
        obedient = [charger for charger in self.chargers.values() if charger.obeys]
        all_w = self.load_w + sum(charger.power_w for charger in self.chargers.values())
        if self.tells_phases:
            grid_w: Sequence[float] = self.phases_w
            cars_w = [
                sum(one.on_phase_w(phase) for one in obedient)
                for phase in range(1, self.phases + 1)
            ]
        else:
            spread = max(one.phases for one in self.chargers.values())
            grid_w = [self.grid_w / spread]
            cars_w = [sum(one.power_w for one in obedient) / spread]
        return Powers(
            grid_w=grid_w,
            cars_w=cars_w,
            battery_w=self.battery_w,
            consumption_w=all_w,
            islanded=not self.connected,
        )

    def site(self, now_s: float) -> SiteReading:
        """What the GX would say."""
        cars_w = sum(charger.power_w for charger in self.chargers.values())
        return SiteReading(
            source=self.source,
            grid_power_w=Reading(self.grid_w, now_s),
            grid_phase_powers_w=tuple(Reading(w, now_s) for w in self.phases_w)
            if self.tells_phases
            else (),
            battery_power_w=Reading(self.battery_w, now_s),
            battery_soc_pct=Reading(self.soc_pct, now_s),
            pv_power_w=Reading(self.pv_w, now_s),
            pv_dc_power_w=Reading(self.pv_w, now_s),
            consumption_power_w=Reading(self.load_w + cars_w, now_s),
            grid_voltage_v=Reading(VOLTS, now_s),
            active_soc_limit_pct=Reading(self.least_soc_pct, now_s),
            pv_limited=Reading(self.limited, now_s),
            feed_in_allowed=Reading(self.feeds_in, now_s),
            grid_connected=Reading(self.connected, now_s),
        )

    def charger(self, key: str, now_s: float) -> ChargerReading:
        """What a charger would say."""
        one = self.chargers[key]
        return ChargerReading(
            online=Reading(one.online, now_s),
            state=Reading(one.state, now_s),
            vehicle_connected=Reading(one.plugged, now_s),
            charging_power_w=Reading(one.power_w, now_s),
            charging_current_a=Reading(one.drawn_a, now_s),
            voltage_v=Reading(VOLTS, now_s),
            pilot_a=Reading(float(max(6, one.offered_a)), now_s),
            max_current_a=Reading(float(CHARGER_MAX_A), now_s),
            enabled=Reading(one.offered_a > 0, now_s),
            manual_override=Reading(one.override_a is not None, now_s),
            total_energy_kwh=Reading(one.energy_kwh, now_s),
            session_energy_kwh=Reading(one.session_kwh, now_s),
        )
