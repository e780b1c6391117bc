"""A site and a charger that are read and steered through entities of made-up integrations.

The entities stand in the registry with the unique ids and units that the real integrations give them;
their states are set by the test, and the services that steer them answer as the real ones do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

PORTAL: Final = "c0619ab12345"
MAC: Final = "a1:b2:c3:d4:e5:f6"
SERIAL: Final = "a1b2c3d4e5f6"

VICTRON_GX: Final = {
    # unique id without the portal id: (domain, unit, state)
    "system_0_system_grid_power_l1": ("sensor", "W", "-1500"),
    "system_0_system_dc_battery_power": ("sensor", "W", "1000"),
    "system_0_system_dc_battery_soc": ("sensor", "%", "80"),
    "system_0_system_dc_pv_power": ("sensor", "W", "3000"),
    "system_0_system_consumption_power_l1": ("sensor", "W", "500"),
    "system_0_system_control_active_soc_limit": ("sensor", "%", "10"),
    "solarcharger_279_solarcharger_mppt_operation_mode": ("sensor", None, "mppt_active"),
    "system_0_system_ac_active_input_source": ("sensor", None, "grid"),
    "grid_30_grid_voltage_l1": ("sensor", "V", "231"),
}
OPENEVSE: Final = {
    "charge_rate": ("number", "A", "32"),
    "override_state": ("select", None, "auto"),
    "current_power": ("sensor", "W", "0"),
    "vehicle": ("binary_sensor", None, "on"),
    "status": ("sensor", None, "sleeping"),
    "current_capacity": ("sensor", "A", "6"),
    "charging_current": ("sensor", "A", "0"),
    "charging_voltage": ("sensor", "V", "230"),
    "usage_total": ("sensor", "kWh", "100"),
    "usage_session": ("sensor", "kWh", "0"),
}

SITE_ROLES: Final = {
    "grid_power": "system_0_system_grid_power_l1",
    "battery_power": "system_0_system_dc_battery_power",
    "battery_soc": "system_0_system_dc_battery_soc",
    "pv_power": "system_0_system_dc_pv_power",
    "consumption_power": "system_0_system_consumption_power_l1",
    "grid_voltage": "grid_30_grid_voltage_l1",
    "active_soc_limit": "system_0_system_control_active_soc_limit",
    "pv_limited": "solarcharger_279_solarcharger_mppt_operation_mode",
    "grid_connected": "system_0_system_ac_active_input_source",
}
CHARGER_ROLES: Final = {
    "set_current": "charge_rate",
    "enable": "override_state",
    "charging_power": "current_power",
    "vehicle_connected": "vehicle",
    "charger_status": "status",
    "pilot_current": "current_capacity",
    "charging_current": "charging_current",
    "charger_voltage": "charging_voltage",
    "total_energy": "usage_total",
    "session_energy": "usage_session",
}


@dataclass
class Entities:
    """The entities of one other integration."""

    hass: HomeAssistant
    platform: str
    prefix: str
    table: dict[str, tuple[str, str | None, str]]
    device: tuple[str, str | None] = ("Device", None)
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Key -> registry id."""

    def __post_init__(self) -> None:
        entry = MockConfigEntry(domain=self.platform, title=self.device[0])
        entry.add_to_hass(self.hass)
        self.entry = entry
        name, mac = self.device
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={(self.platform, self.prefix)},
            connections={(dr.CONNECTION_NETWORK_MAC, mac)} if mac else set(),
            name=name,
        )
        registry = er.async_get(self.hass)
        for key, (domain, unit, state) in self.table.items():
            made = registry.async_get_or_create(
                domain,
                self.platform,
                f"{self.prefix}{key}",
                config_entry=entry,
                device_id=device.id,
                unit_of_measurement=unit,
                suggested_object_id=f"{self.platform}_{key}",
            )
            self.ids[key] = made.id
            self.say(key, state)

    def entity_id(self, key: str) -> str:
        """Give the entity id of today."""
        entry = er.async_get(self.hass).entities.get_entry(self.ids[key])
        assert entry is not None
        return entry.entity_id

    def say(self, key: str, state: str | float) -> None:
        """Write a state, as the integration does; the same again counts as a report."""
        unit = self.table[key][1]
        attributes = ({"unit_of_measurement": unit} if unit else {}) | self.attributes.get(key, {})
        self.hass.states.async_set(self.entity_id(key), str(state), attributes)

    def say_again(self) -> None:
        """Write everything once more."""
        for key in self.ids:
            state = self.hass.states.get(self.entity_id(key))
            if state is not None:
                self.say(key, state.state)

    def fall_silent(self) -> None:
        """Become unavailable."""
        for key in self.ids:
            self.say(key, "unavailable")


