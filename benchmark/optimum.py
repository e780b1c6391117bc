"""The best that could have been done: a dynamic programme that knows the whole day.

State: stored energy on a fine grid, whether the contactor is closed, and whether ESS still waits above
its minimum. Choice in each step: no
current or any whole amp of the charger's range; closing costs, nothing has to dwell. The programme
runs backwards with the energy between grid points interpolated; then its policy is played forward
with the exact energy, so the value that is reported has been achieved, not interpolated. The policy
itself answers at any level of the battery, so it can also be followed on another plant.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.optimum_model import (
    BatteryBounds,
    Flags,
    Floats,
    Flow,
    OptimumSite,
    by_step,
    earned,
    flow,
    lag,
    swing,
)
from benchmark.prices import Ledger, Prices, value

STEP_S: Final = 60
"""Length of a step: clouds of minutes matter, shorter ones the battery bridges."""
LEVELS: Final = 641
"""Points of stored energy; twice as many change the value by about 0.1 %."""
WH_PER_KWH: Final = 1000.0
S_PER_H: Final = 3600.0
SAME_EUR: Final = 1e-9
"""Choices that differ by less are equal, and the smaller current is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The best day, in money against the same day without a car."""

    value: float
    """Euro."""
    amps: NDArray[np.int64]
    """Offered current of each step."""
    soc_pct: Floats
    """Battery level at the start of each step, and at the end."""
    day: Ledger
    without_car: Ledger
    step_s: int


class Levels:
    """The grid of stored energy, and looking up values between its points."""

    def __init__(self, site: OptimumSite, count: int) -> None:
        """Spread `count` points from the battery's floor to full."""
        self.kwh = np.linspace(site.floor_kwh, site.battery_kwh, count)
        self._low_kwh = site.floor_kwh
        self._per_kwh = (count - 1) / (site.battery_kwh - site.floor_kwh)
        self._last = count - 2

    def place(self, stored_kwh: Floats) -> tuple[NDArray[np.int64], Floats]:
        """Return the point below each energy and the share of the way to the next."""
        position = (stored_kwh - self._low_kwh) * self._per_kwh
        below = np.clip(position.astype(np.int64), 0, self._last)
        return below, position - below


def between(values: Floats, below: NDArray[np.int64], share: Floats) -> Floats:
    """Return the values at places between grid points."""
    low = values[below]
    return np.asarray(low + (values[below + 1] - low) * share)


@dataclass(frozen=True, slots=True, eq=False)
class _Day:
    """The weather, the site and the choices, cut into steps."""

    sun_w: Floats
    house_w: Floats
    swing_w: Floats
    """For each step and choice, see `optimum_model.swing`."""
    lag_w: Floats
    """For each step, see `optimum_model.lag`."""
    connected: Flags
    site: OptimumSite
    prices: Prices
    step_s: int
    levels: Levels
    choices_a: NDArray[np.int64]
    choices_w: Floats
    car_eur: Floats
    """Worth of one step in the car at each choice."""

    @property
    def steps(self) -> int:
        return len(self.sun_w)

    def without_car(self) -> _Day:
        """Return the same day with the car away."""
        return replace(self, connected=np.zeros_like(self.connected))


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """What is best to offer in each step, whatever the battery holds by then."""

    day: _Day
    values: Floats
    """See `_backward`."""

    @property
    def site(self) -> OptimumSite:
        """The site that it is made for."""
        return self.day.site

    def current_a(self, step: int, stored_kwh: float, *, closed: bool, held: bool) -> int:
        """Return the current to offer in a step, A; 0 = none.

        `closed` is the contactor before the step, `held` whether ESS refuses to discharge.
        """
        stored = np.array([[max(stored_kwh, self.site.floor_kwh)]])
        picked, _ = _pick(self.day, step, stored, self.values, closed=closed, held=held)
        return int(self.day.choices_a[picked])


