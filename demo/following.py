"""Whether the car follows the sun, and how long it takes to."""

import time
from typing import Final

from .house_wire import HouseState
from .stack import Stack

SUN_LOW_W: Final = 2500.0
SUN_STEP_W: Final = 1000.0
TRACKED_W: Final = 300.0
"""What battery and grid together may still give or take then: one amp and the meters' noise."""
TRACKED_STATES: Final = 5
"""Seconds in a row, so that passing through does not count."""


def tracked(house: HouseState) -> bool:
    """Whether the car takes what the house leaves of the sun."""
    return house.car_w > 0 and abs(house.battery_w - house.grid_w) <= TRACKED_W


async def follow_sun(stack: Stack, power_w: float, *, within_s: float) -> float:
    """Hold the sun at a power; return how many seconds the car took to use it."""
    held_s = time.monotonic()
    await stack.house.do("pv_hold", power_w=power_w)

    def followed(house: HouseState) -> bool:
        return abs(house.sun_w - power_w) < 1.0 and tracked(house)

    return await stack.house.stays(
        f"the car follows the sun to {power_w:.0f} W",
        followed,
        states=TRACKED_STATES,
        since_s=held_s,
        within_s=within_s + TRACKED_STATES,
    )
