"""`python -m demo`: called by scripts/demo, which installs what is needed first."""

import asyncio
from datetime import UTC, datetime
import signal
import sys
import time
from typing import Final

from .checks import run_checks
from .clicks import count_clicks
from .options import Options, parse
from .page import look_at_page
from .seed import PASSWORD, USER
from .smoke import smoke
from .smoke_entities import smoke_entities
from .stack import Stack, running_stack
from .story import tell
from .talk import DemoError, say

FAILED: Final = 1
INTERRUPTED: Final = 130
"""What a shell reports for a program that Ctrl-C ended."""


async def _show(stack: Stack) -> None:
    """Say where to look, then what happens, until stopped."""
    say()
    say(f"Open {stack.hass.url}   user: {USER}   password: {PASSWORD}")
    say("Choose a mode on the page and watch the charger follow. Ctrl-C ends the demo.")
    say()
    await tell(stack)


async def _run(options: Options) -> None:
    started_s = time.monotonic()
    async with running_stack(options) as stack:
        say(f"Everything runs ({time.monotonic() - started_s:.0f} s)")
        if options.task == "show":
            await _show(stack)
        elif options.task == "check":
            await run_checks(stack)
            say(f"checks ok: {time.monotonic() - started_s:.0f} seconds")
        elif options.task == "clicks":
            await count_clicks(stack)
        elif options.task == "page":
            await look_at_page(stack)
        elif options.task == "smoke-entities":
            await smoke_entities(stack, started_s)
        else:
            await smoke(stack, started_s)


async def _until_stopped(options: Options) -> int:
    """Run as a task that Ctrl-C, a closed terminal or `kill` cancel once, so that it cleans up."""
    task = asyncio.create_task(_run(options))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        say("\nStopped.")
        return 0 if options.task == "show" else INTERRUPTED
    except DemoError as error:
        say(f"\nfailed: {error}")
        return FAILED
    return 0


def main() -> int:
    """Run the demo and return the program's exit code."""
    options = parse(sys.argv[1:], datetime.now(UTC))
    return asyncio.run(_until_stopped(options))


if __name__ == "__main__":
    sys.exit(main())
