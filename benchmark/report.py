"""Tables of a run: what each law captured, how it treated contactor, grid and battery, and where.

Captured is `sum(value) / sum(value of the optimum)` over the days of a cell; a cell is an owner, a
site and a window. Only sites with an optimum have it; where the car fills, laws are compared with the
best law of the day instead.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean
from typing import Final

from benchmark.evaluate import PRIORITIES, Score
from benchmark.laws import OURS, OWN
from benchmark.sites import REFERENCE, WINDOWS, ZERO_FEED_IN
from custom_components.victron_openevse.control.model import Priority

CELL_SITES: Final = (REFERENCE.name, ZERO_FEED_IN.name)
NAME_WIDTH: Final = 28
BEHIND_SHARE: Final = 0.03
BEHIND_EUR: Final = 0.03
"""On no day may a rival be ahead by more than the larger of these (share of the optimum)."""
WORST_DAYS: Final = 12
CEILING_ROOM: Final = 0.02
"""So much of the optimum our law may stay below the causal ceiling of a cell."""

type Cell = tuple[Priority, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """Our law against the best rival of one day."""

    score: Score
    rival: Score

    @property
    def behind_eur(self) -> float:
        """By how much the rival is ahead, euro."""
        return self.rival.value_eur - self.score.value_eur

    @property
    def lost(self) -> bool:
        """Whether the rival is ahead by more than may be."""
        best = self.score.best_eur
        room = BEHIND_SHARE * (max(self.rival.value_eur, 0.0) if best is None else best)
        return self.behind_eur > max(room, BEHIND_EUR)


def reference_cells() -> list[Cell]:
    """Return the 18 cells in the order of the tables."""
    return [
        (priority, site, window.name)
        for site in CELL_SITES
        for priority in PRIORITIES
        for window in WINDOWS
    ]


def captured(scores: Iterable[Score]) -> float | None:
    """Return the share of the optimum's value; None where there is none to share."""
    known = [(score.value_eur, score.best_eur) for score in scores if score.best_eur is not None]
    best = sum(best for _, best in known)
    return sum(value for value, _ in known) / best if best > 0.0 else None


def by_cell(scores: Iterable[Score]) -> dict[Cell, list[Score]]:
    """Return the scores of each cell."""
    cells: dict[Cell, list[Score]] = {}
    for score in scores:
        cells.setdefault(score.cell, []).append(score)
    return cells


def by_law(scores: Iterable[Score]) -> dict[str, list[Score]]:
    """Return the scores of each law, laws in the order they were run."""
    laws: dict[str, list[Score]] = {}
    for score in scores:
        laws.setdefault(score.law, []).append(score)
    return laws


def captured_by_cell(scores: Iterable[Score]) -> dict[Cell, float]:
    """Return what was captured in each of the 18 cells that the scores touch."""
    cells = by_cell(scores)
    found = {cell: captured(cells[cell]) for cell in reference_cells() if cell in cells}
    return {cell: share for cell, share in found.items() if share is not None}


def duels(scores: Sequence[Score]) -> list[Duel]:
    """Return our law against the best rival on every day, worst first; empty without rivals."""

    def key(score: Score) -> tuple[str, str]:
        return score.case.name, score.priority

    found = []
    for _, group in groupby(sorted(scores, key=key), key=key):
        same = list(group)
        ours = [score for score in same if score.law == OURS]
        rivals = [score for score in same if score.law not in OWN]
        if ours and rivals:
            rival = max(rivals, key=lambda score: score.value_eur)
            found.append(Duel(score=ours[0], rival=rival))
    return sorted(found, key=lambda duel: -duel.behind_eur)


def render(
    scores: Sequence[Score], *, ceilings: dict[Cell, float] | None = None, per_day: bool = False
) -> str:
    """Return the whole report as text; `ceilings` are causal ceilings to show beside the cells."""
    sections = [
        _cells_table(scores, ceilings or {}),
        _conduct_table(scores),
        _sites_table(scores, ceilings or {}),
        _duels_table(scores),
        _days_table(scores) if per_day else "",
    ]
    return "\n\n".join(section for section in sections if section)


