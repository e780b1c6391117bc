"""Prices choose a priority: what a kWh is worth in the car, at night and left over."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.victron_openevse.control.memory import HouseMemory, Memory, Tariff
from custom_components.victron_openevse.control.model import Prices, Priority, SiteSettings
from custom_components.victron_openevse.control.nights import update_house
from custom_components.victron_openevse.control.persist import dump, load
from custom_components.victron_openevse.control.tariff import (
    DAYS_KEPT,
    HOURS_KEPT,
    in_force,
    update_tariff,
)

BY_PRICES: Final = SiteSettings(priority=Priority.PRICES)
FLAT: Final = (0.30,) * 24
CHEAP_NIGHT: Final = (*(0.30,) * 18, *(0.20,) * 6)
MINUTE_S: Final = 60.0
HOUR_MIN: Final = 60
LOAD_W: Final = 600.0
SUNNY: Final = (1.0,) * 5
DULL: Final = (0.0,) * 5


def live(
    house: HouseMemory,
    hours: float,
    *,
    price: float | None,
    pv_w: float = 0.0,
    soc_pct: float | None = 50.0,
) -> HouseMemory:
    """Let some hours pass at one price under one sun."""
    prices = None if price is None else Prices(price, 0.05)
    for _ in range(round(hours * HOUR_MIN)):
        before = house
        house = update_house(
            house, pv_w=pv_w, house_w=LOAD_W, curtailed=False, hours_to_sunset=None, dt_s=MINUTE_S
        )
        house = update_tariff(before, house, prices, soc_pct, MINUTE_S)
    return house


@pytest.mark.parametrize(
    ("tariff", "prices", "chosen"),
    [
        pytest.param(Tariff(hours=FLAT), Prices(0.30, 0.05), Priority.CAR_FIRST, id="flat tariff"),
        pytest.param(
            Tariff(hours=CHEAP_NIGHT, night_price=0.28, refills=SUNNY),
            Prices(0.30, 0.05),
            Priority.BALANCED,
            id="a cheap night, sunny days",
        ),
        pytest.param(
            Tariff(hours=CHEAP_NIGHT, night_price=0.28, refills=DULL),
            Prices(0.30, 0.05),
            Priority.HOUSE_FIRST,
            id="a cheap night, dull days: what is left will be used",
        ),
        pytest.param(
            Tariff(hours=CHEAP_NIGHT, night_price=0.20, refills=SUNNY),
            Prices(0.20, 0.05),
            Priority.CAR_FIRST,
            id="the house's night is as cheap as the car's",
        ),
        pytest.param(
            Tariff(hours=CHEAP_NIGHT, night_price=0.28, refills=SUNNY),
            Prices(0.30, 0.25),
            Priority.HOUSE_FIRST,
            id="an export pays more than the car",
        ),
        pytest.param(
            Tariff(hours=CHEAP_NIGHT, refills=SUNNY),
            Prices(0.30, None),
            Priority.BALANCED,
            id="no night known, no export price",
        ),
        pytest.param(
            Tariff(hours=FLAT[:19]), Prices(0.30), Priority.BALANCED, id="too few hours known"
        ),
        pytest.param(Tariff(hours=FLAT), None, Priority.BALANCED, id="no price at this moment"),
    ],
)
def test_what_prices_choose(tariff: Tariff, prices: Prices | None, chosen: Priority) -> None:
    house = HouseMemory(tariff=tariff)
    assert in_force(BY_PRICES, house, prices).priority is chosen


def test_the_owners_own_choice_stands() -> None:
    house = HouseMemory(tariff=Tariff(hours=FLAT))
    settings = SiteSettings(priority=Priority.HOUSE_FIRST)
    assert in_force(settings, house, Prices(0.30)) is settings


@pytest.mark.parametrize("factor", [0.01, 1.0, 100.0])
def test_the_currency_does_not_matter(factor: float) -> None:
    hours = tuple(factor * price for price in CHEAP_NIGHT)
    tariff = Tariff(hours=hours, night_price=factor * 0.28, refills=SUNNY)
    prices = Prices(factor * 0.30, factor * 0.05)
    house = HouseMemory(tariff=tariff)
    assert in_force(BY_PRICES, house, prices).priority is Priority.BALANCED


def test_a_day_of_prices_is_kept_and_the_oldest_hour_forgotten() -> None:
    house = live(HouseMemory(), HOURS_KEPT, price=0.30)
    assert house.tariff.hours == pytest.approx(FLAT)
    house = live(house, 2, price=0.10)
    assert house.tariff.hours == pytest.approx((*FLAT[2:], 0.10, 0.10))


def test_an_hour_without_prices_is_no_cheap_hour() -> None:
    house = live(HouseMemory(), 3, price=0.30)
    assert live(house, 3, price=None).tariff.hours == house.tariff.hours


def test_a_negative_price_counts_as_nothing_paid() -> None:
    assert live(HouseMemory(), 1, price=-0.05).tariff.hours == (0.0,)


def test_the_night_costs_what_its_hours_cost() -> None:
    house = live(HouseMemory(), 6, price=0.40)
    house = live(house, 6, price=0.20)
    house = live(house, 0.5, price=0.20, pv_w=3000.0)
    assert house.tariff.night_price == pytest.approx(0.30, abs=0.005)
    assert house.tariff.night_kwh == 0.0


def test_a_day_counts_as_sunny_when_the_battery_was_full() -> None:
    house = HouseMemory()
    for peak_pct in (96.0, 60.0):
        house = live(house, 1, price=None, pv_w=3000.0, soc_pct=peak_pct)
        house = live(house, 1, price=None, soc_pct=50.0)
    assert house.tariff.refills == (1.0, 0.0)


def test_only_recent_days_count() -> None:
    house = HouseMemory(tariff=Tariff(refills=DULL))
    house = live(house, 1, price=None, soc_pct=97.0)
    assert house.tariff.refills == (*DULL[1:], 1.0)
    assert len(house.tariff.refills) == DAYS_KEPT


def test_prices_survive_a_restart() -> None:
    house = live(HouseMemory(), 30, price=0.30)
    memory = Memory(house=house)
    restored = load(dump(memory, 1000.0), 5.0, absent_s=60.0)
    assert restored.house.tariff == house.tariff


def test_a_damaged_store_keeps_the_rest() -> None:
    data = dump(Memory(house=HouseMemory(tariff=Tariff(night_price=0.2))), 0.0)
    data["house"]["tariff"]["hours"] = "often"
    restored = load(data, 0.0, absent_s=0.0).house.tariff
    assert restored == replace(Tariff(), night_price=0.2)
