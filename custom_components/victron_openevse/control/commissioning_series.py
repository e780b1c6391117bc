"""What a series of samples did at the steps of a commissioning check, in numbers.

Every change is counted in the direction of its step: what follows the car is positive, whether the step
went up or down. Medians over the steps, because a kettle spoils one or two of them and no more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import Final

from .commissioning_record import CheckSample

type Value = Callable[[CheckSample], float | None]
"""Picks one value of a sample; None = not known then."""

SETTLED_S: Final = 20.0
"""The charger follows within 3 s, the car within 10 s, the ESS within 15 s, partly at the same time."""

CALM_S: Final = 12.0
"""So long after a step the loads of the site do what they do by themselves."""

NEAR_S: Final = (8.0, 16.0)
"""Seconds after a step in which the loads of the site have followed and little else happens."""

BLOCK_S: Final = 6.0
"""Glitches of readings that come one after the other are shorter than half of this."""

KNOCK_S: Final = 20.0
"""The grid takes a step first and the battery takes it over; by then it has."""

HALF: Final = 0.5
"""A value has followed when it has gone half of its way."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some values, and how far they usually lie from it (both medians)."""

    middle: float
    width: float


def spread(values: Sequence[float]) -> Spread:
    """Give the median of `values` and the median distance from it; at least one value."""
    middle = median(values)
    return Spread(middle, median([abs(value - middle) for value in values]))


def plateaus(samples: Sequence[CheckSample], steps: int, value: Value) -> tuple[float, ...] | None:
    """Give the settled value of each step, by its median; None when one of them is not known."""
    found: list[float] = []
    for step in range(steps):
        values = [
            known
            for item in samples
            if item.step == step and item.read_s >= SETTLED_S and (known := value(item)) is not None
        ]
        if not values:
            return None
        found.append(median(values))
    return tuple(found)


def direction(change: int) -> float:
    """Give +1 for a change up, -1 for one down; the first (0) goes up."""
    return -1.0 if change % 2 else 1.0


def changes(levels: Sequence[float]) -> tuple[float, ...]:
    """Give the change from each step to the next, positive where it follows the car."""
    return tuple(
        direction(number) * (levels[number + 1] - levels[number])
        for number in range(len(levels) - 1)
    )


def knocks(
    samples: Sequence[CheckSample], levels: Sequence[float], value: Value
) -> tuple[float, ...]:
    """Give how far a value was knocked off its level by each step: the mean of the first seconds."""
    found: list[float] = []
    for number, level in enumerate(levels[:-1]):
        values = [
            known
            for item in samples
            if item.step == number + 1
            and item.at_s - item.stepped_at_s <= KNOCK_S
            and (known := value(item)) is not None
        ]
        found.append(direction(number) * (fmean(values) - level) if values else 0.0)
    return tuple(found)


def lag_s(
    samples: Sequence[CheckSample], levels: Sequence[float], value: Value, least: float
) -> float | None:
    """Give the time a value needs to follow a step, s, by the median.

    Only steps at which it moved by `least` or more count; None when fewer than half of them did.
    """
    found: list[float] = []
    for number, change in enumerate(changes(levels)):
        if change < least:
            continue
        reached = [
            item.at_s - item.stepped_at_s
            for item in samples
            if item.step == number + 1
            and (known := value(item)) is not None
            and direction(number) * (known - levels[number]) >= HALF * change
        ]
        if reached:
            found.append(reached[0])
    return median(found) if 2 * len(found) >= len(levels) - 1 else None


def jumps(samples: Sequence[CheckSample], steps: int, value: Value, least: float) -> int:
    """Count how often a value changed by `least` or more amid a step, where nothing of ours did."""
    found = 0
    for step in range(steps):
        blocks: dict[int, list[float]] = {}
        for item in samples:
            known = value(item)
            if item.step == step and item.read_s >= CALM_S and known is not None:
                blocks.setdefault(int((item.at_s - item.stepped_at_s) / BLOCK_S), []).append(known)
        levels = [median(blocks[number]) for number in sorted(blocks)]
        found += sum(abs(later - earlier) >= least for earlier, later in pairwise(levels))
    return found


def near_changes(samples: Sequence[CheckSample], steps: int, value: Value) -> tuple[float, ...]:
    """Give the changes from just before each step to just after it, where both were read in time."""
    from_s, to_s = NEAR_S
    found: list[float] = []
    for number in range(steps - 1):
        before = [
            known for item in samples if item.step == number and (known := value(item)) is not None
        ]
        after = [
            known
            for item in samples
            if item.step == number + 1
            and from_s <= item.read_s <= to_s
            and (known := value(item)) is not None
        ]
        if before and after:
            last = before[-int(to_s - from_s) :]
            found.append(direction(number) * (median(after) - median(last)))
    return tuple(found)
