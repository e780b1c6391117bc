"""How a program of the demo ends: by itself, by a failure in words, or stopped from outside."""

import asyncio
from collections.abc import Coroutine
import signal
from typing import Any, Final

from .talk import DemoError, say

FAILED: Final = 1
INTERRUPTED: Final = 130
"""What a shell reports for a program that Ctrl-C ended."""


async def until_stopped(work: Coroutine[Any, Any, None], *, stopped: int = INTERRUPTED) -> int:
    """Run as a task that Ctrl-C, a closed terminal or `kill` cancel once, so that it cleans up.

    Return the program's exit code; `stopped` is that of one that was cancelled.
    """
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        say("\nStopped.")
        return stopped
    except DemoError as error:
        say(f"\nfailed: {error}")
        return FAILED
    return 0
