"""Any forecast becomes kWh of each coming hour."""

from datetime import UTC, datetime
from math import inf, nan
from typing import Any

import pytest

from custom_components.victron_openevse.forecast_hours import (
    HORIZON_H,
    Period,
    hourly_kwh,
    read_periods,
    spread_over_day,
)

NOON_S = datetime(2026, 6, 21, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("wh_hours", "periods"),
    [
        pytest.param(
            {"2026-06-21T12:00:00+00:00": 1500, "2026-06-21T13:00:00+00:00": 2000},
            [(0, 3600, 1.5), (3600, 7200, 2.0)],
            id="hours",
        ),
        pytest.param(
            {"2026-06-21T14:15:00+02:00": 250.0, "2026-06-21T14:00:00+02:00": 500.0},
            [(0, 900, 0.5), (900, 4500, 0.25)],
            id="quarters in any order and zone, the last one at most an hour",
        ),
        pytest.param(
            {"2026-06-20T20:00:00+00:00": 100, "2026-06-21T12:00:00+00:00": 300},
            [(-57600, -54000, 0.1), (0, 3600, 0.3)],
            id="the night is left out",
        ),
        pytest.param(
            {"noon": 1, "2026-06-21T12:00:00+00:00": True, "2026-06-21T13:00:00+00:00": -1},
            [],
            id="no time, no energy, less than nothing",
        ),
        pytest.param(
            {"2026-06-21T12:00:00+00:00": nan, "2026-06-21T13:00:00+00:00": inf},
            [],
            id="no finite energy",
        ),
        pytest.param(None, [], id="no forecast"),
        pytest.param(["2026-06-21T12:00:00+00:00"], [], id="no mapping"),
        pytest.param({12: 100}, [], id="a number as a time"),
    ],
)
def test_periods_are_read(wh_hours: Any, periods: list[tuple[int, int, float]]) -> None:
    assert read_periods(wh_hours) == tuple(
        Period(NOON_S + start, NOON_S + end, kwh) for start, end, kwh in periods
    )


@pytest.mark.parametrize(
    ("periods", "hours"),
    [
        pytest.param([(0, 3600, 1.0), (3600, 7200, 2.0)], [1.0, 2.0], id="on the hour"),
        pytest.param([(-1800, 1800, 1.0), (1800, 5400, 2.0)], [1.5, 1.0], id="half past"),
        pytest.param([(0, 900, 0.1), (900, 1800, 0.2), (1800, 2700, 0.4)], [0.7], id="quarters"),
        pytest.param([(7200, 10800, 1.0)], [0.0, 0.0, 1.0], id="later"),
        pytest.param([(-7200, -3600, 1.0)], [], id="over"),
        pytest.param([(0, 3600, 1.0), (0, 3600, 2.0)], [3.0], id="two arrays"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_periods_are_counted_from_now(
    periods: list[tuple[int, int, float]], hours: list[float]
) -> None:
    told = tuple(Period(NOON_S + start, NOON_S + end, kwh) for start, end, kwh in periods)
    assert hourly_kwh(told, NOON_S) == pytest.approx(hours)


def test_a_week_is_cut_to_the_horizon() -> None:
    told = tuple(Period(NOON_S + h * 3600, NOON_S + h * 3600 + 3600, 1.0) for h in range(168))
    assert hourly_kwh(told, NOON_S) == pytest.approx([1.0] * HORIZON_H)


@pytest.mark.parametrize(
    ("hours_to_sunset", "hours"),
    [
        pytest.param(4.0, [4.14, 3.18, 2.00, 0.68], id="afternoon, ever less"),
        pytest.param(0.5, [10.0], id="the last half hour"),
        pytest.param(0.0, [], id="sunset"),
    ],
)
def test_what_is_left_of_today_is_spread(hours_to_sunset: float, hours: list[float]) -> None:
    spread = spread_over_day(10.0, hours_to_sunset, day_length_h=12.0)
    assert spread == pytest.approx(hours, rel=0.01)


def test_before_sunrise_the_whole_day_is_to_come() -> None:
    spread = spread_over_day(10.0, 14.0, day_length_h=12.0)
    assert spread[:2] == (0.0, 0.0)
    assert spread[7] == pytest.approx(spread[8]) == pytest.approx(max(spread))
    assert sum(spread) == pytest.approx(10.0)
