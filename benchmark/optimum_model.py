"""The site as the optimum sees it: power flows that settle at once, energy in steps.

The same rules as the simulator's plant (`simulator/plant.py`) without the car's ramp and the climb of
a held-back solar charger; the delay of ESS is a loss, not a motion. What remains is what decides a day: battery losses (those of clouds within a step too),
charge limit and taper, the minimum level and how far above it ESS gives again, the inverter's rating,
and what may be fed in.
Powers in W, grid + = import, battery + = charging, energies in kWh.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.prices import Prices
from simulator.ess import GridLoop, LoopConfig

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

WH_PER_KWH: Final = 1000.0
S_PER_H: Final = 3600.0
GUARD_PCT: Final = 3.0
"""Once at the minimum, ESS discharges again only this much above it."""
SAME_KWH: Final = 1e-9
TINY: Final = 1e-9
"""Keeps the division by an empty taper span harmless."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OptimumSite:
    """What limits the optimum; the defaults are the reference site's and the simulator's."""

    battery_kwh: float = 8.0
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.95
    max_charge_w: float = 5000.0
    max_discharge_w: float = 5000.0
    taper_from_pct: float = 95.0
    """Above this the accepted power falls linearly to `taper_end_w` at 100 %."""
    taper_end_w: float = 150.0
    min_soc_pct: float = 10.0
    start_soc_pct: float = 40.0
    inverter_w: float = 5000.0
    setpoint_w: float = 50.0
    """Grid power that ESS regulates to."""
    ac_share: float = 0.0
    """Share of the array on the AC side."""
    feed_in: bool = True
    feed_in_cap_w: float | None = None
    volts: float = 235.0
    phases: int = 1
    """On which the car charges."""
    min_a: int = 6
    max_a: int = 32
    """The smaller of circuit, charger and car."""
    connected: Flags | None = None
    """For each sample of the day whether the car is plugged in; None = all day."""

    @property
    def floor_kwh(self) -> float:
        """Least energy the battery may hold."""
        return min(self.min_soc_pct, self.start_soc_pct) / 100.0 * self.battery_kwh

    @property
    def release_kwh(self) -> float:
        """Stored energy at which ESS gives again after having been at the minimum."""
        return min(self.min_soc_pct + GUARD_PCT, 100.0) / 100.0 * self.battery_kwh

    def guarded(self, stored_kwh: float, *, was: bool) -> bool:
        """Return whether ESS refuses to discharge, given whether it `was` refusing before."""
        if stored_kwh <= self.min_soc_pct / 100.0 * self.battery_kwh + SAME_KWH:
            return True
        return was and stored_kwh < self.release_kwh

    @property
    def start_kwh(self) -> float:
        """Stored energy at the start."""
        return self.start_soc_pct / 100.0 * self.battery_kwh

    @property
    def room_w(self) -> float:
        """The most that may be exported."""
        if not self.feed_in:
            return 0.0
        return float("inf") if self.feed_in_cap_w is None else self.feed_in_cap_w

    def choices_a(self) -> NDArray[np.int64]:
        """Return the currents that may be offered: 0 and whole amps from minimum to maximum."""
        return np.concatenate(([0], np.arange(self.min_a, self.max_a + 1)))

    def car_w(self, amps: NDArray[np.int64]) -> Floats:
        """Return the car's power at each current."""
        return np.asarray(amps * self.volts * self.phases, dtype=np.float64)


class Flow(NamedTuple):
    """Mean powers of one step and their consequences."""

    charge_w: Floats
    """Into the battery, >= 0."""
    discharge_w: Floats
    """Out of the battery, >= 0; under a broken sky both happen within one step."""
    import_w: Floats
    export_w: Floats
    """From and to the grid, >= 0; while ESS catches up with a load both happen in one step."""
    stored_kwh: Floats
    """At the end of the step."""


@dataclass(frozen=True, slots=True, eq=False)
class BatteryBounds:
    """What the battery accepts and gives at each stored energy, for one length of step."""

    accept_w: Floats
    give_w: Floats

    @classmethod
    def at(cls, stored_kwh: Floats, site: OptimumSite, step_s: float) -> BatteryBounds:
        """Work out the bounds; a step neither overfills the battery nor empties it too far."""
        per_kwh_w = WH_PER_KWH * S_PER_H / step_s
        soc_pct = stored_kwh / site.battery_kwh * 100.0
        span_pct = max(100.0 - site.taper_from_pct, TINY)
        slope = (site.max_charge_w - site.taper_end_w) / span_pct
        taper_w = site.max_charge_w - slope * np.maximum(soc_pct - site.taper_from_pct, 0.0)
        room_w = (site.battery_kwh - stored_kwh) * per_kwh_w / site.charge_efficiency
        above_kwh = stored_kwh - site.min_soc_pct / 100.0 * site.battery_kwh
        left_w = np.maximum(above_kwh, 0.0) * per_kwh_w * site.discharge_efficiency
        return cls(np.minimum(taper_w, room_w), np.minimum(site.max_discharge_w, left_w))


