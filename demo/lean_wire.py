"""The MQTT connection of a Home Assistant in this process: paho's place, taken by the desk's broker.

What a socket and paho would cost is missing from what is measured; it is the same for everybody who
listens to the same messages.
"""

from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any, Final

from simulator.broker import Message, SimBroker, topic_matches

type Result = tuple[int, int]

GOOD: Final = SimpleNamespace(value=0, is_failure=False, getName=lambda: "Success")
"""The reason code of everything that went well."""


class DeskPaho:
    """What Home Assistant's MQTT integration needs of paho's client, on a broker in memory.

    Home Assistant sets its callbacks (`on_message` and so on) as attributes.
    """

    def __init__(self, broker: SimBroker, call_soon: Callable[..., object]) -> None:
        """Connect to the broker; `call_soon` puts a call on Home Assistant's loop."""
        self._client = broker.client()
        self._client.subscribe("#", self._take_live)
        self._call_soon = call_soon
        self._filters: dict[str, Callable[[], None]] = {}
        self._ids = count(1)
        self.inbox: list[Message] = []
        """What arrived since it was handed out."""

    def __getattr__(self, name: str) -> Any:
        """Offer everything else that a client has, and callbacks nobody set, doing nothing."""
        return lambda *_args, **_kwargs: 0

    def connect(self, **_options: Any) -> int:
        """Connect: the answer comes a moment later."""
        self._call_soon(lambda: self.on_connect(self, None, None, GOOD, None))
        return 0

    def subscribe(self, what: Any, *_args: Any, **_options: Any) -> Result:
        """Subscribe to one filter or to a list of them; retained messages follow."""
        for topic_filter in [what] if isinstance(what, str) else [item[0] for item in what]:
            if topic_filter not in self._filters:
                end = self._client.subscribe(topic_filter, self._take_retained)
                self._filters[topic_filter] = end
        return self._confirm("on_subscribe")

    def unsubscribe(self, filters: Any) -> Result:
        """End subscriptions."""
        for topic_filter in [filters] if isinstance(filters, str) else filters:
            if topic_filter in self._filters:
                self._filters.pop(topic_filter)()
        return self._confirm("on_unsubscribe")

    def publish(self, topic: str, payload: Any, *_args: Any) -> Any:
        """Send to the broker."""
        self._client.publish(topic, payload or "")
        _, mid = self._confirm("on_publish")
        return SimpleNamespace(mid=mid, rc=0)

    def hand_out(self) -> int:
        """Give Home Assistant what arrived; returns how many messages."""
        messages, self.inbox = self.inbox, []
        for message in messages:
            self.on_message(self, None, _as_paho(message))
        return len(messages)

    def _confirm(self, callback: str) -> Result:
        mid = next(self._ids)
        self._call_soon(lambda: getattr(self, callback)(self, None, mid, [GOOD], None))
        return 0, mid

    def _take_retained(self, message: Message) -> None:
        if message.retain:
            self.inbox.append(message)

    def _take_live(self, message: Message) -> None:
        wanted = any(topic_matches(one, message.topic) for one in self._filters)
        if wanted and not message.retain:
            self.inbox.append(message)


def _as_paho(message: Message) -> Any:
    return SimpleNamespace(
        topic=message.topic,
        payload=message.payload.encode(),
        qos=0,
        retain=message.retain,
        timestamp=message.at_s,
        properties=None,
        mid=0,
    )
