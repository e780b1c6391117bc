"""What a run of `scripts/endure` has that a demo has not: a probe, ports and a folder of its own."""

from pathlib import Path

import pytest

from demo.ports import OWN_PORTS, any_port, is_free
from demo.seed import PROBE, seed
from demo.work_folder import make_work_folder
from simulator.weather import Place

PLACE = Place(latitude=50.0, longitude=8.0, time_zone="UTC")


def seeded(folder: Path, *, probe: bool) -> Path:
    integrations = folder / "integrations"
    (integrations / "ours").mkdir(parents=True)
    config = folder / "config"
    config.mkdir()
    seed(config, place=PLACE, port=8123, broker_port=1883, integrations=integrations, probe=probe)
    return config


def test_probe_stands_beside_the_integration_and_is_set_up(tmp_path: Path) -> None:
    config = seeded(tmp_path, probe=True)
    custom = config / "custom_components"
    assert {one.name for one in custom.iterdir()} == {"ours", PROBE}
    assert (custom / PROBE / "manifest.json").is_file()
    assert f"\n{PROBE}:\n" in (config / "configuration.yaml").read_text()


def test_demo_has_no_probe(tmp_path: Path) -> None:
    config = seeded(tmp_path, probe=False)
    assert [one.name for one in (config / "custom_components").iterdir()] == ["ours"]
    assert PROBE not in (config / "configuration.yaml").read_text()


@pytest.mark.usefixtures("socket_enabled")
def test_port_is_free_and_not_of_those_that_systems_hand_out() -> None:
    port = any_port()
    assert port in OWN_PORTS
    assert is_free(port)


def test_two_runs_of_one_program_have_two_folders(tmp_path: Path) -> None:
    first, second = (make_work_folder(tmp_path, None) for _ in range(2))
    assert first != second
    assert (first / "logs").is_dir()
    assert (second / "logs").is_dir()
