"""`scripts/faults`: lets the faults of the matrix happen, one after the other, and sums up."""

from __future__ import annotations

import argparse
import sys

from simulator.fault_catalogue import CATALOGUE
from simulator.fault_page import PAGE, page
from simulator.fault_run import Outcome, run


def summary(outcomes: dict[str, Outcome]) -> str:
    """Sum up what came of the faults."""
    problems = {name: out.problems(CATALOGUE[name]) for name, out in outcomes.items()}
    slowest = max(outcomes, key=lambda name: outcomes[name].recovered_s or 0)
    rows = (
        ("faults injected", str(len(outcomes))),
        ("survived", str(sum(not found for found in problems.values()))),
        ("worst recovery", f"{outcomes[slowest].recovered_s} s ({slowest})"),
        ("energy wrongly taken", f"{sum(out.wrong_wh for out in outcomes.values()):.0f} Wh"),
        ("limits violated", str(sum(out.limits_violated for out in outcomes.values()))),
        ("counters that went back", str(_unexplained(outcomes))),
        ("contactor closings", str(sum(out.closings for out in outcomes.values()))),
        ("commands sent", str(sum(out.commands for out in outcomes.values()))),
    )
    return "\n".join(f"{name:<24} {value}" for name, value in rows)


def _unexplained(outcomes: dict[str, Outcome]) -> int:
    """Count the counters that went back although nothing was lost."""
    return sum(
        max(0, out.counters_back - int(CATALOGUE[name].forgets)) for name, out in outcomes.items()
    )


def main(arguments: list[str]) -> int:
    """Run the rows asked for; 0 when all were survived."""
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names; none = all rows")
    parser.add_argument("--page", action="store_true", help="write docs/faults.md, run nothing")
    asked = parser.parse_args(arguments)
    if asked.page:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    chosen = [n for n in CATALOGUE if not asked.names or any(part in n for part in asked.names)]
    if not chosen:
        parser.error(f"no such row; there are: {', '.join(CATALOGUE)}")
    outcomes: dict[str, Outcome] = {}
    failed = False
    for name in chosen:
        outcomes[name] = out = run(CATALOGUE[name])
        problems = out.problems(CATALOGUE[name])
        failed = failed or bool(problems)
        print(f"{'FAILED' if problems else 'ok':<7}{name:<32}{'; '.join(problems)}", flush=True)  # noqa: T201 - a command's output
    print(f"\n{summary(outcomes)}")  # noqa: T201 - a command's output
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
