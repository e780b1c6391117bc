"""Means that fade, and what a broken register may leave in them."""

import pytest

from custom_components.victron_openevse.control.means import MOST_W, believed, fade


@pytest.mark.parametrize(
    ("value_w", "expected_w"),
    [
        pytest.param(3000.0, 3000.0, id="a house"),
        pytest.param(-3000.0, -3000.0, id="a house the other way"),
        pytest.param(1e9, MOST_W, id="nonsense"),
        pytest.param(-1e9, -MOST_W, id="nonsense the other way"),
    ],
)
def test_only_what_may_be_true_counts(value_w: float, expected_w: float) -> None:
    assert believed(value_w) == expected_w


def test_a_mean_comes_near_a_value_that_stays() -> None:
    assert fade(0.0, 1000.0, 450.0, 450.0) == pytest.approx(632.1, abs=0.1)
    assert fade(500.0, 1000.0, 0.0, 450.0) == 500.0


def test_a_minute_of_nonsense_is_forgotten_within_a_quarter_of_an_hour() -> None:
    mean_w = fade(4000.0, -1e6, 60.0, 450.0)
    assert fade(mean_w, 4000.0, 900.0, 450.0) > 2700.0
