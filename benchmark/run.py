"""Runs one site-day under one law and books what happened.

The plant steps once a second; the law is asked every `period_s` seconds and sees meters one second
old; its answer is held to the limits that every law has. What the car cost is the difference to the
same day without a car (the baseline), which is kept in the cache.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Final

import numpy as np

from benchmark import cache
from benchmark.contract import Facts, Law, Observation
from benchmark.days import DAY_S, START_S
from benchmark.engine import PHYSICS, world_class
from benchmark.kernel import World
from benchmark.prices import Ledger
from benchmark.sites import Case
from custom_components.victron_openevse.control.model import Priority

WS_PER_KWH: Final = 3.6e6
WS_PER_WH: Final = 3600.0
S_PER_H: Final = 3600.0

type MakeLaw = Callable[[Facts], Law]


class WatchedFacts(Facts):
    """Facts that notice whether the priority was asked for: who never asks runs once for all."""

    asked: ClassVar[bool] = False

    def __getattribute__(self, name: str) -> object:
        """Hand out a fact."""
        if name == "priority":
            WatchedFacts.asked = True
        return super().__getattribute__(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The day without a car."""

    ledger: Ledger
    grid_w: cache.Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a law made of a site-day. Energies are kWh unless the name says Wh."""

    ledger: Ledger
    without_car: Ledger
    charging_h: float
    changes: int
    """Changes from one offered current to another while charging."""
    from_sun: float
    from_battery: float
    from_grid: float
    """The car's energy by origin, second by second."""
    grid_caused_wh: float
    """Import while charging that the day without a car does not have."""
    discharge_caused: float
    """Energy out of the battery that the day without a car does not have."""
    night_caused: float
    """Import while not charging that the day without a car does not have: what the car took from
    the battery and the house bought back."""
    curtailed: float
    import_peak_w: float
    """Highest import of any second in which the car charges."""
    asked_priority: bool
    """Whether the law looked at the priority."""

    @property
    def changes_per_h(self) -> float:
        """Changes of the offered current per hour of charging."""
        return self.changes / self.charging_h if self.charging_h else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """The day second by second, for plots."""

    sun_w: cache.Floats
    solar_w: cache.Floats
    house_w: cache.Floats
    car_w: cache.Floats
    grid_w: cache.Floats
    battery_w: cache.Floats
    soc_pct: cache.Floats
    offered_a: cache.Floats


def run(case: Case, make: MakeLaw, priority: Priority) -> Outcome:
    """Live one site-day with a law made anew."""
    world, asked = _live(case, make, priority)
    return _book(case, world, baseline(case), asked=asked)


def run_with_curves(case: Case, make: MakeLaw, priority: Priority) -> tuple[Outcome, Curves]:
    """Live one site-day and keep its curves."""
    world, asked = _live(case, make, priority)
    curves = Curves(
        sun_w=_powers(case)[0],
        house_w=_powers(case)[1],
        solar_w=np.array(world.solar_w),
        car_w=np.array(world.car_w),
        grid_w=np.array(world.grid_w),
        battery_w=np.array(world.battery_w),
        soc_pct=np.array(world.soc_pct),
        offered_a=np.array(world.offered_a, dtype=float),
    )
    return _book(case, world, baseline(case), asked=asked), curves


def baseline(case: Case) -> Baseline:
    """Return the day without a car, from the cache where it has been lived before."""
    return _baseline(replace(case, window=replace(case.window, name="none")))


@lru_cache(maxsize=4)
def _baseline(case: Case) -> Baseline:
    pv_w, house_w = _powers(case)
    site = replace(case.site, name="", max_a=32, car_limit_a=32.0, car_phases=1)
    name = "without-car-" + cache.digest(PHYSICS, site, pv_w.tobytes(), house_w.tobytes())

    def make() -> dict[str, cache.Floats]:
        world = _world(case)
        world.advance(DAY_S)
        ledger = _ledger(case, world)
        sums = [ledger.imported, ledger.exported, ledger.discharged, ledger.left]
        return {"grid_w": np.array(world.grid_w), "sums": np.array(sums)}

    kept = cache.arrays(name, make)
    imported, exported, discharged, left = kept["sums"].tolist()
    ledger = Ledger(imported=imported, exported=exported, discharged=discharged, left=left)
    return Baseline(ledger=ledger, grid_w=kept["grid_w"])


