"""The optimum: against every possible day on tiny cases, against finer grids, on the real plant."""

from dataclasses import replace
from datetime import date
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from benchmark.optimum import Optimum, best_policy, best_value, played
from benchmark.optimum_model import BatteryBounds, Floats, OptimumSite, earned, flow
from benchmark.prices import PRICES, Prices
from custom_components.victron_openevse.control.model import Priority
from simulator.weather import Day
from tests.benchmark.replay import replayed_value

HOUSE_FIRST = PRICES[Priority.HOUSE_FIRST]
BALANCED = PRICES[Priority.BALANCED]
CAR_FIRST = PRICES[Priority.CAR_FIRST]

DAY_S = 86_400
LONG_STEP_S = 14_400
"""Six steps of four hours: few enough to try every day there can be."""


def every_day(sun: list[float], house: list[float], site: OptimumSite, prices: Prices) -> float:
    """Value of the best of all possible days, by trying them all."""
    choices = site.choices_a()
    plans = np.array(list(product(range(len(choices)), repeat=len(sun))))
    amps = choices[plans]
    if site.connected is not None:
        amps = amps[(amps[:, ~site.connected] == 0).all(axis=1)]
    stored = np.full(len(amps), site.start_kwh)
    money = np.zeros(len(amps))
    held = np.zeros(len(amps), dtype=np.bool_)
    for step, sun_w in enumerate(sun):
        car_w = site.car_w(amps[:, step])
        bounds = BatteryBounds.at(stored, site, LONG_STEP_S)
        at_minimum = stored <= site.min_soc_pct / 100.0 * site.battery_kwh + 1e-9
        held = at_minimum | (held & (stored < site.release_kwh))
        bounds = BatteryBounds(bounds.accept_w, np.where(held, 0.0, bounds.give_w))
        settled = flow(stored, bounds, sun_w, house[step] + car_w, site, LONG_STEP_S)
        money += earned(settled, prices, LONG_STEP_S) + car_w * prices.car * LONG_STEP_S / 3.6e6
        closed_before = amps[:, step - 1] > 0 if step else np.zeros(len(amps), dtype=bool)
        money -= prices.closing * ((amps[:, step] > 0) & ~closed_before)
        stored = settled.stored_kwh
    money += prices.left * stored
    none = (amps == 0).all(axis=1)
    return float(money.max() - money[none][0])


TINY = OptimumSite(max_a=8, max_charge_w=1500.0, max_discharge_w=1500.0)
MORNING = np.array([True, True, True, False, False, False])


@pytest.mark.parametrize(
    "site",
    [
        pytest.param(TINY, id="feed-in"),
        pytest.param(replace(TINY, feed_in=False, start_soc_pct=90.0), id="zero-feed-in"),
        pytest.param(replace(TINY, feed_in_cap_w=600.0, start_soc_pct=90.0), id="capped"),
        pytest.param(replace(TINY, ac_share=1.0, feed_in=False), id="ac-coupled"),
        pytest.param(replace(TINY, battery_kwh=40.0, start_soc_pct=14.0), id="guard"),
        pytest.param(replace(TINY, connected=MORNING), id="leaves"),
        pytest.param(replace(TINY, connected=~MORNING), id="arrives"),
    ],
)
@pytest.mark.parametrize("prices", [HOUSE_FIRST, BALANCED, CAR_FIRST], ids=list(PRICES))
@pytest.mark.parametrize(
    "sun",
    [
        pytest.param([0.0, 1200.0, 3000.0, 2600.0, 300.0, 0.0], id="sunny"),
        pytest.param([0.0, 2500.0, 400.0, 2500.0, 100.0, 0.0], id="broken"),
    ],
)
def test_equals_the_best_of_all_days(site: OptimumSite, prices: Prices, sun: list[float]) -> None:
    house = [300.0, 250.0, 500.0, 250.0, 700.0, 300.0]
    found = best_value(np.array(sun), np.array(house), site, prices, step_s=LONG_STEP_S)
    best = every_day(sun, house, site, prices)
    assert found.value <= best + 1e-9
    assert found.value == pytest.approx(best, abs=max(0.003 * best, 0.002))


def sunny(peak_w: float, *, step_s: int = 900) -> Floats:
    """A smooth day from 05:00: up for fourteen hours."""
    hours = np.arange(0, DAY_S, step_s) / 3600.0
    return peak_w * np.sin(np.pi * np.clip(hours - 1.0, 0.0, 14.0) / 14.0)


def absolute(best: Optimum, prices: Prices) -> float:
    """Money of the day itself, the day without a car not taken off."""
    day = best.day
    return (
        prices.car * day.car
        - prices.bought * day.imported
        + prices.sold * day.exported
        - prices.wear * day.discharged
        - prices.closing * day.closings
        + prices.left * day.left
    )


@settings(max_examples=15, deadline=None)
@given(
    peak_w=st.floats(0.0, 6000.0),
    more_w=st.floats(0.0, 2000.0),
    feed_in=st.booleans(),
    prices=st.sampled_from(list(PRICES.values())),
)
def test_more_sun_never_lowers_the_day(
    peak_w: float, more_w: float, feed_in: bool, prices: Prices
) -> None:
    house = np.full(96, 350.0)
    site = OptimumSite(feed_in=feed_in)
    less, more = (
        absolute(best_value(sunny(peak), house, site, prices, step_s=900, levels=161), prices)
        for peak in (peak_w, peak_w + more_w)
    )
    assert more >= less - 0.003 * abs(less) - 0.002


