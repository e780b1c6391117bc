"""How late an event loop was, how far apart decisions were, how memory grew: figures and verdicts.

Lags in ms, times in s, memory in KiB. The goals are the project's own: under a flood of 1000 messages
a second 99 of 100 due moments are at most 50 ms late, and decisions are still on time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
import math
from typing import Any, Final, Self

LAG_P99_GOAL_MS: Final = 50.0
DECISION_GOAL_S: Final = 7.0
"""Without any message a decision is made 5 s after the last one, looked for once a second; one second
is for a busy machine."""
GROWTH_GOAL_KB: Final = 32 * 1024
"""Caches of the recorder and of Python fill in the first minutes; a leak of 100 bytes a message would be
30 MiB in five minutes of flood."""
MESSAGES_GOAL: Final = 0.95
"""Part of the messages sent that must have arrived: a flood that was dropped on the way proves nothing."""


def percentile(values: Sequence[float], part: float) -> float:
    """Return the least value that is not below `part` (0 to 1) of all; 0 without values."""
    if not values:
        return 0.0
    rank = max(1, math.ceil(part * len(values)))
    return sorted(values)[rank - 1]


@dataclass(slots=True)
class Record:
    """What the probe told over some time."""

    lags_ms: list[float] = field(default_factory=list)
    decided_at_s: list[float] = field(default_factory=list)
    taken_at_s: list[float] = field(default_factory=list)
    resident_kb: list[int] = field(default_factory=list)
    gx_messages: list[int] = field(default_factory=list)

    def add(self, taken: Mapping[str, Any]) -> None:
        """Take in one answer of the probe."""
        self.lags_ms += taken["lags_ms"]
        self.decided_at_s += taken["decided_at_s"]
        self.taken_at_s.append(taken["now_s"])
        self.resident_kb.append(taken["resident_kb"])
        self.gx_messages.append(taken["gx_messages"] or 0)

    @classmethod
    def of(cls, taken: Mapping[str, Any]) -> Self:
        """Return the record of one answer alone."""
        record = cls()
        record.add(taken)
        return record

    @property
    def intervals_s(self) -> list[float]:
        """Times between decisions, the present wait for the next one included."""
        moments = [*self.decided_at_s, *self.taken_at_s[-1:]]
        return [later - before for before, later in pairwise(moments)]

    @property
    def growth_kb(self) -> int:
        """How much more memory the last answer told than the first."""
        return self.resident_kb[-1] - self.resident_kb[0] if self.resident_kb else 0

    @property
    def messages_per_s(self) -> float:
        """Messages of the GX that reached the integration, per second."""
        if len(self.taken_at_s) < 2:  # noqa: PLR2004 - a rate needs two moments
            return 0.0
        passed = self.gx_messages[-1] - self.gx_messages[0]
        return passed / (self.taken_at_s[-1] - self.taken_at_s[0])

    def line(self) -> str:
        """Say it in one line."""
        p50, p99 = (percentile(self.lags_ms, part) for part in (0.5, 0.99))
        slowest = max(self.intervals_s, default=0.0)
        mib = self.resident_kb[-1] / 1024 if self.resident_kb else 0.0
        return (
            f"lag p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {max(self.lags_ms, default=0.0):.0f} ms; "
            f"{len(self.decided_at_s)} decisions, longest wait {slowest:.1f} s; {mib:.0f} MiB"
        )


def complaints(record: Record, *, settled: Record, least_messages_per_s: float) -> list[str]:
    """Return what a flood broke of the promises; `settled` is the part memory is judged by."""
    found = []
    if (p99 := percentile(record.lags_ms, 0.99)) > LAG_P99_GOAL_MS or not record.lags_ms:
        found.append(f"lag p99 {p99:.1f} ms of {len(record.lags_ms)} samples")
    slowest = max(record.intervals_s, default=math.inf)
    if slowest > DECISION_GOAL_S:
        found.append(f"a decision came after {slowest:.1f} s")
    if settled.growth_kb > GROWTH_GOAL_KB:
        found.append(f"memory grew by {settled.growth_kb / 1024:.0f} MiB")
    if record.messages_per_s < least_messages_per_s:
        found.append(f"only {record.messages_per_s:.0f} messages of the GX a second arrived")
    return found
