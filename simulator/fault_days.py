"""Random days of the law alone: a diced house, random faults in its readings, and what must hold.

After each day all faults are healed, there is sun and charge enough for every car, and each must be
charging within half an hour: whatever happened, nothing may stay stuck.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any, Final

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import Memory
from custom_components.victron_openevse.control.model import (
    MIN_CURRENT_A,
    SOLAR_MODES,
    ChargerDecision,
    ChargerReading,
    Mode,
    Readings,
)
from custom_components.victron_openevse.control.persist import dump, load
from simulator.fault_house_dice import CHARGER_MAX_A, DAY_S, DicedHouse
from simulator.fault_promises import Promises
from simulator.fault_spoils import Spoil, Spoiler
from simulator.fault_tally import Tally, live_counted

if TYPE_CHECKING:
    from custom_components.victron_openevse.control.memory import Energy

STEPS_S: Final = (10.0, 20.0, 30.0, 60.0)
"""How far apart decisions may be; one of them for each day."""
BURST_STEPS: Final = 30
"""Decisions a second apart after each fault begins or ends."""
LIVED_S: Final = DAY_S
"""How long a day of the campaign is."""
FAULTS_A_DAY: Final = 20
LONGEST_S: Final = 3600.0
STUCK_S: Final = 1800.0
"""Two dwell times of 300 s, the rest after a failed start, a ramp; more is stuck."""
PLENTY: Final = 99
"""A day's closings that nothing uses up."""
PROOF_SUN_W: Final = 60_000.0
"""Enough for three cars on three phases, whatever is set up wrongly."""


