"""Setting up from entities: what is suggested, asked, checked and stored, and in how many clicks."""

import json
from typing import Any

from homeassistant.config_entries import SOURCE_MQTT, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import CHARGER, DOMAIN
from custom_components.victron_openevse.control.model import Status

from .conftest import ANNOUNCE, BASE, Clock
from .entity_house import (
    CHARGER_ROLES,
    PORTAL,
    SERIAL,
    SITE_ROLES,
    Entities,
    Evse,
    live,
    site_data,
    victron_gx,
)


class Clicks:
    """A person going through a flow: every page sent off is a click."""

    def __init__(self, hass: HomeAssistant, manager: Any, result: Any) -> None:
        self.hass = hass
        self.manager = manager
        self.result = result
        # "Add integration" and its choice from the list; "Finish" comes at the end.
        self.count = 3

    @classmethod
    async def add(cls, hass: HomeAssistant) -> Clicks:
        """Begin with "Add integration"."""
        manager = hass.config_entries.flow
        return cls(hass, manager, await manager.async_init(DOMAIN, context={"source": SOURCE_USER}))

    async def send(self, user_input: dict[str, Any]) -> Any:
        """Send a page off."""
        self.count += 1
        self.result = await self.manager.async_configure(self.result["flow_id"], user_input)
        await self.hass.async_block_till_done()
        return self.result

    async def choose(self, option: str) -> Any:
        """Choose from a menu."""
        assert self.result["type"] is FlowResultType.MENU
        assert option in self.result["menu_options"]
        return await self.send({"next_step_id": option})

    def suggested(self) -> dict[str, Any]:
        """Give what the form is filled with."""
        schema = self.result["data_schema"].schema
        pairs = ((str(key), (key.description or {}).get("suggested_value")) for key in schema)
        return {key: value for key, value in pairs if value is not None}


@pytest.fixture
async def evse(hass: HomeAssistant) -> Evse:
    """Give a charger behind the core integration."""
    return await Evse.prepare(hass)


# Setting up


async def test_everything_found_needs_one_consent(
    hass: HomeAssistant, evse: Evse, clock: Clock
) -> None:
    """From "Add integration" to a car that charges."""
    gx = victron_gx(hass)
    person = await Clicks.add(hass)
    result = await person.choose("entities")
    assert result["step_id"] == "entity_confirm"
    assert "-1500 W" in result["description_placeholders"]["entities"]
    assert result["description_placeholders"]["chargers"] == "- OpenEVSE"
    result = await person.choose("entity_accept")
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "Cerbo GX")
    assert person.count <= 6
    entry = result["result"]
    assert entry.unique_id == PORTAL
    assert entry.data["entities"]["grid_power"] == [gx.ids[SITE_ROLES["grid_power"]]]
    (charger,) = entry.subentries.values()
    assert (charger.unique_id, charger.data["source"]) == (SERIAL, "entities")
    assert charger.data["entities"]["enable"] == [evse.entities.ids["override_state"]]
    await clock.advance(60, live(evse, gx))
    decision = entry.runtime_data.data.charger(charger.subentry_id).decision
    assert decision.status is Status.CHARGING
    assert await hass.config_entries.async_unload(entry.entry_id)


def house_of_helpers(hass: HomeAssistant) -> dict[str, Any]:
    """A house that no integration knows, and the answer that describes it."""
    for entity_id, state, unit in (
        ("sensor.meter", "1.5", "kW"),
        ("sensor.battery", "-300", "W"),
        ("sensor.level", "80", "%"),
        ("sensor.roof", "3000", "W"),
        ("sensor.barn", "0.2", "kW"),
    ):
        hass.states.async_set(entity_id, state, {"unit_of_measurement": unit})
    return {
        "grid_power": ["sensor.meter"],
        "grid_sign": "export_positive",
        "battery_power": ["sensor.battery"],
        "battery_sign": "discharge_positive",
        "battery_soc": "sensor.level",
        "pv_power": ["sensor.roof", "sensor.barn"],
    }


CHARGER_ANSWER = {
    "set_current": "input_number.amps",
    "enable": "switch.charger",
    "charging_power": "sensor.car",
}


def charger_of_helpers(hass: HomeAssistant) -> None:
    """A charger that no integration knows."""
    hass.states.async_set("input_number.amps", "6", {"min": 6, "max": 16})
    hass.states.async_set("switch.charger", "off")
    hass.states.async_set("sensor.car", "0", {"unit_of_measurement": "W"})


