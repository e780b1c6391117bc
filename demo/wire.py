"""What passes over the broker: the demo listens to everything and remembers when it came."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
import json
import time
from typing import Any, Final

import aiomqtt

from .ports import LOOPBACK
from .talk import DemoError
from .waiting import until

KEPT_MESSAGES: Final = 20_000
"""A few minutes of everything; enough for any measurement here."""
EVERYTHING: Final = ("#",)
CONNECT_TIMEOUT_S: Final = 15.0
RECONNECT_S: Final = 0.5
"""Pause between attempts to reach a broker that is away."""


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

    def __init__(self) -> None:
        """Remember nothing yet; `stay` listens and talks."""
        self._client: aiomqtt.Client | None = None
        self._recent: deque[Seen] = deque(maxlen=KEPT_MESSAGES)
        self._changed = asyncio.Condition()
        self.latest: dict[str, Seen] = {}

    async def stay(self, port: int, filters: Sequence[str]) -> None:
        """Stay connected to the broker and take in what passes, until cancelled."""
        version = aiomqtt.ProtocolVersion.V5
        while True:
            with suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    LOOPBACK, port, identifier="demo", protocol=version
                ) as client:
                    await self._listen(client, filters)
            self._client = None
            await asyncio.sleep(RECONNECT_S)

    async def _listen(self, client: aiomqtt.Client, filters: Sequence[str]) -> None:
        for topic_filter in filters:
            await client.subscribe(topic_filter)
        self._client = client
        async for message in client.messages:
            text = message.payload.decode(errors="replace")
            await self.take(Seen(str(message.topic), text, message.retain, time.monotonic()))

    @property
    def connected(self) -> bool:
        """Whether messages pass."""
        return self._client is not None

    async def take(self, seen: Seen) -> None:
        """Remember a message and wake who waits for it."""
        self.remember(seen)
        async with self._changed:
            self._changed.notify_all()

    def remember(self, seen: Seen) -> None:
        """Remember a message."""
        self.latest[seen.topic] = seen
        self._recent.append(seen)

    async def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Send one message; raises DemoError while the broker is away."""
        if self._client is None:
            raise DemoError("the broker is away")
        await self._client.publish(topic, payload, retain=retain)

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
async def open_wire(port: int, filters: Sequence[str] = EVERYTHING) -> AsyncIterator[Wire]:
    """Listen to what passes over the broker until the end of the block."""
    wire = Wire()
    listener = asyncio.create_task(wire.stay(port, filters))

    async def connected() -> bool:
        return wire.connected

    try:
        await until(connected, within_s=CONNECT_TIMEOUT_S, what="the demo listens at the broker")
        yield wire
    finally:
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener
