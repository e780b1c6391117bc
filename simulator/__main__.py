"""`python -m simulator`: a house with sun, battery, GX, charger and car on a real MQTT broker."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
import json
import logging
import sys
from typing import Any, Final

from simulator.control_topics import clock_text
from simulator.live import LiveHouse, LiveOptions
from simulator.scenario import SCENARIOS, Scenario, home_at

MIN_SPEED: Final = 0.1
MAX_SPEED: Final = 100.0


def _clock(text: str) -> int:
    """Return the second of the day of HH:MM."""
    try:
        at = datetime.strptime(text, "%H:%M")  # noqa: DTZ007 - a clock without a date or zone
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time of day such as 10:30") from None
    return at.hour * 3600 + at.minute * 60


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not MIN_SPEED <= speed <= MAX_SPEED:
        raise argparse.ArgumentTypeError(f"{text!r} is not a speed from {MIN_SPEED} to {MAX_SPEED}")
    return speed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="of the MQTT broker")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="sunny")
    parser.add_argument("--at", type=_clock, metavar="HH:MM", help="the house's time at the start")
    parser.add_argument("--speed", type=_speed, default=1.0, help="house seconds per second")
    parser.add_argument("--protocol", type=int, choices=(3, 5), default=5, help="MQTT of the GX")
    parser.add_argument(
        "--charger-protocol",
        type=int,
        choices=(3, 5),
        default=5,
        help="MQTT of the chargers; real ones speak 3 (3.1.1), which some embedded brokers lack",
    )
    parser.add_argument(
        "--http-port", type=int, help="of the first charger's HTTP side; none by default"
    )
    parser.add_argument("--chargers", type=int, choices=range(1, 9), default=1)
    parser.add_argument("--seed", type=int, help="of the household's appliances")
    parser.add_argument(
        "--print-scenario", action="store_true", help="print place and sun times as JSON and end"
    )
    return parser


def scenario_document(scenario: Scenario, start_s: int, now: datetime) -> dict[str, Any]:
    """Return where and when the house is; the place is one whose sun fits the house's hour now."""
    day = scenario.make_day()
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "date": day.on.isoformat(),
        "start": clock_text(start_s)[:5],
        "sunrise": clock_text(day.sunrise_s)[:5],
        "sunset": clock_text(day.sunset_s)[:5],
        "start_s": start_s,
        "sunrise_s": round(day.sunrise_s),
        "sunset_s": round(day.sunset_s),
        **asdict(home_at(day, start_s, now)),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the house until it is told to end."""
    options = _parser().parse_args(arguments)
    scenario = SCENARIOS[options.scenario]
    if options.seed is not None:
        scenario = replace(scenario, house=replace(scenario.house, seed=options.seed))
    start_s = scenario.start_s if options.at is None else options.at
    if options.print_scenario:
        print(json.dumps(scenario_document(scenario, start_s, datetime.now().astimezone())))
        return 0
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    print(
        f"{scenario.title}: {clock_text(start_s)[:5]} on {options.host}:{options.port}", flush=True
    )
    LiveHouse(
        LiveOptions(
            scenario,
            host=options.host,
            port=options.port,
            start_s=start_s,
            speed=options.speed,
            protocol=options.protocol,
            charger_protocol=options.charger_protocol,
            chargers=options.chargers,
            http_port=options.http_port,
        )
    ).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
