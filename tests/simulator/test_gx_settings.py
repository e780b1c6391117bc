"""Writes to the emulated GX: ranges, effects on the site, expiry of overrides, flash wear."""

from __future__ import annotations

import json

import pytest

from simulator.ess import EssSettings
from simulator.gx import GxConfig
from tests.simulator.gx_bench import GxBench

CGWACS = "settings/0/Settings/CGwacs"
OVERRIDE = "hub4/0/Overrides/MaxDischargePower"


@pytest.mark.parametrize(
    ("path", "value", "field", "effect"),
    [
        pytest.param(f"{CGWACS}/AcPowerSetPoint", 200, "setpoint_w", 200, id="setpoint"),
        pytest.param(
            f"{CGWACS}/MaxDischargePower", 1500, "max_discharge_w", 1500, id="inverter limit"
        ),
        pytest.param(f"{CGWACS}/MaxChargePower", 900, "max_charge_w", 900, id="charge limit"),
        pytest.param(f"{CGWACS}/MaxFeedInPower", 600, "max_feed_in_w", 600, id="feed-in cap"),
        pytest.param(f"{CGWACS}/OvervoltageFeedIn", 0, "feed_in_excess", False, id="dc feed-in"),
        pytest.param(f"{CGWACS}/PreventFeedback", 1, "prevent_feedback", True, id="ac feed-in"),
        pytest.param(f"{CGWACS}/Hub4Mode", 2, "hub4_mode", 2, id="regulation of phases"),
        pytest.param(f"{CGWACS}/BatteryLife/State", 9, "keep_charged", True, id="keep charged"),
        pytest.param(
            f"{CGWACS}/BatteryLife/MinimumSocLimit", 35, "min_soc_pct", 35, id="minimum SoC"
        ),
        pytest.param("vebus/276/Mode", 1, "multi_mode", 1, id="charger only"),
        pytest.param("hub4/0/Overrides/Setpoint", 1450, "override_setpoint_w", 1450, id="override"),
        pytest.param(OVERRIDE, 700, "override_max_discharge_w", 700, id="discharge override"),
        pytest.param(
            "hub4/0/Overrides/MaxChargePower", 50, "override_max_charge_w", 50, id="charge override"
        ),
        pytest.param("hub4/0/Overrides/FeedInExcess", 1, "override_feed_in", 1, id="feed-in off"),
    ],
)
def test_a_write_acts_and_shows(path: str, value: float, field: str, effect: object) -> None:
    bench = GxBench()
    bench.wake()
    bench.write(path, value)
    assert getattr(bench.plant.ess, field) == effect
    assert bench.values(path) == [value]
    assert bench.gx.writes[-1].accepted


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        pytest.param(f"{CGWACS}/AcPowerSetPoint", '{"value":15001}', id="above the maximum"),
        pytest.param(f"{CGWACS}/AcPowerSetPoint", '{"value":-15001}', id="below the minimum"),
        pytest.param(f"{CGWACS}/AcPowerSetPoint", '{"value":null}', id="null where not allowed"),
        pytest.param(f"{CGWACS}/AcPowerSetPoint", '{"value":"50"}', id="text"),
        pytest.param(f"{CGWACS}/AcPowerSetPoint", '{"value":true}', id="boolean"),
        pytest.param(f"{CGWACS}/AcPowerSetPoint", '{"value":NaN}', id="not a number"),
        pytest.param(f"{CGWACS}/AcPowerSetPoint", "60", id="no object"),
        pytest.param(f"{CGWACS}/AcPowerSetPoint", "", id="nothing"),
        pytest.param(f"{CGWACS}/AcPowerSetPoint", "{}", id="no value"),
        pytest.param(f"{CGWACS}/BatteryLife/State", '{"value":11}', id="a state nobody may set"),
        pytest.param("vebus/276/Mode", '{"value":7}', id="no such mode"),
        pytest.param("vebus/277/Mode", '{"value":1}', id="another instance"),
        pytest.param("system/0/Dc/Battery/Soc", '{"value":90}', id="a measurement"),
        pytest.param("nowhere/0/At/All", '{"value":1}', id="no such item"),
    ],
)
def test_a_refused_write_is_silent(path: str, payload: str) -> None:
    bench = GxBench()
    bench.wake()
    before = bench.plant.ess.setpoint_w, bench.plant.ess.multi_mode
    bench.send("W", path, payload)
    assert bench.heard == []
    assert (bench.plant.ess.setpoint_w, bench.plant.ess.multi_mode) == before
    assert not bench.gx.writes[-1].accepted


