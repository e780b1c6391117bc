"""The blueprints of the repository: Home Assistant takes them, and they do what they say."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import quote

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint, DomainBlueprints
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from .conftest import CHARGER_ID, Charger, Clock, Gx, Start
from .test_event import unplug
from .test_loop import state
from .test_trigger import begin, device

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "blueprints" / "automation" / "victron_openevse"
BLUEPRINTS: Final = sorted(FOLDER.glob("*.yaml"))
MODE: Final = "select.garage_mode"


def load(name: str) -> Blueprint:
    """Read a blueprint as Home Assistant does."""
    path = FOLDER / name
    return Blueprint(
        load_yaml_dict(str(path)),
        expected_domain="automation",
        path=path.name,
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )


@contextmanager
def blueprints() -> Iterator[None]:
    """Let automations find the blueprints of the repository."""

    def find(_self: DomainBlueprints, path: str) -> Blueprint:
        return load(path)

    with patch.object(DomainBlueprints, "_load_blueprint", find):
        yield


async def use(hass: HomeAssistant, name: str, **inputs: Any) -> None:
    """Make an automation of a blueprint."""
    config = {"use_blueprint": {"path": name, "input": {"chargers": device(hass), **inputs}}}
    with blueprints():
        assert await async_setup_component(hass, "automation", {"automation": [config]})
        await hass.async_block_till_done()
    assert state(hass, "automation.automation_0") == "on"


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
async def test_home_assistant_takes_it(hass: HomeAssistant, path: Path) -> None:
    blueprint = load(path.name)
    assert blueprint.validate() is None
    address = f"blob/main/{path.relative_to(ROOT).as_posix()}"
    assert blueprint.metadata["source_url"].endswith(address)
    link = f"blueprint_import/?blueprint_url={quote(blueprint.metadata['source_url'], safe='')}"
    assert link in (ROOT / "docs" / "automations.md").read_text()
    described = [item for item in blueprint.inputs.values() if item.get("name")]
    assert len(described) == len(blueprint.inputs)


async def test_cheap_hours(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    await begin(charger, gx, clock, start)
    await hass.config.async_set_time_zone("UTC")  # where no hour is left out in spring
    at = dt_util.now() + timedelta(minutes=2)
    await use(
        hass,
        "cheap_night.yaml",
        begin=at.strftime("%H:%M:00"),
        end=(at + timedelta(hours=5)).strftime("%H:%M:00"),
    )
    assert state(hass, MODE) == "solar"
    async_fire_time_changed(hass, at.replace(second=1))
    await hass.async_block_till_done()
    assert state(hass, MODE) == "medium"


async def test_cheap_hours_of_other_days(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    await begin(charger, gx, clock, start)
    await hass.config.async_set_time_zone("UTC")  # where no hour is left out in spring
    at = dt_util.now() + timedelta(minutes=2)
    other = (dt_util.now() + timedelta(days=3)).strftime("%a").lower()
    await use(hass, "cheap_night.yaml", begin=at.strftime("%H:%M:00"), days=[other])
    async_fire_time_changed(hass, at.replace(second=1))
    await hass.async_block_till_done()
    assert state(hass, MODE) == "solar"


@pytest.mark.parametrize(
    ("inputs", "messages"),
    [
        pytest.param(
            {}, ["The car is full.", "0.8 kWh charged, 0 % of it from the sun."], id="all"
        ),
        pytest.param(
            {"moments": ["unplugged"]}, ["0.8 kWh charged, 0 % of it from the sun."], id="unplugged"
        ),
        pytest.param({"least_energy": 1}, ["The car is full."], id="not worth a word"),
    ],
)
async def test_tell_when_done(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    inputs: dict[str, Any],
    messages: list[str],
) -> None:
    told = async_mock_service(hass, "persistent_notification", "create")
    await begin(charger, gx, clock, start)
    await use(hass, "notify_when_done.yaml", **inputs)
    charger.say(total_energy="100.8", session_energy="800")
    await clock.advance(5, gx.say_all)
    hass.states.async_set("sensor.garage_status", "car_full")
    await hass.async_block_till_done()
    await unplug(charger, gx, clock)
    assert entry.runtime_data.data.charger(CHARGER_ID).memory.connected is False
    assert [call.data["message"] for call in told] == messages
    assert {call.data["title"] for call in told} == {"Garage"}


async def test_away(hass: HomeAssistant, gx: Gx, start: Start) -> None:
    await start()
    hass.states.async_set("input_boolean.holiday", "off")
    await use(hass, "away.yaml", away="input_boolean.holiday", mode_back="minimum_solar")
    for now, mode in (
        ("unavailable", "solar"),
        ("off", "solar"),
        ("on", "solar_only"),
        ("off", "minimum_solar"),
    ):
        hass.states.async_set("input_boolean.holiday", now)
        await hass.async_block_till_done()
        assert state(hass, MODE) == mode
