"""The answer of a what-if as data: sums by name, their differences, and what to know about them.

The names are a contract with automations and the card (`docs/what-if.md`): energies in kWh, levels and
shares in %, money in Home Assistant's currency. What is not known is None.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .control.replay import Outcome
from .control.replay_record import Record
from .control.replay_sums import CarSums, Sums, Worth, net
from .recorded_days import Tracks, recorded_car, recorded_site

DECIMALS: Final = 3
"""Watt-hours and tenths of cents: sums of days must add up."""

S_PER_H: Final = 3600.0
FULL_PCT: Final = 100.0

type Answer = dict[str, float | None]

LEAST_KNOWN: Final = 0.9
"""Part of the time that must be recorded, or counters that ran on meanwhile cannot be compared."""

NEVER_RECORDED: Final = ("net", "stored_kwh")

COARSENESS: Final = (
    "car_kwh",
    "solar_kwh",
    "imported_kwh",
    "exported_kwh",
    "starts",
    "battery_pct",
)


def of_car(car: CarSums) -> Answer:
    """What a charger's cars got, or all of them together."""
    energy, money = car.energy, car.money
    return {
        "car_kwh": energy.total_kwh,
        "solar_kwh": energy.solar_kwh,
        "battery_kwh": energy.battery_kwh,
        "grid_kwh": energy.grid_kwh,
        "solar_share_pct": energy.solar_share_pct,
        "starts": car.starts,
        "charging_cost": None if money is None else money.cost,
        "charging_savings": None if money is None else money.savings,
    }


def of_site(sums: Sums, worth: Worth | None) -> Answer:
    """What flowed at the site."""
    return {
        **of_car(sums.car),
        "imported_kwh": sums.imported_kwh,
        "exported_kwh": sums.exported_kwh,
        "battery_pct": sums.battery_pct,
        "stored_kwh": sums.stored_kwh,
        "bill": sums.bill,
        "net": net(sums, worth),
    }


def minus(left: Mapping[str, float | None], right: Mapping[str, float | None]) -> Answer:
    """Difference key by key; None where one is unknown."""
    return {
        key: None if value is None or (other := right.get(key)) is None else value - other
        for key, value in left.items()
    }


def of_record(
    record: Record, tracks: Tracks, chargers: Sequence[str], start_s: float, end_s: float
) -> Answer:
    """What our entities say happened between two times."""
    cars = [recorded_car(tracks, charger, start_s, end_s) for charger in chargers]
    together: Answer = {key: _sum([car[key] for car in cars]) for key in cars[0]} if cars else {}
    site = recorded_site(record, tracks, start_s, end_s)
    return _with_share(together) | site | dict.fromkeys(NEVER_RECORDED)


def of_recorded_car(tracks: Tracks, charger: str, start_s: float, end_s: float) -> Answer:
    """What a charger's own counters say."""
    return _with_share(dict(recorded_car(tracks, charger, start_s, end_s)))


def _with_share(answer: Answer) -> Answer:
    total_kwh, solar_kwh = answer.get("car_kwh"), answer.get("solar_kwh")
    share = None
    if total_kwh and solar_kwh is not None:
        share = min(FULL_PCT, FULL_PCT * solar_kwh / total_kwh)
    return answer | {"solar_share_pct": share}


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def coarseness(lived: Outcome, recorded: Answer, record: Record) -> Answer | None:
    """How far a replay with the settings as they were is from what was recorded."""
    asked_s = record.end_s - record.start_s
    if lived.total.known_s < LEAST_KNOWN * asked_s:
        return None
    off = minus(of_site(lived.total, None), recorded)
    answer = {key: off[key] for key in COARSENESS}
    car_kwh, off_kwh = recorded.get("car_kwh"), off["car_kwh"]
    percent = None if not car_kwh or off_kwh is None else FULL_PCT * off_kwh / car_kwh
    return answer | {"car_pct": percent}


def of_days(
    record: Record, tracks: Tracks, worth: Worth | None, present: Outcome, changed: Outcome
) -> list[dict[str, Any]]:
    """The same for each day with data."""
    answers = []
    for day, now, tried in zip(record.days, present.days, changed.days, strict=True):
        if now.known_s <= 0.0:
            continue
        before, after = of_site(now, worth), of_site(tried, worth)
        answers.append(
            {
                "date": day.date,
                "hours": now.known_s / S_PER_H,
                "present": before,
                "changed": after,
                "difference": minus(after, before),
                "recorded": of_record(record, tracks, list(record.cars), day.start_s, day.end_s),
            }
        )
    return answers


def rounded(answer: Any) -> Any:
    """Round all numbers in an answer."""
    if isinstance(answer, Mapping):
        return {key: rounded(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [rounded(value) for value in answer]
    return round(answer, DECIMALS) if isinstance(answer, float) else answer
