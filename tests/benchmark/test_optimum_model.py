"""The optimum's site: who gets the power, and what limits it."""

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest

from benchmark.optimum_model import BatteryBounds, Flow, OptimumSite, by_step, flow, lag, swing

MINUTE_S = 60


def settle(site: OptimumSite, soc_pct: float, sun_w: float, load_w: float) -> Flow:
    stored = np.array([soc_pct / 100.0 * site.battery_kwh])
    bounds = BatteryBounds.at(stored, site, MINUTE_S)
    return flow(stored, bounds, sun_w, load_w, site, MINUTE_S)


FEED_IN = OptimumSite()
ZERO = OptimumSite(feed_in=False)
CAPPED = OptimumSite(feed_in_cap_w=1000.0)
AC = OptimumSite(ac_share=1.0)
AC_ZERO = OptimumSite(ac_share=1.0, feed_in=False)


@pytest.mark.parametrize(
    ("site", "soc_pct", "sun_w", "load_w", "battery_w", "grid_w"),
    [
        pytest.param(FEED_IN, 50, 3000, 1000, 2050, 50, id="surplus-charges-setpoint-imported"),
        pytest.param(FEED_IN, 50, 0, 1000, -950, 50, id="battery-carries-the-house"),
        pytest.param(FEED_IN, 10, 0, 1000, 0, 1000, id="at-the-minimum-the-grid-does"),
        pytest.param(FEED_IN, 50, 0, 9000, -5000, 4000, id="inverter-limit"),
        pytest.param(FEED_IN, 50, 7000, 1000, 5000, -1000, id="above-the-charge-limit-is-fed-in"),
        pytest.param(FEED_IN, 97.5, 4000, 500, 2575, -925, id="taper"),
        pytest.param(FEED_IN, 100, 3000, 500, 0, -2500, id="full"),
        pytest.param(ZERO, 100, 3000, 500, 0, 50, id="full-and-held-back"),
        pytest.param(CAPPED, 100, 3000, 500, 0, -1000, id="full-and-capped"),
        pytest.param(AC, 100, 3000, 500, 0, -2500, id="ac-full-is-fed-in"),
        pytest.param(AC, 50, 3000, 500, 2550, 50, id="ac-charges-through-the-multi"),
        pytest.param(AC_ZERO, 100, 3000, 500, 0, 50, id="ac-held-back"),
    ],
)
def test_flow(
    site: OptimumSite,
    soc_pct: float,
    sun_w: float,
    load_w: float,
    battery_w: float,
    grid_w: float,
) -> None:
    settled = settle(site, soc_pct, sun_w, load_w)
    assert settled.charge_w[0] - settled.discharge_w[0] == pytest.approx(battery_w, abs=1e-6)
    assert settled.import_w[0] - settled.export_w[0] == pytest.approx(grid_w, abs=1e-6)


