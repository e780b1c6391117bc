"""The folder of one run: configuration, database and logs, outside the checkout."""

from datetime import datetime
from itertools import count
import os
from pathlib import Path
import shutil
from typing import Final

from .talk import DemoError

KEPT_RUNS: Final = 3
"""Folders of earlier runs that stay, for looking at their logs."""


def _in_use(folder: Path) -> bool:
    """Whether the program that made the folder still runs; its id ends the name."""
    try:
        os.kill(int(folder.name.rsplit("-", 1)[-1]), 0)
    except OSError:
        return False
    return True


def _drop_old_runs(parent: Path) -> None:
    ended = sorted(folder for folder in parent.glob("run-*") if not _in_use(folder))
    for folder in ended[:-KEPT_RUNS]:
        shutil.rmtree(folder, ignore_errors=True)


def _unused(parent: Path, name: str) -> Path:
    """Return a folder that does not exist; one program may make several in the same second."""
    names = (parent / f"{name}-{number}-{os.getpid()}" for number in count(1))
    return next(folder for folder in names if not folder.exists())


def make_work_folder(cache: Path, keep: Path | None) -> Path:
    """Return a new folder with subfolders `logs` and `config`; `keep` must not be in use."""
    if keep is not None:
        if keep.exists() and any(keep.iterdir()):
            raise DemoError(f"{keep} is not empty; every run starts from nothing")
        folder = keep.absolute()
    else:
        parent = cache / "demo"
        parent.mkdir(parents=True, exist_ok=True)
        _drop_old_runs(parent)
        folder = _unused(parent, f"run-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    for name in ("logs", "config"):
        (folder / name).mkdir(parents=True)
    return folder
