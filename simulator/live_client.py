"""An MQTT connection of one emulated device to a real broker, with the interface of `SimClient`.

paho runs its own thread; what it receives is put into the runner's queue, so that every handler
runs in the runner's thread and the emulators need no locks. A new connection shows as `connected`
only after the runner's next step has seen the old one gone, however quickly paho came back.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
import logging
from queue import SimpleQueue
import socket
import time
from typing import Any, Final, Literal

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from simulator.broker import Message, Will

_LOGGER = logging.getLogger(__name__)

type Handler = Callable[[Any], None]
type Job = Callable[[], None]
type Protocol = Literal[3, 5]

KEEP_ALIVE_S: Final = 60
"""The firmware's."""
RECONNECT_S: Final = (1, 5)
"""First and longest pause between attempts."""
GOODBYE_TIMEOUT_S: Final = 2.0


class LiveClient:
    """One device's connection; subscriptions are made again at every connection."""

    def __init__(
        self,
        address: tuple[str, int],
        client_id: str,
        will: Will | None,
        jobs: SimpleQueue[Job],
        *,
        protocol: Protocol,
    ) -> None:
        """Prepare; the first `reconnect` connects. `jobs` is what the runner works off."""
        self._address = address
        self._client_id = client_id
        self._will = will
        self._jobs = jobs
        self._subscriptions: list[tuple[str, Handler]] = []
        self._online = False
        self._mqtt = self._make_client(client_id, protocol)
        self._mqtt.reconnect_delay_set(*RECONNECT_S)
        if will is not None:
            self._mqtt.will_set(will.topic, will.payload, qos=0, retain=will.retain)
        self._mqtt.on_connect = self._on_connect
        self._mqtt.on_disconnect = self._on_disconnect
        self._mqtt.on_message = self._on_message

    @staticmethod
    def _make_client(client_id: str, protocol: Protocol) -> mqtt.Client:
        if protocol == 5:  # noqa: PLR2004 - the name of MQTT 5
            return mqtt.Client(
                CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5
            )
        # The firmware does not set the clean-session bit.
        return mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
        )

    @property
    def connected(self) -> bool:
        """Whether messages can pass, as the device has noticed by its last step."""
        return self._online

    def settle(self) -> None:
        """Let the device notice a new connection; called after each step."""
        self._online = self._mqtt.is_connected()

    def subscribe(self, topic_filter: str, handler: Handler) -> Callable[[], None]:
        """Subscribe now and at every later connection."""
        entry = (topic_filter, handler)
        self._subscriptions.append(entry)
        if self._mqtt.is_connected():
            self._mqtt.subscribe(topic_filter)

        def unsubscribe() -> None:
            if entry in self._subscriptions:
                self._subscriptions.remove(entry)

        return unsubscribe

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Send with QoS 0; lost when not connected."""
        if self._mqtt.is_connected():
            self._mqtt.publish(topic, payload, qos=0, retain=retain)

    def drop(self) -> None:
        """Vanish: close the socket without goodbye, so that the broker publishes the will."""
        self._online = False
        link = self._mqtt.socket()
        if isinstance(link, socket.socket):
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        self._mqtt.disconnect()
        self._mqtt.loop_stop()

    def reconnect(self) -> None:
        """Connect in the background, again and again until it works."""
        self._mqtt.connect_async(*self._address, keepalive=KEEP_ALIVE_S)
        self._mqtt.loop_start()

    def close(self) -> None:
        """Leave for good: say what the will would say, then goodbye."""
        if self._will is not None and self._mqtt.is_connected():
            sent = self._mqtt.publish(
                self._will.topic, self._will.payload, qos=0, retain=self._will.retain
            )
            with suppress(RuntimeError, ValueError):
                sent.wait_for_publish(GOODBYE_TIMEOUT_S)
        self._mqtt.disconnect()
        self._mqtt.loop_stop()

    # In paho's thread

    def _on_connect(self, client: mqtt.Client, *_: object) -> None:
        _LOGGER.info("%s: connected", self._client_id)
        for topic_filter in sorted({one for one, _handler in self._subscriptions}):
            client.subscribe(topic_filter)

    def _on_disconnect(self, *_: object) -> None:
        _LOGGER.info("%s: disconnected", self._client_id)
        self._online = False

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        text = message.payload.decode(errors="replace")
        received = Message(message.topic, text, message.retain, time.time())
        self._jobs.put(lambda: self._hand_out(received))

    # In the runner's thread

    def _hand_out(self, message: Message) -> None:
        for topic_filter, handler in list(self._subscriptions):
            if mqtt.topic_matches_sub(topic_filter, message.topic):
                handler(message)
