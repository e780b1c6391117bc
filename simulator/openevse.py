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

from simulator.openevse_claims import (
    ChargeState,
    Claim,
    ClaimClient,
    ClaimPriority,
    ClaimTable,
    Properties,
    Target,
)
from simulator.openevse_commands import Commands
from simulator.openevse_controller import Controller, Mode, StateCode
from simulator.openevse_limit import Limit, default_limit
from simulator.openevse_meter import EnergyMeter
from simulator.openevse_topics import COMMAND_TOPICS
from simulator.openevse_values import factory_config, measured_power_w
from simulator.openevse_voice import Voice

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.broker import Message
    from simulator.car import Car

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
        self.voice = Voice(self, client)
        self.on_down: Callable[[], None] = lambda: None
        """Called when the gateway goes down, and its connections with it."""
        self._start_gateway()
        self.commands = Commands(self)
        for topic in COMMAND_TOPICS:
            client.subscribe(f"{base_topic}/{topic}", self.commands.handle)

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
    def connected(self) -> bool:
        """Whether the gateway is connected to the broker."""
        return self._client.connected

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
        self.on_down()
        self._was_connected = False
        self._down_until_s = self.at_s + GATEWAY_BOOT_S

    def lose_network(self) -> None:
        """Vanish from the broker without goodbye; everything else goes on."""
        self._client.drop()
        self._was_connected = False

    def find_network(self) -> None:
        """Connect again, unless a reboot does that by itself."""
        if self.running:
            self._client.reconnect()

    # Time

    def step(self, now_s: float, volts: float) -> float:
        """Advance to `now_s` and return the car's power in W; without volts it is dead.

        `now_s` is Unix time where the charger's clock matters, else any second count.
        """
        dt_s = 0.0 if self._now_s is None else max(0.0, now_s - self._now_s)
        first = self._now_s is None
        self._now_s, self._volts = now_s, volts
        if first:
            self._booted_s = now_s
            self.voice.restart_timers()
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
        self.limit = default_limit(self.config)
        self.divert_mode = 1
        self.shaper = False
        self.versions = dict.fromkeys(("claims", "override", "limit", "schedule", "config"), 1)
        self.meter.end_session()
        self._booted_s = self.at_s
        self.voice.restart()
        self._had_vehicle = self.controller.vehicle
        self._obeyed = True
        self.evaluate()

    def _step_gateway(self, dt_s: float) -> None:
        if self._client.connected and not self._was_connected:
            self.voice.greet()
        self._was_connected = self._client.connected
        if not self.serial_alive:
            return
        self._watch_vehicle()
        self._watch_controller()
        if self.state == StateCode.CHARGING:
            self.meter.step(dt_s, measured_power_w(self), self.clock.date())
        self._watch_limit()
        self.voice.changes()
        self.voice.rhythms()

    def _watch_vehicle(self) -> None:
        """On unplugging: end the session and what was to end with it, without any new version."""
        vehicle, had = self.controller.vehicle, self._had_vehicle
        self._had_vehicle = vehicle
        if vehicle or not had:
            return
        self.meter.end_session()
        if self.limit.auto_release and self.limit.active:
            self.limit = Limit()
            self.limit_changed()
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
        """Do what the firmware's own task for limits does once a second (5.1.5 and later).

        It looks at the limit only while charging; a limit that ends with the session asks for
        charging where the charger's own wish is to rest; a limit that is gone lifts its claim.
        """
        limit = self.limit
        if not limit.active:
            changed = self.claims.release(ClaimClient.LIMIT)
        elif self.state == StateCode.CHARGING:
            changed = limit.reached(self.meter) and self._claim_for_limit("disabled")
        else:
            rests = limit.auto_release and not self.config["default_state"]
            claimed = self.claims.get(ClaimClient.LIMIT) is not None
            changed = rests and not claimed and self._claim_for_limit("active")
        if changed:
            self.claims_changed()

    def _claim_for_limit(self, state: ChargeState) -> bool:
        wish = Properties(state=state, auto_release=True)
        return self.claims.claim(ClaimClient.LIMIT, ClaimPriority.LIMIT, wish)

    def limit_changed(self) -> None:
        """Count and publish the limit."""
        self.bump_versions("limit")
        self.voice.event({"limit": self.limit.active})  # the same topic, another kind of payload
        self.voice.document("limit", self.limit.document())

    # Claims

    @property
    def mqtt_claim(self) -> Claim | None:
        """What was claimed over MQTT."""
        return self.claims.get(ClaimClient.MQTT)

    @property
    def override(self) -> Claim | None:
        """The manual override."""
        return self.claims.get(ClaimClient.MANUAL)

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
            self.voice.event({"pilot": self.pilot_a})
        if self.override:
            self.voice.event({"manual_override": 1})
        self.voice.changes()

    def claims_changed(self) -> None:
        """Evaluate and publish after any client's claim changed through a message or a person."""
        self._publish_claims("claims")

    def override_changed(self) -> None:
        """Do the same for the manual override, which has a counter and a flag of its own."""
        self._publish_claims("claims", "override")
        if not self.override:
            self.voice.event({"manual_override": 0})

    def _publish_claims(self, *versions: str) -> None:
        self.evaluate()
        self.bump_versions(*versions)
        self.voice.claims()

    def bump_versions(self, *names: str) -> None:
        """Count changes up, as the gateway does for each kind of document."""
        for name in names:
            self.versions[name] += 1
        self.voice.event({f"{name}_version": self.versions[name] for name in names})

    def toggle_override(self) -> None:
        """Override with the opposite of the present target until unplugged, or end an override."""
        if not self.claims.release(ClaimClient.MANUAL):
            opposite: Literal["active", "disabled"]
            opposite = "disabled" if self.target.state == "active" else "active"
            wish = Properties(state=opposite, auto_release=True)
            self.claims.claim(ClaimClient.MANUAL, ClaimPriority.MANUAL, wish)
        self.override_changed()

    # What the gateway knows

    @property
    def reported_volts(self) -> float:
        """The voltage that the gateway shows and counts with."""
        return self._volts if self._assumed_volts is None else self._assumed_volts

    @property
    def uptime_s(self) -> float:
        """Seconds since the gateway booted."""
        return self.at_s - self._booted_s

    @property
    def clock(self) -> datetime:
        """The gateway's clock."""
        return datetime.fromtimestamp(self.at_s + self._clock_offset_s, UTC)

    def set_clock(self, clock: datetime) -> None:
        """Set the clock, as `$S1` does."""
        self._clock_offset_s += (clock - self.clock).total_seconds()

    @property
    def at_s(self) -> float:
        """The second that was last stepped to."""
        return self._now_s or 0.0
