"""Sun that neither house nor cars will be able to take: the battery waits for it."""

from dataclasses import replace
from math import nan, pi
from typing import Any

import pytest

from custom_components.victron_openevse.control.cars import solar_cars
from custom_components.victron_openevse.control.memory import HouseMemory
from custom_components.victron_openevse.control.model import (
    Mode,
    Priority,
    Readings,
    SiteSettings,
)
from custom_components.victron_openevse.control.plan import FULL_LEVEL_PCT, Plan, make_plan
from custom_components.victron_openevse.control.sun_ahead import spilled_kwh

from .build import VOLTS, House

SETTINGS = SiteSettings(base_load_w=0.0, battery_capacity_kwh=10.0)
NOON = Readings(hours_to_sunset=6.0, day_length_h=12.0)
PEAK_W = 10_000.0
TODAY_KWH = PEAK_W / 1000.0 * 12.0 / pi
"""Half of what a day of that peak gives."""

SUNNY = HouseMemory(pv_today_kwh=TODAY_KWH, pv_recent_w=PEAK_W)


def plan(priority: Priority, cars_w: float | None, soc_pct: float = 85.0) -> Plan:
    """A plan at noon of a sunny day, for a house with long nights."""
    settings = replace(SETTINGS, priority=priority)
    house = replace(SUNNY, nights_kwh=(28.0,) * 5)
    return make_plan(settings, house, NOON, 5000.0, soc_pct, None, cars_w)


@pytest.mark.parametrize(
    ("cars_w", "house", "readings", "expected_kwh"),
    [
        pytest.param(0.0, SUNNY, NOON, TODAY_KWH, id="nobody takes any"),
        pytest.param(PEAK_W / 2.0, SUNNY, NOON, 13.08, id="what is above half of the peak"),
        pytest.param(PEAK_W, SUNNY, NOON, 0.0, id="the car takes all"),
        pytest.param(
            PEAK_W / 2.0, replace(SUNNY, pv_recent_w=4000.0), NOON, 0.0, id="the sky has closed"
        ),
        pytest.param(0.0, HouseMemory(), NOON, 0.0, id="a day without sun"),
        pytest.param(0.0, SUNNY, Readings(), 0.0, id="no day is known"),
        pytest.param(
            0.0, SUNNY, replace(NOON, hours_to_sunset=18.0), 0.0, id="at night none is left"
        ),
        pytest.param(0.0, SUNNY, replace(NOON, hours_to_sunset=nan), 0.0, id="no number"),
    ],
)
def test_what_is_spilled(
    cars_w: float, house: HouseMemory, readings: Readings, expected_kwh: float
) -> None:
    assert spilled_kwh(SETTINGS, house, readings, cars_w) == pytest.approx(expected_kwh, abs=0.01)


@pytest.mark.parametrize("priority", [Priority.HOUSE_FIRST, Priority.BALANCED])
def test_the_battery_leaves_the_sun_to_the_car_where_more_is_coming(priority: Priority) -> None:
    usual, spilling = plan(priority, PEAK_W), plan(priority, PEAK_W * 0.8)
    assert usual.lift_w < 0.0
    assert spilling.levels.reserve_pct < usual.levels.reserve_pct - 10.0
    assert spilling.lift_w > usual.lift_w


@pytest.mark.parametrize("priority", [Priority.HOUSE_FIRST, Priority.BALANCED])
def test_what_is_to_come_is_not_given_away_beforehand(priority: Priority) -> None:
    assert plan(priority, 0.0, soc_pct=60.0).lift_w == 0.0


def test_without_a_car_nothing_is_spilled_for_it() -> None:
    assert plan(Priority.HOUSE_FIRST, None).levels.reserve_pct == FULL_LEVEL_PCT


def test_car_first_claims_nothing_in_any_case() -> None:
    assert plan(Priority.CAR_FIRST, 0.0) == plan(Priority.CAR_FIRST, None)


@pytest.mark.parametrize(
    ("how", "expected_a"),
    [
        pytest.param({}, 20.0, id="the owner's maximum"),
        pytest.param({"settings": {"circuit_current_a": 13}}, 13.0, id="the circuit"),
        pytest.param({"car_limit_a": 8.0}, 8.0, id="what the car was seen to take"),
        pytest.param({"mode": Mode.FAST}, None, id="a car that does not follow the sun"),
        pytest.param({"vehicle": False}, None, id="no car"),
    ],
)
def test_what_the_cars_can_take(how: dict[str, Any], expected_a: float | None) -> None:
    house = House(pv_w=6000.0, **how)
    house.run(300)
    found = solar_cars(house.all_settings(), house.memory.chargers, house.readings, house.now_s)
    assert found.most_w == (None if expected_a is None else pytest.approx(expected_a * VOLTS))
