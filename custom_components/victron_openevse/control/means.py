"""Means of powers that fade: one-pole filters, exact for a value held since the last one.

A broken register may say anything for a moment. What it said must not outlive it by an hour, so a value
counts in a mean only as far as it may be true.
"""

from math import exp
from typing import Final

MOST_W: Final = 60_000.0
"""Of either sign: 80 A on three phases, the most that a house of this kind is connected with."""


def believed(value_w: float) -> float:
    """Give what of a power may be true, W."""
    return max(-MOST_W, min(MOST_W, value_w))


def fade(mean_w: float, value_w: float, dt_s: float, tau_s: float) -> float:
    """Give the mean after `value_w` was held for `dt_s` >= 0, with time constant `tau_s`, W and s."""
    return mean_w + (believed(value_w) - mean_w) * (1.0 - exp(-dt_s / tau_s))
