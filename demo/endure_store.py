"""The file of settings and counters is damaged, or cannot be written: steering goes on."""

import asyncio
from collections.abc import Callable
import json
from pathlib import Path
import time
from typing import Any, Final

from .checks import require
from .endure_stage import (
    CURRENT,
    TEST_A,
    Saw,
    charge_at,
    charges,
    issue,
    log_lines,
    opened_since,
    restart_hass,
    shows,
)
from .full_disk import FullDisk, small_disk
from .install import DOMAIN
from .smoke import CHARGER_FOLLOWS_S, MODE
from .stack import Stack
from .waiting import until

STORAGE: Final = ".storage"
GARBAGE: Final = b'{"version": 1, "data": {"settings": {"chargers"\x00\x00\x00\x00'
"""Cut short and filled with zeros, as a power cut leaves a file."""
OTHER_SHAPE: Final = b'{"version": 1, "minor_version": 1, "data": ["what", "is", "this"]}'
"""Proper JSON that no release ever wrote."""
DEFAULT_A: Final = 16.0
"""The default of the current that was changed before the file was damaged."""
SENTENCE: Final = 100
"""Characters of a line of the log that are enough to recognise it."""
SHOWN_S: Final = 30.0
FULL_S: Final = 40.0
"""Long enough for several writes: counters alone are written every ten seconds."""
LOGGED_S: Final = 2.0
WRITTEN_S: Final = 90.0
"""From room on the disk until everything is written; it is tried again once a minute."""
CANNOT: Final = "cannot be written"
CAN_AGAIN: Final = "are written again"


async def damaged(stack: Stack, saw: Saw) -> None:
    """Damage the file while Home Assistant is stopped, in two ways, each with a start."""
    for what, content in (("cut short", GARBAGE), ("of another shape", OTHER_SHAPE)):
        await _damage(stack, saw, what, content)


async def _damage(stack: Stack, saw: Saw, what: str, content: bytes) -> None:
    await charge_at(stack)
    since_s = time.monotonic()
    await stack.stop_hass()
    file = store_file(stack)
    file.write_bytes(content)
    ready_s = await restart_hass(stack)
    kept = [one for one in file.parent.glob(f"{file.name}.*") if one.read_bytes() == content]
    require(len(kept) == 1, f"the damaged file is kept {len(kept)} times")
    saw(f"file {what}: started after {ready_s:.0f} s, damaged file kept as {kept[0].name}")
    named = log_lines(stack, kept[0].name)
    require(bool(named), "the log does not name the kept file")
    saw(f"the log says: {named[0].split('] ')[-1][:SENTENCE]}")
    if content is GARBAGE:
        found = await issue(stack, "storage_corruption", within_s=SHOWN_S)
        saw(f"repair shown: {found['translation_key']} of {found['issue_domain']}")
    current_a = await until(
        lambda: stack.entities.number(CURRENT), within_s=SHOWN_S, what="the settings are shown"
    )
    require(current_a == DEFAULT_A, f"the current is {current_a} A instead of the default")
    closed = "stayed closed" if not opened_since(stack, since_s) else "opened"
    saw(f"settings are their defaults; the contactor {closed}")


def store_files(stack: Stack) -> list[Path]:
    """Return the files of our sites, without those that were kept aside."""
    files = (stack.folder / "config" / STORAGE).glob(f"{DOMAIN}.*")
    return [one for one in files if one.suffixes[:1] == one.suffixes]


def store_file(stack: Stack) -> Path:
    """Return the file of the one site; raises DemoError unless there is exactly one."""
    found = store_files(stack)
    require(len(found) == 1, f"{len(found)} files of the integration")
    return found[0]


def stored(stack: Stack) -> dict[str, Any]:
    """Return what the file holds at this moment."""
    data: dict[str, Any] = json.loads(store_file(stack).read_bytes())["data"]
    return data


async def full_disk(stack: Stack, saw: Saw) -> None:
    """Fill the disk of the file while the car charges, then make room again."""
    await charge_at(stack)
    await until(_written(stack, TEST_A), within_s=WRITTEN_S, what="the settings are written")
    file = store_file(stack)
    await stack.stop_hass()
    async with small_disk(file.parent, file.name) as disk:
        try:
            await restart_hass(stack)
            await shows(stack, "charging", within_s=SHOWN_S)
            await charges(stack, TEST_A, since_s=time.monotonic())
            await _while_full(stack, disk, saw)
            await _room_again(stack, disk, saw)
        finally:
            disk.free()
            await stack.stop_hass()
    await restart_hass(stack)
    saw(
        f"after a restart the current is {await _known(stack, CURRENT):.0f} A, as chosen on the full disk"
    )


async def _known(stack: Stack, role: str) -> float:
    return await until(lambda: stack.entities.number(role), within_s=SHOWN_S, what=role)


CHOSEN_A: Final = 14


async def _while_full(stack: Stack, disk: FullDisk, saw: Saw) -> None:
    lines = len(log_lines(stack, CANNOT))
    disk.fill()
    kind = (
        "no byte is left on the disk of its files"
        if disk.mounted
        else "its file cannot be replaced"
    )
    saw(f"charging at {TEST_A} A; {kind}")
    asked_s = time.monotonic()
    await stack.entities.set_number(CURRENT, float(CHOSEN_A))
    pilot_s = await stack.charger.pilot(CHOSEN_A, since_s=asked_s, within_s=CHARGER_FOLLOWS_S)
    saw(f"steering goes on: {CHOSEN_A} A on the pilot {pilot_s:.1f} s after the choice")
    await asyncio.sleep(FULL_S)
    for mode, current_a in (("fast", 32), ("medium", CHOSEN_A)):
        asked_s = time.monotonic()
        await stack.entities.select(MODE, mode)
        await stack.charger.pilot(current_a, since_s=asked_s, within_s=CHARGER_FOLLOWS_S)
    said = len(log_lines(stack, CANNOT)) - lines
    require(said == 1, f"said {said} times in the log")
    saw(f"after {FULL_S:.0f} s and three choices it is said {said} time in the log")
    require(not opened_since(stack, asked_s - FULL_S), "the contactor opened")


async def _room_again(stack: Stack, disk: FullDisk, saw: Saw) -> None:
    lines = len(log_lines(stack, CAN_AGAIN))
    disk.free()
    freed_s = time.monotonic()
    await until(
        _written(stack, CHOSEN_A), within_s=WRITTEN_S, what="the settings are written", poll_s=1.0
    )
    saw(f"room again: written {time.monotonic() - freed_s:.0f} s later")
    await asyncio.sleep(LOGGED_S)
    said = len(log_lines(stack, CAN_AGAIN)) - lines
    require(said == 1, f"said {said} times that it is over")
    saw("it is said once in the log that it is over")


def _written(stack: Stack, current_a: int) -> Callable[[], Any]:
    """Return a probe: whether the file holds this choice of the current."""

    async def written() -> bool:
        if not store_files(stack):
            return False
        chargers = stored(stack)["settings"]["chargers"].values()
        return [one["medium_current_a"] for one in chargers] == [current_a]

    return written
