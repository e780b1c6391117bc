"""How the priorities feel in a house: when a car starts, what the battery gives it, when it stops."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import Exchange, HouseMemory, Memory
from custom_components.victron_openevse.control.model import (
    ChargerSettings,
    Decision,
    Mode,
    Priority,
    Readings,
    Settings,
    SiteSettings,
    Status,
)
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import VOLTS, House

NIGHT_KWH = 4.0
SUN_TODAY_KWH = 10.0


def home(priority: Priority, **how: Any) -> House:
    """A house at noon of a long day that knows its nights, with a battery of 8 kWh."""
    learned = HouseMemory(nights_kwh=(NIGHT_KWH,) * 5, pv_today_kwh=SUN_TODAY_KWH)
    how = {"hours_to_sunset": 6.0, "day_length_h": 12.0, "memory": Memory(house=learned), **how}
    return House(site_settings={"priority": priority}, **how)


def charging(house: House) -> bool:
    """The car draws current."""
    return house.drawn_a > 0.0


def surplus_a(house: House) -> float:
    """Current that leaves battery and grid alone."""
    return (house.pv_w - house.load_w) / VOLTS


@pytest.mark.parametrize(
    ("priority", "how", "charges"),
    [
        pytest.param(Priority.CAR_FIRST, {"pv_w": 0.0}, True, id="car first: the battery gives"),
        pytest.param(Priority.BALANCED, {"pv_w": 0.0}, False, id="balanced waits for sun by day"),
        pytest.param(Priority.BALANCED, {"pv_w": 2500.0}, True, id="balanced starts with the sun"),
        pytest.param(
            Priority.BALANCED,
            {"pv_w": 0.0, "hours_to_sunset": 2.0},
            True,
            id="balanced gives at dusk what the night does not need",
        ),
        pytest.param(
            Priority.BALANCED, {"pv_w": 0.0, "soc_pct": 97.0}, True, id="balanced near full"
        ),
        pytest.param(
            Priority.BALANCED,
            {"pv_w": 0.0, "day_length_h": None},
            True,
            id="balanced that knows no day is car first",
        ),
        pytest.param(Priority.HOUSE_FIRST, {"pv_w": 2500.0}, False, id="house first: the battery"),
        pytest.param(
            Priority.HOUSE_FIRST, {"pv_w": 2500.0, "soc_pct": 99.0}, True, id="house first: full"
        ),
        pytest.param(
            Priority.HOUSE_FIRST,
            {"pv_w": 0.0, "soc_pct": 70.0, "departure_h": 2.0},
            True,
            id="house first before a departure: tonight's sun refills it",
        ),
    ],
)
def test_who_starts_a_car_at_70_pct(priority: Priority, how: dict[str, Any], charges: bool) -> None:
    house = home(priority, **how)
    house.run(400)
    assert charging(house) is charges
    if not charges:
        assert house.charger.status is Status.WAITING_FOR_BATTERY


def test_house_first_starts_when_full_and_keeps_the_battery_there() -> None:
    house = home(Priority.HOUSE_FIRST, pv_w=3000.0)
    house.run(600)
    assert house.closings == 0
    house.soc_pct = 98.2
    house.run(900)
    assert charging(house)
    assert house.offered_a == pytest.approx(surplus_a(house), abs=1.5)
    house.soc_pct = 95.0
    house.run(900)
    assert charging(house), "around a full battery the contactor is no thermostat"
    assert house.offered_a < surplus_a(house) - 1.0, "the battery's claim comes first"
    house.pv_w = 500.0
    house.run(900)
    assert charging(house), "nor under a cloud"
    house.soc_pct = 80.0
    house.pv_w = 0.0
    house.run(600)
    assert not charging(house)
    assert house.closings == 1


def test_balanced_bridges_a_cloud_but_not_the_evening() -> None:
    house = home(Priority.BALANCED, pv_w=2500.0)
    house.run(600)
    assert charging(house)
    house.pv_w = 300.0
    house.run(120)
    assert charging(house)
    house.run(3600)
    assert not charging(house)
    assert house.closings == 1


def test_sun_that_the_battery_cannot_take_starts_the_car() -> None:
    house = home(Priority.HOUSE_FIRST, pv_w=4000.0, soc_pct=50.0, battery_w=1500.0)
    house.run(100)
    assert not charging(house)
    house.run(900)
    assert charging(house)


def test_a_battery_far_below_its_level_gets_the_sun_of_a_running_car() -> None:
    house = home(Priority.HOUSE_FIRST, pv_w=3000.0, soc_pct=99.0)
    house.run(600)
    assert charging(house)
    house.soc_pct = 85.0
    house.run(600)
    assert not charging(house)


def test_a_single_wrong_level_starts_and_stops_nothing() -> None:
    house = home(Priority.HOUSE_FIRST, pv_w=3000.0, soc_pct=99.0)
    house.run(600)
    house.soc_pct = 40.0
    house.run(20)
    house.soc_pct = 99.0
    house.run(600)
    assert charging(house)
    assert house.closings == 1


def test_before_a_departure_the_battery_adds_to_the_sun_and_says_so() -> None:
    house = home(Priority.HOUSE_FIRST, pv_w=2000.0, soc_pct=85.0, departure_h=2.0)
    house.run(900)
    assert house.offered_a > surplus_a(house) + 4.0
    assert house.charger.reason.code is ReasonCode.SHARING_BATTERY
    assert house.charger.reason.numbers["battery_gives_w"] > 1000.0
    house.departure_h = None
    house.run(900)
    assert not charging(house), "85 % is far from full"


def test_the_battery_adds_slowly_and_yields_to_the_grid() -> None:
    house = home(Priority.HOUSE_FIRST, pv_w=2000.0, soc_pct=90.0, departure_h=2.0)
    house.run(30)
    assert house.offered_a <= surplus_a(house) + 2.5
    house.run(900)
    house.battery_w = -1000.0  # all this inverter can give: the grid pays the rest
    house.run(300)
    grid = house.site_reading().grid_power_w
    assert grid is not None
    assert grid.value < 2 * VOLTS


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"departure_h": 2.0, "soc_pct": 90.0}, id="before a departure"),
        pytest.param({"soc_pct": 97.0}, id="nor what soon overflows"),
    ],
)
def test_solar_only_takes_nothing_from_the_battery(how: dict[str, Any]) -> None:
    house = home(Priority.BALANCED, mode=Mode.SOLAR_ONLY, pv_w=2500.0, **how)
    house.run(900)
    assert 0 < house.offered_a <= surplus_a(house)


@pytest.mark.parametrize(
    ("how", "lowered"),
    [
        pytest.param({}, True, id="a plugged car in solar"),
        pytest.param({"vehicle": False}, False, id="no car is plugged in"),
        pytest.param({"mode": Mode.FAST}, False, id="fast needs no plan"),
        pytest.param({"mode": Mode.SOLAR_ONLY}, False, id="solar only has no part in the battery"),
        pytest.param({"departure_h": None}, False, id="nobody said when it leaves"),
    ],
)
def test_whose_departure_counts(how: dict[str, Any], lowered: bool) -> None:
    house = home(Priority.HOUSE_FIRST, **{"departure_h": 2.0, **how})
    house.run(5)
    assert house.decision is not None
    reserve_pct = house.decision.site.reserve_pct
    assert reserve_pct is not None
    assert (reserve_pct < 90.0) is lowered


def decide_for_two(
    orders: tuple[int, int], offered_a: tuple[int, int], departures: dict[str, float]
) -> Decision:
    """Two cars under one sun, at a house whose battery may add all it can."""
    house = home(Priority.HOUSE_FIRST, pv_w=6000.0, soc_pct=97.0, offered_a=10)
    settings = Settings(
        site=SiteSettings(priority=Priority.HOUSE_FIRST),
        chargers={
            key: ChargerSettings(mode=Mode.SOLAR, order=order)
            for key, order in zip("ab", orders, strict=True)
        },
    )
    memory, decision = house.memory, None
    for _ in range(20):
        house.now_s += 1.0
        chargers = {}
        for key, amps in zip("ab", offered_a, strict=True):
            house.offered_a = amps
            chargers[key] = house.charger_reading()
        house.offered_a = sum(offered_a)
        exchange = Exchange(lift_cap_w=3000.0)
        memory = replace(memory, site=replace(memory.site, exchange=exchange))
        readings = Readings(
            site=house.site_reading(),
            chargers=chargers,
            hours_to_sunset=6.0,
            day_length_h=12.0,
            hours_to_departure=departures,
        )
        decision, memory = decide(settings, memory, readings, house.now_s)
    assert decision is not None
    return decision


@pytest.mark.parametrize(
    ("orders", "offered_a", "helped"),
    [
        pytest.param((1, 2), (10, 10), "a", id="the first in the owner's order"),
        pytest.param((2, 1), (10, 10), "b", id="whatever its name"),
        pytest.param((1, 1), (10, 10), "a", id="without an order: by name"),
    ],
)
def test_the_battery_adds_to_one_car_only(
    orders: tuple[int, int], offered_a: tuple[int, int], helped: str
) -> None:
    decision = decide_for_two(orders, offered_a, {"a": 2.0})
    sharing = [
        key
        for key, charger in decision.chargers.items()
        if charger.reason.code is ReasonCode.SHARING_BATTERY
    ]
    assert sharing == [helped]


def test_the_first_departure_counts() -> None:
    reserves = [
        decide_for_two((1, 2), (10, 10), departures).site.reserve_pct
        for departures in ({"a": 4.0}, {"b": 2.0}, {"a": 4.0, "b": 2.0}, {"unknown": 1.0})
    ]
    late_pct, early_pct, both_pct, foreign_pct = reserves
    assert late_pct is not None
    assert early_pct is not None
    assert early_pct < late_pct
    assert both_pct == early_pct
    assert foreign_pct is not None
    assert foreign_pct > late_pct


def test_a_house_learns_its_night_while_the_law_decides() -> None:
    house = House(pv_w=0.0, load_w=500.0, vehicle=False)
    house.run(9 * 3600, dt_s=30.0)
    house.pv_w = 3000.0
    house.run(1200, dt_s=30.0)
    (night_kwh,) = house.memory.house.nights_kwh
    assert night_kwh == pytest.approx(9 * 0.5, abs=0.15)


def test_the_cars_energy_is_not_the_nights() -> None:
    house = House(pv_w=0.0, load_w=500.0, mode=Mode.MEDIUM)
    house.run(9 * 3600, dt_s=30.0)
    assert house.energy_kwh > 20.0
    house.pv_w = 3000.0
    house.run(1200, dt_s=30.0)
    (night_kwh,) = house.memory.house.nights_kwh
    assert night_kwh == pytest.approx(9 * 0.5, abs=0.15)
