"""The battery's limits and the guard of the minimum."""

from __future__ import annotations

import pytest

from simulator.battery import Battery, BatteryConfig, MinSocGuard


@pytest.mark.parametrize(
    ("soc_pct", "limit_w"),
    [
        pytest.param(20.0, 5000.0, id="empty enough"),
        pytest.param(95.0, 5000.0, id="where the taper begins"),
        pytest.param(97.5, 2575.0, id="half way"),
        pytest.param(99.999, 151.0, id="almost full"),
        pytest.param(100.0, 0.0, id="full"),
        pytest.param(100.2, 0.0, id="a little overfull"),
    ],
)
def test_charge_limit(soc_pct: float, limit_w: float) -> None:
    assert Battery(BatteryConfig(), soc_pct).charge_limit_w() == pytest.approx(limit_w, abs=1.0)


@pytest.mark.parametrize(
    ("power_w", "change_pct"),
    [
        pytest.param(1000.0, 0.95 / 8 * 100, id="charging loses 5 %"),
        pytest.param(-1000.0, -1 / 0.95 / 8 * 100, id="discharging takes 5 % more"),
        pytest.param(0.0, 0.0, id="resting"),
    ],
)
def test_an_hour_of_power(power_w: float, change_pct: float) -> None:
    battery = Battery(BatteryConfig(capacity_kwh=8.0), 50.0)
    for _ in range(3600):
        battery.step(power_w)
    assert battery.soc_pct - 50.0 == pytest.approx(change_pct, rel=1e-6)


@pytest.mark.parametrize(
    ("soc_pct", "step_pct", "shown_pct"),
    [
        pytest.param(81.62, 0.1, 81.6, id="tenths"),
        pytest.param(81.62, 1.0, 82.0, id="whole percents"),
        pytest.param(81.3, 0.5, 81.5, id="halves"),
        pytest.param(100.3, 0.1, 100.0, id="never above 100"),
        pytest.param(-0.2, 0.1, 0.0, id="never below 0"),
    ],
)
def test_reported_soc(soc_pct: float, step_pct: float, shown_pct: float) -> None:
    battery = Battery(BatteryConfig(soc_step_pct=step_pct), soc_pct)
    assert battery.reported_soc_pct == shown_pct


def test_an_empty_battery_gives_nothing() -> None:
    assert Battery(BatteryConfig(), 0.0).discharge_limit_w() == 0.0


def test_guard_walks_through_its_states() -> None:
    guard = MinSocGuard()
    seen = []
    for soc_pct in (21.0, 20.0, 22.9, 23.0, 20.0, 15.0, 19.9, 20.0):
        guard.update(soc_pct, 20.0)
        seen.append((guard.discharged, guard.recharging))
    assert seen == [
        (False, False),
        (True, False),
        (True, False),
        (False, False),
        (True, False),
        (True, True),
        (True, True),
        (True, False),
    ]
