"""What recent prices make of the owner's priority.

A kWh in the car is worth what charging it otherwise would cost: the price of the cheapest hours of
the last day. A kWh kept in the battery saves what the house pays at night. One that the night does not
need replaces tomorrow's import if no sun refills the battery, and is worth an export if the sun does;
how likely that is, recent days tell. These three worths choose among the priorities:

* the car is worth at least the night: `car_first`;
* the car is worth less than the night, but more than what is left over: `balanced`;
* even what is left over is worth more than the car: `house_first`.

Prices are in the owner's currency per kWh and never meet a constant: only their order counts.
"""

from typing import Final

from .change import replace
from .memory import HouseMemory, Tariff
from .model import Prices, Priority, SiteSettings

HOUR_S: Final = 3600.0

HOURS_KEPT: Final = 24
"""A tariff repeats itself every day."""

HOURS_NEEDED: Final = 20
"""With fewer hours known, the cheap ones may not have come yet."""

CHEAP_HOURS: Final = 4
"""A car takes several hours to charge: the single cheapest one does not do it."""

ROUND_TRIP: Final = 0.95
"""Battery to house, as measured on LFP batteries behind a Multi."""

REFILLED_PCT: Final = 95.0
"""A battery that got here during the day was refilled by the sun."""

DAYS_KEPT: Final = 5
"""Weather changes within a week."""


def update_tariff(
    before: HouseMemory,
    house: HouseMemory,
    prices: Prices | None,
    soc_pct: float | None,
    dt_s: float,
) -> HouseMemory:
    """Book `dt_s` seconds of prices; `before` is the same house before these seconds."""
    tariff = house.tariff
    if soc_pct is not None and soc_pct > tariff.peak_soc_pct:
        tariff = replace(tariff, peak_soc_pct=soc_pct)
    if house.dark and not before.dark:
        refilled = 1.0 if tariff.peak_soc_pct >= REFILLED_PCT else 0.0
        refills = (*tariff.refills, refilled)[-DAYS_KEPT:]
        tariff = replace(tariff, refills=refills, peak_soc_pct=0.0)
    if prices is not None and dt_s > 0.0:
        bought_kwh = max(0.0, house.night_kwh - before.night_kwh)
        tariff = _book_price(tariff, max(0.0, prices.import_per_kwh), bought_kwh, dt_s)
        if before.dark and not house.dark:
            tariff = _end_night(tariff)
    return house if tariff is house.tariff else replace(house, tariff=tariff)


def _book_price(tariff: Tariff, price: float, bought_kwh: float, dt_s: float) -> Tariff:
    """Add to the running hour and, weighed by what the house lacks, to the running night."""
    hour_s = tariff.hour_s + dt_s
    hour_sum = tariff.hour_sum + price * dt_s
    tariff = replace(
        tariff,
        hour_s=hour_s,
        hour_sum=hour_sum,
        night_kwh=tariff.night_kwh + bought_kwh,
        night_cost=tariff.night_cost + bought_kwh * price,
    )
    if hour_s < HOUR_S:
        return tariff
    hours = (*tariff.hours, hour_sum / hour_s)[-HOURS_KEPT:]
    return replace(tariff, hours=hours, hour_s=0.0, hour_sum=0.0)


def _end_night(tariff: Tariff) -> Tariff:
    if tariff.night_kwh <= 0.0:
        return tariff
    night_price = tariff.night_cost / tariff.night_kwh
    return replace(tariff, night_price=night_price, night_kwh=0.0, night_cost=0.0)


def in_force(settings: SiteSettings, house: HouseMemory, prices: Prices | None) -> SiteSettings:
    """Give the settings with the priority that prices choose, where the owner left it to them."""
    if settings.priority is not Priority.PRICES:
        return settings
    return replace(settings, priority=_chosen(house.tariff, prices))


def _chosen(tariff: Tariff, prices: Prices | None) -> Priority:
    """Choose a priority; as long as too little is known, the one between the others."""
    if prices is None or len(tariff.hours) < HOURS_NEEDED:
        return Priority.BALANCED
    car = sum(sorted(tariff.hours)[:CHEAP_HOURS]) / CHEAP_HOURS
    mean = sum(tariff.hours) / len(tariff.hours)
    night = ROUND_TRIP * (mean if tariff.night_price is None else tariff.night_price)
    if car >= night:
        return Priority.CAR_FIRST
    sunny = sum(tariff.refills) / len(tariff.refills) if tariff.refills else 1.0
    sold = prices.export_per_kwh or 0.0
    left = sunny * sold + (1.0 - sunny) * night
    return Priority.BALANCED if car > left else Priority.HOUSE_FIRST
