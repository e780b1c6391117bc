"""An event loop whose time can run ahead of the clock on the wall, for measuring hours in minutes.

While `hurrying`, waiting for a timer takes no time: the loop's clock jumps to it. What is computed
takes as long as ever, so processor time per simulated hour is what it would be in a real hour. Timers
of the loop jump; `datetime.now` and the threads beside the loop do not.
"""

import asyncio
import selectors
import time
from typing import Any, Final

BREATH_S: Final = 0.0003
"""A real pause in each jump, so that threads (the recorder's) get on with their work."""


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for files as usual, or jumps over the waiting time."""

    def __init__(self) -> None:
        super().__init__()
        self.hurrying = False
        self.ahead_s = 0.0
        """How far the loop's time is ahead."""

    def select(self, timeout: float | None = None) -> Any:
        """Return what is ready; while hurrying, the timeout passes at once when nothing is."""
        if not self.hurrying or timeout is None or timeout <= 0.0:
            return super().select(timeout)
        ready = super().select(min(timeout, BREATH_S))
        if not ready:
            self.ahead_s += max(0.0, timeout - BREATH_S)
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """The event loop with that selector."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Give the loop's time, s."""
        return time.monotonic() + self._jumping.ahead_s

    def hurry(self, *, on: bool) -> None:
        """Begin or cease to jump over waiting times."""
        self._jumping.hurrying = on