@lru_cache(maxsize=4)
def _powers(case: Case) -> tuple[cache.Floats, cache.Floats]:
    return case.pv_w(), case.house_w()


def _world(case: Case) -> World:
    pv_w, house_w = _powers(case)
    return world_class()(case, pv_w.tolist(), house_w.tolist())


def _live(case: Case, make: MakeLaw, priority: Priority) -> tuple[World, bool]:
    """Live the day; also tell whether the law asked for the priority."""
    facts = case.facts(priority)
    watched = WatchedFacts(**{name: getattr(facts, name) for name in Facts.__slots__})
    WatchedFacts.asked = False
    law, world, offered_a = make(watched), _world(case), 0
    while world.time_s < DAY_S:
        world.advance(min(law.period_s, DAY_S - world.time_s))
        wanted_a = law.offer(_observe(world, offered_a))
        offered_a = _within(wanted_a, facts)
        world.offer(offered_a)
    return world, WatchedFacts.asked


def _within(wanted_a: int, facts: Facts) -> int:
    """Hold an offer to what a charger can do: 0, or a whole current within the limits."""
    return 0 if wanted_a <= 0 else min(facts.max_a, max(facts.min_a, int(wanted_a)))


def _observe(world: World, offered_a: int) -> Observation:
    seen = world.seen
    return Observation(
        time_s=START_S + world.time_s,
        connected=seen.connected,
        charging=seen.charging,
        offered_a=offered_a,
        drawn_a=seen.drawn_a,
        car_w=seen.car_w,
        grid_w=seen.grid_w,
        battery_w=seen.battery_w,
        soc_pct=seen.soc_pct,
        pv_w=seen.pv_w,
        pv_dc_w=seen.pv_dc_w,
        house_w=seen.house_w,
        pv_limited=seen.pv_limited,
        energy_kwh=seen.energy_kwh,
    )


def _ledger(case: Case, world: World) -> Ledger:
    totals, plant = world.plant.totals, world.plant
    return Ledger(
        car=totals.kwh("car"),
        imported=totals.kwh("imported"),
        exported=totals.kwh("exported"),
        discharged=totals.kwh("battery_out"),
        left=plant.battery.soc_pct / 100.0 * case.site.battery_kwh,
        closings=world.controller.closings,
    )


def _book(case: Case, world: World, without: Baseline, *, asked: bool) -> Outcome:
    """Sum up a day that was lived."""
    car_w, grid_w = np.array(world.car_w), np.array(world.grid_w)
    charging = car_w > 0.0
    bought_w = np.maximum(grid_w, 0.0)
    extra_w = bought_w - np.maximum(without.grid_w, 0.0)
    from_sun_w = np.minimum(car_w, np.maximum(0.0, np.array(world.solar_w) - _powers(case)[1]))
    from_battery_w = np.minimum(car_w - from_sun_w, np.maximum(0.0, -np.array(world.battery_w)))
    offered = np.array(world.offered_a)
    changed = (offered[1:] != offered[:-1]) & (offered[1:] > 0) & (offered[:-1] > 0)
    ledger = _ledger(case, world)
    return Outcome(
        ledger=ledger,
        without_car=without.ledger,
        charging_h=float(charging.sum()) / S_PER_H,
        changes=int((changed & charging[1:]).sum()),
        from_sun=float(from_sun_w.sum()) / WS_PER_KWH,
        from_battery=float(from_battery_w.sum()) / WS_PER_KWH,
        from_grid=float((car_w - from_sun_w - from_battery_w).sum()) / WS_PER_KWH,
        grid_caused_wh=float(np.clip(extra_w, 0.0, car_w)[charging].sum()) / WS_PER_WH,
        discharge_caused=ledger.discharged - without.ledger.discharged,
        night_caused=max(0.0, float(extra_w[~charging].sum()) / WS_PER_KWH),
        curtailed=world.plant.totals.kwh("curtailed"),
        import_peak_w=float(grid_w[charging].max(initial=0.0)),
        asked_priority=asked,
    )
