"""An MQTT broker in memory, driven by the simulated clock.

It exists so that law, adapters and emulated devices can run closed loop at full speed without a
socket. Publishing only appends to a queue; `run` hands the queue out in order until it is empty,
so a handler that publishes never re-enters another handler. What is modelled of MQTT 3.1.1:
retained messages, `+` and `#`, last wills, clients that drop, and a broker that goes away and
returns. QoS is 0 throughout: what is sent while either side is away is lost.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

type Handler = Callable[[Any], None]
"""Called with a `Message`. Any, because the code under test has a message class of its own with
the same attributes, and the simulator imports nothing of it."""
type Unsubscribe = Callable[[], None]

MAX_MESSAGES_PER_RUN: Final = 20_000
"""A `run` that needs more than this is two handlers answering each other for ever."""


class Message(NamedTuple):
    """One delivered message; `retain` is true only for a message kept from before subscribing."""

    topic: str
    payload: str
    retain: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes for a client that vanishes without saying goodbye."""

    topic: str
    payload: str
    retain: bool = False


@dataclass(slots=True, eq=False)
class _Subscription:
    client: SimClient
    topic_filter: str
    handler: Handler
    live: bool = True
    """False once it was cancelled: what is queued for it is dropped."""


class _Delivery(NamedTuple):
    topic: str
    payload: str
    retain: bool
    only: _Subscription | None  # a retained message goes to the new subscription alone


@lru_cache(maxsize=65_536)
def topic_matches(topic_filter: str, topic: str) -> bool:
    """Return whether an MQTT topic filter covers a topic (`+` one level, `#` the rest)."""
    if topic.startswith("$") and topic_filter[:1] in {"+", "#"}:
        return False  # MQTT 3.1.1, 4.7.2: wildcards do not reach the broker's own topics
    wanted, levels = topic_filter.split("/"), topic.split("/")
    for position, part in enumerate(wanted):
        if part == "#":
            return True
        if position >= len(levels) or part not in {"+", levels[position]}:
            return False
    return len(wanted) == len(levels)


class SimClient:
    """One client's connection to a `SimBroker`; made by `SimBroker.client`."""

    def __init__(self, broker: SimBroker, will: Will | None) -> None:
        """Connect at once when the broker runs."""
        self._broker = broker
        self._will = will
        self._online = True
        self._subscriptions: list[_Subscription] = []

    @property
    def connected(self) -> bool:
        """Whether messages can pass at this moment."""
        return self._online and self._broker.running

    def subscribe(self, topic_filter: str, handler: Handler) -> Unsubscribe:
        """Hand every message under `topic_filter` to `handler`; retained ones follow first.

        Subscriptions outlive drops and outages: they are renewed at the next connection.
        """
        subscription = _Subscription(self, topic_filter, handler)
        self._subscriptions.append(subscription)
        self._broker.forget_targets()
        if self.connected:
            self._broker.send_retained(subscription)

        def unsubscribe() -> None:
            if subscription.live:
                subscription.live = False
                self._subscriptions.remove(subscription)
                self._broker.forget_targets()

        return unsubscribe

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Queue a message; it is lost when not connected. An empty retained one clears the topic.

        Bytes that are not UTF-8 reach handlers with replacement characters.
        """
        if isinstance(payload, bytes):
            payload = payload.decode(errors="replace")
        if self.connected:
            self._broker.accept(topic, payload, retain=retain)

    def covering(self, topic: str) -> list[_Subscription]:
        """Return the subscriptions that cover a topic."""
        return [one for one in self._subscriptions if topic_matches(one.topic_filter, topic)]

    def holds(self, subscription: _Subscription) -> bool:
        """Return whether a subscription is still wanted and the client reachable."""
        return subscription.live and self.connected

    def drop(self) -> None:
        """Vanish, as by a pulled plug: the broker publishes the last will."""
        if self.connected and self._will is not None:
            self._broker.accept(self._will.topic, self._will.payload, retain=self._will.retain)
        self._online = False

    def disconnect(self) -> None:
        """Say goodbye: no last will."""
        self._online = False

    def reconnect(self) -> None:
        """Come back; subscriptions are renewed, so retained messages arrive again."""
        self._online = True
        self.renew()

    def renew(self) -> None:
        """Receive the retained messages of every subscription again (a new connection)."""
        if self.connected:
            for subscription in self._subscriptions:
                self._broker.send_retained(subscription)


class SimBroker:
    """The broker: a queue, the retained messages and the connected clients."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start running; `clock` gives the simulated time in seconds that messages carry."""
        self._clock = clock
        self._clients: list[SimClient] = []
        self._queue: deque[_Delivery] = deque()
        self._retained: dict[str, str] = {}
        self._found: dict[str, list[_Subscription]] = {}
        self.running = True
        self.log: list[Message] | None = None
        """Set to a list to record every accepted message (tests and traces)."""

    @property
    def retained(self) -> dict[str, str]:
        """A copy of the retained messages by topic."""
        return dict(self._retained)

    def client(self, will: Will | None = None) -> SimClient:
        """Return a new connected client."""
        return self.join(SimClient(self, will))

    def join[T: SimClient](self, client: T) -> T:
        """Take a client of a kind of its own, made by its own class."""
        self._clients.append(client)
        return client

    def accept(self, topic: str, payload: str, *, retain: bool) -> None:
        """Take a message from a client into the queue."""
        if retain and payload:
            self._retained[topic] = payload
        elif retain:
            self._retained.pop(topic, None)
        if self.log is not None:
            self.log.append(Message(topic, payload, retain, self._clock()))
        self._queue.append(_Delivery(topic, payload, retain=False, only=None))

    def send_retained(self, subscription: _Subscription) -> None:
        """Queue what is retained under a new subscription, for it alone."""
        for topic, payload in self._retained.items():
            if topic_matches(subscription.topic_filter, topic):
                self._queue.append(_Delivery(topic, payload, retain=True, only=subscription))

    def run(self) -> int:
        """Deliver everything queued, and what that leads to; return the number of deliveries.

        Raises RuntimeError when handlers answer each other without end.
        """
        delivered = 0
        while self._queue:
            delivered += self._deliver(self._queue.popleft())
            if delivered > MAX_MESSAGES_PER_RUN:
                msg = "the handlers answer each other without end"
                raise RuntimeError(msg)
        return delivered

    def stop(self, *, keep_retained: bool = True) -> None:
        """Go away: everything on its way is lost, and the retained messages too unless kept."""
        self.running = False
        self._queue.clear()
        if not keep_retained:
            self._retained.clear()

    def start(self) -> None:
        """Come back; clients that are online connect again and renew their subscriptions."""
        self.running = True
        for client in self._clients:
            client.renew()

    def _deliver(self, delivery: _Delivery) -> int:
        message = Message(delivery.topic, delivery.payload, delivery.retain, self._clock())
        if delivery.only is not None:
            targets = [delivery.only] if delivery.only.client.holds(delivery.only) else []
        else:
            targets = self._targets(delivery.topic)
        for target in targets:
            target.handler(message)
        return len(targets)

    def _targets(self, topic: str) -> list[_Subscription]:
        """Return who gets a message under a topic now; asked for every message, so remembered."""
        found = self._found.get(topic)
        if found is None:
            found = [one for client in self._clients for one in client.covering(topic)]
            self._found[topic] = found
        return [one for one in found if one.client.connected]

    def forget_targets(self) -> None:
        """Look anew who wants what: somebody subscribed or ended it."""
        self._found.clear()
