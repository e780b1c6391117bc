"""Whatever arrives from a charger: nothing raises, no reading is absurd, nothing large is kept."""

from dataclasses import fields
import json
from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control.model import ChargerState, Reading
from custom_components.victron_openevse.openevse.announcement import parse_announcement
from custom_components.victron_openevse.openevse.claim import read_claim
from custom_components.victron_openevse.openevse.mqtt import OpenEvseCharger
from custom_components.victron_openevse.openevse.values import (
    charger_state,
    read_flag,
    read_object,
    read_state_code,
    read_target,
)
from custom_components.victron_openevse.transport import Message
from simulator.broker import SimBroker

BASE = "openevse-e5f6"
NOW_S = 1000.0
LARGEST = 1e10
"""No reading of a charger is larger, in any unit (a hundred years of uptime)."""
MEGABYTE = 1_000_000
KEPT_MAX_CHARS = 20_000

KEYS = st.sampled_from(
    [
        "amp",
        "pilot",
        "state",
        "power",
        "voltage",
        "vehicle",
        "status",
        "uptime",
        "local_time",
        "session_energy",
        "session_elapsed",
        "total_energy",
        "max_current",
        "manual_override",
        "claim",
        "override",
        "config",
        "limit",
        "schedule",
        "shaper",
        "divertmode",
        "rapi/out",
    ]
) | st.text(max_size=20)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["active", "disabled", "null", "clear", "time", "energy", 10**400, 2**32])
    | st.text(max_size=20)
)
FIELDS = st.sampled_from(
    [
        "state",
        "charge_current",
        "max_current",
        "auto_release",
        "type",
        "value",
        "id",
        "name",
        "mqtt",
        "http",
        "firmware",
        "version",
        "sntp_enabled",
        "max_current_soft",
        "default_state",
    ]
)
DOCUMENTS = st.dictionaries(FIELDS | st.text(max_size=8), LEAVES | st.lists(LEAVES, max_size=3))
NUMBERS = st.integers(-(10**30), 10**30).map(str) | st.floats().map(str)
NESTED = st.integers(1, 4000).map(lambda deep: '{"state":' + "[" * deep)
BYTES = st.binary(max_size=200).map(lambda raw: raw.decode(errors="replace"))
PAYLOADS = (
    NUMBERS
    | BYTES
    | NESTED
    | DOCUMENTS.map(json.dumps)
    | st.text(max_size=100)
    | st.sampled_from(
        ["active", "disabled", "1", "0", "254", "255", "3", "2026-04-30T09:56:32+0100"]
    )
)


@given(PAYLOADS)
def test_scalars_are_sane_or_nothing(payload: str) -> None:
    code = read_state_code(payload)
    assert code is None or charger_state(code) in ChargerState
    assert read_flag(payload) in (True, False, None)
    assert read_target(payload) in (True, False, None)
    assert isinstance(read_object(payload), dict | None)


@given(PAYLOADS)
def test_a_claim_is_read_or_refused(payload: str) -> None:
    try:
        claim = read_claim(payload)
    except ValueError:
        return
    if claim is not None:
        assert type(claim.charge_current_a) in (int, type(None))


@given(PAYLOADS)
def test_an_announcement_is_read_or_nothing(payload: str) -> None:
    said = parse_announcement(payload)
    assert said is None or (said.charger_id and len(said.name) <= KEPT_MAX_CHARS)


@settings(deadline=None)
@given(st.lists(st.tuples(KEYS, PAYLOADS, st.booleans()), max_size=30))
def test_a_charger_survives_any_messages(story: list[tuple[str, str, bool]]) -> None:
    broker = SimBroker(lambda: NOW_S)
    charger = OpenEvseCharger(broker.client(), BASE)
    charger.start(NOW_S)
    for second, (key, payload, retain) in enumerate(story):
        now_s = NOW_S + second
        charger._on_charger(Message(f"{BASE}/{key}", payload, retain, now_s))
        charger._on_announcement(Message("openevse/announce/x", payload, retain, now_s))
        charger._on_rapi(Message(f"{BASE}/rapi/out", payload, retain, now_s))
        charger.offer(second % 40, now_s)
        reading = charger.reading(now_s)
        for field in fields(reading):
            one = getattr(reading, field.name)
            if isinstance(one, Reading) and isinstance(one.value, float):
                assert isfinite(one.value)
                assert 0.0 <= one.value <= LARGEST
    json.dumps(charger.diagnostics())


@pytest.mark.parametrize("key", ["claim", "config", "override", "limit", "schedule", "amp", "name"])
@pytest.mark.parametrize(
    "payload",
    [
        pytest.param("9" * MEGABYTE, id="digits"),
        pytest.param('{"state":"' + "a" * MEGABYTE + '"}', id="document"),
        pytest.param("[" * MEGABYTE, id="nested"),
    ],
)
def test_a_megabyte_is_counted_and_not_kept(key: str, payload: str) -> None:
    broker = SimBroker(lambda: NOW_S)
    charger = OpenEvseCharger(broker.client(), BASE)
    charger.start(NOW_S)
    before = charger.reading(NOW_S)
    charger._on_charger(Message(f"{BASE}/{key}", payload, retain=False, at_s=NOW_S))
    assert charger.diagnostics()["rejected"] == {"oversized": 1}
    assert charger.reading(NOW_S) == before
    assert len(json.dumps(charger.diagnostics())) < KEPT_MAX_CHARS
    assert parse_announcement(payload) is None
