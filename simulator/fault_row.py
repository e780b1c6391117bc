"""What a row of the fault matrix is: what happens, what is seen, what the car does, how it ends.

Everything that a row claims is checked by `fault_run`, and everything that the page `docs/faults.md`
says is written from it: so the page cannot promise what was not seen.
Currents in A per phase, energies in Wh, times in simulated seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from custom_components.victron_openevse.control.model import (
    ChargerSettings,
    Mode,
    Settings,
    SiteSettings,
    Status,
)
from simulator.fault_loop import FaultLoop
from simulator.house import HouseConfig
from simulator.scenario import SCENARIOS, Scenario

if TYPE_CHECKING:
    from custom_components.victron_openevse.control.reasons import ReasonCode
    from simulator.gx import GxConfig

QUIET: Final = replace(HouseConfig(), kettles=0, ovens=0)
"""A house without appliances that switch, so that what moves the car is the fault."""
SUNNY: Final = replace(SCENARIOS["sunny"], house=QUIET)
NIGHT: Final = replace(SCENARIOS["night"], house=QUIET, soc_pct=38.0)
"""Below the reserve: the car rests."""
CIRCUIT_A: Final = 25
"""Fuse of the rows: below the charger's own 32 A, so that only the product keeps it."""
SOLAR_MAX_A: Final = 20
FAST_A: Final = 20
HELD_SUN_W: Final = 3000.0
"""Sun of most rows: 11 A for the car."""
SETTLE_S: Final = 150
"""Plugged in, woken, ramped up, meters settled."""
WAKE_S: Final = 60
"""Of these, lived second by second: connecting, starting, the climb."""
OF_BEFORE_A: Final = 2.0
"""A car is back where it was when it takes this much less at most."""


class Part(StrEnum):
    """Which part of the matrix a row belongs to, as a heading."""

    GX = "The GX and what it says"
    HOUSE = "Grid, battery and inverter"
    BROKER = "Broker, network and messages"
    CHARGER = "The charger"
    OTHERS = "People and other programs at the charger"
    CAR = "The car"
    PRODUCT = "Home Assistant"
    LIMITS = "Limits of the site"


class Before(NamedTuple):
    """How it was when the fault struck."""

    drawn_a: float
    closings: int


class Effect(NamedTuple):
    """What the car does meanwhile."""

    words: str
    """Completes "the car ..."."""
    reached: Callable[[FaultLoop], bool]
    always: Callable[[FaultLoop], bool] = lambda _loop: True
    """What must hold in every second of the fault."""
    lasting: bool = False
    """What counts is the second from which on it holds until the fault is over."""


class Recovery(NamedTuple):
    """How it is afterwards."""

    words: str
    reached: Callable[[FaultLoop, Before], bool]


class Sign(NamedTuple):
    """Something the user is told besides status and reason."""

    words: str
    seen: Callable[[FaultLoop], bool]


def is_closed(loop: FaultLoop) -> bool:
    """The contactor is closed."""
    return loop.charger.contactor_closed


def is_open(loop: FaultLoop) -> bool:
    """The contactor is open."""
    return not loop.charger.contactor_closed


def obeys(loop: FaultLoop) -> bool:
    """The charger offers what the product wants it to offer."""
    offered_a = loop.seen.offered_current_a
    return loop.charger.controller.offered_a == offered_a


def at_minimum(loop: FaultLoop) -> bool:
    """The car is offered the least current."""
    return is_closed(loop) and loop.charger.pilot_a == 6  # noqa: PLR2004 - IEC 61851's least current


def _as_before(loop: FaultLoop, before: Before) -> bool:
    drawn_a = loop.charger.car.current_a
    return is_closed(loop) and drawn_a >= before.drawn_a - OF_BEFORE_A and obeys(loop)


