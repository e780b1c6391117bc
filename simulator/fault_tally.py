"""What came of random days: sums, and where something was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SAID: Final = 3


@dataclass(slots=True)
class Tally:
    """What came of one or more days."""

    days: int = 0
    faults: int = 0
    decisions: int = 0
    limits_violated: int = 0
    stuck: int = 0
    counters_back: int = 0
    exceptions: int = 0
    closings: int = 0
    slowest_s: float = 0.0
    """Slowest recovery after the faults of a day."""
    notes: list[str] = field(default_factory=list)
    """Where something was wrong, to repeat it."""

    def violate(self, what: str) -> None:
        """Count something that must never be, and say the first few."""
        self.limits_violated += 1
        if self.limits_violated <= MOST_SAID:
            self.notes.append(what)

    def add(self, other: Tally) -> None:
        """Add other days."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            both = max(mine, theirs) if one.name == "slowest_s" else mine + theirs
            setattr(self, one.name, both)

    @property
    def wrong(self) -> str:
        """What was wrong, in words."""
        return (
            f"limits violated {self.limits_violated}, exceptions {self.exceptions}, "
            f"stuck {self.stuck}, counters that went back {self.counters_back}"
        )

    @property
    def clean(self) -> bool:
        """Whether nothing was wrong."""
        return not (self.limits_violated or self.stuck or self.counters_back or self.exceptions)


def live_counted(seed: str, tally: Tally, day: Callable[[], object]) -> Tally:
    """Live through a day into its tally; what raises is counted, with how to repeat it."""
    try:
        day()
    except Exception as error:  # noqa: BLE001 - a campaign counts whatever is wrong
        tally.exceptions += 1
        tally.notes.append(f"{type(error).__name__}: {error}")
    if not tally.clean:
        tally.notes.append(f"seed {seed}: {tally.wrong}")
    return tally
