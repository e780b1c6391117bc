"""The tables of what is shown and what can be set, for a site and for a charger."""

from typing import Any, Final

from homeassistant.components.number import NumberEntity
from homeassistant.const import EntityCategory

from custom_components.victron_openevse.control.model import ChargerSettings, SiteSettings
from custom_components.victron_openevse.number import SettingDescription
from custom_components.victron_openevse.select import ChoiceDescription

from .sources import Found, entities, meaning, meanings, text
from .tables import code, section, table

SETTINGS: Final = frozenset({"button", "number", "select", "switch", "time"})
"""Platforms that a person acts on."""
STATE_TITLES: Final = ("sensor", "select", "event")
"""Platforms whose states are words."""
NOTHING_SET: Final = "none"


def both_devices() -> list[str]:
    """Give the sections of the site and of each charger."""
    lines: list[str] = []
    for title, of_charger in (("The site", False), ("Each charger", True)):
        mine = [one for one in entities() if one.of_charger is of_charger]
        shown = [one for one in mine if one.platform not in SETTINGS]
        chosen = [one for one in mine if one.platform in SETTINGS]
        lines += section(
            title,
            section("Shown", table(SHOWN_HEAD, map(_shown, shown)), level=3),
            section("To choose", table(CHOICE_HEAD, map(_choice, chosen)), level=3)[:-1],
        )
    return lines


SHOWN_HEAD: Final = ("Entity", "Name", "Unit", "Meaning", "Attributes")
CHOICE_HEAD: Final = ("Entity", "Name", "Default", "May be", "Meaning")


def _shown(one: Found) -> tuple[str, ...]:
    return (_id(one), _name(one), _unit(one), _sentence(one), _attributes(one))


def _choice(one: Found) -> tuple[str, ...]:
    return (_id(one), _name(one), _default(one), _range(one), _sentence(one))


def _id(one: Found) -> str:
    return f"{one.platform} {code(one.key)}"


def _name(one: Found) -> str:
    device_class = str(one.entity.device_class or "").replace("_", " ")
    return text("entity", one.platform, one.key, "name") or device_class.capitalize()


def _unit(one: Found) -> str:
    unit = getattr(one.entity.entity_description, "native_unit_of_measurement", None)
    return str(unit) if unit else text("entity", one.platform, one.key, "unit_of_measurement")


def _sentence(one: Found) -> str:
    said = meaning("entities", one.platform, one.key)
    if one.entity.entity_category is EntityCategory.DIAGNOSTIC:
        said += " Diagnostic."
    if not one.entity.entity_registry_enabled_default:
        said += " Disabled by default."
    return said.strip()


def _attributes(one: Found) -> str:
    named: dict[str, Any] = meanings()["attributes"].get(one.platform, {})
    return str(named.get(one.key, ""))


def _default(one: Found) -> str:
    description = one.entity.entity_description
    field = getattr(description, "field", one.key)
    value = getattr(ChargerSettings() if one.of_charger else SiteSettings(), field, None)
    if value is None:
        return NOTHING_SET if one.platform == "time" else ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(description, SettingDescription):
        return f"{value / description.scale:g} {_unit(one)}".strip()
    if isinstance(description, ChoiceDescription):
        return code(description.option_fn(value))
    return code(value)


def _range(one: Found) -> str:
    if not isinstance(one.entity, NumberEntity):
        return ", ".join(code(option) for option in _options(one))
    low, high, step = (
        f"{value:g}"
        for value in (
            one.entity.native_min_value,
            one.entity.native_max_value,
            one.entity.native_step or 1,
        )
    )
    return f"{low} to {high}" + ("" if step == "1" else f", steps of {step}")


def _options(one: Found) -> list[str]:
    """Return the words that an entity's state may be."""
    description = one.entity.entity_description
    if one.platform == "event":
        return list(getattr(description, "event_types", None) or ())
    return [str(option) for option in getattr(description, "options", None) or ()]


def states() -> list[str]:
    """Give the words of each state that is a word; reasons have a section of their own."""
    parts = [
        section(
            f"{_name(one)} ({_id(one)})", table(("State", "Name", "Meaning"), _words(one)), level=3
        )
        for one in entities()
        if one.platform in STATE_TITLES and _options(one) and one.key != "reason"
    ]
    return section("States", *(part[:-1] for part in parts))


def _words(one: Found) -> list[tuple[str, str, str]]:
    return [
        (code(option), _state_name(one, option), meaning("states", one.key, option))
        for option in _options(one)
    ]


def _state_name(one: Found, option: str) -> str:
    if one.platform == "event":
        path = ("entity", "event", one.key, "state_attributes", "event_type", "state", option)
        return text(*path)
    return text("entity", one.platform, one.key, "state", option)


def without_meaning() -> list[str]:
    """Name the entities that meanings.yaml says nothing about."""
    return [
        f"{one.platform}.{one.key}"
        for one in entities()
        if not meaning("entities", one.platform, one.key)
    ]


def without_entity() -> list[str]:
    """Name what meanings.yaml explains although no platform adds it."""
    added = {(one.platform, one.key) for one in entities()}
    return [
        f"{platform}.{key}"
        for part in ("entities", "attributes")
        for platform, keys in meanings()[part].items()
        for key in keys
        if (platform, key) not in added
    ]
