"""First stage of a decision: what the readings say about the site."""

from dataclasses import replace

from .curtailment import is_curtailed, is_limited, note_limited
from .freshness import LADDERS, Trust, known, missing_readings, oldest_at_s
from .memory import SiteMemory
from .model import Readings, SiteDecision, SiteReading, SiteSettings
from .reserve import reserve_levels
from .surplus import Measured, update_filters
from .view import SiteView

LONGEST_STEP_S = 60.0
"""Decisions further apart than this count as a new start for everything that accumulates."""


def update_site(
    memory: SiteMemory, measured: Measured, site: SiteReading, now_s: float
) -> SiteMemory:
    """Bring the site's memory to `now_s`."""
    if memory.started_at_s is None:
        memory = replace(memory, started_at_s=now_s)
    memory = update_filters(memory, measured, known(site.pv_power_w), now_s)
    return note_limited(memory, site, now_s)


def view_site(
    settings: SiteSettings,
    memory: SiteMemory,
    measured: Measured,
    readings: Readings,
    now_s: float,
) -> SiteView:
    """Draw the conclusions all chargers share."""
    site = readings.site
    measured_at_s = oldest_at_s(site.grid_power_w, site.battery_power_w)
    dt_s = 0.0 if memory.decided_at_s is None else now_s - memory.decided_at_s
    return SiteView(
        trust=_trust(memory, site, measured_at_s, now_s),
        levels=reserve_levels(settings, site, memory.pv_mean_w, readings.hours_to_sunset),
        soc_pct=known(site.battery_soc_pct),
        curtailed=is_curtailed(memory, site, now_s),
        limited=is_limited(memory, site),
        shortage_w=(measured.charging_w or 0.0) - (memory.surplus_fast_w or 0.0),
        measured_at_s=measured_at_s,
        voltage_v=known(site.grid_voltage_v),
        nominal_voltage_v=settings.nominal_voltage_v,
        dt_s=dt_s if 0.0 <= dt_s <= LONGEST_STEP_S else 0.0,
        now_s=now_s,
    )


def _trust(
    memory: SiteMemory, site: SiteReading, measured_at_s: float | None, now_s: float
) -> Trust:
    """Trust in the powers; a start grants them time to arrive, a lost car's power ages them too."""
    ladder = LADDERS[site.source]
    started_at_s = now_s if memory.started_at_s is None else memory.started_at_s
    powers_at_s = started_at_s if measured_at_s is None else measured_at_s
    known_at_s = started_at_s if memory.filtered_at_s is None else memory.filtered_at_s
    age_s = now_s - min(powers_at_s, known_at_s)
    trust = ladder.trust(age_s)
    if measured_at_s is None or memory.filtered_at_s is None or known_at_s < now_s:
        trust = max(trust, Trust.HOLD)
    soc = site.battery_soc_pct
    if soc is None or now_s - soc.at_s >= ladder.stop_s:
        soc_age_s = now_s - (started_at_s if soc is None else soc.at_s)
        trust = max(trust, Trust.HOLD, ladder.trust(soc_age_s))
    return trust


def describe_site(
    memory: SiteMemory, view: SiteView, measured: Measured, site: SiteReading
) -> SiteDecision:
    """Say what was understood of the site, for people."""
    now_s = view.now_s
    started_at_s = now_s if memory.started_at_s is None else memory.started_at_s
    starting = now_s - started_at_s < LADDERS[site.source].minimum_s
    missing = () if starting else missing_readings(site, now_s)
    sure = measured.surplus_w is not None and view.trust <= Trust.HOLD
    return SiteDecision(
        surplus_w=memory.surplus_fast_w if sure else None,
        house_power_w=measured.house_w,
        reserve_pct=None if view.soc_pct is None else view.levels.reserve_pct,
        resume_pct=None if view.soc_pct is None else view.levels.resume_pct,
        pv_curtailed=view.curtailed,
        data_problem=bool(missing),
        missing=missing,
    )
