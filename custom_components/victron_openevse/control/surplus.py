"""Surplus: the power the cars could take with battery and grid at zero.

`surplus = charging + battery - grid`. Grid and battery are only ever read together: after a step the
grid takes the error first and the battery corrects it within 10..15 s, so either alone misleads while
the sum does not move. Two filters: the fast one sets the current, the slow one decides starts and
stops.
"""

from dataclasses import dataclass
from typing import Final

from .change import replace
from .freshness import LADDERS, charging_power_w, is_online, known, oldest_at_s, young
from .means import believed, fade
from .memory import SiteMemory
from .model import ChargerState, Readings, SiteReading

FAST_FALL_S: Final = 5.0
"""Time constant of the fast filter downwards: a kettle must be answered within seconds."""

FAST_RISE_S: Final = 8.0
"""Upwards: passing gaps between clouds and noise should not be chased."""

SLOW_S: Final = 450.0
"""Time constant for starts and stops: the flat optimum of a 5..10 min mean."""

PV_MEAN_S: Final = 120.0
"""The reserve's formula takes a 2 minute mean of PV power, as in the original flow."""

RESTART_AFTER_S: Final = 60.0
"""After a gap this long the filters start anew from the first value."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Powers at this moment, W; None = unknown."""

    charging_w: float | None
    """All cars together; unknown when the power of a charging car that is online is."""
    surplus_w: float | None
    house_w: float | None
    """Loads without the cars, >= 0; unknown while a car may be charging out of sight."""
    at_s: float | None
    """Time of the older of grid and battery power; None when one is unknown."""


def measure(readings: Readings, now_s: float) -> Measured:
    """Combine the readings of this moment."""
    site = readings.site
    at_s = oldest_at_s(site.grid_power_w, site.battery_power_w)
    charging_w, hidden = _charging_w(readings, now_s)
    if charging_w is None:
        return Measured(None, None, None, at_s)
    grid_w, battery_w = known(site.grid_power_w), known(site.battery_power_w)
    surplus_w = None
    if grid_w is not None and battery_w is not None:
        surplus_w = charging_w + battery_w - grid_w
    house_w = None if hidden else _house_w(site, charging_w, surplus_w, now_s)
    return Measured(charging_w, surplus_w, house_w, at_s)


def _charging_w(readings: Readings, now_s: float) -> tuple[float | None, bool]:
    """Sum of what is known, and whether a car may be charging at a charger that fell silent.

    Unknown while a charger that is online may be charging without having said so. A car out of sight
    is a load like the house's: nothing of it is left for the other cars. But it is not the house.
    """
    total_w, hidden = 0.0, False
    for charger in readings.chargers.values():
        power_w = charging_power_w(charger, now_s)
        if power_w is not None:
            total_w += power_w
        elif is_online(charger, now_s):
            if charger.state is None or charger.state.value is ChargerState.CHARGING:
                return None, True
        elif charger.state is not None and charger.state.value is ChargerState.CHARGING:
            hidden = True
    return total_w, hidden


def _house_w(
    site: SiteReading, charging_w: float, surplus_w: float | None, now_s: float
) -> float | None:
    """The GX's consumption includes the cars; where it is absent, the balance gives the rest.

    Both meters are read at different moments, so the difference may dip below zero for a second.
    """
    consumption_w = young(site.consumption_power_w, site.source, now_s)
    pv_w = young(site.pv_power_w, site.source, now_s)
    if young(site.grid_power_w, site.source, now_s) is None:
        surplus_w = None
    if consumption_w is not None:
        return max(0.0, consumption_w - charging_w)
    if pv_w is None or surplus_w is None:
        return None
    return max(0.0, pv_w - surplus_w)


def update_filters(
    memory: SiteMemory, measured: Measured, site: SiteReading, surplus_w: float | None, now_s: float
) -> SiteMemory:
    """Advance the filters to `now_s`; without a measurement they wait.

    Also notes when the powers were last known.
    """
    dt_s = None if memory.filtered_at_s is None else now_s - memory.filtered_at_s
    fast_w, slow_w = memory.surplus_fast_w, memory.surplus_slow_w
    filtered_at_s = memory.filtered_at_s if surplus_w is None else now_s
    if dt_s is None or not 0.0 <= dt_s <= RESTART_AFTER_S:
        fast_w = slow_w = None if surplus_w is None else believed(surplus_w)
        filtered_at_s = None if surplus_w is None else now_s
    elif surplus_w is not None:
        falling = fast_w is not None and surplus_w < fast_w
        fast_w = _filter(fast_w, surplus_w, dt_s, FAST_FALL_S if falling else FAST_RISE_S)
        slow_w = _filter(slow_w, surplus_w, dt_s, SLOW_S)
    pv_at_s, pv_mean_w = _pv_mean(memory, site, now_s)
    return replace(
        memory,
        filtered_at_s=filtered_at_s,
        surplus_fast_w=fast_w,
        surplus_slow_w=slow_w,
        pv_mean_w=pv_mean_w,
        pv_at_s=pv_at_s,
        measured_at_s=memory.measured_at_s if surplus_w is None else measured.at_s,
    )


def _pv_mean(
    memory: SiteMemory, site: SiteReading, now_s: float
) -> tuple[float | None, float | None]:
    """Time of the last PV power and the mean, which outlives it only as long as data may stop."""
    pv = site.pv_power_w
    pv_w = known(pv)
    at_s = memory.pv_at_s if pv is None or pv_w is None else pv.at_s
    if at_s is None or now_s - at_s >= LADDERS[site.source].stop_s:
        return None, None
    dt_s = None if memory.decided_at_s is None else now_s - memory.decided_at_s
    return at_s, _filter(memory.pv_mean_w, pv_w, dt_s, PV_MEAN_S)


def _filter(
    mean: float | None, value: float | None, dt_s: float | None, tau_s: float
) -> float | None:
    """One-pole filter, exact for a value held over `dt_s`; starts at its first value."""
    if value is None:
        return mean
    if mean is None or dt_s is None or dt_s < 0.0:
        return believed(value)
    return fade(mean, value, dt_s, tau_s)
