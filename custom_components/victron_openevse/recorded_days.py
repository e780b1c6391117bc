"""Makes a record for a replay out of what the recorder kept of our entities, and says what happened.

Recorded states are few (`lean`), which costs a replay little: what matters is energy, and that is
right in the mean. While Home Assistant was off nothing was written and the last states seem to
hold; a site whose powers all stand still for half an hour counts as such a gap.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

from .control.memory import HouseMemory
from .control.model import Settings
from .control.replay_record import (
    LATE_S,
    SLOT_S,
    W_PER_KW,
    CarRecord,
    Day,
    Record,
    SiteFacts,
    Slots,
    Track,
    counted_kwh,
    energy_kwh,
    find_stays,
    inverter_efficiency,
    net_kwh,
    own_limit_a,
    slot_means,
    value_at,
)
from .recorder_history import as_flags, as_numbers

NEEDED_SITE: Final = ("pv_power", "house_power", "battery_soc")
NEEDED_CHARGER: Final = ("charging_power", "offered_current")
NEEDED_FLAGS: Final = ("vehicle_connected",)
MORE_SITE: Final = ("grid_power", "battery_power")
MORE_CHARGER: Final = (
    "energy_total",
    "energy_solar",
    "energy_battery",
    "energy_grid",
    "charging_cost",
    "charging_savings",
)

SILENCE_S: Final = 1800.0
"""Powers are written at the latest five minutes after they moved by 10 W; no house stands still so long."""

S_PER_H: Final = 3600.0

type Key = tuple[str | None, str]
"""A charger's id (None = the site) and the key of an entity."""

type Recorded = Mapping[str, float | None]
"""Sums by the names of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known without the recorder."""

    days: tuple[Day, ...]
    """The days asked for, the last one ending now."""
    settings: Settings
    site: SiteFacts
    feed_in: bool | None
    """Whether excess sun may be exported; None = the record has to tell."""
    phases: Mapping[str, int]
    """Of each charger's car."""
    departures_s: Mapping[str, tuple[float, ...]]
    house: HouseMemory
    import_price: float | None = None
    """The price of now, for days without recorded ones."""
    export_price: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """What was recorded, by charger and key."""

    texts: Mapping[Key, Track[str]]
    import_price: Track[float] = ()
    export_price: Track[float] = ()
    numbers: dict[Key, Track[float]] = field(default_factory=dict)
    """Filled on demand."""

    def number(self, charger: str | None, key: str) -> Track[float]:
        """States of an entity as numbers; empty where nothing was recorded."""
        name = (charger, key)
        if name not in self.numbers:
            self.numbers[name] = as_numbers(self.texts.get(name, ()))
        return self.numbers[name]

    def flag(self, charger: str | None, key: str) -> Track[bool]:
        """States of a binary sensor."""
        return as_flags(self.texts.get((charger, key), ()))


