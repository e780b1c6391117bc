"""Lives the days before a demo in seconds, so that its history is not empty.

The physics are the simulator's and the decisions the product's law, asked every five seconds; only the
messages between them are left out. What the recorder would have kept of it comes out as rows of role,
time and state, and what the integration would remember as its memory. Powers in W: grid + = import,
battery + = charging. Times are seconds since the first day's midnight.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import Energy, Memory
from custom_components.victron_openevse.control.model import (
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Decision,
    Prices,
    Reading,
    Readings,
    Settings,
    SiteReading,
)
from custom_components.victron_openevse.export import ExportMeter
from simulator.car import Car, CarConfig
from simulator.openevse_controller import Controller, Mode
from simulator.plant import Flows, Plant
from simulator.scenario import Scenario
from simulator.weather import Day

DAY_S: Final = 86_400
HOUR_S: Final = 3600.0
PERIOD_S: Final = 5
"""Between two decisions; each second would cost five times the time and change nothing to be seen."""
ROW_S: Final = 60
"""Numbers are kept this often, words whenever they change."""
VOLTS: Final = 235.0
SOFT_MAX_A: Final = 32
PRICES: Final = Prices(import_per_kwh=0.30, export_per_kwh=0.08)
"""As the helpers in the demo's configuration.yaml begin."""
CLOUD: Final = 0.12
"""What a dark cloud leaves of the sun."""
FIRST_SOC_PCT: Final = 50.0
CAR_BACK_PCT: Final = 35.0
"""The car's level when it comes home."""


@dataclass(frozen=True, slots=True)
class PastDay:
    """One day: its sun, when the car is away and when a dark cloud passes (seconds of the day)."""

    scenario: Scenario
    away_s: tuple[int, int] | None = None
    cloud_s: tuple[int, int] | None = None

    def sun(self) -> Day:
        """Return the day's sun, behind its cloud."""
        day = self.scenario.make_day()
        if self.cloud_s is None:
            return day
        begins_s, ends_s = self.cloud_s
        watts = [
            day.power_w(second) * (CLOUD if begins_s <= second < ends_s else 1.0)
            for second in range(DAY_S)
        ]
        return Day(day.name, watts, day.on, day.place)


@dataclass(frozen=True, slots=True)
class Row:
    """One state as the recorder keeps it."""

    role: str
    at_s: float
    state: str


@dataclass(slots=True)
class Past:
    """What is left of the days that were lived."""

    charger: str
    """Key of the charger in the memory: the id of its subentry."""
    rows: list[Row] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    export: ExportMeter = field(default_factory=ExportMeter)
    soc_pct: float = FIRST_SOC_PCT
    now_s: float = 0.0
    plugged_at_s: float = 0.0
    _last: dict[str, str] = field(default_factory=dict)

    @property
    def energy(self) -> Energy:
        """What the car got in all these days."""
        return self.memory.chargers[self.charger].meter.lifetime

    def note(self, role: str, state: str) -> None:
        """Keep a state that differs from the last one."""
        if self._last.get(role) != state:
            self._last[role] = state
            self.rows.append(Row(role, self.now_s, state))