def flow(
    stored_kwh: Floats,
    bounds: BatteryBounds,
    sun_w: float | Floats,
    load_w: float | Floats,
    site: OptimumSite,
    step_s: float,
    swing_w: float | Floats = 0.0,
    lag_w: float = 0.0,
) -> Flow:
    """Settle one step: stored energies, loads (house and car) and sun may be arrays that broadcast.

    `swing_w` is what the battery takes and gives back within the step while it balances the site,
    `lag_w` what the grid does because ESS is late.
    """
    accept_w = bounds.accept_w
    dc_w = sun_w * (1.0 - site.ac_share)
    net_w: Any = load_w
    if site.ac_share > 0.0:
        need_w = load_w + np.maximum(accept_w - dc_w, 0.0) - site.setpoint_w + site.room_w
        net_w = load_w - np.minimum(sun_w * site.ac_share, np.maximum(need_w, 0.0))
    high_w = np.minimum(dc_w + bounds.give_w, site.inverter_w)
    low_w = -np.minimum(np.maximum(accept_w - dc_w, 0.0), site.inverter_w)
    inverter_w = np.maximum(net_w - site.setpoint_w, low_w)
    if site.feed_in and site.ac_share < 1.0:
        excess_w = np.minimum(dc_w - accept_w, net_w + site.room_w)
        inverter_w = np.maximum(inverter_w, excess_w)
    inverter_w = np.minimum(inverter_w, high_w)
    battery_w = np.minimum(dc_w - inverter_w, accept_w)  # what would be more is held back
    balancing = inverter_w == net_w - site.setpoint_w
    swing_w = np.minimum(np.where(balancing, swing_w, 0.0), bounds.give_w)
    charge_w = np.maximum(battery_w, 0.0) + swing_w
    discharge_w = np.maximum(-battery_w, 0.0) + swing_w
    gain_w = charge_w * site.charge_efficiency - discharge_w / site.discharge_efficiency
    after_kwh = stored_kwh + gain_w * (step_s / S_PER_H / WH_PER_KWH)
    grid_w = net_w - inverter_w
    late_w = np.where(balancing, lag_w, 0.0)
    import_w, export_w = np.maximum(grid_w, 0.0) + late_w, np.maximum(-grid_w, 0.0) + late_w
    return Flow(charge_w, discharge_w, import_w, export_w, after_kwh)


def swing(surplus_w: Floats, car_w: Floats) -> Floats:
    """Return W that flow into the battery and out again within each step, per step and car power.

    `surplus_w` has a row per step with its samples: sun less house plus the setpoint. A battery that
    balances the site takes the difference to the car's power in every second, not on average.
    """
    short_w = car_w[None, :, None] - surplus_w[:, None, :]
    mean_w = short_w.mean(axis=2)
    swings: Floats = np.maximum(short_w, 0.0).mean(axis=2) - np.maximum(mean_w, 0.0)
    return swings


def lag(net_w: Floats, setpoint_w: float) -> Floats:
    """Return W that are imported and exported in vain in each second, as ESS follows `net_w` late.

    `net_w` is the load that the Multi balances, one value a second; a battery that stands by for it
    cannot prevent that the grid takes the first seconds of every change.
    """
    loop = GridLoop(LoopConfig())
    grid_w = np.empty(len(net_w))
    before_w = float(net_w[0])
    loop.force(before_w - setpoint_w)
    for second, load_w in enumerate(net_w.tolist()):
        grid_w[second] = load_w - loop.step(before_w - setpoint_w, -np.inf, np.inf)
        before_w = load_w
    return np.maximum(-grid_w, 0.0)


def earned(settled: Flow, prices: Prices, step_s: float) -> Floats:
    """Return euro of one step without what the car got: export less import less wear."""
    eur = settled.export_w * prices.sold - settled.import_w * prices.bought
    eur = eur - settled.discharge_w * prices.wear
    return np.asarray(eur * (step_s / S_PER_H / WH_PER_KWH))


def by_step(samples: Floats, step_s: int, day_s: int = 86_400) -> Floats:
    """Return samples that cover a day evenly, a row per step; ValueError if they do not fit."""
    if not len(samples) or day_s % len(samples):
        raise ValueError(f"{len(samples)} samples do not divide a day of {day_s} s")
    sample_s = day_s // len(samples)
    if step_s % sample_s or day_s % step_s:
        raise ValueError(f"steps of {step_s} s do not fit samples of {sample_s} s")
    return samples.reshape(-1, step_s // sample_s)
