"""The inverter's ceiling: sun that can only charge the battery is no surplus for a car."""

from dataclasses import replace

import pytest

from custom_components.victron_openevse.control.ceiling import beyond_ceiling_w, note_ceiling
from custom_components.victron_openevse.control.memory import SiteMemory
from custom_components.victron_openevse.control.model import Reading, SiteReading


def site(*, grid_w: float | None, battery_w: float | None, pv_dc_w: float | None) -> SiteReading:
    """A site with DC-coupled sun."""

    def at(value: float | None) -> Reading[float] | None:
        return None if value is None else Reading(value, 0.0)

    return SiteReading(
        grid_power_w=at(grid_w), battery_power_w=at(battery_w), pv_dc_power_w=at(pv_dc_w)
    )


STUCK = site(grid_w=1000.0, battery_w=1500.0, pv_dc_w=5500.0)
"""An inverter of 4 kW under 5.5 kW of sun, and 5 kW of loads."""


def read_at(here: SiteReading, at_s: float) -> SiteReading:
    """The same powers, read at another time."""

    def again(reading: Reading[float] | None) -> Reading[float] | None:
        return None if reading is None else Reading(reading.value, at_s)

    return replace(
        here, grid_power_w=again(here.grid_power_w), battery_power_w=again(here.battery_power_w)
    )


def after(seconds: int, here: SiteReading = STUCK) -> SiteMemory:
    """The memory after some seconds of that."""
    memory = SiteMemory()
    for second in range(seconds + 1):
        memory = note_ceiling(memory, read_at(here, float(second)), float(second))
    return memory


@pytest.mark.parametrize(
    ("seconds", "here", "expected_w"),
    [
        pytest.param(24, STUCK, 0.0, id="not yet confirmed"),
        pytest.param(25, STUCK, 1500.0, id="the inverter gives no more: nothing of the charge"),
        pytest.param(60, replace(STUCK, grid_power_w=Reading(100.0, 0.0)), 0.0, id="no import"),
        pytest.param(60, site(grid_w=1000.0, battery_w=100.0, pv_dc_w=4100.0), 0.0, id="no charge"),
        pytest.param(
            60, site(grid_w=1000.0, battery_w=1500.0, pv_dc_w=None), 0.0, id="no DC-coupled sun"
        ),
        pytest.param(
            60,
            site(grid_w=2500.0, battery_w=2000.0, pv_dc_w=300.0),
            0.0,
            id="the grid charges the battery: a scheduled charge",
        ),
        pytest.param(60, site(grid_w=None, battery_w=1500.0, pv_dc_w=5500.0), 0.0, id="grid lost"),
    ],
)
def test_found_when_the_inverter_sticks(seconds: int, here: SiteReading, expected_w: float) -> None:
    assert beyond_ceiling_w(after(seconds, here), here) == expected_w


def test_an_inverter_that_still_rises_is_not_stuck() -> None:
    """A long ramp of the car: grid and battery both lag behind for a minute."""
    memory = SiteMemory()
    for second in range(90):
        power_w = 2000.0 + 20.0 * second
        here = site(grid_w=400.0, battery_w=5500.0 - power_w, pv_dc_w=5500.0)
        memory = note_ceiling(memory, read_at(here, float(second)), float(second))
        assert beyond_ceiling_w(memory, here) == 0.0


@pytest.mark.parametrize(
    ("battery_w", "pv_dc_w", "expected_w"),
    [
        pytest.param(1700.0, 5500.0, 1500.0, id="200 W of room below the ceiling"),
        pytest.param(600.0, 4000.0, 0.0, id="less sun: the room takes all of it"),
        pytest.param(-800.0, 2500.0, 0.0, id="a battery that gives"),
    ],
)
def test_the_charge_counts_as_far_as_the_inverter_has_room(
    battery_w: float, pv_dc_w: float, expected_w: float
) -> None:
    memory = after(30)
    here = site(grid_w=0.0, battery_w=battery_w, pv_dc_w=pv_dc_w)
    assert note_ceiling(memory, here, 31.0) is memory
    assert beyond_ceiling_w(memory, here) == expected_w


@pytest.mark.parametrize(
    ("now_s", "here"),
    [
        pytest.param(31.0, site(grid_w=0.0, battery_w=900.0, pv_dc_w=5500.0), id="it gave more"),
        pytest.param(900.0, STUCK, id="after a while it is tried again"),
    ],
)
def test_forgotten(now_s: float, here: SiteReading) -> None:
    assert note_ceiling(after(30), here, now_s).ceiling is None


@pytest.mark.parametrize("step_s", [0, 10, 20])
def test_a_gx_that_falls_silent_amid_a_step_proves_nothing(step_s: int) -> None:
    """The step's powers are repeated for minutes; the ESS has long settled meanwhile."""
    memory = after(step_s)
    frozen = read_at(STUCK, float(step_s))
    for second in range(step_s, 180):
        memory = note_ceiling(memory, frozen, float(second))
        assert beyond_ceiling_w(memory, frozen) == 0.0
