"""Whether grid and battery power have the sign they should: + import, + charging.

A meter clamp put on backwards or an entity with the other convention turns the law upside down: sun
looks like import. Nothing in a single reading tells. But when the car begins to draw, the same power must
come from the grid (its power rises) or from the battery (its power falls), and the other way round when
it stops. A step of the car that is explained much better with one sign turned is a vote against that
sign. Only several such votes in a row, with none in favour, count as evidence; house and sun move too.
"""

from dataclasses import dataclass
from typing import Final

from .change import replace

STEP_W: Final = 1000.0
"""Smaller steps of a car drown in what a house does."""

LOOK_BACK_S: Final = 12.0
"""A charger reports a new power some seconds after the meters have seen it; before is before that."""

SETTLE_S: Final = 10.0
"""An ESS moves grid and battery to their new places within this time."""

PATIENCE_S: Final = 90.0
"""Meters that have not spoken again by then say nothing about this step."""

KEEP_S: Final = 30.0
"""Samples older than this are not needed."""

SAMPLE_S: Final = 2.0
"""Least time between two samples."""

MOVED_PART: Final = 0.6
"""A power that moved by less than this part of the step did not carry it."""

FIT_PART: Final = 0.3
"""An explanation fits when it misses by less than this part of the step."""

VOTES: Final = 5
"""Votes remembered."""

AGAINST: Final = 4
"""Votes against a sign, and none for it, that are evidence."""

FOR_AGAIN: Final = 2
"""Votes for a sign in a row that end the matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The powers of one moment, W, in the signs they should have."""

    at_s: float
    read_at_s: float
    """When the older one of grid and battery power was read."""
    charging_w: float
    grid_w: float
    battery_w: float
    pv_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """What is held against one sign."""

    votes: tuple[bool, ...] = ()
    """True = the sign was right; newest last."""
    wrong: bool = False
    step_w: float = 0.0
    """The last step that spoke against it, W."""
    moved_w: float = 0.0
    """What this power did at that step, W."""

    def vote(self, *, right: bool, step_w: float, moved_w: float) -> Suspect:
        """Count one step."""
        votes = (*self.votes, right)[-VOTES:]
        if right:
            cleared = all(votes[-FOR_AGAIN:]) and len(votes) >= FOR_AGAIN
            return replace(self, votes=votes, wrong=self.wrong and not cleared)
        wrong = self.wrong or (len(votes) >= AGAINST and not any(votes))
        return Suspect(votes=votes, wrong=wrong, step_w=step_w, moved_w=moved_w)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignWatch:
    """What was seen so far."""

    grid: Suspect = Suspect()
    battery: Suspect = Suspect()
    samples: tuple[Sample, ...] = ()
    before: Sample | None = None
    """The moment before a step that is being judged."""
    stepped_at_s: float = 0.0


def watch(memory: SignWatch, sample: Sample) -> SignWatch:
    """Take the powers of another moment."""
    if memory.samples and sample.at_s - memory.samples[-1].at_s < SAMPLE_S:
        return memory
    if memory.before is not None:
        return _judge_when_settled(memory, memory.before, sample)
    kept = tuple(item for item in memory.samples if 0.0 <= sample.at_s - item.at_s < KEEP_S)
    memory = replace(memory, samples=(*kept, sample))
    # The newest sample that is old enough: the meters had not seen a step of now then.
    old = [item for item in kept if sample.at_s - item.at_s >= LOOK_BACK_S]
    if not old or abs(sample.charging_w - old[-1].charging_w) < STEP_W:
        return memory
    return replace(memory, before=old[-1], stepped_at_s=sample.at_s)


def _judge_when_settled(memory: SignWatch, before: Sample, after: Sample) -> SignWatch:
    waited_s = after.at_s - memory.stepped_at_s
    if waited_s < SETTLE_S or (
        after.read_at_s < memory.stepped_at_s + SETTLE_S / 2 and waited_s < PATIENCE_S
    ):
        return replace(memory, samples=(after,))
    memory = replace(memory, before=None, samples=(after,))
    if waited_s >= PATIENCE_S:
        return memory
    return _judge(memory, before, after)


def _judge(memory: SignWatch, before: Sample, after: Sample) -> SignWatch:
    """Vote on the signs of what moved with the step, where one explanation fits."""
    step_w = after.charging_w - before.charging_w
    grid_w = after.grid_w - before.grid_w
    battery_w = after.battery_w - before.battery_w
    least_w, fit_w = MOVED_PART * abs(step_w), FIT_PART * abs(step_w)
    if abs(step_w) < STEP_W or abs(after.pv_w - before.pv_w) > fit_w:
        return memory
    grid_moved, battery_moved = abs(grid_w) >= least_w, abs(battery_w) >= least_w
    if grid_moved == battery_moved:
        return memory
    moved_w = grid_w if grid_moved else -battery_w
    other_w = -battery_w if grid_moved else grid_w
    right = abs(moved_w + other_w - step_w) <= fit_w
    if not right and abs(-moved_w + other_w - step_w) > fit_w:
        return memory
    if grid_moved:
        return replace(memory, grid=memory.grid.vote(right=right, step_w=step_w, moved_w=grid_w))
    suspect = memory.battery.vote(right=right, step_w=step_w, moved_w=battery_w)
    return replace(memory, battery=suspect)
