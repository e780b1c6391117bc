"""Who else steers, and what happens when we are gone: what is known beyond the law's readings.

The law knows neither: it is dead when a charger's safe state counts, and it does not fight others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .control.model import SafeState, Settings
from .openevse.mqtt import OpenEvseCharger
from .sources import ChargerAdapter, SiteAdapter
from .victron.mqtt import VictronSite

UNKNOWN: Final = "unknown"
"""A charger that has not said yet whether it can stop by itself, or that we do not steer."""
OWN_LIMIT: Final = "own_limit"
"""Somebody set a session limit at the charger; ours would replace it."""
NO_COMMAND: Final = "entities"
"""Entities carry no command that would end by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """The answers of one moment."""

    safe_state_problems: Mapping[str, str] = field(default_factory=dict)
    """Key of why a charger cannot take the safe state its owner chose; those that can are not in it."""
    at_chargers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of what else steers a charger; chargers that only we steer are not in it."""
    at_battery: tuple[str, ...] | None = None
    """Keys of what in the GX steers the battery; `None` = not known."""


def guard_chargers(
    chargers: Mapping[str, ChargerAdapter], settings: Settings, now_s: float
) -> None:
    """Tell the chargers that the law lives, and what to do when it no longer does."""
    for charger_id, charger in chargers.items():
        if isinstance(charger, OpenEvseCharger):
            charger.guard(now_s, stop=_is_to_stop(settings, charger_id))


def look_for_owners(
    site: SiteAdapter, chargers: Mapping[str, ChargerAdapter], settings: Settings
) -> Owners:
    """Ask the adapters who else steers and which charger cannot take its safe state."""
    problems = {
        charger_id: problem
        for charger_id, charger in chargers.items()
        if (problem := _problem(charger, settings, charger_id)) is not None
    }
    others = {
        charger_id: charger.others
        for charger_id, charger in chargers.items()
        if isinstance(charger, OpenEvseCharger) and charger.others
    }
    at_battery = site.conflicts if isinstance(site, VictronSite) and site.heard else None
    return Owners(safe_state_problems=problems, at_chargers=others, at_battery=at_battery)


def _is_to_stop(settings: Settings, charger_id: str) -> bool:
    return settings.chargers[charger_id].safe_state is SafeState.STOP


def _problem(charger: ChargerAdapter, settings: Settings, charger_id: str) -> str | None:
    """Name what is in the way; who steers nothing (shadow mode) leaves nothing behind to judge."""
    if settings.site.shadow:
        return UNKNOWN
    if not _is_to_stop(settings, charger_id):
        return None
    return charger.safe_state_problem if isinstance(charger, OpenEvseCharger) else NO_COMMAND
