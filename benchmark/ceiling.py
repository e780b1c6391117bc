"""How much a controller could capture that does not know the future: the causal ceiling.

A law that is no product but a yardstick. It has the values of `ceiling_values`; it sees the present
sun (also the part that is held back and shows in no meter), knows the clear sky and the statistics
of weather and household, and takes every few seconds the current whose next minute together with the
expected rest is worth most. What it captures on the plant is the estimate: one from below, because its
plan is coarse. Where a real law captures more, that law's figure is the better estimate.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
import os
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark import (
    best,
    cache,
    ceiling_sky,
    ceiling_values,
    clouds,
    engine,
    houses,
    optimum_model,
    prices,
)
from benchmark.ceiling_sky import STEP_S, learned_chain, state_of
from benchmark.ceiling_values import LEVELS, Prospect, expected_values
from benchmark.clear_sky import clear_watts_per_kw
from benchmark.contract import Facts, Observation
from benchmark.days import DAY_S, START_S
from benchmark.optimum import Levels, between
from benchmark.optimum_model import BatteryBounds, Floats, OptimumSite, earned, flow
from benchmark.prices import PRICES, Prices, value
from benchmark.run import run
from benchmark.sites import Case
from custom_components.victron_openevse.control.model import Priority

type Cell = tuple[Priority, str, str]
"""Owner, site and window, as in the reports."""

LOOK_AHEAD_S: Final = 60
"""The next minute is weighed as it looks now, all later by expectation."""
RECENT_S: Final = 10
"""Sun and house are the means of the last seconds."""
LATE_S: Final = 0.5
"""A change of current is on the grid for some seconds before the battery has it. Most changes come sooner or
later, so only a part of that speaks against making one now."""
CLOUD_S: Final = 180
"""Clearness for the state of the sky: the mean of these."""
LEAST_SHARE: Final = 0.03
"""Below this share of the day's clear peak the sun is too low to judge the clouds by."""
TYPICAL: Final = 0.7
"""Clearness before any sun was seen."""
NIGHTS: Final = 14
"""Days of the household's past that its mean load is taken from."""
WH_PER_KWH: Final = 1000.0
S_PER_H: Final = 3600.0
MINUTE_S: Final = 60
SOURCES: Final = tuple(
    Path(str(module.__file__))
    for module in (ceiling_sky, ceiling_values, clouds, optimum_model, prices)
)


class Yardstick:
    """The causal law with the planned values of one day."""

    period_s: int = 10

    def __init__(self, case: Case, facts: Facts) -> None:
        """Plan the day: a second or two."""
        self._site: OptimumSite = best._site(case)  # noqa: SLF001 - the optimum's reading of a case
        self._prices: Prices = PRICES[facts.priority]
        self._sun_w, self._house_w = case.pv_w(), case.house_w()
        clear_w = clear_sky_w(case)
        self._chain = learned_chain()
        self._sky = skies(self._sun_w, clear_w)
        self._values = expected_values(
            Prospect(clear_w, usual_house_w(case), self._site, self._prices, self._chain)
        )
        self._levels = Levels(self._site, LEVELS)
        self._choices = self._site.choices_a()
        self._car_w = self._site.car_w(self._choices)
        kwh_per_w = LOOK_AHEAD_S / S_PER_H / WH_PER_KWH
        self._car_eur = self._car_w * (self._prices.car * kwh_per_w)
        trade = self._prices.bought - self._prices.sold
        self._change_eur_per_w = trade * LATE_S / S_PER_H / WH_PER_KWH
        self._known: tuple[int, int] = (-1, -1)
        self._next = self._values[0, :, 0]

    def offer(self, seen: Observation) -> int:
        """Take the current that is worth most."""
        if not seen.connected:
            return 0
        now_s = seen.time_s - START_S
        recent = slice(max(0, now_s - RECENT_S), max(1, now_s))
        sun_w, house_w = float(self._sun_w[recent].mean()), float(self._house_w[recent].mean())
        stored = np.array([seen.soc_pct / 100.0 * self._site.battery_kwh])
        bounds = BatteryBounds.at(stored, self._site, LOOK_AHEAD_S)
        settled = flow(stored, bounds, sun_w, house_w + self._car_w, self._site, LOOK_AHEAD_S)
        worth = earned(settled, self._prices, LOOK_AHEAD_S) + self._car_eur
        worth += self._rest(now_s + LOOK_AHEAD_S, settled.stored_kwh)
        if seen.charging:
            worth[1:] -= np.abs(self._car_w[1:] - seen.car_w) * self._change_eur_per_w
        else:
            worth[1:] -= self._prices.closing
        return int(self._choices[int(np.argmax(worth))])

    def _rest(self, then_s: int, stored_kwh: Floats) -> Floats:
        """Return the expected worth of the rest of the day after each choice."""
        then_s = min(then_s, DAY_S - 1)
        step, sky = then_s // STEP_S, int(self._sky[(then_s - LOOK_AHEAD_S) // MINUTE_S])
        now = self._values[step, :, sky]
        if self._known != (step, sky):
            self._known = (step, sky)
            self._next = np.einsum("s,csl->cl", self._chain.follows[sky], self._values[step + 1])
        part = then_s % STEP_S / STEP_S
        rows = (now + (self._next - now) * part).astype(np.float64)
        below, share = self._levels.place(stored_kwh)
        rest = between(rows[1], below, share)
        rest[0] = between(rows[0], below[:1], share[:1])[0]
        return rest


