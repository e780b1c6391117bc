"""An emulated Victron GX: the plant's values on MQTT, as faithfully as the protocol is known.

What it does, each with a test: says nothing until asked (keepalive), sends only changed values at
most once a second, a heartbeat every 3 s, and falls silent 60 s after the last keepalive without
a word; publishes everything on a plain keepalive and then says so, with the caller's echo; answers
reads of an item or of a whole branch; takes writes within their range and ignores all others
without a word; forgets volatile overrides that are not refreshed; retains nothing but its serial.

It does no I/O and reads no clock: `step(now_s)` is called once a second after `Plant.step`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from simulator.gx_faults import FaultBoard
from simulator.gx_items import Constant, Value, measured_items
from simulator.gx_settings import BATTERY_LIFE_STATE, NO_BATTERY_LIFE, Writable, writable_items
from simulator.gx_view import GxView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.faults import GxFault
    from simulator.plant import Plant

KEEPALIVE_S: Final = 60.0
HEARTBEAT_S: Final = 3.0
FULL_PUBLISHES_PER_S: Final = 3
SUPPRESS: Final = "suppress-republish"
ECHO: Final = "full-publish-completed-echo"
STATE_DISCHARGED: Final = 11
STATE_RECHARGING: Final = 12


class MqttClient(Protocol):
    """What the emulator needs of an MQTT client; `simulator.broker.SimClient` is one."""

    @property
    def connected(self) -> bool:
        """Whether messages can pass."""

    def subscribe(self, topic_filter: str, handler: Callable[[Any], None]) -> Callable[[], None]:
        """Call `handler` with every message (topic, payload) under the filter."""

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Send a message."""


class Write(NamedTuple):
    """One write that arrived: what, and whether it was taken and cost a flash cycle."""

    path: str
    payload: str
    accepted: bool
    flash: bool


@dataclass(frozen=True, slots=True)
class GxConfig:
    """How this GX behaves where sites differ."""

    instances: Mapping[str, int] = field(
        default_factory=lambda: {
            "vebus": 276,
            "solarcharger": 279,
            "battery": 512,
            "grid": 30,
            "pvinverter": 20,
        }
    )
    """Device instances by service; services not named here are instance 0."""
    override_expiry_s: float = 300.0
    """Reports say 180 s and 300 s."""
    obeys_overrides: bool = True
    """False: overrides are shown but have no effect, as one report says."""
    dynamic_ess_active: bool = False
    meter_noise_w: float = 0.0
    seed: int = 1