def make_record(known: Known, tracks: Tracks) -> Record | None:
    """Give the days as a replay steps through them; None where nothing was recorded."""
    days = _recorded_days(known.days, tracks)
    if not days:
        return None
    start_s = days[0].start_s
    slots = int((days[-1].end_s - start_s) // SLOT_S)
    if slots <= 0:
        return None
    house_w: Slots = slot_means(tracks.number(None, "house_power"), start_s, slots)
    pv_w = slot_means(tracks.number(None, "pv_power"), start_s, slots)
    house_w = _without_gaps(house_w, find_gaps(tracks, days[-1].end_s), start_s)
    site = _site_facts(known, tracks)
    return Record(
        start_s=start_s,
        days=days,
        pv_w=_asleep_at_night(pv_w, days, start_s),
        house_w=house_w,
        soc_pct=_levels(tracks.number(None, "battery_soc"), start_s, slots),
        import_price=_prices(tracks.import_price, known.import_price, start_s, slots),
        export_price=_prices(tracks.export_price, known.export_price, start_s, slots),
        cars={key: _car(key, known, tracks, site, days) for key in known.settings.chargers},
        site=site,
        house=HouseMemory(nights_kwh=known.house.nights_kwh, tariff=known.house.tariff),
    )


def _recorded_days(days: Sequence[Day], tracks: Tracks) -> tuple[Day, ...]:
    """The days of which something was recorded; the first begins when all that is needed is known."""
    firsts = [_first_s(tracks.number(None, key)) for key in NEEDED_SITE]
    starts_s = [at_s for at_s in firsts if at_s is not None]
    if len(starts_s) < len(firsts):
        return ()
    known_s = max(starts_s)
    return tuple(
        day if known_s - day.start_s <= LATE_S else replace(day, start_s=known_s)
        for day in days
        if day.end_s > known_s
    )


def _first_s(track: Track[float]) -> float | None:
    return next((at_s for at_s, value in track if value is not None), None)


def find_gaps(tracks: Tracks, end_s: float) -> list[tuple[float, float]]:
    """Find when Home Assistant or the GX said nothing at all."""
    times_s = sorted(
        at_s
        for key in (*NEEDED_SITE, *MORE_SITE)
        for at_s, _ in tracks.number(None, key)
        if at_s < end_s
    )
    return [
        (before_s + LATE_S, after_s)
        for before_s, after_s in pairwise((*times_s, end_s))
        if after_s - before_s > SILENCE_S
    ]


def _without_gaps(slots: Slots, gaps: Iterable[tuple[float, float]], start_s: float) -> Slots:
    kept = list(slots)
    for from_s, to_s in gaps:
        first = max(0, int((from_s - start_s) // SLOT_S))
        last = min(len(kept), int((to_s - start_s) // SLOT_S))
        kept[first:last] = [None] * max(0, last - first)
    return kept


def _asleep_at_night(pv_w: Slots, days: Sequence[Day], start_s: float) -> Slots:
    """Inverters that leave the GX when they fall asleep are as dark as those that say 0."""
    light = [
        (day.sunset_s - day.length_h * S_PER_H, day.sunset_s)
        for day in days
        if day.sunset_s is not None and day.length_h is not None
    ]

    def value(slot: int, power_w: float | None) -> float | None:
        """Give the power of a slot, W: what was not recorded at night was nothing."""
        if power_w is not None or not light:
            return power_w
        at_s = start_s + slot * SLOT_S
        return None if any(rise_s <= at_s <= set_s for rise_s, set_s in light) else 0.0

    return [value(slot, power_w) for slot, power_w in enumerate(pv_w)]


def _levels(track: Track[float], start_s: float, slots: int) -> Slots:
    """The level at the beginning of each slot; it holds until the next that was told."""
    levels: list[float | None] = []
    index, level = 0, None
    for slot in range(slots):
        at_s = start_s + slot * SLOT_S
        while index < len(track) and track[index][0] <= at_s:
            told = track[index][1]
            level = level if told is None else told
            index += 1
        levels.append(level)
    return levels


def _prices(track: Track[float], now: float | None, start_s: float, slots: int) -> Slots:
    """Recorded prices; where there is none, that of now."""
    recorded = slot_means(track, start_s, slots)
    if now is None:
        return () if recorded.count(None) == slots else recorded
    return [now if price is None else price for price in recorded]


def _site_facts(known: Known, tracks: Tracks) -> SiteFacts:
    """What the record tells of the site: the battery's powers, and whether it exports."""
    powers_w = [value for _, value in tracks.number(None, "battery_power") if value is not None]
    feed_in = known.feed_in
    if feed_in is None:
        feed_in = not any(held for _, held in tracks.flag(None, "pv_curtailed"))
    return replace(
        known.site,
        feed_in=feed_in,
        efficiency=_efficiency(known, tracks),
        max_charge_w=max((known.site.max_charge_w, *powers_w)),
        max_discharge_w=max((known.site.max_discharge_w, *(-power_w for power_w in powers_w))),
    )


def _efficiency(known: Known, tracks: Tracks) -> float:
    """What the inverter loses, from the energy on both of its sides."""
    if not all(tracks.number(None, key) for key in MORE_SITE):
        return 1.0
    start_s, end_s = known.days[0].start_s, known.days[-1].end_s

    def kwh(charger: str | None, key: str) -> float:
        """Add up a recorded power over all days."""
        return net_kwh(tracks.number(charger, key), start_s, end_s)

    cars_kwh = sum(kwh(charger, "charging_power") for charger in known.settings.chargers)
    return inverter_efficiency(
        dc_kwh=kwh(None, "pv_power") - kwh(None, "battery_power"),
        ac_kwh=kwh(None, "house_power") + cars_kwh - kwh(None, "grid_power"),
    )


def _car(
    charger: str, known: Known, tracks: Tracks, site: SiteFacts, days: Sequence[Day]
) -> CarRecord:
    power_w = tracks.number(charger, "charging_power")
    offered_a = tracks.number(charger, "offered_current")
    phases = known.phases[charger]
    return CarRecord(
        stays=find_stays(
            tracks.flag(charger, "vehicle_connected"),
            power_w,
            offered_a,
            tracks.number(charger, "energy_total"),
            days[0].start_s,
            days[-1].end_s,
        ),
        limit_a=own_limit_a(power_w, offered_a, site.volts, phases),
        phases=phases,
        departures_s=known.departures_s.get(charger, ()),
    )


def recorded_site(record: Record, tracks: Tracks, start_s: float, end_s: float) -> dict[str, Any]:
    """What our entities say happened at the site between two times."""
    grid_w = tracks.number(None, "grid_power")
    level_pct = value_at(tracks.number(None, "battery_soc"), end_s)
    imported_kwh, exported_kwh = energy_kwh(grid_w, start_s, end_s) if grid_w else (None, None)
    return {
        "imported_kwh": imported_kwh,
        "exported_kwh": exported_kwh,
        "battery_pct": level_pct,
        "bill": _bill(record, grid_w, start_s, end_s),
    }


def _bill(record: Record, grid_w: Track[float], start_s: float, end_s: float) -> float | None:
    if not record.import_price or not grid_w:
        return None
    first = int((start_s - record.start_s) // SLOT_S)
    powers_w = slot_means(grid_w, start_s, int((end_s - start_s) // SLOT_S))
    paid = 0.0
    for slot, power_w in enumerate(powers_w, start=first):
        bought = record.import_price[min(slot, len(record.import_price) - 1)]
        sold = record.export_price[slot] if slot < len(record.export_price) else None
        price = bought if (power_w or 0.0) > 0.0 else sold
        paid += (power_w or 0.0) * SLOT_S / S_PER_H / W_PER_KW * (price or 0.0)
    return paid


def recorded_car(tracks: Tracks, charger: str, start_s: float, end_s: float) -> Recorded:
    """What a charger's own counters say it got between two times."""

    def counted(key: str) -> float | None:
        """How much a counter has gone up, kWh."""
        return counted_kwh(tracks.number(charger, key), start_s, end_s)

    def moved(key: str) -> float | None:
        """How far a value that may fall has moved."""
        track = tracks.number(charger, key)
        before, after = value_at(track, start_s), value_at(track, end_s)
        return None if before is None or after is None else after - before

    return {
        "car_kwh": counted("energy_total"),
        "solar_kwh": counted("energy_solar"),
        "battery_kwh": counted("energy_battery"),
        "grid_kwh": counted("energy_grid"),
        "starts": _starts(tracks.flag(charger, "charging"), start_s, end_s),
        "charging_cost": moved("charging_cost"),
        "charging_savings": moved("charging_savings"),
    }


def _starts(charging: Track[bool], start_s: float, end_s: float) -> int | None:
    told = [(at_s, on) for at_s, on in charging if on is not None]
    if not told:
        return None
    return sum(
        now and not before and start_s < at_s <= end_s
        for (_, before), (at_s, now) in pairwise(told)
    )


def hours_on(flags: Track[bool], start_s: float, end_s: float) -> float:
    """How long a flag was on between two times, hours."""
    on_s = sum(
        max(0.0, min(until_s, end_s) - max(at_s, start_s))
        for (at_s, on), (until_s, _) in pairwise((*flags, (end_s, None)))
        if on
    )
    return on_s / S_PER_H
