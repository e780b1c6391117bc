"""What a charger's messages become, over the adapter's own subscriptions."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control.model import ChargerReading, ChargerState, Reading
from custom_components.victron_openevse.openevse.mqtt import OpenEvseCharger
from tests.openevse.fakes import (
    ANNOUNCE,
    BASE,
    CONNECTED,
    DISCONNECTED,
    DUMP,
    Bench,
    FakeTransport,
)


def read(bench: Bench) -> ChargerReading:
    return bench.charger.reading(bench.now_s)


def value(reading: Reading[Any] | None) -> Any:
    return None if reading is None else reading.value


def test_a_whole_dump() -> None:
    bench = Bench()
    assert read(bench) == ChargerReading()
    assert bench.charger.missing() == (
        "state",
        "charging_power_w",
        "pilot_a",
        "enabled",
        "vehicle_connected",
    )
    bench.dump()
    at_s = bench.now_s
    assert read(bench) == ChargerReading(
        online=Reading(value=True, at_s=at_s),
        state=Reading(ChargerState.CHARGING, at_s),
        vehicle_connected=Reading(value=True, at_s=at_s),
        charging_power_w=Reading(3657.6, at_s),
        charging_current_a=Reading(15.24, at_s),
        voltage_v=Reading(240.0, at_s),
        pilot_a=Reading(16.0, at_s),
        max_current_a=Reading(32.0, at_s),
        enabled=Reading(value=True, at_s=at_s),
        manual_override=Reading(value=False, at_s=at_s),
        total_energy_kwh=Reading(1234.56789, at_s),
        session_energy_kwh=Reading(12.34567891, at_s),
        uptime_s=Reading(86412.0, at_s),
    )
    assert bench.charger.missing() == ()
    assert bench.charger.fault_code is None
    assert bench.charger.diagnostics()["rejected"] == {}


@pytest.mark.parametrize(
    ("key", "payload", "field", "expected"),
    [
        pytest.param("amp", "-1000", "charging_current_a", None, id="no ammeter"),
        pytest.param("amp", "3.2e4", "charging_current_a", 32.0, id="exponential milliamps"),
        pytest.param("voltage", "690", "voltage_v", None, id="three phases summed up in eco mode"),
        pytest.param("voltage", "0", "voltage_v", None, id="no volts"),
        pytest.param("power", "false", "charging_power_w", None, id="false for a number"),
        pytest.param("power", "1e9", "charging_power_w", None, id="a power station"),
        pytest.param("pilot", "6", "pilot_a", 6.0, id="pilot"),
        pytest.param("max_current", "255", "max_current_a", None, id="more than can be built"),
        pytest.param("status", "disabled", "enabled", False, id="target off"),
        pytest.param("status", "sleeping", "enabled", None, id="no target"),
        pytest.param("vehicle", "0", "vehicle_connected", False, id="no car"),
        pytest.param("manual_override", "1", "manual_override", True, id="override"),
        pytest.param("total_energy", "1.00000123e4", "total_energy_kwh", 10000.0123, id="10 MWh"),
        pytest.param("session_energy", "nan", "session_energy_kwh", None, id="not a number"),
        pytest.param("state", "charging", "state", None, id="a word for a code"),
    ],
)
def test_scalar(key: str, payload: str, field: str, expected: object) -> None:
    bench = Bench()
    bench.say(key, payload)
    got = value(getattr(read(bench), field))
    assert got == expected
    assert (key in bench.charger.diagnostics()["rejected"]) == (expected is None)


def test_an_absurd_value_leaves_the_last_good_one_to_age() -> None:
    bench = Bench()
    bench.dump()
    then_s = bench.now_s
    bench.advance(30)
    bench.dump(power="-9e9", state="999")
    reading = read(bench)
    assert reading.charging_power_w == Reading(3657.6, then_s)
    assert reading.state == Reading(ChargerState.CHARGING, then_s)
    assert bench.charger.diagnostics()["rejected"] == {"power": 1, "state": 1}


def test_replayed_scalars_say_nothing_about_now() -> None:
    stored = {f"{BASE}/{key}": payload for key, payload in DUMP.items()}
    bench = Bench(stored={ANNOUNCE: CONNECTED} | stored)
    assert read(bench) == ChargerReading()
    assert bench.charger.last_message_at_s is None
    bench.dump()
    assert bench.charger.heard
    assert bench.charger.last_message_at_s == bench.now_s


def test_limit_topic_carries_a_flag_and_a_document_and_neither_harms() -> None:
    bench = Bench()
    bench.say("limit", '{"type":"energy","value":12000,"auto_release":true}', retain=True)
    bench.say("limit", "true")
    assert read(bench) == ChargerReading()
    assert bench.charger.diagnostics()["rejected"] == {}


def test_fault_code() -> None:
    bench = Bench()
    bench.say("state", "7")
    assert value(read(bench).state) is ChargerState.FAULT
    assert bench.charger.fault_code == 7
    bench.say("state", "1")
    assert bench.charger.fault_code is None


def test_a_disabled_charger_is_blind_to_the_plug() -> None:
    bench = Bench()
    bench.dump(state="2")
    bench.say("state", "255")
    bench.say("vehicle", "1")
    assert read(bench).vehicle_connected is None
    assert "vehicle_connected" not in bench.charger.missing()
    bench.say("state", "1")
    assert read(bench).vehicle_connected is None
    bench.say("vehicle", "0")
    assert value(read(bench).vehicle_connected) is False


def test_override_document_counts_live_but_not_replayed() -> None:
    bench = Bench()
    bench.say("override", '{"state":"active","auto_release":true}', retain=True)
    assert read(bench).manual_override is None
    bench.say("override", '{"state":"active","auto_release":true}')
    assert value(read(bench).manual_override) is True
    bench.say("override", "active")
    assert value(read(bench).manual_override) is True
    bench.say("manual_override", "0")
    assert value(read(bench).manual_override) is False
    bench.say("override", '{"state":"disabled","auto_release":false}')
    bench.say("override", '{"state":"null"}')
    assert value(read(bench).manual_override) is False
    assert bench.charger.diagnostics()["rejected"] == {"override": 1}


def test_last_will_and_return() -> None:
    bench = Bench()
    bench.dump()
    heard_s = bench.now_s
    bench.advance(80)
    bench.announce(DISCONNECTED)
    assert read(bench).online == Reading(value=False, at_s=heard_s)
    bench.advance(10)
    bench.announce(CONNECTED)
    assert read(bench).online == Reading(value=True, at_s=bench.now_s)


def test_found_gone_at_start() -> None:
    bench = Bench(stored={ANNOUNCE: DISCONNECTED}, announce_topic=None)
    assert read(bench).online == Reading(value=False, at_s=bench.now_s)
    bench.advance(5)
    bench.dump()
    assert read(bench).online == Reading(value=True, at_s=bench.now_s)


def test_feeds_below_the_base_topic_are_no_sign_of_life() -> None:
    bench = Bench()
    bench.say("solar", "2500")
    bench.say("claim", '{"state":"null"}')
    bench.say("manual_override", "1")
    assert not bench.charger.heard
    assert read(bench).online is None


def test_a_stranger_on_the_announce_topic_is_ignored() -> None:
    bench = Bench(announce_topic=None)
    changes = bench.changes
    bench.transport.deliver("openevse/announce/ffff", '{"state":"connected","id":"f","mqtt":"x"}')
    assert bench.changes == changes
    assert bench.charger.diagnostics()["announced_base_topic"] == BASE


def test_change_is_called_for_news_only() -> None:
    bench = Bench()
    bench.dump()
    changes = bench.changes
    bench.advance(30)
    bench.dump(uptime="86442")
    assert bench.changes == changes
    bench.say("pilot", "10")
    assert bench.changes == changes + 1


def test_versions_come_from_the_configuration() -> None:
    bench = Bench()
    assert (bench.charger.firmware, bench.charger.supported) == (None, None)
    bench.say("config", '{"version":"5.1.5","mqtt_pass":"secret"}', retain=True)
    assert (bench.charger.firmware, bench.charger.supported) == ("5.1.5", True)
    bench.say("config", "[]")
    bench.say("config", "x" * 20_000)
    report = bench.charger.diagnostics()
    assert report["rejected"] == {"config": 1, "oversized": 1}
    assert "secret" not in str(report)


def test_an_old_charger_is_recognised_by_what_it_does_not_send() -> None:
    bench = Bench()
    for _ in range(2):
        for key, payload in DUMP.items():
            if key not in ("power", "session_energy", "total_energy"):
                bench.say(key, payload)
    assert bench.charger.supported is False
    assert read(bench).charging_power_w is None
    assert bench.charger.missing() == ("charging_power_w",)


def test_stopped_adapter_hears_nothing() -> None:
    bench = Bench()
    bench.charger.start(bench.now_s)
    assert len(bench.transport.handlers) == 3
    bench.charger.stop()
    bench.dump()
    assert not bench.charger.heard


@pytest.mark.parametrize("topic", ["", "openevse/#"])
def test_topics_that_cannot_be_one_are_refused(topic: str) -> None:
    with pytest.raises(ValueError, match="not a topic"):
        OpenEvseCharger(FakeTransport(), topic)
    with pytest.raises(ValueError, match="not a topic"):
        OpenEvseCharger(FakeTransport(), BASE, topic)


KEYS = [*DUMP, "claim", "override", "config", "limit", "rapi/out", "claim/set", "x"]
PAYLOADS = st.one_of(
    st.text(),
    st.floats().map(str),
    st.sampled_from(["true", "null", '{"state":"null"}', '{"state":null}', "[]", "[" * 16_000]),
    st.dictionaries(
        st.sampled_from(["state", "charge_current", "max_current", "auto_release", "version"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()),
    ).map(json.dumps),
)


@given(st.lists(st.tuples(st.sampled_from(KEYS), PAYLOADS, st.booleans()), max_size=30))
def test_no_message_raises_and_no_number_is_absurd(messages: list[tuple[str, str, bool]]) -> None:
    bench = Bench()
    bench.dump()
    bench.offer(10)
    for key, payload, retain in messages:
        bench.say(key, payload, retain=retain)
        bench.announce(payload, retain=retain)
        bench.advance(1)
    reading = read(bench)
    assert reading.voltage_v is None or 60 <= reading.voltage_v.value <= 300
    assert reading.charging_power_w is None or 0 <= reading.charging_power_w.value <= 90_000
    assert {claim["charge_current"] for claim in bench.claims} == {10}
    assert bench.charger.diagnostics()["base_topic"] == BASE
