"""Where the money is lost: the optimum's value less a law's, by cause.

Both days are lived on the same plant, so their energies differ only by what the charger did. The sun
and the house are the same, so every kWh that the law's car lacks went elsewhere: to the grid, into
the battery, into its losses, or it was never taken from the sun. It is booked there, at its worth in
the car less what it earned instead; import is booked at its price less its worth in the car. These
rows are an identity: with wear and closings they add up to the difference of the two days exactly
(`tests/benchmark/test_losses.py`). What the optimum's policy itself loses on the plant, against the
model it was computed on, is the rest. A negative row is a gain over the optimum, paid for in another
row: the optimum made that trade differently.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from benchmark.best_day import MINUTE_S, Lived, Minutes, best_day, minutes, offered_in
from benchmark.days import DAY_S, START_S
from benchmark.optimum_model import Flags, Floats
from benchmark.prices import PRICES, Prices
from benchmark.run import Curves, Outcome
from benchmark.sites import Case
from custom_components.victron_openevse.control.model import Priority


class Cause(StrEnum):
    """Why a law's day is worth less than the optimum's; the value is the head of its column."""

    WAITING = "waiting"
    """Sun exported or held back while the car was there and nothing was offered."""
    FOLLOWING = "follow"
    """Export of an amp and more while the car was on: clouds, filters, the lag of ESS."""
    ROUNDING = "round"
    """Export of less than an amp while the car was on. The optimum has whole amps too, so this is
    only what the law rounds worse (down, where the optimum lets the battery fill the amp)."""
    HIDDEN = "hidden"
    """Sun held back while the car was on: not found by probing, or not yet climbed."""
    AWAY = "away"
    """Sun exported or held back while the car was away: room that the battery did not have."""
    NIGHT = "night"
    """Import without an offer: bought back because the battery's energy is in the car."""
    GRID = "grid"
    """Import while the car was on."""
    KEPT = "kept"
    """Left in the battery at 05:00 rather than put into the car; where a kept kWh is worth more than
    one in the car, taken out of it."""
    CONVERSION = "losses"
    """Energy lost on the way into the battery and out of it."""
    WEAR = "wear"
    """Discharge of the battery."""
    CLOSINGS = "closing"
    """Closings of the contactor."""
    REST = "rest"
    """What the optimum's own policy loses on the plant against the model it was computed on."""


type Losses = dict[Cause, float]
"""Euro of one site-day by cause, in the order of `Cause`; they add up to the optimum less the law."""


def losses(
    case: Case, priority: Priority, outcome: Outcome, curves: Curves, short_eur: float
) -> Losses:
    """Return the causes of `short_eur`, by which the law's day is worth less than the optimum."""
    ours = Lived(ledger=outcome.ledger, minutes=minutes(case, curves))
    found = compare(ours, best_day(case, priority), spans(case, curves), PRICES[priority])
    return found | {Cause.REST: short_eur - sum(found.values())}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spans:
    """The minutes of a day by what the law was doing; each minute is in one of them."""

    away: Flags
    """The car is not there."""
    waiting: Flags
    """The car is there and nothing is offered."""
    on: Flags
    """A current is offered."""


def spans(case: Case, curves: Curves) -> Spans:
    """Return what a law was doing in each minute of its day."""
    offered = offered_in(curves)
    starts_s = np.arange(0, DAY_S, MINUTE_S) + START_S
    there = (starts_s >= case.window.from_s) & (starts_s < case.window.to_s)
    return Spans(away=~there, waiting=there & ~offered, on=there & offered)


def compare(ours: Lived, best: Lived, doing: Spans, prices: Prices) -> Losses:
    """Return by cause what our day is worth less than the other, both lived on the same plant."""
    more = _more(ours.minutes, best.minutes)
    exported = more.exported_below_amp + more.exported_above_amp
    export_eur, import_eur = prices.car - prices.sold, prices.bought - prices.car
    wasted_eur = exported * export_eur + more.curtailed * prices.car
    sums, other = ours.ledger, best.ledger
    lost = _lost_kwh(ours) - _lost_kwh(best)
    return {
        Cause.WAITING: _sum(wasted_eur, doing.waiting),
        Cause.FOLLOWING: _sum(more.exported_above_amp, doing.on) * export_eur,
        Cause.ROUNDING: _sum(more.exported_below_amp, doing.on) * export_eur,
        Cause.HIDDEN: _sum(more.curtailed, doing.on) * prices.car,
        Cause.AWAY: _sum(wasted_eur, doing.away),
        Cause.NIGHT: _sum(more.imported, ~doing.on) * import_eur,
        Cause.GRID: _sum(more.imported, doing.on) * import_eur,
        Cause.KEPT: (sums.left - other.left) * (prices.car - prices.left),
        Cause.CONVERSION: lost * prices.car,
        Cause.WEAR: (sums.discharged - other.discharged) * prices.wear,
        Cause.CLOSINGS: (sums.closings - other.closings) * prices.closing,
    }


def _more(ours: Minutes, best: Minutes) -> Minutes:
    return Minutes(
        exported_below_amp=ours.exported_below_amp - best.exported_below_amp,
        exported_above_amp=ours.exported_above_amp - best.exported_above_amp,
        curtailed=ours.curtailed - best.curtailed,
        imported=ours.imported - best.imported,
    )


def _lost_kwh(day: Lived) -> float:
    """Return what came in and went nowhere; less the sun and the house, which both days share."""
    sums = day.ledger
    curtailed = float(day.minutes.curtailed.sum())
    return sums.imported - sums.exported - curtailed - sums.car - sums.left


def _sum(values: Floats, where: Flags) -> float:
    return float(values[where].sum())
