"""A charger on a test bench: the emulator, its car, and a broker driven by a clock of whole seconds."""

from __future__ import annotations

from typing import Final, Literal

from simulator.broker import Message, SimBroker
from simulator.car import Car, CarConfig
from simulator.openevse import OpenEvseEmulator
from simulator.openevse_topics import announce_will

DEVICE_ID: Final = "a1b2c3d4e5f6"
BASE: Final = "openevse-e5f6"
ANNOUNCE: Final = "openevse/announce/e5f6"
VOLTS: Final = 235.0


class Bench:
    """One charger, with a car plugged that wants to charge unless told otherwise."""

    def __init__(
        self,
        *,
        plugged: bool = True,
        phases: Literal[1, 3] = 1,
        assumed_volts: float | None = None,
        car: Car | None = None,
    ) -> None:
        self.now_s = 0.0
        self.volts = VOLTS
        self.broker = SimBroker(lambda: self.now_s)
        self.log: list[Message] = []
        self.broker.log = self.log
        self.client = self.broker.client(announce_will(DEVICE_ID))
        self.user = self.broker.client()
        self.car = car or Car(CarConfig(phases=phases), plugged=plugged)
        self.charger = OpenEvseEmulator(
            self.car, self.client, phases=phases, assumed_volts=assumed_volts
        )
        self.run(0)

    def run(self, seconds: int) -> None:
        """Live through some seconds."""
        for _ in range(max(1, seconds)):
            self.now_s += bool(seconds)
            self.charger.step(self.now_s, self.volts)
            self.broker.run()

    def send(self, name: str, payload: str, *, retain: bool = False) -> None:
        """Send the charger a command, which it answers before this returns."""
        self.user.publish(f"{BASE}/{name}", payload, retain=retain)
        self.broker.run()

    def forget(self) -> None:
        """Forget what was sent so far."""
        self.log.clear()

    def contactor(self) -> bool:
        """Return whether the contactor is closed."""
        return self.charger.contactor_closed

    def sent(self, name: str) -> list[str]:
        """Return the payloads on one topic, oldest first."""
        return [one.payload for one in self.log if one.topic == f"{BASE}/{name}"]

    def times(self, name: str) -> list[float]:
        """Return when something was sent on one topic."""
        return [one.at_s for one in self.log if one.topic == f"{BASE}/{name}"]

    def last(self, name: str) -> str:
        """Return the latest payload on a topic."""
        return self.sent(name)[-1]
