"""A thousand messages a second: how late the event loop is, and whether decisions still come.

The figures come from a probe inside Home Assistant (demo/probe), memory from the same process. The
flood is a program of its own (demo/flood.py), so that nothing of it runs in what is measured.
"""

import asyncio
from dataclasses import dataclass
import sys
import time
from typing import Final

from simulator.house_on_desk import PORTAL_ID

from .checks import require
from .endure_stage import (
    Saw,
    charge_at,
    claims_since,
    count_tracebacks,
    no_new_trouble,
    stayed_closed,
)
from .flood import LEARN_S
from .following import SUN_LOW_W
from .lag import MESSAGES_GOAL, Record, complaints
from .smoke import MODE
from .stack import Stack
from .talk import DemoError

RATE_PER_S: Final = 1000.0
GX_PART: Final = 0.5
"""Part of the flood that is counted on arrival."""
FLOOD_MIN: Final = 5
SOAK_MIN: Final = 30
QUIET_S: Final = 20.0
"""Measured before, for comparison."""
MINUTE_S: Final = 60.0
SETTLING_MIN: Final = 2
"""After a start memory grows for a while whatever happens; it is judged from then on."""
FLOOD: Final = "flood"
STARTS_S: Final = 10.0


@dataclass(slots=True)
class Soak:
    """The records of a flood."""

    whole: Record
    settled: Record


async def flood(stack: Stack, saw: Saw) -> None:
    """Flood for five minutes."""
    await soak(stack, saw, FLOOD_MIN)


async def soak(stack: Stack, saw: Saw, minutes: int) -> None:
    """Flood for some minutes, tell the figures of each, and judge them at the end."""
    await charge_at(stack)
    await stack.house.do("pv_hold", power_w=SUN_LOW_W)
    await stack.entities.select(MODE, "solar")
    await _take(stack)
    await asyncio.sleep(QUIET_S)
    saw(f"before: {(await _take(stack)).line()}")
    since_s, tracebacks = time.monotonic(), count_tracebacks(stack)
    await _start(stack)
    try:
        measured = await _measure(stack, saw, minutes)
        sent = _sent(stack)
    finally:
        await stack.children.stop(FLOOD)
    _judge(measured, sent, minutes, saw)
    stayed_closed(stack, since_s, saw)
    no_new_trouble(stack, tracebacks, saw)
    saw(f"{claims_since(stack, since_s)} claims in {minutes} minutes of flood")


async def _start(stack: Stack) -> None:
    """Start the flood and wait until it flows."""
    command = [sys.executable, "-m", "demo.flood", "--port", str(stack.broker_port)]
    command += ["--portal", PORTAL_ID, "--charger", stack.charger.base, "--rate", f"{RATE_PER_S}"]
    await stack.children.start(FLOOD, command, cwd=stack.options.repo)
    await asyncio.sleep(LEARN_S + STARTS_S)
    stack.children.check()
    require(_sent(stack) > 0, "the flood does not flow")
    await _take(stack)


async def _take(stack: Stack) -> Record:
    return Record.of(await stack.hass.command("demo_probe/take"))


async def _measure(stack: Stack, saw: Saw, minutes: int) -> Soak:
    """Ask the probe once a minute; the first answer is where rates and growth begin."""
    soaked = Soak(Record(), Record())
    due_s = time.monotonic()
    for minute in range(minutes + 1):
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        due_s += MINUTE_S
        stack.children.check()
        taken = await stack.hass.command("demo_probe/take")
        soaked.whole.add(taken)
        if minute >= min(SETTLING_MIN, minutes - 1):
            soaked.settled.add(taken)
        if minute:
            saw(f"minute {minute}: {Record.of(taken).line()}")
    return soaked


def _sent(stack: Stack) -> int:
    """Return how many messages the flood says it sent."""
    lines = stack.children.log(FLOOD).split()
    return int(lines[-1]) if lines else 0


def _judge(measured: Soak, sent: int, minutes: int, saw: Saw) -> None:
    record = measured.whole
    saw(f"all: {record.line()}")
    saw(
        f"{sent} messages sent; {record.messages_per_s:.0f} a second of the GX alone reached the integration"
    )
    growth_mib = measured.settled.growth_kb / 1024
    saw(f"memory {growth_mib:+.1f} MiB in the last {minutes - SETTLING_MIN} minutes")
    least = RATE_PER_S * GX_PART * MESSAGES_GOAL
    found = complaints(record, settled=measured.settled, least_messages_per_s=least)
    if found:
        raise DemoError("; ".join(found))
