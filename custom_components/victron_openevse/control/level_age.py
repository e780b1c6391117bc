"""How long a battery level counts that is not told again.

Over MQTT a level has the age of its message. From entities it may be told alone, by a template or by
another integration than the powers, and many of these write only what changes: it rests for an hour
on the way and all day at 100 % or at the minimum. What has lost its device says that it is
unavailable; for the rest its age says nothing, but the battery's power does. A level that stays the
same while the battery gives is frozen. One frozen while it charges only errs downwards, and costs the
car some sun.
"""

from typing import Final

from .change import replace
from .freshness import known, young
from .memory import SiteMemory
from .model import SiteReading, SiteSource
from .nights import WS_PER_KWH

UNSEEN_KWH: Final = 1.0
"""What the battery may give, net, without a word about its level: 1 % of the largest house battery and
5 % of one of 20 kWh, so every living level moves; and little more than this is a frozen one's damage."""


def note_level_age(memory: SiteMemory, site: SiteReading, dt_s: float, now_s: float) -> SiteMemory:
    """Note until when the level was known, from what was seen `dt_s` long."""
    soc = site.battery_soc_pct
    if soc is None or known(soc) is None:
        return memory
    if site.source is SiteSource.MQTT:
        return replace(memory, soc_at_s=soc.at_s)
    battery_w = young(site.battery_power_w, site.source, now_s)
    given_kwh = 0.0
    if memory.decided_at_s is not None and soc.at_s < memory.decided_at_s:
        given_kwh = memory.unseen_kwh - (battery_w or 0.0) * dt_s / WS_PER_KWH
    if memory.unseen_kwh >= UNSEEN_KWH and given_kwh > 0.0:
        given_kwh = max(given_kwh, UNSEEN_KWH)  # only a word about the level makes it good again
    told_at_s = soc.at_s if memory.soc_at_s is None else max(soc.at_s, memory.soc_at_s)
    # Without the battery's power nobody watches a level that rests.
    believed = battery_w is not None and given_kwh < UNSEEN_KWH
    return replace(
        memory, soc_at_s=now_s if believed else told_at_s, unseen_kwh=max(0.0, given_kwh)
    )
