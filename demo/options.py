"""What the user can ask of the demo on the command line."""

import argparse
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Final, Literal

from simulator.scenario import SCENARIOS

type BrokerKind = Literal["embedded", "mosquitto"]
type Task = Literal["show", "smoke", "smoke-entities", "check", "clicks", "page", "pictures"]
type Way = Literal["mqtt", "entities"]

DEFAULT_PORT: Final = 8123
"""Home Assistant's own default; another free one is taken when it is in use."""
SECONDS_PER_HOUR: Final = 3600
QUIET_START: Final = time(12, 0)
"""Where tests start: no kettle boils in the house's next hour, and the sun stands high."""
PICTURE_HOUR: Final = 14
"""By then a day has a history, and the sun is still there."""


@dataclass(frozen=True, slots=True)
class Options:
    """One run of the demo."""

    scenario: str
    at: time
    """The house's local time at the start."""
    port: int
    broker: BrokerKind
    task: Task
    repo: Path
    """The checkout whose custom_components are shown."""
    cache: Path
    """The folder of everything that is installed or written outside the checkout."""
    live_bin: Path
    """The bin/ folder of the virtualenv with Home Assistant."""
    way: Way
    """How the integration reaches GX and charger."""
    keep: Path | None
    """Work folder to use and leave in place; by default one in the cache folder."""
    past: bool = False
    """Whether the house has a history when the demo begins."""
    pictures: str = "all"
    """Which pictures to make, for the task of that name."""
    trial: bool = False
    """Part of `scripts/endure`: ports that no other run takes, and a probe in Home Assistant."""


def clock(text: str) -> time:
    """Read HH:MM; raises argparse.ArgumentTypeError with a readable sentence."""
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a wall clock of the house
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 09:30") from None


def default_start(task: Task, scenario: str, now: datetime) -> time:
    """Return the scenario's hour with the minutes of now, so that both clocks agree."""
    if task == "pictures":
        return time(PICTURE_HOUR, now.minute)
    if task != "show":
        return QUIET_START
    return time(SCENARIOS[scenario].start_s // SECONDS_PER_HOUR, now.minute)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="A house with sun, battery, car and charger in a real Home Assistant.",
    )
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="sunny")
    parser.add_argument("--at", type=clock, metavar="HH:MM", help="the house's time at the start")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="of Home Assistant's page")
    parser.add_argument("--broker", choices=("embedded", "mosquitto"))
    parser.add_argument("--keep", type=Path, metavar="DIR", help="use and keep this work folder")
    parser.add_argument(
        "--past", action="store_true", help="begin with prices and three days of history"
    )
    task = parser.add_mutually_exclusive_group()
    task.add_argument("--smoke", action="store_true", help="short end-to-end test, then stop")
    task.add_argument(
        "--smoke-entities",
        action="store_true",
        help="the same through the entities of Home Assistant's own integrations",
    )
    task.add_argument(
        "--clicks",
        choices=("mqtt", "entities"),
        help="set it up in a browser, counting clicks, with a picture of each",
    )
    task.add_argument(
        "--page", action="store_true", help="look at the dashboard in a browser and tap on it"
    )
    task.add_argument(
        "--pictures",
        metavar="NAMES",
        help="make pictures of documents, by name with commas between, or all",
    )
    task.add_argument(
        "--check", action="store_true", help="all live checks with a table of figures"
    )
    for name in ("repo", "cache", "live-bin"):
        parser.add_argument(f"--{name}", type=Path, required=True, help=argparse.SUPPRESS)
    return parser


def _task(arguments: argparse.Namespace) -> Task:
    if arguments.clicks:
        return "clicks"
    if arguments.smoke_entities:
        return "smoke-entities"
    if arguments.page:
        return "page"
    if arguments.pictures:
        return "pictures"
    if arguments.smoke:
        return "smoke"
    return "check" if arguments.check else "show"


def _way(arguments: argparse.Namespace) -> Way:
    if arguments.smoke_entities or arguments.clicks == "entities":
        return "entities"
    return "mqtt"


def parse(arguments: list[str], now: datetime) -> Options:
    """Read the command line; leaves the program with a message when it makes no sense."""
    found = _parser().parse_args(arguments)
    task = _task(found)
    return Options(
        scenario=found.scenario,
        at=found.at or default_start(task, found.scenario, now),
        port=found.port,
        # Tests run on what owners have: mosquitto, with a charger that speaks MQTT 3.1.1.
        broker=found.broker or ("embedded" if task == "show" else "mosquitto"),
        task=task,
        repo=found.repo,
        cache=found.cache,
        live_bin=found.live_bin,
        way=_way(found),
        keep=found.keep,
        past=found.past,
        pictures=found.pictures or "all",
    )
