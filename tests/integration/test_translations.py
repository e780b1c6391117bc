"""Everything the code can say has words."""

import json
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.helpers.entity import EntityDescription
import pytest

from custom_components.victron_openevse import (
    binary_sensor,
    button,
    check_begin,
    checks,
    config_flow,
    number,
    probing,
    select,
    sensor_tables,
    settings,
    switch,
    time,
)
from custom_components.victron_openevse.const import SOURCES
from custom_components.victron_openevse.control.model import BatteryGuard, Mode, Priority, Status
from custom_components.victron_openevse.control.reasons import ReasonCode
from custom_components.victron_openevse.entity_forms import fields_for
from custom_components.victron_openevse.entity_roles import (
    CHARGER_ROLES,
    SITE_ROLES,
    BatterySign,
    GridSign,
    Role,
)

FOLDER: Final = Path(config_flow.__file__).parent
ENGLISH: Final[dict[str, Any]] = json.loads((FOLDER / "translations" / "en.json").read_text())

TABLES: Final[dict[str, tuple[EntityDescription, ...]]] = {
    "binary_sensor": (*binary_sensor.SITE_FLAGS, *binary_sensor.CHARGER_FLAGS),
    "button": (button.COMMISSIONING_CHECK,),
    "number": (*number.SITE_NUMBERS, *number.CHARGER_NUMBERS, number.TARGET_SOC),
    "select": (*select.SITE_SELECTS, *select.CHARGER_SELECTS),
    "sensor": (
        *sensor_tables.SITE_SENSORS,
        *sensor_tables.CHARGER_SENSORS,
        *sensor_tables.MONEY_SENSORS,
        sensor_tables.REASON,
        sensor_tables.BOOST_ENDS,
        sensor_tables.COMMISSIONING,
        sensor_tables.CONNECTION,
    ),
    "switch": (*switch.SITE_SWITCHES, *switch.CHARGER_SWITCHES),
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
        pytest.param("sensor", "connection", SOURCES, id="connection"),
        pytest.param("select", "phases", ("1", "3"), id="phases"),
        pytest.param("select", "grid_phase", select.GRID_PHASE_OPTIONS, id="grid phase"),
        pytest.param("sensor", "commissioning", checks.STATES, id="commissioning"),
    ],
)
def test_every_state_has_words(platform: str, key: str, words: Any) -> None:
    assert set(ENGLISH["entity"][platform][key]["state"]) == {str(word) for word in words}


def test_every_reason_to_stop_a_flow_has_words() -> None:
    used = reasons("config_flow", "gx_flow", "entity_flow")
    assert used <= set(ENGLISH["config"]["abort"])
    own = reasons("charger_flow", "entity_charger_flow")
    assert own <= set(ENGLISH["config_subentries"]["charger"]["abort"])


def reasons(*modules: str) -> set[str]:
    """Find why these flows may stop."""
    code = "".join((FOLDER / f"{module}.py").read_text() for module in modules)
    return set(re.findall(r'reason="(\w+)"', code))


def test_every_finding_has_words() -> None:
    findings = {
        probing.SiteCheck("x", heard=False, missing=()).error,
        probing.SiteCheck("x", heard=True, missing=("grid_power",)).error,
        probing.ChargerCheck(heard=True, supported=False).error,
        probing.ChargerCheck(heard=False, supported=None).error,
    }
    assert findings <= set(ENGLISH["config"]["error"])
    charger = {"firmware_too_old", "charger_silent", "invalid_topic"}
    assert charger <= set(ENGLISH["config_subentries"]["charger"]["error"])


def test_everything_wrong_with_an_entity_has_words() -> None:
    code = "".join((FOLDER / name).read_text() for name in ("entity_values.py", "entity_forms.py"))
    found = set(re.findall(r'"(entity_\w+|setpoint_range|select_options)"', code))
    assert len(found) == 8
    for section in (ENGLISH["config"], ENGLISH["config_subentries"]["charger"]):
        assert found <= set(section["error"])
    # Only a site is asked for the grid, and goes on without a charger that is set up already.
    code += (FOLDER / "entity_flow.py").read_text()
    for error in ("grid_unclear", "charger_set_up"):
        assert f'"{error}"' in code
        assert error in ENGLISH["config"]["error"]


@pytest.mark.parametrize(
    ("section", "step_id", "roles"),
    [
        pytest.param("config", "entity_form", SITE_ROLES, id="site"),
        pytest.param("config", "reconfigure_entities", SITE_ROLES, id="site again"),
        pytest.param("config", "entity_charger", CHARGER_ROLES, id="charger with the site"),
        pytest.param("charger", "entities", CHARGER_ROLES, id="charger"),
        pytest.param("charger", "reconfigure_entities", CHARGER_ROLES, id="charger again"),
    ],
)
def test_every_field_for_an_entity_has_words(
    section: str, step_id: str, roles: tuple[Role, ...]
) -> None:
    where = ENGLISH["config"] if section == "config" else ENGLISH["config_subentries"][section]
    step = where["step"][step_id]
    fields = {str(field) for field in fields_for(roles)}
    assert set(step["data"]) == fields
    assert set(step["data_description"]) == fields


@pytest.mark.parametrize("choices", [GridSign, BatterySign])
def test_every_sign_has_words(choices: type[GridSign | BatterySign]) -> None:
    options = [item["options"] for item in ENGLISH["selector"].values() if "options" in item]
    assert {str(choice) for choice in choices} in [set(item) for item in options]


def test_every_exception_has_words() -> None:
    code = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    keys = set(re.findall(r'translation_key="(\w+)"', code))
    keys |= set(re.findall(r'ContradictionError\(\s*"(\w+)"', Path(settings.__file__).read_text()))
    keys |= {check_begin.CHECK_RUNNING, *check_begin.REFUSALS.values()}
    assert keys == set(ENGLISH["exceptions"])
