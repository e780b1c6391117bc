"""What grid, battery and sun of the site did at the steps of a commissioning check.

The car's step must show in `grid - battery + sun`, whoever carries it. Which sign grid and battery have
is counted step by step; a sign is called wrong only when nearly every step says so, and when the
powers add up with that sign turned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from .commissioning_record import CheckSample
from .commissioning_series import (
    Spread,
    Value,
    changes,
    jumps,
    knocks,
    lag_s,
    near_changes,
    plateaus,
    spread,
)

QUIET_PART: Final = 0.25
"""Steps that differ by more than this part of their height are too noisy to tell anything."""

ABSENT_PART: Final = 0.25
"""What moves by less than this part of a step did not see it."""

PRESENT_PART: Final = 0.5
"""What moves by at least this part of it did."""

MOVED_PART: Final = 0.2
"""A power that moved by this part of a step, and stays there, carries some of it."""

KNOCK_PART: Final = 0.12
"""A grid that the ESS relieves at once is still knocked by this part, as the mean of 20 s."""

FIT_PART: Final = 0.35
"""With the right signs the powers add up to the step within this part."""

STIR_PART: Final = 0.15
"""A load of the house that switches by this part of a step stirs what is measured."""

STIRS: Final = 4
"""A kettle stirs so often, on and off, each amid a step and between two; more is a house that does not
rest, and may keep time with the steps by chance."""

CALM_STIRS: Final = 1
"""What is to be blamed on a meter needs a calmer house than what is found to be right."""

MOST: Final = 4
"""Of six steps: so many agree ..."""

STRAY: Final = 1
"""... and so many may say the opposite: a kettle."""


class Sign(Enum):
    """What the steps say about the sign of a power."""

    RIGHT = auto()
    WRONG = auto()
    STILL = auto()
    """It moved too little or too rarely."""
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What grid, battery and sun did, with the signs that were found."""

    grid: Sign
    battery: Sign
    grid_w: Spread
    battery_w: Spread
    seen: Spread
    """The step as the site saw it, W."""
    step_w: float
    """The step as the charger reported it, W."""
    near_w: float
    """The same, seen in the first seconds after the steps."""
    stirs: int
    """How often something else switched, or a step differed from the others."""

    @property
    def calm(self) -> bool:
        """Whether the house rested so well that something may be called wrong."""
        return self.stirs <= CALM_STIRS

    @property
    def quiet(self) -> bool:
        """Whether the steps agree, near and far, and the house rested between them."""
        off_w = max(self.seen.width, abs(self.near_w - self.seen.middle))
        return off_w <= QUIET_PART * self.step_w and self.stirs <= STIRS

    @property
    def still(self) -> bool:
        """Whether nothing moved with the car."""
        moved = abs(self.seen.middle) >= ABSENT_PART * self.step_w
        return not moved and self.grid is self.battery is Sign.STILL

    @property
    def contradictory(self) -> bool:
        """Whether the steps do not agree on a sign."""
        return Sign.UNCLEAR in (self.grid, self.battery)

    @property
    def sees(self) -> bool:
        """Whether the step shows, and clearly."""
        if self.contradictory:
            return False
        return self.quiet and self.seen.middle >= ABSENT_PART * self.step_w


