"""Losses by cause: days on which the cause is known by construction, and sums that must close."""

from dataclasses import replace

import pytest

from benchmark.best_day import Lived, best_day, minutes
from benchmark.contract import Facts, Law
from benchmark.losses import Cause, Losses, Spans, compare, losses, spans
from benchmark.prices import PRICES, Ledger, Prices, value
from benchmark.run import MakeLaw, run_with_curves
from benchmark.sites import ARRIVES_AT_13, LEAVES_AT_NOON, REFERENCE, ZERO_FEED_IN, Case, Site
from custom_components.victron_openevse.control.model import Priority
from tests.benchmark.days_for_tests import HOUR_S, Scripted, at_hours, simple_case, sun_between

BALANCED = Priority.BALANCED
PRICED = PRICES[BALANCED]
FULL = replace(REFERENCE, start_soc_pct=100.0)
FULL_ZERO = replace(ZERO_FEED_IN, start_soc_pct=100.0)
EMPTY = replace(REFERENCE, start_soc_pct=10.0, min_soc_pct=10.0)
SUN_AMPS = 11
"""3000 W of sun less 300 W of house: 11 A of 235 V, and 115 W more."""
SUN_LEFT_W = 3000.0 - 300.0 - SUN_AMPS * 235.0

pytestmark = pytest.mark.usefixtures("own_cache")


def lived(case: Case, make: MakeLaw, priority: Priority = BALANCED) -> tuple[Lived, Spans]:
    """A law's day on the plant, ready to be compared."""
    outcome, curves = run_with_curves(case, make, priority)
    return Lived(ledger=outcome.ledger, minutes=minutes(case, curves)), spans(case, curves)


def between(case: Case, ours: MakeLaw, best: MakeLaw, prices: Prices = PRICED) -> Losses:
    """What our day is short of the other's, by cause."""
    day, doing = lived(case, ours)
    other, _ = lived(case, best)
    found = compare(day, other, doing, prices)
    short_eur = value(other.ledger, Ledger(), prices) - value(day.ledger, Ledger(), prices)
    assert sum(found.values()) == pytest.approx(short_eur, abs=1e-9)
    return found


def worst(found: Losses) -> Cause:
    return max(found, key=lambda cause: found[cause])


FROM_FIVE = sun_between(5 * HOUR_S)
"""From the first second on, so a battery that starts full stays so until the evening."""
SUNNY = at_hours(7, 19, SUN_AMPS)
HOUR_LATE = at_hours(8, 19, SUN_AMPS)
NEVER = at_hours(26, 26, 6)


@pytest.mark.parametrize(
    ("site", "kwh_eur"),
    [
        pytest.param(FULL, PRICED.car - PRICED.sold, id="exported"),
        pytest.param(FULL_ZERO, PRICED.car, id="held back"),
    ],
)
def test_an_hour_late_is_an_hour_of_waiting(site: Site, kwh_eur: float) -> None:
    found = between(simple_case(site, sun=FROM_FIVE), HOUR_LATE, SUNNY)
    hour_kwh = SUN_AMPS * 235.0 / 1000.0
    assert found[Cause.WAITING] == pytest.approx(hour_kwh * kwh_eur, rel=0.03)
    assert worst(found) is Cause.WAITING
    assert found[Cause.CLOSINGS] == 0.0


def test_two_amps_too_few_are_following_not_rounding() -> None:
    """Of 115 W + 2 A that are left, one amp counts as rounding, the rest as following."""
    found = between(simple_case(FULL, sun=FROM_FIVE), at_hours(7, 19, SUN_AMPS - 2), SUNNY)
    rounding_kwh = 12 * (235.0 - SUN_LEFT_W) / 1000.0
    following_kwh = 12 * (235.0 + SUN_LEFT_W) / 1000.0
    sold_for_less = PRICED.car - PRICED.sold
    assert found[Cause.FOLLOWING] == pytest.approx(following_kwh * sold_for_less, rel=0.03)
    assert found[Cause.ROUNDING] == pytest.approx(rounding_kwh * sold_for_less, rel=0.05)


def test_the_same_rounding_costs_nothing() -> None:
    found = between(simple_case(FULL, sun=FROM_FIVE), SUNNY, SUNNY)
    assert all(eur == 0.0 for eur in found.values())


def test_sun_that_the_car_could_have_had_is_hidden_while_it_charges() -> None:
    found = between(simple_case(FULL_ZERO, sun=FROM_FIVE), at_hours(7, 19, 8), SUNNY)
    assert worst(found) is Cause.HIDDEN
    assert found[Cause.HIDDEN] == pytest.approx(12 * 3 * 0.235 * PRICED.car, rel=0.03)
    assert found[Cause.FOLLOWING] == 0.0


