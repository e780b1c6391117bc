"""The tables of actions, triggers, conditions, reasons and events."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from custom_components.victron_openevse.const import ATTR_KIND, DOMAIN, EVENT_SESSION
from custom_components.victron_openevse.control.memory import Energy
from custom_components.victron_openevse.control.reasons import ReasonCode
from custom_components.victron_openevse.sessions import SessionKind, SessionNews

from .sources import document, english, meaning, text
from .tables import code, section, spoken, table

FIELD_HEAD: Final = ("Field", "Name", "Default", "May be", "Meaning")
SELECTED: Final = {"duration": "a duration", "time": "a time of day", "boolean": "yes or no"}
"""What simple fields take."""
CHANGE: Final = "change_"
"""Begins the names of the sentences that tell what would change a decision."""


def actions() -> list[str]:
    """Give a section for each action."""
    return section("Actions", *_named("services", "services.yaml"))


def triggers() -> list[str]:
    """Give a section for each trigger."""
    return section("Triggers", *_named("triggers", "triggers.yaml"))


def conditions() -> list[str]:
    """Give a section for each condition."""
    return section("Conditions", *_named("conditions", "conditions.yaml"))


def _named(kind: str, file: str) -> Iterator[list[str]]:
    """Give the part of each thing in a file; names with a dot in front are its own short cuts."""
    for name, definition in sorted(document(file).items()):
        if name.startswith("."):
            continue
        rows = list(_fields(kind, name, (definition or {}).get("fields") or {}))
        said = f"{text(kind, name, 'name')}. {text(kind, name, 'description')}"
        parts = [[said], *([table(FIELD_HEAD, rows)] if rows else [])]
        yield section(code(f"{DOMAIN}.{name}"), *parts, level=3)[:-1]


def _fields(kind: str, name: str, fields: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, field in fields.items():
        if "fields" in field:  # a section of the form
            yield from _fields(kind, name, field["fields"])
            continue
        default = field.get("default")
        must = "needed" if field.get("required") else ""
        yield (
            code(key),
            text(kind, name, "fields", key, "name"),
            must if default is None else code(default),
            _selected(field.get("selector") or {}),
            text(kind, name, "fields", key, "description"),
        )


def _selected(selector: Mapping[str, Any]) -> str:
    """Tell in words what a field takes."""
    kind = next(iter(selector), "")
    rules = selector.get(kind) or {}
    match kind:
        case "number":
            unit = rules.get("unit_of_measurement", "")
            return f"{rules['min']:g} to {rules['max']:g} {unit}".strip()
        case "select":
            many = "one or more of " if rules.get("multiple") else ""
            return many + ", ".join(code(option) for option in rules["options"])
        case "automation_behavior":
            return "each, first or all" if rules["mode"] == "trigger" else "any or all"
        case _:
            return SELECTED.get(kind, kind.replace("_", " "))


def reasons() -> list[str]:
    """Give the sentence behind every reason code, and what may be said to change it."""
    why = [
        (code(one), text("entity", "sensor", "reason", "state", one), _said(f"reason_{one}"))
        for one in ReasonCode
    ]
    changes = [
        (code(key.removeprefix(CHANGE)), spoken(sentence))
        for key, sentence in sorted(english()["common"].items())
        if key.startswith(CHANGE)
    ]
    return section(
        "Reasons",
        [meaning("sections", "reasons")],
        table(("Code", "Name", "Sentence"), why),
        [meaning("sections", "changes")],
        table(("Code", "Sentence"), changes),
    )


def _said(key: str) -> str:
    return spoken(text("common", key))


def events() -> list[str]:
    """Give what is on Home Assistant's bus."""
    news = SessionNews(kind=SessionKind.FINISHED, energy=Energy(solar_kwh=1.0), duration_s=0.0)
    told = ("entity_id", "device_id", "name", *news.attributes())
    kinds = " or ".join(code(kind) for kind in SessionKind)
    rows = [(code(ATTR_KIND), kinds), *((code(key), meaning("events", key)) for key in told)]
    return section(
        "Events",
        [f"{code(EVENT_SESSION)}: {meaning('sections', 'events')}"],
        table(("Field", "Meaning"), rows),
    )
