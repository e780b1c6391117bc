"""Sums over phases and arrays that are whole or absent, never silently smaller.

A sum's time is that of its oldest part: the sum is not younger than anything in it.

`NumberOfPhases` is the number of the highest phase with a value, not how many there are: one
inverter on L2 alone reads 2 with L1 absent. So the two kinds of groups differ:

* Loads and grid: up to that number every phase must be known. A phase beyond it has left the
  sum. Without the number, a lost phase makes the sum absent.
* AC arrays: phases may be absent, but none may be lost, and up to that number none may be
  unheard of before the first complete publish.
"""

from dataclasses import dataclass

from ..control.model import Reading
from .slots import Slot, SlotTable
from .topics import (
    AC_PV_GROUPS,
    DC_PV_POWER,
    PHASES,
    phase_count,
    phase_power,
)


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum, or why there is none."""

    reading: Reading[float] | None
    whole: bool
    """False when a part is missing that does or may exist; then there is no reading."""


_NOTHING = Sum(None, whole=True)
_BROKEN = Sum(None, whole=False)


def reading_of(slot: Slot | None) -> Reading[float] | None:
    """Return a slot's number with its time."""
    number = None if slot is None else slot.number
    return None if slot is None or number is None else Reading(number, slot.at_s)


def total(parts: list[Reading[float]]) -> Reading[float] | None:
    """Add readings; `None` if there are none."""
    if not parts:
        return None
    return Reading(sum(part.value for part in parts), min(part.at_s for part in parts))


def phase_sum(slots: SlotTable, group: str) -> Reading[float] | None:
    """Return the sum of a group all of whose phases must be known (grid, consumption), W."""
    return total(phase_parts(slots, group))


def phase_parts(slots: SlotTable, group: str) -> list[Reading[float]]:
    """Return the phases of a group all of whose phases must be known, W; none while one is not."""
    paths = [phase_power(group, phase) for phase in PHASES]
    phases = [slots.get(path) for path in paths]
    count = slots.number(phase_count(group))
    if count is None:
        if any(map(slots.is_lost, paths)):
            return []
    elif any(reading_of(slot) is None for slot in phases[: int(count)]):
        return []
    return [part for slot in phases if (part := reading_of(slot)) is not None]


def array_sum(slots: SlotTable, group: str) -> Sum:
    """Return the sum of one group of AC arrays, W."""
    paths = [phase_power(group, phase) for phase in PHASES]
    phases = [slots.get(path) for path in paths]
    if any(map(slots.is_lost, paths)):
        return _BROKEN
    if not slots.published and None in phases[: int(slots.number(phase_count(group)) or 0)]:
        return _BROKEN
    parts = [part for slot in phases if (part := reading_of(slot)) is not None]
    return Sum(total(parts), whole=True)


def dc_pv(slots: SlotTable) -> Sum:
    """Return the DC-coupled arrays' power, W, >= 0."""
    if slots.is_lost(DC_PV_POWER):
        return _BROKEN
    reading = reading_of(slots.get(DC_PV_POWER))
    return _NOTHING if reading is None else Sum(_not_negative(reading), whole=True)


def pv_total(slots: SlotTable) -> Reading[float] | None:
    """Return the power of all arrays, W, >= 0; absent while any existing part is unknown.

    Before the first complete publish a part nobody has spoken of may exist, so there is no total
    until each part has been heard of or the publish is complete.
    """
    if not (slots.published or _all_heard_of(slots)):
        return None
    parts = [dc_pv(slots), *(array_sum(slots, group) for group in AC_PV_GROUPS)]
    if not all(part.whole for part in parts):
        return None
    reading = total([part.reading for part in parts if part.reading is not None])
    return None if reading is None else _not_negative(reading)


def _all_heard_of(slots: SlotTable) -> bool:
    if slots.get(DC_PV_POWER) is None:
        return False
    return all(slots.get(phase_power(group, PHASES[0])) is not None for group in AC_PV_GROUPS)


def _not_negative(reading: Reading[float]) -> Reading[float]:
    """An inverter draws a few watts at night; that is load, not sun."""
    return reading if reading.value >= 0 else Reading(0.0, reading.at_s)
