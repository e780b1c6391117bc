"""Another mode for a while, with the way back: a boost, a pause, a mode with an end.

The settings hold what was asked for, the memory how far it has come. While it lasts the rest of the law
sees settings in which it stands in the place of the charger's own mode; at its end it is told once and
again until whoever keeps the settings has cleared it. A restart moves neither beginning nor end.
"""

from collections.abc import Mapping
from enum import Enum
from math import isfinite
from types import MappingProxyType
from typing import Final

from .change import replace
from .memory import ChargerMemory, Memory, Progress
from .model import (
    NO_TARGET_PCT,
    ChargerReading,
    ChargerSettings,
    Mode,
    Readings,
    Settings,
    Temporary,
)


class Turn(Enum):
    """Where a temporary mode stands at one decision."""

    NONE = "none"
    """There is none, or it goes on."""
    BEGUN = "begun"
    """A person has just asked for it."""
    ENDED = "ended"
    """It has just reached its end."""
    OVER = "over"
    """It ended earlier; the settings still hold it."""


NO_TURNS: Final[Mapping[str, Turn]] = MappingProxyType({})

NOTHING_KNOWN: Final = ChargerReading()


def put_in_force(
    settings: Settings, memory: Memory, readings: Readings, now_s: float
) -> tuple[Settings, Memory, Mapping[str, Turn]]:
    """Give the settings as they hold at this moment, the memory of it, and each charger's turn."""
    if all(own.temporary is None for own in settings.chargers.values()):
        return settings, memory, NO_TURNS
    chargers, memories = dict(settings.chargers), dict(memory.chargers)
    turns: dict[str, Turn] = {}
    for key, own in settings.chargers.items():
        if own.temporary is None:
            continue
        before = memories.get(key, ChargerMemory())
        charger = readings.chargers.get(key, NOTHING_KNOWN)
        soc_pct = readings.vehicle_soc_pct.get(key)
        progress, turns[key] = _advance(own.temporary, before, charger, soc_pct, now_s)
        if progress != before.progress:
            memories[key] = replace(before, progress=progress)
        chargers[key] = _in_place(own, own.temporary, over=progress.over)
    return replace(settings, chargers=chargers), replace(memory, chargers=memories), turns


def mode_in_force(settings: ChargerSettings) -> Mode:
    """Mode that holds at this moment: the temporary one, else the charger's own."""
    return settings.mode if settings.temporary is None else settings.temporary.mode


def left_s(temporary: Temporary, progress: Progress, now_s: float) -> float | None:
    """Time until it ends, s, >= 0; None = time does not end it."""
    if temporary.duration_s is None or progress.started_at_s is None:
        return temporary.duration_s
    return max(0.0, progress.started_at_s + temporary.duration_s - now_s)


def left_kwh(temporary: Temporary, progress: Progress, lifetime_kwh: float) -> float | None:
    """Energy until it ends, kWh, >= 0; None = energy does not end it.

    `lifetime_kwh` is what the car's meter has counted.
    """
    if temporary.energy_kwh is None:
        return None
    return max(0.0, temporary.energy_kwh - (lifetime_kwh - progress.from_kwh))


def _advance(
    temporary: Temporary,
    memory: ChargerMemory,
    charger: ChargerReading,
    soc_pct: float | None,
    now_s: float,
) -> tuple[Progress, Turn]:
    progress, turn = memory.progress, Turn.NONE
    lifetime_kwh = memory.meter.lifetime.total_kwh + memory.meter.unconfirmed_kwh
    if progress.serial != temporary.serial or progress.started_at_s is None:
        progress = Progress(serial=temporary.serial, started_at_s=now_s, from_kwh=lifetime_kwh)
        turn = Turn.BEGUN
    if progress.over:
        return progress, Turn.OVER
    vehicle = charger.vehicle_connected
    left = vehicle is not None and not vehicle.value and progress.plugged
    if vehicle is not None and vehicle.value and not progress.plugged:
        progress = replace(progress, plugged=True)
    if (left and temporary.boost) or _is_over(temporary, progress, lifetime_kwh, soc_pct, now_s):
        return replace(progress, over=True), Turn.ENDED
    return progress, turn


def _is_over(
    temporary: Temporary,
    progress: Progress,
    lifetime_kwh: float,
    soc_pct: float | None,
    now_s: float,
) -> bool:
    if left_s(temporary, progress, now_s) == 0.0:
        return True
    if left_kwh(temporary, progress, lifetime_kwh) == 0.0:
        return True
    target_pct = temporary.target_soc_pct
    if target_pct is None or soc_pct is None or not isfinite(soc_pct):
        return False
    return soc_pct >= target_pct


def _in_place(own: ChargerSettings, temporary: Temporary, *, over: bool) -> ChargerSettings:
    """The charger's settings with the temporary mode in the place of its own."""
    if over:
        return replace(own, temporary=None)
    current_a = temporary.current_a
    return replace(
        own,
        mode=temporary.mode,
        medium_current_a=own.medium_current_a if current_a is None else current_a,
        fast_current_a=own.fast_current_a if current_a is None else current_a,
        session_limit_kwh=0.0 if temporary.boost else own.session_limit_kwh,
        target_soc_pct=NO_TARGET_PCT if temporary.boost else own.target_soc_pct,
    )
