"""The product's law and adapters, closed around the house on a desk, without Home Assistant.

What Home Assistant's coordinator does with real brokers, this does on the simulated clock: adapters
give readings, the law decides, adapters send. A simulated day takes seconds, so everything that can go
wrong between a message and the contactor can be tried.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import ChargerMemory, Memory
from custom_components.victron_openevse.control.model import (
    ChargerDecision,
    ChargerSettings,
    Decision,
    Mode,
    Readings,
    SafeState,
    Settings,
)
from custom_components.victron_openevse.control.persist import dump, load
from custom_components.victron_openevse.openevse.mqtt import OpenEvseCharger
from custom_components.victron_openevse.victron.mqtt import VictronSite
from simulator.house_on_desk import PORTAL_ID, SimulatedWorld

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.broker import SimClient
    from simulator.gx import GxConfig
    from simulator.openevse import OpenEvseEmulator
    from simulator.scenario import Scenario

HOUR_S: Final = 3600.0
DAY_H: Final = 24.0
STRIDE_S: Final = 5
"""Seconds that pass at once where nothing is going on: far less than what makes a reading old."""
DEAD_MAN_S: Final = 400
"""When nobody has decided for so long, every charger has long been in its safe state."""

PATIENCE_S: Final = 900
"""Longer than any one thing takes: two dwell times of 300 s, one climb, and the meters' delays."""


class ClosedLoop:
    """One house with our product in charge; call `step` once per simulated second."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        settings: Settings | None = None,
        mode: Mode = Mode.SOLAR,
        start_s: int | None = None,
        chargers: int = 1,
        gx_config: GxConfig | None = None,
    ) -> None:
        """Set up the house and start the product in it."""
        self.world = SimulatedWorld(
            scenario, start_s=start_s, chargers=chargers, gx_config=gx_config
        )
        self.settings = settings or Settings(
            chargers={key: ChargerSettings(mode=mode) for key in self.world.chargers}
        )
        self.memory = Memory()
        self.decision: Decision | None = None
        self._start_product()

    def _start_product(self) -> None:
        self._steers = False
        """Whether anything was sent that would have to be given back."""
        self.client = self._connect()
        self.site = VictronSite(self.client, PORTAL_ID)
        self.chargers = {
            key: OpenEvseCharger(self.client, emulator.base_topic, None)
            for key, emulator in self.world.chargers.items()
        }
        self.site.start(self.world.now_s)
        for charger in self.chargers.values():
            charger.start(self.world.now_s)

    def _connect(self) -> SimClient:
        """Connect the product to the broker."""
        return self.world.broker.client()

    @property
    def key(self) -> str:
        """The first charger's key."""
        return next(iter(self.chargers))

    @property
    def charger(self) -> OpenEvseEmulator:
        """The first charger, as it is on the desk."""
        return self.world.charger

    @property
    def own(self) -> ChargerMemory:
        """The law's memory of the first charger."""
        return self.memory.chargers[self.key]

    @property
    def seen(self) -> ChargerDecision:
        """The last decision for the first charger."""
        if self.decision is None:
            message = "nothing was decided yet"
            raise LookupError(message)
        return self.decision.chargers[self.key]

    def choose(self, **changes: Any) -> None:
        """Change settings of every charger, as a person would."""
        chargers = {key: replace(own, **changes) for key, own in self.settings.chargers.items()}
        self.settings = replace(self.settings, chargers=chargers)

    def choose_for_site(self, **changes: Any) -> None:
        """Change settings of the site, as a person would."""
        self.settings = replace(self.settings, site=replace(self.settings.site, **changes))

    def readings(self) -> Readings:
        """What the adapters know now."""
        now_s = self.world.now_s
        sunset_s = self.world.sun.sunset_s - self.world.plant.time_s
        return Readings(
            site=self.site.reading(now_s),
            chargers={key: charger.reading(now_s) for key, charger in self.chargers.items()},
            hours_to_sunset=sunset_s / HOUR_S % DAY_H,
        )

    def step(self, seconds: int = 1) -> Decision:
        """Live through one second, or several in which nobody says anything, and decide once."""
        self.world.step(seconds)
        now_s = self.world.now_s
        self.site.tick(now_s)
        for charger in self.chargers.values():
            charger.tick(now_s)
        if seconds > 1:
            self.world.broker.run()  # answers to what was asked meanwhile
        self.decision, self.memory = decide(self.settings, self.memory, self.readings(), now_s)
        if self.settings.site.shadow:
            self._fall_silent(now_s)
        else:
            self._carry_out(self.decision, now_s)
        if any(decided.pause_over for decided in self.decision.chargers.values()):
            self.choose(pause_until_morning=False)
        self.world.broker.run()
        return self.decision

    def _carry_out(self, decision: Decision, now_s: float) -> None:
        self._steers = True
        self.site.hold_discharge_limit(decision.site.discharge_limit_w, now_s)
        for key, charger in self.chargers.items():
            decided = decision.chargers[key]
            if decided.send:
                charger.offer(decided.offered_current_a, now_s)
            stop = self.settings.chargers[key].safe_state is SafeState.STOP
            charger.guard(now_s, stop=stop)

    def _fall_silent(self, now_s: float) -> None:
        """In shadow mode, give back once what is ours."""
        if self._steers:
            self._steers = False
            self.site.hand_back(now_s)
            for charger in self.chargers.values():
                charger.release(now_s)

    def run(self, seconds: int) -> Decision:
        """Live through some seconds; returns the last decision."""
        for _ in range(seconds - 1):
            self.step()
        return self.step()

    def free_s(self, most_s: int) -> int:
        """How many of `most_s` seconds may pass at once without missing what is due meanwhile."""
        return self.world.free_s(most_s)

    def rest(self, seconds: int) -> None:
        """Live through some seconds in which nothing is going on, several at once."""
        while seconds > 0:
            passed_s = self.free_s(min(seconds, STRIDE_S))
            self.step(passed_s)
            seconds -= passed_s

    def run_until(self, what: Callable[[ClosedLoop], bool], patience_s: int = PATIENCE_S) -> int:
        """Live until `what` holds; returns the seconds it took. Raises TimeoutError."""
        for second in range(patience_s + 1):
            if second:
                self.step()
            if self.decision is not None and what(self):
                return second
        message = f"not within {patience_s} s: {self.decision}"
        raise TimeoutError(message)

    def restart(self, absent_s: int) -> None:
        """Home Assistant goes away for `absent_s` and comes back with what it stored."""
        stored = dump(self.memory, self.world.now_s)
        self.site.stop()
        for charger in self.chargers.values():
            charger.stop()
        self.client.disconnect()
        self.world.run(min(absent_s, DEAD_MAN_S))
        left_s = absent_s - DEAD_MAN_S
        while left_s > 0:
            passed_s = self.world.free_s(min(left_s, STRIDE_S))
            self.world.step(passed_s)
            left_s -= passed_s
        self.memory = load(stored, self.world.now_s, float(absent_s))
        self._start_product()
