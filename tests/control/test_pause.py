"""Pause until morning follows the arrays."""

import pytest

from custom_components.victron_openevse.control.memory import Pause
from custom_components.victron_openevse.control.model import Reading
from custom_components.victron_openevse.control.pause import advance_pause, is_morning


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
