"""`scripts/campaign`: random houses and random faults by the thousand, repeatable by seed."""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
import os
import sys
import time
from typing import TYPE_CHECKING, Final

from simulator import fault_days, fault_loop_days
from simulator.fault_days import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

DAYS: Final = 2000
ADAPTER_DAYS: Final = 100
CI_DAYS: Final = 50
CI_ADAPTER_DAYS: Final = 5


def run(live: Callable[[str], Tally], name: str, seed: str, days: int, jobs: int) -> Tally:
    """Live through the days of a seed in parallel and say what came of them."""
    began_s = time.monotonic()
    tally = Tally()
    seeds = [f"{seed}-{number}" for number in range(days)]
    with ProcessPoolExecutor(jobs) as pool:
        for one in pool.map(live, seeds):
            tally.add(one)
    report(name, tally, time.monotonic() - began_s)
    return tally


def report(name: str, tally: Tally, took_s: float) -> None:
    """Say what came of the days."""
    say(
        f"{name}: {tally.days} days, {tally.faults} faults, {tally.decisions} decisions, "
        f"{tally.closings} contactor closings, slowest recovery {tally.slowest_s:.0f} s; "
        f"limits violated {tally.limits_violated}, exceptions {tally.exceptions}, "
        f"stuck {tally.stuck}, counters that went back {tally.counters_back} ({took_s:.0f} s)"
    )
    for note in tally.notes:
        say(f"  {note}")


def say(text: str) -> None:
    """Write a line."""
    print(text, flush=True)  # noqa: T201 - a command's output


def soak(seed: str, days: int) -> Tally:
    """Live through many days of one house and say what came of them."""
    began_s = time.monotonic()
    tally, memory = fault_loop_days.soak(seed, days)
    report("one house", tally, time.monotonic() - began_s)
    say(f"  memory after the first day {memory[0]:.1f} MB, after the last {memory[-1]:.1f} MB")
    return tally


def main(arguments: list[str]) -> int:
    """Run what is asked for; 0 when nothing was wrong."""
    parser = argparse.ArgumentParser(prog="scripts/campaign", description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS, help="days of the law alone")
    parser.add_argument("--adapter-days", type=int, default=ADAPTER_DAYS, help="days of everything")
    parser.add_argument("--soak-days", type=int, default=0, help="days of one house")
    parser.add_argument("--seed", default="1", help="repeats a campaign")
    parser.add_argument("--only", help="repeats one day by its own seed, such as 1-17")
    parser.add_argument("--quick", action="store_true", help="a small one, for CI")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    if asked.quick:
        asked.days, asked.adapter_days = CI_DAYS, CI_ADAPTER_DAYS
    jobs: int = asked.jobs
    tallies: list[Tally] = []
    if asked.only:
        asked.days, asked.adapter_days = int(asked.days > 0), int(asked.adapter_days > 0)
    for name, live, days in (
        ("law alone", fault_days.live, asked.days),
        ("law, adapters and emulators", fault_loop_days.live, asked.adapter_days),
    ):
        if days and asked.only:
            tallies.append(live(asked.only))
            report(name, tallies[-1], 0.0)
        elif days:
            tallies.append(run(live, name, asked.seed, days, jobs))
    if asked.soak_days:
        tallies.append(soak(asked.seed, asked.soak_days))
    return int(not all(tally.clean for tally in tallies))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
