"""Keeps a charger at what is offered when all there is are a current and a switch that anybody may use.

There is no claim of ours here: what we write looks at the charger like a person's own doing, and a
person's doing looks like ours. Rules that follow from it:

* A charger that had taken what we sent and then shows something else for a while was changed by a
  person. It is left alone until it shows what we want again, until that change is withdrawn (`auto`),
  the car leaves, or the person chooses something here.
* What was never taken is sent again, at growing intervals.
* A charger that was away, or has lost the override, is nobody's will: it is sent ours again.
* Changes are rationed, rises more than falls, for what reports the effect is slow; a stop never waits.
* A charger that has lost one of its two controls can be stopped or lowered by the other, no more. That is
  done when it is asked for, and by itself once the control has been gone for a while: no car charges
  on at a current that nobody can take back. What was stopped by itself rests as long as if the law had
  stopped it, though the control is back sooner: one that comes and goes must not wear the contactor.
"""

from dataclasses import dataclass
from typing import Final

from ..control.model import MIN_CURRENT_A, SiteSettings

FOREIGN_S: Final = 5.0
"""A foreign state must last this long: an answer that was under way when we wrote looks like one."""
CHANGE_GAP_S: Final = 5.0
"""Least time between two writes; the car answers within 3 s."""
RISE_GAP_S: Final = 15.0
"""Least time before a rise: entities show the last change up to 5 s late, and its effect as much.
Below the 20 s after which a car that takes less than its offer is taken for one that cannot."""
RESEND_S: Final = (10.0, 20.0, 30.0, 60.0, 300.0)
"""Waits before the same is sent again; the last one repeats."""
HALF_S: Final = 30.0
"""A control that is gone for less may be back at once, as after a reload of its integration."""
REST_S: Final = SiteSettings().min_off_s
"""So long it stands still after a stop for want of a control: the law's minimum off time, as it is by
default. The law itself did not see that stop, and would let the contactor close again at once."""
SAME_A: Final = 0.9
"""Nearer than this is the same current: some controls round."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the charger is to do; no current while it is to stand still."""

    enabled: bool | None
    """None = as it is."""
    current_a: int | None = None


