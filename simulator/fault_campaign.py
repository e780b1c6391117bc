"""`scripts/campaign`: random houses and random faults by the thousand, repeatable by seed."""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
import os
import sys
import time
from typing import TYPE_CHECKING, Final

from simulator import fault_days, fault_loop_days, fault_soak
from simulator.fault_tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable

DAYS: Final = 2000
ADAPTER_DAYS: Final = 100
CI_DAYS: Final = 50
CI_ADAPTER_DAYS: Final = 5
LAW, ADAPTERS = "law alone", "law, adapters and emulators"
SAID_EVERY: Final = {LAW: 100, ADAPTERS: 10}
"""Days between two words about how far it has come."""
LIVES: Final = {LAW: fault_days.live, ADAPTERS: fault_loop_days.live}
"""What each kind of day lives through, by seed."""

type Job = tuple[str, str]
"""A kind of day and its seed."""


def jobs_of(seed: str, days: int, adapter_days: int) -> list[Job]:
    """Give the days of a campaign, the long ones first."""
    wanted = ((ADAPTERS, adapter_days), (LAW, days))
    return [(kind, f"{seed}-{number}") for kind, count in wanted for number in range(count)]


def live(job: Job) -> tuple[str, Tally]:
    """Live through one day."""
    kind, seed = job
    return kind, LIVES[kind](seed)


def run(wanted: list[Job], processes: int) -> dict[str, Tally]:
    """Live through days in parallel; returns what came of them by kind."""
    if processes == 1 or len(wanted) == 1:
        return gather(map(live, wanted))
    with ProcessPoolExecutor(processes) as pool:
        return gather(pool.map(live, wanted))


def gather(lived: Iterable[tuple[str, Tally]]) -> dict[str, Tally]:
    """Add days up, and say now and then how far it has come and at once what was wrong."""
    sums: dict[str, Tally] = {}
    for kind, one in lived:
        tally = sums.setdefault(kind, Tally())
        tally.add(one)
        for note in one.notes:
            say(f"  {kind}: {note}")
        if tally.days % SAID_EVERY[kind] == 0:
            say(f"  {kind}: {tally.days} days lived, {tally.wrong}")
    return sums


def report(name: str, tally: Tally) -> None:
    """Say what came of the days."""
    say(
        f"{name}: {tally.days} days, {tally.faults} faults, {tally.decisions} decisions, "
        f"{tally.closings} contactor closings, slowest recovery {tally.slowest_s:.0f} s; "
        f"{tally.wrong}"
    )


def say(text: str) -> None:
    """Write a line."""
    print(text, flush=True)  # noqa: T201 - a command's output


def soak(seed: str, days: int) -> Tally:
    """Live through many days of one house and say what came of them."""
    came = fault_soak.soak(seed, days, say)
    for note in came.tally.notes:
        say(f"  {note}")
    report("one house", came.tally)
    for line in came.words():
        say(line)
    return came.tally


def parse(arguments: list[str]) -> argparse.Namespace:
    """Understand the command line."""
    parser = argparse.ArgumentParser(prog="scripts/campaign", description=__doc__)
    parser.add_argument("--days", type=int, help=f"days of the law alone ({DAYS})")
    parser.add_argument("--adapter-days", type=int, help=f"days of everything ({ADAPTER_DAYS})")
    parser.add_argument("--soak-days", type=int, default=0, help="days of one house, alone")
    parser.add_argument("--seed", default="1", help="repeats a campaign")
    parser.add_argument("--only", help="repeats one day by its own seed, such as 1-17")
    parser.add_argument("--quick", action="store_true", help="a small one, for CI")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    usual = (CI_DAYS, CI_ADAPTER_DAYS) if asked.quick else (DAYS, ADAPTER_DAYS)
    if asked.soak_days:
        usual = (0, 0)
    asked.days = usual[0] if asked.days is None else asked.days
    asked.adapter_days = usual[1] if asked.adapter_days is None else asked.adapter_days
    return asked


def main(arguments: list[str]) -> int:
    """Run what is asked for; 0 when nothing was wrong."""
    asked = parse(arguments)
    began_s = time.monotonic()
    if asked.only:
        counts = ((ADAPTERS, asked.adapter_days), (LAW, asked.days))
        wanted = [(kind, asked.only) for kind, count in counts if count]
    else:
        wanted = jobs_of(asked.seed, asked.days, asked.adapter_days)
    sums = run(wanted, asked.jobs)
    for name, tally in sums.items():
        report(name, tally)
    tallies = list(sums.values())
    if asked.soak_days:
        tallies.append(soak(asked.seed, asked.soak_days))
    say(f"{time.monotonic() - began_s:.0f} s")
    return int(not all(tally.clean for tally in tallies))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
