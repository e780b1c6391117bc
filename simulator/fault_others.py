"""People at the charger, and other programs that claim it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from custom_components.victron_openevse.control.model import Mode, Status
from custom_components.victron_openevse.control.reasons import ReasonCode
from simulator.fault_charger import send
from simulator.fault_loop import FaultLoop, diagnostics
from simulator.fault_row import (
    ASLEEP,
    FAST,
    FOLLOWS,
    IS_LEFT,
    OBEYS,
    OFF,
    STOPS,
    Begin,
    Effect,
    Fault,
    Part,
    Sign,
    is_open,
)
from simulator.openevse_claims import ClaimClient, Properties

if TYPE_CHECKING:
    from collections.abc import Callable

PLUGGED_OFF: Final = Begin(mode=Mode.OFF, charges=False, words="mode off")
OTHER_CLAIM: Final = (
    '{"state":"active","charge_current":16,"max_current":"clear","auto_release":false}'
)
STOP_CLAIM: Final = '{"state":"disabled","auto_release":false}'
TIMER_PRIORITY: Final = 100
"""Of the charger's own schedule."""


def quarrel(share: int) -> Sign:
    """The user is told that somebody else writes our claim."""
    return Sign(
        "foreign claims are counted, at four in an hour a repair is raised",
        lambda loop: diagnostics(loop)["foreign_claims"] >= share,
    )


def told(key: str) -> Sign:
    """The user is told what else steers the charger."""
    return Sign(
        f"a repair names {key.replace('_', ' ')}",
        lambda loop: key in loop.chargers[loop.key].others,
    )


def every(seconds: int, strike: Callable[[FaultLoop], None]) -> Callable[[FaultLoop, int], None]:
    """Strike again and again."""
    return lambda loop, second: strike(loop) if second % seconds == 1 else None


def press(loop: FaultLoop) -> None:
    """Press the charger's front button."""
    loop.world.commands.run("button")


def schedule(loop: FaultLoop) -> None:
    """Let the charger's own timer ask for a stop."""
    wish = Properties(state="disabled")
    loop.charger.claims.claim(ClaimClient(ClaimClient.DIVERT), TIMER_PRIORITY, wish)
    loop.charger.claims_changed()


