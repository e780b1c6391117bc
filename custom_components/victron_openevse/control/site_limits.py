"""Limits of the site that hold in every mode: grid connection, battery, inverter.

Each set limit is a line (for the grid one per phase). What others than our cars take of a line is
measured; the rest is the cars' (`rooms`). Measuring means subtracting what the cars drew when the meter
was read, and nobody knows to the second when that was. So a line has two readings: the least and the
most that others can have taken, given what the cars drew in the last seconds. Falls go by the one,
rises by the other, and what our own steps seem to do to the house does neither.

A line that is not heard fresh is not watched: by the same ages that stop the solar modes (`freshness`) nothing
rises then, later only the least current is left, and at last nothing. While the GX is silent nobody
knows that the grid is lost, so the inverter's limit cannot act either.

A car of one phase that nobody has named may be stopped in vain, because it is on another phase than the
one that is too high; the next one follows when the meters have shown it.

An override at the charger is above all limits: only the charger's own maximum limits that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from .freshness import LADDERS, Trust, known
from .memory import Taken
from .model import NO_LIMIT, Reading, SiteReading, SiteSettings
from .reasons import ReasonCode
from .view import SiteView

GRID = "grid"
BATTERY = "battery"
INVERTER = "inverter"


@dataclass(frozen=True, slots=True)
class Line:
    """One set limit, and what is measured against it."""

    name: str
    reason: ReasonCode
    """How a charger says that this one binds it."""
    limit_w: float
    power: Reading[float] | None
    """What all loads together take of it, W; None = not told."""
    phase: int | None = None
    """Phase of the grid, from 1; None = all phases together."""


@dataclass(frozen=True, slots=True)
class Free:
    """What is the cars' of one line."""

    line: Line
    trust: Trust
    least_w: float | None = None
    """If others take the most they can have taken: rises stay below this; None = never told."""
    most_w: float | None = None
    """If others take the least they can have taken: falls go down to this."""


def is_limited(settings: SiteSettings, *, islanded: bool) -> bool:
    """Tell whether the owner set a limit that counts now: without grid there is nothing to import."""
    if settings.battery_limit_w > NO_LIMIT:
        return True
    limit = settings.inverter_limit_w if islanded else settings.grid_limit_a
    return limit > NO_LIMIT


def lines(
    settings: SiteSettings,
    site: SiteReading,
    view: SiteView,
    taken: Mapping[str, Taken],
    *,
    car_phases: int,
) -> list[Line]:
    """Give a line for each set limit, known or not; `taken` tells which there were before.

    `car_phases` is the most that any car draws on: where the site tells only the sum, a site with a
    three-phase car is taken for one that loads its phases evenly, any other for one of one phase.
    """
    found: list[Line] = []
    if settings.battery_limit_w > NO_LIMIT:
        limit_w = settings.battery_limit_w
        power = _battery(site, view, limit_w)
        found.append(Line(BATTERY, ReasonCode.LIMITED_BY_BATTERY, limit_w, power))
    if view.islanded and settings.inverter_limit_w > NO_LIMIT:
        limit_w = settings.inverter_limit_w
        power = _finite(site.consumption_power_w)
        found.append(Line(INVERTER, ReasonCode.LIMITED_BY_INVERTER, limit_w, power))
    if not view.islanded and settings.grid_limit_a > NO_LIMIT:
        volts = view.voltage_v or view.nominal_voltage_v
        found.extend(_grid_lines(settings.grid_limit_a * volts, site, taken, car_phases))
    return found


def _grid_lines(
    limit_w: float, site: SiteReading, taken: Mapping[str, Taken], car_phases: int
) -> Iterator[Line]:
    """`limit_w` is that of one phase. Phases that fell silent stay lines that are not told."""
    phases: Sequence[Reading[float] | None] = site.grid_phase_powers_w
    if not phases and site.grid_power_w is None:
        phases = [None for name in taken if name.startswith(GRID) and name != GRID]
    if len(phases) > 1:
        for number, power in enumerate(phases, start=1):
            name = f"{GRID} L{number}"
            yield Line(name, ReasonCode.LIMITED_BY_GRID, limit_w, _finite(power), number)
        return
    together_w = limit_w if phases else limit_w * car_phases
    yield Line(GRID, ReasonCode.LIMITED_BY_GRID, together_w, _finite(site.grid_power_w))


def _finite(reading: Reading[float] | None) -> Reading[float] | None:
    return reading if reading is not None and isfinite(reading.value) else None


def _battery(site: SiteReading, view: SiteView, limit_w: float) -> Reading[float] | None:
    """What the battery gives, less what goes to the grid: a load takes that first.

    Above the limit what the grid adds counts too: a battery that can give no more gives no less before
    that is gone.
    """
    battery_w, battery = known(site.battery_power_w), site.battery_power_w
    if battery is None or battery_w is None:
        return None
    grid_w = _fresh_grid_w(site, view)
    if grid_w is None:
        return Reading(-battery_w, battery.at_s)
    beside_w = grid_w if -battery_w > limit_w else min(0.0, grid_w)
    return Reading(beside_w - battery_w, battery.at_s)


def _fresh_grid_w(site: SiteReading, view: SiteView) -> float | None:
    """Power of the grid, + import; None where there is none, or it is not known fresh."""
    grid = site.grid_power_w
    if grid is None or view.islanded:
        return None
    fresh = LADDERS[site.source].trust(view.now_s - grid.at_s) is Trust.CURRENT
    return known(grid) if fresh else None


def measure_line(
    line: Line, before: Taken | None, least_cars_w: float, most_cars_w: float, now_s: float
) -> Taken:
    """Give what others take of a line; it is worked out anew with each new reading of it.

    The cars drew `least_cars_w` to `most_cars_w` in the seconds in which it may have been read.
    """
    if line.power is None:
        return before or Taken(since_at_s=now_s)
    same = before is not None and before.power_w == line.power.value
    if before is not None and same and before.read_at_s == line.power.at_s:
        return before
    return Taken(
        least_w=line.power.value - most_cars_w,
        most_w=line.power.value - least_cars_w,
        read_at_s=line.power.at_s,
        power_w=line.power.value,
        since_at_s=now_s,
    )


def free_of(line: Line, taken: Taken, site: SiteReading, now_s: float) -> Free:
    """Give what is the cars' of a line, and how far that can be trusted."""
    known_at_s = taken.since_at_s if taken.read_at_s is None else taken.read_at_s
    trust = LADDERS[site.source].trust(now_s - known_at_s)
    if line.power is None:
        trust = max(trust, Trust.HOLD)
    if taken.most_w is None or taken.least_w is None:
        return Free(line, trust)
    return Free(line, trust, line.limit_w - taken.most_w, line.limit_w - taken.least_w)
