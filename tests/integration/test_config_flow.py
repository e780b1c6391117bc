"""Setting up a site: every way through the forms, and back from every error."""

from collections.abc import Iterator
import json
from typing import Any
from unittest.mock import patch

from homeassistant import config_entries
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import CHARGER, DOMAIN

from .conftest import ANNOUNCE, BASE, CHARGER_ID, CONFIG, PORTAL, SERIAL, Broker, Charger, Gx

PROBING = "custom_components.victron_openevse.probing"


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Wait shorter than for real devices, let the charger speak soon, and set nothing up after."""
    with (
        patch(f"{PROBING}.SEARCH_S", 0.02),
        patch(f"{PROBING}.STEP_S", 0.01),
        patch(f"{PROBING}.SITE_WAIT_S", 0.3),
        patch(f"{PROBING}.CHARGER_WAIT_S", 0.3),
        patch.object(Charger, "chatty", new=True),
        patch(f"custom_components.{DOMAIN}.async_setup_entry", return_value=True),
    ):
        yield


async def begin(hass: HomeAssistant) -> dict[str, Any]:
    """Choose "Add integration"."""
    return dict(
        await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": config_entries.SOURCE_USER}
        )
    )


async def submit(
    hass: HomeAssistant, result: dict[str, Any], values: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Send a form."""
    return dict(await hass.config_entries.flow.async_configure(result["flow_id"], values or {}))


async def choose(hass: HomeAssistant, result: dict[str, Any], option: str) -> dict[str, Any]:
    """Choose from a menu."""
    assert result["type"] is FlowResultType.MENU
    assert option in result["menu_options"]
    return await submit(hass, result, {"next_step_id": option})


def announcement(**changes: str | None) -> str:
    """Give what a charger announces."""
    words = {
        "state": "connected",
        "id": SERIAL,
        "name": BASE,
        "mqtt": BASE,
        "http": "http://192.0.2.7/",
    }
    return json.dumps({key: text for key, text in (words | changes).items() if text is not None})


async def discover(hass: HomeAssistant, payload: str = announcement()) -> dict[str, Any]:
    """Let Home Assistant discover a charger; it may have been quicker with the retained word of it."""
    flows = hass.config_entries.flow
    result = await flows.async_init(
        DOMAIN,
        context={"source": config_entries.SOURCE_MQTT},
        data=MqttServiceInfo(ANNOUNCE, payload, 0, True, "openevse/announce/+", 0.0),
    )
    if result.get("reason") == "already_in_progress":
        (begun,) = flows.async_progress_by_handler(DOMAIN)
        result = await flows.async_configure(begun["flow_id"])
    return dict(result)


async def test_no_broker(hass: HomeAssistant) -> None:
    result = await begin(hass)
    assert result["type"] is FlowResultType.MENU
    assert (result["step_id"], result["menu_options"]) == ("user", ["direct", "entities"])


