"""scripts/demo itself: its short tests, the clicks, the end by Ctrl-C, a taken port, a failure."""

from pathlib import Path
import re

import pytest

from .demo_command import occupied_port, run_demo, run_until, running_programs

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("broker", ["mosquitto", "embedded"])
def test_smoke_is_one_line_of_result(broker: str) -> None:
    ended = run_demo("--smoke", "--broker", broker)
    assert ended.code == 0, ended.output
    assert len(re.findall(r"^smoke ok: .* total \d+ seconds$", ended.output, re.MULTILINE)) == 1


def test_entities_of_the_core_integrations_steer_the_car() -> None:
    ended = run_demo("--smoke-entities")
    assert ended.code == 0, ended.output
    result = r"^smoke through entities ok: .* total \d+ seconds$"
    assert len(re.findall(result, ended.output, re.MULTILINE)) == 1


@pytest.mark.parametrize(("way", "limit"), [("mqtt", 4), ("entities", 6)])
def test_few_clicks_lead_to_a_charging_car(way: str, limit: int) -> None:
    ended = run_demo("--clicks", way)
    assert ended.code == 0, ended.output
    counted = re.search(rf"^clicks ok: (\d+) over {way} ", ended.output, re.MULTILINE)
    assert counted is not None, ended.output
    assert int(counted[1]) <= limit


@pytest.mark.usefixtures("socket_enabled")
def test_taken_port_is_replaced_and_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with occupied_port() as taken:
        port = taken.getsockname()[1]
        ended = run_until("Open http", "--port", str(port), "--keep", str(folder))
    assert ended.code == 0, ended.output
    assert f":{port} " not in ended.output
    assert str(folder) not in running_programs()


def test_folder_in_use_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    ended = run_demo("--keep", str(tmp_path))
    assert ended.code == 1
    assert "is not empty" in ended.output
