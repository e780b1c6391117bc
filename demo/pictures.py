"""The pictures of README and documents: `scripts/screenshots`.

The demo is set up in a browser as its owner does it (which gives the picture of the dialogue), gets the
days before as its history, and then demo/pictures.mjs looks at it. Here the house does what the pictures
need, and what was taken becomes small files in docs/pictures.
"""

import asyncio
from asyncio.subprocess import PIPE, STDOUT, Process
import json
import os
from pathlib import Path
import shutil
import time
from typing import Final

from PIL import Image

from .clicks import click_through
from .dashboard import write_page
from .following import TRACKED_STATES, tracked
from .hass import HomeAssistant
from .install import DOMAIN
from .past_records import give_past
from .smoke import car_starts
from .stack import Stack
from .talk import DemoError, say, step

SCRIPT: Final = Path(__file__).with_suffix(".mjs")
SETUP: Final = "setup"
"""Made by the clicks of the set-up, not by the script."""
SETUP_SHOWN: Final = "mqtt-*-form.png"
HERO: Final = "hero"
DIALOGUE: Final = (0.54, 0.53)
"""Part of the page's width and height that the set-up's dialogue takes, with some margin."""
NAMES: Final = (
    SETUP,
    "phone-light",
    "phone-dark",
    "now",
    "day",
    "what-if",
    "settings",
    HERO,
    "trouble",
)
SITE_NAME: Final = "Home"
CHARGER_NAME: Final = "Garage"
PATIENCE_S: Final = 600.0
"""For the browser as a whole; the film takes two minutes."""
SETTLING_S: Final = 120.0
"""After the restart that gave it its past: pictures show what lasts."""
TELLING: Final = "do "
TAKEN: Final = "picture "
QUALITY: Final = 82
"""Of WebP: text is still sharp."""
FILM_QUALITY: Final = 60
"""A moving picture hides more."""
SLOWEST: Final = 6
"""WebP's most thorough way to pack."""
FILM_METHOD: Final = 4
"""Hardly larger, and done in seconds."""
FRAME_MS: Final = 100
"""As in demo/film.mjs."""


def chosen(names: str) -> tuple[str, ...]:
    """Return the pictures that are asked for; raises DemoError for a name that is none."""
    if names == "all":
        return NAMES
    wanted = tuple(names.split(","))
    if unknown := set(wanted) - set(NAMES):
        raise DemoError(
            f"no such picture: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}"
        )
    return wanted


async def make_pictures(stack: Stack) -> None:
    """Make the pictures that were asked for; raises DemoError when the browser cannot."""
    if "NODE_FOLDER" not in os.environ:
        raise DemoError("the browser is missing: start this with scripts/screenshots")
    names = chosen(stack.options.pictures)
    raw = stack.options.repo / "artefacts" / "pictures"
    shutil.rmtree(raw, ignore_errors=True)
    with step("set up in the browser"):
        await click_through(stack, raw / SETUP)
    await stack.note_installed()
    write_page(stack.folder / "config")
    await car_starts(stack)
    await give_past(stack)
    await _name_devices(stack.hass)
    await stack.house.stays(
        "the car follows the sun again",
        tracked,
        states=TRACKED_STATES,
        since_s=time.monotonic(),
        within_s=SETTLING_S,
    )
    taken = {SETUP} | await _take(stack, raw, names)
    target = stack.options.repo / "docs" / "pictures"
    target.mkdir(exist_ok=True)
    for name in names:
        if name in taken:
            _pack(raw, name, target / f"{name}.webp")
    if missing := set(names) - taken:
        raise DemoError(f"no picture of {', '.join(sorted(missing))}")


async def _name_devices(hass: HomeAssistant) -> None:
    """Call site and charger what their owner would."""
    for device in await hass.command("config/device_registry/list"):
        if any(domain == DOMAIN for domain, _key in device["identifiers"]):
            name = SITE_NAME if device["via_device_id"] is None else CHARGER_NAME
            await hass.command(
                "config/device_registry/update", device_id=device["id"], name_by_user=name
            )


async def _take(stack: Stack, raw: Path, names: tuple[str, ...]) -> set[str]:
    """Run the browser to its end; return the pictures it could take."""
    browser = await asyncio.create_subprocess_exec(
        "node", SCRIPT, stack.folder, raw, *names, stdin=PIPE, stdout=PIPE, stderr=STDOUT
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            taken = await _serve(stack, browser)
            code = await browser.wait()
    except TimeoutError:
        raise DemoError(f"the browser did not end within {PATIENCE_S:.0f} s") from None
    finally:
        if browser.returncode is None:
            browser.kill()
    if code:
        raise DemoError("the browser failed")
    return taken


async def _serve(stack: Stack, browser: Process) -> set[str]:
    """Do in the house what the browser asks for, until it says no more; return what it has taken."""
    if browser.stdout is None or browser.stdin is None:
        raise DemoError("the browser cannot be heard")
    taken: set[str] = set()
    async for line in browser.stdout:
        text = line.decode(errors="replace").rstrip()
        if text.startswith(TAKEN):
            taken.add(text.removeprefix(TAKEN))
        if text.startswith(TELLING):
            command, _space, details = text.removeprefix(TELLING).partition(" ")
            await stack.house.do(command, **json.loads(details))
            browser.stdin.write(b"\n")
        else:
            say(f"  {text}")
    return taken


def _still(raw: Path, name: str) -> Image.Image:
    """Return a picture; of the set-up the dialogue in the middle."""
    if name != SETUP:
        return Image.open(raw / f"{name}.png")
    page = Image.open(max((raw / SETUP).glob(SETUP_SHOWN)))
    width, height = (round(share * side) for share, side in zip(DIALOGUE, page.size, strict=True))
    left, top = (page.width - width) // 2, (page.height - height) // 2
    return page.crop((left, top, left + width, top + height))


def _pack(raw: Path, name: str, target: Path) -> None:
    """Turn what was taken into one small file."""
    if name == HERO:
        first, *others = [Image.open(path) for path in sorted((raw / HERO).glob("*.png"))]
        first.save(
            target,
            save_all=True,
            append_images=others,
            duration=FRAME_MS,
            loop=0,
            quality=FILM_QUALITY,
            method=FILM_METHOD,
        )
    else:
        with _still(raw, name) as image:
            image.convert("RGB").save(target, quality=QUALITY, method=SLOWEST)
    say(f"  {target.name}: {target.stat().st_size / 1024:.0f} KiB")
