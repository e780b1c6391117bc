"""Connections break: broker, charger and GX go away and come back while the car charges."""

import asyncio
from itertools import pairwise
import time
from typing import Final

from .checks import charger_reboot, require
from .endure_stage import (
    TEST_A,
    Saw,
    charge_at,
    charges,
    claims_since,
    shows,
    status,
    stayed_closed,
)
from .following import SUN_LOW_W, TRACKED_STATES, tracked
from .smoke import MODE
from .stack import BROKER, Stack
from .waiting import until

BROKER_AWAY_S: Final = 20.0
RECONNECT_S: Final = 60.0
"""Everybody finds the broker again; Home Assistant and the charger try every few seconds."""
OBEYS_S: Final = 10.0
OTHER_A: Final = 12
"""A current that shows that commands arrive again."""
CHARGER_AWAY_S: Final = 45.0
OFFLINE_SHOWN_S: Final = 10.0
"""The broker publishes the last will at once."""
FEW_CLAIMS: Final = 6
"""A claim repeated a few times is no shouting."""
SILENT_S: Final = 200.0
MINIMUM_A: Final = 6
MINIMUM_WITHIN_S: Final = 60.0
"""Values older than 30 s; the youngest may be as old as the GX's own rhythm."""
STOP_WITHIN_S: Final = 190.0
"""Readings older than 180 s."""
BACK_S: Final = 90.0
SETTLED_S: Final = 20.0
"""The battery takes its share of a step within 15 s; what is left then is lasting."""
FOLLOWS_S: Final = 150.0
"""With the least on and off times of a minute that the checks set."""


async def broker_dies(stack: Stack, saw: Saw) -> None:
    """Kill the broker for 20 s: the charger goes on, and is steered again afterwards."""
    await charge_at(stack)
    died_s = time.monotonic()
    await stack.children.kill(BROKER)
    saw(f"the broker is killed for {BROKER_AWAY_S:.0f} s")
    await asyncio.sleep(BROKER_AWAY_S)
    await stack.start_broker()
    back_s = time.monotonic()
    await until(lambda: _heard(stack, back_s), within_s=RECONNECT_S, what="all speak again")
    saw(f"the charger speaks again {time.monotonic() - back_s:.0f} s after the broker's start")
    asked_s = await _asks_gx(stack, back_s)
    saw(f"Home Assistant asks the GX again {asked_s:.0f} s after the broker's start")
    await _obeys(stack, saw)
    stayed_closed(stack, died_s, saw)


async def _heard(stack: Stack, since_s: float) -> bool:
    seen = stack.wire.latest.get(f"{stack.charger.base}/power")
    return seen is not None and seen.at_s > since_s and stack.house.state is not None


async def _asks_gx(stack: Stack, since_s: float) -> float:
    seen = await stack.wire.expect(
        "Home Assistant's questions to the GX",
        lambda one: one.topic.startswith("R/"),
        since_s=since_s,
        within_s=RECONNECT_S,
    )
    return seen.at_s - since_s


async def _obeys(stack: Stack, saw: Saw) -> None:
    """Change the current and wait until the car has it."""
    asked_s = time.monotonic()
    await stack.entities.set_number("charger number.medium_current", float(OTHER_A))
    pilot_s = await stack.charger.pilot(OTHER_A, since_s=asked_s, within_s=OBEYS_S)
    saw(f"steered again: {OTHER_A} A on the pilot {pilot_s:.1f} s after the choice")


async def charger_restarts(stack: Stack, saw: Saw) -> None:
    """Restart the charger's gateway, which forgets its claims."""
    await charge_at(stack)
    await stack.entities.select(MODE, "solar")
    saw(await charger_reboot(stack))


async def charger_offline(stack: Stack, saw: Saw) -> None:
    """Take the charger's network away for 45 s: its last will is shown, its session goes on."""
    await charge_at(stack)
    gone_s = time.monotonic()
    await stack.house.do("charger_offline", seconds=CHARGER_AWAY_S)
    shown_s = await shows(stack, "offline", within_s=OFFLINE_SHOWN_S)
    saw(f"shown as offline after {shown_s:.1f} s")
    await asyncio.sleep(max(0.0, gone_s + CHARGER_AWAY_S - time.monotonic()))
    sent = claims_since(stack, gone_s + 1.0)
    require(sent == 0, f"{sent} claims were sent to a charger that is away")
    saw("nothing was sent to it while it was away")
    back_s = time.monotonic()
    shown_s = await shows(stack, "charging", within_s=BACK_S)
    await charges(stack, TEST_A, since_s=back_s)
    sent = claims_since(stack, back_s)
    require(sent <= FEW_CLAIMS, f"{sent} claims after its return")
    saw(f"shown as charging {shown_s:.0f} s after its return, {sent} claims sent")
    stayed_closed(stack, gone_s, saw)


async def gx_silent(stack: Stack, saw: Saw) -> None:
    """Silence the GX for 200 s in mode solar: minimum, then stop, then the sun again."""
    await charge_at(stack)
    await stack.house.do("pv_hold", power_w=SUN_LOW_W)
    await stack.entities.select(MODE, "solar")
    await _follows(stack, time.monotonic())
    silent_s = time.monotonic()
    await stack.house.do("gx_silent", seconds=SILENT_S)
    saw(
        f"following the sun at {stack.house.now.offered_a:.0f} A; the GX falls silent for {SILENT_S:.0f} s"
    )
    minimum_s = await stack.house.becomes(
        "the offer goes down to the minimum",
        lambda house: house.offered_a == MINIMUM_A,
        since_s=silent_s,
        within_s=MINIMUM_WITHIN_S,
    )
    saw(f"{MINIMUM_A} A after {minimum_s:.0f} s")
    stop_s = await stack.house.becomes(
        "the charger stops",
        lambda house: not house.contactor_closed,
        since_s=silent_s,
        within_s=STOP_WITHIN_S + OBEYS_S,
    )
    saw(f"stopped after {stop_s:.0f} s; status shown: {await status(stack)}")
    require(stop_s <= STOP_WITHIN_S, f"it stopped only after {stop_s:.0f} s")
    await _returns(stack, silent_s, saw)


async def _returns(stack: Stack, silent_s: float, saw: Saw) -> None:
    """Wait until the car takes the sun again, with one closing of the contactor."""
    back_s = silent_s + SILENT_S
    follows_s = await stack.house.becomes(
        "the car takes more than the minimum again",
        lambda house: house.car_w > 0 and house.offered_a > MINIMUM_A,
        since_s=back_s,
        within_s=FOLLOWS_S,
    )
    saw(f"more than the minimum {follows_s:.0f} s after the GX's return")
    await _follows(stack, time.monotonic() + SETTLED_S)
    house = stack.house.now
    saw(
        f"sun {house.sun_w:.0f} W, car {house.car_w:.0f} W, "
        f"battery {house.battery_w:+.0f} W, grid {house.grid_w:+.0f} W"
    )
    closed = len(_closings(stack, silent_s))
    require(closed == 1, f"{closed} closings of the contactor, one is needed")


def _closings(stack: Stack, since_s: float) -> list[float]:
    """Return when the contactor closed since a moment."""
    history = stack.house.since(since_s)
    return [at_s for (_, was), (at_s, now) in pairwise(history) if now.closings > was.closings]


async def _follows(stack: Stack, since_s: float) -> float:
    return await stack.house.stays(
        "the car follows the sun",
        tracked,
        states=TRACKED_STATES,
        since_s=since_s,
        within_s=FOLLOWS_S,
    )
