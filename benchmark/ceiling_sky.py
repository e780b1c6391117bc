"""What a controller can know of the weather: a Markov chain of clearness, learned beforehand.

Clearness is the share of the clear sky's power that arrives. A state holds its mean over the last
minutes (which cloud is there) and over the last hour (what kind of day it is). The chain is counted
on skies of the benchmark's own generator with seeds that no site-day has, so it knows the statistics
of the weather and nothing of the day.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.cache import Floats
from benchmark.clouds import clearness
from benchmark.standard import SKIES

STEP_S: Final = 300
"""A step of the chain, and of the programme that plans with it."""
FAST_EDGES: Final = (0.15, 0.3, 0.45, 0.6, 0.75, 0.88, 0.97)
"""Bounds between the classes of clearness over one step."""
SLOW_EDGES: Final = (0.3, 0.5, 0.7, 0.85)
"""Bounds between the classes of the hour's mean."""
SLOW_S: Final = 3600.0
"""Time constant of that mean."""
SLOW_WEIGHT: Final = 1.0 - float(np.exp(-STEP_S / SLOW_S))
FIRST_SEED: Final = 900_000
"""Far from every seed of the standard set."""
SKIES_EACH: Final = 12
"""Days counted for each entry of the standard mix of skies: 55 000 transitions."""
PRIOR: Final = 0.5
"""Transitions from a state to itself assumed before counting: what is seldom seen mostly stays."""


@dataclass(frozen=True, slots=True, eq=False)
class SkyChain:
    """States of clearness with what they mean and where they lead."""

    share: Floats
    """Mean clearness in each state."""
    follows: Floats
    """Probability of each state (column) after each state (row)."""


def state_of(fast: Floats, slow: Floats) -> NDArray[np.int64]:
    """Return the states of clearness over a step and over an hour."""
    fast_class, slow_class = np.digitize(fast, FAST_EDGES), np.digitize(slow, SLOW_EDGES)
    return np.asarray(slow_class * (len(FAST_EDGES) + 1) + fast_class)


def slow_mean(fast: Floats) -> Floats:
    """Return the hour's mean at each step, starting from the first clearness."""
    slow = np.empty(len(fast))
    mean = float(fast[0])
    for step, share in enumerate(fast.tolist()):
        mean += (share - mean) * SLOW_WEIGHT
        slow[step] = mean
    return slow


@cache
def learned_chain() -> SkyChain:
    """Count the chain once."""
    count = (len(FAST_EDGES) + 1) * (len(SLOW_EDGES) + 1)
    moves, light, visits = np.zeros((count, count)), np.zeros(count), np.zeros(count)
    for number, kind in enumerate(SKIES):
        for day in range(SKIES_EACH):
            seed = FIRST_SEED + number * SKIES_EACH + day
            fast = clearness(kind, seed).reshape(-1, STEP_S).mean(axis=1)
            states = state_of(fast, slow_mean(fast))
            np.add.at(moves, (states[:-1], states[1:]), 1.0)
            np.add.at(light, states, fast)
            np.add.at(visits, states, 1.0)
    moves += PRIOR * np.eye(count)
    share = np.where(visits > 0.0, light / np.maximum(visits, 1.0), _middles())
    return SkyChain(share=share, follows=moves / moves.sum(axis=1, keepdims=True))


def _middles() -> Floats:
    """Return the middle of each state's class, for states that were never seen."""
    edges = np.array([0.0, *FAST_EDGES, 1.1])
    return np.tile((edges[:-1] + edges[1:]) / 2.0, len(SLOW_EDGES) + 1)
