"""Last known value of every path, and when it was learned.

One slot per path, found by a dictionary look-up. Silence changes nothing here: values keep their
time stamp and whoever uses them judges their age.

A value that was a number and then became null (or whose service went) is called *lost*. It is not
the same as one that never existed: sums it belonged to are not known until either it returns or a
complete publish, at least `LOSS_CONFIRM_S` later, still has no value for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from . import values
from .topics import Spec, spec_of
from .values import Verdict

LOSS_CONFIRM_S: Final = 180.0
"""How slowly a GX speaks, not how long the law may wait: after its reboot the services come back over
one to three minutes, so a null is proof of absence only when a publish after that repeats it. A
shorter time would take a meter that is still starting for one that was removed, and sum without it."""
REREAD_INTERVAL_S: Final = 5.0
"""A path that does not answer is asked at most this often."""
MAX_SLOTS: Final = 500
"""More than any real site has; keeps a misbehaving broker from filling the memory."""


@dataclass(slots=True)
class Slot:
    """State of one path."""

    path: str
    instance: int
    spec: Spec
    value: float | str | None = None
    at_s: float = 0.0
    """Time of the last message about it, value or not."""
    lost_since_s: float | None = None
    asked_at_s: float | None = None

    @property
    def number(self) -> float | None:
        """The value if it is a number."""
        return self.value if isinstance(self.value, float) else None

    def wants_reread(self, now_s: float) -> bool:
        """Tell whether it has a value and has been silent for too long."""
        if self.value is None or self.spec.reread_s is None:
            return False
        if now_s - self.at_s < self.spec.reread_s:
            return False
        return self.asked_at_s is None or now_s - self.asked_at_s >= REREAD_INTERVAL_S


class SlotTable:
    """All slots of one GX."""

    def __init__(self) -> None:
        """Start empty: nothing is known."""
        self._slots: dict[str, Slot] = {}
        self._instances: dict[str, dict[int, None]] = {}
        self.published = False
        """True once a complete publish has been seen: a path still unseen does not exist."""
        self.verdicts: dict[Verdict, int] = dict.fromkeys(Verdict, 0)

    def take(self, path: str, payload: str, at_s: float) -> Slot | None:
        """Store a message; return its slot, or `None` if it changed nothing."""
        slot = self._slots.get(path) or self._create(path)
        if slot is None:
            return None
        parsed = values.parse(payload, slot.spec.limits)
        self.verdicts[parsed.verdict] += 1
        if parsed.verdict in values.IGNORED:
            return None
        if parsed.value is not None:
            slot.lost_since_s = None
        elif slot.value is not None:
            slot.lost_since_s = at_s
        slot.value = parsed.value
        slot.at_s = at_s
        return slot

    def _create(self, path: str) -> Slot | None:
        found = spec_of(path)
        if found is None or len(self._slots) >= MAX_SLOTS:
            return None
        service, instance, spec = found
        slot = self._slots[path] = Slot(path, int(instance), spec)
        self._instances.setdefault(service, {})[slot.instance] = None
        return slot

    def get(self, path: str) -> Slot | None:
        """Return the slot of `path` if any message about it ever came."""
        return self._slots.get(path)

    def number(self, path: str) -> float | None:
        """Return the last number of `path`, whatever its age."""
        slot = self._slots.get(path)
        return None if slot is None else slot.number

    def text(self, path: str) -> str | None:
        """Return the last text of `path`."""
        slot = self._slots.get(path)
        return slot.value if slot is not None and isinstance(slot.value, str) else None

    def is_lost(self, path: str) -> bool:
        """Tell whether `path` had a value and lost it, without confirmation yet."""
        slot = self._slots.get(path)
        return slot is not None and slot.lost_since_s is not None

    def may_exist(self, path: str) -> bool:
        """Tell whether `path` has a value or lost one without confirmation."""
        slot = self._slots.get(path)
        return slot is not None and (slot.value is not None or slot.lost_since_s is not None)

    def instances(self, service: str) -> list[int]:
        """Return the instances of a service that ever spoke, lowest first."""
        return sorted(self._instances.get(service, ()))

    def silent(self, now_s: float) -> Iterator[Slot]:
        """Yield the slots to ask again now."""
        return (slot for slot in self._slots.values() if slot.wants_reread(now_s))

    def confirmable_loss(self, now_s: float) -> bool:
        """Tell whether a complete publish would settle a loss."""
        return any(_confirmable(slot, now_s) for slot in self._slots.values())

    def publish_completed(self, at_s: float) -> None:
        """Note that everything that exists has just been published."""
        self.published = True
        for slot in self._slots.values():
            if _confirmable(slot, at_s):
                slot.lost_since_s = None

    def snapshot(self, now_s: float) -> dict[str, dict[str, float | str | None]]:
        """Return every slot's value and age in seconds, for diagnostics."""
        return {
            path: {"value": slot.value, "age_s": round(now_s - slot.at_s, 1)}
            for path, slot in sorted(self._slots.items())
        }


def _confirmable(slot: Slot, now_s: float) -> bool:
    return slot.lost_since_s is not None and now_s - slot.lost_since_s >= LOSS_CONFIRM_S
