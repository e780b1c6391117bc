"""The simulated forecast: as wrong as real ones, never blind to the day, never aware of a cloud."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from benchmark.clear_sky import clear_watts_per_kw
from benchmark.days import DAY_S, SunSource, load
from benchmark.forecast import HOUR_S, HOURS, coming_kwh, issues_for
from benchmark.optimum_model import Floats
from benchmark.standard import days_of
from custom_components.victron_openevse.control.model import Priority
from tests.benchmark.days_for_tests import simple_case

DAYS = [*days_of("tuning"), *days_of("judging")]


def true_kwh(source: SunSource) -> Floats:
    return np.asarray(load(source).watts_per_kw.reshape(HOURS, HOUR_S).sum(axis=1) / 3.6e6)


def first_errors() -> list[Floats]:
    """Error of each hour of each day as told at 05:00, kWh per kW; only hours with sun."""
    return [
        (np.array(issues_for(source)[0]) - true)[true > 0.005]
        for source in DAYS
        for true in [true_kwh(source)]
    ]


def test_hours_are_as_wrong_as_published_forecasts() -> None:
    """10..14 % of the nameplate were measured at single plants."""
    errors = np.concatenate(first_errors())
    assert 0.08 < float(np.sqrt((errors**2).mean())) < 0.14


def test_days_are_wrong_and_not_biased() -> None:
    shares = [sum(issues_for(source)[0]) / true_kwh(source).sum() - 1.0 for source in DAYS]
    assert abs(float(np.mean(shares))) < 0.06
    assert 0.10 < float(np.mean(np.abs(shares))) < 0.20
    assert max(shares) < 0.6


def test_cloudy_days_are_harder_to_tell_than_clear_ones() -> None:
    def spread(kinds: tuple[str, ...]) -> float:
        days = [day for day in DAYS if any(kind in day.name for kind in kinds)]
        shares = [sum(issues_for(day)[0]) / true_kwh(day).sum() for day in days]
        return float(np.mean(np.abs(np.array(shares) - 1.0)))

    assert spread(("clear", "bright")) < spread(("broken", "showers", "front"))


def test_it_gets_better_during_the_day() -> None:
    def wrong(hour: int) -> float:
        ratios = [sum(issues_for(day)[hour]) / true_kwh(day).sum() for day in DAYS]
        return float(np.mean(np.abs(np.array(ratios) - 1.0)))

    assert wrong(14) < 0.85 * wrong(0)


def test_it_changes_little_from_hour_to_hour() -> None:
    for day in DAYS:
        totals = [sum(issue) for issue in issues_for(day)]
        assert all(abs(after / before - 1.0) < 0.45 for before, after in pairwise(totals))


def test_no_cloud_is_in_it() -> None:
    """Against the clear sky its course is smooth, whatever the clouds of the hour do."""
    for day in DAYS:
        clear = clear_watts_per_kw(day).reshape(HOURS, HOUR_S).sum(axis=1) / 3.6e6
        bright = clear > 0.1
        clearness = np.array(issues_for(day)[0])[bright] / clear[bright]
        assert np.abs(np.diff(clearness)).max() < 0.2 * clearness.max()


def test_the_same_day_has_the_same_forecast_on_every_site() -> None:
    assert issues_for(DAYS[3]) == issues_for(days_of("tuning")[3])
    assert issues_for(DAYS[3]) != issues_for(DAYS[4])


ISSUES = tuple(tuple(100.0 * issue + hour for hour in range(24)) for issue in range(24))


@pytest.mark.parametrize(
    ("hour", "first", "count"),
    [
        pytest.param(5.0, 0.0, 24, id="at the start of the day"),
        pytest.param(5.5, 0.5, 24, id="half of this hour and of the next"),
        pytest.param(11.0, 606.0, 18, id="the newest forecast counts"),
        pytest.param(28.75, 0.25 * 2323.0, 1, id="the last quarter of an hour"),
        pytest.param(29.0, None, 0, id="after the day it tells nothing"),
    ],
)
def test_coming_hours_count_from_now(hour: float, first: float | None, count: int) -> None:
    told = coming_kwh(ISSUES, round(hour * HOUR_S))
    assert len(told) == count
    assert (told[0] if told else None) == (None if first is None else pytest.approx(first))


def test_the_rest_of_the_day_is_told_completely() -> None:
    issues = issues_for(DAYS[0])
    told = coming_kwh(issues, 12 * HOUR_S + 1200)
    assert sum(told) == pytest.approx(sum(issues[7][8:]) + issues[7][7] * 2 / 3)


def test_a_brought_day_has_a_forecast_of_its_own_size() -> None:
    case = simple_case()
    (first, *_, evening) = issues_for(case.sun)
    assert 20.0 < sum(first) < 60.0  # 36 kWh came
    assert min(evening) >= 0.0
    # its array is its own, whatever the site's
    assert case.facts(Priority.BALANCED).forecasts_kwh == issues_for(case.sun)


def test_a_site_has_the_forecast_of_its_own_array() -> None:
    case = replace(simple_case(), sun=DAYS[0])
    told, per_kw = case.facts(Priority.BALANCED).forecasts_kwh, issues_for(DAYS[0])
    assert sum(told[3]) == pytest.approx(sum(per_kw[3]) * case.site.array_kw)


def test_a_day_without_sun_has_a_forecast_of_nothing() -> None:
    dark = simple_case(sun=(0.0,) * DAY_S).sun
    assert max(max(issue) for issue in issues_for(dark)) == pytest.approx(0.0, abs=1e-6)
