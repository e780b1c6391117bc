"""Finds chargers by what they announce, and tells whether a known one is connected.

A gateway announces itself retained at each connect; the broker replaces the announcement by the
gateway's last will when the connection ends. The last will carries neither base topic nor address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ..control.model import Reading
from ..transport import Message, Transport, Unsubscribe
from .topics import ANNOUNCE_FILTER, checked_topic
from .values import PAYLOAD_MAX_CHARS, read_object

_ONLINE: Final = {"connected": True, "disconnected": False}
_TEXT_MAX_CHARS: Final = 256
"""Longer than any host name, address or sensible topic."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a charger says of itself, or its last will."""

    charger_id: str
    """Twelve hexadecimal digits, the gateway's serial number."""
    name: str
    """Host name; the id where it is missing."""
    base_topic: str | None
    """Topic all others are below; `None` in a last will."""
    url: str | None
    """The charger's own web page; `None` in a last will."""
    online: bool


def parse_announcement(payload: str) -> Announcement | None:
    """Read an announcement or last will; `None` when it is neither."""
    document = read_object(payload) if len(payload) <= PAYLOAD_MAX_CHARS else None
    if document is None:
        return None
    online = _ONLINE.get(_text(document, "state") or "")
    charger_id = _text(document, "id")
    if online is None or charger_id is None:
        return None
    url = _text(document, "http")
    return Announcement(
        charger_id=charger_id,
        name=_text(document, "name") or charger_id,
        base_topic=_topic(document),
        url=url if url is not None and url.startswith(("http://", "https://")) else None,
        online=online,
    )


def _text(document: dict[str, Any], key: str) -> str | None:
    value = document.get(key)
    if not isinstance(value, str) or len(value) > _TEXT_MAX_CHARS:
        return None
    return value.strip() or None


def _topic(document: dict[str, Any]) -> str | None:
    try:
        return checked_topic(_text(document, "mqtt") or "")
    except ValueError:
        return None


class AnnouncementDiscovery:
    """Reports each charger that announces itself, once, and again when its words change."""

    def __init__(self, transport: Transport, on_found: Callable[[Announcement], None]) -> None:
        self._transport = transport
        self._on_found = on_found
        self._known: dict[str, Announcement] = {}
        self._unsubscribe: Unsubscribe | None = None

    def start(self) -> None:
        """Listen; chargers announced earlier are reported at once, from the broker's store."""
        if self._unsubscribe is None:
            self._unsubscribe = self._transport.subscribe(ANNOUNCE_FILTER, self._on_message)

    def stop(self) -> None:
        """Stop listening and forget what was found."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._known.clear()

    def _on_message(self, message: Message) -> None:
        found = parse_announcement(message.payload)
        if found is None or found.base_topic is None or not found.online:
            return
        if self._known.get(found.charger_id) != found:
            self._known[found.charger_id] = found
            self._on_found(found)


class Presence:
    """Tells whether one charger is there, by its announcements and its last sign of life.

    Without a topic of its own it listens to all announcements and takes those of this charger:
    the same base topic or, for a last will, the same id or the host name as base topic (default).
    """

    def __init__(self, base_topic: str, announce_topic: str | None, charger_id: str | None) -> None:
        self.topic_filter = announce_topic or ANNOUNCE_FILTER
        self._only_ours = announce_topic is not None
        self._base_topic = base_topic
        self._charger_id = charger_id
        self.last: Announcement | None = None
        self.life_at_s: float | None = None
        """Time of the last sign of life, to be kept by who hears the charger; `None` = none yet."""
        self._changed_at_s = 0.0

    def take(self, message: Message) -> Announcement | None:
        """Note an announcement; return it when it is this charger's."""
        said = parse_announcement(message.payload)
        if said is None or not self._is_ours(said):
            return None
        self._charger_id = said.charger_id
        self._changed_at_s = message.at_s
        self.last = said
        return said

    def _is_ours(self, said: Announcement) -> bool:
        if self._only_ours or said.charger_id == self._charger_id:
            return True
        if said.base_topic is None:
            # By name only while the id is unknown: a replaced gateway leaves a last will behind.
            return self._charger_id is None and said.name == self._base_topic
        return said.base_topic == self._base_topic

    @property
    def told(self) -> bool:
        """True once anything, be it the broker's store, told of the charger being there or not."""
        return self.life_at_s is not None or self.last is not None

    @property
    def online(self) -> Reading[bool] | None:
        """Whether the charger is connected; `None` = nothing but a stored announcement says so."""
        gone_at_s = None if self.last is None or self.last.online else self._changed_at_s
        if self.life_at_s is None:
            return None if gone_at_s is None else Reading(value=False, at_s=gone_at_s)
        return Reading(gone_at_s is None or self.life_at_s > gone_at_s, self.life_at_s)
