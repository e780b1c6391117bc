"""From "Add integration" to a charging car in a real browser: `scripts/demo --clicks WAY`.

demo/clicks.mjs does the clicking and takes a picture after each, and this counts them and waits for
the car to follow the sun. Every step of Home Assistant's own dialogue counts; the last one, which
closes it, comes after the car has begun and is told apart.
"""

import asyncio
from asyncio.subprocess import PIPE, STDOUT
import os
from pathlib import Path
import re
import time
from typing import Final

from .following import SUN_LOW_W, follow_sun
from .stack import Stack
from .talk import DemoError, say

LIMITS: Final = {"mqtt": 4, "entities": 6}
"""What is promised, by the way in."""
BROWSER_TIMEOUT_S: Final = 180.0
CHARGING_S: Final = 90.0
"""Until the car has followed the sun for a few seconds."""
CREATED: Final = re.compile(r"^created after (\d+) clicks$", re.MULTILINE)
SCRIPT: Final = Path(__file__).with_suffix(".mjs")


async def click_through(stack: Stack, pictures: Path) -> str:
    """Run the browser to its end and return what it said."""
    if "NODE_FOLDER" not in os.environ:
        raise DemoError("the browser is missing: start this with scripts/demo --clicks")
    process = await asyncio.create_subprocess_exec(
        "node", SCRIPT, stack.folder, stack.options.way, pictures, stdout=PIPE, stderr=STDOUT
    )
    try:
        async with asyncio.timeout(BROWSER_TIMEOUT_S):
            output, _none = await process.communicate()
    except TimeoutError:
        process.kill()
        raise DemoError(f"the browser did not end within {BROWSER_TIMEOUT_S:.0f} s") from None
    said = output.decode(errors="replace")
    say(said.rstrip())
    return said


async def count_clicks(stack: Stack) -> None:
    """Set the integration up by clicks; raises DemoError when there were too many."""
    way, pictures = stack.options.way, stack.options.repo / "artefacts" / "clicks"
    created = CREATED.search(await click_through(stack, pictures))
    if created is None:
        raise DemoError("the set-up in the browser did not end")
    clicks, limit, began_s = int(created[1]), LIMITS[way], time.monotonic()
    await stack.note_installed()
    await follow_sun(stack, SUN_LOW_W, within_s=CHARGING_S)
    if clicks > limit:
        raise DemoError(f"{clicks} clicks over {way}; {limit} are promised")
    say(
        f"clicks ok: {clicks} over {way} (promised {limit}), car follows the sun "
        f"{time.monotonic() - began_s:.0f} s later; pictures in {pictures}"
    )
