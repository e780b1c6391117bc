"""Everything the code can say has words."""

import json
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.helpers.entity import EntityDescription
import pytest

from custom_components.victron_openevse import (
    binary_sensor,
    charger_flow,
    config_flow,
    number,
    probing,
    select,
    sensor,
    settings,
    switch,
    time,
)
from custom_components.victron_openevse.control.model import BatteryGuard, Mode, Priority, Status
from custom_components.victron_openevse.control.reasons import ReasonCode

FOLDER: Final = Path(config_flow.__file__).parent
ENGLISH: Final[dict[str, Any]] = json.loads((FOLDER / "translations" / "en.json").read_text())

TABLES: Final[dict[str, tuple[EntityDescription, ...]]] = {
    "binary_sensor": (*binary_sensor.SITE_FLAGS, *binary_sensor.CHARGER_FLAGS),
    "number": (*number.SITE_NUMBERS, *number.CHARGER_NUMBERS),
    "select": (*select.SITE_SELECTS, *select.CHARGER_SELECTS),
    "sensor": (*sensor.SITE_SENSORS, *sensor.CHARGER_SENSORS, sensor.REASON),
    "switch": switch.CHARGER_SWITCHES,
    "time": (time.DEPARTURE,),
}


@pytest.mark.parametrize("platform", TABLES)
def test_every_entity_has_a_name_and_no_name_is_left_over(platform: str) -> None:
    assert {item.key for item in TABLES[platform]} == set(ENGLISH["entity"][platform])


@pytest.mark.parametrize(
    ("platform", "key", "words"),
    [
        pytest.param("select", "priority", Priority, id="priority"),
        pytest.param("select", "mode", Mode, id="mode"),
        pytest.param("sensor", "status", Status, id="status"),
        pytest.param("sensor", "reason", ReasonCode, id="reason"),
        pytest.param("sensor", "battery_guard", BatteryGuard, id="battery guard"),
        pytest.param("select", "phases", ("1", "3"), id="phases"),
    ],
)
def test_every_state_has_words(platform: str, key: str, words: Any) -> None:
    assert set(ENGLISH["entity"][platform][key]["state"]) == {str(word) for word in words}


def test_every_reason_to_stop_a_flow_has_words() -> None:
    code = Path(config_flow.__file__).read_text() + Path(charger_flow.__file__).read_text()
    used = set(re.findall(r'reason="(\w+)"', code))
    assert used <= set(ENGLISH["config"]["abort"])
    own = set(re.findall(r'reason="(\w+)"', Path(charger_flow.__file__).read_text()))
    assert own <= set(ENGLISH["config_subentries"]["charger"]["abort"])


def test_every_finding_has_words() -> None:
    findings = {
        probing.SiteCheck("x", heard=False, missing=()).error,
        probing.SiteCheck("x", heard=True, missing=("grid_power",)).error,
        probing.ChargerCheck(heard=True, supported=False).error,
        probing.ChargerCheck(heard=False, supported=None).error,
    }
    assert findings <= set(ENGLISH["config"]["error"])
    charger = {"firmware_too_old", "charger_silent", "invalid_topic"}
    assert set(ENGLISH["config_subentries"]["charger"]["error"]) == charger


def test_every_exception_has_words() -> None:
    code = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    keys = set(re.findall(r'translation_key="(\w+)"', code))
    keys |= set(re.findall(r'ContradictionError\(\s*"(\w+)"', Path(settings.__file__).read_text()))
    assert keys == set(ENGLISH["exceptions"])