class _Day:
    """A house that lives one day from midnight on."""

    def __init__(self, past: Past, day: PastDay) -> None:
        """Begin with the battery as the past has left it."""
        self.past = past
        self.day = day
        self.plant: Plant = day.scenario.make_plant(start_s=-1)
        self.plant.battery.soc_pct = past.soc_pct
        self.sun = self.plant.day = day.sun()
        self.car = Car(CarConfig(start_soc_pct=CAR_BACK_PCT))
        self.controller = Controller(self.car, soft_max_a=SOFT_MAX_A)
        self.controller.command(Mode.SLEEPING)
        self.settings = Settings(chargers={past.charger: ChargerSettings()})
        self.began_s = past.now_s

    def live(self, until_s: int) -> None:
        """Live from midnight until a second of the day."""
        for second in range(until_s):
            self._car_comes_and_goes(second)
            self.plant.step(self.controller.step(1.0, VOLTS))
            self.past.now_s = self.began_s + second + 1
            if second % PERIOD_S == 0:
                self._decide(second)
        self.past.soc_pct = self.plant.battery.soc_pct

    def _car_comes_and_goes(self, second: int) -> None:
        if self.day.away_s is None:
            return
        leaves_s, returns_s = self.day.away_s
        if second == leaves_s:
            self.car.unplug()
        elif second == returns_s:
            self.car.plug(soc_pct=CAR_BACK_PCT)
            self.past.plugged_at_s = self.past.now_s

    def _decide(self, second: int) -> None:
        past, flows = self.past, self.plant.flows
        readings = self._readings(flows, second)
        decision, past.memory = decide(self.settings, past.memory, readings, past.now_s)
        offered_a = decision.chargers[past.charger].offered_current_a
        if offered_a:
            self.controller.set_current(offered_a)
        self.controller.command(Mode.ENABLED if offered_a else Mode.SLEEPING)
        past.export = past.export.record(readings.site.grid_power_w)
        self._note(flows, decision, numbers=second % ROW_S == 0)

    def _readings(self, flows: Flows, second: int) -> Readings:
        now_s = self.past.now_s
        site = SiteReading(
            grid_power_w=Reading(flows.grid_w, now_s),
            battery_power_w=Reading(flows.battery_w, now_s),
            battery_soc_pct=Reading(flows.soc_pct, now_s),
            pv_power_w=Reading(flows.pv_w, now_s),
            pv_dc_power_w=Reading(flows.pv_dc_w, now_s),
            consumption_power_w=Reading(flows.house_w + flows.car_w, now_s),
            grid_voltage_v=Reading(VOLTS, now_s),
            pv_limited=Reading(flows.pv_limited, now_s),
            feed_in_allowed=Reading(self.day.scenario.feeds_in, now_s),
            grid_connected=Reading(value=True, at_s=now_s),
        )
        charger = ChargerReading(
            online=Reading(value=True, at_s=now_s),
            state=Reading(self._state(), now_s),
            vehicle_connected=Reading(self.controller.vehicle, now_s),
            charging_power_w=Reading(flows.car_w, now_s),
            charging_current_a=Reading(self.car.current_a, now_s),
            voltage_v=Reading(VOLTS, now_s),
            pilot_a=Reading(float(self.controller.offered_a), now_s),
            max_current_a=Reading(float(SOFT_MAX_A), now_s),
            manual_override=Reading(value=False, at_s=now_s),
            session_energy_kwh=Reading(self.car.session_kwh, now_s),
        )
        return Readings(
            site=site,
            chargers={self.past.charger: charger},
            day_length_h=(self.sun.sunset_s - self.sun.sunrise_s) / HOUR_S,
            hours_to_sunset=(self.sun.sunset_s - second) % DAY_S / HOUR_S,
            prices=PRICES,
        )

    def _state(self) -> ChargerState:
        if self.controller.contactor_closed and self.car.requests_charge:
            return ChargerState.CHARGING
        if not self.controller.vehicle:
            return ChargerState.DISCONNECTED
        return ChargerState.CONNECTED if self.controller.offered_a else ChargerState.SLEEPING

    def _note(self, flows: Flows, decision: Decision, *, numbers: bool) -> None:
        own = decision.chargers[self.past.charger]
        charging = self.controller.contactor_closed and self.car.requests_charge
        words = {
            "binary_sensor.vehicle_connected": "on" if self.controller.vehicle else "off",
            "binary_sensor.charging": "on" if charging else "off",
            "select.mode": self.settings.chargers[self.past.charger].mode,
            "sensor.status": own.status,
            "sensor.reason": own.reason.code,
            "sensor.offered_current": str(own.offered_current_a),
        }
        for key, state in words.items():
            self.past.note(f"charger {key}", str(state))
        if numbers:
            for role, value, decimals in self._numbers(flows, decision):
                self.past.note(role, f"{value:.{decimals}f}")

    def _numbers(self, flows: Flows, decision: Decision) -> Iterator[tuple[str, float, int]]:
        own = self.past.memory.chargers[self.past.charger]
        meter, site = own.meter, decision.site
        yield "site sensor.pv_power", flows.pv_w, 0
        yield "site sensor.grid_power", flows.grid_w, 0
        yield "site sensor.battery_power", flows.battery_w, 0
        yield "site sensor.house_power", flows.house_w, 0
        yield "site sensor.battery_soc", flows.soc_pct, 0
        yield "site sensor.energy_exported", self.past.export.total_kwh, 2
        if site.surplus_w is not None:
            yield "site sensor.surplus", site.surplus_w, 0
        if site.reserve_pct is not None:
            yield "site sensor.reserve", site.reserve_pct, 0
        yield "charger sensor.charging_power", flows.car_w, 0
        yield "charger sensor.charging_current", self.car.current_a, 1
        yield "charger sensor.session_energy", meter.session.total_kwh, 2
        yield "charger sensor.energy_total", meter.lifetime.total_kwh, 2
        yield "charger sensor.energy_solar", meter.lifetime.solar_kwh, 2
        yield "charger sensor.energy_battery", meter.lifetime.battery_kwh, 2
        yield "charger sensor.energy_grid", meter.lifetime.grid_kwh, 2
        yield "charger sensor.charging_cost", own.money.cost, 2
        yield "charger sensor.charging_savings", own.money.savings, 2
        yield "charger sensor.contactor_closings", own.closings, 0


def live(
    days: Sequence[PastDay], until_s: int, charger: str, *, soc_pct: float = FIRST_SOC_PCT
) -> Past:
    """Live all days, the last one until `until_s` seconds after its midnight.

    `soc_pct` is the house battery's level at the beginning.
    """
    past = Past(charger, soc_pct=soc_pct)
    for day in days[:-1]:
        _Day(past, day).live(DAY_S)
    _Day(past, days[-1]).live(until_s)
    return past
