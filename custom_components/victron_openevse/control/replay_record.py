"""What was recorded of some days, in the shape that a replay steps through.

A recorded value holds until the next one (`Track`). A replay needs means over equal slots instead,
and for each car its stays at the plug with the energy that it wanted.

Powers in W, energies in kWh, currents in A per phase, levels in %. Times (`_s`) are seconds since 1970.
What was not recorded is None, never a number.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from .memory import HouseMemory

type Track[T] = Sequence[tuple[float, T | None]]
"""Values with the time from which on they held, oldest first; None = unknown from then on."""

type Slots = Sequence[float | None]
"""The mean of each slot of a record; None = unknown in at least half of it."""

SLOT_S: Final = 20.0
"""Length of a slot, and of a step by day. 10 s would be twice as dear and, measured, no better than
by 0.4 % of the sun in the car; what is recorded is coarser anyway."""

WS_PER_KWH: Final = 3.6e6

DRAWS_W: Final = 100.0
"""A car that draws less is not charging: chargers' meters and standing losses show some watts."""

REFUSED_S: Final = 180.0
"""A car that was offered current for so long after its last charge and took none had enough."""

OPEN_APPETITE_KWH: Final = 60.0
"""What a car that was not full when it left may take beyond all that it took: a common battery."""

LATE_S: Final = 300.0
"""A recorded value may be this late (`SETTLE_S` in `lean`)."""

LEAST_EFFICIENCY: Final = 0.85
"""Inverters reach 0.90..0.96; who reads less has meters that do not fit together."""

ENOUGH_KWH: Final = 5.0
"""With less than this through the inverter, what meters miss is more than what it loses."""

BELOW_OFFER_A: Final = 0.6
"""A car that stays this far below the offer has reached its own limit: the law offers one amp more than
such a car takes, and a full amp is told in steps of 0.1 A at most."""


USUAL_MINIMUM_PCT: Final = 10.0
"""ESS's own minimum level as delivered, where the GX does not tell its."""

USUAL_C: Final = 0.5
"""Part of its capacity that a home battery gives or takes per hour at least; more where it was seen."""