def best_value(
    pv_w: Floats,
    house_w: Floats,
    site: OptimumSite,
    prices: Prices,
    *,
    step_s: int = STEP_S,
    levels: int = LEVELS,
) -> Optimum:
    """Return the best day for samples of available sun and of the house that cover 24 h evenly.

    Raises ValueError when samples and steps do not fit.
    """
    return played(best_policy(pv_w, house_w, site, prices, step_s=step_s, levels=levels))


def best_policy(
    pv_w: Floats,
    house_w: Floats,
    site: OptimumSite,
    prices: Prices,
    *,
    step_s: int = STEP_S,
    levels: int = LEVELS,
) -> Policy:
    """Return the policy behind the best day; arguments and errors as for `best_value`."""
    day = _cut(pv_w, house_w, site, prices, step_s, Levels(site, levels))
    return Policy(day, _backward(day))


def played(policy: Policy) -> Optimum:
    """Return the day that a policy makes."""
    day = policy.day
    amps, stored_kwh, ledger = _forward(day, policy.values)
    nothing = np.broadcast_to(0.0, policy.values.shape)
    _, _, without_car = _forward(day.without_car(), nothing)
    return Optimum(
        value=value(ledger, without_car, day.prices),
        amps=amps,
        soc_pct=stored_kwh / day.site.battery_kwh * 100.0,
        day=ledger,
        without_car=without_car,
        step_s=day.step_s,
    )


def _cut(
    pv_w: Floats,
    house_w: Floats,
    site: OptimumSite,
    prices: Prices,
    step_s: int,
    levels: Levels,
) -> _Day:
    sun_w, load_w = by_step(pv_w, step_s), by_step(house_w, step_s)
    if sun_w.shape != load_w.shape:  # samples of different lengths: means will do
        sun_w, load_w = sun_w.mean(axis=1)[:, None], load_w.mean(axis=1)[:, None]
    if site.connected is None:
        connected = np.ones(len(sun_w), dtype=np.bool_)
    else:
        # plugged in for a part of the step is not plugged in
        connected = by_step(site.connected.astype(np.float64), step_s).min(axis=1) > 0.0
    choices_a = site.choices_a()
    choices_w = site.car_w(choices_a)
    return _Day(
        sun_w=sun_w.mean(axis=1),
        house_w=load_w.mean(axis=1),
        swing_w=swing(sun_w - load_w + site.setpoint_w, choices_w),
        lag_w=_lag_w(load_w - sun_w * site.ac_share, site, step_s),
        connected=connected,
        site=site,
        prices=prices,
        step_s=step_s,
        levels=levels,
        choices_a=choices_a,
        choices_w=choices_w,
        car_eur=choices_w * (prices.car * step_s / S_PER_H / WH_PER_KWH),
    )


def _lag_w(net_w: Floats, site: OptimumSite, step_s: int) -> Floats:
    """Return the mean loss to the delay of ESS in each step; unknown, so none, for coarse samples."""
    if net_w.shape[1] != step_s:
        return np.zeros(len(net_w))
    return np.asarray(lag(net_w.ravel(), site.setpoint_w).reshape(net_w.shape).mean(axis=1))


def _options(
    day: _Day, step: int, stored_kwh: Floats, bounds: BatteryBounds, after: Floats
) -> tuple[Flow, Floats]:
    """Settle every choice for a column of energies; its worth is that of the step and of the rest.

    The price of closing is not in it. `after` holds the values behind the step by contactor and level.
    """
    may = len(day.choices_w) if day.connected[step] else 1
    load_w = day.house_w[step] + day.choices_w[:may]
    sun_w, swing_w = day.sun_w[step], day.swing_w[step, :may]
    lag_w = float(day.lag_w[step])
    settled = flow(stored_kwh, bounds, sun_w, load_w, day.site, day.step_s, swing_w, lag_w)
    worth = earned(settled, day.prices, day.step_s) + day.car_eur[:may]
    below, share = day.levels.place(settled.stored_kwh)
    worth[:, :1] += between(after[0], below[:, :1], share[:, :1])
    worth[:, 1:] += between(after[1], below[:, 1:], share[:, 1:])
    return settled, worth


