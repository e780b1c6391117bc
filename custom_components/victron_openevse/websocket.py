"""The live picture for the card: at most one message a second, and only while somebody looks.

Recorded states are kept few, so they are too coarse for motion on a screen. A subscription
`victron_openevse/live` sends what one site shows instead, in the viewer's language. It outlives
reloads of the site: meanwhile, and once the site is gone, it says that there is no picture.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_NOT_FOUND
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
import voluptuous as vol

from .const import DOMAIN
from .coordinator import SiteCoordinator
from .explain import async_texts
from .live_picture import picture

LIVE: Final = f"{DOMAIN}/live"

INTERVAL_S: Final = 1.0
"""Nobody reads faster, and a tablet on the wall is not to be kept busy."""

NO_PICTURE: Final[Mapping[str, Any]] = {"site": None, "chargers": {}}
"""While the site is not running."""

LIVE_SCHEMA: Final[dict[Any, Any]] = {
    vol.Required("type"): LIVE,
    vol.Required("site"): str,
    vol.Optional("language"): str,
}


@callback
def async_register(hass: HomeAssistant) -> None:
    """Offer the subscription; anybody who may see the dashboard may use it."""
    async_register_command(hass, live)


@websocket_command(LIVE_SCHEMA)
@async_response
async def live(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Subscribe to the picture of a site, named by the id of its config entry."""
    entry = hass.config_entries.async_get_entry(msg["site"])
    if entry is None or entry.domain != DOMAIN:
        connection.send_error(msg["id"], ERR_NOT_FOUND, "There is no such site")
        return
    viewer = Viewer(hass, entry, connection, msg["id"])
    # Before anything is waited for: a viewer that leaves meanwhile is closed like any other.
    connection.subscriptions[msg["id"]] = viewer.close
    await viewer.async_open(msg.get("language", hass.config.language))


class Viewer:
    """One subscription, from `async_open` to `close`."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        connection: ActiveConnection,
        msg_id: int,
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._connection = connection
        self._msg_id = msg_id
        self._language = ""
        self._texts: Mapping[str, str] = {}
        self._coordinator: SiteCoordinator | None = None
        self._cleanup: list[CALLBACK_TYPE] = []
        self._unlisten: CALLBACK_TYPE | None = None
        self._due: CALLBACK_TYPE | None = None
        self._sent: Mapping[str, Any] | None = None
        self._closed = False

    async def async_open(self, language: str) -> None:
        """Load the words, confirm the subscription and send the first picture."""
        self._texts = await async_texts(self._hass, language)
        if self._closed:
            return
        self._language = language
        self._connection.send_result(self._msg_id)
        self._cleanup.append(
            async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed)
        )
        self._follow_entry()
        self._send()

    @callback
    def close(self) -> None:
        """Leave nothing behind."""
        self._closed = True
        while self._cleanup:
            self._cleanup.pop()()
        self._let_go()

    @callback
    def _entry_changed(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.entry_id == self._entry.entry_id and self._follow_entry():
            self._send()

    def _follow_entry(self) -> bool:
        """Listen to the coordinator that runs now, if any; tell whether it is another one."""
        running = self._entry.state is ConfigEntryState.LOADED
        coordinator = self._entry.runtime_data if running else None
        if coordinator is self._coordinator:
            return False
        self._let_go()
        self._coordinator = coordinator
        if coordinator is not None:
            self._unlisten = coordinator.async_add_listener(self._news)
        return True

    def _let_go(self) -> None:
        self._coordinator = None
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        if self._due is not None:
            self._due()
            self._due = None

    @callback
    def _news(self) -> None:
        """Send now, or when the last message is old enough."""
        if self._due is None:
            self._send()

    @callback
    def _after_pause(self) -> None:
        self._due = None
        self._send()

    def _send(self) -> None:
        """Send the picture unless it is the one sent last, then pause."""
        coordinator = self._coordinator
        seen = NO_PICTURE
        if coordinator is not None:
            seen = picture(coordinator, self._texts, self._language)
        if seen == self._sent:
            return
        self._sent = seen
        self._connection.send_event(self._msg_id, seen)
        if coordinator is not None and self._due is None:
            self._due = self._hass.loop.call_later(INTERVAL_S, self._after_pause).cancel