class GxEmulator:
    """A GX device in front of a plant, speaking through an MQTT client."""

    def __init__(
        self,
        plant: Plant,
        client: MqttClient,
        portal_id: str = "c0619ab12345",
        config: GxConfig | None = None,
    ) -> None:
        """Subscribe to requests and announce the retained serial."""
        self.config = config or GxConfig()
        self.portal_id = portal_id
        self.writes: list[Write] = []
        self._plant = plant
        self._client = client
        self._view = GxView(plant, self.config.meter_noise_w, self.config.seed)
        items = measured_items(portal_id, plant.config.ac_share, plant.config.phases)
        readers = {f"{item.service}/{item.path}": item.read for item in items}
        self._constants: dict[str, Value] = {
            key: read.value if isinstance(read, Constant) else None for key, read in readers.items()
        }
        """Every read-only item in order; what is measured is filled in each second."""
        self._measured = [
            (key, read) for key, read in readers.items() if not isinstance(read, Constant)
        ]
        self._writable = {item.key: item for item in writable_items(plant.ess)}
        self._written: dict[str, Value] = {k: w.start for k, w in self._writable.items()}
        self._expires_s: dict[str, float] = {}
        self._faults = FaultBoard(self.config.instances, self._leave)
        self._shown: dict[str, Value] = {}
        self._sent: dict[str, Value] = {}
        self._now_s: float | None = None
        self._alive_s = 0.0
        self._heartbeat_s = 0.0
        self._full_publishes = 0
        self._connected = False
        client.subscribe(f"R/{portal_id}/#", self._on_read)
        client.subscribe(f"W/{portal_id}/#", self._on_write)
        self._refresh()
        self._announce_if_new()

    @property
    def alive(self) -> bool:
        """Whether a keepalive came within the last minute, so that values are sent."""
        return self._alive_s > 0.0

    @property
    def flash_writes(self) -> int:
        """How many writes went to flash."""
        return sum(write.flash for write in self.writes)

    def value(self, path: str) -> Value:
        """Return the value shown at a full path such as `system/0/Dc/Pv/Power`.

        Raises KeyError when there is no such item now.
        """
        return self._shown[path]

    def inject(
        self, fault: GxFault, target: str | None = None, *, duration_s: float | None = None
    ) -> None:
        """Let a fault happen now, to a service or path where it needs one, for a while or for good.

        Raises ValueError when a fault that needs a target gets none.
        """
        self._faults.inject(fault, target, self._now_s or 0.0, duration_s)

    def clear(self, fault: GxFault) -> None:
        """End a fault that was injected without a duration."""
        self._faults.clear(fault)

    def measure(self) -> None:
        """Read the meters and say nothing: before a step that follows a silence."""
        self._view.measure()

    def step(self, now_s: float) -> None:
        """Advance to `now_s`: measure, expire, and send what changed."""
        passed_s = 0.0 if self._now_s is None else max(0.0, now_s - self._now_s)
        self._now_s = now_s
        self._full_publishes = 0
        self._view.measure()
        self._expire_overrides()
        self._faults.advance(now_s)
        if self._faults.booting:
            self._forget()
        self._refresh()
        self._announce_if_new()
        self._alive_s = max(0.0, self._alive_s - passed_s)
        if self.alive:
            self._send_changes()
            self._beat(passed_s)

    def _forget(self) -> None:
        """Lose what a reboot loses: the keepalive and every volatile override."""
        self._alive_s = 0.0
        self._sent.clear()
        self._expires_s = dict.fromkeys(self._expires_s, 0.0)
        self._expire_overrides()

    def _refresh(self) -> None:
        """Compute every item as it would be shown now, faults included."""
        self._written[BATTERY_LIFE_STATE] = self._battery_life_state()
        view = self._view
        values = self._constants.copy()
        for key, read in self._measured:
            values[key] = read(view)
        values["system/DynamicEss/Active"] = int(self.config.dynamic_ess_active)
        values.update(self._written)
        self._shown = self._faults.apply(values)

    def _battery_life_state(self) -> Value:
        """Return the state that ESS shows in place of the user's choice while at the minimum."""
        chosen = self._written[BATTERY_LIFE_STATE]
        if chosen not in {NO_BATTERY_LIFE, STATE_DISCHARGED, STATE_RECHARGING}:
            return chosen
        flows = self._view.flows
        if flows.recharging:
            return STATE_RECHARGING
        return STATE_DISCHARGED if flows.discharged else NO_BATTERY_LIFE

    def _announce_if_new(self) -> None:
        """Publish the retained serial after each new connection, as discovery relies on it."""
        connected = self._client.connected and not self._faults.silent
        if connected and not self._connected:
            self._send("system/0/Serial", self.portal_id)
        self._connected = connected

    def _send_changes(self) -> None:
        sent = self._sent
        for path, value in self._shown.items():
            if path not in sent or sent[path] != value:
                self._send(path, value)

    def _send(self, path: str, value: Value) -> None:
        """Publish one item; only the serial is retained."""
        self._sent[path] = value
        payload: dict[str, Value] = {"value": value}
        writable = self._writable.get(self._faults.key(path))
        if writable is not None and writable.shows_range:
            payload |= {"min": writable.low, "max": writable.high}
        retain = path == "system/0/Serial"
        self._publish(path, json.dumps(payload), retain=retain)

    def _publish(self, path: str, payload: str, *, retain: bool = False) -> None:
        if not self._faults.silent:
            self._client.publish(f"N/{self.portal_id}/{path}", payload, retain=retain)

    def _leave(self, path: str) -> None:
        """Tell that an item left D-Bus, with a zero-byte payload."""
        self._sent.pop(path, None)
        if self.alive:
            self._publish(path, "")

    def _beat(self, passed_s: float) -> None:
        self._heartbeat_s += passed_s
        if self._heartbeat_s >= HEARTBEAT_S:
            self._heartbeat_s = 0.0
            self._publish("heartbeat", json.dumps({"value": int(self._now_s or 0)}))

    def _on_read(self, message: Any) -> None:
        if self._faults.silent:
            return
        path = message.topic.split("/", 2)[2]
        if path in {"keepalive", "system/0/Serial"}:
            self._on_keepalive(_options(message.payload))
        elif self.alive and path in self._shown:
            self._send(path, self._shown[path])
        elif self.alive:
            branch = path + "/"
            for shown, value in self._shown.items():
                if shown.startswith(branch):
                    self._send(shown, value)

    def _on_keepalive(self, options: list[object]) -> None:
        """Arm the minute; unless asked not to, publish everything and say when done."""
        self._alive_s = KEEPALIVE_S
        if SUPPRESS in options or self._full_publishes >= FULL_PUBLISHES_PER_S:
            return
        self._full_publishes += 1
        for path, value in self._shown.items():
            self._send(path, value)
        done: dict[str, object] = {"value": int(self._now_s or 0)}
        for option in options:
            if isinstance(option, dict) and ECHO in option:
                done[ECHO] = option[ECHO]
        self._publish("full_publish_completed", json.dumps(done))

    def _on_write(self, message: Any) -> None:
        if self._faults.silent:
            return
        path = message.topic.split("/", 2)[2]
        item = self._writable.get(self._faults.key(path)) if path in self._shown else None
        known, value = _written_value(message.payload)
        accepted = item is not None and known and item.accepts(value)
        flash = accepted and item is not None and item.flash
        self.writes.append(Write(path, message.payload, accepted, flash))
        if accepted and item is not None:
            self._store(item, path, value)

    def _store(self, item: Writable, path: str, value: Any) -> None:
        """Keep a written value, let it act, and show it if it changed."""
        self._written[item.key] = value
        if item.expires:
            self._expires_s[item.key] = (self._now_s or 0.0) + self.config.override_expiry_s
        self._act(item, value)
        changed = self._shown[path] != value
        self._refresh()
        if self.alive and changed:
            self._send(path, self._shown[path])

    def _act(self, item: Writable, value: float | None) -> None:
        if self.config.obeys_overrides or not item.expires:
            item.apply(self._plant.ess, value)

    def _expire_overrides(self) -> None:
        """Forget overrides that nobody refreshed."""
        due = [key for key, at_s in self._expires_s.items() if at_s <= (self._now_s or 0.0)]
        for key in due:
            del self._expires_s[key]
            item = self._writable[key]
            self._written[key] = item.start
            self._act(item, item.start)


def _options(payload: str) -> list[object]:
    """Return the options of a keepalive; anything unreadable counts as none."""
    try:
        options = json.loads(payload)["keepalive-options"]
    except ValueError, TypeError, KeyError:
        return []
    return options if isinstance(options, list) else []


def _written_value(payload: str) -> tuple[bool, object]:
    """Return whether a write can be understood, and its value."""
    try:
        content = json.loads(payload)
    except ValueError:
        return False, None
    if not isinstance(content, dict) or "value" not in content:
        return False, None
    return True, content["value"]
