"""Keeping the house battery out of the car (switch "use battery" off, modes medium and fast).

The inverter may deliver max(DC PV, house without the car): the sun's power passes, the battery may
carry the house, the rest of the car comes from the grid. Whether the GX obeys is judged by what the
battery does, not by what was written.
"""

from dataclasses import replace
from typing import Final

from .freshness import known
from .memory import SiteMemory
from .model import BatteryGuard, SiteReading

LEAST_LIMIT_W: Final = 1.0
"""0 would forbid inverting altogether and with it the export of excess sun."""

SETTLE_S: Final = 20.0
"""From the first write until the battery can be expected to have obeyed (ESS settles in 15 s)."""

LEAK_HOLD_S: Final = 30.0
"""A leak must last: a kettle switched on is the battery's for some seconds."""

LEAK_W: Final = 300.0
"""Tolerance for meters read at different moments."""

LOSS_FACTOR: Final = 1.12
"""Battery (DC) power per inverter (AC) power, with a margin on 5..8 % of losses."""


def limit_w(site: SiteReading, house_w: float | None) -> float | None:
    """Inverter power to allow, W; None when neither PV nor house are known."""
    allowed = [value for value in (known(site.pv_dc_power_w), house_w) if value is not None]
    return max(LEAST_LIMIT_W, *allowed) if allowed else None


def watch(
    memory: SiteMemory, site: SiteReading, limit: float | None, now_s: float
) -> tuple[BatteryGuard, SiteMemory]:
    """Judge whether the battery obeys `limit` (W; None = no limit asked)."""
    if limit is None:
        if memory.guard_at_s is None:
            return BatteryGuard.INACTIVE, memory
        return BatteryGuard.INACTIVE, replace(memory, guard_at_s=None, leak_at_s=None)
    guard_at_s = now_s if memory.guard_at_s is None else memory.guard_at_s
    leak_at_s = None
    if _leaks(site, limit):
        leak_at_s = now_s if memory.leak_at_s is None else memory.leak_at_s
    memory = replace(memory, guard_at_s=guard_at_s, leak_at_s=leak_at_s)
    if now_s - guard_at_s < SETTLE_S:
        return BatteryGuard.PENDING, memory
    if leak_at_s is not None and now_s - leak_at_s >= LEAK_HOLD_S:
        return BatteryGuard.IGNORED, memory
    return BatteryGuard.EFFECTIVE, memory


def _leaks(site: SiteReading, limit: float) -> bool:
    battery_w = known(site.battery_power_w)
    if battery_w is None:
        return False
    allowed_w = max(0.0, limit - (known(site.pv_dc_power_w) or 0.0)) * LOSS_FACTOR + LEAK_W
    return -battery_w > allowed_w
