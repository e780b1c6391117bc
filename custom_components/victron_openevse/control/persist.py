"""Memory to plain data and back, across restarts.

The steady clock starts anew with every process, so times are stored as ages and moved to the new
clock when read; `absent_s` is how long nobody decided. Damaged or foreign data never raises: what
does not fit its type keeps its default.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints

from .memory import ChargerMemory, HouseMemory, Memory, SiteMemory
from .nights import wake_house

TIME_SUFFIX: Final = "_at_s"

SIGNED: Final = frozenset({"cost", "savings"})
"""Quantities that may be negative: some tariffs pay whoever takes energy."""

NOT_KEPT: Final = frozenset({"check"})
"""A commissioning check does not outlive the process: nobody saw what its steps did meanwhile."""

KEPT_OF_SITE: Final = ("islanded_at_s",)
"""Nothing may start on an outage because Home Assistant was started in it and the GX is slower."""

GREATEST: Final = 1e12
"""No quantity in memory (ages in s, kWh, A, counts) is larger: what is, was damaged."""


def dump(memory: Memory, now_s: float) -> dict[str, Any]:
    """Give `memory` as JSON-able data with times as ages in seconds before `now_s`.

    Of the site only a lost grid is kept: filters start anew from the first readings anyway.
    """
    return {
        "site": _dump(memory.site, now_s, KEPT_OF_SITE),
        "house": _dump(memory.house, now_s),
        "chargers": {key: _dump(charger, now_s) for key, charger in memory.chargers.items()},
    }


def load(data: object, now_s: float, absent_s: float) -> Memory:
    """Rebuild a memory from `dump`'s data, saved `absent_s` seconds ago."""
    if not isinstance(data, Mapping):
        return Memory()
    chargers = data.get("chargers")
    if not isinstance(chargers, Mapping):
        chargers = {}
    saved_at_s = now_s - max(0.0, absent_s)
    site = data.get("site")
    kept = {name: site.get(name) for name in KEPT_OF_SITE} if isinstance(site, Mapping) else {}
    return Memory(
        site=_load(SiteMemory, kept, saved_at_s),
        house=wake_house(_load(HouseMemory, data.get("house"), saved_at_s), absent_s),
        chargers={
            str(key): _load(ChargerMemory, value, saved_at_s) for key, value in chargers.items()
        },
    )


def _dump(item: Any, now_s: float, only: tuple[str, ...] | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in fields(item):
        if field.name in NOT_KEPT or (only is not None and field.name not in only):
            continue
        value = getattr(item, field.name)
        if is_dataclass(value):
            value = _dump(value, now_s)
        elif field.name.endswith(TIME_SUFFIX) and value is not None:
            value = _ages_s(value, now_s)
        data[field.name] = value
    return data


def _ages_s(at_s: float | tuple[float, ...], now_s: float) -> float | tuple[float, ...]:
    if isinstance(at_s, tuple):
        return tuple(now_s - one_s for one_s in at_s)
    return now_s - at_s


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _load(kind: Any, data: object, saved_at_s: float) -> Any:
    if not isinstance(data, Mapping):
        return kind()
    values: dict[str, Any] = {}
    for name, hint in _hints(kind).items():
        if name not in data or name in NOT_KEPT:
            continue
        known, value = _fit(hint, data[name], saved_at_s)
        if not known:
            continue
        if isinstance(value, tuple) and name.endswith(TIME_SUFFIX):
            value = tuple(saved_at_s - age_s for age_s in value)
        elif isinstance(value, int | float):
            if name.endswith(TIME_SUFFIX):
                value = saved_at_s - max(0.0, value)
            elif value < 0 and name not in SIGNED:
                continue  # energies, currents and spans are never negative
        values[name] = value
    return kind(**values)


def _fit(hint: Any, value: object, saved_at_s: float) -> tuple[bool, Any]:
    """Tell whether `value` fits `hint`, and the value in that type."""
    kinds = get_args(hint) or (hint,)
    if get_origin(hint) is tuple:
        return _fit_numbers(value)
    if value is None:
        return NoneType in kinds, None
    kind: Any = next(kind for kind in kinds if kind is not NoneType)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        fits = isinstance(value, str) and value in set(kind)
        return fits, kind(str(value)) if fits else None
    return (True, _load(kind, value, saved_at_s)) if is_dataclass(kind) else _fit_plain(kind, value)


def _fit_numbers(value: object) -> tuple[bool, Any]:
    if not isinstance(value, list | tuple):
        return False, None
    fitted = [_fit_plain(float, item) for item in value]
    return True, tuple(item for known, item in fitted if known and item >= 0.0)


def _fit_plain(kind: type, value: object) -> tuple[bool, Any]:
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool), value
    # Compared before anything is converted: whole numbers in JSON may be too long for a float.
    if not isinstance(value, int | float) or not -GREATEST <= value <= GREATEST:
        return False, None
    return True, kind(value)
