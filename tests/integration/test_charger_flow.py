"""Adding a charger to a site by hand, and changing how it is reached."""

import json
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import CHARGER, DOMAIN

from .conftest import ANNOUNCE, BASE, CHARGER_ID, CONFIG, SERIAL, Broker, Charger
from .entity_house import CHARGER_ROLES, Evse, victron_gx
from .test_config_flow import _impatient, announcement, discover, empty

__all__ = ["_impatient"]

NEEDED = ("set_current", "enable", "charging_power")
"""Roles without which entities steer no charger."""


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Choose "Add charger", and MQTT where there is a choice."""
    manager = hass.config_entries.subentries
    result = await manager.async_init((entry.entry_id, CHARGER), context={"source": SOURCE_USER})
    if result["type"] is FlowResultType.MENU:
        result = await manager.async_configure(result["flow_id"], {"next_step_id": "mqtt"})
    return dict(result)


async def submit(hass: HomeAssistant, result: dict[str, Any], topic: str) -> dict[str, Any]:
    """Send the form."""
    return dict(
        await hass.config_entries.subentries.async_configure(
            result["flow_id"], {"base_topic": topic}
        )
    )


async def test_without_a_broker_there_are_entities(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    result = await begin(hass, entry)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "entities")


async def test_a_found_charger_is_offered(
    hass: HomeAssistant, charger: Charger, entry: MockConfigEntry
) -> None:
    empty(entry, hass)
    result = await begin(hass, entry)
    assert (result["step_id"], result["description_placeholders"]["found"]) == ("mqtt", "1")
    result = await submit(hass, result, BASE)
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, BASE)
    (subentry,) = entry.subentries.values()
    assert (subentry.unique_id, subentry.data["base_topic"]) == (SERIAL, BASE)


async def test_a_found_charger_has_to_speak(
    hass: HomeAssistant, charger: Charger, entry: MockConfigEntry
) -> None:
    """Announcement and configuration are stored at the broker; the charger may be long gone."""
    empty(entry, hass)
    charger.silent = True
    result = await begin(hass, entry)
    assert result["description_placeholders"]["found"] == "1"
    result = await submit(hass, result, BASE)
    assert result["errors"] == {"base": "charger_silent"}
    hass.loop.call_later(0.1, charger.dump)
    result = await submit(hass, result, BASE)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_typed_charger_has_to_speak(
    hass: HomeAssistant, charger: Charger, broker: Broker, entry: MockConfigEntry
) -> None:
    empty(entry, hass)
    charger.silent = True
    broker.retained.pop(ANNOUNCE)
    result = await begin(hass, entry)
    assert result["description_placeholders"]["found"] == "0"
    result = await submit(hass, result, "a/+/b")
    assert result["errors"] == {"base": "invalid_topic"}
    result = await submit(hass, result, BASE)
    assert result["errors"] == {"base": "charger_silent"}
    hass.loop.call_later(0.1, charger.dump)
    result = await submit(hass, result, f"{BASE}/")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = entry.subentries.values()
    assert (subentry.unique_id, subentry.data["base_topic"]) == (None, BASE)


async def test_old_firmware(
    hass: HomeAssistant, charger: Charger, broker: Broker, entry: MockConfigEntry
) -> None:
    empty(entry, hass)
    broker.retained[f"{BASE}/config"] = json.dumps({**CONFIG, "version": "v4.1.2"})
    result = await submit(hass, await begin(hass, entry), BASE)
    assert result["errors"] == {"base": "firmware_too_old"}
    assert result["description_placeholders"]["firmware"] == "v4.1.2"
    broker.retained[f"{BASE}/config"] = json.dumps(CONFIG)
    result = await submit(hass, result, BASE)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_known_charger_is_not_added_twice(
    hass: HomeAssistant, charger: Charger, broker: Broker, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    result = await begin(hass, entry)
    assert result["description_placeholders"]["found"] == "0"
    hass.loop.call_later(0.1, charger.dump)
    result = await submit(hass, result, BASE)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_a_charger_over_mqtt_is_not_added_again_from_entities(
    hass: HomeAssistant, broker: Broker, entry: MockConfigEntry
) -> None:
    """Over both ways it would hear two voices, and take each for a person's."""
    evse = await Evse.prepare(hass)
    entry.add_to_hass(hass)
    manager = hass.config_entries.subentries
    begun = await manager.async_init((entry.entry_id, CHARGER), context={"source": SOURCE_USER})
    await manager.async_configure(begun["flow_id"], {"next_step_id": "entities"})
    er.async_get(hass).async_update_entity(
        evse.entities.entity_id("usage_total"), disabled_by=er.RegistryEntryDisabler.USER
    )
    answer = {role: evse.entities.entity_id(CHARGER_ROLES[role]) for role in NEEDED}
    result = await manager.async_configure(begun["flow_id"], answer)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_nor_with_a_new_site_of_entities(
    hass: HomeAssistant, broker: Broker, entry: MockConfigEntry
) -> None:
    evse = await Evse.prepare(hass)
    victron_gx(hass)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, unique_id="another GX")
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    for step in ("entities", "entity_accept"):
        result = await flow.async_configure(result["flow_id"], {"next_step_id": step})
    assert result["step_id"] == "entity_charger"
    answer = {role: evse.entities.entity_id(CHARGER_ROLES[role]) for role in NEEDED}
    result = await flow.async_configure(result["flow_id"], answer)
    assert (result["step_id"], result["errors"]) == (
        "entity_charger",
        {"set_current": "charger_set_up"},
    )
    result = await flow.async_configure(result["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY, "the site is set up all the same"
    assert result["result"].subentries == {}


async def change_topic(
    hass: HomeAssistant, broker: Broker, entry: MockConfigEntry, topic: str
) -> ConfigSubentry:
    """Change a charger's topic to one on which a charger speaks, and give what is stored then."""
    result = dict(await entry.start_subentry_reconfigure_flow(hass, CHARGER_ID))
    assert result["step_id"] == "reconfigure"
    broker.retained[f"{topic}/config"] = json.dumps(CONFIG)
    spoken = Charger(Broker(hass)).values

    def speak() -> None:
        for key, value in spoken.items():
            broker.publish(f"{topic}/{key}", value)

    hass.loop.call_later(0.1, speak)
    result = await submit(hass, result, topic)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    return entry.subentries[CHARGER_ID]


async def test_a_charger_removed_meanwhile_cannot_be_changed(
    hass: HomeAssistant, charger: Charger, broker: Broker, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    result = dict(await entry.start_subentry_reconfigure_flow(hass, CHARGER_ID))
    hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
    hass.loop.call_later(0.1, charger.dump)
    result = await submit(hass, result, BASE)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "removed")


async def test_a_changed_topic_has_to_be_a_chargers(
    hass: HomeAssistant, broker: Broker, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    broker.retained = {"garage/evse/config": json.dumps(CONFIG)}
    result = dict(await entry.start_subentry_reconfigure_flow(hass, CHARGER_ID))
    result = await submit(hass, result, "garage/evse")
    assert result["errors"] == {"base": "charger_silent"}


async def test_another_topic_may_be_another_charger(
    hass: HomeAssistant, broker: Broker, entry: MockConfigEntry
) -> None:
    """The one before does not take its place back when it announces itself again."""
    entry.add_to_hass(hass)
    subentry = await change_topic(hass, broker, entry, "garage/evse")
    assert (subentry.data["base_topic"], subentry.data["url"]) == ("garage/evse", None)
    assert subentry.unique_id is None
    result = await discover(hass)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "add_charger")
    assert entry.subentries[CHARGER_ID].data["base_topic"] == "garage/evse"


@pytest.mark.parametrize(
    ("announced_id", "topic", "unique_id"),
    [
        pytest.param(SERIAL, "garage/evse", SERIAL, id="its own, moved"),
        pytest.param("ffffffffffff", "garage/evse", "ffffffffffff", id="another one"),
        pytest.param(None, BASE, SERIAL, id="nothing changed"),
    ],
)
async def test_a_charger_keeps_its_id_or_takes_that_of_the_other(
    hass: HomeAssistant,
    broker: Broker,
    entry: MockConfigEntry,
    announced_id: str | None,
    topic: str,
    unique_id: str,
) -> None:
    entry.add_to_hass(hass)
    if announced_id is not None:
        words = announcement(id=announced_id, mqtt=topic)
        broker.retained["openevse/announce/new"] = words
    subentry = await change_topic(hass, broker, entry, topic)
    assert (subentry.data["base_topic"], subentry.unique_id) == (topic, unique_id)
    assert subentry.data["url"] == "http://192.0.2.7/"
