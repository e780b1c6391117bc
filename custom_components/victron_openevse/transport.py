"""How adapters talk MQTT without knowing who carries the messages.

The same topic code runs over Home Assistant's broker, over a direct connection to the GX and over
the simulator's clock-driven broker. A transport delivers messages on one thread, in order, and never
calls a handler from inside `publish`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message as it arrived."""

    topic: str
    payload: str
    """Text of the payload; bytes that are no UTF-8 arrive as replacement characters."""
    retain: bool
    """True when the broker replayed a stored message: it tells nothing about now."""
    at_s: float
    """Arrival on the caller's steady clock, seconds."""


type Handler = Callable[[Message], None]
type Unsubscribe = Callable[[], None]


class Transport(Protocol):
    """What an adapter needs from an MQTT connection."""

    @property
    def connected(self) -> bool:
        """True while the broker is reachable; commands published meanwhile are lost."""

    def subscribe(self, topic_filter: str, handler: Handler) -> Unsubscribe:
        """Deliver every message matching `topic_filter` (`+`, `#` allowed) to `handler`.

        The subscription survives a reconnect. Calling the returned function ends it.
        """

    def publish(self, topic: str, payload: str) -> None:
        """Send with QoS 0, not retained. Never raises for a lost connection."""
