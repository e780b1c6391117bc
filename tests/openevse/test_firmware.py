"""Versions and whether a charger can be steered."""

import json

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.openevse.firmware import Firmware, parse_version


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("5.1.5", (5, 1, 5), id="release"),
        pytest.param("v4.1.9", (4, 1, 9), id="with a v"),
        pytest.param("V4.0.0.BETA", (4, 0, 0), id="beta"),
        pytest.param("4.2.2_modified", (4, 2, 2), id="suffix"),
        pytest.param("local_master_1797b7a3", None, id="built from a branch"),
        pytest.param("5.1", None, id="two numbers"),
        pytest.param("", None, id="empty"),
    ],
)
def test_version(text: str, expected: tuple[int, int, int] | None) -> None:
    assert parse_version(text) == expected


def config(version: object) -> str:
    return json.dumps({"version": version, "firmware": "8.2.3", "sntp_enabled": True})


@pytest.mark.parametrize(
    ("documents", "keys", "supported"),
    [
        pytest.param([], [], None, id="nothing said"),
        pytest.param([config("5.1.5")], [], True, id="current release"),
        pytest.param([config("4.1.9")], [], True, id="oldest supported"),
        pytest.param([config("4.1.8")], ["power"], False, id="just too old"),
        pytest.param([config("local_master_1797b7a3")], [], True, id="own build with config"),
        pytest.param([config(None)], [], True, id="config without version"),
        pytest.param([], ["amp", "power"], True, id="4.x has no config but power"),
        pytest.param([], ["amp", "voltage"], None, id="no power yet"),
        pytest.param([], ["amp", "voltage", "amp"], False, id="power skipped: before 4.1.9"),
    ],
)
def test_supported(documents: list[str], keys: list[str], supported: bool | None) -> None:
    firmware = Firmware()
    for document in documents:
        assert firmware.take_config(document)
    for key in keys:
        firmware.take_key(key)
    assert firmware.supported is supported


def test_config_tells_versions_and_clock_source() -> None:
    firmware = Firmware()
    assert firmware.take_config(config(" 5.1.5 "))
    told = (firmware.gateway, firmware.controller, firmware.sntp_enabled)
    assert told == ("5.1.5", "8.2.3", True)
    assert not firmware.take_config("nonsense")
    assert firmware.take_config('{"sntp_enabled":"yes","version":7}')
    told = (firmware.gateway, firmware.controller, firmware.sntp_enabled)
    assert told == ("5.1.5", "8.2.3", True)


@given(st.text() | st.dictionaries(st.just("version"), st.text() | st.integers()).map(json.dumps))
def test_config_never_raises(payload: str) -> None:
    firmware = Firmware()
    firmware.take_config(payload)
    assert firmware.supported in (True, False, None)