SHOWN_STOPPED: Final = Effect(
    "stops: the charger's own rule stands above ours, and that is not fought", is_open
)
ROWS: Final = (
    Fault(
        name="button-stops",
        part=Part.OTHERS,
        what="A person stops at the button, and takes it back after 5 min",
        strike=press,
        heal=press,
        lasts_s=300,
        status=Status.OVERRIDDEN,
        reason=ReasonCode.OVERRIDDEN_AT_CHARGER,
        effect=STOPS,
        within_s=5,
        recovers_s=330,
        closings=1,
    ),
    Fault(
        name="button-starts-at-night",
        part=Part.OTHERS,
        what="A person starts at the button at night, and takes it back after 5 min",
        begin=ASLEEP,
        strike=press,
        heal=press,
        lasts_s=300,
        status=Status.OVERRIDDEN,
        reason=ReasonCode.OVERRIDDEN_AT_CHARGER,
        effect=IS_LEFT,
        within_s=5,
        after=OFF,
        recovers_s=10,
        closings=1,
        wrong_wh=150.0,
        note="6 A, what the claim keeps while off; that person's wish",
    ),
    Fault(
        name="override-by-page",
        part=Part.OTHERS,
        what="A person overrides with 24 A on the charger's page for 5 min",
        strike=send("override/set", '{"state":"active","charge_current":24,"auto_release":true}'),
        heal=send("override/set", "clear"),
        lasts_s=300,
        status=Status.OVERRIDDEN,
        reason=ReasonCode.OVERRIDDEN_AT_CHARGER,
        effect=IS_LEFT,
        within_s=5,
        recovers_s=60,
        wrong_wh=280.0,
        note="The person's wish is what the car gets",
    ),
    Fault(
        name="override-while-off",
        part=Part.OTHERS,
        what="A person presses the button while the mode is off",
        begin=PLUGGED_OFF,
        strike=press,
        heal=press,
        lasts_s=120,
        status=Status.OVERRIDDEN,
        effect=IS_LEFT,
        within_s=5,
        after=OFF,
        recovers_s=10,
        closings=1,
        wrong_wh=60.0,
    ),
    Fault(
        name="claim-released",
        part=Part.OTHERS,
        what="Another program releases our claim",
        strike=send("claim/set", "release"),
        lasts_s=20,
        effect=OBEYS,
        within_s=10,
        recovers_s=30,
        over_circuit_s=10,
    ),
    Fault(
        name="claim-overwritten",
        part=Part.OTHERS,
        what="Another program writes its own claim once",
        strike=send("claim/set", OTHER_CLAIM),
        lasts_s=30,
        sign=quarrel(1),
        effect=OBEYS,
        within_s=10,
        recovers_s=30,
    ),
    Fault(
        name="claim-overwritten-often",
        part=Part.OTHERS,
        what="Another program writes 16 A into our claim every 10 s, for 20 min",
        each=every(10, send("claim/set", OTHER_CLAIM)),
        lasts_s=1200,
        sign=quarrel(4),
        effect=FOLLOWS,
        recovers_s=330,
        wrong_wh=300.0,
        note="We answer ever more seldom, so that no shouting in turns wears the contactor",
    ),
    Fault(
        name="claim-stopped-often",
        part=Part.OTHERS,
        what="Another program writes a stop into our claim every 30 s, for 10 min",
        each=every(30, send("claim/set", STOP_CLAIM)),
        lasts_s=600,
        sign=quarrel(4),
        status=Status.LIMITED,
        effect=STOPS,
        within_s=200,
        recovers_s=660,
        closings=8,
    ),
    Fault(
        name="two-home-assistants",
        part=Part.OTHERS,
        what="A second Home Assistant steers the same charger at 10 A, for 10 min",
        each=lambda loop, _second: loop.rival_wants(10),
        heal=FaultLoop.end_rival,
        lasts_s=600,
        sign=quarrel(4),
        effect=FOLLOWS,
        recovers_s=330,
        wrong_wh=60.0,
    ),
    Fault(
        name="two-home-assistants-against",
        part=Part.OTHERS,
        what="A second Home Assistant wants the same charger off, for 10 min",
        each=lambda loop, _second: loop.rival_wants(0),
        heal=FaultLoop.end_rival,
        lasts_s=600,
        sign=quarrel(4),
        effect=FOLLOWS,
        recovers_s=660,
        closings=8,
    ),
    Fault(
        name="eco-left-on",
        part=Part.OTHERS,
        what="The charger's own eco mode is switched on",
        strike=send("divertmode/set", "2"),
        heal=send("divertmode/set", "1"),
        sign=told("eco_mode"),
        lasts_s=300,
        note="Our claim (500) stands above it (10..50)",
    ),
    Fault(
        name="schedule-at-charger",
        part=Part.OTHERS,
        what="The charger's own timer asks for a stop",
        strike=schedule,
        lasts_s=300,
        note="Our claim (500) stands above it (100)",
    ),
    Fault(
        name="shaper-left-on",
        part=Part.OTHERS,
        what="The charger's shaper is on and gets no data, for 10 min",
        strike=send("shaper/set", "1"),
        heal=send("shaper/set", "0"),
        sign=told("current_shaper"),
        lasts_s=600,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_CHARGER,
        effect=SHOWN_STOPPED,
        within_s=5,
        recovers_s=60,
        closings=1,
    ),
    Fault(
        name="limit-reached",
        part=Part.OTHERS,
        what="An energy limit set at the charger is reached, and cleared after 10 min",
        strike=send("limit/set", '{"type":"energy","value":1,"auto_release":true}'),
        heal=send("limit/set", "clear"),
        lasts_s=600,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_CHARGER,
        effect=SHOWN_STOPPED,
        within_s=30,
        recovers_s=60,
        closings=1,
    ),
    Fault(
        name="mode-changed-by-hand",
        part=Part.OTHERS,
        what="A person flips between fast and solar every 5 s for a minute",
        begin=FAST,
        each=lambda loop, second: loop.choose(mode=(Mode.FAST, Mode.SOLAR)[second // 5 % 2]),
        heal=lambda loop: loop.choose(mode=Mode.FAST),
        lasts_s=60,
        recovers_s=30,
        wrong_wh=60.0,
    ),
)
"""Rows of people and other programs."""
