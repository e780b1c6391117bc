"""A small model of battery and site: enough to say what other settings would have done.

The battery takes what is left of the sun and gives what is missing, within its limits; the grid takes
the rest at once. The sun counts as DC behind one inverter, whose losses the record tells. What is left out:
the seconds that a real ESS needs, the inverter's rating, temperature. `tests/control/test_replay_accuracy.py` measures what that costs.

Grid power is + for import, battery power is + for charging, both in W; levels in %.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from .replay_record import OPEN_APPETITE_KWH, W_PER_KW, WS_PER_KWH, CarRecord, SiteFacts, Stay

CHARGE_EFFICIENCY: Final = 0.95
DISCHARGE_EFFICIENCY: Final = 0.95
"""Each way: a lithium iron phosphate battery with its management and cables returns about 90 % of what
it was given, with the inverter's standing losses in it."""

TAPER_FROM_PCT: Final = 95.0
"""Above this the battery asks for less and less..."""
TAPER_END_C: Final = 0.02
"""... down to this part of its capacity per hour, when it is full."""

GUARD_HYSTERESIS_PCT: Final = 3.0
"""ESS discharges again only this much above its minimum."""

GRID_SETPOINT_W: Final = 50.0
"""What ESS lets the grid give all the time, so that a falling load never exports: its factory setting."""

FULL_PCT: Final = 100.0


class Flows(NamedTuple):
    """What flowed during one step, means in W."""

    pv_w: float
    """What was taken of the recorded sun."""
    house_w: float
    car_w: float
    """All cars together."""
    battery_w: float
    grid_w: float
    limited: bool
    """Sun was held back."""


@dataclass(slots=True)
class Battery:
    """The house battery; `step` moves it."""

    capacity_kwh: float
    soc_pct: float
    site: SiteFacts
    held: bool = False
    """It reached the GX's minimum and rests until it is some way above."""

    @property
    def stored_kwh(self) -> float:
        """Energy inside."""
        return self.soc_pct / FULL_PCT * self.capacity_kwh

    def accepts_w(self, dt_s: float) -> float:
        """Most that it takes during a step."""
        site = self.site
        end_w = TAPER_END_C * self.capacity_kwh * W_PER_KW
        left = min(1.0, max(0.0, (FULL_PCT - self.soc_pct) / (FULL_PCT - TAPER_FROM_PCT)))
        most_w = end_w + max(0.0, site.max_charge_w - end_w) * left
        return min(most_w, self._room_w(FULL_PCT - self.soc_pct, dt_s) / CHARGE_EFFICIENCY)

    def gives_w(self, dt_s: float) -> float:
        """Most that it gives during a step."""
        minimum_pct = self.site.min_soc_pct
        if self.soc_pct <= minimum_pct:
            self.held = True
        elif self.soc_pct >= min(FULL_PCT, minimum_pct + GUARD_HYSTERESIS_PCT):
            self.held = False
        if self.held:
            return 0.0
        room_w = self._room_w(self.soc_pct - minimum_pct, dt_s)
        return min(self.site.max_discharge_w, room_w * DISCHARGE_EFFICIENCY)

    def step(self, power_w: float, dt_s: float) -> None:
        """Store or take `power_w`."""
        inside_w = power_w * CHARGE_EFFICIENCY if power_w > 0.0 else power_w / DISCHARGE_EFFICIENCY
        moved_pct = inside_w * dt_s / WS_PER_KWH / self.capacity_kwh * FULL_PCT
        self.soc_pct = min(FULL_PCT, max(0.0, self.soc_pct + moved_pct))

    def _room_w(self, span_pct: float, dt_s: float) -> float:
        """Power that moves the level by `span_pct` within a step."""
        return max(0.0, span_pct) / FULL_PCT * self.capacity_kwh * WS_PER_KWH / dt_s


