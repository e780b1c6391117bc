"""What an OpenEVSE gateway says: events for MQTT and its websocket, documents for MQTT alone.

An event is a handful of values that belong together. On MQTT each value goes to a topic of its own;
a websocket gets the whole event as one frame. The rhythms are those of the firmware: everything
each 30 s, measured values each second and counters each 5 s while charging, and what changes at
once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.openevse_controller import StateCode
from simulator.openevse_topics import (
    ENERGY_KEYS,
    MEASURED_KEYS,
    STATUS_KEYS,
    announce_topic,
    announcement,
    document_text,
    value_text,
)
from simulator.openevse_values import Scalar, box_values, charge_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.openevse import GatewayClient, OpenEvseEmulator

DUMP_PERIOD_S: Final = 30.0
ENERGY_PERIOD_S: Final = 5.0


class Voice:
    """Speaks for one gateway."""

    def __init__(self, charger: OpenEvseEmulator, client: GatewayClient) -> None:
        """Speak for `charger` over the MQTT connection `client`."""
        self._charger = charger
        self._client = client
        self.on_event: Callable[[Mapping[str, Scalar]], None] = lambda _values: None
        """Gets each event as it is said; the websocket's way to hear it."""
        self.restart()

    def restart(self) -> None:
        """Forget what was said: the gateway boots."""
        self._told: dict[str, object] = {}
        self.restart_timers()

    def restart_timers(self) -> None:
        """Begin the rhythms now."""
        self._dumped_s = self._energy_sent_s = self._charger.at_s

    def greet(self) -> None:
        """Announce, then every document once; the scalars wait for their own time."""
        charger = self._charger
        announced = announcement(charger.device_id, charger.base_topic)
        self._client.publish(announce_topic(charger.device_id), announced, retain=True)
        self.document("config", charger.config)
        self._publish("config_version", 1, retain=True)
        self.claims()
        self.document("limit", charger.limit.document())
        self.document("schedule", [])

    def event(self, values: Mapping[str, Scalar]) -> None:
        """Say some values now."""
        for key, value in values.items():
            self._publish(key, value, retain=bool(self._charger.config["mqtt_retained"]))
        self.on_event(values)

    def claims(self) -> None:
        """Publish the MQTT client's claim and the override; of no other client."""
        charger = self._charger
        for name, claim in (("claim", charger.mqtt_claim), ("override", charger.override)):
            self.document(name, claim.properties.document() if claim else {"state": "null"})

    def document(self, name: str, document: object) -> None:
        """Publish a retained JSON document."""
        topic = f"{self._charger.base_topic}/{name}"
        self._client.publish(topic, document_text(document), retain=True)

    def reply(self, reply: str) -> None:
        """Publish the controller's answer to a raw command."""
        self._client.publish(f"{self._charger.base_topic}/rapi/out", reply)

    def changes(self) -> None:
        """Say what has changed since it was last said."""
        charger = self._charger
        controller = charger.controller
        asks = controller.vehicle and charger.car.requests_charge
        status = (controller.state, controller.flags, asks)
        for name, seen, keys in (
            ("status", status, STATUS_KEYS),
            ("closings", controller.closings, ("total_switches",)),
            ("divertmode", charger.divert_mode, ("divertmode",)),
        ):
            if self._told.setdefault(name, seen) != seen:
                self._told[name] = seen
                self._keys(keys)

    def rhythms(self) -> None:
        """Say what is due at this second."""
        now_s = self._charger.at_s
        charging = self._charger.state == StateCode.CHARGING
        if now_s - self._dumped_s >= DUMP_PERIOD_S:
            self._dumped_s = now_s
            self._energy_sent_s = now_s
            self.event(charge_values(self._charger) | box_values(self._charger))
            return
        if charging:
            self._keys(MEASURED_KEYS)
        if charging and now_s - self._energy_sent_s >= ENERGY_PERIOD_S:
            self._energy_sent_s = now_s
            self._keys(ENERGY_KEYS)

    def _keys(self, keys: Iterable[str]) -> None:
        values = charge_values(self._charger)
        self.event({key: values[key] for key in keys})

    def _publish(self, key: str, value: Scalar, *, retain: bool) -> None:
        topic = f"{self._charger.base_topic}/{key}"
        self._client.publish(topic, value_text(value), retain=retain)
