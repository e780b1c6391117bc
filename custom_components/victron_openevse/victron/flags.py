"""What the GX's flags and settings say: is sun held back, may it be exported, is the grid there.

Each answer is True, False or unknown (`None`); unknown is never taken for either.

Sun is held back when a solar charger is voltage or current limited while it produces (and not
just at its own rating: no car can draw more from it), when the GX's feed-in limiter acts, or when
an AC inverter produces at a limit below its maximum. It is known *not* to be held back only when
every solar charger and every inverter that has a limit says so.
"""

from collections.abc import Iterable
from typing import Final

from ..control.model import Reading
from . import topics
from .slots import Slot, SlotTable
from .sums import reading_of

MODE_OFF: Final = 0
MODE_LIMITED: Final = 1
MODE_TRACKING: Final = 2
"""Solar charger operation modes; 255 means that it does not say."""

NEAR_LIMIT_SHARE: Final = 0.95
"""Within 5 % of a limit counts as at it. No threshold of the law but what "at" means in these
reports: a device's power and the limit it obeys come from two uncalibrated measurements, and an
inverter that is held back settles a few per cent below."""

SOURCE_UNKNOWN: Final = 0
SOURCE_GENERATOR: Final = 2
SOURCE_NOT_CONNECTED: Final = 240

NO_EXPORT_W: Final = 0.0
"""The GX's own coding of `MaxFeedInPower`, no threshold: exactly 0 forbids export, negative means no
cap, and any other cap still lets something out."""

type Answer = Reading[bool] | None


def pv_limited(slots: SlotTable) -> Answer:
    """Tell whether some array is held back. Source: Venus OS path list, MppOperationMode."""
    answers = [
        _charger_limited(slots, i)
        for i in slots.instances(topics.CHARGER)
        if not _charger_gone(slots, i)
    ]
    answers += [
        _inverter_limited(slots, i)
        for i in slots.instances(topics.INVERTER)
        if _is_limitable(slots, i)
    ]
    limiter = reading_of(slots.get(topics.PV_LIMITER))
    if limiter is not None:
        answers.append(Reading(limiter.value == 1, limiter.at_s))
    return any_of(answers)


def any_of(answers: Iterable[Answer]) -> Answer:
    """Return True if any answer is, False if all are, else unknown.

    True is as young as its newest witness, False as old as its oldest.
    """
    known = list(answers)
    held = [answer.at_s for answer in known if answer is not None and answer.value]
    if held:
        return Reading(value=True, at_s=max(held))
    free = [answer.at_s for answer in known if answer is not None]
    if not free or len(free) < len(known):
        return None
    return Reading(value=False, at_s=min(free))


def _charger_limited(slots: SlotTable, instance: int) -> Answer:
    prefix = f"{topics.CHARGER}/{instance}"
    mode = reading_of(slots.get(f"{prefix}/{topics.CHARGER_MODE}"))
    if mode is None or mode.value not in (MODE_OFF, MODE_LIMITED, MODE_TRACKING):
        return _absent_is_free(slots, prefix)
    if mode.value != MODE_LIMITED:
        return Reading(value=False, at_s=mode.at_s)
    power = reading_of(slots.get(f"{prefix}/{topics.CHARGER_YIELD}"))
    if power is None:
        return None
    held_back = power.value > 0 and not _at_rating(slots, prefix, power.value)
    return Reading(value=held_back, at_s=min(mode.at_s, power.at_s))


def _charger_gone(slots: SlotTable, instance: int) -> bool:
    """Tell whether a charger left for good, or got another instance number."""
    prefix = f"{topics.CHARGER}/{instance}"
    paths = (f"{prefix}/{topics.CHARGER_MODE}", f"{prefix}/{topics.CHARGER_YIELD}")
    return slots.published and not any(slots.may_exist(path) for path in paths)


