"""A generator's operation mode and its climb."""

from __future__ import annotations

import pytest

from simulator.pv import MODE_LIMITED, MODE_OFF, MODE_TRACKING, PvGenerator

CLIMB_W_PER_S = 30.0
UNLIMITED_W = 1e9


@pytest.mark.parametrize(
    ("available_w", "limit_w", "mode"),
    [
        pytest.param(0.0, UNLIMITED_W, MODE_OFF, id="night"),
        pytest.param(3.0, 0.0, MODE_OFF, id="too dark to run"),
        pytest.param(2000.0, UNLIMITED_W, MODE_TRACKING, id="sun used"),
        pytest.param(2000.0, 500.0, MODE_LIMITED, id="sun held back"),
        pytest.param(400.0, 500.0, MODE_TRACKING, id="limit above the sun"),
        pytest.param(9000.0, UNLIMITED_W, MODE_LIMITED, id="clipped at the rating"),
        pytest.param(2000.0, -50.0, MODE_LIMITED, id="no use at all"),
    ],
)
def test_mode(available_w: float, limit_w: float, mode: int) -> None:
    generator = PvGenerator(CLIMB_W_PER_S, rating_w=5000.0)
    for _ in range(30):
        power_w = generator.step(available_w, limit_w)
    assert generator.mode == mode
    assert 0.0 <= power_w <= min(available_w, 5000.0, max(0.0, limit_w)) + 1e-9


def test_climbs_slowly_after_having_been_held_back() -> None:
    generator = PvGenerator(CLIMB_W_PER_S, rating_w=5000.0)
    for _ in range(30):
        generator.step(3500.0, 10.0)
    assert generator.step(3500.0, UNLIMITED_W) == pytest.approx(40.0)
    seconds = 1
    while generator.mode == MODE_LIMITED:
        generator.step(3500.0, UNLIMITED_W)
        seconds += 1
    assert 100 <= seconds <= 130


def test_cutting_back_takes_no_time() -> None:
    generator = PvGenerator(CLIMB_W_PER_S, rating_w=5000.0)
    for _ in range(10):
        generator.step(3500.0, UNLIMITED_W)
    assert generator.step(3500.0, 200.0) == 200.0


def test_a_cloud_below_the_limit_ends_the_climb() -> None:
    generator = PvGenerator(CLIMB_W_PER_S, rating_w=5000.0)
    for _ in range(10):
        generator.step(3500.0, 1000.0)
    generator.step(600.0, 1000.0)
    assert generator.mode == MODE_TRACKING
