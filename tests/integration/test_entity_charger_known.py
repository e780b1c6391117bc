"""A charger named in a form of entities is known by its id, so that it is set up once."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import DOMAIN

from .conftest import CHARGER_ID
from .entity_house import CHARGER_ROLES, SERIAL, Evse, charger_data, site_data, victron_gx
from .test_charger_flow import NEEDED
from .test_config_flow import discover


@pytest.fixture
async def evse(hass: HomeAssistant) -> Evse:
    """Give a charger of which the power is not known, so that no site takes it by itself."""
    evse = await Evse.prepare(hass)
    evse.entities.say("usage_total", "unavailable")
    return evse


def answer(evse: Evse) -> dict[str, Any]:
    """Name what a charger needs."""
    return {role: evse.entities.entity_id(CHARGER_ROLES[role]) for role in NEEDED}


async def named_with_its_site(hass: HomeAssistant, evse: Evse) -> ConfigEntry[Any]:
    """Set up a site, and name the charger in the last form."""
    victron_gx(hass)
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    for step in ("entities", "entity_accept"):
        result = await flow.async_configure(result["flow_id"], {"next_step_id": step})
    assert result["step_id"] == "entity_charger"
    result = await flow.async_configure(result["flow_id"], answer(evse))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry: ConfigEntry[Any] = result["result"]
    return entry


async def test_a_charger_named_with_its_site_is_not_discovered_again(
    hass: HomeAssistant, evse: Evse
) -> None:
    entry = await named_with_its_site(hass, evse)
    (charger,) = entry.subentries.values()
    assert charger.unique_id == SERIAL
    result = await discover(hass)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.subentries == {charger.subentry_id: charger}
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_changing_a_charger_without_an_id_gives_it_its_own(
    hass: HomeAssistant, evse: Evse
) -> None:
    """Its device may have been unknown when it was named."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        data=site_data(victron_gx(hass)),
        subentries_data=[
            {
                "data": charger_data(evse),
                "subentry_id": CHARGER_ID,
                "subentry_type": "charger",
                "title": "OpenEVSE",
                "unique_id": None,
            }
        ],
    )
    entry.add_to_hass(hass)
    begun = await entry.start_subentry_reconfigure_flow(hass, CHARGER_ID)
    subentries = hass.config_entries.subentries
    result = await subentries.async_configure(begun["flow_id"], answer(evse))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.subentries[CHARGER_ID].unique_id == SERIAL
