"""Carries the adapters' messages straight to and from a GX's own broker.

One task holds the connection and makes it again when it is lost, waiting longer each time and never
quite the same, so that a GX that boots is not stormed. A refused password is not tried twice: a GX
locks out who guesses, and only the owner can help. What is sent while the GX is away is lost, as
`Transport` promises. Everything but connecting happens on the event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
import logging
import random
from typing import Final

import aiomqtt
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .gx_address import GxAddress, GxConnectError, GxProblem
from .gx_link import gx_link
from .mqtt_transport import QOS, steady_now_s
from .topic_filters import covers, widest
from .transport import Handler, Message, Unsubscribe

_LOGGER = logging.getLogger(__name__)

CONF_PROBLEM: Final = "problem"
"""Tells the flow that asks the owner why it was started."""

FIRST_PAUSE_S: Final = 1.0
"""A broker that was restarted is back within a second or two."""
LONGEST_PAUSE_S: Final = 30.0
"""A GX boots in one to three minutes; it should not be missed for long after that."""
SHORTEST_PART: Final = 0.5
"""A pause is drawn between this part of it and the whole."""
STEADY_S: Final = 60.0
"""A connection that held this long was a good one: the next pause is the first again."""

READY_S: Final = 10.0
"""A GX that has not confirmed the subscriptions by then will not soon; do not wait for it."""
FLUSH_S: Final = 2.0
"""What is still unsent at the end goes out within milliseconds, or the GX is not there."""

OUTBOX_SIZE: Final = 512
"""What may wait to be sent, the newest wins: a large GX is asked for some hundred values at once."""
PAYLOAD_MAX_BYTES: Final = 64 * 1024
"""The longest that a GX or a charger says is a configuration of 8 kB; this is no word of theirs."""
TOPICS_REMEMBERED: Final = 4096
"""For so many topics it is remembered who wants them; a large GX has some hundred of interest."""


def connect_to_gx(hass: HomeAssistant, entry: ConfigEntry) -> GxTransport:
    """Connect to the GX of a site; its owner is asked when it wants another password.

    KeyError when the site was never reached directly.
    """
    return GxTransport(hass, GxAddress.from_data(entry.data), partial(_ask_owner, hass, entry))


def _ask_owner(hass: HomeAssistant, entry: ConfigEntry, problem: GxProblem) -> None:
    if hass.config_entries.async_get_entry(entry.entry_id) is not None:
        entry.async_start_reauth(hass, data={CONF_PROBLEM: problem.value})


def _nothing(_problem: GxProblem) -> None:
    """Do nothing: nobody can help."""


class GxTransport:
    """`Transport` over a connection of its own. Lives from construction to `async_close`."""

    def __init__(
        self,
        hass: HomeAssistant,
        address: GxAddress,
        on_refused: Callable[[GxProblem], None] = _nothing,
    ) -> None:
        """Begin to connect; `on_refused` is called, once for each problem, when only the owner can help."""
        self._hass = hass
        self._address = address
        self._on_refused = on_refused
        self._told: set[GxProblem] = set()
        self._failed = False
        self._client: aiomqtt.Client | None = None
        self._handlers: dict[str, list[Handler]] = {}
        self._wanted_by: dict[str, tuple[Handler, ...]] = {}
        self._fresh: set[str] = set()
        """Filters that somebody new waits for, who wants to hear what is retained, too."""
        self._asked: set[str] = set()
        """Filters told to the broker."""
        self._confirming = False
        self._filters_changed = False
        self._outbox: deque[tuple[str, str]] = deque(maxlen=OUTBOX_SIZE)
        self._work = asyncio.Event()
        self._settled = asyncio.Event()
        self.problem: GxProblem | None = None
        """Why the last attempt to connect failed; `None` = it did not, or there was none yet."""
        self._task = hass.async_create_background_task(
            self._run(), "victron_openevse connection to the GX"
        )

    @property
    def connected(self) -> bool:
        """True while the GX is reachable and has confirmed every subscription."""
        return self._client is not None and not self._fresh and not self._confirming

    @callback
    def subscribe(self, topic_filter: str, handler: Handler) -> Unsubscribe:
        """Deliver matching messages to `handler` until the returned function is called.

        A message covered by several filters of one handler is delivered to it once.
        """
        self._handlers.setdefault(topic_filter, []).append(handler)
        self._fresh.add(topic_filter)
        self._change_filters()
        live = True

        def unsubscribe() -> None:
            """Listen no more; once is enough."""
            nonlocal live
            if live:
                live = False
                self._forget(topic_filter, handler)

        return unsubscribe

    @callback
    def publish(self, topic: str, payload: str) -> None:
        """Send now, or as soon as the subscriptions are confirmed."""
        if self._client is not None:
            self._outbox.append((topic, payload))
            self._begin_work()

    async def async_ready(self) -> None:
        """Wait until the GX has confirmed every subscription or is known to be away, at most 10 s."""
        await self._async_settled(READY_S)

    async def async_close(self) -> None:
        """Send what is under way, then disconnect; an attempt to connect is waited for."""
        if self._client is not None:
            await self._async_settled(FLUSH_S)
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _async_settled(self, longest_s: float) -> None:
        try:
            async with asyncio.timeout(longest_s):
                await self._settled.wait()
        except TimeoutError:
            _LOGGER.debug("Not settled after %.0f s", longest_s)

    # Connecting

    async def _run(self) -> None:
        """Connect and serve, again and again, until cancelled or refused."""
        pause_s = FIRST_PAUSE_S
        while True:
            began_s = self._hass.loop.time()
            try:
                async with gx_link(self._address) as client:
                    await self._serve(client)
            except GxConnectError as error:
                self._note(error.problem)
                if error.problem is GxProblem.REFUSED:
                    return
            except Exception:
                # Nobody waits for this task: whatever happens, the car must not lose its GX for good.
                if not self._failed:
                    _LOGGER.exception("The connection to the GX failed and is tried again")
                self._failed = True
                self._note(GxProblem.UNREACHABLE)
            if self._hass.loop.time() - began_s >= STEADY_S:
                pause_s = FIRST_PAUSE_S
            await asyncio.sleep(pause_s * random.uniform(SHORTEST_PART, 1.0))  # noqa: S311 - no secret
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _note(self, problem: GxProblem) -> None:
        _LOGGER.debug("No connection to the GX: %s", problem)
        self.problem = problem
        self._settled.set()
        if problem is not GxProblem.UNREACHABLE and problem not in self._told:
            self._told.add(problem)
            self._on_refused(problem)

    async def _serve(self, client: aiomqtt.Client) -> None:
        """Send and receive until the connection is lost."""
        self._client, self.problem = client, None
        self._asked.clear()
        self._change_filters()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._receive(client))
                tasks.create_task(self._send(client))
        except* (aiomqtt.MqttError, OSError) as lost:
            _LOGGER.debug("Connection to the GX lost: %s", lost.exceptions[0])
        finally:
            self._client = None
            self._confirming = False
            self._outbox.clear()
            self._settled.set()

    # Sending

    def _begin_work(self) -> None:
        self._settled.clear()
        self._work.set()

    async def _send(self, client: aiomqtt.Client) -> None:
        """Work off what is to be done, subscriptions first: an answer has to find us listening."""
        while True:
            if self._filters_changed:
                await self._async_tell_filters(client)
            elif self._outbox:
                topic, payload = self._outbox.popleft()
                await client.publish(topic, payload, QOS)
            else:
                self._settled.set()
                self._work.clear()
                await self._work.wait()

    def _change_filters(self) -> None:
        self._wanted_by.clear()
        self._filters_changed = True
        if self._client is not None:
            self._begin_work()

    def _forget(self, topic_filter: str, handler: Handler) -> None:
        handlers = self._handlers[topic_filter]
        handlers.remove(handler)
        if not handlers:
            del self._handlers[topic_filter]
            self._fresh.discard(topic_filter)
        self._change_filters()

    async def _async_tell_filters(self, client: aiomqtt.Client) -> None:
        """Ask for what is new, and for what covers it again: a broker then repeats what it retains."""
        self._filters_changed, self._confirming = False, True
        fresh, self._fresh = self._fresh, set()
        wanted = widest(self._handlers)
        new = wanted - self._asked
        again = {item for item in wanted if any(covers(item, one) for one in fresh)}
        if ask := sorted(new | again):
            self._asked.update(ask)
            await client.subscribe([(item, QOS) for item in ask])
        self._confirming = False
        if drop := sorted(self._asked - wanted):
            self._asked.difference_update(drop)
            await client.unsubscribe(drop)

    # Receiving

    async def _receive(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            self._deliver(message)

    def _deliver(self, message: aiomqtt.Message) -> None:
        payload = message.payload
        if len(payload) > PAYLOAD_MAX_BYTES:
            _LOGGER.debug("Ignored a message that is too long")
            return
        item = Message(
            topic=str(message.topic),
            payload=payload.decode(errors="replace"),
            retain=message.retain,
            at_s=steady_now_s(self._hass),
        )
        for handler in self._who_wants(item.topic):
            try:
                handler(item)
            except Exception:
                _LOGGER.exception("A message could not be handled")

    def _who_wants(self, topic: str) -> tuple[Handler, ...]:
        """Give each handler once, in the order of its first subscription that fits."""
        handlers = self._wanted_by.get(topic)
        if handlers is None:
            handlers = tuple(
                dict.fromkeys(
                    handler
                    for topic_filter, all_handlers in self._handlers.items()
                    if covers(topic_filter, topic)
                    for handler in all_handlers
                )
            )
            if len(self._wanted_by) >= TOPICS_REMEMBERED:
                self._wanted_by.clear()
            self._wanted_by[topic] = handlers
        return handlers
