"""The closed loop with what may go wrong between product and broker, and with the product itself.

Messages to the product can be changed, doubled, delayed or lost, commands of the product can be lost,
strangers can publish, and the product can die without a word and come back with whatever it stored.
"""

from __future__ import annotations

from dataclasses import replace
import json
from typing import TYPE_CHECKING, Any, Final

from custom_components.victron_openevse.control.freshness import (
    charging_power_w,
    known,
    oldest_at_s,
)
from custom_components.victron_openevse.control.persist import dump, load
from custom_components.victron_openevse.control.signs import Sample, SignWatch, watch
from custom_components.victron_openevse.openevse.mqtt import OpenEvseCharger
from simulator.broker import Message, SimClient
from simulator.closed_loop import ClosedLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from custom_components.victron_openevse.control.model import Decision, Readings
    from simulator.broker import Handler, SimBroker, Unsubscribe

type Tamper = Callable[[Message], Iterable[Message]]
"""What becomes of a message on its way to the product: nothing, itself, another, several."""

DAY_H: Final = 24.0
COMMANDS: Final = ("/claim/set", "/limit/set")
"""What is counted as a command to a charger."""


def as_sent(message: Message) -> Iterable[Message]:
    """Leave a message as it is."""
    return (message,)


class FlakyClient(SimClient):
    """The product's connection to the broker, on a line that may be bad."""

    def __init__(self, broker: SimBroker, clock: Callable[[], float]) -> None:
        """Connect; the line is good until somebody says otherwise."""
        super().__init__(broker, None)
        self._clock = clock
        self._under_way: list[tuple[float, Handler, Message]] = []
        self.tamper: Tamper = as_sent
        self.lost: Callable[[str], bool] = lambda _topic: False
        """Tells which commands get lost, by topic."""
        self.delay_s = 0.0
        self.commands = 0
        """Claims and limits sent to chargers, and values written to the GX."""
        self.commanded_at_s = clock()
        """When the last of these was sent."""

    def subscribe(self, topic_filter: str, handler: Handler) -> Unsubscribe:
        """Subscribe behind the bad line."""
        return super().subscribe(topic_filter, lambda message: self._pass(handler, message))

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Send, unless the line loses it."""
        if topic.endswith(COMMANDS) or topic.startswith("W/"):
            self.commands += 1
            self.commanded_at_s = self._clock()
        if not self.lost(topic):
            super().publish(topic, payload, retain=retain)

    def _pass(self, handler: Handler, message: Message) -> None:
        for one in self.tamper(message):
            if self.delay_s:
                self._under_way.append((self._clock() + self.delay_s, handler, one))
            else:
                handler(one)

    def arrive(self) -> None:
        """Hand over what was delayed and is due."""
        now_s = self._clock()
        due = [one for one in self._under_way if one[0] <= now_s]
        self._under_way = [one for one in self._under_way if one[0] > now_s]
        for _due_s, handler, message in due:
            handler(message._replace(at_s=now_s))


class FaultLoop(ClosedLoop):
    """A closed loop to which faults can happen; see `ClosedLoop` for its arguments."""

    client: FlakyClient
    commands_before = 0
    """Commands of the product's earlier lives."""
    rival: OpenEvseCharger | None = None
    """The charger as a second Home Assistant has it."""
    dead = False
    """Killed, and not yet back."""

    def _connect(self) -> FlakyClient:
        if hasattr(self, "client"):
            self.commands_before += self.client.commands
        broker = self.world.broker
        return broker.join(FlakyClient(broker, lambda: self.world.now_s))

    def _start_product(self) -> None:
        super()._start_product()
        self.signs = SignWatch()
        self.sunset_shift_h = 0.0
        """How far a wrong clock moves the sunset."""

    @property
    def stranger(self) -> SimClient:
        """A client that publishes what it should not; it lives as long as the house."""
        if not hasattr(self, "_stranger"):
            self._stranger = self.world.broker.client()
        return self._stranger

    @property
    def commands(self) -> int:
        """All commands that the product has sent."""
        return self.commands_before + self.client.commands

    @property
    def base_topic(self) -> str:
        """The first charger's topic."""
        return self.charger.base_topic

    def readings(self) -> Readings:
        """What the adapters know now, with the clock as it is believed to be."""
        readings = super().readings()
        if not self.sunset_shift_h or readings.hours_to_sunset is None:
            return readings
        hours = (readings.hours_to_sunset + self.sunset_shift_h) % DAY_H
        return replace(readings, hours_to_sunset=hours)

    def free_s(self, most_s: int) -> int:
        """How many of `most_s` seconds may pass at once without missing what is due meanwhile."""
        return 1 if self.client.delay_s else self.world.free_s(most_s)

    def step(self, seconds: int = 1) -> Decision:
        """Live through a second or several, late messages and all; the dead product decides nothing."""
        if self.dead and self.decision is not None:
            self.world.step(seconds)
            return self.decision
        self.client.arrive()
        decision = super().step(seconds)
        self._watch_signs()
        return decision

    def _watch_signs(self) -> None:
        """Judge the meters' signs, as Home Assistant's part does beside the law."""
        readings, now_s = self.readings(), self.world.now_s
        site = readings.site
        grid_w, battery_w = known(site.grid_power_w), known(site.battery_power_w)
        read_at_s = oldest_at_s(site.grid_power_w, site.battery_power_w)
        charging_w = charging_power_w(readings.chargers[self.key], now_s)
        if grid_w is None or battery_w is None or read_at_s is None or charging_w is None:
            return
        sample = Sample(
            at_s=now_s,
            read_at_s=read_at_s,
            charging_w=charging_w,
            grid_w=grid_w,
            battery_w=battery_w,
            pv_w=known(site.pv_power_w) or 0.0,
        )
        self.signs = watch(self.signs, sample)

    def stored(self, age_s: float = 0.0) -> object:
        """What the product stored `age_s` ago, when it last decided, as it comes back from a disk."""
        return json.loads(json.dumps(dump(self.memory, self.world.now_s - age_s)))

    def kill(self) -> None:
        """End without a word."""
        self.client.drop()
        self.site.stop()
        for charger in self.chargers.values():
            charger.stop()
        self.dead = True

    def revive(self, stored: object, absent_s: float) -> None:
        """Come back with what was stored; `absent_s` is what the wall clock makes of the absence."""
        self.dead = False
        self.memory = load(stored, self.world.now_s, absent_s)
        self._start_product()

    def die(self, absent_s: int, stored: object, *, believed_absent_s: float | None = None) -> None:
        """End without a word; come back `absent_s` later with `stored`.

        `believed_absent_s` is what a wall clock that was changed meanwhile makes of the absence.
        """
        self.kill()
        self.world.run(absent_s)
        believed_s = float(absent_s) if believed_absent_s is None else believed_absent_s
        self.revive(stored, believed_s)

    def rival_wants(self, current_a: int) -> None:
        """Let a second Home Assistant steer the same charger for another second."""
        now_s = self.world.now_s
        if self.rival is None:
            self.rival = OpenEvseCharger(self.world.broker.client(), self.base_topic, None)
            self.rival.start(now_s)
        self.rival.tick(now_s)
        self.rival.offer(current_a, now_s)

    def end_rival(self) -> None:
        """Let the second Home Assistant go."""
        if self.rival is not None:
            self.rival.stop()
            self.rival = None


def diagnostics(loop: FaultLoop) -> dict[str, Any]:
    """What the first charger's adapter tells of itself."""
    return loop.chargers[loop.key].diagnostics()
