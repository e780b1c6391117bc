"""The quick check: our law on a few days must not capture less than it did.

`floor.json` keeps what was captured when somebody last looked; a drop of more than a point fails.
"""

import json
import os
from pathlib import Path
import sys
from typing import Final

from benchmark import engine
from benchmark.evaluate import evaluate_all
from benchmark.laws import OURS
from benchmark.report import captured
from benchmark.standard import quick_set

FILE: Final = Path(__file__).parent / "floor.json"
TOLERANCE: Final = 0.01
"""A drop of one point of captured value is a loss, less is rounding and trade."""


def measure(jobs: int | None = None) -> float:
    """Return what our law captures on the quick subset, over all priorities."""
    if not engine.is_compiled():
        os.environ[engine.PLAIN] = "1"  # compiling takes longer than these few days save
    share = captured(evaluate_all(quick_set(), [OURS], _silent, jobs))
    if share is None:
        msg = "the quick subset has no value"
        raise RuntimeError(msg)
    return share


def _silent(_done: int, _total: int) -> None:
    """Show no progress: it is over in seconds."""


def check(*, keep: bool = False, jobs: int | None = None) -> int:
    """Measure, compare with the floor, and return the exit code; `keep` writes a new floor."""
    share = measure(jobs)
    if keep:
        FILE.write_text(json.dumps({"captured": round(share, 4)}) + "\n")
    floor = float(json.loads(FILE.read_text())["captured"])
    print(f"captured on the quick subset: {share:.4f}, floor {floor:.4f}")
    if share < floor - TOLERANCE:
        print(f"error: that is more than {TOLERANCE:.0%} below the floor", file=sys.stderr)
        return 1
    return 0