def look_at_site(samples: Sequence[CheckSample], steps: int, step_w: float) -> Site:
    """Find the signs, and what the site saw of the step with them."""
    grid_levels = plateaus(samples, steps, _grid_w) or (0.0,) * steps
    battery_levels = plateaus(samples, steps, _battery_w) or (0.0,) * steps
    pv_levels = plateaus(samples, steps, lambda item: item.pv_w) or (0.0,) * steps
    grid_w, battery_w, pv_w = changes(grid_levels), changes(battery_levels), changes(pv_levels)
    knocked_w = knocks(samples, grid_levels, _grid_w)
    grid = _sign([_vote(*one, step_w) for one in zip(grid_w, knocked_w, strict=True)])
    battery = _sign([_vote(-one, 0.0, step_w) for one in battery_w])
    seen_w = [
        turn_of(grid) * one_w - turn_of(battery) * other_w + sun_w
        for one_w, other_w, sun_w in zip(grid_w, battery_w, pv_w, strict=True)
    ]
    seen = spread(seen_w)
    balance = _balance(grid, battery)
    near_w = near_changes(samples, steps, balance)
    stirs = jumps(samples, steps, balance, STIR_PART * step_w)
    stirs += sum(abs(one_w - seen.middle) > QUIET_PART * step_w for one_w in seen_w)
    if abs(seen.middle - step_w) > FIT_PART * step_w:
        # Powers that do not add up with a sign turned are no evidence against it.
        grid = Sign.UNCLEAR if grid is Sign.WRONG else grid
        battery = Sign.UNCLEAR if battery is Sign.WRONG else battery
    moved = grid_w if abs(spread(grid_w).middle) >= MOVED_PART * step_w else knocked_w
    return Site(
        grid=grid,
        battery=battery,
        grid_w=spread(moved),
        battery_w=spread(battery_w),
        seen=seen,
        step_w=step_w,
        near_w=spread(near_w).middle if len(near_w) >= MOST else seen.middle,
        stirs=stirs,
    )


def _vote(stayed_w: float, knocked_w: float, step_w: float) -> int:
    """What one step says of a power that should follow the car: 1 it does, -1 the opposite."""
    if abs(stayed_w) >= MOVED_PART * step_w:
        return 1 if stayed_w > 0.0 else -1
    if abs(knocked_w) >= KNOCK_PART * step_w:
        return 1 if knocked_w > 0.0 else -1
    return 0


def _sign(votes: Sequence[int]) -> Sign:
    right, wrong = votes.count(1), votes.count(-1)
    if wrong <= STRAY:
        return Sign.RIGHT if right >= MOST else Sign.STILL
    return Sign.WRONG if wrong >= MOST and right <= STRAY else Sign.UNCLEAR


def turn_of(sign: Sign) -> float:
    """Give what a power must be multiplied with to have the sign it should."""
    return -1.0 if sign is Sign.WRONG else 1.0


def figures_of(samples: Sequence[CheckSample], steps: int, site: Site) -> dict[str, float]:
    """Give what was measured: powers per step, and how late each of them was."""
    figures = {
        "step_w": site.step_w,
        "seen_w": site.seen.middle,
        "noise_w": site.seen.width,
        "grid_moved_w": site.grid_w.middle,
        "battery_moved_w": site.battery_w.middle,
    }
    consumption = plateaus(samples, steps, lambda item: item.consumption_w)
    if consumption is not None:
        figures["consumption_moved_w"] = spread(changes(consumption)).middle
    return figures | _lags(samples, steps, site)


def _lags(samples: Sequence[CheckSample], steps: int, site: Site) -> dict[str, float]:
    """Give the times from command to charger, from there to the site, and on to the battery, s."""
    least_w = PRESENT_PART * site.step_w
    charger_s, site_s, battery_s = (
        lag_s(samples, levels, value, least_w)
        if (levels := plateaus(samples, steps, value)) is not None
        else None
        for value in (charging_power, _balance(site.grid, site.battery), _carried(site))
    )
    lags: dict[str, float] = {}
    if charger_s is not None:
        lags["command_lag_s"] = charger_s
    if charger_s is not None and site_s is not None:
        lags["meter_lag_s"] = site_s - charger_s
    if site_s is not None and battery_s is not None:
        lags["takeover_s"] = battery_s - site_s
    return lags


def _balance(grid: Sign, battery: Sign) -> Value:
    """All loads, by grid, battery and sun."""
    of_grid, of_battery = turn_of(grid), turn_of(battery)
    return lambda item: of_grid * item.grid_w - of_battery * item.battery_w + (item.pv_w or 0.0)


def _carried(site: Site) -> Value:
    """What the battery gives."""
    battery = turn_of(site.battery)
    return lambda item: -battery * item.battery_w


def charging_power(item: CheckSample) -> float:
    """Give what the charger reports, W."""
    return item.charging_w


def _grid_w(item: CheckSample) -> float:
    return item.grid_w


def _battery_w(item: CheckSample) -> float:
    return item.battery_w
