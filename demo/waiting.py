"""Waiting for something to become true, with an end."""

import asyncio
from collections.abc import Awaitable, Callable
import time
from typing import Final

from .talk import DemoError

POLL_S: Final = 0.1
"""Fine enough for latencies of seconds, and cheap."""


async def until[T](
    probe: Callable[[], Awaitable[T | None]],
    *,
    within_s: float,
    what: str,
    poll_s: float = POLL_S,
) -> T:
    """Return the first result of `probe` that is neither None nor False.

    Raises DemoError naming `what` after `within_s` seconds.
    """
    deadline = time.monotonic() + within_s
    while True:
        result = await probe()
        if result is not None and result is not False:
            return result
        if time.monotonic() >= deadline:
            raise DemoError(f"{what}: not within {within_s:.0f} s")
        await asyncio.sleep(poll_s)
