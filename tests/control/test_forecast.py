"""A sun forecast: it may promise more sun after a departure, and nothing else."""

from dataclasses import replace
from math import inf, nan

import pytest

from custom_components.victron_openevse.control.model import Priority
from custom_components.victron_openevse.control.sun_ahead import forecast_between_kwh

from .test_plan import NOON, plan

BRIGHT = (3.0,) * 6
DULL = (0.1,) * 6
DULL_DAY_KWH = 2.0
PRIORITIES = [Priority.HOUSE_FIRST, Priority.BALANCED, Priority.CAR_FIRST]


@pytest.mark.parametrize(
    ("forecast_kwh", "from_h", "until_h", "expected_kwh"),
    [
        pytest.param((1.0, 2.0, 3.0), 0.0, 3.0, 6.0, id="whole hours"),
        pytest.param((1.0, 2.0, 3.0), 0.5, 2.25, 0.5 + 2.0 + 0.75, id="parts of hours"),
        pytest.param((1.0, 2.0, 3.0), 2.0, 9.0, 3.0, id="beyond its end it tells nothing"),
        pytest.param((1.0, 2.0), 5.0, 9.0, 0.0, id="nor after it"),
        pytest.param((), 0.0, 3.0, None, id="no forecast"),
        pytest.param((1.0, nan), 0.0, 1.0, None, id="no number in it"),
        pytest.param((1.0, inf), 0.0, 1.0, None, id="endless sun"),
        pytest.param((1.0, -1.0), 0.0, 1.0, None, id="negative sun"),
    ],
)
def test_energy_between_two_moments(
    forecast_kwh: tuple[float, ...], from_h: float, until_h: float, expected_kwh: float | None
) -> None:
    assert forecast_between_kwh(forecast_kwh, from_h, until_h) == expected_kwh


@pytest.mark.parametrize("priority", PRIORITIES)
def test_a_bright_forecast_lowers_the_level_before_a_departure(priority: Priority) -> None:
    without = plan(priority, departure_h=2.0, today_kwh=DULL_DAY_KWH)
    told = replace(NOON, sun_forecast_kwh=BRIGHT)
    with_it = plan(priority, told, departure_h=2.0, today_kwh=DULL_DAY_KWH)
    assert with_it.levels.reserve_pct < without.levels.reserve_pct
    assert with_it.lift_w > without.lift_w


@pytest.mark.parametrize("priority", PRIORITIES)
@pytest.mark.parametrize(
    ("forecast_kwh", "departure_h"),
    [
        pytest.param(DULL, 2.0, id="it adds, it does not replace"),
        pytest.param((nan,) * 6, 2.0, id="one that is none"),
        pytest.param(BRIGHT, None, id="without a departure it has no say"),
        pytest.param(BRIGHT, 7.0, id="nor for a departure after sunset"),
    ],
)
def test_where_a_forecast_changes_nothing(
    priority: Priority, forecast_kwh: tuple[float, ...], departure_h: float | None
) -> None:
    told = replace(NOON, sun_forecast_kwh=forecast_kwh)
    without = plan(priority, departure_h=departure_h)
    assert plan(priority, told, departure_h=departure_h) == without


def test_before_today_has_shown_anything_a_forecast_is_not_believed() -> None:
    dawn = replace(NOON, hours_to_sunset=11.9, sun_forecast_kwh=BRIGHT)
    without = replace(dawn, sun_forecast_kwh=())
    assert plan(Priority.HOUSE_FIRST, dawn, departure_h=2.0) == plan(
        Priority.HOUSE_FIRST, without, departure_h=2.0
    )
