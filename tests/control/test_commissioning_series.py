"""The sums over the steps of a commissioning check: levels, changes, lags, and what they must not claim."""

from collections.abc import Callable
from typing import Final

from custom_components.victron_openevse.control.commissioning import STEPS
from custom_components.victron_openevse.control.commissioning_record import (
    Check,
    CheckSample,
    Verdict,
)
from custom_components.victron_openevse.control.commissioning_series import (
    changes,
    jumps,
    knocks,
    lag_s,
    near_changes,
    plateaus,
    spread,
)
from custom_components.victron_openevse.control.commissioning_verdict import judge
from custom_components.victron_openevse.control.model import ChargerSettings

from .build import VOLTS

LOW_A: Final = 6
HIGH_A: Final = 12
STEP_W: Final = 1400.0


def series(
    grid: Callable[[bool, float], float],
    *,
    battery: Callable[[bool, float], float] = lambda _high, _since_s: 0.0,
    hold_s: int = 40,
) -> Check:
    """A check of even steps; `grid` and `battery` give a power by level and seconds since the step."""
    samples = tuple(
        CheckSample(
            at_s=float(step * hold_s + second),
            step=step,
            stepped_at_s=float(step * hold_s),
            read_s=float(second),
            offered_a=HIGH_A if step % 2 else LOW_A,
            charging_w=2 * STEP_W if step % 2 else STEP_W,
            grid_w=grid(step % 2 == 1, float(second)),
            battery_w=battery(step % 2 == 1, float(second)),
        )
        for step in range(STEPS)
        for second in range(hold_s)
    )
    return Check(step=STEPS - 1, low_a=LOW_A, high_a=HIGH_A, samples=samples)


def follows(high: bool, _since_s: float) -> float:
    """A grid that carries the car at once."""
    return 2 * STEP_W if high else STEP_W


def test_levels_changes_and_knocks_count_in_the_direction_of_the_step() -> None:
    samples = series(follows).samples
    levels = plateaus(samples, STEPS, lambda item: item.grid_w)
    assert levels is not None
    assert changes(levels) == (STEP_W,) * (STEPS - 1)
    assert knocks(samples, levels, lambda item: item.grid_w) == (STEP_W,) * (STEPS - 1)
    assert near_changes(samples, STEPS, lambda item: item.grid_w) == (STEP_W,) * (STEPS - 1)
    assert jumps(samples, STEPS, lambda item: item.grid_w, STEP_W / 10) == 0
    assert plateaus(samples, STEPS, lambda item: item.consumption_w) is None


def test_a_lag_is_the_time_to_half_of_the_way() -> None:
    def late(high: bool, since_s: float) -> float:
        return follows(high if since_s >= 7.0 else not high, since_s)

    samples = series(late).samples
    levels = plateaus(samples, STEPS, lambda item: item.grid_w)
    assert levels is not None
    assert lag_s(samples, levels, lambda item: item.grid_w, STEP_W / 2) == 7.0
    assert lag_s(samples, levels, lambda item: item.grid_w, 2 * STEP_W) is None


def test_a_spread_is_not_moved_by_strays() -> None:
    assert spread([10.0, 10.0, 11.0, 9.0, 1000.0, -1000.0]).middle == 10.0
    assert spread([10.0, 10.0, 11.0, 9.0, 1000.0, -1000.0]).width == 1.0


def test_half_a_step_that_flips_by_turns_is_no_evidence() -> None:
    """The battery's steps disagree, so nothing is said of anything."""
    flips = iter(range(10_000))

    def erratic(high: bool, since_s: float) -> float:
        turn = 1.0 if next(flips) // 80 % 2 else -1.0
        return turn * follows(high, since_s)

    outcome = judge(series(follows, battery=erratic), ChargerSettings(), VOLTS)
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert not outcome.findings


def test_readings_that_never_settle_are_inconclusive() -> None:
    check = series(follows, hold_s=15)
    assert judge(check, ChargerSettings(), VOLTS).verdict is Verdict.INCONCLUSIVE
