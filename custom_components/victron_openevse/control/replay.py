"""What if: the law decides over recorded days with settings of one's choice.

The very same `decide` steps through a record (`replay_record`), on a small model of battery and site
(`replay_model`). The answer is coarse, so it is compared with another replay of the same record, not with
what really happened: then most of the coarseness is in both and falls out.

What is assumed: house and sun were as recorded whatever the settings; the sun that was held back is
unknown, so what was recorded counts as all there was; a car drives as it did and takes what it took, and up to
`OPEN_APPETITE_KWH` more in all where it was never seen to be full; nobody presses a button.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from .controller import decide
from .memory import ChargerMemory, Memory
from .model import (
    ChargerReading,
    ChargerState,
    Decision,
    Prices,
    Reading,
    Readings,
    Settings,
    SiteReading,
)
from .replay_model import Battery, Car, Flows, flow, make_cars
from .replay_record import SLOT_S, WS_PER_KWH, Day, Record, Slots
from .replay_sums import CarSums, Sums, between

type Timeline = Sequence[tuple[float, Settings]]
"""Settings with the time from which on they hold, oldest first."""

REST_SLOTS: Final = 3
"""Without a car, or in the dark with nothing offered, a minute is a step: nothing moves."""

DARK_W: Final = 5.0
"""Arrays that give less sleep."""

FULL_PCT: Final = 100.0
NO_CAP_W: Final = -1.0
"""How the GX says that the inverter is not limited."""

S_PER_H: Final = 3600.0
DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a replay brought."""

    total: Sums
    days: tuple[Sums, ...]
    """One for each day of the record."""


def replay(record: Record, settings: Settings | Timeline) -> Outcome:
    """Live through a record with `settings`, or with those of a timeline."""
    timeline = [(record.start_s, settings)] if isinstance(settings, Settings) else settings
    run = _Run(record, timeline)
    readings = [run.sums()]
    for day in record.days:
        run.live_until(min(day.end_s, record.end_s), day)
        readings.append(run.sums())
    days = (between(before, after) for before, after in pairwise(readings))
    return Outcome(total=between(readings[0], readings[-1]), days=tuple(days))


