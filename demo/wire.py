"""What passes over the broker: the demo listens to everything and remembers when it came."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
import json
import time
from typing import Any, Final

import aiomqtt

from .ports import LOOPBACK
from .talk import DemoError

KEPT_MESSAGES: Final = 20_000
"""A few minutes of everything; enough for any measurement here."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One message as it passed."""

    topic: str
    payload: str
    retain: bool
    at_s: float
    """time.monotonic() of its arrival."""

    @property
    def json(self) -> Any:
        """The payload as JSON, None when it is none."""
        try:
            return json.loads(self.payload)
        except ValueError:
            return None


class Wire:
    """Remembers the latest message of each topic and the recent ones in order."""

    def __init__(self, client: aiomqtt.Client) -> None:
        """Listen and talk with a connected client."""
        self._client = client
        self._recent: deque[Seen] = deque(maxlen=KEPT_MESSAGES)
        self._changed = asyncio.Condition()
        self.latest: dict[str, Seen] = {}

    async def listen(self) -> None:
        """Take in messages until cancelled."""
        async for message in self._client.messages:
            text = message.payload.decode(errors="replace")
            await self.take(Seen(str(message.topic), text, message.retain, time.monotonic()))

    async def take(self, seen: Seen) -> None:
        """Remember a message and wake who waits for it."""
        self.remember(seen)
        async with self._changed:
            self._changed.notify_all()

    def remember(self, seen: Seen) -> None:
        """Remember a message."""
        self.latest[seen.topic] = seen
        self._recent.append(seen)

    async def publish(self, topic: str, payload: str) -> None:
        """Send one message."""
        await self._client.publish(topic, payload)

    def first(self, matches: Callable[[Seen], bool], since_s: float) -> Seen | None:
        """Return the first remembered message since a moment that matches."""
        return next((m for m in self._recent if m.at_s >= since_s and matches(m)), None)

    def recent(self, topic: str, since_s: float) -> list[Seen]:
        """Return what came on a topic since a moment, the oldest first."""
        return [m for m in self._recent if m.topic == topic and m.at_s >= since_s]

    async def expect(
        self, what: str, matches: Callable[[Seen], bool], *, since_s: float, within_s: float
    ) -> Seen:
        """Wait for a message that arrived at or after `since_s`; raises DemoError when none does."""
        async with self._changed:
            try:
                async with asyncio.timeout(within_s):
                    while (found := self.first(matches, since_s)) is None:
                        await self._changed.wait()
            except TimeoutError:
                raise DemoError(f"{what}: not on the wire within {within_s:.0f} s") from None
        return found


@asynccontextmanager
async def open_wire(port: int) -> AsyncIterator[Wire]:
    """Connect to the broker and listen to everything until the end of the block."""
    version = aiomqtt.ProtocolVersion.V5
    async with aiomqtt.Client(LOOPBACK, port, identifier="demo", protocol=version) as client:
        wire = Wire(client)
        listener = asyncio.create_task(wire.listen())
        await client.subscribe("#")
        try:
            yield wire
        finally:
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener
