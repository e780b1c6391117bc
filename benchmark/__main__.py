"""The command behind `scripts/bench`: runs laws over site-days and prints what they are worth."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
import json
from pathlib import Path
import sys
from time import perf_counter
from typing import Any, Final

from benchmark import decision_cost, floor, standard
from benchmark.ceiling import ceilings
from benchmark.evaluate import Progress, Score, evaluate_all, prepare_all
from benchmark.goals import render_goals
from benchmark.laws import LAWS, OWN, STANDARD, WITH_FORECAST
from benchmark.losses_report import render_losses
from benchmark.own_days import DaysError, read_folder
from benchmark.report import Cell, render
from benchmark.sites import REFERENCE, WINDOWS, ZERO_FEED_IN, Case, Site

SITES: Final[dict[str, Site]] = {
    site.name: site for site in (REFERENCE, ZERO_FEED_IN, *(other[0] for other in standard.OTHERS))
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code."""
    options = _parser().parse_args(arguments)
    if options.decide:
        decision_cost.main()
        return 0
    if options.quick:
        return floor.check(keep=options.keep_floor)
    try:
        cases = _cases(options)
    except DaysError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    laws = _laws(options)
    explain = any(law in OWN for law in laws)
    started_s = perf_counter()
    prepare_all(cases, _progress("preparing"), options.jobs, explain=explain)
    prepared_s = perf_counter()
    scores = evaluate_all(cases, laws, _progress("running"), options.jobs, explain=explain)
    _tell(scores, options, _ceilings(cases, options))
    print(
        f"\n{len(cases)} site-days, {len(laws)} laws:"
        f" {perf_counter() - prepared_s:.0f} s, after {prepared_s - started_s:.0f} s of preparation"
    )
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--days", type=Path, metavar="DIR", help="CSV files time,pv_w[,house_w]")
    parser.add_argument(
        "--law", nargs="+", choices=list(LAWS), default=list(STANDARD), metavar="NAME",
        help="only these laws; the last two run only when named: " + ", ".join(LAWS),
    )  # fmt: skip
    parser.add_argument(
        "--sites", nargs="+", choices=list(SITES), metavar="NAME",
        help="only these sites: " + "; ".join(SITES),
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every result to a file")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw day curves and closings")
    parser.add_argument("--per-day", action="store_true", help="print every day")
    parser.add_argument(
        "--forecast", action="store_true", help="also our law with a simulated sun forecast"
    )
    parser.add_argument("--ceiling", action="store_true", help="causal ceilings; slow when new")
    parser.add_argument("--tuning", action="store_true", help="the tuning half, for development")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes; default: all cores")
    parser.add_argument(
        "--quick", action="store_true", help="our law on a few days against its floor"
    )
    parser.add_argument("--keep-floor", action="store_true", help="with --quick: write a new floor")
    parser.add_argument("--decide", action="store_true", help="what one decision costs")
    return parser


def _laws(options: Namespace) -> list[str]:
    """Return the laws to run, each once."""
    return list(dict.fromkeys([*options.law, *([WITH_FORECAST] if options.forecast else [])]))


def _cases(options: Namespace) -> list[Case]:
    if options.days is not None:
        return _own_cases(options.days, options.sites or [REFERENCE.name, ZERO_FEED_IN.name])
    cases = standard.standard_set("tuning" if options.tuning else "judging")
    return [case for case in cases if not options.sites or case.site.name in options.sites]


def _own_cases(folder: Path, sites: Sequence[str]) -> list[Case]:
    """Return a user's days on the sites asked for, with the array that the days have."""
    cases = []
    for number, day in enumerate(read_folder(folder)):
        peak_kw = max(day.sun.watts) / 1000.0
        cases += [
            Case(
                site=replace(SITES[site], array_kw=peak_kw),
                sun=day.sun,
                style="home",
                house_seed=number,
                window=window,
                half="own",
                own_house=day.house_w,
            )
            for site in sites
            for window in WINDOWS
        ]
    return cases


def _ceilings(cases: Sequence[Case], options: Namespace) -> dict[Cell, float] | None:
    if not options.ceiling:
        return None
    if options.days is not None:
        print("no causal ceilings: the clear sky over own days is not known", file=sys.stderr)
        return None
    print("estimating causal ceilings (kept in the cache)", file=sys.stderr)
    return ceilings(cases, options.jobs)


def _tell(scores: Sequence[Score], options: Namespace, tops: dict[Cell, float] | None) -> None:
    """Print the tables and write the files that were asked for."""
    print(render(scores, ceilings=tops, per_day=options.per_day))
    if options.days is None and (text := render_goals(scores, tops)):
        print(f"\n{text}")
    if text := render_losses(scores):
        print(f"\n{text}")
    if options.json is not None:
        options.json.write_text(json.dumps([_plain(score) for score in scores], indent=1))
    if options.plots is not None:
        from benchmark import plots  # noqa: PLC0415 - matplotlib takes a second to import

        plots.draw(scores, options.plots)


def _plain(score: Score) -> dict[str, Any]:
    """Return a score as JSON takes it."""
    outcome = score.outcome
    figures = {
        name: getattr(outcome, name)
        for name in outcome.__slots__
        if name not in ("ledger", "without_car", "asked_priority")
    }
    losses = score.losses or {}
    ledgers = {
        key: {name: getattr(ledger, name) for name in ledger.__slots__}
        for key, ledger in (("day_kwh", outcome.ledger), ("without_car_kwh", outcome.without_car))
    }
    return {
        "law": score.law,
        "site": score.case.site.name,
        "day": score.case.sun.name,
        "window": score.case.window.name,
        "appetite_kwh": score.case.appetite_kwh,
        "priority": score.priority.value,
        "half": score.case.half,
        "value_eur": score.value_eur,
        "best_eur": score.best_eur,
        "losses_eur": {cause.value: eur for cause, eur in losses.items()} or None,
        "changes_per_h": outcome.changes_per_h,
        **figures,
        **ledgers,
    }


def _progress(what: str) -> Progress:
    """Return a counter on standard error: one line that grows on a terminal, tenths elsewhere."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{what}: {done} of {total} site-days", end=end, file=sys.stderr, flush=True)
        elif done == total or done % max(1, total // 10) == 0:
            print(f"{what}: {done} of {total} site-days", file=sys.stderr, flush=True)

    return tell


if __name__ == "__main__":
    sys.exit(main())
