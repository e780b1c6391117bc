"""What the demo says on the terminal, and the error that ends it with a readable sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
import sys
import time


class DemoError(Exception):
    """Something the user should read; the demo ends with it."""


def say(text: str = "") -> None:
    """Print one line at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what was done and how long it took, once it is done."""
    started = time.monotonic()
    yield
    say(f"  {what} ({time.monotonic() - started:.1f} s)")
