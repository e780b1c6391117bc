"""The integration's dashboard in a real browser: `scripts/demo --page`.

demo/page.mjs looks at every view and taps modes on the card; this watches the wire meanwhile. A tap
must reach the charger within two seconds, and no module of ours may complain.
"""

import asyncio
from asyncio.subprocess import PIPE, STDOUT, Process
import os
from pathlib import Path
import time
from typing import Final

from .smoke import car_starts
from .stack import Stack
from .talk import DemoError, say

TAP_S: Final = 2.0
"""The promise, from the tap to the claim on the wire."""
PATIENCE_S: Final = 180.0
"""For the browser as a whole: it looks at each view for a few seconds."""
TAPPING: Final = "tapping "
CURRENTS: Final = {"fast": 32, "medium": 16, "off": 0}
"""What modes claim at their defaults, in A; the others follow the sun."""
SCRIPT: Final = Path(__file__).with_suffix(".mjs")


async def _reach_charger(stack: Stack, mode: str, tapped_s: float) -> str:
    """Wait for the claim that a tapped mode makes."""
    if mode in CURRENTS:
        took_s = await stack.charger.claim(CURRENTS[mode], since_s=tapped_s, within_s=TAP_S)
    else:
        took_s, _current_a = await stack.charger.any_claim(since_s=tapped_s, within_s=TAP_S)
    return f"{mode} {took_s:.2f} s"


async def _watch(stack: Stack, browser: Process) -> list[str]:
    """Read what the browser says to its end; return how long each tap took."""
    if browser.stdout is None or browser.stdin is None:
        raise DemoError("the browser cannot be heard")
    taps: list[str] = []
    async for line in browser.stdout:
        text = line.decode(errors="replace").rstrip()
        if text.startswith(TAPPING):
            taps.append(await _reach_charger(stack, text.removeprefix(TAPPING), time.monotonic()))
            browser.stdin.write(b"\n")
        else:
            say(text)
    return taps


async def look_at_page(stack: Stack) -> None:
    """Look at every view and tap modes; raises DemoError with what went wrong."""
    if "NODE_FOLDER" not in os.environ:
        raise DemoError("the browser is missing: start this with scripts/demo --page")
    await car_starts(stack)
    pictures = stack.options.repo / "artefacts" / "page"
    browser = await asyncio.create_subprocess_exec(
        "node", SCRIPT, stack.folder, pictures, stdin=PIPE, stdout=PIPE, stderr=STDOUT
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            taps = await _watch(stack, browser)
            code = await browser.wait()
    except TimeoutError:
        raise DemoError(f"the browser did not end within {PATIENCE_S:.0f} s") from None
    finally:
        if browser.returncode is None:
            browser.kill()
    if code or not taps:
        raise DemoError("the dashboard does not work as it should")
    say(f"page ok: from tap to wire {', '.join(taps)}; pictures in {pictures}")
