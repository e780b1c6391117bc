"""Makes the folder that Home Assistant keeps its files in too small, and large enough again.

As root on Linux the folder becomes a small file system in memory that is filled to the last byte, so
the error is the real one. Elsewhere a folder takes the place of the one file that matters: writing it
fails as well, with another error of the same kind.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
import errno
import os
from pathlib import Path
import shutil
import subprocess
from typing import Final

from .talk import DemoError

SIZE: Final = "4m"
"""Enough for everything that Home Assistant keeps of a demo."""
FILLER: Final = "filler"
CHUNK: Final = bytes(4096)
MOUNT: Final = shutil.which("mount")
UMOUNT: Final = shutil.which("umount")


class FullDisk:
    """One folder whose disk can be full."""

    def __init__(self, folder: Path, name: str, *, mounted: bool) -> None:
        """`name` is the file that matters."""
        self._folder, self._name = folder, name
        self.mounted = mounted

    def fill(self) -> None:
        """Leave no room."""
        if self.mounted:
            with (self._folder / FILLER).open("wb", buffering=0) as filler:
                _write_all(filler.fileno())
            return
        file = self._folder / self._name
        file.rename(file.with_suffix(".aside"))
        file.mkdir()

    def free(self) -> None:
        """Give the room back."""
        if self.mounted:
            (self._folder / FILLER).unlink(missing_ok=True)
            return
        file = self._folder / self._name
        if file.is_dir():
            file.rmdir()
            file.with_suffix(".aside").rename(file)


def _write_all(file: int) -> None:
    """Write until there is no room."""
    try:
        while True:
            os.write(file, CHUNK)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


@asynccontextmanager
async def small_disk(folder: Path, name: str) -> AsyncIterator[FullDisk]:
    """Put `folder` on a small disk of its own where possible; nobody may use it at both ends."""
    aside = folder.with_name(f"{folder.name}-aside")
    if os.geteuid() != 0 or MOUNT is None or UMOUNT is None or not _mount(MOUNT, folder, aside):
        yield FullDisk(folder, name, mounted=False)
        return
    try:
        yield FullDisk(folder, name, mounted=True)
    finally:
        (folder / FILLER).unlink(missing_ok=True)
        shutil.copytree(folder, aside, dirs_exist_ok=True)
        _run(UMOUNT, "--lazy", str(folder))
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        shutil.rmtree(aside)


def _mount(program: str, folder: Path, aside: Path) -> bool:
    """Mount over the folder and take its files along; False where that is not allowed."""
    shutil.copytree(folder, aside)
    with suppress(DemoError):
        _run(program, "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder))
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        return True
    shutil.rmtree(aside)
    return False


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - found above, literal arguments
    if done.returncode:
        raise DemoError(f"{command[0]}: {done.stderr.strip()}")
