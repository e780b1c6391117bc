"""Limits that hold in every mode: circuit, charger, and the least current there is."""

from typing import Final

from .freshness import known
from .model import MAX_CURRENT_A, MIN_CURRENT_A, ChargerReading, ChargerSettings, Mode

LEAST_DRAW_A: Final = 1.0
"""A car that takes less than this of an offer does not charge, and one that takes more does, whatever state
its charger shows."""


def ceiling_a(settings: ChargerSettings, charger: ChargerReading) -> int:
    """Most amps this charger may offer in any mode; below `MIN_CURRENT_A` it may offer nothing."""
    ceiling = min(settings.circuit_current_a, MAX_CURRENT_A)
    own_a = known(charger.max_current_a)
    return ceiling if own_a is None else min(ceiling, int(own_a))


def fixed_current_a(settings: ChargerSettings) -> int:
    """Current of the modes medium and fast, before limits."""
    return settings.fast_current_a if settings.mode is Mode.FAST else settings.medium_current_a


def clamp_offer_a(current_a: int, ceiling: int) -> int:
    """Bring an offer within limits: 0, or MIN_CURRENT_A..ceiling."""
    if current_a <= 0 or ceiling < MIN_CURRENT_A:
        return 0
    return max(MIN_CURRENT_A, min(current_a, ceiling))
