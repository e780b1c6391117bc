"""A broker of a few lines and a bench that ticks a charger adapter through time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
import json
from typing import Any, Final

from custom_components.victron_openevse.openevse.mqtt import OpenEvseCharger
from custom_components.victron_openevse.transport import Handler, Message, Unsubscribe

BASE: Final = "openevse-1a2b"
ANNOUNCE: Final = "openevse/announce/1a2b"
CHARGER_ID: Final = "c45bbe001a2b"

CONNECTED: Final = json.dumps(
    {
        "state": "connected",
        "id": CHARGER_ID,
        "name": BASE,
        "mqtt": BASE,
        "http": "http://192.168.1.57/",
    }
)
DISCONNECTED: Final = json.dumps({"state": "disconnected", "id": CHARGER_ID, "name": BASE})
NO_CLAIM: Final = '{"state":"null"}'

# What a 5.1.5 charger with a car charging at 16 A dumps each 30 s, in its order and notation.
DUMP: Final = {
    "evse_connected": "1",
    "amp": "15240",
    "voltage": "240",
    "power": "3657.6",
    "pilot": "16",
    "max_current": "32",
    "temp": "283",
    "temp_max": "false",
    "temp1": "false",
    "state": "3",
    "status": "active",
    "flags": "9544",
    "vehicle": "1",
    "colour": "6",
    "manual_override": "0",
    "freeram": "167832",
    "divertmode": "1",
    "srssi": "-61",
    "time": "2026-06-21T12:00:00Z",
    "local_time": "2026-06-21T13:00:00+0100",
    "offset": "+0100",
    "uptime": "86412",
    "session_elapsed": "8421",
    "session_energy": "12345.67891",
    "total_energy": "1234.56789",
    "elapsed": "8421",
    "wattsec": "3.6e7",
    "watthour": "1.2345678e7",
}


def matches(topic_filter: str, topic: str) -> bool:
    """Tell whether a topic matches a filter with `+`, or `#` at its end."""
    wanted, got = topic_filter.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted, got = wanted[:-1], got[: len(wanted) - 1]
    pairs = zip(wanted, got, strict=False)
    return len(wanted) == len(got) and all(w in ("+", g) for w, g in pairs)


@dataclass
class FakeTransport:
    """Keeps what was published, replays what is stored."""

    connected: bool = True
    published: list[tuple[str, str]] = field(default_factory=list)
    stored: dict[str, str] = field(default_factory=dict)
    handlers: list[tuple[str, Handler]] = field(default_factory=list)
    now_s: float = 1000.0

    def subscribe(self, topic_filter: str, handler: Handler) -> Unsubscribe:
        entry = (topic_filter, handler)
        self.handlers.append(entry)
        for topic, payload in list(self.stored.items()):
            if matches(topic_filter, topic):
                handler(Message(topic, payload, retain=True, at_s=self.now_s))
        return lambda: self.handlers.remove(entry)

    def publish(self, topic: str, payload: str) -> None:
        self.published.append((topic, payload))

    def deliver(self, topic: str, payload: str, *, retain: bool = False) -> None:
        message = Message(topic, payload, retain=retain, at_s=self.now_s)
        for topic_filter, handler in list(self.handlers):
            if matches(topic_filter, topic):
                handler(message)


class Bench:
    """One charger adapter on a fake broker, with a clock that only the test moves."""

    def __init__(
        self,
        *,
        stored: dict[str, str] | None = None,
        announce_topic: str | None = ANNOUNCE,
        local_now: Callable[[], datetime] | None = None,
        **kwargs: Any,
    ) -> None:
        known = {ANNOUNCE: CONNECTED, f"{BASE}/claim": NO_CLAIM}
        self.transport = FakeTransport(stored=known if stored is None else stored)
        self.changes = 0
        self.charger = OpenEvseCharger(
            self.transport, BASE, announce_topic, self._changed, local_now=local_now, **kwargs
        )
        self.charger.start(self.now_s)

    def _changed(self) -> None:
        self.changes += 1

    @property
    def now_s(self) -> float:
        return self.transport.now_s

    def advance(self, seconds: int) -> None:
        """Tick once a second."""
        for _ in range(seconds):
            self.transport.now_s += 1
            self.charger.tick(self.now_s)

    def say(self, key: str, payload: str, *, retain: bool = False) -> None:
        """Let the charger publish below its base topic."""
        self.transport.deliver(f"{BASE}/{key}", payload, retain=retain)

    def announce(self, payload: str, *, retain: bool = False) -> None:
        self.transport.deliver(ANNOUNCE, payload, retain=retain)

    def dump(self, **changed: str) -> None:
        """Let the charger send its dump."""
        for key, payload in (DUMP | changed).items():
            self.say(key, payload)

    def offer(self, current_a: int) -> None:
        self.charger.offer(current_a, self.now_s)

    def echo(self) -> None:
        """Answer the last claim as the firmware does: cleared fields left out."""
        sent = self.claims[-1]
        kept = {key: value for key, value in sent.items() if value != "clear"}
        self.say("claim", json.dumps(kept))

    @property
    def commands(self) -> list[str]:
        """Payloads published to the claim topic."""
        return [payload for topic, payload in self.transport.published if topic.endswith("/set")]

    @property
    def claims(self) -> list[dict[str, Any]]:
        return [json.loads(payload) for payload in self.commands if payload != "release"]
