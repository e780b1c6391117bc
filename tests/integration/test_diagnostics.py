"""The diagnostics file: useful, JSON, and silent about the owner's devices and network."""

import json

from homeassistant.core import HomeAssistant
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
    assert report["history"][-1]["status"] in ("charging", "starting")
    assert len(report["history"]) <= 20
    assert report["readings"]["site"]["grid_power_w"]["value"] == -1500.0
