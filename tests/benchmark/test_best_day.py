"""A day in minutes, and the optimum's day on the plant."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from benchmark.best import best_eur
from benchmark.best_day import MINUTE_S, best_day, minutes, offered_in
from benchmark.days import DAY_S
from benchmark.prices import PRICES, value
from benchmark.run import baseline, run_with_curves
from benchmark.sites import REFERENCE, ZERO_FEED_IN, Site
from custom_components.victron_openevse.control.model import Priority
from tests.benchmark.days_for_tests import at_hours, simple_case, sun_between

pytestmark = pytest.mark.usefixtures("own_cache")

BALANCED = Priority.BALANCED


def passing_clouds() -> tuple[float, ...]:
    """Ten minutes of sun, ten of cloud."""
    sun = np.array(sun_between())
    return tuple((sun * np.where(np.arange(DAY_S) // 600 % 2, 0.3, 1.2)).tolist())


@pytest.mark.parametrize(
    "site",
    [
        pytest.param(REFERENCE, id="feed-in"),
        pytest.param(ZERO_FEED_IN, id="zero feed-in"),
        pytest.param(replace(REFERENCE, feed_in_cap_w=500.0, start_soc_pct=95.0), id="capped"),
    ],
)
def test_minutes_add_up_to_the_day(site: Site) -> None:
    case = simple_case(site)
    outcome, curves = run_with_curves(case, at_hours(12, 14, 8), BALANCED)
    made = minutes(case, curves)
    exported = made.exported_below_amp + made.exported_above_amp
    assert len(exported) == DAY_S // MINUTE_S
    assert exported.sum() == pytest.approx(outcome.ledger.exported)
    assert made.imported.sum() == pytest.approx(outcome.ledger.imported)
    assert made.curtailed.sum() == pytest.approx(outcome.curtailed, abs=1e-9)
    assert made.exported_below_amp.max() <= 0.235 / 60 + 1e-12
    assert offered_in(curves).sum() == 120


def test_an_amp_on_three_phases_is_three_amps_worth() -> None:
    case = simple_case(replace(REFERENCE, start_soc_pct=100.0, car_phases=3, volts=230.0))
    _, curves = run_with_curves(case, at_hours(26, 26, 6), BALANCED)
    assert minutes(case, curves).exported_below_amp.max() == pytest.approx(0.69 / 60)


@pytest.mark.parametrize(
    ("site", "priority"),
    [
        pytest.param(REFERENCE, BALANCED, id="feed-in"),
        pytest.param(ZERO_FEED_IN, Priority.CAR_FIRST, id="zero feed-in"),
    ],
)
def test_the_optimums_day_on_the_plant_is_worth_nearly_the_optimum(
    site: Site, priority: Priority
) -> None:
    case = simple_case(site, sun=passing_clouds())
    best = best_eur(case, priority)
    assert best is not None
    on_plant = value(best_day(case, priority).ledger, baseline(case).ledger, PRICES[priority])
    assert 0.96 * best < on_plant < 1.005 * best


def test_it_is_lived_once(own_cache: Path) -> None:
    case = simple_case()
    first = best_day(case, BALANCED)
    assert len(list(own_cache.glob("lived-*.npz"))) == 1
    started_s = perf_counter()
    again = best_day(case, BALANCED)
    assert perf_counter() - started_s < 0.5
    assert again.ledger == first.ledger
    assert (again.minutes.imported == first.minutes.imported).all()
