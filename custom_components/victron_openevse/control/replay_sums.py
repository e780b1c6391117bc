"""What a replay adds up: energies, starts and money, in total and day by day.

Everything here only grows, so a day is the difference of two readings; the level of the battery is
that at the end. Energies in kWh, money in the owner's currency, prices per kWh.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from .memory import Energy, Money
from .replay_model import DISCHARGE_EFFICIENCY
from .tariff import CHEAP_HOURS

HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class CarSums:
    """What one charger's cars got."""

    energy: Energy = field(default_factory=Energy)
    starts: int = 0
    """Closings of the contactor."""
    money: Money | None = None
    """None where no prices are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What flowed at the site."""

    cars: Mapping[str, CarSums] = field(default_factory=dict)
    pv_kwh: float = 0.0
    """What was taken of the sun."""
    house_kwh: float = 0.0
    charged_kwh: float = 0.0
    discharged_kwh: float = 0.0
    imported_kwh: float = 0.0
    exported_kwh: float = 0.0
    bill: float | None = None
    """Import paid less export received; None where no prices are known."""
    known_s: float = 0.0
    """Time with data."""
    battery_pct: float = 0.0
    """Level at the end."""
    stored_kwh: float = 0.0
    """Energy inside the battery at the end."""
    gained_kwh: float = 0.0
    """What the battery holds more than at the beginning."""

    @property
    def car(self) -> CarSums:
        """All chargers together."""
        moneys = [car.money for car in self.cars.values() if car.money is not None]
        return CarSums(
            energy=_added([car.energy for car in self.cars.values()]),
            starts=sum(car.starts for car in self.cars.values()),
            money=Money(
                cost=sum(money.cost for money in moneys),
                savings=sum(money.savings for money in moneys),
            )
            if moneys
            else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What energy is worth that is left, per kWh."""

    car: float
    """In a car: what the cheapest hours of a day cost (as in `tariff`)."""
    battery: float
    """In the battery: the mean price that it saves later, less the loss of taking it out."""


def between(before: Sums, after: Sums) -> Sums:
    """What happened between two readings."""
    bill = None if after.bill is None else after.bill - (before.bill or 0.0)
    return Sums(
        cars={
            key: _car_between(before.cars.get(key, CarSums()), car)
            for key, car in after.cars.items()
        },
        pv_kwh=after.pv_kwh - before.pv_kwh,
        house_kwh=after.house_kwh - before.house_kwh,
        charged_kwh=after.charged_kwh - before.charged_kwh,
        discharged_kwh=after.discharged_kwh - before.discharged_kwh,
        imported_kwh=after.imported_kwh - before.imported_kwh,
        exported_kwh=after.exported_kwh - before.exported_kwh,
        bill=bill,
        known_s=after.known_s - before.known_s,
        battery_pct=after.battery_pct,
        stored_kwh=after.stored_kwh,
        gained_kwh=after.gained_kwh - before.gained_kwh,
    )


def _car_between(before: CarSums, after: CarSums) -> CarSums:
    was, now = before.energy, after.energy
    money = after.money
    if money is not None and before.money is not None:
        money = Money(
            cost=money.cost - before.money.cost, savings=money.savings - before.money.savings
        )
    return CarSums(
        energy=Energy(
            solar_kwh=now.solar_kwh - was.solar_kwh,
            battery_kwh=now.battery_kwh - was.battery_kwh,
            grid_kwh=now.grid_kwh - was.grid_kwh,
        ),
        starts=after.starts - before.starts,
        money=money,
    )


def _added(energies: Sequence[Energy]) -> Energy:
    return Energy(
        solar_kwh=sum(energy.solar_kwh for energy in energies),
        battery_kwh=sum(energy.battery_kwh for energy in energies),
        grid_kwh=sum(energy.grid_kwh for energy in energies),
    )


def worth_of(prices: Sequence[float | None], slots_per_hour: int) -> Worth | None:
    """What energy left over is worth under recorded import prices; None without prices."""
    known = [price for price in prices if price is not None]
    if not known:
        return None
    hours = [
        sum(hour) / len(hour)
        for start in range(0, len(prices), slots_per_hour)
        if (
            hour := [price for price in prices[start : start + slots_per_hour] if price is not None]
        )
    ]
    cheap = [
        price
        for start in range(0, len(hours), HOURS_A_DAY)
        for price in sorted(hours[start : start + HOURS_A_DAY])[:CHEAP_HOURS]
    ]
    mean = sum(known) / len(known)
    return Worth(car=sum(cheap) / len(cheap), battery=mean * DISCHARGE_EFFICIENCY)


def net(sums: Sums, worth: Worth | None) -> float | None:
    """The bill less what is in the cars and the battery: what the time really cost; lower is better.

    A car that got less must be charged elsewhere, so a bill alone would praise the settings that
    charge nothing.
    """
    if sums.bill is None or worth is None:
        return None
    return sums.bill - worth.car * sums.car.energy.total_kwh - worth.battery * sums.gained_kwh
