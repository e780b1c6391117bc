"""Every entity as Home Assistant sees it, and what setting one does."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.model import Mode, Priority

from .conftest import CHARGER_ID, ENTRY_ID, Charger, Clock, Gx, Start
from .test_loop import COORDINATOR, state

DAYLIGHT = "custom_components.victron_openevse.daylight.Daylight"
PRIORITY = "select.cerbo_gx_priority"


async def set_number(hass: HomeAssistant, entity_id: str, value: float) -> None:
    """Choose a number as a user does."""
    await hass.services.async_call(
        "number", "set_value", {"entity_id": entity_id, "value": value}, blocking=True
    )


async def test_all_entities(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Reduced to what is ours, so that it holds on every version of Home Assistant."""
    with patch(f"{DAYLIGHT}.hours_to_sunset", return_value=8.5), patch(f"{DAYLIGHT}.is_up"):
        await start()
        charger.dump()
        await clock.advance(8, gx.say_all)
        charger.say(amp="6000", power="1380", total_energy="100.2", session_energy="200")
        await clock.advance(15, gx.say_all)
    for entity in sorted(
        er.async_entries_for_config_entry(entity_registry, ENTRY_ID),
        key=lambda item: item.entity_id,
    ):
        found = hass.states.get(entity.entity_id)
        assert (found is None) is (entity.disabled_by is not None)
        attributes = found.attributes if found else {}
        assert {
            "unique_id": entity.unique_id,
            "translation_key": entity.translation_key,
            "category": entity.entity_category and entity.entity_category.value,
            "subentry": entity.config_subentry_id,
            "state": found.state if found else "disabled by default",
            "attributes": {str(key): plain(value) for key, value in attributes.items()},
        } == snapshot(name=entity.entity_id)


def plain(value: object) -> object:
    """Turn enumerations into their words."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("entity_id", "value", "field", "stored"),
    [
        pytest.param("number.cerbo_gx_night_reserve", 60, "night_reserve_pct", 60.0, id="level"),
        pytest.param("number.cerbo_gx_min_on_time", 10, "min_on_s", 600.0, id="minutes"),
        pytest.param("number.cerbo_gx_base_load", 310, "base_load_w", 310.0, id="power"),
        pytest.param(
            "number.cerbo_gx_battery_capacity", 9.6, "battery_capacity_kwh", 9.6, id="kWh"
        ),
    ],
)
async def test_numbers_of_the_site(
    hass: HomeAssistant,
    gx: Gx,
    start: Start,
    entry: MockConfigEntry,
    entity_id: str,
    value: float,
    field: str,
    stored: float,
) -> None:
    await start()
    await set_number(hass, entity_id, value)
    assert float(state(hass, entity_id)) == value
    assert getattr(entry.runtime_data.settings.site, field) == stored


async def test_priority_of_the_site(
    hass: HomeAssistant, gx: Gx, clock: Clock, start: Start, entry: MockConfigEntry
) -> None:
    await start()
    assert state(hass, PRIORITY) == "car_first"
    with patch(f"{COORDINATOR}.decide", side_effect=decide) as law:
        for option in ("balanced", "house_first"):
            await hass.services.async_call(
                "select", "select_option", {"entity_id": PRIORITY, "option": option}, blocking=True
            )
            assert state(hass, PRIORITY) == option
            assert law.call_args.args[0].site.priority is Priority(option)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await start()
    assert state(hass, PRIORITY) == "house_first"


async def test_settings_of_a_charger(
    hass: HomeAssistant, gx: Gx, start: Start, entry: MockConfigEntry
) -> None:
    await start()
    await set_number(hass, "number.garage_solar_max_current", 25)
    await set_number(hass, "number.garage_order", 3)
    for entity_id, option in (("select.garage_mode", "fast"), ("select.garage_phases", "3")):
        await hass.services.async_call(
            "select", "select_option", {"entity_id": entity_id, "option": option}, blocking=True
        )
    for service, entity_id in (
        ("turn_off", "switch.garage_use_battery"),
        ("turn_on", "switch.garage_pause_until_morning"),
    ):
        await hass.services.async_call("switch", service, {"entity_id": entity_id}, blocking=True)
    settings = entry.runtime_data.settings.chargers[CHARGER_ID]
    assert settings.solar_max_current_a == 25
    assert isinstance(settings.solar_max_current_a, int)
    assert (settings.order, settings.mode, settings.phases) == (3, Mode.FAST, 3)
    assert (settings.use_battery, settings.pause_until_morning) == (False, True)
    assert state(hass, "switch.garage_use_battery") == "off"
    assert state(hass, "select.garage_phases") == "3"


@pytest.mark.parametrize(
    ("entity_id", "value", "key"),
    [
        pytest.param("number.garage_solar_min_current", 21, "solar_currents_crossed", id="minimum"),
        pytest.param("number.cerbo_gx_resume_soc", 10, "resume_below_floor", id="resume level"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_reason(
    hass: HomeAssistant, gx: Gx, start: Start, entity_id: str, value: float, key: str
) -> None:
    await start()
    before = state(hass, entity_id)
    with pytest.raises(ServiceValidationError) as caught:
        await set_number(hass, entity_id, value)
    assert caught.value.translation_key == key
    assert caught.value.translation_placeholders is not None
    assert state(hass, entity_id) == before


async def test_the_reason_carries_its_numbers_and_renews_them_each_two_minutes(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    await start()
    charger.dump()
    await clock.advance(10, gx.say_all)
    reason = hass.states.get("sensor.garage_reason")
    assert reason is not None
    assert reason.state == "following_surplus"
    numbers = {key for key in reason.attributes if key.endswith(("_w", "_a", "_pct", "_s"))}
    assert numbers
    charger.dump()
    gx.values["system/0/Dc/Battery/Power"] = 1100.0
    before = reason.last_updated
    await clock.advance(60, gx.say_all)
    charger.dump()
    await clock.advance(61, gx.say_all)
    later = hass.states.get("sensor.garage_reason")
    assert later is not None
    assert later.last_updated > before


async def test_an_update_can_be_asked_for(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    await start()
    charger.dump()
    clock.now_s += 1
    await entry.runtime_data.async_refresh()
    assert entry.runtime_data.data.now_s == clock.now_s
