"""The proof of the other way in: `scripts/demo --smoke-entities`.

Home Assistant has no MQTT broker here. Its own `victron_gx` and `openevse` integrations are set up by
their config flows, ours reads and steers through their entities, and the car must follow: the sun up
and down, fast, off, and the sun again. Each time is measured in the house, not in Home Assistant.
"""

import time
from typing import Final

from .following import SUN_LOW_W, SUN_STEP_W, follow_sun
from .smoke import CAR_STARTS_S, MODE
from .stack import Stack
from .talk import say

FAST_A: Final = 32
FIRST_FOLLOWING_S: Final = 90.0
"""Set-up finds the charger at its full current; the entities' first values are a few seconds old."""
FOLLOWING_S: Final = 60.0
"""A step of the sun through entities: they hold a value back for 5 s, and up to a minute when it
rests then; every step of the charger waits for the last one to show."""
MODE_CHANGE_S: Final = 10.0
"""A mode through entities: a write over HTTP, and the charger's own time."""
SOC_PCT: Final = 70.0


async def sun(stack: Stack) -> str:
    """The car follows the sun, up and down."""
    first_s = await follow_sun(stack, SUN_LOW_W, within_s=FIRST_FOLLOWING_S)
    up_s = await follow_sun(stack, SUN_LOW_W + SUN_STEP_W, within_s=FOLLOWING_S)
    down_s = await follow_sun(stack, SUN_LOW_W, within_s=FOLLOWING_S)
    return f"follows the sun after {first_s:.0f} s, 1 kW up {up_s:.0f} s, down {down_s:.0f} s"


async def fast(stack: Stack) -> str:
    """Fast offers everything."""
    asked_s = time.monotonic()
    await stack.entities.select(MODE, "fast")
    offered_s = await stack.house.becomes(
        f"the charger offers {FAST_A} A",
        lambda house: house.offered_a == FAST_A,
        since_s=asked_s,
        within_s=MODE_CHANGE_S,
    )
    return f"fast {FAST_A} A {offered_s:.1f} s"


async def off(stack: Stack) -> str:
    """Off opens the contactor."""
    asked_s = time.monotonic()
    await stack.entities.select(MODE, "off")
    open_s = await stack.house.becomes(
        "the contactor opens",
        lambda house: not house.contactor_closed,
        since_s=asked_s,
        within_s=MODE_CHANGE_S,
    )
    return f"off {open_s:.1f} s"


async def solar_again(stack: Stack) -> str:
    """A user's choice of solar starts the car without waiting for a filter."""
    asked_s = time.monotonic()
    await stack.entities.select(MODE, "solar")
    car_s = await stack.house.becomes(
        "the car draws power again",
        lambda house: house.car_w > 0,
        since_s=asked_s,
        within_s=CAR_STARTS_S,
    )
    return f"solar: car {car_s:.1f} s"


async def smoke_entities(stack: Stack, started_s: float) -> None:
    """Run all of it and print one line of result; raises DemoError with the first that fails."""
    await stack.house.do("set_soc", soc_pct=SOC_PCT)
    results = [await step(stack) for step in (sun, fast, off, solar_again)]
    total_s = time.monotonic() - started_s
    say(f"smoke through entities ok: {'; '.join(results)}; total {total_s:.0f} seconds")