def test_what_overflows_after_noon_is_booked_to_the_cars_absence() -> None:
    """Who leaves the battery full in the morning exports in the afternoon, the car being away."""
    case = simple_case(replace(REFERENCE, start_soc_pct=90.0), window=LEAVES_AT_NOON)
    found = between(case, at_hours(9, 12, 6), at_hours(9, 12, 16))
    assert worst(found) is Cause.AWAY
    assert found[Cause.AWAY] > 0.3


def test_what_the_house_buys_back_at_night_is_booked_to_the_night() -> None:
    """The house would have emptied the battery by itself, so it buys all that the car took of it."""
    found = between(simple_case(house_w=900.0), at_hours(19, 20, 10), NEVER)
    assert worst(found) is Cause.NIGHT
    assert found[Cause.NIGHT] == pytest.approx(2.35 * (PRICED.bought - PRICED.car), rel=0.03)
    assert abs(found[Cause.WEAR]) < 0.002


def test_charging_from_the_grid_is_booked_to_the_grid() -> None:
    found = between(simple_case(EMPTY), at_hours(5, 6, 10), NEVER)
    # a law is first asked a minute after the day's start
    assert found[Cause.GRID] == pytest.approx(2.31 * (PRICED.bought - PRICED.car), rel=0.01)
    assert found[Cause.CLOSINGS] == PRICED.closing
    assert abs(found[Cause.NIGHT]) < 0.002


def test_energy_left_in_the_battery_is_booked_to_keeping() -> None:
    """A sunny evening: who stops at six fills the battery instead of the car."""
    case = simple_case(replace(REFERENCE, start_soc_pct=30.0, battery_kwh=40.0))
    found = between(case, at_hours(7, 18, SUN_AMPS), SUNNY)
    assert worst(found) is Cause.KEPT
    stored_kwh = SUN_AMPS * 0.235 * 0.95
    assert found[Cause.KEPT] == pytest.approx(stored_kwh * (PRICED.car - PRICED.left), rel=0.03)


def test_a_house_first_owner_loses_what_is_not_kept() -> None:
    case = simple_case(replace(REFERENCE, start_soc_pct=30.0, battery_kwh=40.0))
    found = between(case, SUNNY, at_hours(7, 18, SUN_AMPS), PRICES[Priority.HOUSE_FIRST])
    assert found[Cause.KEPT] > 0.2


def test_the_battery_as_a_detour_costs_wear_and_losses() -> None:
    """The car takes in the evening what it could have taken from the sun."""
    case = simple_case(replace(REFERENCE, start_soc_pct=30.0, battery_kwh=60.0))
    found = between(case, at_hours(19, 22, SUN_AMPS), at_hours(12, 15, SUN_AMPS))
    through_kwh = 3 * SUN_AMPS * 0.235
    lost_kwh = through_kwh * ((1.0 - 0.95) + (1.0 / 0.95 - 1.0))
    assert found[Cause.WEAR] == pytest.approx(through_kwh * PRICED.wear, rel=0.03)
    assert found[Cause.CONVERSION] == pytest.approx(lost_kwh * PRICED.car, rel=0.03)


def test_every_closing_counts() -> None:
    def restless(_facts: Facts) -> Law:
        return Scripted(lambda seen: SUN_AMPS if seen.time_s % HOUR_S >= 600 else 0)

    found = between(simple_case(FULL, sun=FROM_FIVE), restless, at_hours(7, 19, SUN_AMPS))
    assert found[Cause.CLOSINGS] == pytest.approx(23 * PRICED.closing)


@pytest.mark.parametrize(
    ("case", "priority"),
    [
        pytest.param(simple_case(), Priority.HOUSE_FIRST, id="feed-in"),
        pytest.param(simple_case(ZERO_FEED_IN, window=LEAVES_AT_NOON), BALANCED, id="zero feed-in"),
        pytest.param(
            simple_case(replace(REFERENCE, ac_share=1.0, feed_in_cap_w=800.0)),
            Priority.CAR_FIRST,
            id="capped",
        ),
        pytest.param(simple_case(window=ARRIVES_AT_13), Priority.CAR_FIRST, id="arrives"),
    ],
)
def test_the_rest_closes_the_sum_and_is_small(case: Case, priority: Priority) -> None:
    outcome, curves = run_with_curves(case, SUNNY, priority)
    foresight = best_day(case, priority)
    best_eur = value(foresight.ledger, outcome.without_car, PRICES[priority])
    short_eur = best_eur - value(outcome.ledger, outcome.without_car, PRICES[priority])
    found = losses(case, priority, outcome, curves, short_eur)
    assert list(found) == list(Cause)
    assert sum(found.values()) == pytest.approx(short_eur, abs=1e-12)
    # both days are from the plant, so all but the rounding of the cache is explained
    assert found[Cause.REST] == pytest.approx(0.0, abs=1e-4)
