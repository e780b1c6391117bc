"""Faults of broker, network and messages."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from custom_components.victron_openevse.control.model import SafeState, Status
from custom_components.victron_openevse.control.reasons import ReasonCode
from simulator.fault_gx import GRID, truth
from simulator.fault_loop import FaultLoop, Tamper, diagnostics
from simulator.fault_row import (
    ASLEEP,
    FAST,
    FOLLOWS,
    MINIMUM,
    OFF,
    STAYS_OFF,
    STOPS,
    Begin,
    Fault,
    Part,
    Sign,
)
from simulator.house_on_desk import PORTAL_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.broker import Message

MEGABYTE: Final = "9" * 1_000_000
FLOOD_PER_S: Final = 1000
RUBBISH: Final = (
    "",
    "{",
    '{"value":',
    "nan",
    "\ufffd\ufffd\x00",
    "[" * 4000,
    '{"value": {"value": 1}}',
    '{"state": null}',
    "1e999",
    "null",
)
"""Payloads that are no messages of either protocol."""
CHARGER_KEYS: Final = ("amp", "pilot", "state", "power", "claim", "override", "config", "vehicle")
GX_PATHS: Final = (GRID, "system/0/Dc/Battery/Power", "battery/512/Soc", "heartbeat")


def broker_away(loop: FaultLoop, seconds: float, *, keep_retained: bool = True) -> None:
    """Let the broker go away for a while."""
    loop.world.broker.stop(keep_retained=keep_retained)
    loop.world.after(seconds, loop.world.broker.start)


def on_every(change: Callable[[str], str], only: str = "") -> Tamper:
    """Every message under a topic reaches the product with another payload."""

    def tamper(message: Message) -> Iterable[Message]:
        if only in message.topic:
            return (message._replace(payload=change(message.payload)),)
        return (message,)

    return tamper


def set_tamper(tamper: Tamper) -> Callable[[FaultLoop], None]:
    """Do something to every message."""

    def strike(loop: FaultLoop) -> None:
        loop.client.tamper = tamper

    return strike


def lossy(share: float) -> Callable[[FaultLoop], None]:
    """Lose a share of all messages, both ways."""
    drawn = random.Random(1)

    def strike(loop: FaultLoop) -> None:
        loop.client.tamper = lambda message: () if drawn.random() < share else (message,)
        loop.client.lost = lambda _topic: drawn.random() < share

    return strike


def whole(loop: FaultLoop) -> None:
    """The line is good again."""
    truth(loop)
    loop.client.lost = lambda _topic: False
    loop.client.delay_s = 0.0


def delay(seconds: float) -> Callable[[FaultLoop], None]:
    """Deliver every message late."""

    def strike(loop: FaultLoop) -> None:
        loop.client.delay_s = seconds

    return strike


def lose(part: str) -> Callable[[FaultLoop], None]:
    """Lose every command whose topic has this part."""

    def strike(loop: FaultLoop) -> None:
        loop.client.lost = lambda topic: part in topic

    return strike


def rubbish(loop: FaultLoop, second: int, *, retain: bool = False) -> None:
    """Let a stranger write rubbish to every topic that is listened to."""
    for number, key in enumerate(CHARGER_KEYS):
        payload = RUBBISH[(second + number) % len(RUBBISH)]
        loop.stranger.publish(f"{loop.base_topic}/{key}", payload, retain=retain)
    for number, path in enumerate(GX_PATHS):
        payload = RUBBISH[(second + number) % len(RUBBISH)] or "{}"
        loop.stranger.publish(f"N/{PORTAL_ID}/{path}", payload, retain=retain)


def huge(loop: FaultLoop, second: int) -> None:
    """Let a stranger write a megabyte to a topic that is listened to."""
    topics = [f"{loop.base_topic}/{key}" for key in CHARGER_KEYS]
    topics += [f"N/{PORTAL_ID}/{path}" for path in GX_PATHS]
    loop.stranger.publish(topics[second % len(topics)], MEGABYTE)


def flood(loop: FaultLoop, _second: int) -> None:
    """Let a stranger write a thousand messages in a second."""
    for number in range(FLOOD_PER_S):
        loop.stranger.publish(f"N/{PORTAL_ID}/heartbeat", f'{{"value": {number}}}')


def retained_rubbish(loop: FaultLoop) -> None:
    """Leave rubbish in the broker's store and let the product connect anew."""
    rubbish(loop, 0, retain=True)
    loop.stranger.publish(f"{loop.base_topic}/state", "3", retain=True)
    loop.stranger.publish(f"{loop.base_topic}/pilot", "32", retain=True)
    loop.stranger.publish(f"N/{PORTAL_ID}/{GRID}", '{"value": -9000}', retain=True)
    loop.client.drop()
    loop.client.reconnect()


def product_away(loop: FaultLoop, seconds: float) -> None:
    """Let the product lose its connection for a while."""
    loop.client.drop()
    loop.world.after(seconds, loop.client.reconnect)