def victron_gx(hass: HomeAssistant) -> Entities:
    """Set up the entities of the core integration."""
    return Entities(hass, "victron_gx", f"{PORTAL}_", dict(VICTRON_GX), ("Cerbo GX", None))


@dataclass
class Evse:
    """A charger behind the core integration: an override that anybody may write."""

    hass: HomeAssistant
    calls: list[tuple[str, Any]] = field(default_factory=list)
    broken: bool = False
    deaf: bool = False
    on_call: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self.entities = Entities(
            self.hass,
            "openevse",
            f"{SERIAL.upper()}-",
            dict(OPENEVSE),
            ("OpenEVSE", MAC),
            {
                "charge_rate": {"min": 6, "max": 32, "step": 1},
                "override_state": {"options": ["auto", "active", "disabled"]},
            },
        )
        # To be made after `prepare`, or Home Assistant's own services would take their place.
        self.hass.services.async_register("number", "set_value", self._set_value)
        self.hass.services.async_register("select", "select_option", self._select_option)

    @classmethod
    async def prepare(cls, hass: HomeAssistant) -> Evse:
        """Make a charger once Home Assistant knows numbers and selects."""
        for domain in ("number", "select"):
            assert await async_setup_component(hass, domain, {})
        return cls(hass)

    def draw(self, power_w: float) -> None:
        """Let the car draw power."""
        self.entities.say("current_power", power_w)
        self.entities.say("charging_current", power_w / 230.0)

    def person_sets(self, option: str) -> None:
        """Change the override at the charger."""
        self.entities.say("override_state", option)

    async def _set_value(self, call: ServiceCall) -> None:
        self._take(("current", call.data["value"]))
        if not self.deaf:
            self.entities.say("current_capacity", call.data["value"])

    async def _select_option(self, call: ServiceCall) -> None:
        self._take(("override", call.data["option"]))
        if not self.deaf:
            self.entities.say("override_state", call.data["option"])

    def _take(self, call: tuple[str, Any]) -> None:
        if self.broken:
            raise HomeAssistantError("no answer")
        self.calls.append(call)


def charger_data(evse: Evse, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give the data of the charger's subentry."""
    ids = {
        role: [evse.entities.ids[key]] for role, key in CHARGER_ROLES.items() if role not in without
    }
    return {"source": "entities", "entities": ids}


def site_data(gx: Entities) -> dict[str, Any]:
    """Give the data of the site's entry."""
    ids = {role: [gx.ids[key]] for role, key in SITE_ROLES.items()}
    return {"source": "entities", "entities": ids}


def live(evse: Evse, gx: Entities) -> Callable[[], None]:
    """A second in the life of the house: the meters speak, the car draws what it may."""

    def second() -> None:
        on = evse.entities.hass.states.is_state(evse.entities.entity_id("override_state"), "active")
        pilot = evse.entities.hass.states.get(evse.entities.entity_id("current_capacity"))
        assert pilot is not None
        drawn_w = 230.0 * float(pilot.state) if on else 0.0
        evse.draw(drawn_w)
        gx.say(SITE_ROLES["grid_power"], -2500.0 + drawn_w)
        gx.say(SITE_ROLES["battery_power"], 0.0)

    return second
