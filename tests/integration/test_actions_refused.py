"""What an action refuses, and in which words."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.victron_openevse.const import DOMAIN

from .test_actions import coordinator, do, temporary


async def refusal(hass: HomeAssistant, action: str, **data: Any) -> str:
    """Call an action that is refused; gives the words the user sees."""
    texts = await async_get_translations(hass, "en", "exceptions", [DOMAIN])
    with pytest.raises(ServiceValidationError) as caught:
        await do(hass, action, **data)
    error = caught.value
    text = texts[f"component.{DOMAIN}.exceptions.{error.translation_key}.message"]
    text.format(**(error.translation_placeholders or {}))
    return str(error.translation_key)


@pytest.mark.parametrize(
    ("action", "data", "key"),
    [
        pytest.param("boost", {"target_soc": 80}, "vehicle_soc_unknown", id="a silent car"),
        pytest.param(
            "boost", {"duration": "00:10:00", "until": "07:00"}, "two_ends", id="two ends"
        ),
        pytest.param("pause", {"duration": "00:10:00", "until": "07:00"}, "two_ends", id="pause"),
        pytest.param(
            "resume", {"entity_id": "sensor.cerbo_gx_surplus"}, "no_charger_targeted", id="a site"
        ),
        pytest.param("boost", {"entity_id": "light.porch"}, "no_charger_targeted", id="a light"),
        pytest.param("pause", {"device_id": "nothing"}, "no_charger_targeted", id="no device"),
    ],
)
@pytest.mark.usefixtures("running")
async def test_what_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, action: str, data: dict[str, Any], key: str
) -> None:
    before = coordinator(entry).settings
    assert await refusal(hass, action, **data) == key
    assert coordinator(entry).settings == before


@pytest.mark.parametrize(
    ("action", "data"),
    [
        pytest.param("boost", {"mode": "solar"}, id="a boost from the sun"),
        pytest.param("boost", {"current": 5}, id="less than a charger can offer"),
        pytest.param("boost", {"energy": 0}, id="no energy"),
        pytest.param("boost", {"target_soc": 101}, id="more than full"),
        pytest.param("boost", {"duration": "00:00:00"}, id="no time"),
        pytest.param("set_mode", {"mode": "turbo"}, id="an unknown mode"),
        pytest.param("set_mode", {}, id="no mode"),
        pytest.param("pause", {"energy": 1}, id="a pause knows no energy"),
    ],
)
@pytest.mark.usefixtures("running")
async def test_what_makes_no_sense(
    hass: HomeAssistant, entry: MockConfigEntry, action: str, data: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await do(hass, action, **data)
    assert temporary(entry) is None


@pytest.mark.usefixtures("running")
async def test_a_site_that_is_not_running_is_named(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await refusal(hass, "boost") == "site_not_loaded"


@pytest.mark.usefixtures("running")
async def test_the_actions_are_there_without_any_site(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await hass.config_entries.async_remove(entry.entry_id)
    names = set(hass.services.async_services()[DOMAIN])
    assert names == {"boost", "check", "explain", "pause", "resume", "set_mode", "what_if"}
    assert await refusal(hass, "resume", entity_id="sensor.gone") == "no_charger_targeted"
