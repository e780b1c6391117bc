"""Limits of the site that hold in every mode: grid connection, battery, inverter.

Each set limit becomes a line, with the power that is left below it at this moment; `rooms` deals that
out to the chargers. Measured, never reckoned from what was offered.

A limit whose power is not known fresh cannot be watched. By the same ages that stop the solar modes
(`freshness`) nothing rises then, later only the least current is left, and at last nothing.

An override at the charger is above all of them: only the charger's own maximum limits that.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .freshness import LADDERS, Trust, known
from .model import NO_LIMIT, Reading, SiteReading, SiteSettings
from .reasons import ReasonCode
from .view import SiteView


@dataclass(frozen=True, slots=True)
class Line:
    """One limit: of a phase of the grid, or of the site as a whole."""

    reason: ReasonCode
    """How a charger says that this one binds it."""
    left_w: float
    """Power that is left below it, W; negative = exceeded."""
    phase: int | None = None
    """Phase of the grid, from 1; None = all phases together."""


def is_limited(settings: SiteSettings, *, islanded: bool) -> bool:
    """Tell whether the owner set a limit that counts now: one without grid has nothing to import."""
    if settings.battery_limit_w > NO_LIMIT:
        return True
    limit = settings.inverter_limit_w if islanded else settings.grid_limit_a
    return limit > NO_LIMIT


def trust_in_limits(
    settings: SiteSettings, site: SiteReading, view: SiteView, known_at_s: float
) -> Trust:
    """Trust in what the set limits are watched by; the worst counts.

    `known_at_s` is when a power that is absent now was last known at the latest.
    """
    ladder = LADDERS[site.source]
    ages_s = [
        view.now_s - (known_at_s if reading is None or known(reading) is None else reading.at_s)
        for reading in _watched(settings, site, islanded=view.islanded)
    ]
    return max((ladder.trust(age_s) for age_s in ages_s), default=Trust.CURRENT)


def _watched(
    settings: SiteSettings, site: SiteReading, *, islanded: bool
) -> Iterator[Reading[float] | None]:
    if settings.battery_limit_w > NO_LIMIT:
        yield site.battery_power_w
    if islanded and settings.inverter_limit_w > NO_LIMIT:
        yield site.consumption_power_w
    if not islanded and settings.grid_limit_a > NO_LIMIT:
        yield site.grid_power_w


def lines(
    settings: SiteSettings, site: SiteReading, view: SiteView, *, car_phases: int
) -> list[Line]:
    """Give a line for each set limit whose power is known.

    `car_phases` is the most that any car draws on: where the site tells only the sum, a site with a
    three-phase car is taken for one that loads its phases evenly, any other for one of one phase.
    """
    found: list[Line] = []
    battery_w = known(site.battery_power_w)
    if settings.battery_limit_w > NO_LIMIT and battery_w is not None:
        left_w = settings.battery_limit_w + battery_w + _exported_w(site, view)
        found.append(Line(ReasonCode.LIMITED_BY_BATTERY, left_w))
    consumption_w = known(site.consumption_power_w)
    if view.islanded and settings.inverter_limit_w > NO_LIMIT and consumption_w is not None:
        left_w = settings.inverter_limit_w - consumption_w
        found.append(Line(ReasonCode.LIMITED_BY_INVERTER, left_w))
    if not view.islanded and settings.grid_limit_a > NO_LIMIT:
        volts = view.voltage_v or view.nominal_voltage_v
        found.extend(_grid_lines(settings.grid_limit_a * volts, site, car_phases))
    return found


def _exported_w(site: SiteReading, view: SiteView) -> float:
    """Power that goes to the grid now: a load takes that before it takes anything from the battery."""
    grid_w, grid = known(site.grid_power_w), site.grid_power_w
    if grid is None or grid_w is None or view.islanded:
        return 0.0
    fresh = LADDERS[site.source].trust(view.now_s - grid.at_s) is Trust.CURRENT
    return max(0.0, -grid_w) if fresh else 0.0


def _grid_lines(limit_w: float, site: SiteReading, car_phases: int) -> Iterator[Line]:
    """`limit_w` is that of one phase."""
    phases = site.grid_phase_powers_w
    if len(phases) > 1:
        for number, reading in enumerate(phases, start=1):
            yield Line(ReasonCode.LIMITED_BY_GRID, limit_w - reading.value, number)
        return
    grid_w = known(site.grid_power_w)
    if grid_w is not None:
        together_w = limit_w if phases else limit_w * car_phases
        yield Line(ReasonCode.LIMITED_BY_GRID, together_w - grid_w)
