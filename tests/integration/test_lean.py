"""Which values are worth a state."""

import math
from typing import Final

import pytest

from custom_components.victron_openevse.lean import LeanValue, Pace, Value

POWER: Final = Pace(round_to=10.0, step=50.0, step_after_s=60.0)
OWN_POWER: Final = Pace(round_to=10.0, step=50.0, step_after_s=60.0, zero_at_once=True)


def test_the_first_value_is_written_and_rounded() -> None:
    lean = LeanValue(POWER)
    assert lean.update(1234.5, 0.0)
    assert lean.value == 1230.0


@pytest.mark.parametrize(
    ("pace", "old", "new", "waited_s", "written"),
    [
        pytest.param(POWER, 1000.0, 1001.0, 1000.0, False, id="noise below the rounding, never"),
        pytest.param(POWER, 1000.0, 3000.0, 4.0, False, id="huge jump, but too soon"),
        pytest.param(POWER, 1000.0, 3000.0, 5.0, True, id="huge jump"),
        pytest.param(POWER, 1000.0, 1290.0, 10.0, False, id="not quite 300 W after 10 s"),
        pytest.param(POWER, 1000.0, 1300.0, 10.0, True, id="300 W after 10 s"),
        pytest.param(POWER, 1000.0, 950.0, 59.0, False, id="50 W not before a minute"),
        pytest.param(POWER, 1000.0, 950.0, 60.0, True, id="50 W after a minute"),
        pytest.param(POWER, 1000.0, 1010.0, 299.0, False, id="10 W not before five minutes"),
        pytest.param(POWER, 1000.0, 1010.0, 300.0, True, id="10 W after five minutes"),
        pytest.param(POWER, 0.0, 20.0, 1.0, False, id="zero is nothing special for the grid"),
        pytest.param(OWN_POWER, 0.0, 20.0, 1.0, True, id="charging begins"),
        pytest.param(OWN_POWER, 1400.0, 0.0, 1.0, True, id="charging ends"),
        pytest.param(POWER, 1000.0, None, 0.5, True, id="value is lost"),
        pytest.param(POWER, None, 1000.0, 0.5, True, id="value is back"),
        pytest.param(None, 6, 7, 0.5, True, id="exact number"),
        pytest.param(None, "charging", "paused", 0.5, True, id="text"),
        pytest.param(None, False, True, 0.5, True, id="flag"),
        pytest.param(None, "charging", "charging", 1e6, False, id="same text"),
    ],
)
def test_a_change_is_written(
    pace: Pace | None, old: Value, new: Value, waited_s: float, written: bool
) -> None:
    lean = LeanValue(pace)
    lean.update(old, 0.0)
    assert lean.update(new, waited_s) is written


def test_a_noisy_gx_costs_few_rows() -> None:
    """Power that swings by 40 W around a slow wave of 1 kW, once a second for an hour."""
    lean = LeanValue(POWER)
    writes = sum(
        lean.update(2000 + 1000 * math.sin(second / 600) + 40 * math.sin(second), float(second))
        for second in range(3600)
    )
    assert 20 < writes < 120


def test_what_is_shown_ends_up_right() -> None:
    lean = LeanValue(POWER)
    lean.update(1000.0, 0.0)
    for second in range(1, 302):
        lean.update(1014.0, float(second))
    assert lean.value == 1010.0