async def test_any_entities_will_do(hass: HomeAssistant) -> None:
    answer = house_of_helpers(hass)
    charger_of_helpers(hass)
    person = await Clicks.add(hass)
    result = await person.choose("entities")
    assert (result["step_id"], result["errors"]) == ("entity_form", {})
    result = await person.send(answer)
    assert result["step_id"] == "entity_confirm"
    result = await person.choose("entity_accept")
    assert result["step_id"] == "entity_charger"
    result = await person.send(CHARGER_ANSWER)
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "Victron GX")
    entry = result["result"]
    site = entry.runtime_data.data.readings.site
    assert (site.grid_power_w.value, site.battery_power_w.value) == (-1500.0, 300.0)
    assert site.pv_power_w.value == 3200.0
    (charger,) = entry.subentries.values()
    assert charger.data["entities"]["set_current"] == ["input_number.amps"]
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_charger_may_come_later(hass: HomeAssistant) -> None:
    person = await Clicks.add(hass)
    await person.choose("entities")
    await person.send(house_of_helpers(hass))
    await person.choose("entity_accept")
    result = await person.send({})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].subentries == {}
    assert await hass.config_entries.async_unload(result["result"].entry_id)


@pytest.mark.parametrize(
    ("field", "entity_id", "state", "attributes", "error"),
    [
        pytest.param("grid_power", "sensor.x", None, {}, "entity_missing", id="missing"),
        pytest.param("grid_power", "sensor.x", "unknown", {}, "entity_silent", id="silent"),
        pytest.param(
            "grid_power",
            "sensor.x",
            "on",
            {"unit_of_measurement": "W"},
            "entity_no_number",
            id="word",
        ),
        pytest.param("battery_power", "sensor.x", "5", {}, "entity_wrong_unit", id="no unit"),
        pytest.param(
            "pv_power",
            "sensor.x",
            "5",
            {"unit_of_measurement": "kWh"},
            "entity_wrong_unit",
            id="energy",
        ),
        pytest.param(
            "battery_soc",
            "sensor.x",
            "800",
            {"unit_of_measurement": "%"},
            "entity_out_of_range",
            id="not a percentage",
        ),
    ],
)
async def test_each_field_says_what_is_wrong(
    hass: HomeAssistant,
    field: str,
    entity_id: str,
    state: str | None,
    attributes: dict[str, Any],
    error: str,
) -> None:
    answer = house_of_helpers(hass)
    if state is not None:
        hass.states.async_set(entity_id, state, attributes)
    wrong = [entity_id] if isinstance(answer[field], list) else entity_id
    person = await Clicks.add(hass)
    await person.choose("entities")
    result = await person.send({**answer, field: wrong})
    assert (result["step_id"], result["errors"]) == ("entity_form", {field: error})
    assert person.suggested()[field] == wrong
    result = await person.send(answer)
    assert result["step_id"] == "entity_confirm"


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        pytest.param({"enable": None}, {"enable": "entity_needed"}, id="incomplete"),
        pytest.param(
            {"enable": "select.mode"}, {"enable": "select_options"}, id="select without options"
        ),
        pytest.param(
            {"set_current": "input_number.high"},
            {"set_current": "setpoint_range"},
            id="least too high",
        ),
    ],
)
async def test_a_charger_that_cannot_be_steered(
    hass: HomeAssistant, change: dict[str, str | None], errors: dict[str, str]
) -> None:
    charger_of_helpers(hass)
    hass.states.async_set("select.mode", "eco", {"options": ["eco", "fast"]})
    hass.states.async_set("input_number.high", "10", {"min": 10, "max": 16})
    person = await Clicks.add(hass)
    await person.choose("entities")
    await person.send(house_of_helpers(hass))
    await person.choose("entity_accept")
    answer = {key: value for key, value in (CHARGER_ANSWER | change).items() if value is not None}
    result = await person.send(answer)
    assert (result["step_id"], result["errors"]) == ("entity_charger", errors)
    result = await person.send({})
    assert await hass.config_entries.async_unload(result["result"].entry_id)


async def test_a_silent_suggestion_is_shown_in_the_form(hass: HomeAssistant) -> None:
    gx = victron_gx(hass)
    gx.say(SITE_ROLES["battery_soc"], "unavailable")
    person = await Clicks.add(hass)
    result = await person.choose("entities")
    assert result["step_id"] == "entity_form"
    assert person.suggested()["grid_power"] == [gx.entity_id(SITE_ROLES["grid_power"])]


async def test_a_site_is_set_up_once(hass: HomeAssistant) -> None:
    victron_gx(hass)
    MockConfigEntry(domain=DOMAIN, unique_id=PORTAL, data={"source": "mqtt"}).add_to_hass(hass)
    person = await Clicks.add(hass)
    result = await person.choose("entities")
    assert result["step_id"] == "entity_form"
    assert "grid_power" not in person.suggested()


async def test_a_grid_meter_measures_one_site(hass: HomeAssistant) -> None:
    answer = house_of_helpers(hass)
    MockConfigEntry(
        domain=DOMAIN, data={"source": "entities", "entities": {"grid_power": ["sensor.meter"]}}
    ).add_to_hass(hass)
    person = await Clicks.add(hass)
    await person.choose("entities")
    await person.send(answer)
    result = await person.choose("entity_accept")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_a_form_takes_no_other_kind_of_entity(hass: HomeAssistant) -> None:
    person = await Clicks.add(hass)
    await person.choose("entities")
    with pytest.raises(InvalidData):
        await person.send(house_of_helpers(hass) | {"battery_soc": "not an entity"})


