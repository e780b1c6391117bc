"""An emulated OpenEVSE: the gateway's side of the MQTT contract around controller, meter and car.

It is stepped once a second and answers messages at once. What it is faithful to: the announcement
with its last will, retained documents at each connection, the rhythms of the scalar topics, merging
and clamping of what is set, arbitration of claims, claims that are lost with a reboot and kept over
an outage of the broker, and a session that is zeroed by unplugging. Messages that are sent while it
is away are lost, unless their sender had them retained.
Currents in amperes per phase, powers in watts, times in seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, Protocol

from simulator.openevse_claims import ClaimClient, ClaimPriority, ClaimTable, Properties, Target
from simulator.openevse_commands import Commands
from simulator.openevse_controller import Controller, Mode, StateCode
from simulator.openevse_limit import Limit
from simulator.openevse_meter import EnergyMeter
from simulator.openevse_topics import (
    COMMAND_TOPICS,
    ENERGY_KEYS,
    MEASURED_KEYS,
    STATUS_KEYS,
    announce_topic,
    announcement,
    document_text,
    value_text,
)
from simulator.openevse_values import (
    Scalar,
    box_values,
    charge_values,
    factory_config,
    measured_power_w,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.broker import Message
    from simulator.car import Car

DUMP_PERIOD_S: Final = 30.0
ENERGY_PERIOD_S: Final = 5.0
GATEWAY_BOOT_S: Final = 5.0
"""From a reset to the gateway's first message; real ones need 5..10 s."""


