"""The emulated OpenEVSE's contactor and what stops or bypasses the claims: limits, eco, raw commands."""

from __future__ import annotations

import json

import pytest

from tests.simulator.openevse_bench import BASE, Bench


def test_a_setting_is_published_again_and_counted() -> None:
    bench = Bench()
    bench.run(1)
    bench.send("config/set", '{"max_current_soft":20,"unknown":1,"default_state":"yes"}')
    config = json.loads(bench.broker.retained[f"{BASE}/config"])
    assert config["max_current_soft"] == bench.charger.pilot_a == 20
    assert config["default_state"] is True  # the type did not fit
    assert "unknown" not in config
    assert bench.sent("config_version") == ["1", "2"]
    bench.forget()
    bench.send("config/set", '{"max_current_soft":20}')
    assert bench.sent("config_version") == []


def test_sleep_takes_the_pilot_first_and_opens_when_the_car_lets_go() -> None:
    bench = Bench()
    bench.run(30)
    bench.send("claim/set", '{"state":"disabled"}')
    charger = bench.charger
    assert (charger.state, charger.controller.offered_a, charger.contactor_closed) == (254, 0, True)
    bench.run(3)
    assert not charger.contactor_closed
    assert charger.controller.openings_under_load == 0
    assert bench.last("pilot") == "32"  # the set current, although nothing is offered


def test_sleep_opens_after_three_seconds_even_under_load() -> None:
    bench = Bench()
    bench.run(30)
    step = bench.car.step
    bench.car.step = lambda dt_s, *_: step(dt_s, 32, True, 235.0)  # type: ignore[method-assign]  # a car that does not let go
    bench.send("claim/set", '{"state":"disabled"}')
    bench.run(2)
    assert bench.contactor()
    bench.run(1)
    assert not bench.contactor()
    assert bench.charger.controller.openings_under_load == 1


def test_disable_opens_at_once_under_load() -> None:
    bench = Bench()
    bench.run(30)
    bench.send("config/set", '{"pause_uses_disabled":true}')
    bench.send("claim/set", '{"state":"disabled"}')
    assert bench.charger.state == 255
    assert not bench.contactor()
    assert bench.charger.controller.openings_under_load == 1


def test_enable_closes_after_detection_and_self_test() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"disabled"}')
    bench.run(10)
    bench.send("claim/set", '{"state":"active"}')
    assert bench.charger.state == 2
    bench.run(1)
    assert not bench.contactor()
    bench.run(1)
    assert bench.charger.state == 3
    assert bench.last("total_switches") == str(bench.charger.closings) == "1"


def test_a_full_car_opens_the_contactor_and_stays_connected() -> None:
    bench = Bench()
    bench.run(30)
    bench.car.soc_pct = 100.0
    bench.run(2)
    assert (bench.charger.state, bench.charger.contactor_closed) == (2, False)


def test_an_energy_limit_stops_the_session_until_the_car_leaves() -> None:
    bench = Bench()
    bench.send("limit/set", '{"type":"energy","value":500,"auto_release":true}')
    assert json.loads(bench.broker.retained[f"{BASE}/limit"])["value"] == 500
    assert "true" in bench.sent("limit"), "the same topic, another kind of payload"
    bench.run(600)
    assert bench.charger.state == 254
    assert bench.charger.meter.session_wh == pytest.approx(500, abs=10)
    bench.send("claim/set", '{"state":"active"}')  # 500 does not outrank 1100
    assert bench.charger.state == 254
    bench.charger.unplug()
    bench.run(2)
    bench.charger.plug()
    bench.run(10)
    assert bench.charger.state == 3
    assert not bench.charger.limit.active


def test_a_limit_without_auto_release_holds_for_the_next_car_too() -> None:
    bench = Bench()
    bench.send("limit/set", '{"type":"time","value":1,"auto_release":false}')
    for _ in range(2):
        bench.run(55)
        assert bench.charger.state == 3
        bench.run(15)
        assert bench.charger.state == 254
        bench.charger.unplug()
        bench.run(2)
        bench.charger.plug()