def _absent_is_free(slots: SlotTable, prefix: str) -> Answer:
    """Return False for a charger that makes nothing whatever its mode, else unknown."""
    power = reading_of(slots.get(f"{prefix}/{topics.CHARGER_YIELD}"))
    if power is None or power.value > 0:
        return None
    return Reading(value=False, at_s=power.at_s)


def _at_rating(slots: SlotTable, prefix: str, power_w: float) -> bool:
    """Tell whether a charger gives all its current limit allows; False if that is unknown."""
    current_a = slots.number(f"{prefix}/{topics.CHARGER_CURRENT_LIMIT}")
    battery_v = slots.number(topics.BATTERY_VOLTS)
    if current_a is None or battery_v is None:
        return False
    return power_w >= NEAR_LIMIT_SHARE * current_a * battery_v


def _is_limitable(slots: SlotTable, instance: int) -> bool:
    """Tell whether an AC inverter reports both a limit and its maximum."""
    prefix = f"{topics.INVERTER}/{instance}"
    limit = slots.number(f"{prefix}/{topics.INVERTER_LIMIT}")
    return limit is not None and slots.number(f"{prefix}/{topics.INVERTER_MAX}") is not None


def _inverter_limited(slots: SlotTable, instance: int) -> Answer:
    prefix = f"{topics.INVERTER}/{instance}"
    power = reading_of(slots.get(f"{prefix}/{topics.INVERTER_POWER}"))
    limit = reading_of(slots.get(f"{prefix}/{topics.INVERTER_LIMIT}"))
    maximum_w = slots.number(f"{prefix}/{topics.INVERTER_MAX}")
    if power is None or limit is None or maximum_w is None:
        return None
    held_back = limit.value < maximum_w and power.value >= NEAR_LIMIT_SHARE * limit.value
    return Reading(held_back, min(power.at_s, limit.at_s))


def feed_in_allowed(slots: SlotTable) -> Answer:
    """Tell whether all of the excess sun may be exported; False if any kind of it may not."""
    cap = reading_of(slots.get(topics.MAX_FEED_IN))
    if cap is not None and cap.value == NO_EXPORT_W:
        return Reading(value=False, at_s=cap.at_s)
    denials: list[Answer] = []
    if slots.number(topics.DC_PV_POWER) is not None:
        denials.append(_equals(slots.get(topics.DC_FEED_IN), 0))
    if _has_ac_pv(slots):
        denials.append(_equals(slots.get(topics.AC_FEED_IN_PREVENTED), 1))
    denied = any_of(denials)
    return None if denied is None else Reading(not denied.value, denied.at_s)


def _has_ac_pv(slots: SlotTable) -> bool:
    paths = (topics.phase_power(g, p) for g in topics.AC_PV_GROUPS for p in topics.PHASES)
    return any(slots.number(path) is not None for path in paths)


def _equals(slot: Slot | None, expected: float) -> Answer:
    reading = reading_of(slot)
    return None if reading is None else Reading(reading.value == expected, reading.at_s)


def grid_connected(slots: SlotTable) -> Answer:
    """Tell whether the house is on the grid; a generator is no grid, though it gives AC."""
    source = reading_of(slots.get(topics.INPUT_SOURCE))
    if source is None or source.value == SOURCE_UNKNOWN:
        return None
    islanded = source.value in (SOURCE_NOT_CONNECTED, SOURCE_GENERATOR)
    return Reading(not islanded, source.at_s)


def grid_voltage(slots: SlotTable) -> Reading[float] | None:
    """Return the first meter's volts, phase to neutral."""
    for instance in slots.instances(topics.METER):
        reading = reading_of(slots.get(f"{topics.METER}/{instance}/{topics.METER_VOLTS}"))
        if reading is not None:
            return reading
    return None


def conflicts(slots: SlotTable) -> tuple[str, ...]:
    """Return what else steers the battery right now, as keys: DESS, a scheduled charge."""
    steering = {
        "dess_active": topics.DESS_ACTIVE,
        "scheduled_charge": topics.SCHEDULED_CHARGE,
    }
    return tuple(key for key, path in steering.items() if slots.number(path))
