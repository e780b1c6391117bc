"""How old a reading may grow before the law trusts it less.

The ladder for the solar modes: current readings are used; older ones freeze the offer (*hold*);
older still bring it down to the *minimum*; at last charging *stops*. It only ever lowers what is
already running: without readings nothing starts. Recovery is automatic with the next reading.
"""

from dataclasses import dataclass
from enum import IntEnum
from math import isfinite
from types import MappingProxyType
from typing import Final

from .model import ChargerReading, Reading, SiteReading, SiteSource


class Trust(IntEnum):
    """What may be done with readings of this age; higher is worse."""

    CURRENT = 0
    HOLD = 1
    MINIMUM = 2
    STOP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Ages in seconds at which trust falls."""

    hold_s: float
    minimum_s: float
    stop_s: float

    def trust(self, age_s: float | None) -> Trust:
        """Judge an age; None = never learned."""
        if age_s is None or age_s >= self.stop_s:
            return Trust.STOP
        if age_s >= self.minimum_s:
            return Trust.MINIMUM
        return Trust.HOLD if age_s >= self.hold_s else Trust.CURRENT


LADDERS: Final = MappingProxyType(
    {
        # A GX speaks once a second; a value silent for 20 s is read again, so 22 s without an
        # answer means trouble. 30 s and 180 s are the product's promise to its users.
        SiteSource.MQTT: Ladder(hold_s=22.0, minimum_s=30.0, stop_s=180.0),
        # Other integrations drop values for up to a minute, poll each 30 s or more, and repeat a
        # constant one only about every 180 s, with gaps of up to 228 s measured: silence says less
        # there. One that has lost its device takes up to 420 s to say so.
        SiteSource.ENTITIES: Ladder(hold_s=90.0, minimum_s=240.0, stop_s=420.0),
    }
)

CHARGER_SILENT_S: Final = 90.0
"""A charger without any message for this long is offline: it dumps everything each 30 s."""

CHARGER_POWER_STALE_S: Final = 75.0
"""Charging power older than this is absent: idle chargers repeat it each 30 s, two may be lost."""


def known(reading: Reading[float] | None) -> float | None:
    """Value of `reading`; None when it is absent or no finite number."""
    return reading.value if reading is not None and isfinite(reading.value) else None


def young(reading: Reading[float] | None, source: SiteSource, now_s: float) -> float | None:
    """Value of a site's reading that may still be true; None when it is too old to follow the sun by."""
    if reading is None or now_s - reading.at_s >= LADDERS[source].minimum_s:
        return None
    return known(reading)


def oldest_at_s(*readings: Reading[float] | None) -> float | None:
    """Time of the oldest of `readings`; None when one is absent or no number."""
    times = [
        reading.at_s for reading in readings if reading is not None and isfinite(reading.value)
    ]
    return min(times) if len(times) == len(readings) else None


def missing_readings(site: SiteReading, level_at_s: float | None, now_s: float) -> tuple[str, ...]:
    """Name the readings the solar modes need and cannot trust to follow the sun.

    The level was known until `level_at_s` (`level_age`); None = never.
    """
    powers = (("grid_power", site.grid_power_w), ("battery_power", site.battery_power_w))
    missing = [name for name, power in powers if young(power, site.source, now_s) is None]
    # The state of charge moves slowly: it may be older than the powers.
    old = level_at_s is None or now_s - level_at_s >= LADDERS[site.source].stop_s
    if old or known(site.battery_soc_pct) is None:
        missing.append("battery_soc")
    return tuple(missing)


def is_online(charger: ChargerReading, now_s: float) -> bool:
    """Tell whether a charger is known to be there."""
    online = charger.online
    return online is not None and online.value and now_s - online.at_s < CHARGER_SILENT_S


def charging_power_w(charger: ChargerReading, now_s: float) -> float | None:
    """Power the car draws, W; None when the charger has not said so lately."""
    power = charger.charging_power_w
    if power is None or now_s - power.at_s >= CHARGER_POWER_STALE_S:
        return None
    return known(power)
