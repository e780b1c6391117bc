"""Tables of the losses by cause: cents a day, and points of the optimum's value."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Final

from benchmark.evaluate import PRIORITIES, Score
from benchmark.laws import OWN
from benchmark.losses import Cause
from benchmark.report import CELL_SITES, Cell, by_cell, by_law, reference_cells

CENTS: Final = 100.0
POINTS: Final = 100.0
WIDTH: Final = 8
NAME_WIDTH: Final = 24

type Row = list[float]
"""One figure for each cause, then their sum."""
type Figures = Callable[[Sequence[Score]], Row]


def render_losses(scores: Sequence[Score]) -> str:
    """Return the losses of each of our laws by cell; empty where none are known."""
    texts = []
    for law, group in by_law(scores).items():
        known = [score for score in group if law in OWN and score.losses is not None]
        if known:
            texts += [
                _table(f"Loss of {law} by cause, euro cents a day", known, cents_a_day),
                _table(f"Loss of {law} by cause, points of the optimum", known, points),
            ]
    return "\n\n".join(texts)


def cents_a_day(scores: Sequence[Score]) -> Row:
    """Return the mean loss of a site-day by cause, euro cents."""
    return [CENTS * eur / len(scores) for eur in _sums_eur(scores)]


def points(scores: Sequence[Score]) -> Row:
    """Return the loss by cause as a hundredth of what the optimum makes of the same days."""
    best_eur = sum(score.best_eur or 0.0 for score in scores)
    return [POINTS * eur / best_eur if best_eur > 0.0 else 0.0 for eur in _sums_eur(scores)]


def _sums_eur(scores: Sequence[Score]) -> Row:
    sums = [sum((score.losses or {}).get(cause, 0.0) for score in scores) for cause in Cause]
    return [*sums, sum(sums)]


def _table(title: str, scores: Sequence[Score], figures: Figures) -> str:
    """Return the owners' rows of each site and window; means of reference and of other sites."""
    cells = by_cell(scores)
    own = [cell for cell in reference_cells() if cell in cells]
    others = [cell for cell in cells if cell[1] not in CELL_SITES]
    heads = [*(cause.value for cause in Cause), "sum"]
    lines = [title, f"{'':{NAME_WIDTH}}" + "".join(f"{head:>{WIDTH}}" for head in heads)]
    for group, name in ((own, "mean of these cells"), (others, "mean of the other sites")):
        rows = {cell: figures(cells[cell]) for cell in group}
        lines += _lines(rows)
        if rows:
            lines.append(
                _line(name, [fmean(column) for column in zip(*rows.values(), strict=True)])
            )
    return "\n".join(lines)


def _lines(rows: dict[Cell, Row]) -> list[str]:
    """Return a head for each site and window, and a line for each of its owners."""
    places = dict.fromkeys(cell[1:] for cell in rows)
    lines = []
    for site, window in places:
        lines.append(f"{site}, {window}")
        lines += [
            _line(f"  {priority.value.replace('_', ' ')}", rows[priority, site, window])
            for priority in PRIORITIES
            if (priority, site, window) in rows
        ]
    return lines


def _line(name: str, row: Row) -> str:
    # adding zero turns what rounds to -0.00 into 0.00
    return f"{name:{NAME_WIDTH}}" + "".join(
        f"{round(figure, 2) + 0.0:{WIDTH}.2f}" for figure in row
    )
