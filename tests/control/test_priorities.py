"""How the priorities feel in a house: when a car starts, what the battery gives it, when it stops."""

from typing import Any

import pytest

from custom_components.victron_openevse.control.awake import HIDDEN_REST_S, RESERVE_CONFIRM_S
from custom_components.victron_openevse.control.model import (
    Mode,
    Priority,
    SiteSettings,
    Status,
)
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import VOLTS, House, home


def at_night(priority: Priority, **how: Any) -> House:
    """The same house six hours after sunset."""
    return home(priority, **{"pv_w": 0.0, "hours_to_sunset": 18.0, **how})


def charging(house: House) -> bool:
    """The car draws current."""
    return house.drawn_a > 0.0


def surplus_a(house: House) -> float:
    """Current that leaves battery and grid alone."""
    return (house.pv_w - house.load_w) / VOLTS


SUN = (Status.WAITING_FOR_SUN, ReasonCode.WAITING_FOR_SURPLUS)
RESERVE = (Status.WAITING_FOR_BATTERY, ReasonCode.RESERVE_REACHED)
FULL = (Status.WAITING_FOR_BATTERY, ReasonCode.FILLING_BATTERY_FIRST)


@pytest.mark.parametrize(
    ("priority", "how", "waits_for"),
    [
        pytest.param(Priority.CAR_FIRST, {"pv_w": 0.0}, None, id="car first: the battery gives"),
        pytest.param(Priority.BALANCED, {"pv_w": 0.0}, SUN, id="balanced waits for sun by day"),
        pytest.param(Priority.BALANCED, {"pv_w": 2500.0}, None, id="balanced starts with the sun"),
        pytest.param(
            Priority.BALANCED,
            {"pv_w": 0.0, "hours_to_sunset": 2.0},
            None,
            id="balanced gives at dusk what the night does not need",
        ),
        pytest.param(
            Priority.BALANCED, {"pv_w": 0.0, "soc_pct": 97.0}, None, id="balanced near full"
        ),
        pytest.param(
            Priority.BALANCED,
            {"pv_w": 0.0, "day_length_h": None},
            None,
            id="balanced that knows no day is car first",
        ),
        pytest.param(
            Priority.BALANCED,
            {"pv_w": 0.0, "hours_to_sunset": 2.0, "soc_pct": 16.0},
            RESERVE,
            id="balanced at dusk keeps what the night needs",
        ),
        pytest.param(
            Priority.BALANCED, {"pv_w": 0.0, "soc_pct": 14.0}, RESERVE, id="by day as well"
        ),
        pytest.param(Priority.HOUSE_FIRST, {"pv_w": 2500.0}, FULL, id="house first: the battery"),
        pytest.param(
            Priority.HOUSE_FIRST, {"pv_w": 2500.0, "soc_pct": 99.0}, None, id="house first: full"
        ),
        pytest.param(
            Priority.HOUSE_FIRST,
            {"pv_w": 0.0, "soc_pct": 70.0, "departure_h": 2.0},
            None,
            id="house first before a departure: tonight's sun refills it",
        ),
    ],
)
def test_who_starts_a_car_at_70_pct(
    priority: Priority, how: dict[str, Any], waits_for: tuple[Status, ReasonCode] | None
) -> None:
    house = home(priority, **how)
    house.run(400)
    assert charging(house) is (waits_for is None)
    if waits_for is not None:
        assert (house.charger.status, house.charger.reason.code) == waits_for


@pytest.mark.parametrize(
    ("how", "charges"),
    [
        pytest.param({"feed_in_allowed": False}, True, id="its sun is hidden"),
        pytest.param({"feed_in_allowed": True}, False, id="the meter would show more sun"),
        pytest.param({"feed_in_allowed": False, "soc_pct": 90.0}, False, id="it is not full"),
    ],
)
def test_a_battery_resting_below_full_hides_sun(how: dict[str, Any], charges: bool) -> None:
    house = home(Priority.HOUSE_FIRST, pv_limited=None, load_w=400.0, **{"soc_pct": 97.0, **how})
    for _ in range(400):
        house.pv_w = house.load_w + house.car_w
        house.step()
    assert charging(house) is charges


