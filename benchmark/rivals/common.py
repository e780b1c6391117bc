"""What several rival models share: clipping an offer, and how long something has been so."""

from benchmark.contract import Facts


def whole_offer(current_a: float, facts: Facts) -> int:
    """Return `current_a` cut to whole amps and to the charger's range; 0 below the minimum."""
    if current_a < facts.min_a:
        return 0
    return min(int(current_a), facts.max_a)


class Spell:
    """How long a condition has held without a break."""

    __slots__ = ("_since_s",)

    def __init__(self) -> None:
        """Start with the condition not seen yet."""
        self._since_s: float | None = None

    def lasted_s(self, now_s: float, *, so: bool) -> float:
        """Tell whether the condition is `so` now; return the seconds it has held, 0 if it broke."""
        if not so:
            self._since_s = None
            return 0.0
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s
