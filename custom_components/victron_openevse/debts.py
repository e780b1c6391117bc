"""What chargers may hold of ours, kept with their address so that it can be given back later.

A charger that is away cannot be given back, and its subentry may be gone, or lead elsewhere, by the time
it returns. So what is owed does not point to a subentry: it says where the charger was reached when
something was sent to it last, which outlives restarts, removals and changes of the set-up.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .const import (
    CHARGER,
    CONF_BASE_TOPIC,
    CONF_ENTITIES,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_DIRECT,
    SOURCE_ENTITIES,
    SOURCE_MQTT,
    SOURCES,
)
from .entity_roles import ENABLE, SETPOINT
from .openevse.topics import checked_topic
from .sources import source_of

_STEERED_BY: Final = (SETPOINT.key, ENABLE.key)
"""Roles of the entities that hold what was written to a charger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """One charger that may hold something of ours."""

    charger_id: str
    """Id of the subentry under which it was steered."""
    name: str
    serial: str | None
    """What the charger calls itself, where that is known."""
    address: Mapping[str, Any]
    """The part of a subentry's data that says where it is reached."""

    def is_same_charger(self, other: Debt) -> bool:
        """Tell whether both are one charger; one that was given another topic stays the same."""
        by_entities = [CONF_ENTITIES in debt.address for debt in (self, other)]
        if all(by_entities):
            # What is given back is what its select or switch holds.
            ours, theirs = self.address[CONF_ENTITIES], other.address[CONF_ENTITIES]
            return bool(ours[ENABLE.key] == theirs[ENABLE.key])
        # On the broker and directly it is the same claim.
        known = self.serial is not None and self.serial == other.serial and not any(by_entities)
        return known or self.address == other.address

    def as_subentry(self) -> ConfigSubentry:
        """Give what an adapter is made from."""
        return ConfigSubentry(
            data=MappingProxyType(dict(self.address)),
            subentry_id=self.charger_id,
            subentry_type=CHARGER,
            title=self.name,
            unique_id=self.serial,
        )


type Debts = tuple[Debt, ...]


def debt_of(charger: ConfigSubentry) -> Debt:
    """Say where a charger is reached now."""
    address: dict[str, Any] = {CONF_SOURCE: source_of(charger.data)}
    if CONF_ENTITIES in charger.data:
        entities = charger.data[CONF_ENTITIES]
        address[CONF_ENTITIES] = {key: list(entities.get(key, ())) for key in _STEERED_BY}
    else:
        address[CONF_BASE_TOPIC] = charger.data[CONF_BASE_TOPIC]
    return Debt(
        charger_id=charger.subentry_id,
        name=charger.title,
        serial=charger.unique_id,
        address=address,
    )


def active_chargers(hass: HomeAssistant, entry: ConfigEntry) -> list[ConfigSubentry]:
    """List the chargers of a site whose device the user has not disabled."""
    return [
        charger
        for charger in entry.get_subentries_of_type(CHARGER)
        if not _is_disabled(hass, entry, charger)
    ]


def _is_disabled(hass: HomeAssistant, entry: ConfigEntry, charger: ConfigSubentry) -> bool:
    own = (DOMAIN, charger.subentry_id)
    device = dr.async_get(hass).async_get_device_by_identifier(own, entry.entry_id)
    return device is not None and device.disabled_by is dr.DeviceEntryDisabler.USER


def is_steered_again(hass: HomeAssistant, debt: Debt, besides: str | None = None) -> bool:
    """Tell whether a charger belongs to a site that is to steer it: then it is left to that site.

    The site with the entry id `besides` does not count, nor one in shadow mode, which steers nobody. One
    that does not run counts: it may be in shadow mode, but that is known only once it runs.
    """
    return any(
        entry.entry_id != besides and not (_runs(entry) and _is_shadow(entry))
        for entry in _sites_with(hass, debt)
    )


def is_steered_now(hass: HomeAssistant, debt: Debt) -> bool:
    """Tell whether a site that runs steers a charger: then nothing is owed to it from elsewhere."""
    return any(_runs(entry) and not _is_shadow(entry) for entry in _sites_with(hass, debt))


def _sites_with(hass: HomeAssistant, debt: Debt) -> Iterator[ConfigEntry]:
    for entry in hass.config_entries.async_entries(DOMAIN):
        active = () if entry.disabled_by else active_chargers(hass, entry)
        if any(debt.is_same_charger(debt_of(charger)) for charger in active):
            yield entry


def _runs(entry: ConfigEntry) -> bool:
    return entry.state is ConfigEntryState.LOADED


def _is_shadow(entry: ConfigEntry) -> bool:
    return bool(entry.runtime_data.settings.site.shadow)


def can_be_reached(hass: HomeAssistant, entry: ConfigEntry, debt: Debt) -> bool:
    """Tell whether there is still a way to a charger, whether or not it answers there."""
    source = source_of(debt.address)
    if source == SOURCE_MQTT:
        return mqtt.mqtt_config_entry_enabled(hass) is True and mqtt.DATA_MQTT in hass.data
    return source != SOURCE_DIRECT or CONF_HOST in entry.data


def dump(debts: Iterable[Debt]) -> list[dict[str, Any]]:
    """Give debts as JSON-able data."""
    return [
        {
            "charger": debt.charger_id,
            "name": debt.name,
            "serial": debt.serial,
            "address": dict(debt.address),
        }
        for debt in debts
    ]


def load(data: object, chargers: Iterable[ConfigSubentry]) -> Debts | None:
    """Read stored debts, leaving out what is damaged; None where nobody noted any.

    Before they had addresses the ids of `chargers` were stored alone.
    """
    if not isinstance(data, list):
        return None
    known = {charger.subentry_id: charger for charger in chargers}
    found = (_load(item, known) for item in data)
    return tuple(debt for debt in found if debt is not None)


def _load(data: object, known: Mapping[str, ConfigSubentry]) -> Debt | None:
    if isinstance(data, str):
        return debt_of(known[data]) if data in known else None
    if not isinstance(data, Mapping) or not isinstance(data.get("charger"), str):
        return None
    address, serial = _address(data.get("address")), data.get("serial")
    if address is None:
        return None
    return Debt(
        charger_id=data["charger"],
        name=str(data.get("name", data["charger"])),
        serial=serial if isinstance(serial, str) else None,
        address=address,
    )


def _address(data: object) -> dict[str, Any] | None:
    """Read where a charger is reached; None where that is damaged."""
    source = data.get(CONF_SOURCE) if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(source, str) or source not in SOURCES:
        return None
    if source == SOURCE_ENTITIES:
        entities = data.get(CONF_ENTITIES)
        if not isinstance(entities, Mapping):
            return None
        named = {key: _references(entities.get(key)) for key in _STEERED_BY}
        return {CONF_SOURCE: source, CONF_ENTITIES: named} if all(named.values()) else None
    try:
        topic = checked_topic(str(data.get(CONF_BASE_TOPIC) or ""))
    except ValueError:
        return None
    return {CONF_SOURCE: source, CONF_BASE_TOPIC: topic}


def _references(data: object) -> list[str]:
    items = data if isinstance(data, list) else []
    return [item for item in items if isinstance(item, str)]
