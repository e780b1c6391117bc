"""The emulated GX keeps the protocol: silence, keepalives, changes, reads, and what it shows."""

from __future__ import annotations

from itertools import pairwise
import json

import pytest

from simulator.ess import EssSettings
from simulator.gx import GxConfig
from simulator.plant import PlantConfig
from tests.simulator.gx_bench import PORTAL, GxBench

GRID = "system/0/Ac/Grid/L1/Power"
BATTERY = "system/0/Dc/Battery/Power"
SUPPRESS = '{"keepalive-options":["suppress-republish"]}'


def test_only_the_serial_is_there_before_a_keepalive() -> None:
    bench = GxBench()
    bench.run(30)
    assert [(m.topic, m.payload) for m in bench.heard] == [
        (f"N/{PORTAL}/system/0/Serial", json.dumps({"value": PORTAL}))
    ]


def test_only_the_serial_is_retained() -> None:
    bench = GxBench()
    bench.wake()
    bench.run(20, car_w=1400.0)
    assert list(bench.broker.retained) == [f"N/{PORTAL}/system/0/Serial"]


def test_empty_keepalive_publishes_everything_and_says_so() -> None:
    bench = GxBench()
    bench.run(7)
    bench.heard.clear()
    bench.keepalive()
    assert len(bench.paths()) > 100
    assert bench.heard[-1].topic == f"N/{PORTAL}/full_publish_completed"
    assert json.loads(bench.heard[-1].payload) == {"value": 7}


def test_echo_comes_back() -> None:
    bench = GxBench()
    bench.keepalive('{"keepalive-options":[{"full-publish-completed-echo":"abc"}]}')
    done = bench.payloads("full_publish_completed")
    assert json.loads(done[0]) == {"value": 0, "full-publish-completed-echo": "abc"}


@pytest.mark.parametrize(
    ("topic", "payload", "full"),
    [
        pytest.param("keepalive", SUPPRESS, False, id="suppressed"),
        pytest.param("keepalive", "", True, id="empty"),
        pytest.param("keepalive", "not json", True, id="unreadable counts as plain"),
        pytest.param("keepalive", "[1]", True, id="not an object counts as plain"),
        pytest.param("keepalive", '{"keepalive-options":5}', True, id="options of a wrong kind"),
        pytest.param("system/0/Serial", "", True, id="the legacy topic"),
    ],
)
def test_each_keepalive_arms_and_all_but_one_republish(
    topic: str, payload: str, *, full: bool
) -> None:
    bench = GxBench()
    bench.run(1)
    bench.send("R", topic, payload)
    assert bench.gx.alive
    assert bool(bench.payloads("full_publish_completed")) is full


def test_no_more_than_three_full_publishes_in_a_second() -> None:
    bench = GxBench()
    bench.run(1)
    for _ in range(5):
        bench.keepalive()
    assert len(bench.payloads("full_publish_completed")) == 3
    bench.run(1)
    bench.keepalive()
    assert len(bench.payloads("full_publish_completed")) == 4


def test_silent_sixty_seconds_after_the_last_keepalive_without_a_word() -> None:
    bench = GxBench(config=GxConfig(meter_noise_w=20.0))
    bench.wake()
    bench.run(59)
    assert bench.heard[-1].at_s == bench.now_s
    bench.run(30)
    assert bench.heard[-1].at_s < 61.5
    assert all(m.payload not in {"", '{"value": null}'} for m in bench.heard)


def test_suppressed_keepalives_keep_it_talking() -> None:
    bench = GxBench(config=GxConfig(meter_noise_w=20.0))
    bench.wake()
    for _ in range(5):
        bench.run(30)
        bench.keepalive(SUPPRESS)
    bench.run(20)
    assert bench.heard[-1].at_s == bench.now_s


def test_heartbeat_every_three_seconds() -> None:
    bench = GxBench()
    bench.wake()
    bench.run(30)
    beats = bench.values("heartbeat")
    assert len(beats) == 10
    assert all(later - earlier == 3 for earlier, later in pairwise(beats))