def test_a_new_limit_does_not_lift_the_stop_of_the_old_one() -> None:
    bench = Bench()
    bench.send("limit/set", '{"type":"time","value":1,"auto_release":false}')
    bench.run(90)
    assert bench.charger.state == 254
    bench.send("limit/set", '{"type":"time","value":60,"auto_release":false}')
    bench.run(30)
    assert bench.charger.state == 254
    bench.send("limit/set", "clear")
    bench.run(10)
    assert bench.charger.state == 3


def test_a_cleared_limit_lifts_its_stop_only_in_the_next_second() -> None:
    bench = Bench()
    bench.send("limit/set", '{"type":"time","value":1,"auto_release":false}')
    bench.run(90)
    bench.send("limit/set", "clear")
    bench.send("limit/set", '{"type":"time","value":60,"auto_release":false}')
    bench.run(30)
    assert bench.charger.state == 254, "the claim was never released"


@pytest.mark.parametrize(
    ("auto_release", "state"),
    [
        pytest.param("true", 3, id="outranks a claim that forbids charging"),
        pytest.param("false", 254, id="asks for nothing"),
    ],
)
def test_a_limit_where_the_default_is_to_rest(auto_release: str, state: int) -> None:
    bench = Bench()
    bench.send("config/set", '{"default_state":false}')
    bench.send("claim/set", '{"state":"disabled"}')
    bench.send("limit/set", f'{{"type":"time","value":60,"auto_release":{auto_release}}}')
    bench.run(10)
    assert bench.charger.state == state


def test_a_default_limit_comes_back_with_a_reboot() -> None:
    bench = Bench()
    bench.send("config/set", '{"limit_default_type":"energy","limit_default_value":9000}')
    bench.charger.reboot()
    bench.run(10)
    document = {"type": "energy", "value": 9000, "auto_release": False}
    assert json.loads(bench.broker.retained[f"{BASE}/limit"]) == document


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param('{"type":"time","value":0}', id="zero"),
        pytest.param('{"type":"weight","value":5}', id="unknown type"),
        pytest.param('{"value":5}', id="no type"),
        pytest.param("off", id="not JSON"),
    ],
)
def test_what_is_no_limit_is_ignored(payload: str) -> None:
    bench = Bench()
    bench.send("limit/set", payload)
    assert not bench.charger.limit.active


@pytest.mark.parametrize(
    ("topic", "on", "off"),
    [
        pytest.param("divertmode/set", "2", "1", id="eco without a feed"),
        pytest.param("shaper/set", "1", "0", id="shaper without a feed"),
    ],
)
def test_functions_of_the_charger_that_stop_it(topic: str, on: str, off: str) -> None:
    bench = Bench()
    bench.send(topic, on)
    assert bench.charger.state == 254
    bench.send(topic, off)
    assert bench.charger.target == ("active", 32)
    bench.send(topic, "maybe")
    assert bench.charger.target == ("active", 32)


def test_a_claim_outranks_eco_and_not_the_shaper() -> None:
    bench = Bench()
    bench.send("divertmode/set", "2")
    bench.send("claim/set", '{"state":"active","charge_current":7}')
    assert bench.charger.target == ("active", 7)
    bench.send("shaper/set", "1")
    assert bench.charger.target.state == "disabled"


@pytest.mark.parametrize(
    ("command", "payload", "reply"),
    [
        pytest.param("$SC", "10", "$OK", id="set current"),
        pytest.param("$SC", "10 V", "$OK", id="set current, not stored"),
        pytest.param("$SC", "50", "$NK", id="above the soft maximum"),
        pytest.param("$SC", "ten", "$NK", id="not a number"),
        pytest.param("$SC", "", "$NK", id="no parameter"),
        pytest.param("$FS", "", "$OK", id="sleep"),
        pytest.param("$GE", "", "$OK 32 0100", id="get settings"),
        pytest.param("$S1", "26 13 45 0 0 0", "$NK", id="no such date"),
        pytest.param("$XX", "", "$NK", id="unknown"),
    ],
)
def test_raw_commands(command: str, payload: str, reply: str) -> None:
    bench = Bench()
    bench.send(f"rapi/in/{command}", payload)
    assert bench.last("rapi/out") == reply


def test_a_raw_current_is_put_back_while_charging() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"active","charge_current":16}')
    bench.run(20)
    bench.send("rapi/in/$SC", "8")
    assert bench.charger.pilot_a == 8
    bench.run(1)
    assert bench.charger.pilot_a == 16
