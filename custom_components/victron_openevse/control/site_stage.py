"""First stage of a decision: what the readings say about the site."""

from typing import Final

from .cars import Cars
from .ceiling import beyond_ceiling_w, note_ceiling
from .change import replace
from .curtailment import is_curtailed, is_limited, note_limited
from .exchange import update_exchange
from .freshness import LADDERS, Ladder, Trust, is_online, known, missing_readings
from .jumps import believed_pct, note_jump
from .level_age import note_level_age
from .memory import HouseMemory, SiteMemory
from .model import Readings, SiteDecision, SiteReading, SiteSettings
from .plan import make_plan
from .surplus import Measured, update_filters
from .tariff import in_force
from .view import SiteView

LONGEST_STEP_S: Final = 60.0
"""Decisions further apart than this count as a new start for everything that accumulates."""

ISLANDED_CONFIRM_S: Final = 3.0
"""A grid that blinks for a second or two while the GX changes its input is not lost, and one that comes
for so short is not back."""

ISLANDED_FORGET_S: Final = 12 * 3600.0
"""Longer than nearly every outage: a GX that died in one must not keep the car from the grid for ever."""


def update_site(
    memory: SiteMemory, measured: Measured, site: SiteReading, now_s: float
) -> SiteMemory:
    """Bring the site's memory to `now_s`: from here on that is the time of the last decision."""
    if memory.started_at_s is None:
        memory = replace(memory, started_at_s=now_s)
    memory = note_jump(note_ceiling(memory, site, now_s), site, now_s)
    surplus_w = measured.surplus_w
    if surplus_w is not None:
        surplus_w -= beyond_ceiling_w(memory, site)
    exchange = update_exchange(memory.exchange, site, step_s(memory, now_s))
    memory = update_filters(memory, measured, site, surplus_w, now_s)
    memory = note_level_age(memory, site, step_s(memory, now_s), now_s)
    memory = _note_islanded(memory, site, now_s)
    memory = note_limited(memory, site, now_s)
    return replace(memory, exchange=exchange, decided_at_s=now_s)


def _note_islanded(memory: SiteMemory, site: SiteReading, now_s: float) -> SiteMemory:
    """Remember since when the grid is lost, until it has been told to be back for a while.

    A GX that says nothing of it any more has not said that it is back.
    """
    grid, lost_at_s = site.grid_connected, memory.islanded_at_s
    if grid is None or now_s - grid.at_s >= LADDERS[site.source].stop_s:
        forgotten = lost_at_s is not None and now_s - lost_at_s >= ISLANDED_FORGET_S
        return replace(memory, islanded_at_s=None, grid_back_at_s=None) if forgotten else memory
    if not grid.value:
        if lost_at_s is not None and memory.grid_back_at_s is None:
            return memory
        lost_at_s = now_s if lost_at_s is None else lost_at_s
        return replace(memory, islanded_at_s=lost_at_s, grid_back_at_s=None)
    if lost_at_s is None:
        return memory
    back_at_s = now_s if memory.grid_back_at_s is None else memory.grid_back_at_s
    seen_at_s = memory.decided_at_s
    blinked = seen_at_s is not None and seen_at_s - lost_at_s < ISLANDED_CONFIRM_S
    if blinked or now_s - back_at_s >= ISLANDED_CONFIRM_S:
        return replace(memory, islanded_at_s=None, grid_back_at_s=None)
    return replace(memory, grid_back_at_s=back_at_s)


def is_starting(memory: SiteMemory, site: SiteReading, now_s: float) -> bool:
    """Tell whether readings may still be on their way: the start was that short a time ago."""
    started_at_s = now_s if memory.started_at_s is None else memory.started_at_s
    return now_s - started_at_s < LADDERS[site.source].minimum_s


def without_guess(
    measured: Measured, memory: SiteMemory, readings: Readings, now_s: float
) -> Measured:
    """Leave the house unknown as long as a charger may still tell of a car that is part of it now.

    Only for the first moments: a charger that never speaks must not hide the house for ever.
    """
    unheard = any(
        charger.online is None and charger.state is None for charger in readings.chargers.values()
    )
    if not unheard or not is_starting(memory, readings.site, now_s):
        return measured
    return replace(measured, house_w=None)


