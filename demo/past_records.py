"""Gives a demo the history of the days before: recorder, statistics and the integration's memory.

Home Assistant is stopped meanwhile, so that it finds them as it would after any restart.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
import json
from pathlib import Path
import secrets
import sqlite3
import time
from typing import Any, Final

from custom_components.victron_openevse.control.memory import Memory
from custom_components.victron_openevse.control.persist import dump
from simulator.scenario import SCENARIOS, Scenario

from .entities import Entities, find_entities
from .hass import HomeAssistant
from .install import CHARGER, DOMAIN
from .past import HOUR_S, Past, PastDay, Row, live
from .prices import choose_prices
from .stack import Stack
from .talk import DemoError, step
from .waiting import until

DATABASE: Final = "home-assistant_v2.db"
ENERGY: Final = ("kWh", "energy")
MONEY: Final = ("EUR", None)
SUMS: Final = {
    "charger sensor.energy_total": ENERGY,
    "charger sensor.energy_solar": ENERGY,
    "charger sensor.energy_battery": ENERGY,
    "charger sensor.energy_grid": ENERGY,
    "charger sensor.charging_cost": MONEY,
    "charger sensor.charging_savings": MONEY,
    "charger sensor.contactor_closings": ("closings", None),
}
"""Counters whose hours the charts show, each with its unit and the recorder's class of that unit."""
AWAY_S: Final = (int(7.5 * HOUR_S), int(9.25 * HOUR_S))
"""Today and yesterday the car was out in the morning."""
CLOUD_S: Final = (int(12.25 * HOUR_S), int(13 * HOUR_S))
"""Yesterday a dark cloud passed."""
WORKDAY_S: Final = (int(7.5 * HOUR_S), int(13 * HOUR_S))
RELOAD_S: Final = 30.0
"""A changed option reloads the site, which takes a second."""
SHORT_TERM_S: Final = 300.0
"""The recorder sums counters up every five minutes."""
CONTEXT_BYTES: Final = 16


def _days(today: Scenario) -> tuple[PastDay, ...]:
    """Return two other days and today."""
    return (
        PastDay(SCENARIOS["cloudy"], WORKDAY_S),
        PastDay(SCENARIOS["sunny"], AWAY_S, CLOUD_S),
        PastDay(today, AWAY_S),
    )


async def give_past(stack: Stack) -> None:
    """Put days of history behind a demo that has just been set up."""
    entry_id, charger_id = await _ids(stack)
    await choose_prices(stack.hass, entry_id)
    stack.entities = await until(
        lambda: _with_money(stack.hass),
        within_s=RELOAD_S,
        what="the site tells what charging costs",
    )
    with step("the days before lived"):
        scenario = SCENARIOS[stack.options.scenario]
        past = await asyncio.to_thread(live, _days(scenario), _second_of(stack), charger_id)
    for role in SUMS:
        await _import_hours(stack, past, role)
    await stack.stop_hass()
    _write(stack, past, entry_id)
    await stack.start_hass()
    await stack.house.do("set_soc", soc_pct=past.soc_pct)
    with step("Home Assistant back with their history"):
        await stack.hass_ready()


async def _with_money(hass: HomeAssistant) -> Entities | None:
    """Return the entities once all counters are among them, also those that need a price."""
    found = await find_entities(hass)
    return found if SUMS.keys() <= found.ids.keys() else None


async def _ids(stack: Stack) -> tuple[str, str]:
    """Return the ids of site and charger."""
    for entry in await stack.hass.command("config_entries/get", domain=DOMAIN):
        entry_id: str = entry["entry_id"]
        for one in await stack.hass.command("config_entries/subentries/list", entry_id=entry_id):
            if one["subentry_type"] == CHARGER:
                return entry_id, one["subentry_id"]
    raise DemoError("no charger is set up")


def _second_of(stack: Stack) -> int:
    hour, minute, second = (int(part) for part in stack.house.now.clock.split(":"))
    return int((hour * 60 + minute) * 60 + second)


def _unix_s(past: Past, at_s: float) -> float:
    """Return the wall time of a moment; the past ends now."""
    return time.time() - past.now_s + at_s


# ---------------------------------------------------------------- written while it is stopped


def _write(stack: Stack, past: Past, entry_id: str) -> None:
    config = stack.folder / "config"
    _write_memory(config, past, entry_id)
    with closing(sqlite3.connect(config / DATABASE)) as database, database:
        _write_states(database, past, stack.entities.ids)
        for role in SUMS:
            _write_last_minutes(database, past, role, stack.entities.id_of(role))


