"""The diagnostics file: useful, JSON, and silent about the owner's devices and network."""

import json
from types import MappingProxyType
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.discovery_flow import DiscoveryKey
from homeassistant.helpers.json import ExtendedJSONEncoder
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.diagnostics import async_get_config_entry_diagnostics

from .conftest import BASE, CHARGER_ID, PORTAL, SERIAL, Charger, Clock, Gx, Start


async def test_diagnostics(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)
    report = await async_get_config_entry_diagnostics(hass, entry)
    text = json.dumps(report, cls=ExtendedJSONEncoder)
    for secret in (PORTAL, SERIAL, BASE, "192.0.2.7", "Garage"):
        assert secret not in text
    assert report["site"]["product_name"] == "Cerbo GX"
    assert report["settings"]["site"]["night_reserve_pct"] == 40.0
    assert report["departures"] == {CHARGER_ID: {"at": None, "planned": False}}
    assert report["outlook"][CHARGER_ID]["reason"] == report["history"][-1]["reason"]
    assert report["outlook"][CHARGER_ID]["changes"]
    assert report["history"][-1]["status"] in ("charging", "starting")
    assert len(report["history"]) <= 20
    assert report["readings"]["site"]["grid_power_w"]["value"] == -1500.0


async def test_credentials_addresses_and_names_are_blotted_out(
    hass: HomeAssistant, gx: Gx, clock: Clock, start: Start, entry: MockConfigEntry
) -> None:
    """Whatever way in was used, nothing of these may reach a public issue."""
    secrets = {
        "host": "venus.example.org",
        "username": "anna",
        "password": "fence-post",
        "token": "token/anna",
        "certificate": "MIIB",
        "entities": {"grid_power": ["sensor.annas_grid"]},
        "ssl": {"password": "inner-fence"},
    }
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry,
        data={**entry.data, **secrets},
        options={"import_price": "sensor.annas_tariff", "sun_forecasts": ["roof-of-anna"]},
        discovery_keys=MappingProxyType(
            {"mqtt": (DiscoveryKey(domain="mqtt", key="openevse/announce/e5f6", version=1),)}
        ),
    )
    subentry = entry.subentries[CHARGER_ID]
    car = {"vehicle_soc": "sensor.annas_car", "departure_source": "calendar.anna"}
    hass.config_entries.async_update_subentry(entry, subentry, data={**subentry.data, **car})
    await start()
    report = await async_get_config_entry_diagnostics(hass, entry)
    text = json.dumps(report, cls=ExtendedJSONEncoder)
    for secret in ("anna", "venus.example", "fence", "MIIB", "e5f6", PORTAL, "192.0.2.7"):
        assert secret not in text
    assert report["inputs_missing"] == [
        "import_price",
        "vehicle_soc",
        "departure_source",
        "sun_forecasts",
    ]
    assert report["decisions_last_minute"] >= 1


async def test_of_a_site_that_does_not_run_is_told_what_was_stored(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    await start()
    await hass.config_entries.async_unload(entry.entry_id)
    report = await async_get_config_entry_diagnostics(hass, entry)
    text = json.dumps(report, cls=ExtendedJSONEncoder)
    for secret in (PORTAL, SERIAL, BASE, "192.0.2.7", "Garage"):
        assert secret not in text
    assert report["state"] == "not_loaded"
    assert report["stored"]["settings"]["site"]["night_reserve_pct"] == 40.0
    assert [debt["charger"] for debt in report["stored"]["owed"]] == [CHARGER_ID]


async def test_a_store_that_cannot_be_read_is_told_too(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    read = "custom_components.victron_openevse.storage_file.SiteFile.async_read"
    with patch(read, side_effect=HomeAssistantError("I/O error")):
        report = await async_get_config_entry_diagnostics(hass, entry)
    assert report["stored"] == "HomeAssistantError"
