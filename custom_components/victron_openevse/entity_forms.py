"""Forms in which the owner names entities: their fields, their check, and what is stored of them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, State, split_entity_id
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
)
import voluptuous as vol

from . import entity_roles as roles
from .control.model import MIN_CURRENT_A
from .entity_refs import find, remember
from .entity_roles import BatterySign, GridSign, Quantity, Role
from .entity_values import grid_connected_of, problem_of
from .openevse.entities import ACTIVE, DISABLED, option_of

_DEVICE_CLASSES: Final = MappingProxyType(
    {
        Quantity.POWER: SensorDeviceClass.POWER,
        Quantity.CURRENT: SensorDeviceClass.CURRENT,
        Quantity.VOLTAGE: SensorDeviceClass.VOLTAGE,
        Quantity.ENERGY: SensorDeviceClass.ENERGY,
    }
)
"""Sensors of these quantities are found by their class; helpers and controls have none."""

SIGNS: Final = MappingProxyType(
    {
        roles.GRID: (roles.CONF_GRID_SIGN, tuple(GridSign)),
        roles.BATTERY: (roles.CONF_BATTERY_SIGN, tuple(BatterySign)),
    }
)


def fields_for(of: Iterable[Role], *, all_optional: bool = False) -> dict[Any, Any]:
    """Make a form's fields for these roles, each sign below the power it belongs to."""
    fields: dict[Any, Any] = {}
    for role in of:
        required = role.required and not all_optional
        marker = vol.Required(role.key) if required else vol.Optional(role.key)
        fields[marker] = _selector(role)
        if role in SIGNS:
            key, choices = SIGNS[role]
            fields[vol.Required(key, default=choices[0].value)] = SelectSelector(
                SelectSelectorConfig(
                    options=[choice.value for choice in choices], translation_key=key
                )
            )
    return fields


def _selector(role: Role) -> EntitySelector:
    device_class = _DEVICE_CLASSES.get(role.quantity)
    filters: list[Any] = [{"domain": [item for item in role.domains if item != "sensor"]}]
    if "sensor" in role.domains:
        by_class = {"device_class": [device_class.value]} if device_class else {}
        filters.append({"domain": ["sensor"], **by_class})
    wanted = [item for item in filters if item["domain"]]
    return EntitySelector(EntitySelectorConfig(filter=wanted, multiple=role.many))


def picked(of: Iterable[Role], user_input: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Give the entity ids that a form's answer names, by role; roles left empty are not in it."""
    found = {}
    for role in of:
        value = user_input.get(role.key)
        if value:
            found[role.key] = (value,) if isinstance(value, str) else tuple(value)
    return found


def check(
    hass: HomeAssistant, of: Iterable[Role], entity_ids: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Read every entity now, and name by role what keeps it from being of use."""
    errors = {}
    for role in of:
        items = entity_ids.get(role.key, ())
        states = [hass.states.get(item) for item in items]
        problems = [_problem(role, state) for state in states]
        first = next((problem for problem in problems if problem), None)
        if not items and role.required:
            first = "entity_needed"
        if first is not None:
            errors[role.key] = first
    return errors


def _problem(role: Role, state: State | None) -> str | None:
    problem = problem_of(state, role.quantity)
    if problem or state is None:
        return problem
    if role is roles.SETPOINT and not _covers_least(state):
        return "setpoint_range"
    if role is roles.GRID_CONNECTED and grid_connected_of(state) is None:
        return "grid_unclear"
    if role is roles.ENABLE and split_entity_id(state.entity_id)[0] in ("select", "input_select"):
        options = state.attributes.get("options")
        can = option_of(options, ACTIVE) and option_of(options, DISABLED)
        return None if can else "select_options"
    return None


def _covers_least(state: State) -> bool:
    """Tell whether the control can be set to the least current a charger offers."""
    low, high = state.attributes.get("min", 0.0), state.attributes.get("max", MIN_CURRENT_A)
    return bool(low <= MIN_CURRENT_A <= high)


def references(
    hass: HomeAssistant, entity_ids: Mapping[str, tuple[str, ...]]
) -> dict[str, list[str]]:
    """Give what is stored: ids that survive a rename."""
    return {key: [remember(hass, item) for item in items] for key, items in entity_ids.items()}


def shown(
    hass: HomeAssistant, of: Iterable[Role], stored: Mapping[str, Iterable[str]]
) -> dict[str, Any]:
    """Give a form's suggested values from what is stored; entities that are gone are left out."""
    values: dict[str, Any] = {}
    for role in of:
        found = [find(hass, item) for item in stored.get(role.key, ())]
        there = [item for item in found if item is not None]
        if there:
            values[role.key] = there if role.many else there[0]
    return values


def describe(hass: HomeAssistant, entity_ids: Mapping[str, tuple[str, ...]]) -> str:
    """List entities with what they say now, for a person to check."""
    lines = []
    for items in entity_ids.values():
        for entity_id in items:
            state = hass.states.get(entity_id)
            if state is not None:
                unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) or ""
                lines.append(f"- {state.name}: {_short(state.state)} {unit}".rstrip())
    return "\n".join(lines) or "—"


def _short(state: str) -> str:
    """A number without needless decimals, any other state as it is."""
    try:
        return f"{float(state):.4g}"
    except ValueError:
        return state
