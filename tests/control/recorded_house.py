"""A simulated house that is lived in for some days, and what a recorder would have kept of them.

The plant moves each second and the law decides every few seconds on what meters show. Of all that,
only the lean states of our entities are kept, thinned by the very same rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import Memory
from custom_components.victron_openevse.control.model import (
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Reading,
    Readings,
    Settings,
    SiteReading,
)
from custom_components.victron_openevse.control.replay import hours_to_next
from custom_components.victron_openevse.control.replay_record import (
    SLOT_S,
    WS_PER_KWH,
    CarRecord,
    Day,
    Record,
    SiteFacts,
    Track,
    find_stays,
    inverter_efficiency,
    net_kwh,
    own_limit_a,
    slot_means,
    value_at,
)
from custom_components.victron_openevse.lean import LeanValue, Pace, Value
from custom_components.victron_openevse.sensor_tables import ENERGY, LEVEL, OWN_POWER, POWER
from simulator.car import Car, CarConfig
from simulator.ess import EssSettings
from simulator.house import House
from simulator.openevse_controller import Controller, Mode
from simulator.plant import Plant, PlantConfig
from simulator.weather import Day as Sun

KEY: Final = "car"
DAY_S: Final = 86_400
DARK_W: Final = 5.0
DECIDE_S: Final = 5
REST_S: Final = 30
VOLTS: Final = 235.0
MAX_CHARGE_W: Final = 4000.0
FACTS: Final = SiteFacts(volts=VOLTS, max_charge_w=MAX_CHARGE_W, max_discharge_w=MAX_CHARGE_W)
SUNRISE_H: Final = 6.2
SUNSET_H: Final = 18.3

SIDES: Final = ("pv", "battery", "house", "charging", "grid")
"""What flows on both sides of the inverter."""

PACES: Final[Mapping[str, Pace | None]] = {
    "pv_power": POWER,
    "house_power": POWER,
    "grid_power": POWER,
    "battery_power": POWER,
    "battery_soc": LEVEL,
    "charging_power": OWN_POWER,
    "energy_total": ENERGY,
    "offered_current": None,
    "vehicle_connected": None,
    "charging": None,
}


class Days:
    """Suns of some days in a row, for the plant to read."""

    def __init__(self, suns: Sequence[Sun], factors: Sequence[float]) -> None:
        self._suns = suns
        self._factors = factors

    def power_w(self, time_s: int) -> float:
        day = min(time_s // DAY_S, len(self._suns) - 1)
        return self._factors[day] * self._suns[day].power_w(time_s % DAY_S)


@dataclass
class Lived:
    """What really happened, and what was kept of it."""

    days: int
    tracks: dict[str, list[tuple[float, Any]]]
    car_kwh: float = 0.0
    solar_kwh: float = 0.0
    battery_kwh: float = 0.0
    imported_kwh: float = 0.0
    exported_kwh: float = 0.0
    starts: int = 0
    soc_pct: float = 0.0
    settings: Settings = field(default_factory=Settings)
    feed_in: bool = True

    def track(self, name: str) -> Track[Any]:
        return self.tracks[name]

    def record(self) -> Record:
        """The days as a replay gets them."""
        end_s = float(self.days * DAY_S)
        slots = int(end_s / SLOT_S)
        stays = find_stays(
            self.track("vehicle_connected"),
            self.track("charging_power"),
            self.track("offered_current"),
            self.track("energy_total"),
            0.0,
            end_s,
        )
        limit_a = own_limit_a(self.track("charging_power"), self.track("offered_current"), VOLTS, 1)
        return Record(
            start_s=0.0,
            days=tuple(sun_day(day) for day in range(self.days)),
            pv_w=slot_means(self.track("pv_power"), 0.0, slots),
            house_w=slot_means(self.track("house_power"), 0.0, slots),
            soc_pct=tuple(value_at(self.track("battery_soc"), n * SLOT_S) for n in range(slots)),
            cars={KEY: CarRecord(stays=stays, limit_a=limit_a)},
            site=replace(FACTS, feed_in=self.feed_in, efficiency=self._efficiency(end_s)),
        )

    def _efficiency(self, end_s: float) -> float:
        kwh = {name: net_kwh(self.track(f"{name}_power"), 0.0, end_s) for name in SIDES}
        return inverter_efficiency(
            dc_kwh=kwh["pv"] - kwh["battery"],
            ac_kwh=kwh["house"] + kwh["charging"] - kwh["grid"],
        )


def sun_day(day: int) -> Day:
    """One day of the record."""
    start_s = float(day * DAY_S)
    return Day(
        date=f"day {day}",
        start_s=start_s,
        end_s=start_s + DAY_S,
        sunset_s=start_s + SUNSET_H * 3600.0,
        length_h=SUNSET_H - SUNRISE_H,
    )


class Life:
    """The house in motion."""

    def __init__(
        self,
        settings: ChargerSettings,
        site_settings: Any,
        suns: Sequence[Sun],
        factors: Sequence[float],
        *,
        away_h: Sequence[tuple[float, float]] = (),
        car: CarConfig | None = None,
        feed_in: bool = True,
        soc_pct: float = 45.0,
        plant: PlantConfig,
    ) -> None:
        self.settings = Settings(site=site_settings, chargers={KEY: settings})
        sun: Any = Days(suns, factors)
        self.plant = Plant(
            plant,
            sun,
            house=House(),
            ess=EssSettings(feed_in_excess=feed_in, prevent_feedback=not feed_in),
            soc_pct=soc_pct,
            start_s=-1,
        )
        self.feed_in = feed_in
        self.car = Car(car or CarConfig(capacity_kwh=1000.0, start_soc_pct=0.0))
        self.controller = Controller(self.car, soft_max_a=32)
        self.controller.command(Mode.SLEEPING)
        self.away_s = [(from_h * 3600.0, to_h * 3600.0) for from_h, to_h in away_h]
        self.sunsets_s = [sun_day(day).sunset_s or 0.0 for day in range(len(suns) + 1)]
        self.memory = Memory()
        self.offered_a = 0
        self.resting = False
        self.counter_kwh = 0.0
        self.lean = {name: LeanValue(pace) for name, pace in PACES.items()}
        self.lived = Lived(
            len(suns), {name: [] for name in PACES}, settings=self.settings, feed_in=feed_in
        )

    def live(self) -> Lived:
        """Live through all days."""
        lived = self.lived
        for second in range(lived.days * DAY_S):
            self._plug(second)
            car_w = self.controller.step(1.0, VOLTS)
            self.plant.step(car_w)
            self.counter_kwh += car_w / WS_PER_KWH
            if second % (REST_S if self.resting else DECIDE_S) == 0:
                self._decide(float(second) + 1.0)
        energy = self.memory.chargers[KEY].meter.lifetime
        lived.solar_kwh, lived.battery_kwh = energy.solar_kwh, energy.battery_kwh
        lived.car_kwh = self.counter_kwh
        lived.imported_kwh = self.plant.totals.kwh("imported")
        lived.exported_kwh = self.plant.totals.kwh("exported")
        lived.starts = self.controller.closings
        lived.soc_pct = self.plant.battery.soc_pct
        return lived

    def _plug(self, second: int) -> None:
        away = any(from_s <= second < to_s for from_s, to_s in self.away_s)
        if away and self.car.plugged:
            self.car.unplug()
        elif not away and not self.car.plugged:
            self.car.plug()

    def _decide(self, now_s: float) -> None:
        readings = self._readings(now_s)
        decision, self.memory = decide(self.settings, self.memory, readings, now_s)
        answer = decision.chargers[KEY]
        if answer.send:
            self.offered_a = answer.offered_current_a
        self.resting = self.offered_a == 0 and self.plant.flows.pv_w < DARK_W
        if self.offered_a:
            self.controller.set_current(self.offered_a)
        self.controller.command(Mode.ENABLED if self.offered_a else Mode.SLEEPING)
        self._keep(decision.site.house_power_w, now_s)

    def _keep(self, house_w: float | None, now_s: float) -> None:
        """Write the states that are worth it."""
        flows = self.plant.flows
        shown: dict[str, Value] = {
            "pv_power": flows.pv_w,
            "house_power": house_w,
            "grid_power": flows.grid_w,
            "battery_power": flows.battery_w,
            "battery_soc": flows.soc_pct,
            "charging_power": flows.car_w,
            "energy_total": self.memory.chargers[KEY].meter.lifetime.total_kwh,
            "offered_current": self.offered_a,
            "vehicle_connected": self.car.plugged,
            "charging": self.controller.contactor_closed,
        }
        for name, value in shown.items():
            if self.lean[name].update(value, now_s):
                self.lived.tracks[name].append((now_s, self.lean[name].value))

    def _readings(self, now_s: float) -> Readings:
        def here[T](value: T) -> Reading[T]:
            return Reading(value, now_s)

        flows = self.plant.flows
        site = SiteReading(
            grid_power_w=here(flows.grid_w),
            battery_power_w=here(flows.battery_w),
            battery_soc_pct=here(flows.soc_pct),
            pv_power_w=here(flows.pv_w),
            pv_dc_power_w=here(flows.pv_dc_w),
            consumption_power_w=here(flows.house_w + flows.car_w),
            grid_voltage_v=here(VOLTS),
            active_soc_limit_pct=here(10.0),
            pv_limited=here(flows.pv_limited),
            feed_in_allowed=here(self.feed_in),
            grid_connected=here(value=True),
        )
        charger = ChargerReading(
            online=here(value=True),
            state=here(self._state()),
            vehicle_connected=here(self.controller.vehicle),
            charging_power_w=here(flows.car_w),
            charging_current_a=here(self.car.current_a),
            voltage_v=here(VOLTS),
            pilot_a=here(float(self.offered_a)),
            max_current_a=here(32.0),
            manual_override=here(value=False),
            total_energy_kwh=here(self.counter_kwh),
            session_energy_kwh=here(self.car.session_kwh),
        )
        return Readings(
            site=site,
            chargers={KEY: charger},
            hours_to_sunset=hours_to_next(self.sunsets_s, now_s),
            day_length_h=SUNSET_H - SUNRISE_H,
        )

    def _state(self) -> ChargerState:
        if not self.controller.vehicle:
            return ChargerState.DISCONNECTED
        if self.controller.contactor_closed and self.car.requests_charge:
            return ChargerState.CHARGING
        return ChargerState.CONNECTED if self.offered_a else ChargerState.SLEEPING
