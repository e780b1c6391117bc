"""The emulated OpenEVSE against its contract: what it says, when, and how the texts look."""

from __future__ import annotations

from itertools import pairwise
import json

import pytest

from simulator.openevse_topics import ENERGY_KEYS, MEASURED_KEYS, STATUS_KEYS, value_text
from tests.simulator.openevse_bench import ANNOUNCE, BASE, VOLTS, Bench


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(True, "true", id="boolean"),
        pytest.param(False, "false", id="missing temperature"),
        pytest.param(15240, "15240", id="milliamperes"),
        pytest.param(3657.6, "3657.6", id="power"),
        pytest.param(1234.56789, "1234.56789", id="trailing zeros are cut"),
        pytest.param(0.1234567891234, "0.123456789", id="nine decimals at most"),
        pytest.param(240.0, "240", id="whole float has no point"),
        pytest.param(0.0, "0", id="zero"),
        pytest.param(9_999_999.5, "9999999.5", id="below the exponent"),
        pytest.param(1e7, "1e7", id="exponent from ten million"),
        pytest.param(3.6e7, "3.6e7", id="watt-seconds of 10 kWh"),
        pytest.param(12_345_678, "12345678", id="integers never get an exponent"),
        pytest.param("active", "active", id="text is bare"),
    ],
)
def test_value_text(value: bool | float | str, text: str) -> None:
    assert value_text(value) == text


def test_announces_retained_and_then_sends_every_document_once() -> None:
    bench = Bench()
    bench.run(2)
    retained = bench.broker.retained
    assert json.loads(retained[ANNOUNCE]) == {
        "state": "connected",
        "id": "a1b2c3d4e5f6",
        "name": "openevse-e5f6",
        "mqtt": BASE,
        "http": "http://openevse-e5f6.local/",
    }
    for name in ("config", "config_version", "claim", "override", "limit", "schedule"):
        assert f"{BASE}/{name}" in retained
        assert len(bench.sent(name)) == 1
    assert retained[f"{BASE}/claim"] == retained[f"{BASE}/override"] == '{"state":"null"}'
    assert retained[f"{BASE}/config_version"] == "1"
    assert bench.sent("uptime") == []  # the scalars are not dumped on connect


def test_last_will_says_disconnected_and_names_no_topic() -> None:
    bench = Bench()
    bench.run(1)
    bench.client.drop()
    bench.broker.run()
    assert json.loads(bench.broker.retained[ANNOUNCE]) == {
        "state": "disconnected",
        "id": "a1b2c3d4e5f6",
        "name": "openevse-e5f6",
    }


def test_full_dump_every_30_s_whether_charging_or_not() -> None:
    bench = Bench(plugged=False)
    bench.run(95)
    times = bench.times("uptime")
    assert [after - before for before, after in pairwise(times)] == [30.0, 30.0]
    assert bench.last("uptime") == "90"
    assert bench.last("evse_connected") == "1"
    assert bench.last("temp4") == "false"
    assert bench.last("state") == "1"


def test_rhythms_while_charging() -> None:
    bench = Bench()
    bench.run(10)
    bench.forget()
    bench.run(25)
    for key in MEASURED_KEYS:
        assert len(bench.times(key)) == 25, key
    for key in ENERGY_KEYS:
        times = bench.times(key)
        assert all(after - before == 5.0 for before, after in pairwise(times)), key
        assert len(times) >= 4, key


def test_scalars_are_not_retained_unless_configured() -> None:
    bench = Bench()
    bench.run(31)
    assert f"{BASE}/state" not in bench.broker.retained
    bench.send("config/set", '{"mqtt_retained":true}')
    bench.run(31)
    assert bench.broker.retained[f"{BASE}/state"] == "3"


def test_a_change_of_state_sends_the_status_set_at_once() -> None:
    bench = Bench(plugged=False)
    bench.run(5)
    bench.forget()
    bench.charger.plug()
    bench.run(1)
    for key in STATUS_KEYS:
        assert len(bench.sent(key)) == 1, key
    assert bench.last("state") == "2"
    assert bench.last("vehicle") == "1"
    assert bench.last("flags") == str(0x100)


def test_measures_in_milliamperes_volts_and_watts() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"active","charge_current":16}')
    bench.run(40)
    assert bench.last("amp") == "16000"
    assert bench.last("voltage") == str(int(VOLTS))
    assert float(bench.last("power")) == pytest.approx(16 * VOLTS)


def test_newer_firmware_assumes_240_volts() -> None:
    bench = Bench(assumed_volts=240.0)
    bench.run(40)
    assert bench.last("voltage") == "240"
    assert float(bench.last("power")) == pytest.approx(32 * 240.0)


def test_three_phase_power_is_three_times_one() -> None:
    bench = Bench(phases=3)
    bench.run(40)
    assert float(bench.last("power")) == pytest.approx(3 * 32 * VOLTS)