class RandomDay:
    """One day of one house."""

    def __init__(self, seed: str) -> None:
        """Draw house, rhythm and faults."""
        self.dice = Random(seed)
        self.house = DicedHouse(self.dice)
        self.step_s = self.dice.choice(STEPS_S)
        self.memory = Memory()
        self.now_s = self.dice.uniform(0.0, DAY_S)
        self.tally = Tally(days=1)
        self.promises = Promises(self.tally, self.house, self.step_s)
        self._spoiler = Spoiler(self.dice, list(self.house.chargers))
        self._spoils: list[tuple[float, Spoil]] = []
        self._energy: dict[str, tuple[float, ...]] = {}

    def live(self) -> Tally:
        """Live through the day and prove that nothing is stuck."""
        end_s = self.now_s + LIVED_S
        while self.now_s < end_s:
            self._strike()
            for _ in range(BURST_STEPS):
                self._step(1.0)
            quiet_s = self.dice.expovariate(FAULTS_A_DAY / DAY_S)
            until_s = min(end_s, self.now_s + quiet_s)
            while self.now_s < until_s:
                self._step(self.step_s)
        self._prove()
        return self.tally

    def _step(self, seconds: float) -> None:
        self.now_s += seconds
        house, now_s = self.house, self.now_s
        house.live(now_s, seconds)
        self._spoils = [one for one in self._spoils if one[0] > now_s]
        readings = Readings(
            site=house.site(now_s),
            chargers={key: house.charger(key, now_s) for key in house.chargers},
            hours_to_sunset=house.hours_to_sunset(now_s),
        )
        for _until_s, spoil in self._spoils:
            readings = spoil.change(readings)
        decision, self.memory = decide(house.settings, self.memory, readings, now_s)
        self.tally.decisions += 1
        lies = any(spoil.lies for _until_s, spoil in self._spoils)
        self.promises.look(decision, now_s, spoilt=bool(self._spoils), lies=lies)
        for key, decided in decision.chargers.items():
            self._check(key, decided, readings.chargers.get(key) or ChargerReading())
            self._obey(key, decided)

    def _obey(self, key: str, decided: ChargerDecision) -> None:
        charger = self.house.chargers[key]
        charger.steered = decided.send and charger.online
        if decided.pause_over:
            self.house.choose(key, pause_until_morning=False)
            self.promises.begins_anew(key)
        if not charger.steered:
            return
        if charger.offered_a == 0 and decided.offered_current_a and charger.plugged:
            self.tally.closings += 1
            self.promises.starts(key, spoilt=bool(self._spoils))
        charger.offered_a = decided.offered_current_a

    def _check(self, key: str, decided: ChargerDecision, charger: ChargerReading) -> None:
        own = self.house.settings.chargers[key]
        now = _parts(self.memory.chargers[key].meter.lifetime)
        before = self._energy.get(key, now)
        self._energy[key] = now
        if any(is_ < was for is_, was in zip(now, before, strict=True)):
            self.tally.counters_back += 1
        limit_a = {Mode.FAST: own.fast_current_a, Mode.MEDIUM: own.medium_current_a}.get(own.mode)
        if own.mode in SOLAR_MODES:
            limit_a = max(own.solar_max_current_a, own.solar_min_current_a)
        limit_a = min(limit_a or MIN_CURRENT_A, own.circuit_current_a)
        own_a = charger.max_current_a
        if own_a is not None and MIN_CURRENT_A <= own_a.value < limit_a:
            limit_a = int(own_a.value)
        offered_a = decided.offered_current_a
        if decided.send and offered_a and not MIN_CURRENT_A <= offered_a <= limit_a:
            self.tally.violate(f"{offered_a} A for {key}, allowed {limit_a} A")

    # Faults

    def _strike(self) -> None:
        """Let one thing happen."""
        self.tally.faults += 1
        happen = self.dice.choice(
            (
                *(self._spoil,) * 5,
                self._person,
                self._charger_event,
                self._house_event,
                self._restart,
                self._nobody,
                self._limits,
            )
        )
        happen(self.now_s + self.dice.uniform(1.0, LONGEST_S))

    def _spoil(self, until_s: float) -> None:
        spoil = self._spoiler.draw()
        self._spoils.append((until_s, spoil))
        self.promises.begins_anew(*spoil.chargers)

    def _person(self, _until_s: float) -> None:
        key = self.dice.choice(list(self.house.chargers))
        what = self.dice.choice(("mode", "pause", "current", "battery"))
        choices: dict[str, dict[str, Any]] = {
            "mode": {"mode": self.dice.choice(list(Mode))},
            "pause": {"pause_until_morning": self.dice.random() < 0.3},  # noqa: PLR2004 - seldom
            "current": {"circuit_current_a": self.dice.randint(6, 48)},
            "battery": {"use_battery": self.dice.random() < 0.5},  # noqa: PLR2004 - half of them
        }
        self.house.choose(key, **choices[what])
        self.promises.begins_anew(key)

    def _limits(self, _until_s: float) -> None:
        """A person changes a limit of the site, or what is sent at all."""
        dice, house = self.dice, self.house
        changes = dice.choice(
            (
                {"grid_limit_a": dice.uniform(6.0, 32.0)},
                {"battery_limit_w": dice.uniform(300.0, 5000.0)},
                {"shadow": not house.settings.site.shadow},
            )
        )
        house.choose_for_site(**changes)
        self.promises.begins_anew(*house.chargers)
        if house.settings.site.shadow:
            for charger in house.chargers.values():
                charger.offered_a = CHARGER_MAX_A  # handed back: its own rules

    def _charger_event(self, _until_s: float) -> None:
        key, charger = self.dice.choice(list(self.house.chargers.items()))
        self.promises.begins_anew(key)
        what = self.dice.choice(("plug", "wants", "online", "fault", "override", "full", "reset"))
        if what == "plug":
            charger.plugged = not charger.plugged
            charger.session_kwh = 0.0
        elif what in ("wants", "online", "fault"):
            setattr(charger, what, not getattr(charger, what))
        elif what == "override":
            charger.override_a = self.dice.choice((None, 0, 6, CHARGER_MAX_A))
        elif what == "full":
            charger.offered_a = CHARGER_MAX_A  # a reboot: full current until told better
        else:
            charger.energy_kwh = 0.0

    def _house_event(self, _until_s: float) -> None:
        house, dice = self.house, self.dice
        what = dice.choice(("grid", "battery", "soc", "sun"))
        if what == "grid":
            house.connected = not house.connected
        elif what == "battery":
            house.battery_max_w = dice.choice((0.0, dice.uniform(0.0, 10_000.0)))
        elif what == "soc":
            house.soc_pct = dice.uniform(0.0, 100.0)
        else:
            house.sun_w = dice.choice((None, 0.0, dice.uniform(0.0, 12_000.0)))

    def _restart(self, _until_s: float) -> None:
        """Home Assistant comes back with what it stored, after a while, by whatever clock."""
        stored = json.loads(json.dumps(dump(self.memory, self.now_s)))
        absent_s = self.dice.choice((1.0, 60.0, 3600.0))
        believed_s = self.dice.choice((absent_s, absent_s, -3600.0, 1e8))
        self._nobody(self.now_s + absent_s)
        self.memory = load(stored, self.now_s, believed_s)
        if believed_s >= DAY_S:
            self.promises.begins_another_day()
        self.promises.begins_anew(*self.house.chargers)

    def _nobody(self, until_s: float) -> None:
        """Nobody decides for a while."""
        self.promises.forget()
        until_s = min(until_s, self.now_s + self.dice.choice((5.0, 120.0, 1800.0)))
        while self.now_s < until_s:
            self.now_s += self.step_s
            self.house.live(self.now_s, self.step_s)

    # Proof

    def _prove(self) -> None:
        """Heal everything; every car must charge soon."""
        house = self.house
        self._spoils.clear()
        house.connected, house.sun_w, house.soc_pct = True, PROOF_SUN_W, 100.0
        house.feeds_in, house.battery_max_w = True, 10_000.0
        house.choose_for_site(shadow=False)
        self.promises.forget()
        for key, charger in house.chargers.items():
            charger.plugged = charger.wants = charger.online = True
            charger.fault, charger.override_a = False, None
            own = house.settings.chargers[key]
            house.choose(
                key,
                mode=own.mode if own.mode in SOLAR_MODES else Mode.SOLAR,
                pause_until_morning=False,
                daily_closings=PLENTY,
            )
        began_s = self.now_s
        while self.now_s - began_s < STUCK_S:
            self._step(10.0)
            if all(charger.drawn_a > 0.0 for charger in house.chargers.values()):
                self.tally.slowest_s = self.now_s - began_s
                return
        self.tally.stuck += 1


def _parts(energy: Energy) -> tuple[float, ...]:
    return (energy.solar_kwh, energy.battery_kwh, energy.grid_kwh)


def live(seed: str) -> Tally:
    """Live through the day of a seed."""
    day = RandomDay(seed)
    return live_counted(seed, day.tally, day.live)
