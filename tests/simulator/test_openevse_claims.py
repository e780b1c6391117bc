"""The emulated OpenEVSE's commands: parsing, merging, arbitration and their traps."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from simulator.openevse_claims import (
    CLAIM_SLOTS,
    Claim,
    ClaimClient,
    ClaimTable,
    GatewayCrashError,
    Properties,
)
from simulator.openevse_topics import COMMAND_TOPICS
from tests.simulator.openevse_bench import ANNOUNCE, BASE, Bench

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
KEYS = st.sampled_from(
    [
        "state",
        "charge_current",
        "max_current",
        "auto_release",
        "type",
        "value",
        "device",
        "max_current_soft",
        "default_state",
        "pause_uses_disabled",
    ]
)
PAYLOADS = st.text(max_size=30) | st.dictionaries(KEYS, JSON, max_size=4).map(json.dumps)


@given(
    messages=st.lists(
        st.tuples(st.sampled_from([*COMMAND_TOPICS[:-1], "rapi/in/$SC", "rapi/in/$S1"]), PAYLOADS),
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_no_message_stops_the_emulator_or_leaves_the_current_range(
    messages: list[tuple[str, str]],
) -> None:
    bench = Bench()
    for topic, payload in messages:
        bench.send(topic, payload)
        bench.run(1)
        assert bench.charger.pilot_a >= 6
    bench.run(12)
    assert bench.charger.running


def test_a_bottomless_payload_is_dropped() -> None:
    bench = Bench()
    bench.send("claim/set", "[" * 200_000)
    bench.send("claim/set", '{"charge_current":1' + "0" * 400 + "}")
    assert bench.charger.pilot_a == 6


@pytest.mark.parametrize(
    ("given", "state"),
    [
        pytest.param("active", "active", id="active"),
        pytest.param("a", "active", id="first letter a"),
        pytest.param("disabled", "disabled", id="disabled"),
        pytest.param("dog", "disabled", id="first letter d"),
        pytest.param("Active", None, id="upper case is ignored"),
        pytest.param("clear", None, id="clear is a no-op"),
        pytest.param("", None, id="empty text is ignored"),
    ],
)
def test_only_the_first_letter_of_state_counts(given: str, state: str | None) -> None:
    wish = Properties()
    wish.merge({"state": given})
    assert wish.state == state


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(None, id="null"),
        pytest.param(1, id="number"),
        pytest.param(True, id="bool"),
    ],
)
def test_a_state_that_is_not_text_crashes_the_gateway(given: object) -> None:
    with pytest.raises(GatewayCrashError):
        Properties().merge({"state": given})


@pytest.mark.parametrize(
    ("given", "current_a"),
    [
        pytest.param(16, 16, id="integer"),
        pytest.param(8.7, 8, id="floats are truncated"),
        pytest.param("12", 12, id="numeric text"),
        pytest.param("clear", None, id="clear removes"),
        pytest.param(-3, 0, id="negative"),
        pytest.param(None, 0, id="null"),
        pytest.param("much", 0, id="text"),
        pytest.param(True, 1, id="true"),
        pytest.param(2**32 + 5, 0, id="beyond 32 bits"),
        pytest.param([16], 0, id="array"),
        pytest.param("nan", 0, id="not a number"),
    ],
)
def test_currents_become_whole_amperes(given: object, current_a: int | None) -> None:
    wish = Properties(charge_current_a=20, max_current_a=20)
    wish.merge({"charge_current": given, "max_current": given})
    assert wish.charge_current_a == wish.max_current_a == current_a


@pytest.mark.parametrize(
    ("payload", "pilot_a"),
    [
        pytest.param('{"charge_current":16}', 16, id="as asked"),
        pytest.param('{"charge_current":3}', 6, id="raised to 6"),
        pytest.param('{"charge_current":0}', 6, id="zero is no stop"),
        pytest.param('{"charge_current":-5}', 6, id="negative is no stop"),
        pytest.param('{"charge_current":40}', 32, id="soft maximum"),
        pytest.param('{"charge_current":20,"max_current":10}', 10, id="own maximum"),
        pytest.param('{"max_current":13}', 13, id="maximum alone"),
        pytest.param("[16]", 32, id="array is rejected"),
        pytest.param("{16", 32, id="bad JSON is rejected"),
        pytest.param('{"current":16}', 32, id="unknown key is ignored"),
        pytest.param('{"energy_limit":16}', 32, id="key of old firmware is ignored"),
    ],
)
def test_pilot_from_one_claim(payload: str, pilot_a: int) -> None:
    bench = Bench()
    bench.send("claim/set", payload)
    assert bench.charger.pilot_a == bench.charger.target.pilot_a == pilot_a
    bench.run(20)
    assert bench.charger.state == 3  # none of these stops charging


def test_the_pilot_is_echoed_in_the_same_pass() -> None:
    bench = Bench()
    bench.forget()
    bench.send("claim/set", '{"state":"active","charge_current":16,"auto_release":false}')
    assert bench.sent("pilot") == ["16"]
    assert json.loads(bench.last("claim")) == {
        "state": "active",
        "charge_current": 16,
        "auto_release": False,
    }
    assert bench.sent("claims_version") == ["2"]


def test_the_same_claim_again_says_nothing() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"active","charge_current":16}')
    bench.forget()
    bench.send("claim/set", '{"state":"active","charge_current":16}')
    assert [one for one in bench.log if not one.topic.endswith("/set")] == []


def test_messages_merge_with_what_was_set_before() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"disabled","charge_current":10}')
    bench.send("claim/set", '{"charge_current":12}')
    assert json.loads(bench.last("claim"))["state"] == "disabled"
    assert bench.charger.state == 254
    bench.send("claim/set", "release")
    assert bench.last("claim") == '{"state":"null"}'
    assert bench.charger.pilot_a == 32
    bench.send("claim/set", '{"max_current":20}')
    assert json.loads(bench.last("claim")) == {"max_current": 20, "auto_release": False}


def test_fields_survive_an_auto_release_and_come_back_with_a_partial_message() -> None:
    bench = Bench()
    bench.send("override/set", '{"state":"disabled","charge_current":10}')
    bench.run(3)
    bench.charger.unplug()
    bench.run(3)
    assert bench.charger.target == ("active", 32)
    bench.send("override/set", "clear")  # finds no live claim, so it resets nothing
    bench.send("override/set", '{"charge_current":14}')
    assert json.loads(bench.last("override"))["state"] == "disabled"


def test_override_forgets_its_auto_release_after_the_first_clear() -> None:
    bench = Bench()
    bench.send("override/set", '{"charge_current":10}')
    assert json.loads(bench.last("override"))["auto_release"] is True
    bench.send("override/set", "clear")
    bench.send("override/set", '{"charge_current":10}')
    assert json.loads(bench.last("override"))["auto_release"] is False


def test_a_null_state_reboots_the_gateway_and_loses_the_claim() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"active","charge_current":8}')
    bench.run(2)
    bench.send("claim/set", '{"state":null}')
    assert json.loads(bench.broker.retained[ANNOUNCE])["state"] == "disconnected"
    bench.run(10)
    assert bench.broker.retained[f"{BASE}/claim"] == '{"state":"null"}'
    assert bench.charger.pilot_a == 32


def test_each_wish_is_decided_separately_by_priority() -> None:
    table = ClaimTable()
    table.claim(ClaimClient.MQTT, 500, Properties(state="disabled", charge_current_a=10))
    table.claim(ClaimClient.MANUAL, 1000, Properties(state="active", max_current_a=20))
    assert table.target("active", 32) == ("active", 10)
    table.claim(ClaimClient.SHAPER, 5000, Properties(max_current_a=8))
    assert table.target("active", 32) == ("active", 8)


def test_equal_priority_goes_to_the_older_slot() -> None:
    table = ClaimTable()
    table.claim(ClaimClient.LIMIT, 500, Properties(charge_current_a=9))
    table.claim(ClaimClient.MQTT, 500, Properties(charge_current_a=18))
    assert table.target("active", 32).pilot_a == 9


def test_a_full_table_drops_a_claim_silently() -> None:
    table = ClaimTable()
    others = Claim(ClaimClient.MANUAL, 20, Properties(charge_current_a=30))
    table.slots = [others] * CLAIM_SLOTS
    assert not table.claim(ClaimClient.MQTT, 500, Properties(state="disabled"))
    assert table.target("active", 32) == ("active", 30)


def test_no_claims_leave_the_default_state() -> None:
    bench = Bench()
    assert bench.charger.target == ("active", 32)
    bench.send("config/set", '{"default_state":false}')
    assert bench.charger.state == 254
    bench.send("claim/set", '{"state":"active"}')
    assert bench.charger.target == ("active", 32)


def test_the_button_overrides_the_claim_and_a_second_press_ends_it() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"active","charge_current":16}')
    bench.run(10)
    bench.charger.press_button()
    bench.run(5)
    assert bench.last("manual_override") == "1"
    assert json.loads(bench.last("override")) == {"state": "disabled", "auto_release": True}
    assert (bench.last("state"), bench.last("status")) == ("254", "disabled")
    bench.charger.press_button()
    bench.run(10)
    assert bench.last("manual_override") == "0"
    assert bench.charger.target == ("active", 16)
    assert bench.charger.closings == 2


def test_a_claim_changed_by_others_republishes_ours() -> None:
    bench = Bench()
    bench.send("claim/set", '{"charge_current":16}')
    bench.forget()
    bench.send("override/set", "toggle")
    assert len(bench.sent("claim")) == 1
    assert bench.sent("override_version") == ["2"]