def _write_memory(config: Path, past: Past, entry_id: str) -> None:
    path = config / ".storage" / f"{DOMAIN}.{entry_id}"
    store = json.loads(path.read_text())
    store["data"] |= {
        "saved_at": time.time(),
        "memory": dump(_with_same_car(past), past.now_s),
        "exported_kwh": past.export.total_kwh,
        "sessions_started_at": {past.charger: _unix_s(past, past.plugged_at_s)},
    }
    path.write_text(json.dumps(store))


def _with_same_car(past: Past) -> Memory:
    """Return the memory without the charger's own counter, which knows nothing of that past."""
    own = replace(past.memory.chargers[past.charger], session_kwh=None, session_at_s=None)
    return replace(past.memory, chargers={past.charger: own})


def _write_states(database: sqlite3.Connection, past: Past, ids: Mapping[str, str]) -> None:
    """Replace what was recorded of the past's entities since the start by the past."""
    known = {
        entity_id: (metadata_id, attributes_id)
        for entity_id, metadata_id, attributes_id in database.execute(
            "SELECT m.entity_id, m.metadata_id, MAX(s.attributes_id) FROM states_meta m"
            " JOIN states s USING (metadata_id) GROUP BY m.metadata_id"
        )
    }
    for role in {row.role for row in past.rows}:
        recorded = known.get(ids.get(role, ""))
        if recorded is not None:
            rows = [row for row in past.rows if row.role == role]
            _replace(database, past, rows, *recorded)


def _replace(
    database: sqlite3.Connection, past: Past, rows: list[Row], metadata_id: int, attributes_id: int
) -> None:
    database.execute("UPDATE states SET old_state_id = NULL WHERE metadata_id = ?", (metadata_id,))
    database.execute("DELETE FROM states WHERE metadata_id = ?", (metadata_id,))
    ((last_id,),) = database.execute("SELECT COALESCE(MAX(state_id), 0) FROM states")
    database.executemany(
        "INSERT INTO states (state_id, state, last_updated_ts, old_state_id, attributes_id,"
        " origin_idx, context_id_bin, metadata_id) VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
        (
            (
                last_id + number,
                row.state,
                _unix_s(past, row.at_s),
                last_id + number - 1 if number > 1 else None,
                attributes_id,
                secrets.token_bytes(CONTEXT_BYTES),
                metadata_id,
            )
            for number, row in enumerate(rows, start=1)
        ),
    )


def _write_last_minutes(
    database: sqlite3.Connection, past: Past, role: str, entity_id: str
) -> None:
    """Let the recorder's sum of a counter go on from its past, not from nothing."""
    ((metadata_id,),) = database.execute(
        "SELECT id FROM statistics_meta WHERE statistic_id = ?", (entity_id,)
    )
    shown = float(next(row.state for row in reversed(past.rows) if row.role == role))
    now = time.time()
    database.execute("DELETE FROM statistics_short_term WHERE metadata_id = ?", (metadata_id,))
    database.execute(
        "INSERT INTO statistics_short_term (created_ts, metadata_id, start_ts, state, sum)"
        " VALUES (?, ?, ?, ?, ?)",
        (now, metadata_id, (now // SHORT_TERM_S - 1) * SHORT_TERM_S, shown, shown),
    )


# ---------------------------------------------------------------- statistics


async def _import_hours(stack: Stack, past: Past, role: str) -> None:
    """Hand a counter's hours to the recorder's statistics."""
    unit, unit_class = SUMS[role]
    await stack.hass.command(
        "recorder/import_statistics",
        metadata={
            "has_mean": False,
            "mean_type": 0,
            "has_sum": True,
            "name": None,
            "source": "recorder",
            "statistic_id": stack.entities.id_of(role),
            "unit_class": unit_class,
            "unit_of_measurement": unit,
        },
        stats=list(hours([row for row in past.rows if row.role == role], past, time.time())),
    )


def hours(rows: Sequence[Row], past: Past, now: float) -> Iterator[dict[str, Any]]:
    """Yield each whole hour of the past, which ends `now` (Unix time), with a counter at its end."""
    began = now - past.now_s
    first = began // HOUR_S * HOUR_S
    shown, left = 0.0, list(rows)
    for number in range(1, int(past.now_s // HOUR_S) + 1):
        ends = first + number * HOUR_S
        while left and began + left[0].at_s <= ends:
            shown = float(left.pop(0).state)
        start = datetime.fromtimestamp(ends - HOUR_S, UTC).isoformat()
        yield {"start": start, "state": shown, "sum": shown}
