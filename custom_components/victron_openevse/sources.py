"""The ways in: which adapter speaks for a site or a charger, and over which connection.

A site is read over Home Assistant's MQTT broker (`mqtt`), from the GX's own broker (`direct`) or
from entities of other integrations (`entities`). A charger has its own way in: a site read from
entities may steer a charger over MQTT and the other way round. The coordinator sees none of this.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .const import (
    CHARGER,
    CONF_BASE_TOPIC,
    CONF_PORTAL_ID,
    CONF_SOURCE,
    SOURCE_DIRECT,
    SOURCE_ENTITIES,
    SOURCE_MQTT,
)
from .control.model import ChargerReading, SiteReading
from .gx_transport import connect_to_gx
from .mqtt_transport import HomeAssistantTransport
from .openevse.entities import EntityCharger
from .openevse.mqtt import OpenEvseCharger
from .transport import Transport
from .victron.entities import EntitySite
from .victron.mqtt import VictronSite


class SiteAdapter(Protocol):
    """What steering needs of a site, whatever it is read from."""

    @property
    def product_name(self) -> str | None:
        """Name of the GX product; `None` = not known, or not yet."""

    @property
    def firmware_version(self) -> str | None:
        """Version of the GX's firmware; `None` = not known, or not yet."""

    def start(self, now_s: float) -> None:
        """Begin to listen; calling it again changes nothing."""

    def stop(self) -> None:
        """Listen no more and send nothing."""

    def tick(self, now_s: float) -> None:
        """Send what is due; to be called once a second."""

    def reading(self, now_s: float) -> SiteReading:
        """Return what is known. Values keep the time they were learned."""

    def hold_discharge_limit(self, limit_w: float | None, now_s: float) -> None:
        """Hold the inverter at `limit_w`; `None` releases it. Without effect where impossible."""

    def hand_back(self, now_s: float) -> None:
        """Release everything of ours at the GX."""

    def diagnostics(self, now_s: float) -> Mapping[str, Any]:
        """Return all that is known, for a report; the caller redacts."""


class ChargerAdapter(Protocol):
    """What steering needs of a charger, whatever carries its words."""

    @property
    def firmware(self) -> str | None:
        """Version of the charger's firmware; `None` = not known, or not yet."""

    @property
    def releasing(self) -> bool:
        """True while the charger is being given back; keep ticking until it is False."""

    @property
    def given_back(self) -> bool:
        """True when a release has ended, and left nothing of ours as far as the charger tells.

        To be asked after `release`, which goes on by itself until then.
        """

    def start(self, now_s: float) -> None:
        """Begin to listen; calling it again changes nothing."""

    def stop(self) -> None:
        """Listen and send no more; what was commanded last stays."""

    def tick(self, now_s: float) -> None:
        """Send what is due; to be called once a second."""

    def reading(self, now_s: float) -> ChargerReading:
        """Return what is known. Values keep the time they were learned."""

    def offer(self, current_a: int, now_s: float) -> None:
        """Offer whole amps per phase; less than 6 is "do not charge". Repeating costs nothing."""

    def release(self, now_s: float) -> None:
        """Hand the charger back to its own rules, and forget the offer."""

    def diagnostics(self) -> Mapping[str, Any]:
        """Return what helps to understand a fault; the caller redacts."""


class Connection(Transport, Protocol):
    """A transport with a life of its own, from construction to `async_close`."""

    async def async_ready(self) -> None:
        """Wait until every subscription is in force, for a bounded time."""

    async def async_close(self) -> None:
        """Send what is under way, then end the connection."""


def _over_home_assistant(hass: HomeAssistant, _entry: ConfigEntry) -> Connection:
    return HomeAssistantTransport(hass)


_MAKERS: Final[Mapping[str, Callable[[HomeAssistant, ConfigEntry], Connection]]] = MappingProxyType(
    {SOURCE_MQTT: _over_home_assistant, SOURCE_DIRECT: connect_to_gx}
)
"""How the connection of each way in that needs one is made."""


def make_transport(hass: HomeAssistant, entry: ConfigEntry, source: str) -> Connection:
    """Open the connection that `source` needs for this site. KeyError when it needs none."""
    return _MAKERS[source](hass, entry)


class Connections:
    """The connections of one site: one for each way in that needs it, made when first used."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._open: dict[str, Connection] = {}

    def get(self, source: str) -> Connection:
        """Give the connection of a way in. KeyError when that needs none."""
        if source not in self._open:
            self._open[source] = make_transport(self._hass, self._entry, source)
        return self._open[source]

    async def async_ready(self) -> None:
        """Wait until every subscription is in force, for a bounded time."""
        await asyncio.gather(*(item.async_ready() for item in self._open.values()))

    async def async_close(self) -> None:
        """Send what is under way, then end all connections."""
        await asyncio.gather(*(item.async_close() for item in self._open.values()))
        self._open.clear()


def make_site(
    hass: HomeAssistant,
    entry: ConfigEntry,
    connections: Connections,
    on_change: Callable[[], None],
) -> SiteAdapter:
    """Choose the adapter of a site; `on_change` is called whenever something was learned."""
    source = source_of(entry.data)
    if source == SOURCE_ENTITIES:
        return EntitySite(hass, entry.data, on_change)
    return VictronSite(connections.get(source), entry.data[CONF_PORTAL_ID], on_change)


def _nothing() -> None:
    """Do nothing: nobody wants to hear of changes."""


def make_charger(
    hass: HomeAssistant,
    subentry: ConfigSubentry,
    connections: Connections,
    on_change: Callable[[], None] = _nothing,
) -> ChargerAdapter:
    """Choose the adapter of a charger; `on_change` is called whenever something was learned."""
    source = source_of(subentry.data)
    if source == SOURCE_ENTITIES:
        return EntityCharger(hass, subentry.data, on_change)
    return OpenEvseCharger(
        connections.get(source),
        subentry.data[CONF_BASE_TOPIC],
        on_change=on_change,
        charger_id=subentry.unique_id,
        local_now=dt_util.now,
    )


def missing_entities(adapter: SiteAdapter | ChargerAdapter) -> tuple[str, ...]:
    """Name the roles whose entities were removed or disabled; none where none are used."""
    return adapter.missing_entities if isinstance(adapter, EntitySite | EntityCharger) else ()


def recall_person(charger: ChargerAdapter) -> None:
    """Tell an adapter that a person's choice stood at the charger when the last run ended.

    Only entities need that: over MQTT the charger keeps our claim and a person's override apart.
    """
    if isinstance(charger, EntityCharger):
        charger.recall()


def hear_person(charger: ChargerAdapter) -> None:
    """Let what a person chose here end what was chosen at the charger before.

    Only entities need that: over MQTT the charger itself decides whose word counts.
    """
    if isinstance(charger, EntityCharger):
        charger.take_over()


def source_of(data: Mapping[str, Any]) -> str:
    """Name the way in of a site or charger by its stored data."""
    source: str = data.get(CONF_SOURCE, SOURCE_MQTT)
    return source


def sources_of(entry: ConfigEntry) -> frozenset[str]:
    """Name every way in that a site and its chargers use."""
    chargers: Iterable[ConfigSubentry] = entry.get_subentries_of_type(CHARGER)
    return frozenset({source_of(entry.data), *(source_of(item.data) for item in chargers)})


async def async_broker_missing(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Wait for Home Assistant's broker where it is used; True when it does not come."""
    if SOURCE_MQTT not in sources_of(entry):
        return False
    return not await mqtt.async_wait_for_mqtt_client(hass)
