"""What the car draws from an offer."""

from __future__ import annotations

import pytest

from simulator.car import Car, CarConfig

VOLTS = 235.0


def drawn_w(car: Car, seconds: int, pilot_a: float, *, closed: bool = True) -> float:
    power_w = 0.0
    for _ in range(seconds):
        power_w = car.step(1.0, pilot_a, closed, VOLTS)
    return power_w


@pytest.mark.parametrize(
    ("config", "pilot_a", "closed", "current_a"),
    [
        pytest.param(CarConfig(), 16.0, True, 16.0, id="takes the offer"),
        pytest.param(CarConfig(limit_a=13.0), 16.0, True, 13.0, id="takes its own limit"),
        pytest.param(CarConfig(), 5.0, True, 0.0, id="below 6 A is no offer"),
        pytest.param(CarConfig(), 16.0, False, 0.0, id="contactor open"),
        pytest.param(CarConfig(start_soc_pct=100.0), 16.0, True, 0.0, id="full"),
        pytest.param(
            CarConfig(start_soc_pct=80.0, charge_to_pct=80.0), 16.0, True, 0.0, id="own limit met"
        ),
        pytest.param(
            CarConfig(start_soc_pct=97.5, capacity_kwh=600.0),
            32.0,
            True,
            19.0,
            id="tapers near full",
        ),
    ],
)
def test_settled_current(config: CarConfig, pilot_a: float, closed: bool, current_a: float) -> None:
    power_w = drawn_w(Car(config), 40, pilot_a, closed=closed)
    assert power_w == pytest.approx(current_a * VOLTS, rel=0.01)


def test_three_phases_draw_threefold() -> None:
    assert drawn_w(Car(CarConfig(phases=3)), 40, 10.0) == pytest.approx(3 * 10 * VOLTS)


def test_starts_after_a_delay_and_rises_gently() -> None:
    car = Car()
    assert drawn_w(car, 3, 16.0) == 0.0
    assert drawn_w(car, 1, 16.0) == pytest.approx(1.5 * VOLTS)
    assert drawn_w(car, 1, 16.0) == pytest.approx(3.0 * VOLTS)


def test_follows_a_lower_offer_within_five_seconds() -> None:
    car = Car()
    drawn_w(car, 60, 32.0)
    assert drawn_w(car, 5, 6.0) == pytest.approx(6.0 * VOLTS)


def test_a_sleeping_car_takes_longer_to_wake() -> None:
    car = Car(CarConfig(wake_up_delay_s=30.0))
    drawn_w(car, 700, 0.0)
    assert drawn_w(car, 33, 16.0) == 0.0
    assert drawn_w(car, 1, 16.0) > 0.0


def test_a_short_pause_needs_no_waking() -> None:
    car = Car(CarConfig(wake_up_delay_s=30.0))
    drawn_w(car, 20, 16.0)
    drawn_w(car, 60, 0.0)
    assert drawn_w(car, 4, 16.0) > 0.0


def test_unplugged_it_asks_for_nothing_and_replugged_it_starts_a_session() -> None:
    car = Car()
    drawn_w(car, 60, 32.0)
    assert car.session_kwh > 0.0
    car.unplug()
    assert not car.requests_charge
    assert drawn_w(car, 1, 32.0) == 0.0
    car.plug(soc_pct=30.0)
    assert (car.session_kwh, car.soc_pct, car.requests_charge) == (0.0, 30.0, True)


def test_its_own_timer_keeps_it_in_state_b() -> None:
    car = Car()
    car.wants_charge = False
    assert drawn_w(car, 30, 16.0) == 0.0


def test_energy_reaches_the_battery_with_losses() -> None:
    car = Car(CarConfig(start_soc_pct=40.0, capacity_kwh=60.0))
    drawn_w(car, 3600, 16.0)
    assert car.soc_pct - 40.0 == pytest.approx(car.session_kwh * 0.9 / 60.0 * 100.0)
    assert car.session_kwh == pytest.approx(16 * VOLTS / 1000, rel=0.01)


def test_fills_up_and_stops() -> None:
    car = Car(CarConfig(start_soc_pct=99.9, capacity_kwh=10.0))
    assert drawn_w(car, 1800, 16.0) == 0.0
    assert car.full
    assert not car.requests_charge
