"""Faults of the GX: silence, values that are gone, stuck, nonsense or lies."""

from __future__ import annotations

from dataclasses import replace
import json
from typing import TYPE_CHECKING, Final

from custom_components.victron_openevse.control.model import Mode, Status
from custom_components.victron_openevse.control.reasons import ReasonCode
from simulator.fault_loop import FaultLoop, as_sent
from simulator.fault_row import (
    FAST,
    FOLLOWS,
    MINIMUM,
    NIGHT,
    STOPS,
    Begin,
    Effect,
    Fault,
    Part,
    Sign,
    desk,
    several,
)
from simulator.faults import GxFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.broker import Message

GRID: Final = "system/0/Ac/Grid/L1/Power"
BATTERY: Final = "system/0/Dc/Battery/Power"
SOC: Final = "system/0/Dc/Battery/Soc"
PV: Final = "system/0/Dc/Pv/Power"
SHOWN: Final = {"battery_soc": "battery level"}
"""Readings that people know by another name than the program does."""
MINIMUM_SOLAR: Final = Begin(mode=Mode.MINIMUM_SOLAR, words="mode minimum and solar")
FAST_AT_NIGHT: Final = Begin(
    mode=Mode.FAST,
    sun_w=0.0,
    own={"circuit_current_a": 32, "fast_current_a": 32},
    words="mode fast at night",
)
"""An empty battery leaves the car to the grid, a full one carries most of it."""
NO_NUMBERS: Final = ('{"value": "12"}', '{"value": [1]}', '{"value": true}')
BY_HAND: Final = Effect("does what the person asks", lambda _loop: True)
SWITCH_S: Final = 120
"""How often that person switches: charger and meters have settled long before."""
OVERFLOW: Final = '{"value": 4294967295}'
"""A register of 32 bits at its end: beyond any belief."""


def gone(path: str, seconds: float) -> Callable[[FaultLoop], None]:
    """One value is null for a while."""
    return lambda loop: loop.world.gx.inject(GxFault.NULL, path, duration_s=seconds)


def silent(seconds: float) -> Callable[[FaultLoop], None]:
    """Nothing passes between GX and broker for a while."""
    return lambda loop: loop.world.gx.inject(GxFault.SILENT, duration_s=seconds)


def says(path: str, payload: Callable[[str], str]) -> Callable[[FaultLoop], None]:
    """Every message of one path reaches the product with another payload."""

    def tamper(message: Message) -> Iterable[Message]:
        if message.topic.endswith(path):
            return (message._replace(payload=payload(message.payload)),)
        return (message,)

    def strike(loop: FaultLoop) -> None:
        loop.client.tamper = tamper

    return strike


def truth(loop: FaultLoop) -> None:
    """Messages arrive as they are sent again."""
    loop.client.tamper = as_sent


def turned(payload: str) -> str:
    """Give a payload with the sign of its number turned; rubbish stays rubbish."""
    try:
        return json.dumps({"value": -json.loads(payload)["value"]})
    except ValueError, TypeError, KeyError:
        return payload


def without(service: str, seconds: float) -> Callable[[FaultLoop], None]:
    """One service leaves the GX for a while."""
    return lambda loop: loop.world.gx.inject(GxFault.SERVICE_GONE, service, duration_s=seconds)


def missing(name: str) -> Sign:
    """The decision names the reading that is missing; the repair calls it as its entity."""
    return Sign(
        f"the repair names {SHOWN.get(name, name.replace('_', ' '))}",
        lambda loop: loop.decision is not None and name in loop.decision.site.missing,
    )