def test_energy_meters_agree_with_the_car() -> None:
    bench = Bench()
    bench.run(3600)
    session_wh = float(bench.last("session_energy"))
    assert session_wh == pytest.approx(bench.car.session_kwh * 1000, rel=0.002)
    assert float(bench.last("total_energy")) == pytest.approx(session_wh / 1000)
    assert float(bench.last("total_day")) == pytest.approx(session_wh / 1000)
    assert bench.last("wattsec").endswith("e7")  # 7.5 kWh are more than 1e7 Ws


def test_a_dead_serial_link_ends_the_dumps() -> None:
    bench = Bench()
    bench.run(31)
    bench.charger.serial_alive = False
    bench.forget()
    bench.run(120)
    assert bench.sent("uptime") == bench.sent("amp") == []
    assert json.loads(bench.broker.retained[ANNOUNCE])["state"] == "connected"


def test_unplugging_zeroes_the_session_at_that_moment_and_keeps_the_totals() -> None:
    bench = Bench()
    bench.run(600)
    before_kwh = bench.charger.meter.total_kwh
    bench.charger.unplug()
    bench.run(1)
    assert bench.charger.meter.session_wh == 0.0
    assert bench.charger.meter.total_kwh == before_kwh > 1.0
    assert bench.last("vehicle") == "0"
    assert bench.last("state") == "1"
    bench.run(30)
    assert bench.last("session_energy") == "0"


def test_unplugging_drops_auto_released_claims_and_leaves_the_documents_stale() -> None:
    bench = Bench()
    bench.run(5)
    bench.send("override/set", '{"state":"active","charge_current":10}')
    bench.send("claim/set", '{"state":"active","charge_current":8,"auto_release":false}')
    bench.run(5)
    assert bench.last("manual_override") == "1"
    bench.charger.unplug()
    bench.run(2)
    assert json.loads(bench.broker.retained[f"{BASE}/override"])["charge_current"] == 10
    assert bench.last("manual_override") == "0"
    assert bench.charger.pilot_a == 8  # a claim without auto_release goes on to the next car


def test_disabled_freezes_the_vehicle_flag() -> None:
    bench = Bench()
    bench.send("config/set", '{"pause_uses_disabled":true}')
    bench.send("claim/set", '{"state":"disabled"}')
    bench.run(3)
    bench.charger.unplug()
    bench.run(40)
    assert bench.last("state") == "255"
    assert bench.last("vehicle") == "1"


def test_a_reboot_of_the_gateway_loses_the_claims_and_charges_at_full_current() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"active","charge_current":6,"auto_release":false}')
    bench.run(40)
    assert bench.charger.pilot_a == 6
    closings = bench.charger.closings
    bench.charger.reboot()
    bench.run(2)
    assert json.loads(bench.broker.retained[ANNOUNCE])["state"] == "disconnected"
    assert bench.charger.pilot_a == 6  # the controller goes on alone
    bench.send("claim/set", '{"charge_current":9}')  # lost: nobody is there
    bench.run(40)
    assert bench.charger.pilot_a == 32
    assert bench.broker.retained[f"{BASE}/claim"] == '{"state":"null"}'
    assert json.loads(bench.broker.retained[ANNOUNCE])["state"] == "connected"
    assert int(bench.last("uptime")) <= 37
    assert bench.charger.closings == closings


def test_a_retained_command_is_applied_again_after_a_reboot() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"active","charge_current":7}', retain=True)
    bench.run(3)
    bench.charger.reboot()
    bench.run(10)
    assert bench.charger.pilot_a == 7


def test_an_outage_of_the_broker_changes_nothing() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"active","charge_current":11}')
    bench.run(20)
    bench.broker.stop()
    bench.send("claim/set", '{"state":"disabled"}')  # lost
    bench.run(600)
    assert (bench.charger.pilot_a, bench.charger.state) == (11, 3)
    bench.forget()
    bench.broker.start()
    bench.run(1)
    assert len(bench.sent("claim")) == 1  # documents again, since it is a new connection
    assert json.loads(bench.last("claim"))["charge_current"] == 11


def test_without_mains_it_is_gone_and_boots_when_they_return() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"active","charge_current":6}')
    bench.run(20)
    bench.volts = 0.0
    bench.run(30)
    assert not bench.contactor()
    assert json.loads(bench.broker.retained[ANNOUNCE])["state"] == "disconnected"
    bench.volts = VOLTS
    bench.run(20)
    assert bench.contactor()
    assert bench.charger.pilot_a == 32
    assert bench.charger.closings == 2


def test_restart_of_the_controller_reapplies_the_claims() -> None:
    bench = Bench()
    bench.send("claim/set", '{"state":"active","charge_current":9}')
    bench.run(20)
    bench.send("restart", '{"device":"evse"}')
    bench.run(1)
    assert bench.last("state") == "0"
    bench.run(10)
    assert (bench.charger.pilot_a, bench.charger.state) == (9, 3)


def test_the_clock_can_be_set() -> None:
    bench = Bench()
    bench.send("rapi/in/$S1", "26 6 21 13 30 0")
    assert bench.last("rapi/out") == "$OK"
    bench.run(30)
    assert bench.last("time") == "2026-06-21T13:30:30Z"
