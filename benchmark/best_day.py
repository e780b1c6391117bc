"""What a day looked like minute by minute, and the optimum's day lived on the plant.

The optimum is computed on a plant that settles at once. Here its policy is followed on the simulator's
plant, so that its day can be compared with a law's in the same minutes. Energies are kWh.
"""

from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np

from benchmark import best, cache, engine
from benchmark.contract import Observation
from benchmark.days import START_S
from benchmark.optimum import STEP_S, Policy
from benchmark.optimum_model import Flags
from benchmark.prices import Ledger
from benchmark.run import WS_PER_KWH, Curves, run_with_curves
from benchmark.sites import Case
from custom_components.victron_openevse.control.model import Priority

MINUTE_S: Final = 60
PCT: Final = 100.0
MOST: Final = 0.5
"""A minute counts as one with an offer when the offer stood for more than this part of it."""
LEDGER: Final = "ledger"
"""Name in the cache of a day's sums, in the order of the fields of `Ledger`."""
SOURCE: Final = cache.source_digest([Path(__file__)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Minutes:
    """Energies of each minute from 05:00."""

    exported_below_amp: cache.Floats
    """The part of the export that is too little for one more amp."""
    exported_above_amp: cache.Floats
    """The rest of the export."""
    curtailed: cache.Floats
    """Sun that was held back."""
    imported: cache.Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lived:
    """A day on the plant: its sums and its minutes."""

    ledger: Ledger
    minutes: Minutes


class Foresight:
    """The optimum's policy as a law: it knows the day and looks at its battery each minute."""

    period_s: int = STEP_S

    def __init__(self, policy: Policy) -> None:
        """Follow a policy."""
        self._policy = policy
        self._held = False

    def offer(self, seen: Observation) -> int:
        """Take what is best at this level; the first minute, before any law is asked, stays without."""
        step = (seen.time_s - START_S) // STEP_S
        if step >= self._policy.day.steps:
            return 0
        site = self._policy.site
        stored_kwh = seen.soc_pct / PCT * site.battery_kwh
        self._held = site.guarded(stored_kwh, was=self._held)
        closed = seen.offered_a > 0
        return self._policy.current_a(step, stored_kwh, closed=closed, held=self._held)


def minutes(case: Case, curves: Curves) -> Minutes:
    """Sum a day's curves by the minute."""
    amp_w = case.site.volts * case.site.car_phases
    export_w = np.maximum(0.0, -curves.grid_w)
    below_w = np.minimum(export_w, amp_w)
    return Minutes(
        exported_below_amp=_by_minute(below_w),
        exported_above_amp=_by_minute(export_w - below_w),
        curtailed=_by_minute(curves.sun_w - curves.solar_w),
        imported=_by_minute(np.maximum(0.0, curves.grid_w)),
    )


def offered_in(curves: Curves) -> Flags:
    """Tell for each minute whether a current was offered for most of it."""
    offered = (curves.offered_a > 0.0).reshape(-1, MINUTE_S)
    return np.asarray(offered.mean(axis=1) > MOST)


def best_day(case: Case, priority: Priority) -> Lived:
    """Return the optimum's day on the plant, from the cache where it has been lived before."""
    name = "lived-" + cache.digest(SOURCE, engine.PHYSICS, best.digest(case, priority))

    def make() -> dict[str, cache.Floats]:
        law = Foresight(best.policy_for(case, priority))
        outcome, curves = run_with_curves(case, lambda _facts: law, priority)
        made = minutes(case, curves)
        kept = {field.name: getattr(made, field.name) for field in fields(made)}
        return kept | {LEDGER: np.array(astuple(outcome.ledger), dtype=np.float64)}

    kept = cache.arrays(name, make)
    *energies, closings = kept.pop(LEDGER).tolist()
    car, imported, exported, discharged, left = energies
    ledger = Ledger(
        car=car,
        imported=imported,
        exported=exported,
        discharged=discharged,
        left=left,
        closings=round(closings),
    )
    return Lived(ledger=ledger, minutes=Minutes(**kept))


def _by_minute(power_w: cache.Floats) -> cache.Floats:
    return np.asarray(power_w.reshape(-1, MINUTE_S).sum(axis=1) / WS_PER_KWH)
