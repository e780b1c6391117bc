"""Pause until morning: ends when the arrays have slept and wake up again.

Pressed at noon it lasts through the coming night; pressed at night it ends with that night.
"""

from typing import Final

from .change import replace
from .freshness import known
from .memory import Pause
from .model import Reading

DARK_W: Final = 10.0
"""Below this the arrays sleep: a solar charger's own noise reads a few watts."""

DARK_HOLD_S: Final = 600.0
"""A throttled array reads 9 W with a full battery; it does so for minutes, a night for hours."""

ABSENT_HOLD_S: Final = 7200.0
"""AC-coupled inverters leave a GX that goes on speaking when they fall asleep. A fault does that by
day as well, so it takes two hours; every night is longer."""

LIGHT_W: Final = 50.0
"""Above this the solar charger has woken up."""

LIGHT_HOLD_S: Final = 60.0
"""A torch, the moon or a reconnecting meter does not make a morning."""


LONGEST_PAUSE_S: Final = 72_000.0
"""A pause this old (20 h) that sees light has a night behind it, even if nobody watched it."""


def advance_pause(
    pause: Pause, pv_power_w: Reading[float] | None, now_s: float, *, speaking: bool = False
) -> Pause:
    """Follow the arrays into the night and out of it.

    `speaking` tells that the GX gives its other readings: then an absent PV power means something.
    """
    pv_w = known(pv_power_w)
    if pv_w is None and not speaking:
        # Light seen before a restart is yesterday's perhaps, and silence is no absence.
        after = replace(pause, light_at_s=None, absent_at_s=None)
        return pause if after == pause else after
    dark_at_s = _since(pause.dark_at_s, now_s, holds=pv_w is not None and pv_w < DARK_W)
    light_at_s = _since(pause.light_at_s, now_s, holds=pv_w is not None and pv_w > LIGHT_W)
    absent_at_s = _since(pause.absent_at_s, now_s, holds=pv_w is None)
    slept = _lasts(dark_at_s, DARK_HOLD_S, now_s) or _lasts(absent_at_s, ABSENT_HOLD_S, now_s)
    after = replace(
        pause,
        dark_at_s=dark_at_s,
        light_at_s=light_at_s,
        absent_at_s=absent_at_s,
        night_seen=pause.night_seen or slept,
    )
    return pause if after == pause else after


def _since(since_s: float | None, now_s: float, *, holds: bool) -> float | None:
    if not holds:
        return None
    return now_s if since_s is None else since_s


def _lasts(since_s: float | None, hold_s: float, now_s: float) -> bool:
    return since_s is not None and now_s - since_s >= hold_s


def is_morning(pause: Pause, now_s: float) -> bool:
    """Tell whether the night is over."""
    night = pause.night_seen or _lasts(pause.started_at_s, LONGEST_PAUSE_S, now_s)
    return night and _lasts(pause.light_at_s, LIGHT_HOLD_S, now_s)
