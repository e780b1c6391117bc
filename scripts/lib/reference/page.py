"""The page as a whole."""

from functools import cache
from typing import Final

from .automation import actions, conditions, events, reasons, triggers
from .entities import both_devices, states
from .sources import ROOT, meaning
from .tables import section

PAGE: Final = ROOT / "docs" / "entities.md"


@cache
def page() -> str:
    """Return the text of the page."""
    opening = section(
        "Entities, actions, reasons", [meaning("sections", "opening")], [meaning("sections", "ids")]
    )
    opening[0] = opening[0].removeprefix("#")
    parts = (both_devices(), states(), reasons(), actions(), triggers(), conditions(), events())
    lines = [line.rstrip() for part in (opening, *parts) for line in part]
    return "\n".join(_without_doubles(lines)).rstrip() + "\n"


def _without_doubles(lines: list[str]) -> list[str]:
    """Leave one of several empty lines."""
    return [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