def test_only_changed_values_are_sent() -> None:
    bench = GxBench(pv_w=0.0, soc_pct=10.0)
    bench.run(120)  # resting at the minimum: the grid carries a constant house
    bench.keepalive()
    bench.heard.clear()
    bench.run(40)
    assert bench.paths() <= {"heartbeat"}


def test_at_most_one_message_a_second_and_item() -> None:
    bench = GxBench(config=GxConfig(meter_noise_w=50.0))
    bench.wake()
    bench.run(30)
    at_s = [m.at_s for m in bench.heard if m.topic.endswith(GRID)]
    assert 25 <= len(at_s) <= 30
    assert len(set(at_s)) == len(at_s)


def test_read_of_an_item_and_of_a_branch() -> None:
    bench = GxBench()
    bench.wake()
    bench.read(GRID)
    assert bench.paths() == {GRID}
    bench.heard.clear()
    bench.read("system/0/Ac/Grid")
    assert bench.paths() == {f"system/0/Ac/Grid/L{n}/Power" for n in (1, 2, 3)} | {
        "system/0/Ac/Grid/NumberOfPhases"
    }
    bench.heard.clear()
    bench.read("system/0/Nowhere")
    assert bench.heard == []


def test_reads_are_not_answered_in_the_silence() -> None:
    bench = GxBench()
    bench.run(1)
    bench.heard.clear()
    bench.read(GRID)
    assert bench.heard == []


def test_the_serial_returns_with_the_connection() -> None:
    bench = GxBench()
    bench.broker.stop(keep_retained=False)
    bench.run(5)
    bench.broker.start()
    bench.run(1)
    assert list(bench.broker.retained) == [f"N/{PORTAL}/system/0/Serial"]


def shown(bench: GxBench, *paths: str) -> list[object]:
    return [bench.gx.value(path) for path in paths]


def watts(bench: GxBench, path: str) -> float:
    value = bench.gx.value(path)
    assert isinstance(value, int | float)
    return value


def test_signs_and_sums() -> None:
    bench = GxBench(pv_w=3000.0)
    bench.run(60, car_w=1410.0)
    pv_w, battery_w, grid_w = shown(bench, "system/0/Dc/Pv/Power", BATTERY, GRID)
    assert (pv_w, grid_w) == (3000, 50)
    assert battery_w == 3000 + 50 - 300 - 1410
    assert shown(bench, "system/0/Dc/Battery/State", "battery/512/Dc/0/Power") == [1, battery_w]
    assert shown(bench, "grid/30/Ac/Power", "grid/30/Ac/L1/Voltage") == [50, 235.0]


def test_absent_phases_are_null() -> None:
    bench = GxBench()
    bench.run(1)
    bench.keepalive()
    assert bench.values("system/0/Ac/Grid/L2/Power") == [None]
    assert bench.values("system/0/Ac/PvOnGrid/L1/Power") == [None]


def test_three_phases_add_up() -> None:
    bench = GxBench(site=PlantConfig(phases=3, car_phases=3))
    bench.run(60, car_w=3000.0)
    phases_w = [watts(bench, f"system/0/Ac/Grid/L{n}/Power") for n in (1, 2, 3)]
    assert sum(phases_w) == pytest.approx(watts(bench, "grid/30/Ac/Power"), abs=2)
    assert len(set(phases_w)) > 1, "the house is uneven"


@pytest.mark.parametrize(
    ("site", "on_input_w", "on_output_w"),
    [
        pytest.param(PlantConfig(), 1700, None, id="all before the Multi"),
        pytest.param(
            PlantConfig(car_position="output"), 300, 1400, id="car behind it, house before"
        ),
        pytest.param(
            PlantConfig(car_position="output", house_position="output"), None, 1700, id="all behind"
        ),
    ],
)
def test_consumption_by_position(
    site: PlantConfig, on_input_w: int | None, on_output_w: int | None
) -> None:
    bench = GxBench(site=site)
    bench.run(60, car_w=1400.0)
    assert shown(
        bench,
        "system/0/Ac/ConsumptionOnInput/L1/Power",
        "system/0/Ac/ConsumptionOnOutput/L1/Power",
        "system/0/Ac/Consumption/L1/Power",
    ) == [on_input_w, on_output_w, 1700]


