"""`python -m demo`: called by scripts/demo, which installs what is needed first."""

import asyncio
from datetime import UTC, datetime
import sys
import time

from .checks import run_checks
from .clicks import count_clicks
from .dashboard import write_page
from .ending import INTERRUPTED, until_stopped
from .options import Options, parse
from .page import look_at_page
from .past_records import give_past
from .pictures import make_pictures
from .seed import PASSWORD, USER
from .smoke import smoke
from .smoke_entities import smoke_entities
from .stack import Stack, running_stack
from .story import tell
from .talk import say


async def _show(stack: Stack) -> None:
    """Say where to look, then what happens, until stopped."""
    if stack.options.past:
        write_page(stack.folder / "config")
        await give_past(stack)
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
        elif options.task == "pictures":
            await make_pictures(stack)
        elif options.task == "smoke-entities":
            await smoke_entities(stack, started_s)
        else:
            await smoke(stack, started_s)


def main() -> int:
    """Run the demo and return the program's exit code."""
    options = parse(sys.argv[1:], datetime.now(UTC))
    stopped = 0 if options.task == "show" else INTERRUPTED
    return asyncio.run(until_stopped(_run(options), stopped=stopped))


if __name__ == "__main__":
    sys.exit(main())