def _cells_table(scores: Sequence[Score], ceilings: dict[Cell, float]) -> str:
    laws = {law: captured_by_cell(group) for law, group in by_law(scores).items()}
    shown = [cell for cell in reference_cells() if any(cell in cells for cells in laws.values())]
    if not shown:
        return ""
    lines = ["Captured on the reference site (all day / leaves at noon / arrives 13:00)", *_head()]
    lines += [_cells_row(law, cells) for law, cells in laws.items()]
    rivals = [cells for law, cells in laws.items() if law not in OWN]
    best = {cell: max(cells[cell] for cells in rivals if cell in cells) for cell in shown if rivals}
    yardsticks = {"best rival in each cell": best, "causal ceiling": ceilings}
    for name, others in yardsticks.items():
        ours = laws.get(OURS, {})
        both = [cell for cell in shown if cell in ours and cell in others]
        if both:
            lines.append(_cells_row(name, {cell: others[cell] for cell in both}))
            lines.append(_cells_row("  ours less that", {c: ours[c] - others[c] for c in both}))
    return "\n".join([*lines, *_gain_rows(laws)])


def _gain_rows(laws: dict[str, dict[Cell, float]]) -> list[str]:
    """Return what more hints bring our law, where it was run without them too."""
    plain = laws.get(OURS, {})
    return [
        _cells_row(
            f"gain of {law.removeprefix(OURS).strip(' +')}",
            {cell: laws[law][cell] - plain[cell] for cell in laws[law]},
        )
        for law in OWN
        if law != OURS and law in laws and plain
    ]


def _head() -> list[str]:
    names = [
        f"{'feed-in' if site == REFERENCE.name else 'zero'} {priority.value.replace('_', ' ')}"
        for site in CELL_SITES
        for priority in PRIORITIES
    ]
    return [f"{'':{NAME_WIDTH}} " + " ".join(f"{name:17}" for name in names) + " mean   least"]


def _cells_row(name: str, cells: dict[Cell, float]) -> str:
    texts = [f"{cells[cell]:5.3f}" if cell in cells else "    -" for cell in reference_cells()]
    groups = [" ".join(texts[at : at + len(WINDOWS)]) for at in range(0, len(texts), len(WINDOWS))]
    known = list(cells.values())
    ends = f"{fmean(known):6.3f} {min(known):6.3f}" if known else ""
    return f"{name:{NAME_WIDTH}} " + " ".join(groups) + f" {ends}"


def changes_per_h(scores: Sequence[Score]) -> float:
    """Return changes of the offered current per hour of charging, over all days."""
    hours = sum(score.outcome.charging_h for score in scores)
    return sum(score.outcome.changes for score in scores) / hours if hours else 0.0


type Figure = tuple[str, Callable[[Sequence[Score]], float], str]

FIGURES: Final[tuple[Figure, ...]] = (
    ("closings", lambda some: fmean(one.outcome.ledger.closings for one in some), "8.2f"),
    ("most", lambda some: max(one.outcome.ledger.closings for one in some), "4d"),
    ("changes/h", changes_per_h, "9.1f"),
    ("car kWh", lambda some: fmean(one.outcome.ledger.car for one in some), "7.2f"),
    ("sun", lambda some: fmean(one.outcome.from_sun for one in some), "5.2f"),
    ("battery", lambda some: fmean(one.outcome.from_battery for one in some), "7.2f"),
    ("grid", lambda some: fmean(one.outcome.from_grid for one in some), "5.2f"),
    ("grid Wh", lambda some: fmean(one.outcome.grid_caused_wh for one in some), "7.0f"),
    ("discharge", lambda some: fmean(one.outcome.discharge_caused for one in some), "9.2f"),
    ("night kWh", lambda some: fmean(one.outcome.night_caused for one in some), "9.2f"),
    ("curtailed", lambda some: fmean(one.outcome.curtailed for one in some), "9.2f"),
    ("peak W", lambda some: max(one.outcome.import_peak_w for one in some), "6.0f"),
)
"""Per day: closings mean and most; changes of the offered current per hour of charging; the car's
energy and its origin; import while charging, discharge, and import while not charging that the day
without a car does not have; sun held back; the highest import while charging."""