def test_consumption_is_wrong_in_transients_and_never_negative() -> None:
    bench = GxBench(pv_w=4000.0, site=PlantConfig(house_position="output"))
    bench.run(60, car_w=100.0)
    consumptions = []
    for second in range(20):
        bench.run(1, car_w=0.0 if second % 2 else 5000.0)
        consumptions.append(bench.gx.value("system/0/Ac/ConsumptionOnInput/L1/Power"))
    assert 0 in consumptions, "clipped"
    assert any(w not in {0, 5000} for w in consumptions), "two meters read at different times"


@pytest.mark.parametrize(
    ("pv_w", "ess", "mode", "limiter"),
    [
        pytest.param(0.0, EssSettings(), 0, 0, id="night"),
        pytest.param(2000.0, EssSettings(), 2, 0, id="full, feeding in"),
        pytest.param(2000.0, EssSettings(feed_in_excess=False), 1, 1, id="full, no feed-in"),
        pytest.param(3000.0, EssSettings(max_feed_in_w=500.0), 1, 1, id="full, feed-in capped"),
    ],
)
def test_curtailment_signals(pv_w: float, ess: EssSettings, mode: int, limiter: int) -> None:
    bench = GxBench(pv_w=pv_w, soc_pct=100.0, ess=ess)
    bench.run(200)
    assert shown(bench, "solarcharger/279/MppOperationMode", "hub4/0/PvPowerLimiterActive") == [
        mode,
        limiter,
    ]


def test_a_full_battery_shows_no_charge_limit_and_solar_serves_on() -> None:
    bench = GxBench(soc_pct=100.0, ess=EssSettings(feed_in_excess=False))
    bench.run(300)
    assert shown(
        bench, "battery/512/Info/MaxChargeCurrent", "system/0/SystemState/ChargeDisabled"
    ) == [0.0, 1]
    assert watts(bench, "system/0/Dc/Pv/Power") == pytest.approx(250.0, abs=5.0)
    bench.run(120, car_w=1000.0)
    assert watts(bench, "system/0/Dc/Pv/Power") > 1200.0, "no charge limit is not no sun"


def test_ac_coupled_site_has_a_pv_inverter_with_its_limit() -> None:
    ess = EssSettings(prevent_feedback=True)
    bench = GxBench(pv_w=3000.0, soc_pct=100.0, site=PlantConfig(ac_share=1.0), ess=ess)
    bench.run(120)
    bench.keepalive()
    services = {path.partition("/")[0] for path in bench.paths()}
    assert "pvinverter" in services
    assert "solarcharger" not in services
    power_w = watts(bench, "pvinverter/20/Ac/Power")
    assert power_w < 400
    assert watts(bench, "pvinverter/20/Ac/PowerLimit") == power_w
    assert watts(bench, "system/0/Ac/PvOnGrid/L1/Power") == power_w
    assert watts(bench, "pvinverter/20/Ac/MaxPower") == 5000.0


def test_minimum_soc_shows_in_state_and_flags() -> None:
    bench = GxBench(pv_w=0.0, soc_pct=10.0)
    bench.run(5)
    state = "settings/0/Settings/CGwacs/BatteryLife/State"
    assert shown(bench, state, "system/0/SystemState/LowSoc", "system/0/SystemState/State") == [
        11,
        1,
        257,
    ]
    bench.plant.battery.soc_pct = 4.0
    bench.run(5)
    assert shown(bench, state, "system/0/SystemState/State") == [12, 258]
    bench.plant.battery.soc_pct = 50.0
    bench.run(5)
    assert shown(bench, state, "system/0/SystemState/LowSoc") == [10, 0]


def test_grid_loss_shows_as_source_240() -> None:
    bench = GxBench()
    bench.run(5)
    assert bench.gx.value("system/0/Ac/ActiveIn/Source") == 1
    bench.plant.grid_connected = False
    bench.run(1)
    assert shown(bench, "system/0/Ac/ActiveIn/Source", "system/0/SystemState/State") == [240, 9]


def test_dynamic_ess_can_be_active() -> None:
    assert GxBench().gx.value("system/0/DynamicEss/Active") == 0
    bench = GxBench(config=GxConfig(dynamic_ess_active=True))
    assert bench.gx.value("system/0/DynamicEss/Active") == 1


