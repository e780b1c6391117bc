"""The battery's level as the law believes it: what jumps upwards has to last.

A battery does not fill by percents within a second, so one wrong sample must not start a car, nor undo a stop
that is counting. A fall counts at once: what it stops has its own time (`awake`), and what comes back from
a short one was there before.
"""

from types import MappingProxyType
from typing import Final

from .change import replace
from .freshness import known
from .memory import SiteMemory
from .model import SiteReading, SiteSource

JUMP_PCT: Final = 3.0
"""Levels are told in whole percents, and some sources leave one out."""

LASTS_S: Final = MappingProxyType({SiteSource.MQTT: 30.0, SiteSource.ENTITIES: 90.0})
"""A GX sends a level when it changes, and what rests is read again after 20 s; entities are often polled each
30 s. A wrong sample is gone by then."""

SHORT_S: Final = 120.0
"""A level that returns within this time had never left."""


def note_jump(memory: SiteMemory, site: SiteReading, now_s: float) -> SiteMemory:
    """Believe the level that is told, a jump upwards only once it has lasted."""
    told_pct, before_pct, since_s = known(site.battery_soc_pct), memory.soc_pct, memory.rose_at_s
    if told_pct is None or (told_pct == before_pct and since_s is None):
        return memory
    believed = replace(memory, soc_pct=told_pct, rose_at_s=None)
    if before_pct is None or abs(told_pct - before_pct) < JUMP_PCT:
        return believed
    if told_pct < before_pct:
        return replace(believed, fell_from_pct=before_pct, fell_at_s=now_s)
    if _returns(memory, told_pct, now_s):
        return believed
    if since_s is None:
        return replace(memory, rose_at_s=now_s)
    return believed if now_s - since_s >= LASTS_S[site.source] else memory


def _returns(memory: SiteMemory, told_pct: float, now_s: float) -> bool:
    """Tell whether this is where it fell from a moment ago."""
    from_pct, fell_at_s = memory.fell_from_pct, memory.fell_at_s
    if from_pct is None or fell_at_s is None:
        return False
    return told_pct < from_pct + JUMP_PCT and now_s - fell_at_s < SHORT_S


def believed_pct(memory: SiteMemory, site: SiteReading) -> float | None:
    """Give the level to decide by, %; None when nobody tells it."""
    told_pct = known(site.battery_soc_pct)
    return told_pct if told_pct is None or memory.soc_pct is None else memory.soc_pct