NO_DATA: Final = ReasonCode.DATA_OLD_MINIMUM
ROWS: Final = (
    Fault(
        name="broker-restart",
        part=Part.BROKER,
        what="The broker restarts, away for 10 s",
        strike=lambda loop: broker_away(loop, 10.0),
        lasts_s=20,
        recovers_s=30,
    ),
    Fault(
        name="broker-restart-forgets",
        part=Part.BROKER,
        what="The broker restarts and loses what it kept",
        strike=lambda loop: broker_away(loop, 10.0, keep_retained=False),
        lasts_s=20,
        recovers_s=30,
    ),
    Fault(
        name="broker-away-5min",
        part=Part.BROKER,
        what="The broker is away for 5 min",
        strike=lambda loop: broker_away(loop, 300.0),
        lasts_s=300,
        status=Status.OFFLINE,
        reason=ReasonCode.CHARGER_OFFLINE,
        effect=STOPS,
        within_s=175,
        recovers_s=330,
        closings=1,
        note="The charger stops by itself: nobody moved its dead-man's limit",
    ),
    Fault(
        name="broker-away-fast",
        part=Part.BROKER,
        what="The broker is away for 5 min",
        begin=FAST,
        strike=lambda loop: broker_away(loop, 300.0),
        lasts_s=300,
        status=Status.OFFLINE,
        reason=ReasonCode.CHARGER_OFFLINE,
        effect=STOPS,
        within_s=175,
        recovers_s=330,
        closings=1,
    ),
    Fault(
        name="broker-away-carry-on",
        part=Part.BROKER,
        what="The broker is away for 5 min, and the owner chose to carry on meanwhile",
        begin=Begin(own={"safe_state": SafeState.CARRY_ON}),
        strike=lambda loop: broker_away(loop, 300.0),
        lasts_s=300,
        status=Status.OFFLINE,
        reason=ReasonCode.CHARGER_OFFLINE,
        recovers_s=60,
    ),
    Fault(
        name="product-off-the-broker",
        part=Part.BROKER,
        what="Home Assistant alone loses the broker for 60 s",
        strike=lambda loop: product_away(loop, 60.0),
        lasts_s=60,
        recovers_s=30,
    ),
    Fault(
        name="product-flaps",
        part=Part.BROKER,
        what="Home Assistant's connection drops every 10 s for 5 min",
        each=lambda loop, second: product_away(loop, 3.0) if second % 10 == 1 else None,
        lasts_s=300,
        effect=FOLLOWS,
        recovers_s=60,
    ),
    Fault(
        name="reads-lost",
        part=Part.BROKER,
        what="The bridge passes nothing to the GX for 150 s: keepalives are lost",
        strike=lose("R/"),
        heal=whole,
        lasts_s=150,
        status=Status.NO_DATA,
        reason=NO_DATA,
        effect=MINIMUM,
        within_s=100,
        recovers_s=60,
    ),
    Fault(
        name="retained-rubbish",
        part=Part.BROKER,
        what="The broker keeps rubbish and old values on all topics, and replays them",
        strike=retained_rubbish,
        lasts_s=60,
        recovers_s=30,
    ),
    Fault(
        name="retained-lie-at-night",
        part=Part.BROKER,
        what="The broker replays a sunny noon of long ago",
        begin=ASLEEP,
        strike=retained_rubbish,
        lasts_s=300,
        effect=STAYS_OFF,
        after=OFF,
    ),
    Fault(
        name="duplicates",
        part=Part.BROKER,
        what="Every message arrives three times, for 5 min",
        strike=set_tamper(lambda message: (message,) * 3),
        heal=whole,
        lasts_s=300,
    ),
    Fault(
        name="late-5s",
        part=Part.BROKER,
        what="Every message arrives 5 s late, for 5 min",
        strike=delay(5.0),
        heal=whole,
        lasts_s=300,
        effect=FOLLOWS,
        recovers_s=60,
    ),
    Fault(
        name="late-20s",
        part=Part.BROKER,
        what="Every message arrives 20 s late, for 10 min",
        strike=delay(20.0),
        heal=whole,
        lasts_s=600,
        effect=FOLLOWS,
        recovers_s=90,
        wrong_wh=40.0,
    ),
    Fault(
        name="lossy",
        part=Part.BROKER,
        what="Half of all messages are lost, both ways, for 10 min",
        strike=lossy(0.5),
        heal=whole,
        lasts_s=600,
        effect=FOLLOWS,
        recovers_s=60,
        wrong_wh=20.0,
    ),
    Fault(
        name="partial-json",
        part=Part.BROKER,
        what="Every message of the GX is cut in half, for 100 s",
        strike=set_tamper(on_every(lambda was: was[: len(was) // 2] or "{", f"N/{PORTAL_ID}")),
        heal=whole,
        lasts_s=100,
        status=Status.NO_DATA,
        reason=NO_DATA,
        effect=MINIMUM,
        within_s=33,
        recovers_s=60,
    ),
    Fault(
        name="binary",
        part=Part.BROKER,
        what="Every message of the charger is binary rubbish, for 60 s",
        strike=set_tamper(on_every(lambda _was: "\ufffd\x00\ufffd", "openevse")),
        heal=whole,
        lasts_s=60,
        recovers_s=60,
    ),
    Fault(
        name="stranger-writes-rubbish",
        part=Part.BROKER,
        what="A stranger writes rubbish to all topics each second, for 5 min",
        each=rubbish,
        lasts_s=300,
        recovers_s=60,
        wrong_wh=20.0,
    ),
    Fault(
        name="megabytes",
        part=Part.BROKER,
        what="Payloads of 1 MB arrive each second, for 60 s",
        each=huge,
        lasts_s=60,
        sign=Sign(
            "diagnostics count them",
            lambda loop: diagnostics(loop)["rejected"].get("oversized", 0) > 0,
        ),
    ),
    Fault(
        name="flood",
        part=Part.BROKER,
        what="1000 messages a second arrive, for 60 s",
        each=flood,
        lasts_s=60,
    ),
)
"""Rows of broker, network and messages."""
