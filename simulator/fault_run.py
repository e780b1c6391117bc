"""Lets a fault of the matrix happen, and tells what came of it.

Counted while it lasts and until all is well again: what the user saw, when the car reacted and
recovered, how often the contactor closed, what was taken that should not have been, and whether a
limit was ever passed or an energy counter went back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from custom_components.victron_openevse.control.model import MIN_CURRENT_A, SOLAR_MODES, Mode
from simulator.closed_loop import STRIDE_S
from simulator.fault_row import Before, Fault, nothing_each

if TYPE_CHECKING:
    from custom_components.victron_openevse.control.memory import Energy
    from custom_components.victron_openevse.control.model import Status
    from custom_components.victron_openevse.control.reasons import ReasonCode
    from simulator.fault_loop import FaultLoop

WH_PER_WS: Final = 1 / 3600.0
ROUNDING_W: Final = 235.0
"""Offers are whole amps: the battery may take the rounding."""
CALM_AFTER_S: Final = 60
"""So long after the car has reacted, what only lasts is looked at every few seconds."""
LASTS_S: Final = 30
"""What has recovered must still be well after this."""


@dataclass(slots=True)
class Outcome:
    """What came of one fault."""

    reacted_s: int | None = None
    recovered_s: int | None = None
    lasted: bool = False
    """Whether the recovery held."""
    statuses: set[Status] = field(default_factory=set)
    reasons: set[ReasonCode] = field(default_factory=set)
    sign_seen: bool = False
    broken_s: int = 0
    """Seconds in which the effect did not hold although it always must."""
    closings: int = 0
    wrong_wh: float = 0.0
    limits_violated: int = 0
    over_circuit_s: int = 0
    counters_back: int = 0
    commands: int = 0

    def problems(self, fault: Fault) -> list[str]:
        """Say what was not as the row claims; nothing = the fault was survived."""
        said = {
            f"no reaction within {fault.within_s} s, but {self.reacted_s}": (
                self.reacted_s is None or self.reacted_s > fault.within_s
            ),
            f"no recovery within {fault.recovers_s} s": self.recovered_s is None,
            "the recovery did not last": not self.lasted,
            f"{fault.status} was not seen, but {sorted(self.statuses)}": (
                fault.status is not None and fault.status not in self.statuses
            ),
            f"{fault.reason} was not seen, but {sorted(self.reasons)}": (
                fault.reason is not None and fault.reason not in self.reasons
            ),
            f"not told: {fault.sign and fault.sign.words}": (
                fault.sign is not None and not self.sign_seen
            ),
            f"{self.broken_s} s in which the car did not: {fault.effect.words}": self.broken_s > 0,
            f"{self.closings} closings": self.closings > fault.closings,
            f"{self.wrong_wh:.1f} Wh taken wrongly": self.wrong_wh > fault.wrong_wh,
            f"{self.limits_violated} offers beyond a limit": self.limits_violated > 0,
            f"{self.over_circuit_s} s above the circuit": (
                self.over_circuit_s > fault.over_circuit_s
            ),
            f"energy counters went back {self.counters_back} times": (
                self.counters_back > int(fault.forgets)
            ),
        }
        return [words for words, wrong in said.items() if wrong]


class Watcher:
    """Looks at every second of a fault."""

    def __init__(self, loop: FaultLoop, fault: Fault) -> None:
        """Begin before the fault strikes."""
        self._loop, self._fault = loop, fault
        self._commands = loop.commands
        self._energy = loop.own.meter.lifetime
        self.before = Before(loop.charger.car.current_a, loop.charger.closings)
        self.outcome = Outcome()

    def through_fault(self) -> None:
        """Live through the fault: second by second until the car has long reacted."""
        second, lasts_s = 0, self._fault.lasts_s
        while second < lasts_s:
            left_s = min(STRIDE_S, lasts_s - second)
            passed_s = self._loop.free_s(left_s) if self._calm(second) else 1
            second += passed_s
            self.live(second, passed_s)

    def _calm(self, second: int) -> bool:
        reacted_s = self.outcome.reacted_s
        acts = self._fault.each is not nothing_each
        return not acts and reacted_s is not None and second >= reacted_s + CALM_AFTER_S

    def live(self, second: int | None = None, passed_s: int = 1) -> None:
        """Live through one second or several at once; `second` of the fault, None = it is over."""
        loop, fault, out = self._loop, self._fault, self.outcome
        if second is not None:
            fault.each(loop, second)
        loop.step(passed_s)
        out.statuses.add(loop.seen.status)
        out.reasons.add(loop.seen.reason.code)
        out.sign_seen = out.sign_seen or (fault.sign is not None and fault.sign.seen(loop))
        out.wrong_wh += self._wrong_w(during=second is not None) * passed_s * WH_PER_WS
        out.limits_violated += not is_within_limits(loop)
        out.over_circuit_s += is_over_circuit(loop) * passed_s
        out.counters_back += self._went_back()
        out.closings = loop.charger.closings - self.before.closings
        out.commands = loop.commands - self._commands
        if second is None:
            return
        if not fault.effect.reached(loop):
            out.reacted_s = None if fault.effect.lasting else out.reacted_s
        elif out.reacted_s is None:
            out.reacted_s = second
        out.broken_s += passed_s * (not fault.effect.always(loop))

    def _wrong_w(self, *, during: bool) -> float:
        """Power the car takes beyond what it is entitled to."""
        loop = self._loop
        flows = loop.world.plant.flows
        mode = loop.settings.chargers[loop.key].mode
        if (during and self._fault.forbidden) or mode is Mode.OFF:
            return flows.car_w
        if mode not in SOLAR_MODES:
            return 0.0
        sun_w = max(0.0, flows.pv_available_w - flows.house_w)
        return max(0.0, flows.car_w - sun_w - ROUNDING_W)

    def _went_back(self) -> bool:
        before, now = self._energy, self._loop.own.meter.lifetime
        self._energy = now
        return any(is_ < was for is_, was in zip(_parts(now), _parts(before), strict=True))


def _parts(energy: Energy) -> tuple[float, ...]:
    return (energy.solar_kwh, energy.battery_kwh, energy.grid_kwh)


def is_within_limits(loop: FaultLoop) -> bool:
    """Tell whether what is offered is nothing, or within minimum and every limit."""
    decided = loop.seen
    own = loop.settings.chargers[loop.key]
    if not decided.send or decided.offered_current_a == 0:
        return True
    mode_a = own.fast_current_a if own.mode is Mode.FAST else own.medium_current_a
    mode_a = own.solar_max_current_a if own.mode in SOLAR_MODES else mode_a
    return MIN_CURRENT_A <= decided.offered_current_a <= min(own.circuit_current_a, mode_a)


def is_over_circuit(loop: FaultLoop) -> bool:
    """Tell whether the car may draw more than the circuit carries."""
    circuit_a = loop.settings.chargers[loop.key].circuit_current_a
    return loop.charger.contactor_closed and loop.charger.controller.offered_a > circuit_a


def run(fault: Fault) -> Outcome:
    """Let a fault happen in a house of its own."""
    loop = fault.begin.make()
    watcher = Watcher(loop, fault)
    out = watcher.outcome
    fault.strike(loop)
    watcher.through_fault()
    fault.heal(loop)
    for second in range(fault.recovers_s + 1):
        if second:
            watcher.live()
        if fault.after.reached(loop, watcher.before):
            out.recovered_s = second
            break
    for _ in range(LASTS_S):
        watcher.live()
    out.lasted = fault.after.reached(loop, watcher.before)
    return out
