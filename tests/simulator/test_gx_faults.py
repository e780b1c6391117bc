"""Faults by name, as a client of the emulated GX sees them."""

from __future__ import annotations

import pytest

from simulator.faults import ABSURD_VALUE, NEEDS_TARGET, GxFault
from simulator.gx import GxConfig
from tests.simulator.gx_bench import PORTAL, GxBench

SOC = "system/0/Dc/Battery/Soc"
GRID = "system/0/Ac/Grid/L1/Power"


def noisy() -> GxBench:
    bench = GxBench(config=GxConfig(meter_noise_w=20.0))
    bench.wake()
    return bench


def test_silent_neither_sends_nor_hears() -> None:
    bench = noisy()
    bench.gx.inject(GxFault.SILENT, duration_s=20.0)
    bench.run(19)
    bench.write("vebus/276/Mode", 1)
    bench.keepalive()
    assert bench.heard == []
    assert bench.gx.writes == []
    bench.run(5)
    assert bench.values(GRID), "it goes on by itself"


def test_silence_can_last_until_cleared() -> None:
    bench = noisy()
    bench.gx.inject(GxFault.SILENT)
    bench.run(30)
    assert bench.heard == []
    bench.gx.clear(GxFault.SILENT)
    bench.run(2)
    assert bench.values(GRID)


def test_reboot_sends_nulls_then_leaves_then_comes_back_piece_by_piece() -> None:
    bench = noisy()
    bench.write("hub4/0/Overrides/MaxDischargePower", 500)
    bench.heard.clear()
    bench.gx.inject(GxFault.REBOOT)
    bench.run(2)
    assert bench.values(SOC) == [None]
    bench.run(6)
    assert bench.payloads(SOC)[-1] == "", "the service left"
    bench.run(4)
    bench.heard.clear()
    bench.run(40)
    assert bench.heard == [], "broker and GX are down"
    assert not bench.gx.alive
    assert bench.plant.ess.override_max_discharge_w is None, "what is volatile is gone"
    bench.run(30)  # 82 s after the reboot began
    bench.keepalive()
    services = {path.partition("/")[0] for path in bench.paths()}
    assert services >= {"system", "settings", "platform"}
    assert services.isdisjoint({"battery", "grid", "vebus"})
    assert bench.values(SOC)
    for _ in range(3):
        bench.run(30)
        bench.keepalive('{"keepalive-options":["suppress-republish"]}')
    assert bench.values("battery/512/Soc")
    assert bench.values("vebus/276/Mode") == [3]
    assert bench.values("solarcharger/279/MppOperationMode") == [2]
    assert f"N/{PORTAL}/system/0/Serial" in bench.broker.retained


def test_a_service_leaves_with_empty_payloads_and_returns() -> None:
    bench = noisy()
    bench.gx.inject(GxFault.SERVICE_GONE, "grid", duration_s=10.0)
    bench.run(1)
    assert bench.payloads("grid/30/Ac/Power") == [""]
    bench.run(15)
    assert bench.payloads("grid/30/ProductName") == ["", '{"value": "Carlo Gavazzi ET112"}']


def test_instance_change_moves_a_service() -> None:
    bench = noisy()
    bench.gx.inject(GxFault.INSTANCE_CHANGE, "solarcharger")
    bench.run(1)
    assert bench.payloads("solarcharger/279/MppOperationMode") == [""]
    assert bench.values("solarcharger/280/MppOperationMode") == [2]


def test_writes_follow_a_moved_service() -> None:
    bench = noisy()
    bench.gx.inject(GxFault.INSTANCE_CHANGE, "vebus")
    bench.run(1)
    bench.write("vebus/276/Mode", 1)
    assert bench.plant.ess.multi_mode == 3
    bench.write("vebus/277/Mode", 1)
    assert bench.plant.ess.multi_mode == 1


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        pytest.param(GxFault.NULL, None, id="null"),
        pytest.param(GxFault.ABSURD, ABSURD_VALUE, id="absurd"),
    ],
)
def test_a_single_value_goes_wrong_and_recovers(fault: GxFault, value: float | None) -> None:
    bench = noisy()
    bench.gx.inject(fault, SOC, duration_s=5.0)
    bench.run(3)
    assert bench.values(SOC) == [value]
    bench.run(5)
    assert bench.values(SOC)[-1] == pytest.approx(60.0, abs=1.0)


def test_a_frozen_value_says_nothing_while_the_house_changes() -> None:
    bench = noisy()
    bench.gx.inject(GxFault.FROZEN, GRID)
    frozen = bench.gx.value(GRID)
    bench.run(30, car_w=5000.0)
    assert bench.values(GRID) == []
    assert bench.gx.value(GRID) == frozen
    bench.gx.clear(GxFault.FROZEN)
    bench.run(1, car_w=0.0)
    assert len(bench.values(GRID)) == 1


@pytest.mark.parametrize("fault", sorted(NEEDS_TARGET))
def test_faults_of_one_thing_need_a_target(fault: GxFault) -> None:
    with pytest.raises(ValueError, match="target"):
        GxBench().gx.inject(fault)
