"""What the registries tell of a GX and of chargers, whichever integration knows them."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.victron_openevse.entity_suggestions import (
    charger_id_of,
    suggest_chargers,
    suggest_sites,
)

from .entity_house import CHARGER_ROLES, PORTAL, SERIAL, SITE_ROLES, Entities, Evse, victron_gx

MODBUS = {
    "100_system_grid_l1": ("sensor", "W", "-1500"),
    "100_system_grid_l2": ("sensor", "W", "10"),
    "100_system_grid_l3": ("sensor", "W", "20"),
    "100_system_battery_power": ("sensor", "W", "1000"),
    "100_system_battery_soc": ("sensor", "%", "80"),
    "100_system_dc_pv_power": ("sensor", "W", "3000"),
    "100_system_pvongrid_l1": ("sensor", "W", "0"),
    "226_solarcharger_mppoperationmode": ("sensor", None, "ACTIVE"),
    "100_system_input_source": ("sensor", None, "GRID"),
}
HACS_MQTT = {
    "system_0_system_grid_power_l1": ("sensor", "W", "-1500"),
    "system_0_system_dc_battery_power": ("sensor", "W", "1000"),
    "system_0_system_dc_battery_soc": ("sensor", "%", "80"),
    "system_0_system_dc_pv_power": ("sensor", "W", "3000"),
    "system_0_system_ac_active_input_source": ("sensor", None, "grid"),
    "vebus_276_vebus_inverter_active_input": ("sensor", None, "grid"),
}
HACS_OPENEVSE = {
    "Charge Rate_": ("number", "A", "16"),
    "Garage Override State_": ("select", None, "auto"),
    "Current Power Usage_": ("sensor", "W", "0"),
    "Vehicle Connected_": ("binary_sensor", None, "on"),
    "Charging Status_": ("sensor", None, "sleeping"),
    "PV Charge Rate_": ("sensor", "A", "0"),
}


@pytest.fixture
async def evse(hass: HomeAssistant) -> Evse:
    """Give a charger behind the core integration."""
    return await Evse.prepare(hass)


@pytest.mark.parametrize(
    ("platform", "prefix", "table", "expected"),
    [
        pytest.param(
            "victron_mqtt",
            "sensor.victron_mqtt_",
            HACS_MQTT,
            {
                "grid_power": 1,
                "battery_power": 1,
                "battery_soc": 1,
                "pv_power": 1,
                "grid_connected": 1,
            },
            id="victron_mqtt",
        ),
        pytest.param(
            "victron",
            "",
            MODBUS,
            {
                "grid_power": 3,
                "battery_power": 1,
                "battery_soc": 1,
                "pv_power": 2,
                "pv_limited": 1,
                "grid_connected": 1,
            },
            id="Modbus",
        ),
    ],
)
async def test_integrations_from_the_community_store(
    hass: HomeAssistant,
    platform: str,
    prefix: str,
    table: dict[str, Any],
    expected: dict[str, int],
) -> None:
    Entities(hass, platform, prefix, table)
    (site,) = suggest_sites(hass)
    assert {key: len(items) for key, items in site.entity_ids.items()} == expected
    assert site.unique_id is None


async def test_the_core_integration_whatever_its_entities_are_called(hass: HomeAssistant) -> None:
    gx = victron_gx(hass)
    er.async_get(hass).async_update_entity(
        gx.entity_id(SITE_ROLES["grid_power"]), new_entity_id="sensor.netz"
    )
    (site,) = suggest_sites(hass)
    assert site.entity_ids["grid_power"] == ("sensor.netz",)
    assert (site.title, site.unique_id) == ("Cerbo GX", PORTAL)
    assert set(site.entity_ids) == set(SITE_ROLES)


async def test_messages_are_preferred_to_polling_and_disabled_entities_left_out(
    hass: HomeAssistant,
) -> None:
    Entities(hass, "victron", "", MODBUS)
    gx = victron_gx(hass)
    er.async_get(hass).async_update_entity(
        gx.entity_id(SITE_ROLES["grid_voltage"]), disabled_by=er.RegistryEntryDisabler.USER
    )
    first, second = suggest_sites(hass)
    assert (first.platform, second.platform) == ("victron_gx", "victron")
    assert "grid_voltage" not in first.entity_ids


async def test_chargers_of_both_integrations(hass: HomeAssistant, evse: Evse) -> None:
    hacs = Entities(hass, "openevse", "", {f"{key}0815": row for key, row in HACS_OPENEVSE.items()})
    core, community = suggest_chargers(hass)
    assert core.unique_id == SERIAL
    assert set(core.entity_ids) == set(CHARGER_ROLES)
    assert community.entity_ids["set_current"] == (hacs.entity_id("Charge Rate_0815"),)
    assert community.unique_id is None


async def test_whose_charger_an_entity_is(hass: HomeAssistant, evse: Evse) -> None:
    """Another integration's device may be two chargers in one box: its address tells nothing."""
    other = Entities(hass, "other", "x_", {"rate": ("number", "A", "6")}, ("Box", "aa:bb:cc:0:0:1"))
    assert charger_id_of(hass, evse.entities.entity_id("charge_rate")) == SERIAL
    assert charger_id_of(hass, other.entity_id("rate")) is None
    assert charger_id_of(hass, "input_number.amps") is None
