"""Stops chargers' adapters so that nothing of theirs arrives after what comes next.

Over MQTT a message is sent or it is not. A service call may hang: one that lands after the next start
of the site, or after the charger was given back, would undo either.
"""

import asyncio
from collections.abc import Collection

from .openevse.entities import EntityCharger
from .sources import ChargerAdapter


async def async_stop_chargers(chargers: Collection[ChargerAdapter]) -> None:
    """Stop `chargers`, and return when nothing of theirs is under way any more; within seconds."""
    for charger in chargers:
        charger.stop()
    entities = (charger for charger in chargers if isinstance(charger, EntityCharger))
    await asyncio.gather(*(charger.async_end() for charger in entities))
