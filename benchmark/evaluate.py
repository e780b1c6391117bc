"""Runs laws over site-days on all cores and scores them.

A task is a site-day with all its laws and priorities, so what they share (the day, the day without a
car) is made once. A law that never asks for the priority is run once and scored for all three.
Results come back in the order of the cases, whatever order they finish in.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
import os

from benchmark import engine
from benchmark.best import best_eur
from benchmark.best_day import best_day
from benchmark.laws import LAWS, OWN
from benchmark.losses import Losses, losses
from benchmark.prices import PRICES, value
from benchmark.run import Outcome, baseline, run, run_with_curves
from benchmark.sites import Case
from custom_components.victron_openevse.control.model import Priority

type Progress = Callable[[int, int], None]
"""Called with the number of finished and of all tasks."""

PRIORITIES = (Priority.HOUSE_FIRST, Priority.BALANCED, Priority.CAR_FIRST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One law on one site-day for one owner."""

    law: str
    case: Case
    priority: Priority
    outcome: Outcome
    value_eur: float
    best_eur: float | None
    """The optimum's value; None where it is not defined."""
    losses: Losses | None = None
    """What it is short of the optimum, by cause; only for our own laws where there is an optimum."""

    @property
    def cell(self) -> tuple[Priority, str, str]:
        """Owner, site and window."""
        return self.priority, self.case.site.name, self.case.window.name


def evaluate(case: Case, laws: Sequence[str], *, explain: bool = False) -> list[Score]:
    """Return the scores of all laws and priorities on one site-day; `explain` our own losses."""
    best = {priority: best_eur(case, priority) for priority in PRIORITIES}
    scores: list[Score] = []
    for law in laws:
        if explain and law in OWN:
            scores += [_explained(case, law, priority, best[priority]) for priority in PRIORITIES]
            continue
        outcome: Outcome | None = None
        for priority in PRIORITIES:
            if outcome is None or outcome.asked_priority:
                outcome = run(case, LAWS[law], priority)
            scores.append(_score(case, law, priority, outcome, best[priority]))
    return scores


def _score(case: Case, law: str, priority: Priority, outcome: Outcome, best: float | None) -> Score:
    return Score(
        law=law,
        case=case,
        priority=priority,
        outcome=outcome,
        value_eur=value(outcome.ledger, outcome.without_car, PRICES[priority]),
        best_eur=best,
    )


def _explained(case: Case, law: str, priority: Priority, best: float | None) -> Score:
    """Return the score of one of our own laws, with its losses by cause."""
    outcome, curves = run_with_curves(case, LAWS[law], priority)
    score = _score(case, law, priority, outcome, best)
    if best is None:
        return score
    return replace(score, losses=losses(case, priority, outcome, curves, best - score.value_eur))


def prepare(case: Case, *, explain: bool = False) -> bool:
    """Fill the cache for a site-day: its sun, its day without a car, its optimum."""
    baseline(case)
    for priority in PRIORITIES:
        if best_eur(case, priority) is not None and explain:
            best_day(case, priority)
    return True


def prepare_all(
    cases: Sequence[Case], progress: Progress, jobs: int | None = None, *, explain: bool = False
) -> None:
    """Fill the cache for site-days; `explain` also lives the optimum's days on the plant."""
    _spread(partial(prepare, explain=explain), cases, progress, jobs)


def evaluate_all(
    cases: Sequence[Case],
    laws: Sequence[str],
    progress: Progress,
    jobs: int | None = None,
    *,
    explain: bool = False,
) -> list[Score]:
    """Return the scores of laws on site-days, in the order of the site-days."""
    work = partial(evaluate, laws=tuple(laws), explain=explain)
    return [score for scores in _spread(work, cases, progress, jobs) for score in scores]


def _spread[T](
    work: Callable[[Case], T], cases: Sequence[Case], progress: Progress, jobs: int | None
) -> list[T]:
    """Do the work for each case on `jobs` processes (as many as there are cores)."""
    engine.world_class()  # compiled once, before every process wants it
    count = min(jobs or os.process_cpu_count() or 1, len(cases))
    if count <= 1:
        return [
            _told(work(case), number, len(cases), progress) for number, case in enumerate(cases)
        ]
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        futures: list[Future[T]] = [pool.submit(work, case) for case in cases]
        for number, future in enumerate(as_completed(futures)):
            _told(future.result(), number, len(cases), progress)
        return [future.result() for future in futures]


def _told[T](result: T, number: int, total: int, progress: Progress) -> T:
    progress(number + 1, total)
    return result