def test_a_write_of_the_same_value_shows_nothing() -> None:
    bench = GxBench()
    bench.wake()
    bench.write(f"{CGWACS}/AcPowerSetPoint", 50)
    assert bench.heard == []


def test_settings_with_a_range_show_it() -> None:
    bench = GxBench()
    bench.run(1)
    bench.keepalive()
    assert json.loads(bench.payloads(f"{CGWACS}/AcPowerSetPoint")[0]) == {
        "value": 50.0,
        "min": -15000.0,
        "max": 15000.0,
    }
    assert json.loads(bench.payloads(f"{CGWACS}/MaxDischargePower")[0]) == {"value": -1.0}


def test_minus_one_lifts_a_limit() -> None:
    bench = GxBench(ess=EssSettings(max_discharge_w=100.0))
    bench.wake()
    bench.write(f"{CGWACS}/MaxDischargePower", -1)
    assert bench.plant.ess.max_discharge_w is None


def test_flash_writes_are_counted_apart() -> None:
    bench = GxBench()
    bench.wake()
    bench.write(f"{CGWACS}/MaxDischargePower", 100)
    bench.write(f"{CGWACS}/AcPowerSetPoint", 99_999)
    bench.write(OVERRIDE, 100)
    bench.write("vebus/276/Mode", 3)
    assert len(bench.gx.writes) == 4
    assert bench.gx.flash_writes == 1


def test_overrides_start_as_null_and_null_clears_them() -> None:
    bench = GxBench()
    bench.run(1)
    bench.keepalive()
    assert bench.values(OVERRIDE) == [None]
    bench.write(OVERRIDE, 500)
    bench.write(OVERRIDE, None)
    assert bench.values(OVERRIDE) == [None, 500, None]
    assert bench.plant.ess.override_max_discharge_w is None


@pytest.mark.parametrize("expiry_s", [180, 300])
def test_overrides_expire_unless_refreshed(expiry_s: int) -> None:
    bench = GxBench(config=GxConfig(override_expiry_s=float(expiry_s)))
    bench.run(1)
    bench.write(OVERRIDE, 500)
    bench.run(expiry_s - 10)
    bench.write(OVERRIDE, 500)
    bench.run(expiry_s - 10)
    assert bench.gx.value(OVERRIDE) == 500
    assert bench.gx.value("hub4/0/MaxDischargePower") == 500
    bench.keepalive()
    bench.run(11)
    assert bench.values(OVERRIDE)[-1] is None
    assert bench.plant.ess.override_max_discharge_w is None
    assert bench.gx.value("hub4/0/MaxDischargePower") == -1


def test_the_override_keeps_the_battery_out_of_a_load() -> None:
    bench = GxBench(pv_w=1000.0)
    bench.run(30, car_w=3000.0)
    assert bench.plant.flows.battery_w < -1500.0
    bench.write(OVERRIDE, 1000)
    bench.run(60, car_w=3000.0)
    assert bench.plant.flows.battery_w == pytest.approx(0.0, abs=1.0)


def test_a_gx_may_ignore_overrides() -> None:
    bench = GxBench(pv_w=1000.0, config=GxConfig(obeys_overrides=False))
    bench.write(OVERRIDE, 1000)
    bench.run(30, car_w=3000.0)
    assert bench.gx.value(OVERRIDE) == 1000, "it is shown"
    assert bench.gx.value("hub4/0/MaxDischargePower") == -1, "but not in force"
    assert bench.plant.flows.battery_w < -1500.0


def test_user_discharge_limited_only_at_zero() -> None:
    bench = GxBench()
    flag = "system/0/SystemState/UserDischargeLimited"
    bench.write(f"{CGWACS}/MaxDischargePower", 100)
    bench.run(1)
    assert bench.gx.value(flag) == 0
    bench.write(f"{CGWACS}/MaxDischargePower", 0)
    bench.run(1)
    assert bench.gx.value(flag) == 1


def test_hub4_mode_three_passes_the_grid_through() -> None:
    bench = GxBench()
    bench.write(f"{CGWACS}/Hub4Mode", 3)
    bench.run(60, car_w=1000.0)
    assert bench.plant.flows.inverter_w == pytest.approx(0.0, abs=1.0)
