"""Which readings are still worth showing.

A sensor shows a value or is unavailable; it never shows one that the law itself would not trust.
"""

from .control.freshness import CHARGER_POWER_STALE_S, LADDERS, is_online
from .control.model import Reading
from .coordinator import ChargerData, SiteData


def live(data: SiteData, reading: Reading[float] | None) -> float | None:
    """Value of something that changes each second; None when the law would not follow it."""
    return _younger(reading, data.now_s, LADDERS[data.readings.site.source].minimum_s)


def slow(data: SiteData, reading: Reading[float] | None) -> float | None:
    """Value of the battery level, which may rest; None when the law would give up on it."""
    if reading is None:
        return None
    trusted_at_s = data.memory.site.soc_at_s
    at_s = reading.at_s if trusted_at_s is None else max(reading.at_s, trusted_at_s)
    limit_s = LADDERS[data.readings.site.source].stop_s
    return reading.value if data.now_s - at_s < limit_s else None


def measured(data: ChargerData, reading: Reading[float] | None) -> float | None:
    """Value that a charger repeats each 30 s; None when it has not, or the charger is away."""
    if not is_online(data.reading, data.now_s):
        return None
    return _younger(reading, data.now_s, CHARGER_POWER_STALE_S)


def reported[T](data: ChargerData, reading: Reading[T] | None) -> T | None:
    """State that a charger reports when it changes; None while the charger is away."""
    if reading is None or not is_online(data.reading, data.now_s):
        return None
    return reading.value


def _younger(reading: Reading[float] | None, now_s: float, limit_s: float) -> float | None:
    if reading is None or now_s - reading.at_s >= limit_s:
        return None
    return reading.value
