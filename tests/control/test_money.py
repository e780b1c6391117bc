"""What charging cost and saved."""

from dataclasses import replace

import pytest

from custom_components.victron_openevse.control.memory import ChargerMemory, Energy, Meter, Money
from custom_components.victron_openevse.control.model import Prices
from custom_components.victron_openevse.control.money import book_money
from custom_components.victron_openevse.control.persist import dump, load

from .build import KEY, House

BEFORE = Meter(lifetime=Energy(solar_kwh=10.0, battery_kwh=5.0, grid_kwh=2.0))
AFTER = Meter(lifetime=Energy(solar_kwh=13.0, battery_kwh=6.0, grid_kwh=4.0))


@pytest.mark.parametrize(
    ("prices", "cost", "savings"),
    [
        pytest.param(None, 0.0, 0.0, id="no prices"),
        pytest.param(Prices(0.30), 0.60, 1.20, id="the grid pays nothing"),
        pytest.param(Prices(0.30, 0.08), 0.92, 0.88, id="the sun could have been sold"),
        pytest.param(Prices(-0.10, 0.0), -0.20, -0.40, id="who takes is paid"),
        pytest.param(Prices(0.20, 0.25), 1.40, -0.20, id="selling pays more than buying"),
    ],
)
def test_what_four_kwh_of_ones_own_and_two_bought_cost(
    prices: Prices | None, cost: float, savings: float
) -> None:
    """Bought at the import price, own at what the grid would have paid."""
    money = book_money(BEFORE, ChargerMemory(meter=AFTER), prices).money

    assert [money.cost, money.savings] == pytest.approx([cost, savings])


def test_sums_go_on() -> None:
    """A booking adds to what was booked."""
    memory = ChargerMemory(meter=AFTER, money=Money(cost=1.0, savings=2.0))

    money = book_money(BEFORE, memory, Prices(0.30)).money

    assert [money.cost, money.savings] == pytest.approx([1.6, 3.2])


def test_money_below_zero_outlives_a_restart() -> None:
    """Energies are never negative, what they cost may be."""
    house = House()
    house.run(5)
    owed = replace(house.own, money=Money(cost=-1.5, savings=-0.5))
    stored = dump(replace(house.memory, chargers={KEY: owed}), house.now_s)

    assert load(stored, 0.0, 10.0).chargers[KEY].money == Money(cost=-1.5, savings=-0.5)
