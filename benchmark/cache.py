"""The benchmark's cache on disk: made days, baselines and compiled physics, named by content.

A name is a hash of everything the result depends on (numbers, and the source of the modules that
made it), so nothing in the cache can be out of date and no file ever needs to be deleted by hand.
"""

from collections.abc import Callable, Iterable
import hashlib
import os
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

ENVIRONMENT: Final = "VICTRON_OPENEVSE_CACHE"
"""Environment variable that moves the cache, as in the scripts."""
NAME_LENGTH: Final = 20
"""Hexadecimal digits of a name: 80 bits, no two results share one by chance."""

type Floats = NDArray[np.float64]


def folder() -> Path:
    """Return the cache folder, made if missing."""
    base = os.environ.get(ENVIRONMENT)
    if not base:
        home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        base = str(Path(home) / "victron-openevse")
    path = Path(base) / "bench"
    path.mkdir(parents=True, exist_ok=True)
    return path


def digest(*parts: object) -> str:
    """Return the name of whatever depends on `parts`: bytes as they are, the rest by its repr."""
    state = hashlib.sha256()
    for part in parts:
        state.update(part if isinstance(part, bytes) else repr(part).encode())
        state.update(b"\0")
    return state.hexdigest()[:NAME_LENGTH]


def source_digest(files: Iterable[Path]) -> str:
    """Return a hash over the content of source files, in the order given."""
    return digest(*(path.read_bytes() for path in files))


def arrays(name: str, make: Callable[[], dict[str, Floats]]) -> dict[str, Floats]:
    """Return the named arrays from the cache, or make and keep them.

    Kept as 32-bit floats, and handed out as kept, so the first run gives what later ones give.
    """
    path = folder() / f"{name}.npz"
    if not path.exists():
        made = {key: value.astype(np.float32) for key, value in make().items()}
        part = path.with_suffix(f".{os.getpid()}.part.npz")
        with part.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **made)
        part.replace(path)  # another process may do the same at this moment: the last one wins
    with np.load(path, allow_pickle=False) as kept:
        return {key: kept[key].astype(np.float64) for key in kept.files}
