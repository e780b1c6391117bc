"""Messages that no device would send: too long, cut in half, not a number, kept by the broker."""

import asyncio
from collections.abc import Iterator
import time
from typing import Final

from simulator.house_on_desk import PORTAL_ID

from .checks import require
from .endure_others import reload_entry
from .endure_stage import (
    Saw,
    charge_at,
    count_tracebacks,
    log_lines,
    no_new_trouble,
    stayed_closed,
)
from .following import SUN_LOW_W, TRACKED_STATES, tracked
from .smoke import MODE
from .stack import Stack

MEGABYTE: Final = 1_000_000
ROUNDS: Final = 20
"""One round a second: all rubbish on all topics."""
FOLLOWS_S: Final = 90.0
LOG_LINES: Final = 20
"""Of ours during all of it; one for each message would be hundreds."""
OURS: Final = "custom_components.victron_openevse"

GX_PATHS: Final = (
    "system/0/Ac/Grid/L1/Power",
    "system/0/Dc/Battery/Power",
    "system/0/Dc/Battery/Soc",
    "system/0/Dc/Pv/Power",
)
CHARGER_KEYS: Final = ("amp", "power", "state", "claim", "limit", "config")
RUBBISH: Final[tuple[bytes, ...]] = (
    b"nan",
    b'{"value": NaN}',
    b'{"value": 1e999}',
    b'{"value": 12',
    b'{"value": {"value": [[[[1]]]]}}',
    b'[{"value": 100}]',
    b"\x00\xff\xfe\x80",
    b"",
    b"-" * 5000,
    b"[" * 50_000,
)
LONG: Final = b'{"value": "' + b"9" * MEGABYTE + b'"}'


def topics(base: str) -> Iterator[str]:
    """Yield topics of GX and charger that the integration reads."""
    yield from (f"N/{PORTAL_ID}/{path}" for path in GX_PATHS)
    yield from (f"{base}/{key}" for key in CHARGER_KEYS)


async def rubbish(stack: Stack, saw: Saw) -> None:
    """Send all of it for 20 s, let the broker keep some and reload: the car follows the sun."""
    await charge_at(stack)
    await stack.house.do("pv_hold", power_w=SUN_LOW_W)
    await stack.entities.select(MODE, "solar")
    await _follows(stack)
    since_s, tracebacks = time.monotonic(), count_tracebacks(stack)
    lines = len(log_lines(stack, OURS))
    sent = await _live(stack)
    saw(f"{sent} messages of rubbish in {ROUNDS} s, {ROUNDS} of them of 1 MB")
    saw(f"follows the sun {await _follows(stack):.0f} s later")
    kept = await _keep(stack, RUBBISH[1])
    await reload_entry(stack)
    saw(
        f"the broker keeps rubbish on {kept} topics; reloaded; follows {await _follows(stack):.0f} s later"
    )
    await _keep(stack, b"")
    stayed_closed(stack, since_s, saw)
    no_new_trouble(stack, tracebacks, saw)
    grown = len(log_lines(stack, OURS)) - lines
    require(grown <= LOG_LINES, f"{grown} lines of ours in the log")
    saw(f"{grown} lines of ours in the log")


async def _live(stack: Stack) -> int:
    """Send all rubbish on all topics once a second; return how many messages that were."""
    sent, names = 0, tuple(topics(stack.charger.base))
    for number in range(ROUNDS):
        for topic in names:
            for payload in RUBBISH:
                await stack.wire.publish(topic, payload)
                sent += 1
        await stack.wire.publish(names[number % len(names)], LONG)
        sent += 1
        await asyncio.sleep(1.0)
    return sent


async def _keep(stack: Stack, payload: bytes) -> int:
    """Have the broker keep a payload on the topics that are not kept otherwise."""
    scalars = [name for name in topics(stack.charger.base) if not name.endswith(_DOCUMENTS)]
    for topic in scalars:
        await stack.wire.publish(topic, payload, retain=True)
    return len(scalars)


_DOCUMENTS: Final = ("/claim", "/limit", "/config")


async def _follows(stack: Stack) -> float:
    return await stack.house.stays(
        "the car follows the sun",
        tracked,
        states=TRACKED_STATES,
        since_s=time.monotonic(),
        within_s=FOLLOWS_S,
    )