MINIMUM_ITEMS = [
    "system/0/Serial",
    "system/0/SystemState/State",
    "system/0/Dc/Pv/Power",
    "system/0/Dc/Pv/Current",
    "system/0/Dc/Battery/Power",
    "system/0/Dc/Battery/Current",
    "system/0/Dc/Battery/Voltage",
    "system/0/Dc/Battery/Soc",
    "system/0/Dc/Battery/State",
    "system/0/Ac/Grid/L1/Power",
    "system/0/Ac/Grid/NumberOfPhases",
    "system/0/Ac/Consumption/L1/Power",
    "system/0/Ac/Consumption/NumberOfPhases",
    "system/0/Ac/ConsumptionOnInput/L1/Power",
    "system/0/Ac/ConsumptionOnOutput/L1/Power",
    "system/0/Ac/PvOnGrid/L1/Power",
    "system/0/Ac/PvOnOutput/L1/Power",
    "system/0/Control/ActiveSocLimit",
    "system/0/Control/ScheduledSoc",
    "platform/0/ProductName",
    "platform/0/Firmware/Installed/Version",
    "settings/0/Settings/CGwacs/AcPowerSetPoint",
    "settings/0/Settings/CGwacs/MaxDischargePower",
    "settings/0/Settings/CGwacs/MaxChargePower",
    "settings/0/Settings/CGwacs/MaxFeedInPower",
    "settings/0/Settings/CGwacs/OvervoltageFeedIn",
    "settings/0/Settings/CGwacs/PreventFeedback",
    "settings/0/Settings/CGwacs/Hub4Mode",
    "settings/0/Settings/CGwacs/BatteryUse",
    "settings/0/Settings/CGwacs/BatteryLife/State",
    "settings/0/Settings/CGwacs/BatteryLife/MinimumSocLimit",
    "settings/0/Settings/CGwacs/BatteryLife/SocLimit",
    "settings/0/Settings/SystemSetup/MaxChargeCurrent",
    "settings/0/Settings/Services/Bol",
    "hub4/0/Overrides/ForceCharge",
    "hub4/0/Overrides/MaxDischargePower",
    "hub4/0/Overrides/MaxChargePower",
    "hub4/0/Overrides/Setpoint",
    "vebus/276/ProductName",
    "vebus/276/Mode",
    "vebus/276/State",
    "vebus/276/Ac/ActiveIn/L1/P",
    "vebus/276/Ac/Out/L1/P",
    "vebus/276/Hub4/L1/AcPowerSetpoint",
    "vebus/276/Hub4/DisableCharge",
    "vebus/276/Hub4/DisableFeedIn",
    "solarcharger/279/ProductName",
    "solarcharger/279/Yield/Power",
    "solarcharger/279/State",
    "solarcharger/279/MppOperationMode",
    "solarcharger/279/Pv/0/MppOperationMode",
    "solarcharger/279/Pv/0/P",
    "solarcharger/279/Pv/0/V",
    "solarcharger/279/Pv/0/Name",
    "solarcharger/279/Settings/ChargeCurrentLimit",
    "battery/512/ProductName",
    "battery/512/Soc",
    "battery/512/Info/MaxChargeCurrent",
    "battery/512/Info/MaxDischargeCurrent",
    "battery/512/Info/MaxChargeVoltage",
    "battery/512/Dc/0/Power",
    "battery/512/Dc/0/Voltage",
    "battery/512/Dc/0/Current",
    "grid/30/ProductName",
    "grid/30/Ac/Power",
    "grid/30/Ac/L1/Power",
    "grid/30/Ac/L1/Voltage",
    "pvinverter/20/ProductName",
    "pvinverter/20/Ac/Power",
    "pvinverter/20/Ac/L1/Power",
    "pvinverter/20/Ac/PowerLimit",
    "pvinverter/20/Position",
]


def test_every_item_that_home_assistants_own_integration_reads_is_there() -> None:
    bench = GxBench(site=PlantConfig(ac_share=0.5))
    bench.run(1)
    bench.keepalive()
    assert set(MINIMUM_ITEMS) - bench.paths() == set()
    assert bench.values("platform/0/Firmware/Installed/Version") == ["v3.72"]