@settings(max_examples=200, deadline=None)
@given(
    soc_pct=st.floats(10.0, 100.0),
    sun_w=st.floats(0.0, 10_000.0),
    load_w=st.floats(0.0, 12_000.0),
    feed_in=st.booleans(),
    cap_w=st.one_of(st.none(), st.floats(0.0, 5000.0)),
    ac_share=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_flow_keeps_energy_and_limits(
    soc_pct: float,
    sun_w: float,
    load_w: float,
    feed_in: bool,
    cap_w: float | None,
    ac_share: float,
) -> None:
    site = OptimumSite(feed_in=feed_in, feed_in_cap_w=cap_w, ac_share=ac_share)
    settled = settle(site, soc_pct, sun_w, load_w)
    battery_w, grid_w = (
        float(settled.charge_w[0] - settled.discharge_w[0]),
        float(settled.import_w[0] - settled.export_w[0]),
    )
    used_w = load_w + battery_w - grid_w
    assert -1e-6 <= used_w <= sun_w + 1e-6
    assert grid_w >= -site.room_w - 1e-6
    assert 0.1 * 8.0 - 1e-9 <= settled.stored_kwh[0] <= 8.0 + 1e-9
    assert -5000.0 - 1e-6 <= battery_w <= 5000.0 + 1e-6


def test_a_step_stores_less_and_takes_more_than_the_terminals_show() -> None:
    up = settle(FEED_IN, 50, 4000, 50)
    down = settle(FEED_IN, 50, 0, 4050)
    assert up.stored_kwh[0] - 4.0 == pytest.approx(4.0 / 60 * 0.95)
    assert 4.0 - down.stored_kwh[0] == pytest.approx(4.0 / 60 / 0.95)


@pytest.mark.parametrize(
    ("samples", "step_s", "expected"),
    [
        pytest.param([1.0, 3.0, 5.0, 7.0], 43_200, [2.0, 6.0], id="mean-of-two"),
        pytest.param([1.0, 3.0], 43_200, [1.0, 3.0], id="as-they-are"),
    ],
)
def test_means_of_steps(samples: list[float], step_s: int, expected: list[float]) -> None:
    assert by_step(np.array(samples), step_s).mean(axis=1).tolist() == expected


@pytest.mark.parametrize(
    ("count", "step_s", "message"),
    [
        pytest.param(0, 60, "0 samples", id="none"),
        pytest.param(7000, 60, "do not divide", id="uneven"),
        pytest.param(288, 60, "do not fit", id="step-shorter-than-sample"),
    ],
)
def test_uneven_samples_are_refused(count: int, step_s: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        by_step(np.zeros(count), step_s)


@pytest.mark.parametrize(
    ("surplus_w", "car_w", "expected_w"),
    [
        pytest.param([2000.0, 2000.0], 1500.0, 0.0, id="steady"),
        pytest.param([3000.0, 1000.0], 2000.0, 500.0, id="half-the-time-short"),
        pytest.param([3000.0, 1000.0], 500.0, 0.0, id="never-short"),
        pytest.param([3000.0, 1000.0], 4000.0, 0.0, id="always-short"),
    ],
)
def test_swing_within_a_step(surplus_w: list[float], car_w: float, expected_w: float) -> None:
    swings = swing(np.array([surplus_w]), np.array([car_w]))
    assert swings.tolist() == [[expected_w]]


def test_a_swing_costs_the_batterys_losses() -> None:
    stored = np.array([4.0])
    bounds = BatteryBounds.at(stored, FEED_IN, MINUTE_S)
    calm = flow(stored, bounds, 2000.0, 2050.0, FEED_IN, MINUTE_S)
    torn = flow(stored, bounds, 2000.0, 2050.0, FEED_IN, MINUTE_S, 600.0)
    assert torn.discharge_w - calm.discharge_w == pytest.approx(600.0)
    lost_kwh = (1 / 0.95 - 0.95) * 0.6 / 60
    assert calm.stored_kwh - torn.stored_kwh == pytest.approx(lost_kwh)


def test_a_steady_load_has_no_lag() -> None:
    assert not lag(np.full(600, 800.0), 50.0).any()


def test_a_load_that_goes_is_exported_for_some_seconds() -> None:
    """2 kW off: a quarter of the error is left after ten seconds; about 3 Wh go out."""
    net = np.concatenate((np.full(300, 2300.0), np.full(300, 300.0)))
    assert lag(net, 50.0)[:300].sum() == 0.0
    assert lag(net, 50.0).sum() / 3600 == pytest.approx(3.5, abs=1.0)


def test_a_lag_is_imported_and_exported_while_the_battery_balances() -> None:
    stored = np.array([4.0, 0.8])
    bounds = BatteryBounds.at(stored, FEED_IN, MINUTE_S)
    late = flow(stored, bounds, 0.0, 1000.0, FEED_IN, MINUTE_S, lag_w=40.0)
    assert late.import_w.tolist() == pytest.approx([90.0, 1000.0])
    assert late.export_w.tolist() == pytest.approx([40.0, 0.0])