class GatewayClient(Protocol):
    """The MQTT connection that a gateway needs; made with `openevse_topics.announce_will`."""

    @property
    def connected(self) -> bool:
        """Whether messages can pass at this moment."""

    def subscribe(self, topic_filter: str, handler: Callable[[Message], None]) -> object:
        """Subscribe now and at every later connection."""

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Send with QoS 0; lost when not connected."""

    def drop(self) -> None:
        """Vanish without goodbye, so that the broker publishes the last will."""

    def reconnect(self) -> None:
        """Connect again."""


class OpenEvseEmulator:
    """One charger with its car, on one MQTT connection of its own."""

    def __init__(
        self,
        car: Car,
        client: GatewayClient,
        *,
        device_id: str = "a1b2c3d4e5f6",
        base_topic: str = "openevse-e5f6",
        firmware: str = "5.1.5",
        soft_max_a: int = 32,
        phases: Literal[1, 3] = 1,
        assumed_volts: float | None = None,
    ) -> None:
        """Power up. `assumed_volts` is what newer firmware reports instead of a reading (240)."""
        self.car = car
        self.controller = Controller(car, soft_max_a=soft_max_a)
        self.meter = EnergyMeter()
        self.device_id = device_id
        self.base_topic = base_topic
        self._clock_offset_s = 0.0
        self.serial_alive = True
        """False: the link to the controller is dead, so the dumps stop and nothing is obeyed."""
        self.config = factory_config(
            device_id, base_topic, firmware, soft_max_a=soft_max_a, three_phase=phases > 1
        )
        self._client = client
        self._assumed_volts = assumed_volts
        self._volts = 0.0
        self._now_s: float | None = None
        self._down_until_s: float | None = None
        self._was_connected = False
        self._start_gateway()
        commands = Commands(self)
        for topic in COMMAND_TOPICS:
            client.subscribe(f"{base_topic}/{topic}", commands.handle)

    # What an observer or a test asks

    @property
    def state(self) -> int:
        """The controller's state code."""
        return self.controller.state

    @property
    def pilot_a(self) -> int:
        """The set current, which `pilot` shows even while asleep."""
        return self.controller.pilot_a

    @property
    def contactor_closed(self) -> bool:
        """Whether the car is connected to the mains."""
        return self.controller.contactor_closed

    @property
    def closings(self) -> int:
        """How often the contactor has closed."""
        return self.controller.closings

    @property
    def running(self) -> bool:
        """Whether the gateway is up."""
        return self._down_until_s is None

    # What people do

    def press_button(self) -> None:
        """Press the front button: a manual override of the present target, or its end."""
        if self.running:
            self.toggle_override()

    def plug(self, *, soc_pct: float | None = None) -> None:
        """Plug the car in."""
        self.car.plug(soc_pct=soc_pct)

    def unplug(self) -> None:
        """Pull the plug; the charger notices at its next step."""
        self.car.unplug()

    def reboot(self) -> None:
        """Restart the gateway: claims are lost; the controller goes on with what it has."""
        self._client.drop()
        self._was_connected = False
        self._down_until_s = self._at_s + GATEWAY_BOOT_S

    # Time

    def step(self, now_s: float, volts: float) -> float:
        """Advance to `now_s` and return the car's power in W; without volts it is dead.

        `now_s` is Unix time where the charger's clock matters, else any second count.
        """
        dt_s = 0.0 if self._now_s is None else max(0.0, now_s - self._now_s)
        first = self._now_s is None
        self._now_s, self._volts = now_s, volts
        if first:
            self._start_timers()
        if volts <= 0.0:
            return self._lose_power(now_s)
        power_w = self.controller.step(dt_s, volts)
        if self._down_until_s is not None:
            if now_s < self._down_until_s:
                return power_w
            self._start_gateway()
            self._client.reconnect()
        self._step_gateway(dt_s)
        return power_w

    def _lose_power(self, now_s: float) -> float:
        if self.running:
            self.reboot()
        self._down_until_s = now_s + GATEWAY_BOOT_S
        self.controller.restart()
        self.controller.step(0.0, 0.0)
        return 0.0

    def _start_gateway(self) -> None:
        """Boot: nothing is remembered but the meter's totals and the configuration."""
        self._down_until_s = None
        self.claims = ClaimTable()
        self.claim_properties = Properties()
        self.override_properties = Properties(auto_release=True)
        self.limit = Limit()
        self.divert_mode = 1
        self.shaper = False
        self.versions = dict.fromkeys(("claims", "override", "limit", "schedule", "config"), 1)
        self.meter.end_session()
        self._start_timers()
        self._had_vehicle = self.controller.vehicle
        self._told: dict[str, object] = {}
        self._obeyed = True
        self.evaluate()

    def _start_timers(self) -> None:
        self._booted_s = self._dumped_s = self._energy_sent_s = self._at_s

    def _step_gateway(self, dt_s: float) -> None:
        if self._client.connected and not self._was_connected:
            self._greet()
        self._was_connected = self._client.connected
        if not self.serial_alive:
            return
        self._watch_vehicle()
        self._watch_controller()
        if self.state == StateCode.CHARGING:
            self.meter.step(dt_s, measured_power_w(self), self.clock.date())
            self._watch_limit()
        self._publish_changes()
        self._publish_rhythms()

    def _greet(self) -> None:
        """Announce, then every document once; the scalars wait for their own time."""
        self._client.publish(
            announce_topic(self.device_id),
            announcement(self.device_id, self.base_topic),
            retain=True,
        )
        self.publish_document("config", self.config)
        self._publish("config_version", 1, retain=True)
        self.publish_claims()
        self.publish_document("limit", self.limit.document())
        self.publish_document("schedule", [])

    def _watch_vehicle(self) -> None:
        """On unplugging: end the session and what was to end with it, without any new version."""
        vehicle, had = self.controller.vehicle, self._had_vehicle
        self._had_vehicle = vehicle
        if vehicle or not had:
            return
        self.meter.end_session()
        if self.limit.auto_release:
            self.limit = Limit()
        if self.claims.vehicle_left():
            self.evaluate()

    def _watch_controller(self) -> None:
        """Re-apply the claims after a boot of the controller, and a pilot that has strayed."""
        if self.controller.booting:
            self._obeyed = False
        elif not self._obeyed or (
            self.state == StateCode.CHARGING and self.pilot_a != self.target.pilot_a
        ):
            self._obeyed = True
            self.evaluate()

    def _watch_limit(self) -> None:
        if self.limit.reached(self.meter) and self.claims.claim(
            ClaimClient.LIMIT,
            ClaimPriority.LIMIT,
            Properties(state="disabled", auto_release=True),
        ):
            self.claims_changed()

    # Claims

    @property
    def target(self) -> Target:
        """What the claims add up to."""
        soft_max_a = int(self.config["max_current_soft"])
        return self.claims.target(
            "active" if self.config["default_state"] else "disabled", soft_max_a
        )

    def evaluate(self) -> None:
        """Hand the claims' outcome to the controller, in the same pass as the message."""
        if not self.serial_alive or self.controller.booting:
            return
        target = self.target
        pause = Mode.DISABLED if self.config["pause_uses_disabled"] else Mode.SLEEPING
        self.controller.command(Mode.ENABLED if target.state == "active" else pause)
        if target.pilot_a != self.pilot_a and self.controller.set_current(target.pilot_a):
            self._publish("pilot", self.pilot_a)
        if self.claims.get(ClaimClient.MANUAL):
            self._publish("manual_override", 1)
        self._publish_changes()

    def claims_changed(self) -> None:
        """Evaluate and publish after any client's claim changed through a message or a person."""
        self.evaluate()
        self.bump_version("claims")
        self.publish_claims()

    def override_changed(self) -> None:
        """Do the same for the manual override, which has a counter and a flag of its own."""
        self.bump_version("override")
        self.claims_changed()
        if not self.claims.get(ClaimClient.MANUAL):
            self._publish("manual_override", 0)

    def toggle_override(self) -> None:
        """Override with the opposite of the present target until unplugged, or end an override."""
        if not self.claims.release(ClaimClient.MANUAL):
            opposite: Literal["active", "disabled"]
            opposite = "disabled" if self.target.state == "active" else "active"
            wish = Properties(state=opposite, auto_release=True)
            self.claims.claim(ClaimClient.MANUAL, ClaimPriority.MANUAL, wish)
        self.override_changed()

    # Publishing

    def bump_version(self, name: str) -> None:
        """Count a change up, as the gateway does for each document."""
        self.versions[name] += 1
        self._publish(f"{name}_version", self.versions[name])

    def publish_claims(self) -> None:
        """Publish the MQTT client's claim and the override; of no other client."""
        for name, client in (("claim", ClaimClient.MQTT), ("override", ClaimClient.MANUAL)):
            claim = self.claims.get(client)
            self.publish_document(name, claim.properties.document() if claim else {"state": "null"})

    def publish_document(self, name: str, document: object) -> None:
        """Publish a retained JSON document."""
        self._client.publish(f"{self.base_topic}/{name}", document_text(document), retain=True)

    def publish_reply(self, reply: str) -> None:
        """Publish the controller's answer to a raw command."""
        self._client.publish(f"{self.base_topic}/rapi/out", reply)

    def publish_value(self, key: str, value: Scalar) -> None:
        """Publish one scalar now."""
        self._publish(key, value)

    def _publish(self, key: str, value: Scalar, *, retain: bool | None = None) -> None:
        keep = bool(self.config["mqtt_retained"]) if retain is None else retain
        self._client.publish(f"{self.base_topic}/{key}", value_text(value), retain=keep)

    def _publish_keys(self, keys: Iterable[str]) -> None:
        values = charge_values(self)
        for key in keys:
            self._publish(key, values[key])

    def _publish_changes(self) -> None:
        controller = self.controller
        asks = controller.vehicle and self.car.requests_charge
        status = (controller.state, controller.flags, asks)
        for name, seen, keys in (
            ("status", status, STATUS_KEYS),
            ("closings", controller.closings, ("total_switches",)),
            ("divertmode", self.divert_mode, ("divertmode",)),
        ):
            if self._told.setdefault(name, seen) != seen:
                self._told[name] = seen
                self._publish_keys(keys)

    def _publish_rhythms(self) -> None:
        now_s = self._at_s
        charging = self.state == StateCode.CHARGING
        if now_s - self._dumped_s >= DUMP_PERIOD_S:
            self._dumped_s = now_s
            self._energy_sent_s = now_s
            for key, value in (charge_values(self) | box_values(self)).items():
                self._publish(key, value)
            return
        if charging:
            self._publish_keys(MEASURED_KEYS)
        if charging and now_s - self._energy_sent_s >= ENERGY_PERIOD_S:
            self._energy_sent_s = now_s
            self._publish_keys(ENERGY_KEYS)

    @property
    def reported_volts(self) -> float:
        """The voltage that the gateway shows and counts with."""
        return self._volts if self._assumed_volts is None else self._assumed_volts

    @property
    def uptime_s(self) -> float:
        """Seconds since the gateway booted."""
        return self._at_s - self._booted_s

    @property
    def clock(self) -> datetime:
        """The gateway's clock."""
        return datetime.fromtimestamp(self._at_s + self._clock_offset_s, UTC)

    def set_clock(self, clock: datetime) -> None:
        """Set the clock, as `$S1` does."""
        self._clock_offset_s += (clock - self.clock).total_seconds()

    @property
    def _at_s(self) -> float:
        return self._now_s or 0.0
