"""How often decisions are made."""

from collections import deque
from typing import Final

MINUTE_S: Final = 60.0

MOST: Final = 240
"""More decisions than a minute can have: messages are gathered for half a second."""


class Pulse:
    """Counts decisions over the last minute."""

    def __init__(self) -> None:
        self._times_s: deque[float] = deque(maxlen=MOST)

    def beat(self, now_s: float) -> None:
        """Count a decision at `now_s` (steady clock, s)."""
        self._times_s.append(now_s)

    def per_minute(self, now_s: float) -> int:
        """Decisions of the last 60 s."""
        return sum(now_s - at_s < MINUTE_S for at_s in self._times_s)
