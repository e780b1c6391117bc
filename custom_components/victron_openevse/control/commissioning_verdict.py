"""What the steps of a commissioning check tell about meters, charger and car.

What house or sun drown is left unjudged rather than guessed.
`signs` judges the same from what happens by chance, over hours; both lead to the same words.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from .commissioning_record import (
    Check,
    CheckSample,
    Finding,
    FindingCode,
    Judgement,
    Outcome,
    Verdict,
)
from .commissioning_series import Spread, Value, changes, knocks, plateaus, spread
from .commissioning_site import (
    ABSENT_PART,
    KNOCK_PART,
    MOST,
    PRESENT_PART,
    QUIET_PART,
    Sign,
    Site,
    charging_power,
    figures_of,
    look_at_site,
    turn_of,
)
from .model import ChargerSettings

LEAST_STEP_A: Final = 3
"""A smaller step drowns in what a house does."""

FOLLOWS_PART: Final = 0.4
"""A car that takes less than this of a step on one phase does not follow it."""

SCALE_PART: Final = 0.2
"""Losses of inverter and battery make up to 14 % between charger and site."""

FINE_PART: Final = 0.1
"""Steps must agree this well for a comparison of powers."""

LEAST_CURRENT_A: Final = 2.0
"""A smaller change of the reported current says little about phases."""

ONE_PHASE: Final = 1
THREE_PHASES: Final = 3
ONE_TOLERANCE: Final = 0.25
THREE_TOLERANCE: Final = 0.5
"""In phases: losses and volts grow with them."""

SLOW_S: Final = 20.0
"""Where grid and battery answer a command later than this, the charger follows a sun that has gone."""


def judge(check: Check, settings: ChargerSettings, volts: float) -> Outcome:
    """Judge a check that went through all its steps; `volts` is phase to neutral."""
    samples, steps = check.samples, check.step + 1
    charging = plateaus(samples, steps, charging_power)
    if charging is None:
        return _inconclusive({})
    step = spread(changes(charging))
    trouble = _of_car(check, step, volts)
    if trouble is not None:
        figures = {"step_w": step.middle}
        return Outcome(verdict=Verdict.FINDINGS, findings=(trouble,), figures=figures)
    if step.width > QUIET_PART * step.middle:
        return _inconclusive({"step_w": step.middle, "noise_w": step.width})
    site = look_at_site(samples, steps, step.middle)
    figures = figures_of(samples, steps, site)
    if not (site.sees or (site.still and site.quiet)):
        return _inconclusive(figures)
    outcome = (
        _judge_all(check, settings, site, figures, volts) if site.sees else _not_seen(site, figures)
    )
    return outcome if site.calm or not outcome.findings else _inconclusive(figures)


def _judge_all(
    check: Check,
    settings: ChargerSettings,
    site: Site,
    figures: dict[str, float],
    volts: float,
) -> Outcome:
    """Judge everything at a site that sees the car."""
    samples, steps = check.samples, check.step + 1
    count = _phase_count(samples, steps, site, volts)
    answers: list[Finding | Judgement | None] = [
        _of_sign(site.grid, site.grid_w, site, FindingCode.GRID_SIGN, Judgement.GRID_SIGN),
        _of_sign(
            site.battery, site.battery_w, site, FindingCode.BATTERY_SIGN, Judgement.BATTERY_SIGN
        ),
        _of_consumption(samples, steps, site),
        _of_power(site),
        _of_phases(count, settings),
        None if count == THREE_PHASES else _of_grid_phase(samples, steps, site, settings),
        _of_meters(figures),
    ]
    findings = tuple(item for item in answers if isinstance(item, Finding))
    unjudged = tuple(item for item in answers if isinstance(item, Judgement))
    return Outcome(
        verdict=Verdict.FINDINGS if findings else Verdict.PASSED,
        findings=findings,
        figures=figures,
        unjudged=unjudged,
    )


def _inconclusive(figures: dict[str, float]) -> Outcome:
    return Outcome(verdict=Verdict.INCONCLUSIVE, figures=figures, unjudged=tuple(Judgement))


def _not_seen(site: Site, figures: dict[str, float]) -> Outcome:
    numbers = {"step_w": site.step_w, "moved_w": site.seen.middle}
    return Outcome(
        verdict=Verdict.FINDINGS,
        findings=(Finding(code=FindingCode.CHARGER_NOT_SEEN, numbers=numbers),),
        figures=figures,
        unjudged=tuple(item for item in Judgement if item is not Judgement.CHARGER_SEEN),
    )


def _of_car(check: Check, step: Spread, volts: float) -> Finding | None:
    """Look for what kept the car from stepping."""
    offered = plateaus(check.samples, check.step + 1, lambda item: float(item.offered_a))
    step_a = spread(changes(offered)).middle if offered else 0.0
    if step_a < LEAST_STEP_A:
        numbers = {"limit_a": max(offered or (0.0,))}
        return Finding(code=FindingCode.LIMIT_TOO_LOW, numbers=numbers)
    if step.middle >= FOLLOWS_PART * step_a * volts:
        return None
    numbers = {"step_a": step_a, "moved_w": step.middle}
    return Finding(code=FindingCode.CAR_TAKES_NO_MORE, numbers=numbers)


def _of_sign(
    sign: Sign, moved: Spread, site: Site, code: FindingCode, judgement: Judgement
) -> Finding | Judgement | None:
    if sign is Sign.RIGHT:
        return None
    if sign is not Sign.WRONG:
        return judgement
    return Finding(code=code, numbers={"step_w": site.step_w, "moved_w": moved.middle})


def _of_consumption(
    samples: Sequence[CheckSample], steps: int, site: Site
) -> Finding | Judgement | None:
    """Look whether the GX counts the car among the loads."""
    levels = plateaus(samples, steps, lambda item: item.consumption_w)
    if levels is None:
        return Judgement.CONSUMPTION
    moved = spread(changes(levels))
    quiet = moved.width <= QUIET_PART * site.step_w
    if quiet and moved.middle >= PRESENT_PART * site.seen.middle:
        return None
    if not quiet or moved.middle > ABSENT_PART * site.seen.middle:
        return Judgement.CONSUMPTION
    numbers = {"step_w": site.step_w, "moved_w": moved.middle}
    return Finding(code=FindingCode.NOT_IN_CONSUMPTION, numbers=numbers)


def _of_power(site: Site) -> Finding | Judgement | None:
    """Compare what the charger reports with what the site sees."""
    if abs(site.seen.middle - site.step_w) <= SCALE_PART * site.step_w:
        return None
    if site.seen.width > FINE_PART * site.step_w:
        return Judgement.CHARGER_POWER
    numbers = {
        "step_w": site.step_w,
        "seen_w": site.seen.middle,
        "reported_pct": 100.0 * site.step_w / site.seen.middle,
    }
    return Finding(code=FindingCode.CHARGER_POWER, numbers=numbers)


def _phase_count(
    samples: Sequence[CheckSample], steps: int, site: Site, volts: float
) -> int | None:
    """Phases the car draws on, by what the site sees per ampere; None = not clear."""
    levels = plateaus(samples, steps, lambda item: item.current_a)
    moved_a = 0.0 if levels is None else spread(changes(levels)).middle
    if moved_a < LEAST_CURRENT_A or site.seen.width > FINE_PART * site.step_w:
        return None
    count = site.seen.middle / (moved_a * volts)
    if abs(count - ONE_PHASE) <= ONE_TOLERANCE:
        return ONE_PHASE
    return THREE_PHASES if abs(count - THREE_PHASES) <= THREE_TOLERANCE else None


def _of_phases(count: int | None, settings: ChargerSettings) -> Finding | Judgement | None:
    if count is None:
        return Judgement.PHASES
    if count == settings.phases:
        return None
    numbers = {"seen": float(count), "set": float(settings.phases)}
    return Finding(code=FindingCode.PHASES, numbers=numbers, setting="phases", value=count)


def _of_grid_phase(
    samples: Sequence[CheckSample], steps: int, site: Site, settings: ChargerSettings
) -> Finding | Judgement | None:
    """Find the phase of the grid that each step knocks more than the others."""
    count = min(len(item.grid_phases_w) for item in samples)
    if count <= ONE_PHASE:
        return None
    moved_w = [
        [turn_of(site.grid) * one_w for one_w in phase_w]
        for phase_w in _phase_knocks(samples, steps, count)
    ]
    if len(moved_w) < count:
        return Judgement.GRID_PHASE
    middles = [spread(phase_w).middle for phase_w in moved_w]
    ranked = sorted(range(count), key=lambda phase: middles[phase], reverse=True)
    first, second = ranked[0], ranked[1]
    winners = [
        max(range(count), key=lambda phase: one[phase]) for one in zip(*moved_w, strict=True)
    ]
    clear = middles[first] - middles[second] >= KNOCK_PART * site.step_w
    if not clear or winners.count(first) < MOST:
        return Judgement.GRID_PHASE
    found = first + 1
    if found == settings.grid_phase:
        return None
    numbers = {"seen": float(found), "set": float(settings.grid_phase)}
    return Finding(code=FindingCode.GRID_PHASE, numbers=numbers, setting="grid_phase", value=found)


def _phase_knocks(
    samples: Sequence[CheckSample], steps: int, count: int
) -> Iterator[tuple[float, ...]]:
    for phase in range(count):
        value = _phase_w(phase)
        levels = plateaus(samples, steps, value)
        if levels is not None:
            yield knocks(samples, levels, value)


def _of_meters(figures: dict[str, float]) -> Finding | None:
    if "meter_lag_s" not in figures:
        return None
    lag_s = figures["command_lag_s"] + figures["meter_lag_s"]
    if lag_s <= SLOW_S:
        return None
    return Finding(code=FindingCode.SLOW_METERS, numbers={"lag_s": lag_s})


def _phase_w(phase: int) -> Value:
    return lambda item: item.grid_phases_w[phase]
