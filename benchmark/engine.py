"""Compiles the physics into the cache, so that a day takes a sixth of a second instead of one.

The modules of the simulator that move a plant, and `kernel`, are copied into a package of their own
in the cache and compiled by mypyc, named by a hash of their content. Only the lines that import each
other differ from the originals. Without a compiler the originals run instead: slower, with the same
results to the last bit (`tests/benchmark/test_engine.py`).
"""

from functools import cache
import importlib
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Final, cast

from benchmark import cache as kept
from benchmark.kernel import World

PACKAGE: Final = "compiled_plant"
ROOT: Final = Path(__file__).parent.parent
COMPILED: Final = tuple(
    ROOT / name
    for name in (
        "simulator/battery.py",
        "simulator/car.py",
        "simulator/ess.py",
        "simulator/house.py",
        "simulator/openevse_controller.py",
        "simulator/plant.py",
        "simulator/pv.py",
        "benchmark/kernel.py",
    )
)
COPIED: Final = (ROOT / "simulator/openevse_claims.py",)
"""Imported by the compiled ones for a constant."""
PHYSICS: Final = kept.source_digest((*COMPILED, *COPIED))
"""Hash of all that decides how a site-day goes."""
PLAIN: Final = "VICTRON_OPENEVSE_PLAIN"
"""Environment variable: set to run the originals even where they can be compiled."""
RECIPE: Final = 1
"""Raise when the way of compiling changes."""
PATIENCE_S: Final = 300.0
"""It takes 20 s on a small machine."""


@cache
def world_class() -> type[World]:
    """Return the compiled `World`, or the original where compiling is impossible."""
    folder = None if os.environ.get(PLAIN) else compiled()
    if folder is None:
        return World
    sys.path.insert(0, str(folder))
    return cast("type[World]", importlib.import_module(f"{PACKAGE}.kernel").World)


def is_compiled() -> bool:
    """Tell whether the compiled package is already there."""
    return _home().exists()


def _home() -> Path:
    return kept.folder() / f"engine-{kept.digest(RECIPE, PHYSICS, sys.version)}"


def compiled() -> Path | None:
    """Return the folder that holds the compiled package, made if missing; None if impossible."""
    folder = _home()
    log = folder.with_suffix(".failed")
    if folder.exists():
        return folder
    if log.exists() or shutil.which("cc") is None:
        return None
    print("compiling the plant (once per version of it, about 20 s)", file=sys.stderr)
    work = Path(tempfile.mkdtemp(prefix="engine-", dir=kept.folder()))
    problem = _compile(work)
    if problem is not None:
        log.write_text(problem)
        print(f"impossible, so it runs slower; see {log}", file=sys.stderr)
        shutil.rmtree(work)
        return None
    try:
        work.rename(folder)
    except OSError:  # another process was faster
        shutil.rmtree(work)
    return folder


def _compile(work: Path) -> str | None:
    """Compile in an empty folder; return what went wrong, if anything did."""
    package = work / PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text('"""The plant, compiled for the benchmark."""\n')
    for path in (*COMPILED, *COPIED):
        (package / path.name).write_text(_relocated(path.read_text()))
    names = [f"{PACKAGE}/{path.name}" for path in COMPILED]
    code = "import sys; from mypyc.__main__ import main; sys.argv[0] = 'mypyc'; main()"
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own files
            [sys.executable, "-c", code, "--ignore-missing-imports", *names],
            cwd=work,
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"not done after {PATIENCE_S:.0f} s"
    return None if done.returncode == 0 else done.stdout + done.stderr


def _relocated(source: str) -> str:
    """Rewrite the imports of a module for the package; what is only a type becomes Any."""
    source = re.sub(
        r"from (?:simulator\.weather|benchmark\.sites) import (\w+)",
        r"from typing import Any as \1",
        source,
    )
    return source.replace("from simulator.", f"from {PACKAGE}.")


def _environment() -> dict[str, str]:
    """Return the environment of the compiler; a relocated Python keeps its headers beside itself."""
    headers = f"{sys.base_prefix}/include"
    before = os.environ.get("CPATH")
    return os.environ | {"CPATH": f"{before}:{headers}" if before else headers, "MYPYPATH": "."}