async def test_everything_is_found(hass: HomeAssistant, gx: Gx, charger: Charger) -> None:
    result = await begin(hass)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "confirm")
    assert result["description_placeholders"] == {
        "site": "Cerbo GX",
        "chargers": f"- {BASE}",
        "left_out": "—",
    }
    result = await submit(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Cerbo GX"
    entry = result["result"]
    assert entry.unique_id == PORTAL
    assert dict(entry.data) == {"source": "mqtt", "portal_id": PORTAL}
    (subentry,) = entry.subentries.values()
    assert (subentry.subentry_type, subentry.unique_id, subentry.title) == (CHARGER, SERIAL, BASE)
    assert dict(subentry.data) == {
        "source": "mqtt",
        "base_topic": BASE,
        "url": "http://192.0.2.7/",
    }


async def test_a_site_without_a_charger(hass: HomeAssistant, gx: Gx) -> None:
    result = await begin(hass)
    assert result["step_id"] == "confirm_without_charger"
    result = await submit(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].subentries == {}


async def test_no_gx_then_one_appears(hass: HomeAssistant, broker: Broker) -> None:
    result = await choose(hass, await begin(hass), "broker")
    assert (result["step_id"], result["errors"]) == ("broker", {"base": "no_gx"})
    Gx(broker)
    result = await submit(hass, result)
    assert result["step_id"] == "confirm_without_charger"


async def test_a_silent_gx_then_it_speaks(hass: HomeAssistant, gx: Gx) -> None:
    gx.silent = True
    result = await begin(hass)
    assert result["menu_options"] == ["broker", "direct", "entities"]
    result = await choose(hass, result, "broker")
    assert (result["step_id"], result["errors"]) == ("broker", {"base": "gx_silent"})
    gx.silent = False
    result = await submit(hass, result, {"portal_id": PORTAL})
    assert result["step_id"] == "confirm_without_charger"


async def test_an_incomplete_gx_says_what_is_missing(hass: HomeAssistant, gx: Gx) -> None:
    soc = gx.values.pop("system/0/Dc/Battery/Soc")
    result = await choose(hass, await begin(hass), "broker")
    assert result["errors"] == {"base": "gx_incomplete"}
    assert result["description_placeholders"]["missing"] == "Battery level"
    gx.values["system/0/Dc/Battery/Soc"] = soc
    result = await submit(hass, result)
    assert result["step_id"] == "confirm_without_charger"


async def test_a_portal_id_can_be_typed(hass: HomeAssistant, gx: Gx, broker: Broker) -> None:
    broker.retained.clear()
    result = await choose(hass, await begin(hass), "broker")
    assert result["errors"] == {"base": "no_gx"}
    result = await submit(hass, result, {"portal_id": "N/#"})
    assert result["errors"] == {"base": "invalid_portal_id"}
    result = await submit(hass, result, {"portal_id": f" {PORTAL} "})
    assert result["step_id"] == "confirm_without_charger"
    result = await submit(hass, result)
    assert result["result"].unique_id == PORTAL


async def test_several_gx_are_a_choice(hass: HomeAssistant, gx: Gx, broker: Broker) -> None:
    other = "c0619ab99999"
    broker.retained[f"N/{other}/system/0/Serial"] = json.dumps({"value": other})
    result = await begin(hass)
    assert (result["step_id"], result["errors"]) == ("broker", {})
    result = await submit(hass, result, {"portal_id": PORTAL})
    assert result["step_id"] == "confirm_without_charger"


async def test_a_known_site_is_not_set_up_twice(
    hass: HomeAssistant, gx: Gx, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    result = await choose(hass, await begin(hass), "broker")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


@pytest.mark.parametrize(
    ("language", "config", "why"),
    [
        pytest.param("en", {**CONFIG, "version": "4.1.8"}, "firmware 4.1.8", id="old firmware"),
        pytest.param("en", None, "no answer", id="says nothing"),
        pytest.param("de", None, "keine Antwort", id="says nothing to a German"),
    ],
)
async def test_a_charger_that_cannot_be_steered_is_left_out(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    language: str,
    config: dict[str, Any] | None,
    why: str,
) -> None:
    """What the broker kept of a charger that says nothing does not make it one."""
    hass.config.language = language
    charger.silent = config is None
    broker.retained[f"{BASE}/config"] = json.dumps(config or CONFIG)
    result = await begin(hass)
    assert result["step_id"] == "confirm_without_charger"
    assert result["description_placeholders"]["left_out"] == f"- {BASE} ({why})"


async def test_a_discovered_charger_begins_the_set_up(
    hass: HomeAssistant, gx: Gx, charger: Charger
) -> None:
    result = await discover(hass)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "discovered")
    assert result["description_placeholders"] == {"name": BASE}
    result = await submit(hass, result)
    assert result["step_id"] == "confirm"
    result = await submit(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == PORTAL
    assert [item.unique_id for item in result["result"].subentries.values()] == [SERIAL]


async def test_set_up_by_hand_withdraws_the_discovery(
    hass: HomeAssistant, gx: Gx, charger: Charger
) -> None:
    await discover(hass)
    await submit(hass, await begin(hass))
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN) == []


def empty(entry: MockConfigEntry, hass: HomeAssistant) -> MockConfigEntry:
    """Give a site whose charger is not set up yet."""
    entry.add_to_hass(hass)
    hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
    return entry


async def test_a_discovered_charger_joins_the_site(
    hass: HomeAssistant, charger: Charger, entry: MockConfigEntry
) -> None:
    empty(entry, hass)
    result = await discover(hass)
    assert result["step_id"] == "add_charger"
    assert result["description_placeholders"]["site"] == "Cerbo GX"
    result = await submit(hass, result)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "charger_added")
    (subentry,) = entry.subentries.values()
    assert (subentry.unique_id, subentry.data["base_topic"]) == (SERIAL, BASE)