ROWS: Final = (
    Fault(
        name="gx-silent-20s",
        part=Part.GX,
        what="The GX says nothing for 20 s",
        strike=silent(20),
        lasts_s=20,
    ),
    Fault(
        name="gx-silent-100s",
        part=Part.GX,
        what="The GX says nothing for 100 s (network gone, bridge dead, keepalive lost)",
        strike=silent(100),
        lasts_s=100,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_OLD_MINIMUM,
        effect=MINIMUM,
        within_s=33,
        recovers_s=30,
    ),
    Fault(
        name="gx-silent-10min",
        part=Part.GX,
        what="The GX says nothing for 10 min",
        strike=silent(600),
        lasts_s=600,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_MISSING,
        effect=STOPS,
        within_s=185,
        recovers_s=60,
        closings=1,
    ),
    Fault(
        name="gx-silent-sun-gone",
        part=Part.GX,
        what="The GX says nothing for 10 min, and meanwhile the sun goes",
        strike=several(silent(600), desk("pv_hold", power_w=0.0)),
        heal=desk("pv_hold", power_w=3000.0),
        lasts_s=600,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_MISSING,
        effect=STOPS,
        within_s=185,
        recovers_s=200,
        closings=1,
        wrong_wh=105.0,
    ),
    Fault(
        name="gx-silent-minimum-solar",
        part=Part.GX,
        what="The GX says nothing for 10 min",
        begin=MINIMUM_SOLAR,
        strike=silent(600),
        lasts_s=600,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_OLD_MINIMUM,
        effect=MINIMUM,
        within_s=33,
        recovers_s=30,
        note="The guaranteed minimum needs no data",
    ),
    Fault(
        name="gx-silent-fast",
        part=Part.GX,
        what="The GX says nothing for 10 min",
        begin=FAST,
        strike=silent(600),
        lasts_s=600,
        status=Status.CHARGING,
        reason=ReasonCode.FIXED_CURRENT,
    ),
    Fault(
        name="gx-flickers",
        part=Part.GX,
        what="The GX is gone for 15 s in every 30 s, for 5 min",
        each=lambda loop, second: silent(15)(loop) if second % 30 == 1 else None,
        lasts_s=300,
        recovers_s=30,
    ),
    Fault(
        name="gx-reboot",
        part=Part.GX,
        what="The GX reboots: nulls, then its services return over three minutes",
        strike=desk("gx_reboot"),
        lasts_s=200,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_OLD_MINIMUM,
        effect=MINIMUM,
        within_s=60,
        recovers_s=60,
    ),
    Fault(
        name="gx-reboot-fast",
        part=Part.GX,
        what="The GX reboots",
        begin=FAST,
        strike=desk("gx_reboot"),
        lasts_s=200,
        status=Status.CHARGING,
    ),
    Fault(
        name="gx-blink",
        part=Part.GX,
        what="The grid power is null for 2 s",
        strike=gone(GRID, 2),
        lasts_s=60,
    ),
    *(
        Fault(
            name=f"gx-null-{name.replace('_', '-')}",
            part=Part.GX,
            what=f"The {name.replace('_', ' ')} is null for 10 min, all else speaks",
            strike=gone(path, 600),
            lasts_s=600,
            status=Status.NO_DATA,
            reason=ReasonCode.DATA_MISSING,
            sign=missing(name),
            effect=STOPS,
            within_s=185,
            recovers_s=60,
            closings=1,
        )
        for name, path in (("grid_power", GRID), ("battery_power", BATTERY), ("battery_soc", SOC))
    ),
    Fault(
        name="gx-null-pv",
        part=Part.GX,
        what="The solar power is null for 5 min, all else speaks",
        strike=gone(PV, 300),
        lasts_s=300,
        note="Surplus comes from battery and grid alone",
    ),
    Fault(
        name="gx-meter-gone",
        part=Part.GX,
        what="The grid meter's service leaves the GX for 5 min",
        strike=without("grid", 300),
        lasts_s=300,
    ),
    Fault(
        name="gx-system-gone",
        part=Part.GX,
        what="The GX's own totals leave for 100 s",
        strike=without("system", 100),
        lasts_s=100,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_OLD_MINIMUM,
        effect=MINIMUM,
        within_s=33,
        recovers_s=30,
    ),
    Fault(
        name="gx-instance-change",
        part=Part.GX,
        what="The grid meter comes back under another number",
        strike=lambda loop: loop.world.gx.inject(GxFault.INSTANCE_CHANGE, "grid"),
        lasts_s=120,
    ),
    Fault(
        name="gx-nan",
        part=Part.GX,
        what="The battery power is NaN for 100 s",
        strike=says(BATTERY, lambda _was: '{"value": NaN}'),
        heal=truth,
        lasts_s=100,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_OLD_MINIMUM,
        effect=MINIMUM,
        within_s=53,
        recovers_s=60,
    ),
    Fault(
        name="gx-absurd-power",
        part=Part.GX,
        what="The grid power is an overflowed register for 100 s",
        strike=says(GRID, lambda _was: OVERFLOW),
        heal=truth,
        lasts_s=100,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_OLD_MINIMUM,
        effect=MINIMUM,
        within_s=53,
        recovers_s=60,
    ),
    Fault(
        name="gx-absurd-soc",
        part=Part.GX,
        what="The state of charge is 6553.5 % for 10 min",
        strike=lambda loop: loop.world.gx.inject(GxFault.ABSURD, SOC, duration_s=600),
        lasts_s=600,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_MISSING,
        sign=missing("battery_soc"),
        effect=STOPS,
        within_s=200,
        recovers_s=60,
        closings=1,
    ),
    Fault(
        name="gx-text",
        part=Part.GX,
        what="The grid power is a text, a list, a truth value, in turn, for 100 s",
        each=lambda loop, second: says(GRID, lambda _was: NO_NUMBERS[second % 3])(loop),
        heal=truth,
        lasts_s=100,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_OLD_MINIMUM,
        effect=MINIMUM,
        within_s=53,
        recovers_s=60,
    ),
    Fault(
        name="gx-believable-lie",
        part=Part.GX,
        what="The grid power says 6 kW of export that does not exist, for 5 min",
        strike=says(GRID, lambda _was: '{"value": -6000}'),
        heal=truth,
        lasts_s=300,
        status=Status.CHARGING,
        recovers_s=60,
        wrong_wh=190.0,
        note="A lie within belief is believed: the solar maximum and the reserve bound it",
    ),
    Fault(
        name="gx-wrong-sign-battery",
        part=Part.GX,
        what="The battery power has the wrong sign for 20 min, and the sun goes",
        strike=several(says(BATTERY, turned), desk("pv_hold", power_w=0.0)),
        heal=several(truth, desk("pv_hold", power_w=3000.0)),
        lasts_s=1200,
        effect=FOLLOWS,
        recovers_s=330,
        wrong_wh=1600.0,
        note="The solar maximum and the reserve bound it; the next row finds it",
    ),
    *(
        Fault(
            name=f"gx-wrong-sign-{name}-found",
            part=Part.GX,
            what=f"The {name} power has the wrong sign while a person switches on and off",
            begin=replace(FAST_AT_NIGHT, scenario=replace(NIGHT, soc_pct=soc_pct)),
            strike=says(path, turned),
            each=lambda loop, second: loop.choose(
                mode=(Mode.FAST, Mode.OFF)[second // SWITCH_S % 2]
            ),
            heal=several(truth, lambda loop: loop.choose(mode=Mode.FAST)),
            lasts_s=14 * SWITCH_S,
            sign=Sign(f"repair: the sign of the {name} power is wrong", suspect),
            effect=BY_HAND,
            recovers_s=60,
            closings=7,
            wrong_wh=20.0,
        )
        for name, path, soc_pct, suspect in (
            ("grid", GRID, 12.0, lambda loop: loop.signs.grid.wrong),
            ("battery", BATTERY, 95.0, lambda loop: loop.signs.battery.wrong),
        )
    ),
    Fault(
        name="gx-frozen-battery",
        part=Part.GX,
        what="The battery power is stuck at its value for 10 min, while the sun halves",
        strike=several(
            lambda loop: loop.world.gx.inject(GxFault.FROZEN, BATTERY, duration_s=600),
            desk("pv_hold", power_w=1500.0),
        ),
        heal=desk("pv_hold", power_w=3000.0),
        lasts_s=600,
        recovers_s=120,
        wrong_wh=300.0,
        note="A GX that repeats a stuck value when asked cannot be told from a steady one",
    ),
    Fault(
        name="gx-frozen-grid",
        part=Part.GX,
        what="The grid power is stuck at its value for 10 min, while the sun halves",
        strike=several(
            lambda loop: loop.world.gx.inject(GxFault.FROZEN, GRID, duration_s=600),
            desk("pv_hold", power_w=1500.0),
        ),
        heal=desk("pv_hold", power_w=3000.0),
        lasts_s=600,
        recovers_s=120,
        wrong_wh=40.0,
        note="The battery's power shows what the grid's hides",
    ),
)
"""Rows of the GX."""