STOP: Final = Offer(enabled=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the charger shows."""

    can_set: bool = False
    """Whether what sets its current is there."""
    can_switch: bool = False
    """Whether what lets it charge or not is there."""
    enabled: bool | None = None
    """None = no override is in force, or nobody knows."""
    current_a: float | None = None
    limit_only: bool = False
    """True when `current_a` is what it advertises: it may be lower than asked for its own reasons."""
    drawing: bool = True
    """False = the car is known to draw nothing."""
    loading: bool = False
    """True = a control that is not there may not have been set up yet."""

    @property
    def available(self) -> bool:
        """Whether it can be steered."""
        return self.can_set and self.can_switch

    @property
    def half_gone(self) -> bool:
        """Whether one of its two controls is gone."""
        return self.can_set is not self.can_switch


NOTHING: Final = Seen()


def offer_for(current_a: int) -> Offer:
    """Give the offer of whole amps; below the least current a charger is to stand still."""
    return STOP if current_a < MIN_CURRENT_A else Offer(enabled=True, current_a=current_a)


def follows(offer: Offer | None, seen: Seen, *, exactly: bool = True) -> bool:
    """Tell whether the charger shows what was offered; not `exactly`, it may advertise less."""
    if offer is None or seen.enabled is not offer.enabled:
        return False
    if offer.current_a is None or seen.current_a is None:
        return True
    above_a = seen.current_a - offer.current_a
    less_is_right = seen.limit_only and not exactly
    return above_a < SAME_A and (less_is_right or above_a > -SAME_A)


class OverrideKeeper:
    """Brings the charger to what is wanted. Sends nothing itself."""

    def __init__(self) -> None:
        self.wanted: Offer | None = None
        self.overridden = False
        """True while a person's choice at the charger stands."""
        self.sent_count = 0
        self._sent: Offer | None = None
        self._sent_at_s = float("-inf")
        self._repeats = 0
        self._seen = NOTHING
        self._taken = False
        """True once the charger has shown what was sent last."""
        self._foreign_at_s: float | None = None
        self._half_at_s: float | None = None
        """Since when one of the two controls has been gone."""
        self._was_whole = False
        """True once both controls have been there: they are loaded, whatever else is not."""
        self._stopped_at_s: float | None = None
        """When it was stopped last because a control was gone; None = that wait was ended."""

    def want(self, offer: Offer | None) -> None:
        """Ask for an offer; None = leave the charger alone."""
        self.wanted = offer
        if offer is None:
            self._stopped_at_s = None

    def recall(self) -> None:
        """Take up a person's override of the last run; it ends as any other."""
        self.overridden = True

    def look(self, seen: Seen, now_s: float) -> None:
        """Note what the charger shows."""
        self._seen = seen
        self._was_whole = self._was_whole or seen.available
        since_s = now_s if self._half_at_s is None else self._half_at_s
        lacks_one = seen.half_gone and (self._was_whole or not seen.loading)
        self._half_at_s = since_s if lacks_one else None
        if not seen.available or seen.enabled is None:
            self._taken = False
            self.yield_nothing()
        elif self.overridden and follows(self.wanted, seen):
            self._take(self.wanted)
        elif follows(self._sent, seen, exactly=not self._taken):
            self._take(self._sent)
        elif self._taken:
            self._foreign_at_s = now_s if self._foreign_at_s is None else self._foreign_at_s
            self.overridden = self.overridden or now_s - self._foreign_at_s >= FOREIGN_S
        if self.overridden:
            self._stopped_at_s = None

    def yield_nothing(self) -> None:
        """End a person's override: the car left, or the person chose something here."""
        self.overridden = False
        self._foreign_at_s = None

    def take_over(self) -> None:
        """Write ours over whatever stands there, at the next occasion."""
        self._sent_at_s = float("-inf")
        self._taken = False
        self._repeats = 0
        self._stopped_at_s = None
        self.yield_nothing()

    def is_lost(self, now_s: float) -> bool:
        """Tell whether one control has been gone for so long that the charger is not steered any more."""
        return self._half_at_s is not None and now_s - self._half_at_s >= HALF_S

    def is_resting(self, now_s: float) -> bool:
        """Tell whether it still stands still because it was stopped when a control was gone."""
        return self._stopped_at_s is not None and now_s - self._stopped_at_s < REST_S

    def due(self, now_s: float) -> Offer | None:
        """Return what to write now, noted as sent, or None."""
        wanted, since_s = self._possible(now_s), now_s - self._sent_at_s
        if wanted is None or self._foreign_at_s is not None:
            return None
        if self._sent is None and follows(wanted, self._seen):
            self._take(wanted)
        settled = self.overridden or (self._taken and wanted == self._sent)
        if settled or since_s < self._gap_s(wanted):
            return None
        if wanted == STOP and (self.is_lost(now_s) or self.is_resting(now_s)):
            # The offer from before is as old as the stop: another has to be made when that ends.
            self.wanted, self._stopped_at_s = STOP, now_s
        self._repeats = self._repeats + 1 if wanted == self._sent else 0
        self._sent, self._sent_at_s, self._taken = wanted, now_s, False
        self.sent_count += 1
        return wanted

    def _possible(self, now_s: float) -> Offer | None:
        """Return what is wanted, as far as the controls that are there can do it."""
        rests = self.wanted is not None and self.is_resting(now_s)
        wanted, seen = STOP if rests else self.wanted, self._seen
        if wanted is None or seen.available:
            return wanted
        if seen.can_switch:
            stop = self.is_lost(now_s) or not wanted.enabled
            return STOP if stop and seen.enabled is not False else None
        return self._lowered(wanted, now_s) if seen.can_set and seen.drawing else None

    def _lowered(self, wanted: Offer, now_s: float) -> Offer | None:
        """Return a lower current for a car that draws; one that rests might be woken by being told."""
        wanted_a = None if self.is_lost(now_s) else wanted.current_a
        current_a = MIN_CURRENT_A if wanted_a is None else wanted_a
        shown_a = self._seen.current_a
        low = shown_a is not None and shown_a - current_a < SAME_A
        return None if low else Offer(enabled=None, current_a=current_a)

    def _take(self, offer: Offer | None) -> None:
        """Note that the charger shows this offer."""
        self._sent, self._taken, self._repeats = offer, True, 0
        self.yield_nothing()

    def _gap_s(self, wanted: Offer) -> float:
        if wanted == self._sent:
            return RESEND_S[min(self._repeats, len(RESEND_S) - 1)]
        if wanted == STOP:
            return 0.0
        before_a = (self._sent and self._sent.current_a) or 0
        return RISE_GAP_S if (wanted.current_a or 0) > before_a > 0 else CHANGE_GAP_S