async def test_a_discovered_charger_with_old_firmware_then_updated(
    hass: HomeAssistant, charger: Charger, broker: Broker, entry: MockConfigEntry
) -> None:
    empty(entry, hass)
    broker.retained[f"{BASE}/config"] = json.dumps({**CONFIG, "version": "4.0.1"})
    result = await submit(hass, await discover(hass))
    assert result["errors"] == {"base": "firmware_too_old"}
    assert result["description_placeholders"]["firmware"] == "4.0.1"
    broker.retained[f"{BASE}/config"] = json.dumps(CONFIG)
    result = await submit(hass, result)
    assert result["reason"] == "charger_added"


async def test_with_several_sites_the_charger_s_is_chosen(
    hass: HomeAssistant, charger: Charger, entry: MockConfigEntry
) -> None:
    empty(entry, hass)
    other = MockConfigEntry(domain=DOMAIN, title="Barn", unique_id="c0619ab99999", data=entry.data)
    other.add_to_hass(hass)
    result = await submit(hass, await discover(hass), {"site": other.entry_id})
    assert result["reason"] == "charger_added"
    assert entry.subentries == {}
    assert len(other.subentries) == 1


async def test_a_charger_added_meanwhile_is_not_added_twice(
    hass: HomeAssistant, charger: Charger, entry: MockConfigEntry
) -> None:
    empty(entry, hass)
    result = await discover(hass)
    hass.config_entries.async_add_subentry(entry, subentry_of(BASE, SERIAL))
    result = await submit(hass, result)
    assert result["reason"] == "already_configured"


async def test_a_site_set_up_meanwhile_is_used(
    hass: HomeAssistant, charger: Charger, entry: MockConfigEntry
) -> None:
    result = await discover(hass)
    assert result["step_id"] == "discovered"
    empty(entry, hass)
    result = await submit(hass, result)
    assert result["step_id"] == "add_charger"


async def test_a_site_removed_meanwhile(
    hass: HomeAssistant, charger: Charger, entry: MockConfigEntry
) -> None:
    empty(entry, hass)
    result = await discover(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    result = await submit(hass, result)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "no_site")


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="a list"),
        pytest.param(announcement(state="disconnected", mqtt=None), id="last will"),
        pytest.param(announcement(mqtt="#"), id="absurd topic"),
    ],
)
async def test_other_messages_are_no_chargers(
    hass: HomeAssistant, broker: Broker, payload: str
) -> None:
    result = await discover(hass, payload)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_a_charger")


async def test_a_typed_charger_is_recognised_and_named(
    hass: HomeAssistant, broker: Broker, entry: MockConfigEntry
) -> None:
    """A charger added by topic gets its id from its announcement."""
    empty(entry, hass)
    hass.config_entries.async_add_subentry(entry, subentry_of(BASE, None))
    result = await discover(hass)
    assert result["reason"] == "already_configured"
    (subentry,) = entry.subentries.values()
    assert (subentry.unique_id, subentry.data["url"]) == (SERIAL, "http://192.0.2.7/")


def subentry_of(base_topic: str, unique_id: str | None) -> config_entries.ConfigSubentry:
    """Give a charger's subentry."""
    return config_entries.ConfigSubentry(
        data={"source": "mqtt", "base_topic": base_topic, "url": None},  # type: ignore[arg-type] # as mapping
        subentry_type=CHARGER,
        title=base_topic,
        unique_id=unique_id,
    )


async def test_reconfigure_checks_the_connection(
    hass: HomeAssistant, gx: Gx, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    result = dict(await entry.start_reconfigure_flow(hass))
    assert (result["step_id"], result["menu_options"]) == ("reconfigure", ["listen", "direct"])
    result = await choose(hass, result, "listen")
    assert result["step_id"] == "listen"
    gx.silent = True
    result = await submit(hass, result)
    assert result["errors"] == {"base": "gx_silent"}
    gx.silent = False
    result = await submit(hass, result)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")


async def test_reconfigure_without_a_broker(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    entry.add_to_hass(hass)
    result = dict(await entry.start_reconfigure_flow(hass))
    assert result["menu_options"] == ["direct"]
