"""Finds the GX devices on a broker by the one topic they retain.

A retained serial can outlive a dead GX on a bridged broker: an id found here says that a GX was
there once, not that it lives.
"""

from collections.abc import Callable
import re
from typing import Final

from ..transport import Message, Transport, Unsubscribe
from .topics import SERIAL_FILTER
from .values import Verdict, parse

_SANE_ID: Final = re.compile(r"[0-9A-Za-z]{6,32}")
"""Portal ids are 12 hexadecimal digits today; serial numbers of other units stay in this shape."""


def _nothing() -> None:
    """Do nothing: nobody wants to hear of changes."""


class PortalDiscovery:
    """Collects portal ids while started."""

    def __init__(self, transport: Transport, on_change: Callable[[], None] = _nothing) -> None:
        """Prepare; `on_change` is called whenever the set of ids changes."""
        self._transport = transport
        self._on_change = on_change
        self._ids: set[str] = set()
        self._unsubscribe: Unsubscribe | None = None

    @property
    def portal_ids(self) -> tuple[str, ...]:
        """Ids found so far, sorted."""
        return tuple(sorted(self._ids))

    def start(self) -> None:
        """Listen for serials; calling it again changes nothing."""
        if self._unsubscribe is None:
            self._unsubscribe = self._transport.subscribe(SERIAL_FILTER, self._handle)

    def stop(self) -> None:
        """Stop listening; the ids found stay."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _handle(self, message: Message) -> None:
        portal_id = message.topic.removeprefix("N/").partition("/")[0]
        if not _SANE_ID.fullmatch(portal_id):
            return
        found = _after(self._ids, portal_id, message.payload)
        if found != self._ids:
            self._ids = found
            self._on_change()


def _after(ids: set[str], portal_id: str, payload: str) -> set[str]:
    """Return the ids once `payload` arrived as the serial of `portal_id`."""
    parsed = parse(payload, None)
    if parsed.verdict is Verdict.GONE:
        return ids - {portal_id}
    serial = parsed.value
    if isinstance(serial, str) and (serial == portal_id or _SANE_ID.fullmatch(serial)):
        return ids | {portal_id}
    return ids
