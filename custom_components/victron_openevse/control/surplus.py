"""Surplus: the power the cars could take with battery and grid at zero.

`surplus = charging + battery - grid`. Grid and battery are only ever read together: after a step the
grid takes the error first and the battery corrects it within 10..15 s, so either alone misleads while
the sum does not move. Two filters: the fast one sets the current, the slow one decides starts and
stops.
"""

from dataclasses import dataclass, replace
from math import exp
from typing import Final

from .freshness import charging_power_w, is_online, known
from .memory import SiteMemory
from .model import ChargerReading, ChargerState, Readings, SiteReading

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
    """All cars together; unknown when a charging car's power is."""
    surplus_w: float | None
    house_w: float | None
    """Loads without the cars, >= 0."""


def measure(readings: Readings, now_s: float) -> Measured:
    """Combine the readings of this moment."""
    charging_w = _charging_w(readings, now_s)
    if charging_w is None:
        return Measured(None, None, None)
    grid_w, battery_w = known(readings.site.grid_power_w), known(readings.site.battery_power_w)
    surplus_w = None
    if grid_w is not None and battery_w is not None:
        surplus_w = charging_w + battery_w - grid_w
    return Measured(charging_w, surplus_w, _house_w(readings.site, charging_w, surplus_w))


def _charging_w(readings: Readings, now_s: float) -> float | None:
    """Sum of what is known; unknown while a charger may be charging without having said so."""
    total_w = 0.0
    for charger in readings.chargers.values():
        power_w = charging_power_w(charger, now_s)
        if power_w is not None:
            total_w += power_w
        elif is_online(charger, now_s) and _may_charge(charger):
            return None
    return total_w


def _may_charge(charger: ChargerReading) -> bool:
    return charger.state is None or charger.state.value is ChargerState.CHARGING


def _house_w(site: SiteReading, charging_w: float, surplus_w: float | None) -> float | None:
    """The GX's consumption includes the cars; where it is absent, the balance gives the rest.

    Both meters are read at different moments, so the difference may dip below zero for a second.
    """
    consumption_w, pv_w = known(site.consumption_power_w), known(site.pv_power_w)
    if consumption_w is not None:
        return max(0.0, consumption_w - charging_w)
    if pv_w is None or surplus_w is None:
        return None
    return max(0.0, pv_w - surplus_w)


def update_filters(
    memory: SiteMemory, measured: Measured, pv_w: float | None, now_s: float
) -> SiteMemory:
    """Advance the filters to `now_s`; without a measurement they wait."""
    surplus_w = measured.surplus_w
    dt_s = None if memory.filtered_at_s is None else now_s - memory.filtered_at_s
    pv_mean_w = _filter(memory.pv_mean_w, pv_w, dt_s, PV_MEAN_S)
    if dt_s is None or not 0.0 <= dt_s <= RESTART_AFTER_S:
        return replace(
            memory,
            filtered_at_s=now_s if surplus_w is not None else None,
            surplus_fast_w=surplus_w,
            surplus_slow_w=surplus_w,
            pv_mean_w=pv_mean_w,
        )
    if surplus_w is None:
        return memory
    fast_w = memory.surplus_fast_w
    falling = fast_w is not None and surplus_w < fast_w
    return replace(
        memory,
        filtered_at_s=now_s,
        surplus_fast_w=_filter(fast_w, surplus_w, dt_s, FAST_FALL_S if falling else FAST_RISE_S),
        surplus_slow_w=_filter(memory.surplus_slow_w, surplus_w, dt_s, SLOW_S),
        pv_mean_w=pv_mean_w,
    )


def _filter(
    mean: float | None, value: float | None, dt_s: float | None, tau_s: float
) -> float | None:
    """One-pole filter, exact for a value held over `dt_s`; starts at its first value."""
    if value is None:
        return mean
    if mean is None or dt_s is None or dt_s < 0.0:
        return value
    return mean + (value - mean) * (1.0 - exp(-dt_s / tau_s))