def _values(
    day: _Day, step: int, stored_kwh: Floats, bounds: BatteryBounds, after: Floats
) -> Floats:
    """Return what a step and the rest are worth at best, by contactor and level."""
    _, worth = _options(day, step, stored_kwh, bounds, after)
    stay = worth[:, 0]
    if worth.shape[1] == 1:
        return np.stack((stay, stay))
    closed = worth[:, 1:].max(axis=1)
    return np.stack((np.maximum(stay, closed - day.prices.closing), np.maximum(stay, closed)))


def _backward(day: _Day) -> Floats:
    """Return the value of each (step, guard, contactor, level), euro; the day's end last.

    Only below the release level the guard matters; at the minimum itself it is always on.
    """
    kwh, site = day.levels.kwh, day.site
    free = BatteryBounds.at(kwh[:, None], site, day.step_s)
    low = int(np.searchsorted(kwh, site.release_kwh))
    held = BatteryBounds(free.accept_w[:low], np.zeros_like(free.give_w[:low]))
    values = np.empty((day.steps + 1, 2, 2, len(kwh)))
    values[-1] = day.prices.left * kwh
    for step in range(day.steps - 1, -1, -1):
        values[step] = _values(day, step, kwh[:, None], free, values[step + 1, 0])
        values[step, 1, :, :low] = _values(day, step, kwh[:low, None], held, values[step + 1, 1])
        values[step, 0, :, 0] = values[step, 1, :, 0]
    return values


def _pick(
    day: _Day, step: int, stored_kwh: Floats, values: Floats, *, closed: bool, held: bool
) -> tuple[int, Flow]:
    """Return the place of the best choice of a step for one energy, and where the choices lead."""
    bounds = BatteryBounds.at(stored_kwh, day.site, day.step_s)
    if held:
        bounds = BatteryBounds(bounds.accept_w, np.zeros((1, 1)))
    settled, worth = _options(day, step, stored_kwh, bounds, values[step + 1, int(held)])
    worth[0, 1:] -= 0.0 if closed else day.prices.closing
    return int(np.argmax(worth[0] > worth[0].max() - SAME_EUR)), settled


def _forward(day: _Day, values: Floats) -> tuple[NDArray[np.int64], Floats, Ledger]:
    """Play the policy with exact energies; return currents, stored energies and the sums."""
    site = day.site
    amps = np.zeros(day.steps, dtype=np.int64)
    stored = np.empty(day.steps + 1)
    stored[0] = site.start_kwh
    sums = np.zeros(3)
    picked, held = 0, False
    for step in range(day.steps):
        now_kwh = stored[step : step + 1, None]
        held = site.guarded(float(stored[step]), was=held)
        picked, settled = _pick(day, step, now_kwh, values, closed=picked > 0, held=held)
        amps[step] = day.choices_a[picked]
        stored[step + 1] = settled.stored_kwh[0, picked]
        flows = (settled.import_w, settled.export_w, settled.discharge_w)
        sums += [column[0, picked] for column in flows]
    return amps, stored, _book(day, amps, float(stored[-1]), sums)


def _book(day: _Day, amps: NDArray[np.int64], left_kwh: float, sums: Floats) -> Ledger:
    """Add up a day from the currents and the sums of import, export and discharge."""
    kwh_per_w = day.step_s / S_PER_H / WH_PER_KWH
    imported, exported, discharged = (sums * kwh_per_w).tolist()
    closed = amps > 0
    return Ledger(
        car=float(day.site.car_w(amps).sum()) * kwh_per_w,
        imported=imported,
        exported=exported,
        discharged=discharged,
        left=left_kwh,
        closings=int(closed[0]) + int((closed[1:] & ~closed[:-1]).sum()),
    )