def note_cut_off(memory: SiteMemory, readings: Readings, now_s: float) -> SiteMemory:
    """Remember that neither charger nor data are there, so that their return stops no charge.

    A broker that comes back brings the charger a second before the site: a charge that went on
    meanwhile shall not end for that second. Once only: where the site stays away, a charger that
    comes and goes is granted no more time.
    """
    stop_s = LADDERS[readings.site.source].stop_s
    times_s = [at_s for at_s in (memory.measured_at_s, memory.soc_at_s) if at_s is not None]
    old = any(now_s - at_s >= stop_s for at_s in times_s)
    if not old or any(is_online(charger, now_s) for charger in readings.chargers.values()):
        return memory
    granted_at_s = memory.cut_off_at_s
    if granted_at_s is not None and now_s - granted_at_s > LONGEST_STEP_S:
        # Another outage of the chargers; was the site heard since the last one?
        heard = max(times_s) > granted_at_s
        return replace(memory, cut_off_at_s=now_s) if heard else memory
    return replace(memory, cut_off_at_s=now_s)


def step_s(memory: SiteMemory, now_s: float) -> float:
    """Time since the last decision, 0..60 s; 0 after a longer gap."""
    dt_s = 0.0 if memory.decided_at_s is None else now_s - memory.decided_at_s
    return dt_s if 0.0 <= dt_s <= LONGEST_STEP_S else 0.0


def view_site(
    settings: SiteSettings,
    memory: SiteMemory,
    house: HouseMemory,
    measured: Measured,
    readings: Readings,
    now_s: float,
    cars: Cars,
    dt_s: float = 0.0,
) -> SiteView:
    """Draw the conclusions all chargers share; `dt_s` is 0 for whoever only looks."""
    site = readings.site
    islanded_at_s = memory.islanded_at_s
    soc_pct = believed_pct(memory, site)
    settings = in_force(settings, house, readings.prices)
    plan = make_plan(
        settings, house, readings, memory.pv_mean_w, soc_pct, cars.departure_h, cars.most_w
    )
    return SiteView(
        trust=_trust(memory, measured, site, now_s),
        levels=plan.levels,
        plan=plan,
        export_mean_w=memory.exchange.export_w,
        import_mean_w=memory.exchange.import_w,
        soc_pct=soc_pct,
        curtailed=is_curtailed(memory, site, now_s),
        limited=is_limited(memory, site),
        islanded=islanded_at_s is not None and now_s - islanded_at_s >= ISLANDED_CONFIRM_S,
        grid_returns=memory.grid_back_at_s is not None,
        shortage_w=(measured.charging_w or 0.0) - (memory.surplus_fast_w or 0.0),
        measured_at_s=measured.at_s,
        voltage_v=known(site.grid_voltage_v),
        nominal_voltage_v=settings.nominal_voltage_v,
        dt_s=dt_s,
        now_s=now_s,
    )


def _trust(memory: SiteMemory, measured: Measured, site: SiteReading, now_s: float) -> Trust:
    """Trust in the powers; what is lost ages from when it was last known, as what falls silent.

    A start grants what was never known time to arrive. A lost car's power ages the others too.
    """
    ladder = LADDERS[site.source]
    started_at_s = now_s if memory.started_at_s is None else memory.started_at_s
    known_at_s = started_at_s if memory.measured_at_s is None else memory.measured_at_s
    trust = _aged(memory, ladder, known_at_s, now_s)
    if measured.surplus_w is None:
        trust = max(trust, Trust.HOLD)
    soc_at_s = started_at_s if memory.soc_at_s is None else memory.soc_at_s
    if known(site.battery_soc_pct) is None or now_s - soc_at_s >= ladder.stop_s:
        trust = max(trust, Trust.HOLD, _aged(memory, ladder, soc_at_s, now_s))
    return trust


def _aged(memory: SiteMemory, ladder: Ladder, known_at_s: float, now_s: float) -> Trust:
    """Trust by age; what grew too old while nothing could be reached ages from the return on."""
    trust = ladder.trust(now_s - known_at_s)
    if trust is not Trust.STOP or memory.cut_off_at_s is None:
        return trust
    return max(Trust.HOLD, ladder.trust(now_s - max(known_at_s, memory.cut_off_at_s)))


def describe_site(
    memory: SiteMemory, view: SiteView, measured: Measured, site: SiteReading
) -> SiteDecision:
    """Say what was understood of the site, for people."""
    now_s = view.now_s
    starting = is_starting(memory, site, now_s)
    missing = () if starting else missing_readings(site, memory.soc_at_s, now_s)
    sure = measured.surplus_w is not None and view.trust <= Trust.HOLD
    return SiteDecision(
        surplus_w=memory.surplus_fast_w if sure else None,
        house_power_w=measured.house_w,
        reserve_pct=None if view.soc_pct is None else view.levels.reserve_pct,
        resume_pct=None if view.soc_pct is None else view.levels.resume_pct,
        pv_curtailed=view.curtailed,
        data_problem=bool(missing),
        missing=missing,
        priority=view.plan.priority,
    )
