"""Pictures of a run: what a law did on a day, and what value costs in closings.

Written as PNG files: `closings.png` shows every law's captured value against its closings a day (the
best corner is top left); `day-*.png` show sun, house, car and battery of a few days under our law and
under the best rival of that day.
"""

from collections.abc import Sequence
from pathlib import Path
import re
from statistics import fmean
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
import numpy as np

from benchmark.cache import Floats
from benchmark.days import DAY_S, START_S
from benchmark.evaluate import Score
from benchmark.laws import LAWS, OURS
from benchmark.report import by_law, captured, duels
from benchmark.run import Curves, run_with_curves

DAYS_DRAWN: Final = 6
"""The days with the widest gaps to the best rival: half behind, half ahead."""
STEP_S: Final = 30
"""Curves are drawn as means over this time: finer than a screen shows."""
W_PER_KW: Final = 1000.0
HOUR_S: Final = 3600.0
COLOURS: Final = {"sun": "#f2b134", "house": "#7a7a7a", "car": "#2a6fbb", "grid": "#c0392b"}
BATTERY: Final = "#3a9d5d"


def draw(scores: Sequence[Score], folder: Path) -> list[Path]:
    """Draw all pictures into a folder, made if missing; return their paths."""
    mpl.use("agg")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [draw_closings(scores, folder / "closings.png")]
    for score in _days(scores):
        name = re.sub(r"[^a-z0-9]+", "-", f"{score.law} {score.case.name} {score.priority}".lower())
        paths.append(draw_day(score, folder / f"day-{name.strip('-')}.png"))
    return paths


def _days(scores: Sequence[Score]) -> list[Score]:
    """Choose the days worth looking at."""
    found = duels(scores)
    if not found:
        return list(scores[:DAYS_DRAWN])
    half = DAYS_DRAWN // 2
    chosen = [*found[:half], *found[half:][-half:]]
    return [score for duel in chosen for score in (duel.score, duel.rival)]


def draw_closings(scores: Sequence[Score], path: Path) -> Path:
    """Draw captured value against closings a day, one point for each law."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for law, group in by_law(scores).items():
        with_best = [score for score in group if score.best_eur is not None]
        share = captured(with_best)
        if share is None:
            continue
        closings = fmean(score.outcome.ledger.closings for score in with_best)
        axes.plot(closings, share, "o", color="#c0392b" if law == OURS else "#2a6fbb")
        axes.annotate(law, (closings, share), xytext=(6, 3), textcoords="offset points", fontsize=8)
    axes.set_xlabel("contactor closings a day")
    axes.set_ylabel("captured share of the optimum's value")
    axes.set_title("Value against wear of the contactor")
    axes.grid(visible=True, alpha=0.3)
    figure.savefig(path, dpi=120)
    return path


def draw_day(score: Score, path: Path) -> Path:
    """Run a day again and draw its curves."""
    _, curves = run_with_curves(score.case, LAWS[score.law], score.priority)
    figure = Figure(figsize=(11, 7), layout="constrained")
    powers, levels = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    _draw_powers(powers, curves)
    _draw_levels(levels, curves)
    best = "" if score.best_eur is None else f" of {score.best_eur:.2f}"
    powers.set_title(
        f"{score.law}, {score.priority.value}: {score.value_eur:.2f}{best} euro,"
        f" {score.outcome.ledger.closings} closings\n{score.case.name}"
    )
    figure.savefig(path, dpi=110)
    return path


def _draw_powers(axes: Axes, curves: Curves) -> None:
    hours = np.arange(START_S, START_S + DAY_S, STEP_S) / HOUR_S
    axes.fill_between(
        hours, _thin(curves.sun_w) / W_PER_KW, color=COLOURS["sun"], alpha=0.25, label="sun"
    )
    axes.plot(
        hours, _thin(curves.solar_w) / W_PER_KW, color=COLOURS["sun"], lw=0.9, label="solar power"
    )
    axes.plot(
        hours, _thin(curves.house_w) / W_PER_KW, color=COLOURS["house"], lw=0.7, label="house"
    )
    axes.plot(hours, _thin(curves.car_w) / W_PER_KW, color=COLOURS["car"], lw=1.2, label="car")
    axes.plot(
        hours,
        _thin(curves.grid_w) / W_PER_KW,
        color=COLOURS["grid"],
        lw=0.7,
        label="grid (+ import)",
    )
    axes.set_ylabel("kW")
    axes.legend(loc="upper right", ncols=5, fontsize=8)
    axes.grid(visible=True, alpha=0.3)


def _draw_levels(axes: Axes, curves: Curves) -> None:
    hours = np.arange(START_S, START_S + DAY_S, STEP_S) / HOUR_S
    axes.plot(hours, _thin(curves.soc_pct), color=BATTERY, label="battery %")
    axes.plot(hours, _thin(curves.offered_a), color=COLOURS["car"], lw=0.7, label="offer A")
    axes.set_ylim(0, 102)
    axes.set_xlim(hours[0], hours[-1])
    axes.set_xlabel("local time, hours")
    axes.legend(loc="upper right", ncols=2, fontsize=8)
    axes.grid(visible=True, alpha=0.3)


def _thin(values: Floats) -> Floats:
    """Return means over `STEP_S`."""
    return np.asarray(values.reshape(-1, STEP_S).mean(axis=1))
