"""One site-day under one law: energies by hand, limits, windows, what is caused and what is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.contract import Facts
from benchmark.days import DAY_S
from benchmark.prices import PRICES, value
from benchmark.run import baseline, run, run_with_curves
from benchmark.sites import ARRIVES_AT_13, LEAVES_AT_NOON, REFERENCE, ZERO_FEED_IN, Window
from custom_components.victron_openevse.control.model import Priority
from tests.benchmark.days_for_tests import (
    HOUR_S,
    Scripted,
    at_hours,
    simple_case,
)

VOLTS = 235.0
BALANCED = Priority.BALANCED

pytestmark = pytest.mark.usefixtures("own_cache")


def nothing(_facts: Facts) -> Scripted:
    return Scripted(lambda _: 0, period_s=3600)


def test_a_day_without_charging_is_the_day_without_a_car() -> None:
    outcome = run(simple_case(), nothing, BALANCED)
    assert outcome.ledger.car == 0.0
    assert outcome.ledger.closings == 0
    assert value(outcome.ledger, outcome.without_car, PRICES[BALANCED]) == pytest.approx(
        0, abs=1e-5
    )


def test_energy_in_the_car_is_current_times_volts_times_time() -> None:
    outcome = run(simple_case(), at_hours(12, 14, 10), BALANCED)
    # two hours, less the seconds until contactor and car have reached it
    assert outcome.ledger.car == pytest.approx(2 * 10 * VOLTS / 1000, rel=0.005)
    assert outcome.charging_h == pytest.approx(2.0, rel=0.005)
    assert outcome.ledger.closings == 1
    assert outcome.changes == 0


def test_the_car_takes_sun_first_then_battery() -> None:
    outcome = run(simple_case(), at_hours(10, 11, 16), BALANCED)
    sun_left_w, setpoint_w = 3000.0 - 300.0, 50.0
    assert outcome.from_sun == pytest.approx(sun_left_w / 1000, rel=0.01)
    battery_w = 16 * VOLTS - sun_left_w - setpoint_w
    assert outcome.from_battery == pytest.approx(battery_w / 1000, rel=0.02)
    assert outcome.from_grid == pytest.approx(setpoint_w / 1000, abs=0.02)
    assert outcome.from_sun + outcome.from_battery + outcome.from_grid == pytest.approx(
        outcome.ledger.car
    )


def test_what_the_house_buys_back_at_night_is_the_cars_doing() -> None:
    case = simple_case()
    by_day = run(case, at_hours(17, 19, 6), BALANCED)
    emptied = run(case, at_hours(17, 22, 16), BALANCED)
    assert by_day.night_caused == pytest.approx(0.0, abs=0.05)
    assert emptied.night_caused > 0.5
    assert emptied.discharge_caused > by_day.discharge_caused


def test_a_wrong_offer_costs_what_the_prices_say() -> None:
    """Charging from an empty battery in the dark buys every kWh at the grid."""
    site = replace(REFERENCE, start_soc_pct=10.0)
    outcome = run(simple_case(site), at_hours(5, 6, 10), BALANCED)
    bought = outcome.ledger.imported - outcome.without_car.imported
    assert bought == pytest.approx(outcome.ledger.car, rel=0.001)
    assert outcome.grid_caused_wh == pytest.approx(1000 * outcome.ledger.car, rel=0.001)
    worth = value(outcome.ledger, outcome.without_car, PRICES[BALANCED])
    assert worth == pytest.approx(outcome.ledger.car * (0.20 - 0.30) - 0.01, rel=0.002)


@pytest.mark.parametrize(
    ("window", "from_h", "to_h"),
    [
        pytest.param(LEAVES_AT_NOON, 10, 12, id="leaves at noon"),
        pytest.param(ARRIVES_AT_13, 13, 15, id="arrives at 13:00"),
    ],
)
def test_a_car_that_is_away_takes_nothing(window: Window, from_h: int, to_h: int) -> None:
    outcome, curves = run_with_curves(simple_case(window=window), at_hours(10, 15, 6), BALANCED)
    charging = curves.car_w.nonzero()[0] / HOUR_S + 5
    assert charging.min() == pytest.approx(from_h, abs=0.05)
    assert charging.max() == pytest.approx(to_h, abs=0.05)
    assert outcome.ledger.closings == 1


@pytest.mark.parametrize(
    ("wanted_a", "offered_a"),
    [
        pytest.param(-3, 0, id="negative is off"),
        pytest.param(3, 6, id="below the minimum is raised, as the charger does"),
        pytest.param(13, 13, id="within"),
        pytest.param(99, 32, id="above the maximum is cut"),
    ],
)
def test_offers_are_held_to_the_limits(wanted_a: int, offered_a: int) -> None:
    _, curves = run_with_curves(simple_case(), at_hours(10, 11, wanted_a), BALANCED)
    assert curves.offered_a[int(5.5 * HOUR_S)] == offered_a


def test_the_law_sees_meters_one_second_old() -> None:
    laws: list[Scripted] = []

    def make(_facts: Facts) -> Scripted:
        laws.append(Scripted(lambda seen: 10 if seen.time_s >= 12 * HOUR_S else 0, period_s=1))
        return laws[0]

    _, curves = run_with_curves(simple_case(), make, BALANCED)
    seen = {one.time_s: one for one in laws[0].seen}
    second = int(12.01 * HOUR_S)
    at = second - 5 * HOUR_S
    assert seen[second].car_w == pytest.approx(curves.car_w[at - 2])
    rising = int(12 * HOUR_S) + 9 - 5 * HOUR_S
    assert curves.car_w[rising - 2] < curves.car_w[rising - 1]
    assert seen[rising + 5 * HOUR_S].car_w == pytest.approx(curves.car_w[rising - 2])
    assert len(laws[0].seen) == DAY_S


def test_a_car_that_fills_stops_by_itself() -> None:
    outcome = run(simple_case(appetite_kwh=2.0), at_hours(8, 18, 10), BALANCED)
    assert outcome.ledger.car == pytest.approx(2.0, rel=0.01)


def test_held_back_sun_is_counted() -> None:
    full = replace(ZERO_FEED_IN, start_soc_pct=99.0)
    assert run(simple_case(full), nothing, BALANCED).curtailed > 20.0
    assert run(simple_case(full), at_hours(8, 18, 11), BALANCED).curtailed < 8.0


def test_a_law_that_ignores_the_priority_is_found_out() -> None:
    def curious(facts: Facts) -> Scripted:
        assert facts.priority
        return nothing(facts)

    assert not run(simple_case(), nothing, BALANCED).asked_priority
    assert run(simple_case(), curious, BALANCED).asked_priority


def test_the_day_without_a_car_comes_from_the_cache(own_cache: Path) -> None:
    case = simple_case(replace(REFERENCE, start_soc_pct=41.0))
    first = baseline(case)
    assert len(list(own_cache.glob("without-car-*.npz"))) == 1
    again = baseline(replace(case, window=LEAVES_AT_NOON))
    assert again.ledger == first.ledger
    assert len(list(own_cache.glob("without-car-*.npz"))) == 1
