"""Phases seen at the charger's meter."""

import pytest

from custom_components.victron_openevse.control.memory import ChargerMemory
from custom_components.victron_openevse.control.model import (
    ChargerReading,
    ChargerSettings,
    Reading,
)
from custom_components.victron_openevse.control.phases import note_phases, phases_of

from .build import House


def watch(
    power_w: float,
    current_a: float,
    seconds: int,
    volts: float | None = 230.0,
    site_volts: float | None = 230.0,
) -> int:
    """Phases reckoned with after some seconds of one reading; one is configured."""
    memory = ChargerMemory()
    for second in range(seconds + 1):
        charger = ChargerReading(
            charging_power_w=Reading(power_w, float(second)),
            charging_current_a=Reading(current_a, float(second)),
            voltage_v=None if volts is None else Reading(volts, float(second)),
        )
        memory = note_phases(memory, charger, site_volts, float(second))
    return phases_of(ChargerSettings(phases=1), memory)


@pytest.mark.parametrize(
    ("power_w", "current_a", "seconds", "volts", "phases"),
    [
        pytest.param(6900.0, 10.0, 20, 230.0, 3, id="three"),
        pytest.param(6900.0, 10.0, 20, None, 3, id="three, volts of the grid meter"),
        pytest.param(4600.0, 10.0, 20, 230.0, 2, id="two"),
        pytest.param(2300.0, 10.0, 20, 230.0, 1, id="one"),
        pytest.param(6900.0, 10.0, 19, 230.0, 1, id="not for long enough"),
        pytest.param(3450.0, 5.0, 60, 230.0, 1, id="too little current"),
        pytest.param(5700.0, 10.0, 60, 230.0, 1, id="neither two nor three"),
    ],
)
def test_seen_phases(
    power_w: float, current_a: float, seconds: int, volts: float | None, phases: int
) -> None:
    assert watch(power_w, current_a, seconds, volts) == phases


@pytest.mark.parametrize(
    ("power_w", "volts", "site_volts", "phases"),
    [
        pytest.param(2400.0, 240.0, 120.0, 2, id="between two phases of 120 V"),
        pytest.param(2400.0, 240.0, 240.0, 1, id="one of 240 V"),
        pytest.param(2400.0, 240.0, 220.0, 1, id="reckoned with 240 V on 220 V"),
        pytest.param(7200.0, 240.0, 220.0, 3, id="three, reckoned with 240 V on 220 V"),
        pytest.param(7200.0, 240.0, None, 3, id="the site tells no volts"),
        pytest.param(1.0, None, 50.0, 1, id="no voltage that feeds a house"),
    ],
)
def test_the_sites_volts_count(
    power_w: float, volts: float | None, site_volts: float | None, phases: int
) -> None:
    assert watch(power_w, 10.0, 30, volts, site_volts) == phases


@pytest.mark.parametrize(
    ("configured", "seen", "expected"),
    [
        pytest.param(1, None, 1, id="nothing seen"),
        pytest.param(3, 1, 3, id="fewer than configured are not believed"),
        pytest.param(1, 3, 3, id="more are"),
        pytest.param(1, 999, 3, id="damaged memory"),
    ],
)
def test_the_larger_counts(configured: int, seen: int | None, expected: int) -> None:
    memory = ChargerMemory(car_phases=seen)
    assert phases_of(ChargerSettings(phases=configured), memory) == expected


def test_a_three_phase_car_set_up_as_one_follows_the_sun() -> None:
    house = House(pv_w=7000.0, load_w=300.0, car_phases=3)
    house.run(120)
    assert abs(house.car_w - 6700.0) <= 705.0
    assert house.closings == 1
    house.vehicle = False
    house.run(5)
    house.vehicle = True
    house.step()
    assert house.own.car_phases is None


def test_power_and_current_of_different_offers_are_not_compared() -> None:
    """A power that is told each minute is still that of 20 A when the current is 10 A already."""
    memory = ChargerMemory()
    for second in range(60):
        charger = ChargerReading(
            charging_power_w=Reading(4600.0, 0.0),
            charging_current_a=Reading(10.0, float(second)),
        )
        memory = note_phases(memory, charger, 230.0, float(second))
    assert memory.car_phases is None
