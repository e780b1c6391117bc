"""Measures what the integration costs a Home Assistant while a car charges: rows, processor, memory.

A Home Assistant with MQTT and recorder runs in this process, fed by the house on a desk whose GX speaks
each second. Time runs ahead of the clock (`lean_loop`), processor time does not. The same house then
speaks to the same Home Assistant with a listener that does nothing: what MQTT costs by itself. And to
Home Assistant's own `victron_gx`, where its library is there.
"""

import argparse
import asyncio
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
import logging
from pathlib import Path
import sqlite3
import tempfile
import tracemalloc
from typing import Any, Final

from homeassistant.components import mqtt
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.recorder import get_instance
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.house_on_desk import PORTAL_ID
from simulator.scenario import SCENARIOS

from .install import CHARGER, DOMAIN
from .lean_core import async_add_core, core_integration, find_library
from .lean_loop import JumpingLoop
from .lean_stage import Cost, Stage, async_add, home_assistant
from .talk import say

WARM_UP_S: Final = 180
"""Until the car charges, and what happens only once is over."""

ROWS_GOAL: Final = 600
"""Recorded rows an hour while charging."""

CORE_GOAL_PCT: Final = 0.5
"""Of one core, and of everything that runs in this process but the house."""

PERCENT: Final = 100.0
KB: Final = 1024.0

NOISIEST: Final = 8
"""Entities named in the report."""

TABLES: Final = ("states", "state_attributes")

STATISTICS_PER_HOUR: Final = 13
"""Rows for each entity with statistics: one each five minutes, kept for ten days, and one each hour. The
recorder makes them by the clock on the wall, which does not jump."""


class What(StrEnum):
    """Who listens to the house."""

    OURS = "ours"
    NOTHING = "nothing"
    CORE = "core"


@dataclass
class Run:
    """What one run showed."""

    cost: Cost = field(default_factory=Cost)
    writes: Counter[str] = field(default_factory=Counter)
    """State writes by entity."""
    rows: Counter[str] = field(default_factory=Counter)
    """Rows added, by table."""
    with_statistics: int = 0
    """Entities of which the recorder keeps statistics."""


def _site(stage: Stage) -> MockConfigEntry:
    charger = stage.world.charger
    return MockConfigEntry(
        domain=DOMAIN,
        title="Cerbo GX",
        unique_id=PORTAL_ID,
        data={"source": "mqtt", "portal_id": PORTAL_ID},
        subentries_data=[
            {
                "data": {"source": "mqtt", "base_topic": charger.base_topic},
                "subentry_type": CHARGER,
                "title": "Garage",
                "unique_id": None,
            }
        ],
    )


async def _async_add(stage: Stage, what: What) -> None:
    if what is What.OURS:
        await async_add(stage.hass, _site(stage))
    elif what is What.NOTHING:
        await _async_add_listener(stage)
    else:
        with core_integration(stage):
            await async_add_core(stage)


async def _async_add_listener(stage: Stage) -> None:
    """Listen to what the integration listens to, and do nothing with it."""
    for topic_filter in (f"N/{PORTAL_ID}/#", f"{stage.world.charger.base_topic}/#"):
        await mqtt.async_subscribe(stage.hass, topic_filter, lambda _message: None, 0, None)


async def _async_run(scenario: str, seconds: int, what: What) -> Run:
    run = Run()
    ask = what is What.NOTHING

    def count(event: Event[Any]) -> None:
        run.writes[event.data["entity_id"]] += 1

    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "recorder.db"
        async with home_assistant(scenario, database) as stage:
            await _async_add(stage, what)
            stage.hurry(on=True)
            await stage.live(WARM_UP_S, ask=ask)
            before = await _async_rows(stage.hass, database)
            stop = stage.hass.bus.async_listen(EVENT_STATE_CHANGED, count)
            run.cost = await stage.live(seconds, ask=ask)
            stop()
            run.rows = await _async_rows(stage.hass, database)
            run.rows.subtract(before)
            run.with_statistics = sum(
                "state_class" in state.attributes for state in stage.hass.states.async_all()
            )
    return run


async def _async_rows(hass: HomeAssistant, database: Path) -> Counter[str]:
    """Count what the recorder has written."""
    recorder = get_instance(hass)
    await recorder.async_block_till_done()
    return await hass.async_add_executor_job(_count_rows, database)