@dataclass(slots=True)
class Car:
    """The car at one charger, from stay to stay."""

    record: CarRecord
    volts: float
    total_kwh: float = 0.0
    """All that it has taken."""
    stay_kwh: float = 0.0
    closings: int = 0
    drawing: bool = False
    power_w: float = 0.0
    """Mean of the last step."""
    _next: int = 0
    _ahead_kwh: float = 0.0
    """What it got in earlier stays beyond what it took in reality; below zero it lacks some."""

    def stay(self, now_s: float) -> Stay | None:
        """The stay that runs; None while there is no car."""
        stays = self.record.stays
        while self._next < len(stays) and now_s >= stays[self._next].unplugged_at_s:
            self._ahead_kwh += self.stay_kwh - stays[self._next].drawn_kwh
            self._next += 1
            self.stay_kwh = 0.0
        if self._next == len(stays) or now_s < stays[self._next].plugged_at_s:
            return None
        return stays[self._next]

    def step(self, offered_a: int, now_s: float, dt_s: float) -> float:
        """Draw from an offer during a step; gives the mean power."""
        stay = self.stay(now_s)
        left_kwh = 0.0 if stay is None else self._appetite_kwh(stay) - self.stay_kwh
        draws = offered_a > 0 and left_kwh > 0.0
        self.closings += draws and not self.drawing
        self.drawing = draws
        self.power_w = min(self._asks_w(offered_a), left_kwh * WS_PER_KWH / dt_s) if draws else 0.0
        taken_kwh = self.power_w * dt_s / WS_PER_KWH
        self.stay_kwh += taken_kwh
        self.total_kwh += taken_kwh
        return self.power_w

    def _appetite_kwh(self, stay: Stay) -> float:
        """Most that it takes in a stay: what it took, what it lacks from before, and what nobody knows.

        It drives as it did, so what it got too much or too little before shows when it comes back.
        """
        open_kwh = OPEN_APPETITE_KWH if stay.hungry else 0.0
        return stay.drawn_kwh + open_kwh - self._ahead_kwh

    def skip(self, now_s: float) -> None:
        """Nothing is known of a while: the contactor counts as open."""
        self.stay(now_s)
        self.drawing, self.power_w = False, 0.0

    def next_plug_s(self, now_s: float) -> float | None:
        """When the next car comes."""
        upcoming = (stay.plugged_at_s for stay in self.record.stays[self._next :])
        return next((at_s for at_s in upcoming if at_s > now_s), None)

    def _asks_w(self, offered_a: int) -> float:
        limit_a = self.record.limit_a
        current_a = offered_a if limit_a is None else min(offered_a, limit_a)
        return current_a * self.volts * self.record.phases


def flow(
    battery: Battery,
    pv_w: float,
    house_w: float,
    car_w: float,
    inverter_cap_w: float | None,
    dt_s: float,
) -> Flows:
    """Let one step happen; `inverter_cap_w` is what the law allows the inverter, None = all."""
    efficiency = battery.site.efficiency
    # What the inverter needs on its DC side; below zero it has some left.
    missing_w = _dc_w(house_w + car_w - GRID_SETPOINT_W, efficiency) - pv_w
    if missing_w > 0.0:
        gives_w = battery.gives_w(dt_s)
        if inverter_cap_w is not None:
            gives_w = min(gives_w, max(0.0, inverter_cap_w / efficiency - pv_w))
        battery_w = -min(missing_w, gives_w)
        limited = False
    else:
        battery_w = min(-missing_w, battery.accepts_w(dt_s))
        limited = battery_w < -missing_w and not battery.site.feed_in
        if limited:
            pv_w += missing_w + battery_w
    battery.step(battery_w, dt_s)
    grid_w = house_w + car_w - _ac_w(pv_w - battery_w, efficiency)
    return Flows(pv_w, house_w, car_w, battery_w, grid_w, limited)


def _dc_w(ac_w: float, efficiency: float) -> float:
    """Power on the inverter's DC side; below zero it charges, and loses on the way in."""
    return ac_w / efficiency if ac_w > 0.0 else ac_w * efficiency


def _ac_w(dc_w: float, efficiency: float) -> float:
    """Power on its AC side."""
    return dc_w * efficiency if dc_w > 0.0 else dc_w / efficiency


def make_cars(records: Mapping[str, CarRecord], volts: float) -> dict[str, Car]:
    """Put each charger's car at the beginning of the record."""
    return {key: Car(record, volts) for key, record in records.items()}