@pytest.mark.parametrize(
    "freer",
    [
        pytest.param(OptimumSite(max_a=32), id="more-amps"),
        pytest.param(OptimumSite(max_a=16, min_a=1), id="smaller-minimum"),
        pytest.param(OptimumSite(max_a=16, min_soc_pct=5.0), id="lower-limit"),
    ],
)
def test_fewer_limits_never_lower_the_value(freer: OptimumSite) -> None:
    house = np.full(96, 350.0)
    bound = best_value(sunny(5000.0), house, OptimumSite(max_a=16), BALANCED, step_s=900).value
    free = best_value(sunny(5000.0), house, freer, BALANCED, step_s=900).value
    assert free >= bound - 0.003 * bound


def test_never_plugged_in_is_worth_nothing() -> None:
    site = OptimumSite(connected=np.zeros(96, dtype=np.bool_))
    best = best_value(sunny(4000.0), np.full(96, 300.0), site, CAR_FIRST, step_s=900)
    assert best.value == 0.0
    assert not best.amps.any()


def test_without_sun_and_battery_nothing_pays_for_the_house() -> None:
    site = OptimumSite(start_soc_pct=10.0)
    best = best_value(np.zeros(96), np.full(96, 300.0), site, HOUSE_FIRST, step_s=900)
    assert best.value == 0.0
    assert best.day.closings == 0


def test_full_battery_without_feed_in_gives_the_car_all_the_sun() -> None:
    """3000 W from the start, house 300 W: 11 A leave 115 W; the battery's share fills the rest."""
    site = OptimumSite(feed_in=False, start_soc_pct=100.0)
    best = best_value(np.full(96, 3000.0), np.full(96, 300.0), site, HOUSE_FIRST, step_s=900)
    assert best.day.closings == 1
    assert best.day.car == pytest.approx((3000 - 300 + 50) * 24 / 1000, rel=0.01)


def test_the_path_starts_where_the_battery_does_and_keeps_its_bounds() -> None:
    best = best_value(sunny(4000.0), np.full(96, 300.0), OptimumSite(), BALANCED, step_s=900)
    assert best.soc_pct[0] == 40.0
    assert len(best.soc_pct) == len(best.amps) + 1 == 97
    assert best.soc_pct.min() >= 10.0 - 1e-9
    assert best.soc_pct.max() <= 100.0 + 1e-9


def test_the_policy_answers_what_was_played() -> None:
    policy = best_policy(sunny(4000.0), np.full(96, 300.0), OptimumSite(), BALANCED, step_s=900)
    best, closed = played(policy), False
    for step, soc_pct in enumerate(best.soc_pct[:-1].tolist()):
        stored_kwh = soc_pct / 100.0 * 8.0
        held = stored_kwh <= policy.site.min_soc_pct / 100.0 * 8.0
        current_a = policy.current_a(step, stored_kwh, closed=closed, held=held)
        assert current_a == best.amps[step]
        closed = current_a > 0


def test_the_policy_uses_a_battery_that_is_fuller_than_planned() -> None:
    policy = best_policy(sunny(4000.0), np.full(96, 300.0), OptimumSite(), BALANCED, step_s=900)
    at_dusk = 60
    empty_a, full_a = (
        policy.current_a(at_dusk, kwh, closed=True, held=False) for kwh in (0.0, 8.0)
    )
    assert full_a > empty_a == 0


def cloudy(seed: int, cover: float, on: date) -> Floats:
    """A day of passing clouds from 05:00, one value a second."""
    day = Day.cloudy(4.5, on, seed=seed, cover=cover)
    return np.array([day.power_w(second) for second in range(5 * 3600, DAY_S + 5 * 3600)])


@pytest.fixture(scope="module")
def broken_sky() -> Floats:
    return cloudy(5, 0.3, date(2025, 9, 20))


def test_a_finer_grid_changes_little(broken_sky: Floats) -> None:
    """Balanced is the owner whose value depends most on the battery's exact level."""
    house = np.full(DAY_S, 350.0)
    coarse, fine = (
        best_value(broken_sky, house, OptimumSite(), BALANCED, levels=levels).value
        for levels in (641, 1281)
    )
    assert coarse == pytest.approx(fine, rel=0.003)


@pytest.mark.parametrize(
    "site",
    [
        pytest.param(OptimumSite(), id="feed-in"),
        pytest.param(OptimumSite(feed_in=False, start_soc_pct=90.0), id="zero-feed-in"),
    ],
)
def test_its_schedule_is_worth_as_much_on_the_plant(broken_sky: Floats, site: OptimumSite) -> None:
    house = np.full(DAY_S, 350.0)
    best = best_value(broken_sky, house, site, HOUSE_FIRST)
    on_plant = replayed_value(best, broken_sky, house, site, HOUSE_FIRST)
    assert on_plant == pytest.approx(best.value, rel=0.01)
