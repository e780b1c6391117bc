"""Finds, in the registries, the entities that other integrations made for a GX or a charger.

Entity ids say nothing: users and languages change them. What stays is the unique id, whose shape each
integration has of its own, and the config entry and device that an entity belongs to.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
import re
from types import MappingProxyType
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from . import entity_roles as roles
from .entity_roles import CHARGER_ROLES, SITE_ROLES, Role

type Patterns = Mapping[Role, tuple[str, ...]]
"""Role -> expressions for the unique id, in the order of preference; all matches of the first count
where the role sums several."""

_VICTRON: Final[Patterns] = MappingProxyType(
    {
        roles.GRID: (r"_system_grid_power_l[123]$",),
        roles.BATTERY: (r"_system_dc_battery_power$",),
        roles.BATTERY_SOC: (r"_system_dc_battery_soc$",),
        roles.PV: (r"_system_(dc_pv_power|pv_on_(grid|output)_power_l[123])$",),
        roles.CONSUMPTION: (r"_system_consumption_power_l[123]$",),
        roles.GRID_VOLTAGE: (r"_grid_voltage_l1$",),
        roles.SOC_LIMIT: (r"_system_control_active_soc_limit$",),
        roles.PV_LIMITED: (r"_solarcharger_mppt_operation_mode$",),
        roles.GRID_CONNECTED: (r"_system_ac_active_input_source$",),
    }
)
_MODBUS: Final[Patterns] = MappingProxyType(
    {
        roles.GRID: (r"^\d+_system_grid_l[123]$",),
        roles.BATTERY: (r"^\d+_system_battery_power$",),
        roles.BATTERY_SOC: (r"^\d+_system_battery_soc$",),
        roles.PV: (r"^\d+_system_(dc_pv_power|pvon(output|grid)_l[123])$",),
        roles.CONSUMPTION: (r"^\d+_system_consumption_l[123]$",),
        roles.PV_LIMITED: (
            r"^\d+_solarcharger_mppoperationmode$",
            r"^\d+_settings_ess_feedinpowerlimit$",
        ),
        roles.GRID_CONNECTED: (r"^\d+_system_input_source$",),
    }
)
SITE_PATTERNS: Final[Mapping[str, Patterns]] = MappingProxyType(
    {"victron_gx": _VICTRON, "victron_mqtt": _VICTRON, "victron": _MODBUS}
)
"""Integrations that know a GX; the order is that of preference: messages before polling."""

# The core integration writes `<serial>-<key>`, the one of the community store `<name>_<entry id>`.
CHARGER_PATTERNS: Final[Mapping[str, Patterns]] = MappingProxyType(
    {
        "openevse": MappingProxyType(
            {
                roles.SETPOINT: (r"-charge_rate$", r"^charge rate_"),
                roles.ENABLE: (r"-override_state$", r"\boverride state_"),
                roles.CHARGING_POWER: (
                    r"-current_power$",
                    r"-charging_power$",
                    r"^current power usage_",
                ),
                roles.VEHICLE: (r"-vehicle$", r"^vehicle connected_"),
                roles.STATUS: (r"-status$", r"^charging status_"),
                roles.PILOT: (r"-current_capacity$", r"^current capacity_"),
                roles.CHARGING_CURRENT: (r"-charging_current$", r"^charging current_"),
                roles.CHARGER_VOLTAGE: (r"-charging_voltage$", r"^charging voltage_"),
                roles.TOTAL_ENERGY: (r"-usage_total$", r"^total usage_"),
                roles.SESSION_ENERGY: (r"-usage_session$", r"^usage this session_"),
            }
        )
    }
)

_PORTAL_ID: Final = re.compile(r"^([0-9a-f]{12})_system_")
"""How the core integration's unique ids begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What one integration has for a site or a charger."""

    title: str
    entity_ids: Mapping[str, tuple[str, ...]]
    """Role key -> entity ids of today."""
    unique_id: str | None = None
    """Portal id or serial number, where known."""
    platform: str = ""

    def complete(self, of: Iterable[Role]) -> bool:
        """Tell whether everything that is required was found."""
        return all(role.key in self.entity_ids for role in of if role.required)


def suggest_sites(hass: HomeAssistant) -> list[Suggestion]:
    """List what looks like a GX, the best first."""
    found = list(_suggest(hass, SITE_PATTERNS, SITE_ROLES))
    return sorted(found, key=lambda item: not item.complete(SITE_ROLES))


def suggest_chargers(hass: HomeAssistant) -> list[Suggestion]:
    """List what looks like a charger that can be steered."""
    found = _suggest(hass, CHARGER_PATTERNS, CHARGER_ROLES)
    return [item for item in found if item.complete(CHARGER_ROLES)]


def charger_id_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Give the serial number of the charger behind an entity; None = not known."""
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None or entity.platform not in CHARGER_PATTERNS or entity.device_id is None:
        return None
    device = dr.async_get(hass).async_get(entity.device_id)
    return _serial(getattr(device, "connections", ()))


def _suggest(
    hass: HomeAssistant, platforms: Mapping[str, Patterns], of: tuple[Role, ...]
) -> Iterator[Suggestion]:
    registry = er.async_get(hass)
    for platform, patterns in platforms.items():
        for config_entry in hass.config_entries.async_entries(platform):
            entries = [
                entry
                for entry in er.async_entries_for_config_entry(registry, config_entry.entry_id)
                if entry.disabled_by is None
            ]
            matched = {role: _match(entries, role, patterns.get(role, ())) for role in of}
            chosen = {role.key: items for role, items in matched.items() if items}
            if chosen:
                yield _suggestion(hass, platform, config_entry.title, chosen)


def _match(
    entries: Iterable[er.RegistryEntry], role: Role, patterns: tuple[str, ...]
) -> tuple[er.RegistryEntry, ...]:
    """Find a role's entities by the first pattern that any of them fits."""
    able = [entry for entry in entries if entry.domain in role.domains]
    for pattern in patterns:
        expression = re.compile(pattern, re.IGNORECASE)
        fits = sorted(
            (entry for entry in able if expression.search(entry.unique_id)),
            key=lambda entry: entry.unique_id,
        )
        if fits:
            return tuple(fits) if role.many else tuple(fits[:1])
    return ()


def _suggestion(
    hass: HomeAssistant,
    platform: str,
    title: str,
    chosen: Mapping[str, tuple[er.RegistryEntry, ...]],
) -> Suggestion:
    entries = [entry for items in chosen.values() for entry in items]
    device_id = entries[0].device_id
    device = dr.async_get(hass).async_get(device_id) if device_id else None
    named = None if device is None else device.name_by_user or device.name
    return Suggestion(
        title=named or title,
        entity_ids={key: tuple(item.entity_id for item in items) for key, items in chosen.items()},
        unique_id=_portal_id(entries) or _serial(getattr(device, "connections", ())),
        platform=platform,
    )


def _portal_id(entries: Iterable[er.RegistryEntry]) -> str | None:
    found = (_PORTAL_ID.match(entry.unique_id) for entry in entries)
    return next((match[1] for match in found if match), None)


def _serial(connections: Iterable[tuple[str, str]]) -> str | None:
    """The MAC address as chargers announce it: twelve hexadecimal digits."""
    for kind, value in connections:
        if kind == dr.CONNECTION_NETWORK_MAC:
            return value.replace(":", "").lower()
    return None
