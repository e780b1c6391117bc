"""What energy and wear are worth to an owner: the prices behind the score.

A day's value is what the car got, less what it cost:
`car*EV - import*extra import + export*extra export - wear*extra discharge - closing*closings
+ left*extra kWh left at the end`, where "extra" compares with the same day without a car. Money
is euro, energy kWh.
"""

from dataclasses import dataclass
from typing import Final

from custom_components.victron_openevse.control.model import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Euro per kWh, and per closing of the contactor."""

    car: float
    """Worth of a kWh in the car: what charging it otherwise would cost."""
    left: float
    """Worth of a stored kWh that is left at 05:00."""
    bought: float = 0.30
    """Grid import."""
    sold: float = 0.05
    """Grid export."""
    wear: float = 0.03
    """Each kWh out of the battery, at its terminals."""
    closing: float = 0.01
    """Each closing of the contactor."""


PRICES: Final[dict[Priority, Prices]] = {
    # A cheap car tariff at night; what is left in the morning will be used.
    Priority.HOUSE_FIRST: Prices(car=0.20, left=0.285),
    # The same tariff, but tomorrow is sunny: a full battery in the morning is worth an export.
    Priority.BALANCED: Prices(car=0.20, left=0.05),
    # No cheap tariff; the battery keeps only the house's minimum.
    Priority.CAR_FIRST: Prices(car=0.30, left=0.10),
}
"""The three owner profiles, by the priority setting that stands for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The energies of 24 hours, kWh, from the meters."""

    car: float = 0.0
    imported: float = 0.0
    exported: float = 0.0
    discharged: float = 0.0
    """Out of the battery, at its terminals."""
    left: float = 0.0
    """Stored at the end (any zero: only differences count)."""
    closings: int = 0


def value(day: Ledger, without_car: Ledger, prices: Prices) -> float:
    """Euro that the car's day was worth, against the same day without a car."""
    return (
        prices.car * day.car
        - prices.bought * (day.imported - without_car.imported)
        + prices.sold * (day.exported - without_car.exported)
        - prices.wear * (day.discharged - without_car.discharged)
        - prices.closing * (day.closings - without_car.closings)
        + prices.left * (day.left - without_car.left)
    )
