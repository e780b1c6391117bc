"""The days before a demo, and what of them is written."""

from contextlib import closing
from itertools import pairwise
import sqlite3

import pytest

from demo.past import DAY_S, Past, PastDay, Row, live
from demo.past_records import _write_last_minutes, _write_states, hours
from simulator.scenario import SCENARIOS

SUNNY = SCENARIOS["sunny"]
MORNING_S = 10 * 3600
AWAY_S = (7 * 3600, 9 * 3600)
CHARGER = "subentry"


@pytest.fixture(scope="module")
def past() -> Past:
    return live((PastDay(SUNNY, AWAY_S),), MORNING_S, CHARGER, soc_pct=30.0)


def states(past: Past, role: str) -> list[str]:
    return [row.state for row in past.rows if row.role == role]


def test_rows_are_in_order_and_tell_only_changes(past: Past) -> None:
    assert [row.at_s for row in past.rows] == sorted(row.at_s for row in past.rows)
    for role in {row.role for row in past.rows}:
        assert all(before != after for before, after in pairwise(states(past, role))), role


def test_the_car_waits_leaves_returns_and_charges(past: Past) -> None:
    seen = states(past, "charger sensor.status")
    assert seen[0] == "waiting_for_battery"
    assert seen.index("disconnected") < len(seen) - 1 - seen[::-1].index("charging")
    assert past.plugged_at_s == AWAY_S[1] + 1 or past.plugged_at_s == AWAY_S[1]


def test_memory_and_counters_tell_the_same(past: Past) -> None:
    assert past.energy.total_kwh > 1.0
    last = float(states(past, "charger sensor.energy_total")[-1])
    assert last == pytest.approx(past.energy.total_kwh, abs=0.1)


def test_a_cloud_dims_the_sun() -> None:
    noon_s = DAY_S // 2
    bright, dimmed = PastDay(SUNNY).sun(), PastDay(SUNNY, cloud_s=(noon_s, noon_s + 60)).sun()
    assert dimmed.power_w(noon_s) < 0.2 * bright.power_w(noon_s)
    assert dimmed.power_w(noon_s - 1) == bright.power_w(noon_s - 1)


def test_hours_of_a_counter_end_with_what_it_showed() -> None:
    past = Past(CHARGER, now_s=3 * 3600.0)
    rows = [Row("x", 0.0, "1.00"), Row("x", 4000.0, "2.50")]
    # The past ends at 12:00 sharp, so it began at 09:00.
    found = list(hours(rows, past, now=12 * 3600.0))
    assert [(one["start"], one["sum"]) for one in found] == [
        ("1970-01-01T09:00:00+00:00", 1.0),
        ("1970-01-01T10:00:00+00:00", 2.5),
        ("1970-01-01T11:00:00+00:00", 2.5),
    ]


def recorder() -> sqlite3.Connection:
    """Return a database in the recorder's shape, as far as the past needs it."""
    database = sqlite3.connect(":memory:")
    database.executescript(
        """
        CREATE TABLE states_meta (metadata_id INTEGER PRIMARY KEY, entity_id TEXT);
        CREATE TABLE states (state_id INTEGER PRIMARY KEY, state TEXT, last_updated_ts FLOAT,
            old_state_id INTEGER, attributes_id INTEGER, origin_idx INTEGER, context_id_bin BLOB,
            metadata_id INTEGER);
        CREATE TABLE statistics_meta (id INTEGER PRIMARY KEY, statistic_id TEXT);
        CREATE TABLE statistics_short_term (id INTEGER PRIMARY KEY, created_ts FLOAT,
            metadata_id INTEGER, start_ts FLOAT, state FLOAT, sum FLOAT);
        INSERT INTO states_meta VALUES (1, 'sensor.own'), (2, 'sensor.foreign');
        INSERT INTO states VALUES (1, '9', 50, NULL, 7, 0, x'00', 1), (2, '8', 60, NULL, 5, 0, x'00', 2);
        INSERT INTO statistics_meta VALUES (3, 'sensor.own');
        INSERT INTO statistics_short_term VALUES (1, 60, 3, 0, 9, 0);
        """
    )
    return database


def test_the_recorder_gets_the_past_instead_of_what_it_had() -> None:
    past = Past(CHARGER, rows=[Row("own", 10.0, "1.5"), Row("own", 20.0, "2.5")], now_s=30.0)
    past.rows.append(Row("unknown", 20.0, "x"))
    with closing(recorder()) as database:
        _write_states(database, past, {"own": "sensor.own"})
        _write_last_minutes(database, past, "own", "sensor.own")
        kept = database.execute(
            "SELECT state, attributes_id, old_state_id IS NOT NULL FROM states"
            " WHERE metadata_id = 1 ORDER BY last_updated_ts"
        ).fetchall()
        others = database.execute("SELECT state FROM states WHERE metadata_id = 2").fetchall()
        sums = database.execute("SELECT state, sum FROM statistics_short_term").fetchall()
    assert kept == [("1.5", 7, 0), ("2.5", 7, 1)]
    assert others == [("8",)]
    assert sums == [(2.5, 2.5)]
