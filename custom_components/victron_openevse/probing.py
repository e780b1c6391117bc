"""Looks around on the broker before anything is set up: who is there, and does it speak.

Nothing is created on a guess. A GX has to tell what charging from the sun needs to know; a charger has
to speak for itself and be new enough to be steered. What a broker has kept of it proves neither that it
is there nor that it measures. Nothing is sent but the keepalive that makes a GX speak.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant

from .mqtt_transport import HomeAssistantTransport, steady_now_s
from .openevse.announcement import Announcement, AnnouncementDiscovery
from .openevse.mqtt import OpenEvseCharger
from .sources import Connection
from .victron.mqtt import PortalDiscovery, VictronSite

SEARCH_S: Final = 2.0
"""A broker replays what it retains within milliseconds of a subscription."""

SITE_WAIT_S: Final = 15.0
"""A GX answers a keepalive with all it knows within a few seconds, a busy one within ten."""

CHARGER_WAIT_S: Final = 35.0
"""A charger says everything each 30 s."""

STEP_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Found:
    """What is on the broker."""

    portal_ids: tuple[str, ...]
    chargers: tuple[Announcement, ...]


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """What a GX said."""

    portal_id: str
    heard: bool
    missing: tuple[str, ...]
    product_name: str | None = None

    @property
    def error(self) -> str | None:
        """Key of what keeps this GX from being set up."""
        if not self.heard:
            return "gx_silent"
        return "gx_incomplete" if self.missing else None


@dataclass(frozen=True, slots=True)
class ChargerCheck:
    """What a charger said."""

    heard: bool
    supported: bool | None
    firmware: str | None = None

    @property
    def error(self) -> str | None:
        """Key of what keeps this charger from being set up."""
        if self.supported is False:
            return "firmware_too_old"
        return None if self.heard and self.supported else "charger_silent"


type Connect = Callable[[HomeAssistant], Connection]
"""Opens a connection to a broker to look around there."""


async def async_search(hass: HomeAssistant, connect: Connect = HomeAssistantTransport) -> Found:
    """List the GX devices and the connected chargers that a broker knows of."""
    transport = connect(hass)
    chargers: dict[str, Announcement] = {}

    def found(announcement: Announcement) -> None:
        """Keep the last word of each charger."""
        chargers[announcement.charger_id] = announcement

    portals = PortalDiscovery(transport)
    announcements = AnnouncementDiscovery(transport, found)
    portals.start()
    announcements.start()
    try:
        await transport.async_ready()
        await asyncio.sleep(SEARCH_S)
    finally:
        portals.stop()
        announcements.stop()
        await transport.async_close()
    return Found(portals.portal_ids, tuple(chargers.values()))


async def async_check_site(
    hass: HomeAssistant, portal_id: str, connect: Connect = HomeAssistantTransport
) -> SiteCheck:
    """Wait until the GX has told all that is needed, or long enough."""
    transport = connect(hass)
    site = VictronSite(transport, portal_id)
    site.start(steady_now_s(hass))
    try:
        await transport.async_ready()
        await _async_poll(hass, SITE_WAIT_S, site.tick, lambda: site.heard and not site.missing())
    finally:
        site.stop()
        await transport.async_close()
    return SiteCheck(portal_id, site.heard, site.missing(), site.product_name)


async def async_check_charger(
    hass: HomeAssistant, base_topic: str, connect: Connect = HomeAssistantTransport
) -> ChargerCheck:
    """Wait until the charger itself has said what steering it needs, or long enough.

    An announcement is no such word, not even a live one: it comes from the network module and tells
    nothing of the controller behind it. Raises ValueError when `base_topic` cannot be one.
    """
    transport = connect(hass)
    charger = OpenEvseCharger(transport, base_topic)
    charger.start(steady_now_s(hass))

    def heard() -> bool:
        """Tell whether all that is needed has been told."""
        return charger.heard and not charger.missing()

    try:
        await transport.async_ready()
        await _async_poll(
            hass,
            CHARGER_WAIT_S,
            charger.tick,
            lambda: charger.supported is False or (heard() and charger.supported is not None),
        )
    finally:
        charger.stop()
        await transport.async_close()
    return ChargerCheck(heard(), charger.supported, charger.firmware)


async def _async_poll(
    hass: HomeAssistant,
    longest_s: float,
    tick: Callable[[float], None],
    done: Callable[[], bool],
) -> None:
    """Drive an adapter until it is `done` or `longest_s` has passed."""
    started_s = steady_now_s(hass)
    while not done() and (now_s := steady_now_s(hass)) - started_s < longest_s:
        tick(now_s)
        await asyncio.sleep(STEP_S)
