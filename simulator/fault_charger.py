"""Faults of the charger: reboots, absence, refusals, faults of its own, wrong meters."""

from __future__ import annotations

from dataclasses import replace
import json
from typing import TYPE_CHECKING, Final

from custom_components.victron_openevse.control.model import Mode, SafeState, Status
from custom_components.victron_openevse.control.reasons import ReasonCode
from simulator.fault_broker import lose, on_every, set_tamper, whole
from simulator.fault_loop import FaultLoop
from simulator.fault_row import (
    ASLEEP,
    FAST,
    FOLLOWS,
    OBEYS,
    OFF,
    STOPS,
    Begin,
    Effect,
    Fault,
    Part,
    Sign,
    desk,
    is_closed,
    several,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CHARGED_BY_SUN: Final = Begin()
REBOOT_OVER_S: Final = 8
"""A rebooted gateway charges at its own maximum until its claim is back: 5 s to boot, 2 to ask."""


def send(topic: str, payload: str) -> Callable[[FaultLoop], None]:
    """Publish a command at the charger, as a person's page or another program would."""
    return lambda loop: loop.stranger.publish(f"{loop.base_topic}/{topic}", payload)


def configure(loop: FaultLoop, **changes: object) -> None:
    """Change the charger's own configuration."""
    loop.stranger.publish(f"{loop.base_topic}/config/set", json.dumps(changes))


def offline(loop: FaultLoop, seconds: float) -> None:
    """Let the gateway lose its Wi-Fi for a while."""
    client = loop.charger._client  # noqa: SLF001 - the gateway's own connection
    client.drop()
    loop.world.after(seconds, client.reconnect)


def counter_resets(loop: FaultLoop) -> None:
    """Let the charger's lifetime meter begin anew, as after a factory reset."""
    loop.charger.meter = type(loop.charger.meter)()


ROWS: Final = (
    Fault(
        name="gateway-reboot",
        part=Part.CHARGER,
        what="The charger's gateway reboots: claims lost, full current",
        strike=desk("reboot_charger"),
        lasts_s=30,
        effect=OBEYS,
        within_s=REBOOT_OVER_S,
        recovers_s=30,
        over_circuit_s=REBOOT_OVER_S,
        note="Set the charger's own maximum to what its circuit carries: it counts meanwhile",
    ),
    Fault(
        name="gateway-reboot-fast",
        part=Part.CHARGER,
        what="The charger's gateway reboots",
        begin=FAST,
        strike=desk("reboot_charger"),
        lasts_s=30,
        effect=OBEYS,
        within_s=REBOOT_OVER_S,
        recovers_s=30,
        over_circuit_s=REBOOT_OVER_S,
    ),
    Fault(
        name="gateway-reboot-at-night",
        part=Part.CHARGER,
        what="The charger's gateway reboots and would begin to charge",
        begin=ASLEEP,
        strike=desk("reboot_charger"),
        lasts_s=20,
        effect=Effect("may begin, and is stopped again within 20 s", lambda _loop: True),
        after=OFF,
        closings=1,
        wrong_wh=15.0,
        over_circuit_s=REBOOT_OVER_S,
    ),
    Fault(
        name="gateway-reboots-often",
        part=Part.CHARGER,
        what="The charger's gateway reboots every minute for 10 min",
        each=lambda loop, second: (
            loop.world.commands.run("reboot_charger") if second % 60 == 1 else None
        ),
        lasts_s=600,
        effect=FOLLOWS,
        recovers_s=30,
        wrong_wh=60.0,
        over_circuit_s=10 * REBOOT_OVER_S,
    ),
    Fault(
        name="controller-reboot",
        part=Part.CHARGER,
        what="The charger's controller reboots: contactor opens, self-test",
        strike=send("restart", '{"device": "evse"}'),
        lasts_s=30,
        status=Status.CHARGING,
        effect=STOPS,
        within_s=3,
        recovers_s=60,
        closings=1,
        over_circuit_s=4,
    ),
    Fault(
        name="charger-offline-60s",
        part=Part.CHARGER,
        what="The charger loses its Wi-Fi for 60 s",
        strike=lambda loop: offline(loop, 60.0),
        lasts_s=60,
        status=Status.OFFLINE,
        reason=ReasonCode.CHARGER_OFFLINE,
        recovers_s=30,
    ),
    Fault(
        name="charger-offline-carry-on",
        part=Part.CHARGER,
        what="The charger loses its Wi-Fi for 10 min, and its owner chose to carry on meanwhile",
        begin=Begin(own={"safe_state": SafeState.CARRY_ON}),
        strike=lambda loop: offline(loop, 600.0),
        lasts_s=600,
        status=Status.OFFLINE,
        reason=ReasonCode.CHARGER_OFFLINE,
        recovers_s=30,
    ),
    Fault(
        name="charger-offline-sun-gone",
        part=Part.CHARGER,
        what="The charger loses its Wi-Fi for 10 min, and the sun goes",
        strike=several(lambda loop: offline(loop, 600.0), desk("pv_hold", power_w=0.0)),
        heal=desk("pv_hold", power_w=3000.0),
        lasts_s=600,
        status=Status.OFFLINE,
        reason=ReasonCode.CHARGER_OFFLINE,
        effect=STOPS,
        within_s=175,
        recovers_s=330,
        closings=1,
        wrong_wh=130.0,
        note="The charger stops by itself: nobody moved its dead-man's limit",
    ),
    Fault(
        name="serial-dead",
        part=Part.CHARGER,
        what="The gateway loses its controller for 5 min: announced, but silent",
        strike=desk("charger_serial", alive=False),
        heal=desk("charger_serial", alive=True),
        lasts_s=300,
        status=Status.OFFLINE,
        reason=ReasonCode.CHARGER_OFFLINE,
        recovers_s=60,
    ),
    Fault(
        name="commands-lost",
        part=Part.CHARGER,
        what="Commands to the charger are lost for 3 min, and the sun halves",
        strike=several(lose("claim/set"), desk("pv_hold", power_w=1900.0)),
        heal=several(whole, desk("pv_hold", power_w=3000.0)),
        lasts_s=180,
        sign=Sign(
            "diagnostics: the claim is not confirmed",
            lambda loop: not loop.chargers[loop.key].claim_confirmed,
        ),
        recovers_s=90,
        wrong_wh=60.0,
    ),
    Fault(
        name="command-refused",
        part=Part.CHARGER,
        what="The charger's own maximum is set to 10 A",
        begin=FAST,
        strike=lambda loop: configure(loop, max_current_soft=10),
        lasts_s=60,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_CHARGER,
        effect=Effect("takes 10 A", lambda loop: loop.charger.pilot_a == 10, is_closed),  # noqa: PLR2004 - said in words
        within_s=35,
        heal=lambda loop: configure(loop, max_current_soft=32),
        recovers_s=90,
    ),
    Fault(
        name="charger-fault",
        part=Part.CHARGER,
        what="The charger reports a ground fault (GFCI) for 60 s",
        strike=desk("charger_fault", state=6),
        heal=desk("charger_fault", state=None),
        lasts_s=60,
        status=Status.FAULT,
        reason=ReasonCode.CHARGER_FAULT,
        effect=STOPS,
        within_s=2,
        recovers_s=330,
        closings=1,
    ),
    Fault(
        name="charger-fault-unknown",
        part=Part.CHARGER,
        what="The charger reports a fault code that no list knows, for 60 s",
        strike=desk("charger_fault", state=17),
        heal=desk("charger_fault", state=None),
        lasts_s=60,
        status=Status.FAULT,
        reason=ReasonCode.CHARGER_FAULT,
        effect=STOPS,
        within_s=2,
        recovers_s=330,
        closings=1,
    ),
    Fault(
        name="charger-fault-flickers",
        part=Part.CHARGER,
        what="The charger's fault comes and goes every 20 s, for 10 min",
        each=lambda loop, second: loop.world.commands.run(
            "charger_fault", state=6 if second // 20 % 2 == 0 else None
        ),
        heal=desk("charger_fault", state=None),
        lasts_s=600,
        status=Status.FAULT,
        reason=ReasonCode.CHARGER_FAULT,
        effect=STOPS,
        within_s=2,
        recovers_s=330,
        closings=16,
        note="The charger itself closes again whenever its fault is gone",
    ),
    Fault(
        name="state-nonsense",
        part=Part.CHARGER,
        what="The charger's state reads 4711 for 60 s",
        strike=set_tamper(on_every(lambda _was: "4711", "/state")),
        heal=whole,
        lasts_s=60,
        recovers_s=30,
    ),
    Fault(
        name="meter-absurd",
        part=Part.CHARGER,
        what="The charger's power reads 1e9 W for 60 s",
        strike=set_tamper(on_every(lambda _was: "1e9", "/power")),
        heal=whole,
        lasts_s=60,
        effect=FOLLOWS,
        recovers_s=60,
        wrong_wh=20.0,
    ),
    Fault(
        name="meter-nan",
        part=Part.CHARGER,
        what="The charger's power reads nan for 10 min",
        strike=set_tamper(on_every(lambda _was: "nan", "/power")),
        heal=whole,
        lasts_s=600,
        status=Status.NO_DATA,
        reason=ReasonCode.DATA_MISSING,
        effect=STOPS,
        within_s=260,
        recovers_s=60,
        closings=1,
        note="Without the car's power nobody knows what is left",
    ),
    Fault(
        name="meter-resets",
        part=Part.CHARGER,
        what="The charger's lifetime counter begins anew at 0",
        strike=counter_resets,
        lasts_s=120,
    ),
    Fault(
        name="clock-wrong",
        part=Part.CHARGER,
        what="The charger's clock is a year behind",
        strike=send("rapi/in/$S1", "25 1 1 0 0 0"),
        lasts_s=60,
    ),
    Fault(
        name="blind-sleep",
        part=Part.CHARGER,
        what="The charger pauses in its blind state 255, and the sun goes for 10 min",
        begin=replace(CHARGED_BY_SUN, settle_s=330),
        strike=several(
            lambda loop: configure(loop, pause_uses_disabled=True),
            lambda loop: loop.choose(mode=Mode.SOLAR_ONLY),
            desk("pv_hold", power_w=0.0),
        ),
        heal=desk("pv_hold", power_w=3000.0),
        lasts_s=600,
        status=Status.WAITING_FOR_SUN,
        effect=STOPS,
        within_s=300,
        recovers_s=700,
        closings=1,
        wrong_wh=130.0,
    ),
    Fault(
        name="default-disabled",
        part=Part.CHARGER,
        what="The charger's default state is set to disabled",
        strike=lambda loop: configure(loop, default_state=False),
        lasts_s=60,
    ),
)
"""Rows of the charger."""
