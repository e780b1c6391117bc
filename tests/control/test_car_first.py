"""`car_first`: the sun belongs to the car at any level of the battery, the battery keeps its reserve."""

import pytest

from custom_components.victron_openevse.control.awake import (
    CAR_START_SHARE,
    CAR_STOP_SHARE,
    CUSHION_PCT,
    RESERVE_CONFIRM_S,
    RIDE_THROUGH_S,
)
from custom_components.victron_openevse.control.model import MIN_CURRENT_A, Priority
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import VOLTS, House

FLOOR_PCT = 15.0
MINIMUM_W = MIN_CURRENT_A * VOLTS
SETTLED_S = 3000
"""Six time constants of the mean surplus, and more than the least time off."""


def low(sun_share: float, soc_pct: float, priority: Priority = Priority.CAR_FIRST) -> House:
    """A battery below its level late in the day; `sun_share` in minimum powers."""
    settings = {"priority": priority, "night_reserve_pct": 60.0, "resume_soc_pct": 80.0}
    house = House(
        pv_w=0.0, load_w=300.0, soc_pct=soc_pct, hours_to_sunset=2.0, site_settings=settings
    )
    house.run(400)
    house.pv_w = 300.0 + sun_share * MINIMUM_W
    return house


@pytest.mark.parametrize(
    ("sun_share", "soc_pct", "priority", "charges"),
    [
        pytest.param(1.2, 40.0, Priority.CAR_FIRST, True, id="sun below the reserve"),
        pytest.param(1.2, 40.0, Priority.BALANCED, False, id="elsewhere it is the battery's"),
        pytest.param(1.2, 40.0, Priority.HOUSE_FIRST, False, id="and in house first"),
        pytest.param(CAR_START_SHARE + 0.05, 40.0, Priority.CAR_FIRST, True, id="most of 6 A"),
        pytest.param(CAR_START_SHARE - 0.05, 40.0, Priority.CAR_FIRST, False, id="too little"),
        pytest.param(
            1.2, FLOOR_PCT + CUSHION_PCT + 0.1, Priority.CAR_FIRST, True, id="above the cushion"
        ),
        pytest.param(
            1.2, FLOOR_PCT + CUSHION_PCT - 0.1, Priority.CAR_FIRST, False, id="within the cushion"
        ),
    ],
)
def test_who_gets_the_sun_below_the_reserve(
    sun_share: float, soc_pct: float, priority: Priority, charges: bool
) -> None:
    house = low(sun_share, soc_pct, priority)
    assert house.offered_a == 0
    house.run(SETTLED_S)
    assert (house.offered_a > 0) is charges


def test_below_the_reserve_the_battery_gives_nothing_to_a_sunny_charge() -> None:
    house = low(2.6, 40.0)
    house.run(SETTLED_S)
    assert house.offered_a == int(2.6 * MIN_CURRENT_A)


@pytest.mark.parametrize(
    ("cloud_s", "closings"),
    [
        pytest.param(RIDE_THROUGH_S - 60.0, 1, id="a passing cloud is ridden through"),
        pytest.param(3.0 * RIDE_THROUGH_S, 2, id="a lasting one ends the charge"),
    ],
)
def test_clouds_below_the_reserve(cloud_s: float, closings: int) -> None:
    house = low(1.5, 40.0)
    house.run(SETTLED_S)
    house.pv_w = 300.0 + (CAR_STOP_SHARE - 0.15) * MINIMUM_W
    house.run(cloud_s)
    assert (house.offered_a == MIN_CURRENT_A) is (closings == 1)
    house.pv_w = 300.0 + 1.5 * MINIMUM_W
    house.run(SETTLED_S)
    assert house.offered_a > MIN_CURRENT_A
    assert house.closings == closings


def test_without_any_sun_the_reserve_ends_the_charge_soon() -> None:
    house = House(pv_w=0.0, soc_pct=45.0)
    house.run(400)
    assert house.offered_a == MIN_CURRENT_A
    house.soc_pct = 39.5
    house.run(RESERVE_CONFIRM_S + 2.0)
    assert house.offered_a == 0
    assert house.charger.reason.code is ReasonCode.RESERVE_REACHED


def test_below_the_floor_a_sunny_past_does_not_count() -> None:
    house = low(2.5, 40.0)
    house.run(SETTLED_S)
    house.soc_pct = FLOOR_PCT - 2.0
    house.pv_w = 200.0
    house.run(45)
    assert house.offered_a == 0


def test_a_busy_contactor_asks_for_more_battery_before_it_closes_again() -> None:
    """Sun that comes and goes each half hour: each start asks for a little more than the last."""
    house = low(1.2, 21.0)
    for _ in range(6):
        house.pv_w = 300.0 + 1.2 * MINIMUM_W
        house.run(1800)
        house.pv_w = 0.0
        house.run(1800)
    assert 1 < house.closings < 5
    house.soc_pct = 50.0
    house.pv_w = 300.0 + 1.2 * MINIMUM_W
    house.run(SETTLED_S)
    assert house.offered_a > 0