class _Run:
    """One replay in motion."""

    def __init__(self, record: Record, timeline: Timeline) -> None:
        self._record = record
        self._timeline = list(timeline)
        self._settings = self._timeline[0][1]
        self._slot = 0
        soc_pct = next(level for level in record.soc_pct if level is not None)
        capacity_kwh = self._settings.site.battery_capacity_kwh
        self._battery = Battery(capacity_kwh, soc_pct, record.site)
        self._start_kwh = self._battery.stored_kwh
        self._cars = make_cars(record.cars, record.site.volts)
        self._memory = Memory(house=record.house)
        self._offers_a = dict.fromkeys(record.cars, 0)
        self._sunsets_s = _sunsets_s(record.days)
        self._lost_pct: float | None = None
        """Level when a gap began; None outside of gaps."""
        self._inverter_cap_w: float | None = None
        self._kwh = dict.fromkeys(("pv", "house", "in", "out", "bought", "sold"), 0.0)
        self._bill: float | None = None
        self._known_s = 0.0

    def live_until(self, end_s: float, day: Day) -> None:
        """Step to the end of a day."""
        while self._now_s < end_s - SLOT_S / 2:
            slots = self._pace(end_s)
            pv_w = _mean(self._record.pv_w[self._slot : self._slot + slots])
            house_w = _mean(self._record.house_w[self._slot : self._slot + slots])
            if pv_w is None or house_w is None:
                self._skip(slots)
            else:
                self._step(pv_w, house_w, slots, day)

    @property
    def _now_s(self) -> float:
        return self._record.start_s + self._slot * SLOT_S

    def _pace(self, end_s: float) -> int:
        """Slots of the next step."""
        left = round((end_s - self._now_s) / SLOT_S)
        if any(self._offers_a.values()):
            return 1
        here = [car for car in self._cars.values() if car.stay(self._now_s) is not None]
        if here and (self._record.pv_w[self._slot] or 0.0) >= DARK_W:
            return 1
        plugs_s = [car.next_plug_s(self._now_s) for car in self._cars.values()]
        next_s = min((at_s for at_s in plugs_s if at_s is not None), default=end_s)
        until_plug = max(1, int((next_s - self._now_s) / SLOT_S))
        return min(REST_SLOTS, left, until_plug)

    def _skip(self, slots: int) -> None:
        """Nothing is known: the battery moves as it was recorded to have moved, nothing else does."""
        if self._lost_pct is None:
            self._lost_pct = self._record.soc_pct[max(0, self._slot - 1)]
        self._slot += slots
        for car in self._cars.values():
            car.skip(self._now_s)

    def _found(self) -> None:
        """The first step after a gap."""
        now_pct = self._record.soc_pct[self._slot]
        if self._lost_pct is not None and now_pct is not None:
            moved_pct = self._battery.soc_pct + now_pct - self._lost_pct
            before_kwh = self._battery.stored_kwh
            self._battery.soc_pct = min(FULL_PCT, max(0.0, moved_pct))
            self._start_kwh += self._battery.stored_kwh - before_kwh
        self._lost_pct = None

    def _step(self, pv_w: float, house_w: float, slots: int, day: Day) -> None:
        if self._lost_pct is not None:
            self._found()
        dt_s, now_s = slots * SLOT_S, self._now_s
        car_w = sum(car.step(self._offers_a[key], now_s, dt_s) for key, car in self._cars.items())
        flows = flow(self._battery, pv_w, house_w, car_w, self._inverter_cap_w, dt_s)
        self._book(flows, dt_s)
        self._slot += slots
        self._choose_settings()
        readings = self._readings(flows, day)
        decision, self._memory = decide(self._settings, self._memory, readings, self._now_s)
        self._take(decision)

    def _choose_settings(self) -> None:
        """Take the settings of this time."""
        while len(self._timeline) > 1 and self._timeline[1][0] <= self._now_s:
            del self._timeline[0]
        self._settings = self._timeline[0][1]

    def _take(self, decision: Decision) -> None:
        for key, answer in decision.chargers.items():
            if key in self._offers_a and answer.send:
                self._offers_a[key] = answer.offered_current_a
        self._inverter_cap_w = decision.site.discharge_limit_w

    def _book(self, flows: Flows, dt_s: float) -> None:
        per_w = dt_s / WS_PER_KWH
        bought_kwh, sold_kwh = max(0.0, flows.grid_w) * per_w, max(0.0, -flows.grid_w) * per_w
        for name, kwh in (
            ("pv", flows.pv_w * per_w),
            ("house", flows.house_w * per_w),
            ("in", max(0.0, flows.battery_w) * per_w),
            ("out", max(0.0, -flows.battery_w) * per_w),
            ("bought", bought_kwh),
            ("sold", sold_kwh),
        ):
            self._kwh[name] += kwh
        self._known_s += dt_s
        prices = self._prices()
        if prices is not None:
            paid = bought_kwh * prices.import_per_kwh - sold_kwh * (prices.export_per_kwh or 0.0)
            self._bill = (self._bill or 0.0) + paid

    def _prices(self) -> Prices | None:
        bought = _at(self._record.import_price, self._slot)
        return (
            None if bought is None else Prices(bought, _at(self._record.export_price, self._slot))
        )

    def _readings(self, flows: Flows, day: Day) -> Readings:
        """What adapters would have read at the end of a step."""
        now_s = self._now_s
        departures_h = {
            key: hours_to_next(car.departures_s, now_s) for key, car in self._record.cars.items()
        }
        return Readings(
            site=_site_reading(flows, self._battery, self._inverter_cap_w, now_s),
            chargers={
                key: _charger_reading(car, self._offers_a[key], now_s)
                for key, car in self._cars.items()
            },
            hours_to_sunset=hours_to_next(self._sunsets_s, now_s),
            day_length_h=day.length_h,
            hours_to_departure={
                key: hours for key, hours in departures_h.items() if hours is not None
            },
            prices=self._prices(),
        )

    def sums(self) -> Sums:
        """What has flowed so far."""
        kwh = self._kwh
        return Sums(
            cars={key: self._car_sums(key, car) for key, car in self._cars.items()},
            pv_kwh=kwh["pv"],
            house_kwh=kwh["house"],
            charged_kwh=kwh["in"],
            discharged_kwh=kwh["out"],
            imported_kwh=kwh["bought"],
            exported_kwh=kwh["sold"],
            bill=self._bill,
            known_s=self._known_s,
            battery_pct=self._battery.soc_pct,
            stored_kwh=self._battery.stored_kwh,
            gained_kwh=self._battery.stored_kwh - self._start_kwh,
        )

    def _car_sums(self, key: str, car: Car) -> CarSums:
        memory = self._memory.chargers.get(key, ChargerMemory())
        money = memory.money if self._bill is not None else None
        return CarSums(energy=memory.meter.lifetime, starts=car.closings, money=money)