def clear_sky_w(case: Case) -> Floats:
    """Return the power under a clear sky in each second from 05:00; TypeError for brought days."""
    return clear_watts_per_kw(case.sun) * case.site.array_kw


def usual_house_w(case: Case) -> Floats:
    """Return the household's mean load, from days before this one."""
    past = (houses.draw_house(case.style, case.house_seed, -day) for day in range(1, NIGHTS + 1))
    return np.asarray(sum(past, start=np.zeros(DAY_S)) / NIGHTS)


def skies(sun_w: Floats, clear_w: Floats) -> NDArray[np.int64]:
    """Return the state of the sky at each minute, from the minutes before it."""
    sums = np.concatenate(([0.0], np.cumsum(sun_w))), np.concatenate(([0.0], np.cumsum(clear_w)))
    ends = np.arange(0, DAY_S, MINUTE_S)
    starts = np.maximum(ends - CLOUD_S, 0)
    sun, clear = (total[ends] - total[starts] for total in sums)
    judged = clear > LEAST_SHARE * clear_w.max() * CLOUD_S
    fast, slow = np.full(len(ends), TYPICAL), np.full(len(ends), TYPICAL)
    weight = 1.0 - float(np.exp(-MINUTE_S / ceiling_sky.SLOW_S))
    for minute in range(1, len(ends)):
        fast[minute], slow[minute] = fast[minute - 1], slow[minute - 1]
        if judged[minute]:
            fast[minute] = sun[minute] / clear[minute]
            slow[minute] += (fast[minute] - slow[minute]) * weight
    return state_of(fast, slow)


def captured_eur(case: Case, priority: Priority) -> tuple[float, float]:
    """Return euro of the yardstick and of the optimum on one site-day, from the cache."""
    pv_w, house_w = case.pv_w(), case.house_w()
    sources = cache.source_digest((*SOURCES, Path(__file__)))
    name = "ceiling-" + cache.digest(
        sources, engine.PHYSICS, case.site, case.window, priority, pv_w.tobytes(), house_w.tobytes()
    )

    def make() -> dict[str, cache.Floats]:
        outcome = run(case, lambda facts: Yardstick(case, facts), priority)
        worth = value(outcome.ledger, outcome.without_car, PRICES[priority])
        return {"value": np.array([worth])}

    best_eur = best.best_eur(case, priority)
    if best_eur is None:
        raise ValueError(f"{case.name} has no optimum")
    return float(cache.arrays(name, make)["value"][0]), best_eur


def ceilings(cases: Sequence[Case], jobs: int | None = None) -> dict[Cell, float]:
    """Return the share of the optimum that the yardstick captures in each cell.

    Cases whose car fills are left out: they have no optimum.
    """
    tasks = [(case, priority) for case in cases if case.appetite_kwh is None for priority in PRICES]
    engine.world_class()  # compiled once, before every process wants it
    with ProcessPoolExecutor(jobs or os.process_cpu_count() or 1) as pool:
        found = list(pool.map(captured_eur, *zip(*tasks, strict=True)))
    return _shares(tasks, found)


def _shares(
    tasks: Iterable[tuple[Case, Priority]], found: Iterable[tuple[float, float]]
) -> dict[Cell, float]:
    sums: defaultdict[Cell, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (case, priority), (causal_eur, best_eur) in zip(tasks, found, strict=True):
        cell = sums[priority, case.site.name, case.window.name]
        cell[0] += causal_eur
        cell[1] += best_eur
    return {cell: causal / best for cell, (causal, best) in sums.items() if best > 0.0}
