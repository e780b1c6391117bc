"""The stochastic sky: what share of a clear sky's power arrives, second by second.

A day has a *kind* (clear, fair, broken, showers, front, overcast). The kind sets how a chain of
*regimes* moves; a regime lasts an hour or two and says how much of the time clouds cover the sun,
how long they take to pass and how much light they let through. Within a regime clouds and gaps
follow each other:

* lengths are lognormal, so that many are short (ten seconds) and a few are long (half an hour), as
  in one-second records of irradiance;
* edges last 3..40 s, a cloud's own; just beside a cloud the light is up to a fifth brighter than
  the clear sky (reflection at its rim), which fades within a minute;
* light under a cloud is drawn per cloud; under a closed cover it wanders over minutes instead.

A thin veil that wanders over half an hour lies over everything. The same seed gives the same sky.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.random import Generator

from benchmark.cache import Floats

DAY_S: Final = 86_400

type SkyKind = Literal["clear", "fair", "broken", "showers", "front", "overcast"]


@dataclass(frozen=True, slots=True)
class Regime:
    """How clouds pass for an hour or two."""

    cover: float
    """Share of the time in shadow."""
    cloud_s: float
    """Median time a cloud takes to pass."""
    light: tuple[float, float]
    """Range of the share of light that a cloud lets through."""


REGIMES: Final[dict[str, Regime]] = {
    "blue": Regime(0.0, 60.0, (0.6, 0.9)),
    "few": Regime(0.12, 70.0, (0.25, 0.75)),
    "scattered": Regime(0.35, 120.0, (0.2, 0.65)),
    "broken": Regime(0.65, 240.0, (0.15, 0.55)),
    "tower": Regime(0.55, 700.0, (0.05, 0.25)),
    "closed": Regime(1.0, 1800.0, (0.06, 0.35)),
}

CHAINS: Final[dict[SkyKind, dict[str, float]]] = {
    "clear": {"blue": 0.85, "few": 0.15},
    "fair": {"blue": 0.3, "few": 0.4, "scattered": 0.3},
    "broken": {"few": 0.2, "scattered": 0.4, "broken": 0.4},
    "showers": {"few": 0.3, "scattered": 0.2, "tower": 0.4, "closed": 0.1},
    "front": {"blue": 0.35, "broken": 0.15, "closed": 0.5},
    "overcast": {"closed": 0.8, "broken": 0.2},
}
"""How often a kind of day draws each regime."""

REGIME_S: Final = 5400.0
"""Mean length of a regime; the shortest is a sixth of it."""
LENGTH_SPREAD: Final = 0.9
"""Standard deviation of the logarithm of the lengths of clouds and gaps."""
SHORTEST_S: Final = 5.0
EDGE_S: Final = (3.0, 40.0)
RIM_S: Final = 45.0
"""Time in which the brightness beside a cloud fades."""
RIM_GAIN: Final = 0.2
"""Most that the light beside a cloud exceeds the clear sky."""
COVER_STEP_S: Final = 120.0
"""Spacing of the points between which light under a closed cover wanders."""
VEIL_STEP_S: Final = 900.0
VEIL_MEAN: Final = 0.04
"""What the thin veil takes away on average."""


def clearness(kind: SkyKind, seed: int) -> Floats:
    """Return the share of the clear sky's power for each second of a day."""
    rng = np.random.default_rng([seed, list(CHAINS).index(kind)])
    at_s: list[float] = [0.0]
    light: list[float] = [1.0]
    while at_s[-1] < DAY_S:
        _pass_regime(_draw_regime(kind, rng), rng, at_s, light)
    shares: Floats = np.interp(np.arange(DAY_S), at_s, light)
    return shares * _veil(rng)


def _draw_regime(kind: SkyKind, rng: Generator) -> Regime:
    chain = CHAINS[kind]
    return REGIMES[str(rng.choice(list(chain), p=list(chain.values())))]


def _pass_regime(regime: Regime, rng: Generator, at_s: list[float], light: list[float]) -> None:
    """Append the points of one regime."""
    end_s = at_s[-1] + REGIME_S / 6 + float(rng.exponential(REGIME_S * 5 / 6))
    if regime.cover >= 1.0:
        _pass_closed(regime, rng, end_s, at_s, light)
        return
    if regime.cover <= 0.0:
        _add(at_s, light, end_s, 1.0)
        return
    gap_s = regime.cloud_s * (1.0 - regime.cover) / regime.cover
    while at_s[-1] < end_s:
        _pass_gap(_length_s(gap_s, rng), rng, at_s, light)
        _pass_cloud(_length_s(regime.cloud_s, rng), regime, rng, at_s, light)


def _pass_closed(
    regime: Regime, rng: Generator, end_s: float, at_s: list[float], light: list[float]
) -> None:
    """Light wanders within the regime's range, never jumps."""
    low, high = regime.light
    level = float(rng.uniform(low, high))
    while at_s[-1] < end_s:
        level = min(high, max(low, level + float(rng.normal(0.0, 0.12 * (high - low)))))
        _add(at_s, light, at_s[-1] + COVER_STEP_S, level)


def _pass_gap(length_s: float, rng: Generator, at_s: list[float], light: list[float]) -> None:
    """Bright at both rims, the clear sky between them."""
    start_s, rim = at_s[-1], float(rng.uniform(0.0, RIM_GAIN))
    fade_s = min(RIM_S, length_s / 3)
    _add(at_s, light, start_s + float(rng.uniform(*EDGE_S)), 1.0 + rim)
    opened_s = at_s[-1]
    _add(at_s, light, opened_s + fade_s, 1.0)
    _add(at_s, light, opened_s + length_s - fade_s, 1.0)
    _add(at_s, light, opened_s + length_s, 1.0 + rim)


def _pass_cloud(
    length_s: float, regime: Regime, rng: Generator, at_s: list[float], light: list[float]
) -> None:
    level = float(rng.uniform(*regime.light))
    ripple = float(rng.uniform(0.9, 1.1))  # the two ends of a cloud are not equally thick
    _add(at_s, light, at_s[-1] + float(rng.uniform(*EDGE_S)), level)
    _add(at_s, light, at_s[-1] + length_s, level * ripple)


def _length_s(median_s: float, rng: Generator) -> float:
    return max(SHORTEST_S, median_s * float(np.exp(rng.normal(0.0, LENGTH_SPREAD))))


def _add(at_s: list[float], light: list[float], when_s: float, level: float) -> None:
    at_s.append(max(when_s, at_s[-1] + 1.0))
    light.append(level)


def _veil(rng: Generator) -> Floats:
    """Return what the thin veil leaves, for each second."""
    steps = np.arange(0.0, DAY_S + VEIL_STEP_S, VEIL_STEP_S)
    taken = np.abs(np.cumsum(rng.normal(0.0, VEIL_MEAN / 3, len(steps))) + VEIL_MEAN) % 0.3
    veil: Floats = np.interp(np.arange(DAY_S), steps, 1.0 - taken)
    return veil
