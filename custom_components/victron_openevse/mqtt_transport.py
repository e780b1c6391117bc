"""Carries the adapters' messages over Home Assistant's own MQTT broker.

A GX answers a keepalive with one burst of everything it knows. A question sent before the broker has
confirmed our subscriptions would be answered past us, so commands wait until it has, after every
reconnect too. What is sent while the broker is away is lost, as `Transport` promises.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine
from functools import partial
import logging
from typing import Any, Final

from homeassistant.components import mqtt
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .transport import Handler, Message, Unsubscribe

_LOGGER = logging.getLogger(__name__)

QOS: Final = 0
"""Neither a GX nor an OpenEVSE speaks anything else."""

CONFIRM_TIMEOUT_S: Final = 10.0
"""A broker that has not confirmed a subscription by then never will; talk to it anyway."""

PLAIN: Final = "filters without wildcards"
"""Home Assistant makes these in bulk, so the newest confirms them all; those with wildcards are made
one by one, in the order in which anybody first asked."""

OUTBOX_SIZE: Final = 64
"""Commands kept while subscriptions are being confirmed; the newest win."""


def steady_now_s(hass: HomeAssistant) -> float:
    """Give the steady clock of all readings and decisions, s; only differences mean anything."""
    return hass.loop.time()


class HomeAssistantTransport:
    """`Transport` over the MQTT integration. Lives from construction to `async_close`."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._pending: set[str] = set()
        self._watches: dict[str, CALLBACK_TYPE] = {}
        self._outbox: deque[tuple[str, str]] = deque(maxlen=OUTBOX_SIZE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = asyncio.Event()
        self._timeout: asyncio.TimerHandle | None = None
        self._stop_status = mqtt.async_subscribe_connection_status(hass, self._connection_changed)
        self._settle()

    @property
    def connected(self) -> bool:
        """True while the broker is reachable and has confirmed every subscription."""
        return self._broker_connected and not self._pending

    @property
    def _broker_connected(self) -> bool:
        return mqtt.DATA_MQTT in self._hass.data and mqtt.is_connected(self._hass)

    @callback
    def subscribe(self, topic_filter: str, handler: Handler) -> Unsubscribe:
        """Deliver matching messages to `handler` until the returned function is called."""
        subscription = _Subscription(self._hass, topic_filter, handler)
        self._await_confirmation(_watched(topic_filter))
        self._spawn(self._async_subscribe(subscription, topic_filter))
        return subscription.stop

    @callback
    def publish(self, topic: str, payload: str) -> None:
        """Send now, or as soon as the subscriptions are confirmed."""
        if self._pending and self._broker_connected:
            self._outbox.append((topic, payload))
        else:
            self._spawn(self._async_publish(topic, payload))

    async def async_ready(self) -> None:
        """Wait until the broker has confirmed every subscription, at most 10 s.

        Also to be awaited before unsubscribing: taking back a subscription that Home Assistant is
        just making breaks the making of all that wait behind it, other integrations' included.
        """
        if self._broker_connected:
            await self._ready.wait()

    async def async_close(self) -> None:
        """Send what is under way, then stop listening to the connection."""
        if self._timeout is not None:
            self._give_up_waiting()
        if self._tasks:
            await asyncio.gather(*self._tasks)
        self._stop_status()
        while self._watches:
            self._watches.popitem()[1]()

    async def _async_subscribe(self, subscription: _Subscription, topic_filter: str) -> None:
        await subscription.async_start()
        key = _watched(topic_filter)
        if (stop := self._watches.pop(key, None)) is not None:
            stop()
        self._watches[key] = mqtt.async_on_subscribe_done(
            self._hass, topic_filter, QOS, partial(self._confirmed, key)
        )

    async def _async_publish(self, topic: str, payload: str) -> None:
        try:
            await mqtt.async_publish(self._hass, topic, payload, QOS, False)  # noqa: FBT003 - its API
        except HomeAssistantError as error:
            _LOGGER.debug("Not sent to %s: %s", topic, error)

    @callback
    def _connection_changed(self, connected: bool) -> None:  # noqa: FBT001 - Home Assistant's API
        if connected:
            for key in self._watches:
                self._await_confirmation(key)
        else:
            self._outbox.clear()

    @callback
    def _await_confirmation(self, key: str) -> None:
        self._pending.add(key)
        self._ready.clear()
        if self._timeout is not None:
            self._timeout.cancel()
        self._timeout = self._hass.loop.call_later(CONFIRM_TIMEOUT_S, self._give_up_waiting)

    @callback
    def _confirmed(self, key: str) -> None:
        self._pending.discard(key)
        if not self._pending:
            self._settle()

    @callback
    def _give_up_waiting(self) -> None:
        self._pending.clear()
        self._settle()

    @callback
    def _settle(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None
        self._ready.set()
        while self._outbox:
            self._spawn(self._async_publish(*self._outbox.popleft()))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._hass.async_create_task(work, eager_start=True)
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


def _watched(topic_filter: str) -> str:
    """Name what the confirmation of a filter confirms."""
    return topic_filter if "+" in topic_filter or "#" in topic_filter else PLAIN


class _Subscription:
    """One subscription, which may be stopped before Home Assistant has finished making it."""

    def __init__(self, hass: HomeAssistant, topic_filter: str, handler: Handler) -> None:
        self._hass = hass
        self._filter = topic_filter
        self._handler = handler
        self._stopped = False
        self._unsubscribe: CALLBACK_TYPE | None = None

    async def async_start(self) -> None:
        """Subscribe. Bytes, so that a message that is no text costs no warning in the log."""
        self._unsubscribe = await mqtt.async_subscribe(
            self._hass, self._filter, self._received, QOS, None
        )
        if self._stopped:
            self.stop()

    @callback
    def stop(self) -> None:
        """Deliver nothing more."""
        self._stopped = True
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    @callback
    def _received(self, message: mqtt.ReceiveMessage) -> None:
        if self._stopped:
            return
        payload = message.payload
        text = payload if isinstance(payload, str) else payload.decode(errors="replace")
        self._handler(
            Message(
                topic=message.topic,
                payload=text,
                retain=message.retain,
                at_s=steady_now_s(self._hass),
            )
        )
