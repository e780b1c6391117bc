"""Pause until morning follows the arrays."""

import pytest

from custom_components.victron_openevse.control.memory import Pause
from custom_components.victron_openevse.control.model import Reading, Status
from custom_components.victron_openevse.control.pause import advance_pause, is_morning

from .build import House


def follow(story: list[tuple[float | None, int]]) -> bool:
    """Run through (PV power, seconds) and tell whether it is morning."""
    pause, now_s = Pause(), 0.0
    for pv_w, seconds in story:
        for _ in range(0, seconds, 10):
            now_s += 10.0
            pause = advance_pause(pause, None if pv_w is None else Reading(pv_w, now_s), now_s)
    return is_morning(pause, now_s)


@pytest.mark.parametrize(
    ("story", "morning"),
    [
        pytest.param([(3000.0, 7200)], False, id="all day long"),
        pytest.param([(3000.0, 600), (0.0, 7200)], False, id="the night is not over"),
        pytest.param([(3000.0, 600), (0.0, 7200), (80.0, 70)], True, id="the arrays woke up"),
        pytest.param([(0.0, 7200), (80.0, 70)], True, id="pressed at night"),
        pytest.param([(0.0, 7200), (80.0, 30)], False, id="a torch"),
        pytest.param([(0.0, 7200), (30.0, 600)], False, id="dusk between the thresholds"),
        pytest.param([(3000.0, 600), (9.0, 300), (3000.0, 300)], False, id="a throttled array"),
        pytest.param([(0.0, 7200), (None, 3600)], False, id="silence is no morning"),
    ],
)
def test_morning(story: list[tuple[float | None, int]], morning: bool) -> None:
    assert follow(story) is morning


@pytest.mark.parametrize(
    ("absent_s", "speaking", "morning"),
    [
        pytest.param(8 * 3600, True, True, id="an inverter that sleeps leaves the GX"),
        pytest.param(3600, True, False, id="an hour without PV by day is a fault"),
        pytest.param(8 * 3600, False, False, id="a silent GX says nothing"),
    ],
)
def test_absent_pv_of_a_gx_that_speaks(absent_s: int, speaking: bool, morning: bool) -> None:
    pause = advance_pause(Pause(started_at_s=0.0), Reading(2000.0, 1.0), 1.0)
    for second in range(10, absent_s, 10):
        pause = advance_pause(pause, None, float(second), speaking=speaking)
    for second in range(absent_s, absent_s + 80, 10):
        pause = advance_pause(pause, Reading(200.0, float(second)), float(second), speaking=True)
    assert is_morning(pause, absent_s + 80.0) is morning


@pytest.mark.parametrize(
    ("age_h", "morning"),
    [
        pytest.param(21.0, True, id="the night passed while nobody watched"),
        pytest.param(6.0, False, id="the same day"),
    ],
)
def test_an_old_pause_that_sees_light(age_h: float, morning: bool) -> None:
    now_s = age_h * 3600.0
    pause = Pause(started_at_s=0.0)
    for second in range(0, 80, 10):
        pause = advance_pause(pause, Reading(200.0, now_s + second), now_s + second)
    assert is_morning(pause, now_s + 80.0) is morning


def test_light_from_before_a_restart_is_no_morning() -> None:
    now_s = 21 * 3600.0
    pause = advance_pause(Pause(started_at_s=0.0, light_at_s=0.0), None, now_s)
    assert not is_morning(pause, now_s)
    pause = advance_pause(pause, Reading(0.0, now_s + 5.0), now_s + 5.0)
    assert not is_morning(pause, now_s + 5.0)


def test_the_night_passes_while_the_charger_is_offline() -> None:
    house = House(pv_w=3000.0)
    house.run(400)
    house.settings["pause_until_morning"] = True
    house.step()
    house.online = False
    house.pv_w = 0.0
    house.run(1200, dt_s=10)
    house.pv_w = 300.0
    decision = house.run(80, dt_s=10)
    assert (decision.status, decision.pause_over) == (Status.OFFLINE, True)
    house.settings["pause_until_morning"] = False
    house.online = True
    house.pv_w = 3000.0
    house.run(30)
    assert house.offered_a >= 6
