"""Keeping the house battery out of the car.

That is asked for by the switch "use battery" (off, modes medium and fast), and by the guaranteed
minimum while the battery is below the reserve: then the grid gives it.

The inverter may deliver max(DC PV, house without the car and without what AC-coupled PV carries): the
sun's power passes, the battery may carry the house, the rest of the car comes from the grid. While a car
must be kept out, a lack of data never lifts the limit: it is held for as long as the solar modes would
go on without data, then only the sun known to be there passes. Whether the GX obeys is judged by what
the battery does, not by what was written.
"""

from typing import Final

from .change import replace
from .freshness import LADDERS, known, young
from .memory import Guard, SiteMemory
from .model import BatteryGuard, SiteReading, SiteSource

LEAST_LIMIT_W: Final = 1.0
"""Not 0: the GX reads 0 as "never invert", which also stops the export of excess sun."""

SETTLE_S: Final = 20.0
"""From the first write until the battery can be expected to have obeyed (ESS settles in 15 s)."""

LEAK_HOLD_S: Final = 30.0
"""A leak must last: a kettle switched on is the battery's for some seconds."""

LEAK_W: Final = 300.0
"""Tolerance for meters read at different moments."""

LOSS_FACTOR: Final = 1.12
"""Battery (DC) power per inverter (AC) power, with a margin on 5..8 % of losses."""


def release(memory: SiteMemory) -> SiteMemory:
    """No car is to be kept out: forget the limit."""
    return memory if memory.guard is None else replace(memory, guard=None)


def keep_out(
    memory: SiteMemory, site: SiteReading, house_w: float | None, now_s: float
) -> tuple[float | None, BatteryGuard, SiteMemory]:
    """Give the inverter power to allow, W, and judge whether the battery obeys.

    None where the GX cannot be told.

    `house_w` is what the inverter may feed besides the sun: the house and cars that may have the
    battery; None = unknown.
    """
    if site.source is SiteSource.ENTITIES:
        return None, BatteryGuard.NOT_POSSIBLE, release(memory)
    before = memory.guard
    house_w = _not_above(before, site, _house_from_dc_w(memory, site, house_w))
    known_at_s = None if before is None else before.known_at_s
    if house_w is not None:
        known_at_s = now_s
    elif before is not None:
        house_w = before.house_w
    guard = Guard(
        since_at_s=now_s if before is None else before.since_at_s,
        limit_w=_limit_w(before, site, house_w, known_at_s, now_s),
        house_w=house_w,
        known_at_s=known_at_s,
        consumption=site.consumption_power_w,
        leak_at_s=_leak_at_s(before, site, house_w or 0.0, now_s),
    )
    return guard.limit_w, _judge(guard, now_s), replace(memory, guard=guard)


def _not_above(before: Guard | None, site: SiteReading, house_w: float | None) -> float | None:
    """Let the house rise only with a new reading: what a car takes less is not the house's to have."""
    told = site.consumption_power_w
    if before is None or before.house_w is None or house_w is None or told is None:
        return house_w
    return min(house_w, before.house_w) if told == before.consumption else house_w


def _limit_w(
    before: Guard | None,
    site: SiteReading,
    house_w: float | None,
    known_at_s: float | None,
    now_s: float,
) -> float:
    """The limit from what is known, or the last one while the lack of data is young."""
    pv_dc_w = young(site.pv_dc_power_w, site.source, now_s) or 0.0
    if known_at_s == now_s:
        return max(LEAST_LIMIT_W, pv_dc_w, house_w or 0.0)
    if before is None or known_at_s is None or now_s - known_at_s >= LADDERS[site.source].stop_s:
        return max(LEAST_LIMIT_W, pv_dc_w)
    return before.limit_w


def _leak_at_s(
    before: Guard | None, site: SiteReading, house_w: float, now_s: float
) -> float | None:
    if not _leaks(site, house_w):
        return None
    return now_s if before is None or before.leak_at_s is None else before.leak_at_s


def _house_from_dc_w(memory: SiteMemory, site: SiteReading, house_w: float | None) -> float | None:
    """The part of the house that AC-coupled PV leaves to battery and DC sun, W, >= 0.

    Unknown while a PV power that was known is not; one forgotten, as at night, counts as none.
    """
    pv_w = known(site.pv_power_w)
    if house_w is None or (pv_w is None and memory.pv_at_s is not None):
        return None
    pv_ac_w = max(0.0, (pv_w or 0.0) - (known(site.pv_dc_power_w) or 0.0))
    return max(0.0, house_w - pv_ac_w)


def _leaks(site: SiteReading, house_w: float) -> bool:
    """Tell whether the battery gives more than the house can have taken."""
    battery_w = known(site.battery_power_w)
    if battery_w is None:
        return False
    allowed_w = max(0.0, house_w - (known(site.pv_dc_power_w) or 0.0)) * LOSS_FACTOR + LEAK_W
    return -battery_w > allowed_w


def _judge(guard: Guard, now_s: float) -> BatteryGuard:
    if now_s - guard.since_at_s < SETTLE_S:
        return BatteryGuard.PENDING
    if guard.leak_at_s is not None and now_s - guard.leak_at_s >= LEAK_HOLD_S:
        return BatteryGuard.IGNORED
    return BatteryGuard.EFFECTIVE