def _conduct_table(scores: Sequence[Score]) -> str:
    """Return how each law behaves per day, our law also in every owner's hands."""
    lines = ["Conduct per day, all sites"]
    width = [int(form.split(".")[0].rstrip("d")) for _, _, form in FIGURES]
    names = [f"{name:>{size}}" for (name, _, _), size in zip(FIGURES, width, strict=True)]
    lines.append(f"{'':{NAME_WIDTH}} " + " ".join(names))
    for law, group in by_law(scores).items():
        lines.append(_conduct_row(law, group))
        for priority in PRIORITIES if law == OURS else ():
            own = [score for score in group if score.priority is priority]
            lines += [_conduct_row(f"  {priority.value}", own)] if own else []
    return "\n".join(lines)


def _conduct_row(name: str, scores: Sequence[Score]) -> str:
    figures = " ".join(f"{figure(scores):{form}}" for _, figure, form in FIGURES)
    return f"{name:{NAME_WIDTH}} {figures}"


def _sites_table(scores: Sequence[Score], ceilings: dict[Cell, float]) -> str:
    """Return what was captured on the other sites; without an optimum, of the best law's value."""
    others = [score for score in scores if score.case.site.name not in CELL_SITES]
    if not others:
        return ""
    marks = f"* = of the day's best law, ! = more than {CEILING_ROOM:.2f} below the ceiling"
    lines = [f"Captured on other sites (house first, balanced, car first; {marks})"]
    for name in dict.fromkeys(score.case.site.name for score in others):
        here = [score for score in others if score.case.site.name == name]
        lines.append(f"{name} / {here[0].case.window.name}")
        for law, group in by_law(here).items():
            shares = [_share([one for one in group if one.priority == p], here) for p in PRIORITIES]
            lines.append(f"  {law:{NAME_WIDTH}} " + " ".join(shares))
        ours = [captured(s for s in here if s.law == OURS and s.priority == p) for p in PRIORITIES]
        tops = [ceilings.get((p, name, here[0].case.window.name)) for p in PRIORITIES]
        lines += _ceiling_rows(ours, tops)
    return "\n".join(lines)


def _ceiling_rows(ours: Sequence[float | None], tops: Sequence[float | None]) -> list[str]:
    """Return the ceilings of a site, and our law less them, marked where it is too far below."""
    if all(top is None for top in tops):
        return []
    gaps = [
        None if top is None or own is None else own - top
        for own, top in zip(ours, tops, strict=True)
    ]
    marks = ["!" if gap is not None and gap < -CEILING_ROOM else " " for gap in gaps]
    shown = {"causal ceiling": (tops, "   "), "  ours less that": (gaps, marks)}
    return [
        f"  {title:{NAME_WIDTH}} "
        + " ".join(
            ("     -" if value is None else f"{value:6.3f}") + mark
            for value, mark in zip(values, ends, strict=True)
        )
        for title, (values, ends) in shown.items()
    ]


def _share(scores: Sequence[Score], all_scores: Sequence[Score]) -> str:
    share = captured(scores)
    if share is not None:
        return f"{share:6.3f} "
    best = sum(
        max(
            other.value_eur
            for other in all_scores
            if other.case == score.case and other.priority == score.priority
        )
        for score in scores
    )
    return f"{sum(score.value_eur for score in scores) / best:6.3f}*" if best > 0.0 else "     - "


def _duels_table(scores: Sequence[Score]) -> str:
    found = duels(scores)
    if not found:
        return ""
    lost = [duel for duel in found if duel.lost]
    rule = f"{BEHIND_SHARE:.0%} of the optimum and {BEHIND_EUR:.2f} euro"
    count = f"{len(lost)} of {len(found)}"
    lines = [f"Days on which the best rival is ahead by more than {rule}: {count}; the widest:"]
    for duel in (lost or found)[:WORST_DAYS]:
        name = f"{duel.score.case.name}, {duel.score.priority.value}"
        lines.append(f"  {name:75} {-duel.behind_eur:+.3f} ({duel.rival.law})")
    return "\n".join(lines)


def _days_table(scores: Sequence[Score]) -> str:
    lines = ["Every day: value in euro, optimum, closings"]
    for score in scores:
        best = "     -" if score.best_eur is None else f"{score.best_eur:6.3f}"
        name = f"{score.case.name}, {score.priority.value}"
        closings = score.outcome.ledger.closings
        lines.append(
            f"  {score.law:{NAME_WIDTH}} {name:75} {score.value_eur:6.3f} {best} {closings:3d}"
        )
    return "\n".join(lines)
