"""Means of the grid's power, and what the battery may add because of them."""

from math import exp

import pytest

from custom_components.victron_openevse.control.exchange import (
    CAP_MAX_W,
    EXPORT_MEAN_S,
    IMPORT_MEAN_S,
    STEP_PER_S,
    TOLERATED_W,
    update_exchange,
)
from custom_components.victron_openevse.control.memory import Exchange
from custom_components.victron_openevse.control.model import Reading, SiteReading


def grid(power_w: float) -> SiteReading:
    """A site of which the grid's power is known."""
    return SiteReading(grid_power_w=Reading(power_w, 0.0))


def after(exchange: Exchange, power_w: float, seconds: int) -> Exchange:
    """Let some seconds pass at one grid power."""
    for _ in range(seconds):
        exchange = update_exchange(exchange, grid(power_w), 1.0)
    return exchange


@pytest.mark.parametrize(
    ("site", "dt_s"),
    [
        pytest.param(SiteReading(), 1.0, id="the grid's power is absent"),
        pytest.param(grid(float("nan")), 1.0, id="it is no number"),
        pytest.param(grid(900.0), 0.0, id="no time has passed"),
        pytest.param(grid(900.0), -5.0, id="the clock went back"),
    ],
)
def test_without_a_reading_or_time_the_means_wait(site: SiteReading, dt_s: float) -> None:
    exchange = Exchange(import_w=10.0, export_w=20.0, lift_cap_w=30.0)
    assert update_exchange(exchange, site, dt_s) == exchange


@pytest.mark.parametrize(
    ("power_w", "import_w", "export_w"),
    [
        pytest.param(1000.0, 1000.0 * (1 - exp(-1)), 0.0, id="import counts as import"),
        pytest.param(
            -1000.0, 0.0, 1000.0 * (1 - exp(-IMPORT_MEAN_S / EXPORT_MEAN_S)), id="export as export"
        ),
    ],
)
def test_each_direction_has_its_own_mean(power_w: float, import_w: float, export_w: float) -> None:
    exchange = after(Exchange(), power_w, round(IMPORT_MEAN_S))
    assert exchange.import_w == pytest.approx(import_w)
    assert exchange.export_w == pytest.approx(export_w)


def test_the_means_do_not_depend_on_how_often_one_decides() -> None:
    often = after(Exchange(), -800.0, 60)
    once = update_exchange(Exchange(), grid(-800.0), 60.0)
    assert once.export_w == pytest.approx(often.export_w)


def test_a_minute_of_export_is_not_yet_an_overflow() -> None:
    assert after(Exchange(), -2000.0, 60).export_w < 400.0
    assert after(Exchange(), -2000.0, 3 * round(EXPORT_MEAN_S)).export_w > 1800.0


@pytest.mark.parametrize("power_w", [0.0, -3000.0])
def test_the_addition_rises_slowly_to_its_end(power_w: float) -> None:
    rise_w_per_s = STEP_PER_S * TOLERATED_W
    assert after(Exchange(), power_w, 60).lift_cap_w == pytest.approx(60 * rise_w_per_s)
    assert after(Exchange(), power_w, 1000).lift_cap_w == CAP_MAX_W


def test_lasting_import_takes_the_addition_away_faster_than_it_came() -> None:
    exchange = after(Exchange(lift_cap_w=2000.0), 600.0, 60)
    assert exchange.lift_cap_w == 0.0
    assert after(exchange, 600.0, 600).lift_cap_w == 0.0


def test_import_within_the_usual_setpoint_takes_nothing_away() -> None:
    exchange = after(Exchange(lift_cap_w=2000.0), TOLERATED_W / 2, 60)
    assert exchange.lift_cap_w > 2000.0


def test_import_of_seconds_costs_little() -> None:
    exchange = after(Exchange(lift_cap_w=2000.0), 1000.0, 3)
    exchange = after(exchange, 0.0, 60)
    assert 1500.0 < exchange.lift_cap_w < 2600.0
