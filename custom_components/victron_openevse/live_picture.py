"""What the card shows of one site: the numbers of one decision, for one second.

Only what the card takes from it, so that nothing is sent while it looks the same. In the units of its
names: powers in W (grid + = import, battery + = charging), currents in A, energies in kWh, levels
in %. What is not known is None, never a number.
"""

from collections.abc import Mapping
from typing import Any, Final

from .control.closings import closings_today
from .control.memory import Energy
from .control.model import SOLAR_MODES, ChargerSettings, Mode
from .control.temporary import mode_in_force
from .coordinator import ChargerData, SiteCoordinator, SiteData
from .explain import explain
from .readings import live, measured, slow

ENERGY_DECIMALS: Final = 3
"""A watt-hour: finer than any charger's meter."""
CURRENT_DECIMALS: Final = 1


def picture(
    coordinator: SiteCoordinator, texts: Mapping[str, str], language: str
) -> dict[str, Any]:
    """Give the site and its chargers as JSON-able data, sentences in `language`."""
    data = coordinator.data
    return {
        "site": _site(data),
        "chargers": {
            charger_id: _charger(data.charger(charger_id))
            | _words(explain(coordinator, charger_id, texts, language))
            for charger_id in coordinator.chargers
        },
    }


def _site(data: SiteData) -> dict[str, Any]:
    readings, site = data.readings.site, data.decision.site
    return {
        "pv_w": _round(live(data, readings.pv_power_w)),
        "grid_w": _round(live(data, readings.grid_power_w)),
        "battery_w": _round(live(data, readings.battery_power_w)),
        "house_w": _round(site.house_power_w),
        "soc_pct": _round(slow(data, readings.battery_soc_pct)),
        "reserve_pct": _round(site.reserve_pct),
        "resume_pct": _round(site.resume_pct),
        "curtailed": bool(site.pv_curtailed),
        "shadow": data.settings.site.shadow,
    }


def _charger(data: ChargerData) -> dict[str, Any]:
    decision, reading = data.decision, data.reading
    low_a, high_a = current_range_a(data.settings)
    return {
        "offered_a": decision.offered_current_a if decision else None,
        "current_a": _round(measured(data, reading.charging_current_a), CURRENT_DECIMALS),
        "power_w": _round(measured(data, reading.charging_power_w)),
        "low_a": low_a,
        "high_a": high_a,
        "top_a": data.settings.circuit_current_a,
        "session_kwh": _origins(data.memory.meter.session),
        "lifetime_kwh": _origins(data.memory.meter.lifetime),
        "closings": closings_today(data.memory, data.settings.mode, data.now_s),
        "daily_closings": data.settings.daily_closings,
    }


def _words(explained: Mapping[str, Any] | None) -> dict[str, Any]:
    if explained is None:
        return {"sentence": None, "what_would_change": None}
    return {
        "sentence": explained["sentence"],
        "what_would_change": explained["what_would_change"],
    }


def current_range_a(settings: ChargerSettings) -> tuple[int | None, int | None]:
    """Least and most that the mode in force may offer while charging; None while it offers nothing.

    `minimum_solar` and the other solar modes may offer the same; only the latter also sleep.
    """
    mode, top_a = mode_in_force(settings), settings.circuit_current_a
    if mode is Mode.OFF:
        return None, None
    if mode in SOLAR_MODES:
        return min(settings.solar_min_current_a, top_a), min(settings.solar_max_current_a, top_a)
    fixed_a = settings.fast_current_a if mode is Mode.FAST else settings.medium_current_a
    if settings.temporary is not None and settings.temporary.current_a is not None:
        fixed_a = settings.temporary.current_a
    return min(fixed_a, top_a), min(fixed_a, top_a)


def _origins(energy: Energy) -> list[float]:
    """From sun, battery and grid, in this order."""
    parts = (energy.solar_kwh, energy.battery_kwh, energy.grid_kwh)
    return [round(part, ENERGY_DECIMALS) for part in parts]


def _round(value: float | None, decimals: int = 0) -> float | None:
    return None if value is None else round(value, decimals or None)