@pytest.mark.parametrize(
    ("priority", "soc_pct"),
    [
        pytest.param(Priority.HOUSE_FIRST, 99.0, id="house first, full"),
        pytest.param(Priority.HOUSE_FIRST, 70.0, id="house first"),
        pytest.param(Priority.BALANCED, 16.0, id="balanced below the night's need"),
        pytest.param(Priority.CAR_FIRST, 30.0, id="car first below the reserve"),
    ],
)
def test_a_battery_sold_at_night_starts_nothing(priority: Priority, soc_pct: float) -> None:
    house = at_night(priority, soc_pct=soc_pct, load_w=0.0, battery_w=-4000.0)
    house.run(3600, dt_s=5.0)
    grid = house.site_reading().grid_power_w
    assert grid is not None
    assert grid.value == -4000.0
    assert house.closings == 0


def test_car_first_lends_nothing_below_the_floor() -> None:
    floor_pct = 20.0
    house = home(
        Priority.CAR_FIRST,
        pv_w=1400.0,
        soc_pct=60.0,
        site_settings={"reserve_floor_pct": floor_pct, "night_reserve_pct": floor_pct},
    )
    house.run(SiteSettings().min_on_s)
    assert charging(house), "above the floor the battery adds what the sun lacks"
    house.soc_pct = floor_pct
    house.run(RESERVE_CONFIRM_S - 10.0)
    assert charging(house), "a touch is no breach"
    house.run(20.0)
    assert not charging(house)
    assert house.charger.reason.code is ReasonCode.RESERVE_REACHED


def test_car_first_that_begins_at_the_floor_runs_its_least_time_only() -> None:
    floor_pct = 20.0
    site = {"reserve_floor_pct": floor_pct, "night_reserve_pct": floor_pct}
    house = home(Priority.CAR_FIRST, pv_w=1400.0, soc_pct=60.0, site_settings=site)
    house.run(10)
    assert charging(house)
    house.soc_pct = floor_pct
    house.run(house.all_settings().site.min_on_s + RESERVE_CONFIRM_S)
    assert not charging(house)


def test_a_battery_that_does_not_help_puts_the_car_to_sleep() -> None:
    house = at_night(Priority.CAR_FIRST, battery_w=0.0)
    house.run(60)
    assert charging(house), "at 70 % the battery should give"
    house.run(house.all_settings().site.min_on_s + RESERVE_CONFIRM_S)
    assert not charging(house)
    house.run(HIDDEN_REST_S - RESERVE_CONFIRM_S - house.all_settings().site.min_on_s)
    assert not charging(house), "it rests before it asks the battery again"
    house.run(3 * 3600, dt_s=5.0)
    assert house.closings == 1, "it lets the grid carry the house, so it gives nothing still"
    house.battery_w = None
    house.run(1800, dt_s=5.0)
    assert charging(house), "it gives again"


def test_a_site_that_imports_on_purpose_asks_its_battery_again() -> None:
    """An ESS with a grid setpoint of 150 W: the battery carries the rest."""
    house = at_night(Priority.CAR_FIRST, battery_w=0.0)
    house.run(1500)
    assert not charging(house)
    house.load_w, house.battery_w = 500.0, -350.0
    house.run(2 * 3600, dt_s=5.0)
    assert house.closings > 1


def test_a_battery_that_helps_carries_the_car_through_the_night() -> None:
    house = at_night(Priority.CAR_FIRST)
    house.run(3600)
    assert charging(house)
    assert house.closings == 1


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


def test_a_refilled_battery_wakes_the_car_without_a_rest() -> None:
    """The rest is for starts that failed, not for a reserve that was reached and refilled."""
    house = House(pv_w=200.0, soc_pct=70.0)
    house.run(400)
    house.soc_pct = 20.0
    house.run(120)
    assert house.offered_a == 0
    house.soc_pct = 70.0
    house.run(310)
    assert house.offered_a == 6
