"""`python -m demo.endure`: called by scripts/endure, which installs what is needed first.

Each scenario runs against a real Home Assistant, a real broker and the simulated house in real time.
Two lanes, each with programs and ports of its own, run side by side; the flood, which measures how
late an event loop is, runs alone afterwards. After a failure a lane goes on with a new start.
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
import sys
import time
from typing import Final

from .checks import Result
from .ending import until_stopped
from .endure_crash import crash, crash_with_limit, orderly_restart
from .endure_flood import SOAK_MIN, flood, soak
from .endure_links import broker_dies, charger_offline, charger_restarts, gx_silent
from .endure_messages import rubbish
from .endure_others import person, reload, two_of_us
from .endure_stage import Saw, Scenario
from .endure_store import damaged, full_disk
from .options import DEFAULT_PORT, QUIET_START, Options
from .smoke import car_starts
from .stack import Stack, running_stack
from .talk import DemoError, say

ALL: Final = "all"
SOAK: Final = "soak"

FIRST_LANE: Final = (
    Scenario("crash", "Home Assistant is killed (kill -9) at 20 A", crash),
    Scenario("restart", "Home Assistant restarts", orderly_restart),
    Scenario("broker", "the broker is killed and restarts", broker_dies),
    Scenario("reboot", "the charger reboots and forgets its claims", charger_restarts),
    Scenario("offline", "the charger is away for 45 s", charger_offline),
    Scenario("reload", "the integration is reloaded", reload),
    Scenario("person", "a person overrides at the charger", person),
    Scenario("rubbish", "messages that no device would send, some kept by the broker", rubbish),
    Scenario("damaged", "the file of settings and counters is damaged", damaged),
    Scenario("full-disk", "the disk is full", full_disk),
)
SECOND_LANE: Final = (
    Scenario("crash-limit", "killed while it keeps the battery out of the car", crash_with_limit),
    Scenario("silent", "the GX is silent for 200 s", gx_silent),
    Scenario("two", "two Home Assistants steer one charger", two_of_us),
)
ALONE: Final = (Scenario("flood", "1000 messages a second for 5 minutes", flood),)
LANES: Final = (FIRST_LANE, SECOND_LANE, ALONE)
SCENARIOS: Final = {one.name: one for lane in LANES for one in lane}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for."""

    names: frozenset[str]
    minutes: int
    """Of the soak."""
    repo: Path
    cache: Path
    live_bin: Path

    def lanes(self) -> list[list[Scenario]]:
        """Return what runs side by side, then what runs alone; empty lanes are left out."""
        everything = ALL in self.names
        lanes = [[one for one in lane if everything or one.name in self.names] for lane in LANES]
        if SOAK in self.names:
            title = f"1000 messages a second for {self.minutes} minutes"
            lanes[-1].append(Scenario(SOAK, title, partial(soak, minutes=self.minutes)))
        return lanes

    def options(self) -> Options:
        """Return what a stack needs to know."""
        return Options(
            scenario="sunny",
            at=QUIET_START,
            port=DEFAULT_PORT,
            broker="mosquitto",
            task="check",
            repo=self.repo,
            cache=self.cache,
            live_bin=self.live_bin,
            way="mqtt",
            keep=None,
            trial=True,
        )


def parse(arguments: Sequence[str]) -> Wanted:
    """Read the command line; leaves the program with a message when it makes no sense."""
    listed = "\n".join(f"  {one.name:12} {one.title}" for one in SCENARIOS.values())
    parser = argparse.ArgumentParser(
        prog="scripts/endure",
        description="What a running Home Assistant endures, live and in real time.",
        epilog=f"scenarios:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = (ALL, SOAK, *SCENARIOS)
    parser.add_argument("names", nargs="*", choices=names, default=[ALL], metavar="NAME")
    parser.add_argument("--minutes", type=int, default=SOAK_MIN, help="of the soak (30)")
    for name in ("repo", "cache", "live-bin"):
        parser.add_argument(f"--{name}", type=Path, required=True, help=argparse.SUPPRESS)
    found = parser.parse_args(arguments)
    if found.minutes < 1:
        parser.error("a soak lasts at least a minute")
    return Wanted(frozenset(found.names), found.minutes, found.repo, found.cache, found.live_bin)


async def _try(stack: Stack, scenario: Scenario) -> Result:
    """Let one scenario happen and catch its failure."""
    started_s, saw = time.monotonic(), Saw(scenario.name)
    saw(scenario.title)
    try:
        await scenario.run(stack, saw)
    except DemoError as error:
        say(stack.children.tails())
        saw(f"FAILED: {error}")
        return Result(scenario.name, passed=False, text=str(error), seconds=_since(started_s))
    return Result(scenario.name, passed=True, text=saw.lines[-1], seconds=_since(started_s))


def _since(started_s: float) -> float:
    return time.monotonic() - started_s


async def _attempt(options: Options, left: list[Scenario]) -> list[Result]:
    """Run scenarios on one stack until one fails; takes those that ran off the list."""
    results: list[Result] = []
    started_s = time.monotonic()
    try:
        async with running_stack(options) as stack:
            await car_starts(stack)
            while left and all(result.passed for result in results):
                results.append(await _try(stack, left.pop(0)))
    except DemoError as error:
        if not results:
            name = left.pop(0).name
            results.append(
                Result(name, passed=False, text=f"no start: {error}", seconds=_since(started_s))
            )
    return results


async def _run_lane(options: Options, scenarios: Sequence[Scenario]) -> list[Result]:
    """Run a lane to its end, with as many stacks as its failures need."""
    left, results = list(scenarios), []
    while left:
        results += await _attempt(options, left)
    return results


def table(results: Sequence[Result]) -> str:
    """Return one line for each result."""
    return "\n".join(
        f"  {'ok    ' if one.passed else 'FAILED'} {one.name:12} {one.seconds:5.0f} s  {one.text}"
        for one in results
    )


async def _run(wanted: Wanted) -> None:
    """Run everything that is wanted, print the table and raise DemoError when something failed."""
    started_s, options = time.monotonic(), wanted.options()
    *beside, alone = wanted.lanes()
    together = await asyncio.gather(*(_run_lane(options, lane) for lane in beside))
    results = [one for lane in together for one in lane] + await _run_lane(options, alone)
    say(f"\n{table(results)}")
    failed = [one.name for one in results if not one.passed]
    if failed:
        raise DemoError(f"not endured: {', '.join(failed)}")
    say(f"endured: {len(results)} scenarios in {_since(started_s) / 60.0:.1f} minutes")


def main() -> int:
    """Run and return the program's exit code."""
    return asyncio.run(until_stopped(_run(parse(sys.argv[1:]))))


if __name__ == "__main__":
    sys.exit(main())
