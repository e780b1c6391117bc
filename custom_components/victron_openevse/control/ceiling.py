"""The inverter's ceiling: DC sun beyond the inverter's rating can charge the battery but no car.

While the inverter gives all it can, the grid imports although the battery charges; counted as surplus,
that charge would only raise the import. So the power at which the inverter stuck is kept for a while
and the battery's charge counts only as far as the inverter has room below it. No reading gives the
rating: a GX reports what an inverter does, not what it could.
"""

from typing import Final

from .change import replace
from .freshness import LADDERS, Trust, known, oldest_at_s
from .memory import Ceiling, SiteMemory
from .model import SiteReading

STUCK_W: Final = 150.0
"""Import and charge above this are no rest of the ESS's control, whose usual setpoint is 50 W."""

CONFIRM_S: Final = 25.0
"""The ESS settles 10..15 s after a step; longer ramps show as an inverter that still rises."""

LEAST_CEILING_W: Final = 2000.0
"""The smallest inverter beside a car charger gives 2.4 kW: below this something else holds it back."""

KEPT_S: Final = 900.0
"""Then the ceiling is tried again, for it may have been heat or a setting; costs about 10 Wh."""


def note_ceiling(memory: SiteMemory, site: SiteReading, now_s: float) -> SiteMemory:
    """Remember at which power the inverter sticks, and since when.

    How long it has been so is told by the readings' own times: a GX that fell silent amid a step repeats
    that step and proves nothing.
    """
    power_w, ceiling = _inverter_w(site), memory.ceiling
    at_s = oldest_at_s(site.grid_power_w, site.battery_power_w)
    found = None
    if power_w is not None and at_s is not None and _sticks(site, power_w, now_s - at_s):
        found = Ceiling(power_w=power_w, since_at_s=at_s)
    beyond = ceiling is not None and power_w is not None and power_w > ceiling.power_w + STUCK_W
    if ceiling is None or beyond or (found is None and not ceiling.sure):
        return memory if found is ceiling else replace(memory, ceiling=found)
    if ceiling.sure or found is None:
        forgotten = now_s - ceiling.since_at_s >= KEPT_S
        return replace(memory, ceiling=None) if forgotten else memory
    if found.since_at_s - ceiling.since_at_s < CONFIRM_S:
        return memory
    return replace(memory, ceiling=replace(ceiling, sure=True))


def beyond_ceiling_w(memory: SiteMemory, site: SiteReading) -> float:
    """Part of the battery's charge that could not reach a car, W, >= 0."""
    ceiling = memory.ceiling
    if ceiling is None or not ceiling.sure:
        return 0.0
    power_w, battery_w = _inverter_w(site), known(site.battery_power_w)
    if power_w is None or battery_w is None:
        return 0.0
    return max(0.0, battery_w - max(0.0, ceiling.power_w - power_w))


def _inverter_w(site: SiteReading) -> float | None:
    """DC power that leaves for the AC side, W: what the DC arrays give and the battery does not take."""
    pv_dc_w, battery_w = known(site.pv_dc_power_w), known(site.battery_power_w)
    return None if pv_dc_w is None or battery_w is None else pv_dc_w - battery_w


def _sticks(site: SiteReading, power_w: float, age_s: float) -> bool:
    """Tell whether it sticks, by readings of this age."""
    if LADDERS[site.source].trust(age_s) is not Trust.CURRENT:
        return False
    grid_w = known(site.grid_power_w)
    if grid_w is None or grid_w <= STUCK_W or power_w < LEAST_CEILING_W:
        return False
    battery_w = known(site.battery_power_w)
    return battery_w is not None and battery_w > STUCK_W
