"""Hidden sun: power the arrays could give but nobody takes.

With a full battery and no feed-in the solar charger throttles itself to the house's need. Every meter
then reads about zero surplus while kilowatts are held back. The GX tells *that* an array is limited,
never by how much, so the only way to know is to ask for more: offer the car one amp above what the
meters show, let the battery bridge while the array climbs, keep what holds, give back what does not.
"""

from typing import Final

from .change import replace
from .freshness import known
from .jumps import believed_pct
from .memory import Probe, SiteMemory
from .model import SiteReading

FLAG_HOLD_S: Final = 60.0
"""The GX's flag must last this long: a slow ESS limits the array for seconds after each step."""

FULL_SOC_PCT: Final = 95.0
"""From here a battery may be full in all but name: some never report more (original flow)."""

RESTING_CHARGE_W: Final = 300.0
"""A battery that takes more than this is not full yet (original flow's dead band)."""

LEAST_PV_W: Final = 50.0
"""An array that gives less is asleep or in the dusk: nothing is hidden there."""

EXPORT_VISIBLE_W: Final = 150.0
"""Export above this means that surplus is visible at the grid meter: nothing to probe for."""

SHORTAGE_W: Final = 200.0
"""Shortage a probe must undercut to count as carried: below the 235 W of one amp."""

STEP_S: Final = 12.0
"""Between two steps up: the ESS needs 10..15 s to settle, the meters show the car within 5 s."""

CLIMB_S: Final = 120.0
"""Time an array gets to climb after a step (9 W to 3500 W in about 2 min was measured)."""

RETRY_S: Final = 300.0
"""Rest after a probe that found nothing; costs about 8 Wh each."""

QUIET_S: Final = 45.0
"""A search without a reason for another step ends after this."""

LARGE_SHORTAGE_W: Final = 1500.0
"""A shortage this large is a load or a cloud, not a slow array: the probe ends at once."""


def note_limited(memory: SiteMemory, site: SiteReading, now_s: float) -> SiteMemory:
    """Remember since when the GX reports a held-back array without a break."""
    limited = site.pv_limited is not None and site.pv_limited.value
    if limited == (memory.limited_at_s is not None):
        return memory
    return replace(memory, limited_at_s=now_s if limited else None)


def is_curtailed(memory: SiteMemory, site: SiteReading, now_s: float) -> bool | None:
    """Tell whether sun is being held back; None when battery, grid or PV are unknown."""
    pv_w, grid_w = known(site.pv_power_w), known(site.grid_power_w)
    if pv_w is None or grid_w is None or known(site.battery_power_w) is None:
        return None
    if pv_w <= 0.0 or grid_w < -EXPORT_VISIBLE_W:
        return False
    flagged = memory.limited_at_s is not None and now_s - memory.limited_at_s >= FLAG_HOLD_S
    return flagged or _rests_full(memory, site)


def is_limited(memory: SiteMemory, site: SiteReading) -> bool:
    """Tell whether an array is held back at this moment, however briefly."""
    return memory.limited_at_s is not None or _rests_full(memory, site)


def _rests_full(memory: SiteMemory, site: SiteReading) -> bool:
    """A full battery that takes nothing, on a site that may not export, hides its sun.

    Only while the sun carries the house: an array that could give more would not let battery or
    grid help.
    """
    soc_pct, battery_w = believed_pct(memory, site), known(site.battery_power_w)
    if soc_pct is None or battery_w is None or soc_pct < FULL_SOC_PCT:
        return False
    pv_w, grid_w = known(site.pv_power_w), known(site.grid_power_w)
    if pv_w is None or grid_w is None or pv_w < LEAST_PV_W:
        return False
    if grid_w - battery_w >= min(SHORTAGE_W, pv_w):
        return False
    if site.feed_in_allowed is not None and site.feed_in_allowed.value:
        return False
    # An array known to track its maximum has nothing more to give.
    if site.pv_limited is not None and not site.pv_limited.value:
        return False
    return battery_w < RESTING_CHARGE_W


def step_probe(
    probe: Probe,
    *,
    curtailed: bool,
    limited: bool,
    shortage_w: float,
    drawn_a: float,
    offered_a: int,
    now_s: float,
) -> Probe:
    """Advance the search; `probe.current_a` > 0 is the least current to offer.

    `curtailed` starts a search, `limited` (no delay) keeps it going. `shortage_w` is what battery and
    grid give right now, `drawn_a` what the car takes per phase.
    """
    carried = shortage_w < SHORTAGE_W
    if probe.current_a == 0 or probe.stepped_at_s is None:
        rested = probe.failed_at_s is None or now_s - probe.failed_at_s >= RETRY_S
        if curtailed and rested and carried and offered_a > 0 and drawn_a > offered_a - 1.0:
            return Probe(current_a=offered_a + 1, stepped_at_s=now_s)
        return probe
    since_s = now_s - probe.stepped_at_s
    if shortage_w > LARGE_SHORTAGE_W or (not carried and since_s >= CLIMB_S):
        return Probe(failed_at_s=now_s)
    if carried and since_s >= STEP_S and drawn_a > probe.current_a - 1.0 and limited:
        return replace(probe, current_a=probe.current_a + 1, stepped_at_s=now_s)
    if carried and since_s >= QUIET_S:
        return Probe()  # the array tracks again or the car takes no more: nothing left to find
    return probe
