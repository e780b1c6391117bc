"""When a shown value is worth a new state.

A GX speaks once a second; every state Home Assistant is given becomes a row in its database. So a
number is written when its change, times the time it has waited, is large enough: a big jump shows
within seconds, a small drift within minutes, noise never. What is not a number shows at once.
"""

from dataclasses import dataclass
from typing import Final

type Value = str | float | bool | None

LEAST_WAIT_S: Final = 5.0
"""No number is written more often than this, however it jumps."""

SETTLE_S: Final = 300.0
"""After this time any visible change is written, so that what is shown is right in the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a number is rounded and how eagerly it is written."""

    round_to: float
    """Smallest difference shown, in the value's own unit."""
    step: float
    """Change that is worth a state after `step_after_s`."""
    step_after_s: float = 60.0
    zero_at_once: bool = False
    """Going to or leaving zero is news: for values that are otherwise exactly zero."""

    def shown(self, value: float) -> float:
        """Round to what is shown."""
        return round(round(value / self.round_to) * self.round_to, 6)


class LeanValue:
    """The last written value of one entity, and the verdict on the next."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace
        self._value: Value = None
        self._written_at_s: float | None = None

    @property
    def value(self) -> Value:
        """What was written last."""
        return self._value

    def update(self, value: Value, now_s: float) -> bool:
        """Take a new value; tell whether it is to be written now (`now_s`: steady clock, s)."""
        if self._pace is not None and isinstance(value, int | float):
            value = self._pace.shown(value)
        if self._written_at_s is not None and not self._worth(value, now_s - self._written_at_s):
            return False
        self._value = value
        self._written_at_s = now_s
        return True

    def _worth(self, value: Value, waited_s: float) -> bool:
        old = self._value
        if value == old:
            return False
        pace = self._pace
        if pace is None or not isinstance(old, int | float) or not isinstance(value, int | float):
            return True
        if pace.zero_at_once and (old == 0) != (value == 0):
            return True
        if waited_s < LEAST_WAIT_S:
            return False
        change = abs(value - old)
        return waited_s >= SETTLE_S or change * waited_s >= pace.step * pace.step_after_s