# Changing it later


def site_entry(hass: HomeAssistant, gx: Entities) -> MockConfigEntry:
    """Give a site that was set up from entities."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Cerbo GX",
        unique_id=PORTAL,
        data=site_data(gx) | {"battery_sign": "discharge_positive"},
    )
    entry.add_to_hass(hass)
    return entry


async def test_reconfiguring_the_site(hass: HomeAssistant) -> None:
    gx = victron_gx(hass)
    entry = site_entry(hass, gx)
    registry = er.async_get(hass)
    registry.async_update_entity(
        gx.entity_id(SITE_ROLES["grid_power"]), new_entity_id="sensor.netz"
    )
    gx.say(SITE_ROLES["grid_power"], "5")
    registry.async_remove(gx.entity_id(SITE_ROLES["grid_voltage"]))
    person = Clicks(hass, hass.config_entries.flow, await entry.start_reconfigure_flow(hass))
    await person.choose("reconfigure_entities")
    shown = person.suggested()
    assert shown["grid_power"] == ["sensor.netz"]
    assert shown["battery_sign"] == "discharge_positive"
    assert "grid_voltage" not in shown
    hass.states.async_set("sensor.volts", "229", {"unit_of_measurement": "V"})
    result = await person.send({**shown, "battery_soc": "sensor.gone"})
    assert result["errors"] == {"battery_soc": "entity_missing"}
    answer = {**shown, "grid_voltage": "sensor.volts", "battery_sign": "charge_positive"}
    result = await person.send(answer | {"grid_sign": "import_positive"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.data["entities"]["grid_voltage"] == ["sensor.volts"]
    assert entry.data["entities"]["grid_power"] == [gx.ids[SITE_ROLES["grid_power"]]]
    assert entry.data["battery_sign"] == "charge_positive"


async def add_charger(hass: HomeAssistant, entry: MockConfigEntry) -> Clicks:
    """Choose "Add charger" at a site."""
    manager = hass.config_entries.subentries
    begun = await manager.async_init((entry.entry_id, CHARGER), context={"source": SOURCE_USER})
    return Clicks(hass, manager, begun)


async def test_a_charger_is_added_from_entities(hass: HomeAssistant, evse: Evse) -> None:
    entry = site_entry(hass, victron_gx(hass))
    person = await add_charger(hass, entry)
    assert person.result["step_id"] == "entities"
    shown = person.suggested()
    assert set(shown) == set(CHARGER_ROLES)
    result = await person.send(shown)
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "OpenEVSE")
    (charger,) = entry.subentries.values()
    assert charger.unique_id == SERIAL
    person = await add_charger(hass, entry)
    assert person.suggested() == {}
    result = await person.send(shown)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_reconfiguring_a_charger(hass: HomeAssistant, evse: Evse) -> None:
    entry = site_entry(hass, victron_gx(hass))
    person = await add_charger(hass, entry)
    shown = person.suggested()
    await person.send(shown)
    (charger,) = entry.subentries.values()
    charger_of_helpers(hass)
    begun = await entry.start_subentry_reconfigure_flow(hass, charger.subentry_id)
    person = Clicks(hass, hass.config_entries.subentries, begun)
    assert person.result["step_id"] == "reconfigure_entities"
    assert person.suggested() == shown
    result = await person.send({**shown, "enable": "switch.nowhere"})
    assert result["errors"] == {"enable": "entity_missing"}
    result = await person.send({**shown, "enable": "switch.charger"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    (charger,) = entry.subentries.values()
    assert charger.data["entities"]["enable"] == ["switch.charger"]
    assert charger.unique_id == SERIAL
    for current, unique_id in (("input_number.amps", None), (shown["set_current"], SERIAL)):
        begun = await entry.start_subentry_reconfigure_flow(hass, charger.subentry_id)
        person = Clicks(hass, hass.config_entries.subentries, begun)
        await person.send({**shown, "set_current": current})
        assert entry.subentries[charger.subentry_id].unique_id == unique_id


async def test_a_charger_of_entities_is_not_discovered_again(
    hass: HomeAssistant, evse: Evse
) -> None:
    """The same charger announces itself over MQTT: it stays as its owner set it up."""
    entry = site_entry(hass, victron_gx(hass))
    person = await add_charger(hass, entry)
    await person.send(person.suggested())
    before = next(iter(entry.subentries.values()))
    payload = {"state": "connected", "id": SERIAL, "name": BASE, "mqtt": BASE}
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_MQTT},
        data=MqttServiceInfo(
            topic=ANNOUNCE,
            payload=json.dumps(payload),
            qos=0,
            retain=True,
            subscribed_topic="openevse/announce/+",
            timestamp=0.0,
        ),
    )
    assert (result["type"], result.get("reason")) == (FlowResultType.ABORT, "already_configured")
    assert next(iter(entry.subentries.values())) == before
