"""When a trouble is worth a person's attention, and when it is over: never on the first sign of either."""

from collections import deque
from typing import Final


class Lasting:
    """A trouble counts after it has lasted, and is over after it has been away for a while."""

    def __init__(self, raise_after_s: float, clear_after_s: float, *, active: bool = False) -> None:
        self._waits_s: Final = {False: raise_after_s, True: clear_after_s}
        self._since_s: float | None = None
        self.active = active

    def update(self, now_s: float, *, bad: bool) -> bool:
        """Take the state at `now_s` (steady clock, s); tell whether the trouble counts."""
        if bad == self.active:
            self._since_s = None
            return self.active
        if self._since_s is None:
            self._since_s = now_s
        if now_s - self._since_s >= self._waits_s[self.active]:
            self._since_s = None
            self.active = bad
        return self.active


class Recurring:
    """Something that happens again and again: `limit` times within `window_s`.

    It is over when it has not happened for `window_s`.
    """

    def __init__(self, limit: int, window_s: float) -> None:
        self._limit: Final = limit
        self._window_s: Final = window_s
        self._times_s: deque[float] = deque(maxlen=limit)
        self._active = False

    @property
    def count(self) -> int:
        """How often it happened lately, at most `limit`."""
        return len(self._times_s)

    def happened(self, now_s: float) -> None:
        """Count once."""
        self._times_s.append(now_s)

    def update(self, now_s: float) -> bool:
        """Tell whether it happens again and again."""
        while self._times_s and now_s - self._times_s[0] >= self._window_s:
            self._times_s.popleft()
        self._active = bool(self._times_s) and (self._active or self.count >= self._limit)
        return self._active
