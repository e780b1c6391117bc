"""openWB, the PI loop and the automation: their rules one by one."""

import pytest

from benchmark.rivals.automation import Automation
from benchmark.rivals.openwb import Openwb
from benchmark.rivals.pi_loop import PiLoop
from custom_components.victron_openevse.control.model import Priority
from tests.benchmark.rivals.site import facts, run, seen


def test_automation_needs_five_minutes_above_and_five_below() -> None:
    sunny = 3000.0
    offers = run(Automation(facts()), lambda time_s: sunny if time_s < 900 else 500.0, 1500)
    assert offers.index(6) == 30
    assert offers[90 + 29] == 6
    assert offers[90 + 30] == 0
    assert set(offers) == {0, 6}


def test_automation_starts_over_when_the_sun_dips() -> None:
    offers = run(Automation(facts()), lambda time_s: 0.0 if time_s == 200 else 3000.0, 600)
    assert offers.index(6) == 51


def test_openwb_starts_after_thirty_seconds_of_1500_w() -> None:
    assert run(Openwb(facts()), lambda _time: 1499.0, 300) == [0] * 30
    assert run(Openwb(facts()), lambda _time: 1500.0, 300)[:4] == [0, 0, 0, 6]


def test_openwb_rises_by_five_amps_at_most_and_imports_a_little() -> None:
    offers = run(Openwb(facts()), lambda _time: 4600.0, 300)
    assert offers[3:7] == [6, 11, 16, 20]
    assert set(offers[6:]) == {20}


def test_openwb_stops_after_a_minute_at_minimum() -> None:
    offers = run(Openwb(facts()), lambda time_s: 3000.0 if time_s < 300 else 0.0, 600)
    assert offers[30:39] == [8, 6, 6, 6, 6, 6, 6, 0, 0]


@pytest.mark.parametrize(
    ("priority", "soc_pct", "net_w", "charges"),
    [
        pytest.param(Priority.CAR_FIRST, 20.0, 3000.0, True, id="car-takes-charging-power"),
        pytest.param(Priority.HOUSE_FIRST, 80.0, 3000.0, False, id="battery-keeps-it"),
        pytest.param(Priority.BALANCED, 49.0, 3000.0, False, id="below-level-2-kw-are-kept"),
        pytest.param(Priority.BALANCED, 49.0, 3600.0, True, id="below-level-the-rest-is-free"),
        pytest.param(Priority.BALANCED, 60.0, 1600.0, True, id="between-the-car-comes-first"),
        pytest.param(Priority.BALANCED, 71.0, 100.0, True, id="above-1500-w-are-lent"),
    ],
)
def test_openwb_battery_modes(
    priority: Priority, soc_pct: float, net_w: float, charges: bool
) -> None:
    offers = run(Openwb(facts(priority)), lambda _time: net_w, 60, soc_pct=soc_pct, to_battery=True)
    assert (offers[3] > 0) is charges


def test_openwb_takes_back_what_is_not_drawn() -> None:
    offers = run(Openwb(facts()), lambda _time: 7000.0, 300, car_max_a=10.0)
    assert max(offers) <= 10 + 2 + 5


def test_pi_loop_settles_on_the_surplus() -> None:
    offers = run(PiLoop(facts()), lambda _time: 3000.0, 900)
    assert offers[23] == 0
    assert offers[24] == 6
    assert set(offers[-20:]) <= {12, 13}


def test_pi_loop_does_not_wind_up_above_a_limited_car() -> None:
    offers = run(PiLoop(facts()), lambda _time: 7000.0, 900, car_max_a=10.0)
    assert max(offers[-20:]) <= 22


def test_pi_loop_rides_through_a_short_cloud_and_stops_in_a_long_one() -> None:
    short = run(PiLoop(facts()), lambda time_s: 0.0 if 600 <= time_s < 840 else 3000.0, 1200)
    assert 0 not in short[24:]
    long = run(PiLoop(facts()), lambda time_s: 0.0 if time_s >= 600 else 3000.0, 1200)
    assert long[120 + 59] == 6
    assert long[120 + 61] == 0


@pytest.mark.parametrize("maker", [Automation, Openwb, PiLoop])
def test_unplugged_offers_nothing(maker: type[Automation | Openwb | PiLoop]) -> None:
    law = maker(facts())
    for time_s in range(0, 900, law.period_s):
        law.offer(seen(time_s, grid_w=-4000.0, offered_a=6))
    assert law.offer(seen(900, connected=False, grid_w=-4000.0)) == 0
    assert law.offer(seen(910, grid_w=0.0)) == 0
