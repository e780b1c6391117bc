"""The value of a situation when only the statistics of the weather are known.

A stochastic dynamic programme over the same site as the optimum's: its state is the stored energy, the
contactor, and the state of the sky; the sky moves by a chain, the clear sky and the house's mean
load are known. What comes out is the worth of every situation, which a law can look up.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.ceiling_sky import STEP_S, SkyChain
from benchmark.optimum import Levels, between
from benchmark.optimum_model import (
    BatteryBounds,
    Flags,
    Floats,
    OptimumSite,
    by_step,
    earned,
    flow,
)
from benchmark.prices import Prices

type Values = NDArray[np.float32]
"""Euro by step, contactor, sky and level; half the memory of the optimum's."""

LEVELS: Final = 121
"""Points of stored energy; the planning error is dwarfed by the weather's."""
STRIDE_A: Final = 3
"""Planning considers every third current only; the law that follows the plan considers all."""
DARK_W: Final = 1.0
WH_PER_KWH: Final = 1000.0
S_PER_H: Final = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Prospect:
    """What is known of a day beforehand."""

    clear_w: Floats
    """Power under a clear sky, samples that cover the day."""
    house_w: Floats
    """Mean load of the house."""
    site: OptimumSite
    prices: Prices
    chain: SkyChain


def planned_currents(site: OptimumSite) -> NDArray[np.int64]:
    """Return the currents that planning considers: none, then from the minimum to the maximum."""
    amps = np.arange(site.min_a, site.max_a, STRIDE_A)
    return np.concatenate(([0], amps, [site.max_a]))


def expected_values(prospect: Prospect) -> Values:
    """Return euro for each (step, contactor, state of the sky, level), the day's end last."""
    site, chain = prospect.site, prospect.chain
    clear_w = by_step(prospect.clear_w, STEP_S).mean(axis=1)
    house_w = by_step(prospect.house_w, STEP_S).mean(axis=1)
    connected = _connected(site, len(clear_w))
    levels = Levels(site, LEVELS)
    values: Values = np.empty((len(clear_w) + 1, 2, len(chain.share), LEVELS), dtype=np.float32)
    values[-1] = prospect.prices.left * levels.kwh
    for step in range(len(clear_w) - 1, -1, -1):
        # without sun all skies are the same, so one row stands for all
        share = chain.share if clear_w[step] > DARK_W else chain.share[:1]
        after = np.matmul(chain.follows[: len(share)], values[step + 1].astype(np.float64))
        _one_step(
            prospect, share * clear_w[step], house_w[step], after, levels, values[step],
            may=bool(connected[step]),
        )  # fmt: skip
    return values


def _connected(site: OptimumSite, steps: int) -> Flags:
    if site.connected is None:
        return np.ones(steps, dtype=np.bool_)
    return np.asarray(by_step(site.connected.astype(np.float64), STEP_S).min(axis=1) > 0.0)


def _one_step(
    prospect: Prospect,
    sun_w: Floats,
    house_w: float,
    after: Floats,
    levels: Levels,
    out: Values,
    *,
    may: bool,
) -> None:
    """Fill the values of one step; axes are sky, level, current."""
    site, prices = prospect.site, prospect.prices
    car_w = site.car_w(planned_currents(site) if may else np.zeros(1, dtype=np.int64))
    stored = levels.kwh[None, :, None]
    bounds = BatteryBounds.at(stored, site, STEP_S)
    settled = flow(stored, bounds, sun_w[:, None, None], house_w + car_w, site, STEP_S)
    gain = earned(settled, prices, STEP_S)
    gain = gain + car_w * (prices.car * STEP_S / S_PER_H / WH_PER_KWH)
    below, share = levels.place(settled.stored_kwh)
    sky = np.arange(len(sun_w))[:, None, None]
    stay_open = (gain[..., :1] + _at(after[0], sky, below[..., :1], share[..., :1]))[..., 0]
    out[:] = stay_open
    if may:
        closed = (gain[..., 1:] + _at(after[1], sky, below[..., 1:], share[..., 1:])).max(axis=-1)
        out[0] = np.maximum(stay_open, closed - prices.closing)
        out[1] = np.maximum(stay_open, closed)


def _at(values: Floats, sky: NDArray[np.int64], below: NDArray[np.int64], share: Floats) -> Floats:
    """Return values (sky, level) at places between levels."""
    flat = values.reshape(-1)
    return between(flat, below + sky * values.shape[-1], share)