GOES_ON: Final = Effect("charges on", is_closed, is_closed)
FOLLOWS: Final = Effect("charges on, by what is still known", is_closed, is_closed)
MINIMUM: Final = Effect("goes down to 6 A", at_minimum, is_closed)
STOPS: Final = Effect("stops", is_open)
STAYS_OFF: Final = Effect("does not start", is_open, is_open)
OBEYS: Final = Effect("is brought back to its offer", obeys, lasting=True)
IS_LEFT: Final = Effect(
    "does what was chosen there, and that is not fought",
    lambda loop: loop.seen.status is Status.OVERRIDDEN,
)
AS_BEFORE: Final = Recovery("charges as before", _as_before)
OFF: Final = Recovery("rests as before", lambda loop, _before: is_open(loop))


def several(*steps: Callable[[FaultLoop], object]) -> Callable[[FaultLoop], None]:
    """Do one thing after the other in the same second."""

    def strike(loop: FaultLoop) -> None:
        for step in steps:
            step(loop)

    return strike


def desk(name: str, **arguments: Any) -> Callable[[FaultLoop], None]:
    """Do a command of `desk_commands`."""
    return lambda loop: loop.world.commands.run(name, **arguments)


def nothing(_loop: FaultLoop) -> None:
    """Do nothing."""


def nothing_each(_loop: FaultLoop, _second: int) -> None:
    """Do nothing in any second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """How it is before the fault."""

    scenario: Scenario = SUNNY
    mode: Mode = Mode.SOLAR
    sun_w: float | None = HELD_SUN_W
    """Sun to hold; None = the day's own."""
    own: Mapping[str, Any] = MappingProxyType({})
    """Further settings of the charger."""
    site: Mapping[str, Any] = MappingProxyType({})
    """Settings of the site."""
    gx: GxConfig | None = None
    chargers: int = 1
    """Chargers of the site, each with its car."""
    settle_s: int = SETTLE_S
    charges: bool = True
    """Whether the car charges when the fault strikes."""
    words: str = ""
    """Said of it, where it is not the car that follows the sun."""

    def make(self) -> FaultLoop:
        """Build the house and live until the fault may strike. AssertionError if it is not ready."""
        loop = FaultLoop(self.scenario, gx_config=self.gx, chargers=self.chargers)
        own = {
            "mode": self.mode,
            "circuit_current_a": CIRCUIT_A,
            "solar_max_current_a": SOLAR_MAX_A,
            "fast_current_a": FAST_A,
            **self.own,
        }
        chargers = {key: ChargerSettings(**own) for key in loop.chargers}
        loop.settings = Settings(site=SiteSettings(**self.site), chargers=chargers)
        loop.world.commands.run("pv_hold", power_w=self.sun_w)
        loop.run(WAKE_S)
        loop.rest(self.settle_s - WAKE_S)
        if is_closed(loop) is not self.charges:
            message = f"the fault would not find what it needs: {loop.seen}"
            raise AssertionError(message)
        return loop


FAST: Final = Begin(mode=Mode.FAST, words="mode fast")
ASLEEP: Final = Begin(
    scenario=NIGHT, sun_w=0.0, settle_s=400, charges=False, words="at night, battery low"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row of the matrix."""

    name: str
    part: Part
    what: str
    begin: Begin = field(default_factory=Begin)
    strike: Callable[[FaultLoop], None] = nothing
    each: Callable[[FaultLoop, int], None] = nothing_each
    """Called before every second of the fault with the number of the second."""
    heal: Callable[[FaultLoop], None] = nothing
    lasts_s: int = 60
    status: Status | None = None
    """Status that must be seen; None = the one of before."""
    reason: ReasonCode | None = None
    sign: Sign | None = None
    effect: Effect = GOES_ON
    within_s: int = 1
    """By when the effect must be there, from the strike on."""
    after: Recovery = AS_BEFORE
    recovers_s: int = 0
    """By when it must be over, from the end of the fault on."""
    closings: int = 0
    """How often the contactor may close because of it."""
    wrong_wh: float = 5.0
    """Energy that the car may take beyond what it is entitled to, until all is well again."""
    forbidden: bool = False
    """The car is entitled to nothing meanwhile, whatever the mode."""
    forgets: bool = False
    """The product has lost what it counted: its counters begin anew, once."""
    over_circuit_s: int = 0
    """Seconds above the circuit that only a charger which forgets can cause."""
    note: str = ""
    """Anything else that must be said openly."""
