"""Tells on the terminal, line by line, what the house and the integration are doing."""

import asyncio
from typing import Final

from .entities import Entities
from .house_wire import HouseState
from .stack import Stack
from .talk import say

INTERVAL_S: Final = 10.0
IDLE_W: Final = 50.0
"""Battery and grid below this are called idle."""


def _flow(power_w: float, plus: str, minus: str) -> str:
    """Name a signed power by its direction."""
    if abs(power_w) < IDLE_W:
        return "idle"
    return f"{plus if power_w > 0 else minus} {abs(power_w):.0f} W"


def _sun(house: HouseState) -> str:
    held_back_w = house.sun_w - house.pv_w
    text = f"sun {house.pv_w:4.0f} W"
    return f"{text} (+{held_back_w:.0f} W held back)" if held_back_w > IDLE_W else text


def _car(house: HouseState) -> str:
    if not house.plugged:
        return "car away"
    return f"car {house.car_w:4.0f} W, offered {house.offered_a:.0f} A"


def line(house: HouseState, mode: str, status: str, reason: str) -> str:
    """Return one line about one moment."""
    parts = (
        f"{house.clock}  {_sun(house)}",
        f"house {house.house_w:4.0f} W",
        f"battery {house.soc_pct:.0f} %, {_flow(house.battery_w, 'charges', 'gives')}",
        f"grid {_flow(house.grid_w, 'gives', 'takes')}",
        _car(house),
        f"{mode}: {status}, {reason}",
    )
    return " | ".join(parts)


async def _words(entities: Entities, role: str) -> str:
    state = await entities.state(role)
    return state.value.replace("_", " ") if state else "unknown"


async def tell(stack: Stack) -> None:
    """Print a line every ten seconds until cancelled; raises DemoError when a program ends."""
    while True:
        stack.children.check()
        roles = ("charger select.mode", "charger sensor.status", "charger sensor.reason")
        mode, status, reason = [await _words(stack.entities, role) for role in roles]
        say(line(stack.house.now, mode, status, reason))
        await asyncio.sleep(INTERVAL_S)
