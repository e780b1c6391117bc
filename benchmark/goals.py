"""The goals of our law, and whether a run of the standard set reached them.

All are about the reference site, except where they name others; a goal for which a run has no figures
is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from benchmark.evaluate import Score
from benchmark.laws import OURS, OWN
from benchmark.report import (
    CEILING_ROOM,
    CELL_SITES,
    Cell,
    by_cell,
    by_law,
    captured,
    captured_by_cell,
    changes_per_h,
    duels,
)
from benchmark.sites import ALL_DAY, REFERENCE, ZERO_FEED_IN
from custom_components.victron_openevse.control.model import Priority

CAPTURED_MEAN: Final = 0.95
CAPTURED_LEAST: Final = 0.90
HOUSE_FIRST_ALL_DAY: Final = {REFERENCE.name: 0.965, ZERO_FEED_IN.name: 0.98}
CLOSINGS_MEAN: Final = {REFERENCE.name: 3.0, ZERO_FEED_IN.name: 4.0}
CLOSINGS_MOST: Final = 6
CHANGES_PER_H: Final = 60.0
NIGHT_KWH: Final = 0.2
"""Bought at night because the car took it, per day, for owners who keep what the night needs."""
KEEPERS: Final = (Priority.HOUSE_FIRST, Priority.BALANCED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A figure and its limit."""

    name: str
    reached: float
    limit: float
    at_least: bool
    """Whether the limit is a floor or a ceiling."""

    @property
    def met(self) -> bool:
        """Whether the figure keeps to the limit."""
        return self.reached >= self.limit if self.at_least else self.reached <= self.limit


def goals(scores: Sequence[Score], ceilings: dict[Cell, float] | None = None) -> list[Goal]:
    """Return the goals that a run has figures for; `ceilings` are causal ceilings of the cells."""
    here = [score for score in scores if score.case.site.name in CELL_SITES]
    ours = [score for score in here if score.law == OURS]
    if not ours:
        return []
    return [
        *_value_goals(here, ours),
        *_ceiling_goals(scores, ceilings or {}),
        *_conduct_goals(ours),
    ]


def _value_goals(here: Sequence[Score], ours: Sequence[Score]) -> list[Goal]:
    cells = captured_by_cell(ours)
    if not cells:
        return []
    found = [
        _at_least("captured, mean of the cells", fmean(cells.values()), CAPTURED_MEAN),
        _at_least("captured, least of the cells", min(cells.values()), CAPTURED_LEAST),
    ]
    for site, limit in HOUSE_FIRST_ALL_DAY.items():
        share = cells.get((Priority.HOUSE_FIRST, site, ALL_DAY.name))
        if share is not None:
            found.append(_at_least(f"captured, house first, all day, {site}", share, limit))
    rivals = [captured_by_cell(group) for law, group in by_law(here).items() if law not in OWN]
    if rivals:
        won = sum(
            share > max(rival.get(cell, 0.0) for rival in rivals) for cell, share in cells.items()
        )
        lost = sum(duel.lost for duel in duels(here))
        found += [
            _at_least("cells in which no rival is better", won, len(cells)),
            _at_most("days on which a rival is clearly better", lost, 0),
        ]
    return found


def _ceiling_goals(scores: Sequence[Score], ceilings: dict[Cell, float]) -> list[Goal]:
    """Count the cells too far below what a controller without foresight could capture."""
    cells = by_cell(score for score in scores if score.law == OURS)
    gaps: dict[Cell, float] = {}
    for cell in ceilings.keys() & cells.keys():
        share = captured(cells[cell])
        if share is not None:
            gaps[cell] = share - _required(cell, ceilings[cell])
    found = []
    for name, wanted in (("reference", True), ("other", False)):
        here = [gap for cell, gap in gaps.items() if (cell[1] in CELL_SITES) is wanted]
        if here:
            short = sum(gap < 0.0 for gap in here)
            found.append(_at_most(f"{name} cells too far below their ceiling", short, 0))
    return found


def _required(cell: Cell, ceiling: float) -> float:
    """Return what our law should capture; on the reference site its own goal is enough."""
    below = ceiling - CEILING_ROOM
    return min(CAPTURED_MEAN, below) if cell[1] in CELL_SITES else below


def _conduct_goals(ours: Sequence[Score]) -> list[Goal]:
    found = []
    for site, limit in CLOSINGS_MEAN.items():
        closings = [one.outcome.ledger.closings for one in ours if one.case.site.name == site]
        if closings:
            found.append(_at_most(f"closings a day, {site}", fmean(closings), limit))
    most = max(score.outcome.ledger.closings for score in ours)
    nights = [score.outcome.night_caused for score in ours if score.priority in KEEPERS]
    found += [
        _at_most("closings on the worst day", most, CLOSINGS_MOST),
        _at_most("changes of the offered current an hour", changes_per_h(ours), CHANGES_PER_H),
    ]
    if nights:
        name = "kWh bought at night for the car, house first and balanced"
        found.append(_at_most(name, fmean(nights), NIGHT_KWH))
    return found


def _at_least(name: str, reached: float, limit: float) -> Goal:
    return Goal(name=name, reached=reached, limit=limit, at_least=True)


def _at_most(name: str, reached: float, limit: float) -> Goal:
    return Goal(name=name, reached=reached, limit=limit, at_least=False)


def render_goals(scores: Sequence[Score], ceilings: dict[Cell, float] | None = None) -> str:
    """Return the goals as a table; empty without our law."""
    found = goals(scores, ceilings)
    if not found:
        return ""
    lines = ["Goals on the reference site"]
    for goal in found:
        sign, word = (">=" if goal.at_least else "<="), ("met" if goal.met else "NOT MET")
        lines.append(f"  {goal.name:60} {goal.reached:7.3f} {sign} {goal.limit:6.3f}  {word}")
    return "\n".join(lines)
