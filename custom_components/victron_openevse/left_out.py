"""Chargers whose device the user has disabled: not steered, but their settings and counters are kept.

They are stored with the rest of the site, as they were when they were steered last.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .debts import active_chargers
from .storage import Stored


def split(stored: Stored, steered: Collection[str]) -> tuple[Stored, Stored]:
    """Part what is stored: of the site with its steered chargers, and of the chargers left out."""
    return _only(stored, lambda key: key in steered), _only(stored, lambda key: key not in steered)


def join(stored: Stored, left_out: Stored) -> Stored:
    """Put what is kept of chargers that are left out to the rest."""
    chargers = {**left_out.settings.chargers, **stored.settings.chargers}
    memories = {**left_out.memory.chargers, **stored.memory.chargers}
    return replace(
        stored,
        settings=replace(stored.settings, chargers=chargers),
        departures={**left_out.departures, **stored.departures},
        memory=replace(stored.memory, chargers=memories),
        sessions_started_at={**left_out.sessions_started_at, **stored.sessions_started_at},
        checks={**left_out.checks, **stored.checks},
    )


def _only(stored: Stored, wanted: Callable[[str], bool]) -> Stored:
    def part[T](items: Mapping[str, T]) -> dict[str, T]:
        """Keep what is wanted of one kind."""
        return {key: item for key, item in items.items() if wanted(key)}

    return replace(
        stored,
        settings=replace(stored.settings, chargers=part(stored.settings.chargers)),
        departures=part(stored.departures),
        memory=replace(stored.memory, chargers=part(stored.memory.chargers)),
        sessions_started_at=part(stored.sessions_started_at),
        checks=part(stored.checks),
    )


def reload_when_disabled(
    hass: HomeAssistant, entry: ConfigEntry, steered: Collection[str]
) -> CALLBACK_TYPE:
    """Reload the site when the device of one of its chargers is disabled or enabled by the user."""

    @callback
    def changed(_event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        """Reload when other chargers than those steered are to be steered now."""
        if {charger.subentry_id for charger in active_chargers(hass, entry)} != set(steered):
            hass.config_entries.async_schedule_reload(entry.entry_id)

    @callback
    def is_about_disabling(data: dr.EventDeviceRegistryUpdatedData) -> bool:
        """Leave out the many updates that disable or enable nothing."""
        return data["action"] == "update" and "disabled_by" in data["changes"]

    return hass.bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, changed, is_about_disabling)
