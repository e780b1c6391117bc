"""A transport that remembers, and a GX that says exactly what a test tells it to say."""

from collections.abc import Callable
import json

from custom_components.victron_openevse.control.model import SiteReading
from custom_components.victron_openevse.transport import Handler, Message, Unsubscribe
from custom_components.victron_openevse.victron.mqtt import VictronSite

PORTAL = "c0619ab12345"

SINGLE_PHASE: dict[str, object] = {
    "system/0/Ac/Grid/L1/Power": -1035.2,
    "system/0/Ac/Grid/L2/Power": None,
    "system/0/Ac/Grid/L3/Power": None,
    "system/0/Ac/Grid/NumberOfPhases": 1,
    "system/0/Ac/Consumption/L1/Power": 412,
    "system/0/Ac/Consumption/NumberOfPhases": 1,
    "system/0/Dc/Battery/Power": 1480.5,
    "system/0/Dc/Battery/Soc": 76.4,
    "system/0/Dc/Battery/Voltage": 52.1,
    "system/0/Dc/Pv/Power": 3120,
    "system/0/Ac/PvOnGrid/L1/Power": None,
    "system/0/Ac/PvOnOutput/L1/Power": None,
    "system/0/Ac/PvOnGenset/L1/Power": None,
    "system/0/Ac/ActiveIn/Source": 1,
    "system/0/Control/ActiveSocLimit": 15,
    "system/0/Control/ScheduledCharge": 0,
    "system/0/DynamicEss/Active": 0,
    "hub4/0/MaxDischargePower": -1,
    "hub4/0/Overrides/MaxDischargePower": None,
    "hub4/0/PvPowerLimiterActive": 0,
    "settings/0/Settings/CGwacs/OvervoltageFeedIn": 1,
    "settings/0/Settings/CGwacs/PreventFeedback": 0,
    "settings/0/Settings/CGwacs/MaxFeedInPower": -1,
    "platform/0/ProductName": "MultiPlus-II GX",
    "platform/0/Firmware/Installed/Version": "v3.72",
    "solarcharger/279/MppOperationMode": 2,
    "solarcharger/279/Yield/Power": 3150,
    "solarcharger/279/Settings/ChargeCurrentLimit": 100,
    "grid/30/Ac/L1/Voltage": 235.6,
}
"""A complete publish of a one-phase house with DC-coupled arrays."""


def matches(topic_filter: str, topic: str) -> bool:
    """Tell whether an MQTT filter without `#` matches a topic."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if len(wanted) != len(levels):
        return False
    return all(w in ("+", level) for w, level in zip(wanted, levels, strict=True))


class FakeTransport:
    """Delivers what a test says, keeps what the adapter sends."""

    def __init__(self) -> None:
        self.connected = True
        self.sent: list[tuple[str, str]] = []
        self.handlers: dict[str, Handler] = {}

    def subscribe(self, topic_filter: str, handler: Handler) -> Unsubscribe:
        assert topic_filter not in self.handlers
        self.handlers[topic_filter] = handler

        def unsubscribe() -> None:
            del self.handlers[topic_filter]

        return unsubscribe

    def publish(self, topic: str, payload: str) -> None:
        self.sent.append((topic, payload))

    def deliver(self, topic: str, payload: str, at_s: float, *, retain: bool = False) -> int:
        """Hand a message to every matching handler; return how many there were."""
        hit = [h for f, h in self.handlers.items() if matches(f, topic)]
        for handler in hit:
            handler(Message(topic, payload, retain, at_s))
        return len(hit)

    def take(self) -> list[tuple[str, str]]:
        """Return and forget what was sent."""
        sent, self.sent = self.sent, []
        return sent


class Gx:
    """A started site with its transport and a clock that only tests move."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.transport = FakeTransport()
        self.site = VictronSite(self.transport, PORTAL, on_change)
        self.now_s = 1000.0
        self.site.start(self.now_s)

    def raw(self, path: str, payload: str, *, retain: bool = False) -> int:
        return self.transport.deliver(f"N/{PORTAL}/{path}", payload, self.now_s, retain=retain)

    def say(self, path: str, value: object) -> int:
        return self.raw(path, json.dumps({"value": value}))

    def heartbeat(self) -> None:
        self.say("heartbeat", 1763805600)

    def publish(self, values: dict[str, object] | None = None, *, complete: bool = True) -> None:
        """Say everything, as after a full keepalive."""
        for path, value in (SINGLE_PHASE if values is None else values).items():
            self.say(path, value)
        if complete:
            self.say("full_publish_completed", 1763805600)

    def pass_time(self, seconds: int, *, alive: bool = True) -> None:
        """Tick each second; a live GX beats its heart every three."""
        for _ in range(seconds):
            self.now_s += 1
            if alive and self.now_s % 3 == 0:
                self.heartbeat()
            self.site.tick(self.now_s)

    def reading(self) -> SiteReading:
        return self.site.reading(self.now_s)

    def sent(self, kind: str, path: str = "") -> list[str]:
        """Return the payloads sent so far to `kind` topics whose path starts with `path`."""
        start = f"{kind}/{PORTAL}/{path}"
        return [payload for topic, payload in self.transport.sent if topic.startswith(start)]

    def keepalives(self) -> list[str]:
        return self.sent("R", "keepalive")

    def writes(self) -> list[str]:
        return self.sent("W")