def _count_rows(database: Path) -> Counter[str]:
    rows: Counter[str] = Counter()
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    for table in TABLES:
        (rows[table],) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - names of ours
    connection.close()
    return rows


async def _async_memory_kb(scenario: str, seconds: int) -> float:
    """Memory that lines of the integration have allocated and still hold, KiB."""
    with tempfile.TemporaryDirectory() as folder:
        async with home_assistant(scenario, Path(folder) / "recorder.db") as stage:
            tracemalloc.start()
            await _async_add(stage, What.OURS)
            stage.hurry(on=True)
            await stage.live(seconds)
            only = tracemalloc.Filter(inclusive=True, filename_pattern=f"*/{DOMAIN}/*")
            snapshot = tracemalloc.take_snapshot().filter_traces([only])
            tracemalloc.stop()
    return sum(item.size for item in snapshot.statistics("filename")) / KB


def _report(ours: Run, nothing: Run, memory_kb: float) -> bool:
    """Print what was found; True when the goals are met."""
    cost = ours.cost
    states = cost.per_hour(ours.rows["states"])
    statistics = STATISTICS_PER_HOUR * ours.with_statistics
    process_pct = PERCENT * cost.process_s / cost.seconds
    say(f"simulated: {cost.seconds / 60:.0f} min, car charging for {cost.charging_s / 60:.0f} min")
    say(f"messages handed out: {cost.per_hour(cost.messages):.0f} an hour")
    say(f"state writes: {cost.per_hour(ours.writes.total()):.0f} an hour")
    for entity_id, number in ours.writes.most_common(NOISIEST):
        say(f"    {cost.per_hour(number):5.0f}  {entity_id}")
    say(f"recorded rows of states: {states:.0f} an hour (goal: at most {ROWS_GOAL})")
    say(f"rows of attributes: {cost.per_hour(ours.rows['state_attributes']):.0f} an hour")
    say(f"rows of statistics (not measured, by rule): {statistics} an hour")
    say(
        f"processor, one core, with MQTT and recorder: {process_pct:.2f} % (goal: {CORE_GOAL_PCT} %)"
    )
    say(f"    event loop: {_loop_pct(ours):.2f} %, {cost.per_hour(cost.loop_s):.1f} s an hour")
    say(f"    of which MQTT, to a listener that does nothing: {_loop_pct(nothing):.2f} %")
    say(f"memory held by the integration's own lines: {memory_kb:.0f} KiB")
    return states <= ROWS_GOAL and process_pct <= CORE_GOAL_PCT


def _loop_pct(run: Run) -> float:
    return PERCENT * run.cost.loop_s / run.cost.seconds


def _compare(ours: Run, core: Run) -> None:
    """Print what the core integration cost; a whole, with its own connection to the broker."""
    cost = core.cost
    say("core victron_gx alone, on the same house:")
    say(f"    state writes: {cost.per_hour(core.writes.total()):.0f} an hour")
    say(f"    recorded rows of states: {cost.per_hour(core.rows['states']):.0f} an hour")
    say(f"    event loop: {_loop_pct(core):.2f} %; ours with MQTT: {_loop_pct(ours):.2f} %")


def main() -> None:
    """Measure and print; exit code 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/lean", description=__doc__)
    parser.add_argument("--minutes", type=int, default=60, help="simulated minutes (60)")
    parser.add_argument("--scenario", choices=SCENARIOS, default="cloudy", help="house and day")
    parser.add_argument("--library", default="", help="folder with the library of victron_gx")
    options = parser.parse_args()
    logging.disable(logging.WARNING)

    def run[T](work: Any) -> Any:
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            return runner.run(work)

    seconds = options.minutes * 60
    ours = run(_async_run(options.scenario, seconds, What.OURS))
    nothing = run(_async_run(options.scenario, seconds, What.NOTHING))
    memory_kb = run(_async_memory_kb(options.scenario, WARM_UP_S))
    met = _report(ours, nothing, memory_kb)
    if find_library(options.library):
        _compare(ours, run(_async_run(options.scenario, seconds, What.CORE)))
    else:
        say("core victron_gx: not compared, its library is not installed")
    if not met:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