W_PER_KW: Final = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A car at the plug."""

    plugged_at_s: float
    unplugged_at_s: float
    drawn_kwh: float
    """Energy that it took."""
    hungry: bool = False
    """Nobody knows how much more it wanted: it was never seen to refuse an offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarRecord:
    """What is known of the car at one charger."""

    stays: tuple[Stay, ...] = ()
    limit_a: float | None = None
    """What the car itself takes at most, per phase; None = all that was offered."""
    phases: int = 1
    departures_s: tuple[float, ...] = ()
    """When it was to leave, as far as planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """The site as far as it does not change."""

    volts: float
    """Phase to neutral."""
    feed_in: bool = True
    """Whether excess sun may be exported."""
    min_soc_pct: float = USUAL_MINIMUM_PCT
    """Level at which the GX stops discharging."""
    max_charge_w: float
    """Most that the battery takes."""
    max_discharge_w: float
    """Most that it gives."""
    grid_phases: int = 1
    efficiency: float = 1.0
    """AC that the inverter makes of the DC it is given, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day of a record."""

    date: str
    start_s: float
    end_s: float
    sunset_s: float | None = None
    length_h: float | None = None
    """From sunrise to sunset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Some days of a site; the slots of all series begin at `start_s`."""

    start_s: float
    days: tuple[Day, ...]
    pv_w: Slots
    house_w: Slots
    """Without the cars."""
    soc_pct: Slots
    """Level at the beginning of each slot; at least one is known."""
    import_price: Slots = ()
    """Per kWh; empty = unknown."""
    export_price: Slots = ()
    cars: Mapping[str, CarRecord] = field(default_factory=dict)
    site: SiteFacts
    house: HouseMemory = field(default_factory=HouseMemory)
    """What the law had learned of the house."""

    @property
    def end_s(self) -> float:
        """End of the last slot."""
        return self.start_s + len(self.pv_w) * SLOT_S


def slot_means(track: Track[float], start_s: float, slots: int) -> tuple[float | None, ...]:
    """Time-weighted mean of each slot."""
    end_s = start_s + slots * SLOT_S
    sums, known_s = [0.0] * slots, [0.0] * slots
    for (at_s, value), (until_s, _) in pairwise((*track, (end_s, None))):
        if value is None:
            continue
        _spread(value, max(at_s, start_s) - start_s, min(until_s, end_s) - start_s, sums, known_s)
    return tuple(
        total / length_s if length_s >= SLOT_S / 2 else None
        for total, length_s in zip(sums, known_s, strict=True)
    )


def _spread(
    value: float, from_s: float, to_s: float, sums: list[float], known_s: list[float]
) -> None:
    """Add a value that held from `from_s` to `to_s` (since the first slot) to its slots."""
    while from_s < to_s:
        slot = int(from_s // SLOT_S)
        length_s = min(to_s, (slot + 1) * SLOT_S) - from_s
        sums[slot] += value * length_s
        known_s[slot] += length_s
        from_s = min(to_s, (slot + 1) * SLOT_S)


def value_at[T](track: Track[T], at_s: float) -> T | None:
    """The value that held at a time; None before the first."""
    index = bisect_right(track, at_s, key=lambda item: item[0])
    return track[index - 1][1] if index else None


def energy_kwh(power_w: Track[float], start_s: float, end_s: float) -> tuple[float, float]:
    """Energy that flowed in and out (both >= 0) between two times, kWh."""
    taken, given = 0.0, 0.0
    for (at_s, value), (until_s, _) in pairwise((*power_w, (end_s, None))):
        length_s = min(until_s, end_s) - max(at_s, start_s)
        if value is None or length_s <= 0.0:
            continue
        taken += max(0.0, value) * length_s
        given += max(0.0, -value) * length_s
    return taken / WS_PER_KWH, given / WS_PER_KWH


def counted_kwh(counter: Track[float], start_s: float, end_s: float) -> float | None:
    """What a counter gained between two times; None where it is unknown. A fall is a new beginning."""
    before = value_at(counter, start_s)
    values = [value for at_s, value in counter if start_s < at_s <= end_s and value is not None]
    if before is not None:
        values.insert(0, before)
    if not values:
        return None
    return sum(max(0.0, after - earlier) for earlier, after in pairwise(values))


def inverter_efficiency(dc_kwh: float, ac_kwh: float) -> float:
    """Judge the inverter by the energy that went in and came out; 1 where too little is known."""
    if dc_kwh < ENOUGH_KWH:
        return 1.0
    return min(1.0, max(LEAST_EFFICIENCY, ac_kwh / dc_kwh))


def net_kwh(power_w: Track[float], start_s: float, end_s: float) -> float:
    """Energy in less energy out between two times."""
    taken_kwh, given_kwh = energy_kwh(power_w, start_s, end_s)
    return taken_kwh - given_kwh


def find_stays(
    connected: Track[bool],
    power_w: Track[float],
    offered_a: Track[float],
    counter_kwh: Track[float],
    start_s: float,
    end_s: float,
) -> tuple[Stay, ...]:
    """Find when a car was plugged in and how much it wanted; gaps do not end a stay."""
    stays: list[Stay] = []
    plugged_at_s: float | None = None
    for told_at_s, plugged in (*connected, (end_s, False)):
        at_s = min(max(told_at_s, start_s), end_s)
        if plugged and plugged_at_s is None:
            plugged_at_s = at_s
        elif plugged is False and plugged_at_s is not None:
            if at_s > plugged_at_s:
                stays.append(_stay(power_w, offered_a, counter_kwh, plugged_at_s, at_s))
            plugged_at_s = None
    return tuple(stays)


def _stay(
    power_w: Track[float],
    offered_a: Track[float],
    counter_kwh: Track[float],
    start_s: float,
    end_s: float,
) -> Stay:
    drawn_kwh = counted_kwh(counter_kwh, start_s, end_s + LATE_S)
    if drawn_kwh is None:
        drawn_kwh = energy_kwh(power_w, start_s, end_s)[0]
    hungry = _refused_s(power_w, offered_a, start_s, end_s) < REFUSED_S
    return Stay(
        plugged_at_s=start_s,
        unplugged_at_s=end_s,
        drawn_kwh=drawn_kwh,
        hungry=hungry,
    )


def _refused_s(
    power_w: Track[float], offered_a: Track[float], start_s: float, end_s: float
) -> float:
    """How long the car was offered current after it had drawn for the last time."""
    last_s = start_s
    for (at_s, value), (until_s, _) in pairwise((*power_w, (end_s, None))):
        if value is not None and value > DRAWS_W and at_s < end_s and until_s > start_s:
            last_s = min(until_s, end_s)
    offered_s = 0.0
    for (at_s, value), (until_s, _) in pairwise((*offered_a, (end_s, None))):
        if value:
            offered_s += max(0.0, min(until_s, end_s) - max(at_s, last_s))
    return offered_s


def own_limit_a(
    power_w: Track[float], offered_a: Track[float], volts: float, phases: int
) -> float | None:
    """What the car took at most although more was offered for minutes; None = took all."""
    drawn_a = max((value for _, value in power_w if value is not None), default=0.0) / (
        volts * phases
    )
    held_a = [
        value
        for (at_s, value), (until_s, _) in pairwise(offered_a)
        if value is not None
        and until_s - at_s >= LATE_S
        and (value_at(power_w, until_s) or 0.0) > DRAWS_W
    ]
    return drawn_a if max(held_a, default=0.0) > drawn_a + BELOW_OFFER_A else None