def hours_to_next(times_s: Sequence[float], now_s: float) -> float | None:
    """Hours to the next of some times in order, > 0; None after the last."""
    index = bisect_right(times_s, now_s)
    return None if index == len(times_s) else (times_s[index] - now_s) / S_PER_H


def _sunsets_s(days: Sequence[Day]) -> tuple[float, ...]:
    known = [day.sunset_s for day in days if day.sunset_s is not None]
    # After the last one the law asks for the next, which comes about a day later.
    return (*known, known[-1] + DAY_S) if known else ()


def _site_reading(
    flows: Flows, battery: Battery, inverter_cap_w: float | None, now_s: float
) -> SiteReading:
    def here[T](value: T) -> Reading[T]:
        """Read now."""
        return Reading(value, now_s)

    site = battery.site
    phases = site.grid_phases
    return SiteReading(
        grid_power_w=here(flows.grid_w),
        grid_phase_powers_w=(here(flows.grid_w / phases),) * phases,
        battery_power_w=here(flows.battery_w),
        battery_soc_pct=here(battery.soc_pct),
        pv_power_w=here(flows.pv_w),
        pv_dc_power_w=here(flows.pv_w),
        consumption_power_w=here(flows.house_w + flows.car_w),
        grid_voltage_v=here(site.volts),
        active_soc_limit_pct=here(site.min_soc_pct),
        pv_limited=here(flows.limited),
        feed_in_allowed=here(site.feed_in),
        grid_connected=here(value=True),
        discharge_limit_w=here(NO_CAP_W if inverter_cap_w is None else inverter_cap_w),
    )


def _charger_reading(car: Car, offered_a: int, now_s: float) -> ChargerReading:
    def here[T](value: T) -> Reading[T]:
        """Read now."""
        return Reading(value, now_s)

    plugged = car.stay(now_s) is not None
    drawing = plugged and car.drawing
    power_w = car.power_w if drawing else 0.0
    return ChargerReading(
        online=here(value=True),
        state=here(_state(plugged=plugged, drawing=drawing, offered_a=offered_a)),
        vehicle_connected=here(plugged),
        charging_power_w=here(power_w),
        charging_current_a=here(power_w / (car.volts * car.record.phases)),
        voltage_v=here(car.volts),
        pilot_a=here(float(offered_a)),
        manual_override=here(value=False),
        total_energy_kwh=here(car.total_kwh),
        session_energy_kwh=here(car.stay_kwh),
    )


def _state(*, plugged: bool, drawing: bool, offered_a: int) -> ChargerState:
    if not plugged:
        return ChargerState.DISCONNECTED
    if drawing:
        return ChargerState.CHARGING
    return ChargerState.CONNECTED if offered_a else ChargerState.SLEEPING


def _at(slots: Slots, index: int) -> float | None:
    return slots[min(index, len(slots) - 1)] if slots else None


def _mean(slots: Slots) -> float | None:
    """Mean of some slots; None when one is unknown."""
    known = [value for value in slots if value is not None]
    return sum(known) / len(known) if known and len(known) == len(slots) else None
