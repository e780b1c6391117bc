"""Gives chargers back to their own rules, and waits a moment for their word on it."""

import asyncio
from collections.abc import Iterable
from typing import Final

from homeassistant.core import HomeAssistant

from .mqtt_transport import steady_now_s
from .sources import ChargerAdapter

WAIT_S: Final = 4.0
"""A charger that is there answers within a second; one that is away must not hold up the user."""

STEP_S: Final = 0.25


async def async_hand_back(hass: HomeAssistant, chargers: Iterable[ChargerAdapter]) -> None:
    """Release the claims of started `chargers` and return when all confirmed, or after 4 s."""
    started_s = now_s = steady_now_s(hass)
    waiting = list(chargers)
    for charger in waiting:
        charger.release(now_s)
    while now_s - started_s < WAIT_S:
        waiting = [charger for charger in waiting if charger.releasing]
        if not waiting:
            return
        await asyncio.sleep(STEP_S)
        now_s = steady_now_s(hass)
        for charger in waiting:
            charger.tick(now_s)
