"""The whole house on a desk: site, GX and chargers, stepped together once a second.

The devices talk through whatever `connect` gives them: clients of the broker in memory (fast, the
simulated clock drives them) or of a real one. The house's day (`plant.time_s`, seconds since local
midnight) may begin at any hour; the devices' clock (`now_s`, Unix time) runs beside it.
"""

from __future__ import annotations

from collections.abc import Callable
import math
from typing import Any, Final, Protocol

from simulator.broker import SimBroker, Will
from simulator.car import Car
from simulator.desk_commands import DeskCommands
from simulator.gx import GxConfig, GxEmulator
from simulator.openevse import GatewayClient, OpenEvseEmulator
from simulator.openevse_topics import announce_will, hostname
from simulator.scenario import Scenario
from simulator.weather import Day

PORTAL_ID: Final = "c0619ab12345"
FIRST_DEVICE_ID: Final = 0xA1B2C3D4E5F6
STARTED_AT_S: Final = 1_767_268_800.0
"""Unix time at which a simulated world begins: 2026-01-01 12:00 UTC."""


class DeskClient(GatewayClient, Protocol):
    """One device's MQTT connection; `SimClient` and `live.LiveClient` are such."""

    def subscribe(self, topic_filter: str, handler: Callable[[Any], None]) -> Callable[[], None]:
        """Subscribe now and at every later connection; return how to end that."""


type Connect = Callable[[str, Will | None], DeskClient]
"""Makes a connection from a client id and a last will."""


class Sun(Day):
    """A day of sun that an observer can dim, brighten or hold at a power."""

    def __init__(self, day: Day) -> None:
        """Begin as the day is."""
        super().__init__(day.name, day.watts, day.on, day.place)
        self.factor = 1.0
        self.held_w: float | None = None

    def power_w(self, time_s: int) -> float:
        """Return the available power at a second of the day in W."""
        return self.factor * super().power_w(time_s) if self.held_w is None else self.held_w


class World:
    """A site with its GX and its chargers; call `step` once per second."""

    def __init__(
        self,
        scenario: Scenario,
        connect: Connect,
        *,
        start_s: int | None = None,
        started_at_s: float = STARTED_AT_S,
        chargers: int = 1,
        gx_config: GxConfig | None = None,
        deliver: Callable[[], object] = lambda: None,
    ) -> None:
        """Set the desk up. `start_s` is the second of the house's day (None: the scenario's).

        `started_at_s` is the devices' Unix time at the beginning; `deliver` is called after each
        step, for a broker that needs a push.
        """
        self.scenario = scenario
        self.now_s = started_at_s
        self.plant = scenario.make_plant(start_s=start_s)
        self.sun = Sun(self.plant.day)
        self.plant.day = self.sun
        self.gx = GxEmulator(self.plant, connect(f"gx-{PORTAL_ID}", None), PORTAL_ID, gx_config)
        self.chargers = {
            device_id: self._make_charger(device_id, connect)
            for device_id in (f"{FIRST_DEVICE_ID + n:012x}" for n in range(chargers))
        }
        self._deliver = deliver
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._cars_w = 0.0
        self.commands = DeskCommands(self)

    def _make_charger(self, device_id: str, connect: Connect) -> OpenEvseEmulator:
        car: Car = self.scenario.make_car()
        client = connect(hostname(device_id), announce_will(device_id))
        return OpenEvseEmulator(
            car,
            client,
            device_id=device_id,
            base_topic=hostname(device_id),
            phases=self.plant.config.car_phases,
        )

    @property
    def charger(self) -> OpenEvseEmulator:
        """The first charger."""
        return next(iter(self.chargers.values()))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something some seconds from now."""
        self._later.append((self.now_s + seconds, action))

    def run(self, seconds: int) -> None:
        """Live through some seconds."""
        for _ in range(seconds):
            self.step()

    def free_s(self, most_s: int) -> int:
        """How many seconds may pass at once: no action that is due is missed; 1 at least."""
        due_s = min((at_s for at_s, _action in self._later), default=math.inf) - self.now_s
        return max(1, math.ceil(min(most_s, due_s)))

    def step(self, seconds: int = 1) -> None:
        """Live through one second, or through several in which no device says anything.

        Sun, loads and battery go on second by second, and the cars draw what they drew before.
        """
        for _ in range(seconds - 1):
            self.plant.step(self._cars_w)
        if seconds > 1:
            self.gx.measure()
        self.now_s += seconds
        self._do_due()
        volts = self.plant.config.volts if self.plant.car_powered else 0.0
        self._cars_w = sum(charger.step(self.now_s, volts) for charger in self.chargers.values())
        self.plant.step(self._cars_w)
        self.gx.step(self.now_s)
        self._deliver()

    def _do_due(self) -> None:
        due = [action for at_s, action in self._later if at_s <= self.now_s]
        self._later = [one for one in self._later if one[0] > self.now_s]
        for action in due:
            action()


class SimulatedWorld(World):
    """A world around a broker in memory; every step also delivers the messages."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        start_s: int | None = None,
        chargers: int = 1,
        gx_config: GxConfig | None = None,
    ) -> None:
        """Set the desk and its broker up."""
        self.broker = SimBroker(lambda: self.now_s)
        super().__init__(
            scenario,
            lambda _client_id, will: self.broker.client(will),
            start_s=start_s,
            chargers=chargers,
            gx_config=gx_config,
            deliver=self.broker.run,
        )
