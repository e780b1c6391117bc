"""A gentle start, whoever opened the contactor, and honest words while it must stay open."""

import pytest

from custom_components.victron_openevse.control.model import (
    SOLAR_MODES,
    ChargerState,
    Mode,
    Status,
)
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import House


@pytest.mark.parametrize(
    "state",
    [
        ChargerState.STARTING,
        ChargerState.SLEEPING,
        ChargerState.CONNECTED,
        ChargerState.DISABLED,
        ChargerState.FAULT,
    ],
)
@pytest.mark.parametrize("mode", [Mode.FAST, Mode.SOLAR])
def test_a_contactor_that_opened_by_itself_starts_gently(mode: Mode, state: ChargerState) -> None:
    house = House(mode=mode, pv_w=6000.0)
    house.run(60)
    full_a = house.offered_a
    assert full_a >= 16
    house.state = state
    house.run(20)
    house.state = None
    assert [house.step().offered_current_a for _ in range(2)] == [6, 6]
    house.run(30)
    assert (house.offered_a, house.closings) == (full_a, 1)


@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.MEDIUM])
def test_the_minimum_off_time_is_named_by_mode(mode: Mode) -> None:
    house = House(mode=mode)
    house.run(30)
    house.grid_connected = False
    house.run(10)
    assert house.offered_a == 0
    house.grid_connected = True
    house.run(5)
    assert house.charger.reason.code is ReasonCode.MINIMUM_OFF_TIME
    waiting = Status.WAITING_FOR_SUN if mode in SOLAR_MODES else Status.STARTING
    assert house.charger.status is waiting


def test_late_word_of_a_stop_does_not_end_what_a_person_asked_for_since() -> None:
    """Fast, off and fast again: the charger tells of the stop when it is long told to charge."""
    house = House(mode=Mode.FAST, pv_w=0.0)
    house.run(400)
    house.mode, house.state = Mode.OFF, ChargerState.CHARGING
    house.run(2)
    house.mode = Mode.FAST
    house.run(2)
    house.state = ChargerState.SLEEPING
    house.run(2)
    assert house.charger.offered_current_a >= 6
    house.state = None
    house.run(10)
    assert house.charger.offered_current_a == 32


def test_a_start_after_the_charger_stopped_by_itself_is_the_suns() -> None:
    """Whatever stops it again and again: it is no way around the budget."""
    house = House(mode=Mode.SOLAR, pv_w=6000.0, soc_pct=90.0, settings={"daily_closings": 3})
    house.run(700)
    for _ in range(5):
        house.state = ChargerState.SLEEPING
        house.run(60)
        house.state = None
        house.run(120)
    assert house.charger.reason.code is ReasonCode.CLOSINGS_USED_UP
    assert len(house.own.closings_at_s) == 3


def test_what_ends_each_charge_of_a_person_soon_does_not_use_the_contactor_up() -> None:
    """Fast was chosen once: the charger's own rule that ends it within seconds is nobody's wish."""
    house = House(mode=Mode.FAST, settings={"daily_closings": 3})
    house.run(12)
    for _ in range(60):
        house.state = ChargerState.SLEEPING
        house.run(10)
        house.state = None
        house.run(15)
    assert house.charger.reason.code is ReasonCode.CLOSINGS_USED_UP
    assert house.own.closings <= 5


def test_a_fault_that_comes_and_goes_does_not_put_off_a_stop() -> None:
    """Each recovery began the minimum on time anew, all through a night."""
    house = House(mode=Mode.SOLAR, pv_w=3000.0, soc_pct=80.0)
    house.run(700)
    assert house.offered_a > 0
    house.pv_w, house.soc_pct = 0.0, 15.0
    for _ in range(10):
        house.state = ChargerState.FAULT
        house.run(24)
        house.state = None
        house.run(200)
    assert house.offered_a == 0
    assert house.closings <= 2


@pytest.mark.parametrize("gap_s", [5, 25])
def test_a_charger_that_tells_of_an_earlier_stop_late_ends_no_persons_start(gap_s: int) -> None:
    house = House(mode=Mode.FAST, pv_w=0.0)
    house.run(900)
    house.mode, house.state = Mode.OFF, ChargerState.CHARGING
    house.run(gap_s)
    house.mode = Mode.FAST
    house.run(10)
    house.state = ChargerState.SLEEPING
    house.run(3)
    house.state = None
    house.run(10)
    assert house.offered_a > 0
