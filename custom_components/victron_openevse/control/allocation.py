"""Who gets how much of one surplus: chargers in the owner's order.

Every charger that is on keeps its minimum; what is left goes to the first until it has its maximum,
then to the next. A shortage falls on the last first, so that it is the last that stops. A charger that
is off sees what would be left for it beside those before it and the minimum of those after.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """One solar charger's wish."""

    key: str
    order: int
    minimum_w: float
    maximum_w: float
    running: bool


def share_surplus(claims: Iterable[Claim], surplus_w: float) -> Mapping[str, float]:
    """Split `surplus_w` (W, may be negative) among `claims`.

    The last running charger gets whatever is left, be it a shortage or more than its maximum.
    """
    queue = sorted(claims, key=lambda claim: (claim.order, claim.key))
    if len(queue) == 1:
        return {queue[0].key: surplus_w}
    running = [claim.key for claim in queue if claim.running]
    later_minimum_w = sum(claim.minimum_w for claim in queue if claim.running)
    left_w = surplus_w
    shares: dict[str, float] = {}
    for claim in queue:
        if claim.running:
            later_minimum_w -= claim.minimum_w
        share_w = left_w - later_minimum_w
        if claim.running:
            if claim.key != running[-1]:
                share_w = min(max(share_w, claim.minimum_w), claim.maximum_w)
            # What the last cannot take is there for one that is off: without it, it never starts.
            left_w -= min(share_w, claim.maximum_w)
        shares[claim.key] = share_w
    return shares
