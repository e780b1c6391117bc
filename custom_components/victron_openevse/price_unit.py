"""Understands the units in which tariff entities tell prices.

Prices are only compared with each other, so it does not matter which currency; it does matter that
import and export are in the same one, whether the one says cents and the other euros.
"""

from math import isfinite
from types import MappingProxyType
from typing import Final

PER_KWH: Final = MappingProxyType({"wh": 1000.0, "kwh": 1.0, "mwh": 0.001, "gwh": 0.000001})
"""What a price for one of these is multiplied by to be one for a kWh."""

HUNDREDTHS: Final = frozenset({"c", "¢", "p", "pence", "penny", "öre", "øre", "ore", "gr", "grosz"})
"""Words for the hundredth part of a currency; those that end in ct or cent are known anyway."""

HUNDREDTH_ENDINGS: Final = ("ct", "cts", "cent", "cents")


def price_per_kwh(text: str, unit: str | None) -> float | None:
    """Give a price in whole currency per kWh; None for no number or a unit nobody knows.

    Prices may be negative. Without a unit, or without its second half, whole currency and kWh are meant.
    """
    factor = _factor((unit or "").strip().lower().replace(" per ", "/"))
    try:
        price = float(text)
    except ValueError:
        return None
    return price * factor if factor is not None and isfinite(price) else None


def _factor(unit: str) -> float | None:
    currency, _, energy = (part.strip() for part in unit.partition("/"))
    per_kwh = PER_KWH.get(energy) if energy else 1.0
    if per_kwh is None:
        return None
    small = currency in HUNDREDTHS or currency.endswith(HUNDREDTH_ENDINGS)
    return per_kwh * (0.01 if small else 1.0)
