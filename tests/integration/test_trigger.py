"""Triggers: each fires once when its moment comes, for the charger that was meant, and never by a restart."""

from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.trigger import async_get_all_descriptions
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
import yaml

from custom_components.victron_openevse.const import DOMAIN
from custom_components.victron_openevse.trigger import TRIGGERS

from .conftest import CHARGER_ID, ENTRY_ID, Charger, Clock, Gx, Start
from .test_event import ENGLISH, FOLDER, plug, unplug
from .test_loop import select


@pytest.fixture
def fired(hass: HomeAssistant) -> list[ServiceCall]:
    """Keep what automations did."""
    return async_mock_service(hass, "test", "fired")


async def automate(hass: HomeAssistant, **trigger: Any) -> None:
    """Set an automation up that tells of its trigger."""
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "triggers": [trigger],
                "actions": [
                    {
                        "action": "test.fired",
                        "data": {
                            "entity_id": "{{ trigger.entity_id }}",
                            "energy": "{{ trigger.to_state.attributes.get('energy_kwh') }}",
                        },
                    }
                ],
            }
        },
    )
    await hass.async_block_till_done()


def device(hass: HomeAssistant) -> dict[str, str]:
    """Target the charger as the editor does."""
    found = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, CHARGER_ID), ENTRY_ID)
    assert found is not None
    return {"device_id": found.id}


async def begin(charger: Charger, gx: Gx, clock: Clock, start: Start) -> None:
    """Let a car charge from the sun."""
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)


async def test_sessions(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    fired: list[ServiceCall],
) -> None:
    await begin(charger, gx, clock, start)
    await automate(hass, trigger=f"{DOMAIN}.session_finished", target=device(hass))
    charger.say(power="2300", total_energy="100.3", session_energy="300")
    await clock.advance(5, gx.say_all)
    await unplug(charger, gx, clock)
    assert [call.data for call in fired] == [{"entity_id": "event.garage_session", "energy": 0.3}]
    await plug(charger, gx, clock)
    assert len(fired) == 1, "a start is no end"
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await clock.advance(8, gx.say_all)
    assert len(fired) == 1, "a reload repeats nothing"


async def test_a_session_starts_for_the_whole_house(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entity_registry: er.EntityRegistry,
    fired: list[ServiceCall],
) -> None:
    await begin(charger, gx, clock, start)
    entity_registry.async_update_entity("event.garage_session", new_entity_id="event.renamed")
    await hass.async_block_till_done()
    await automate(hass, trigger=f"{DOMAIN}.session_started", target=device(hass))
    await unplug(charger, gx, clock)
    await plug(charger, gx, clock)
    assert [call.data["entity_id"] for call in fired] == ["event.renamed"]


async def test_waiting_for_sun(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    fired: list[ServiceCall],
) -> None:
    await begin(charger, gx, clock, start)
    await automate(hass, trigger=f"{DOMAIN}.waiting_for_sun", target=device(hass))
    await select(hass, "solar_only")
    assert fired == []
    gx.values |= {
        "system/0/Dc/Pv/Power": 0.0,
        "system/0/Ac/Grid/L1/Power": 500.0,
        "system/0/Dc/Battery/Power": 0.0,
    }
    await select(hass, "off")
    await clock.advance(30, gx.say_all)
    await select(hass, "solar_only")
    await clock.advance(20, gx.say_all)
    assert [call.data["entity_id"] for call in fired] == ["sensor.garage_status"]


async def test_the_reserve_is_reached(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    fired: list[ServiceCall],
) -> None:
    await begin(charger, gx, clock, start)
    await automate(hass, trigger=f"{DOMAIN}.reserve_reached", target=device(hass))
    gx.values |= {
        "system/0/Dc/Pv/Power": 0.0,
        "system/0/Dc/Battery/Power": -500.0,
        "system/0/Dc/Battery/Soc": 12.0,
        "system/0/Ac/Grid/L1/Power": 0.0,
    }
    await clock.advance(20, gx.say_all)
    await select(hass, "off")
    await select(hass, "solar")
    await clock.advance(20, gx.say_all)
    assert [call.data["entity_id"] for call in fired] == ["sensor.garage_reason"]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        pytest.param({}, 2, id="any mode"),
        pytest.param({"mode": ["fast"]}, 1, id="fast"),
        pytest.param({"mode": "medium"}, 1, id="medium, no list"),
        pytest.param({"mode": ["off", "solar"]}, 0, id="others"),
    ],
)
async def test_the_mode_changed(
    hass: HomeAssistant,
    gx: Gx,
    start: Start,
    fired: list[ServiceCall],
    options: dict[str, Any],
    count: int,
) -> None:
    await start()
    await automate(hass, trigger=f"{DOMAIN}.mode_changed", target=device(hass), options=options)
    for mode in ("fast", "fast", "medium"):
        await select(hass, mode)
        await hass.async_block_till_done()
    assert [call.data["entity_id"] for call in fired] == ["select.garage_mode"] * count


async def test_the_car_is_full(
    hass: HomeAssistant, gx: Gx, start: Start, fired: list[ServiceCall]
) -> None:
    """The law finds a full car only after minutes, so the state is set here."""
    await start()
    await automate(hass, trigger=f"{DOMAIN}.car_full", target=device(hass))
    for entity_id in ("sensor.garage_status", "sensor.cerbo_gx_battery_guard"):
        for state in ("charging", "car_full", "unavailable", "car_full"):
            hass.states.async_set(entity_id, state)
            await hass.async_block_till_done()
    assert [call.data["entity_id"] for call in fired] == ["sensor.garage_status"]


@pytest.mark.parametrize(
    "options",
    [pytest.param({"mode": ["faster"]}, id="mode"), pytest.param({"until": 3}, id="option")],
)
async def test_nonsense_is_refused(
    hass: HomeAssistant,
    gx: Gx,
    start: Start,
    options: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await start()
    await automate(hass, trigger=f"{DOMAIN}.mode_changed", target=device(hass), options=options)
    state = hass.states.get("automation.automation_0")
    assert state is not None
    assert state.state == "unavailable"


async def test_the_editor_knows_each_trigger(hass: HomeAssistant, gx: Gx, start: Start) -> None:
    await start()
    assert await async_setup_component(hass, "automation", {})
    described = await async_get_all_descriptions(hass)
    for name in TRIGGERS:
        found = described[f"{DOMAIN}.{name}"]
        assert found is not None
        assert found["target"]["entity"][0]["integration"] == DOMAIN
        assert set(found["fields"]) == set(ENGLISH["triggers"][name].get("fields", {}))


def test_descriptions_name_the_same_triggers() -> None:
    described = yaml.safe_load((FOLDER / "triggers.yaml").read_text())
    assert {name for name in described if not name.startswith(".")} == set(TRIGGERS)
    assert set(ENGLISH["triggers"]) == set(TRIGGERS)
