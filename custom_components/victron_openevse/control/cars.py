"""The cars that could take the sun of the coming hours: how long they stay and how much they take."""

from collections.abc import Mapping
from dataclasses import dataclass

from .contactor import has_had_enough
from .freshness import known
from .limits import ceiling_a
from .memory import ChargerMemory
from .model import ChargerReading, Mode, Readings, Settings
from .phases import phases_of
from .targets import has_its_fill


@dataclass(frozen=True, slots=True)
class Cars:
    """What the plan has to know of the cars in `solar`."""

    departure_h: float | None = None
    """Hours until the last of them leaves; None while one stays, or there is none."""
    most_w: float | None = None
    """Most that they can draw together, W; None = there is none."""


NOTHING_KNOWN = ChargerReading()


def solar_cars(
    settings: Settings,
    memories: Mapping[str, ChargerMemory],
    readings: Readings,
    now_s: float,
) -> Cars:
    """Look who is there."""
    staying = [
        key
        for key, own in settings.chargers.items()
        if own.mode is Mode.SOLAR
        and memories[key].connected
        and not memories[key].paused
        and not has_had_enough(memories[key], now_s)
        and not has_its_fill(own, memories[key])
    ]
    if not staying:
        return Cars()
    most_w = sum(_most_w(settings, memories[key], readings, key) for key in staying)
    if any(key not in readings.hours_to_departure for key in staying):
        return Cars(most_w=most_w)
    departure_h = max(readings.hours_to_departure[key] for key in staying)
    return Cars(departure_h=departure_h, most_w=most_w)


def _most_w(settings: Settings, memory: ChargerMemory, readings: Readings, key: str) -> float:
    """Most that one car can draw in the solar modes, as far as it has shown."""
    own = settings.chargers[key]
    charger = readings.chargers.get(key, NOTHING_KNOWN)
    most_a: float = min(own.solar_max_current_a, ceiling_a(own, charger))
    if memory.draw_cap_a is not None:
        most_a = min(most_a, memory.draw_cap_a)
    voltage_v = known(readings.site.grid_voltage_v) or settings.site.nominal_voltage_v
    return max(0.0, most_a) * voltage_v * phases_of(own, memory)
