"""Pause until morning: ends when the arrays have slept and wake up again.

Pressed at noon it lasts through the coming night; pressed at night it ends with that night.
"""

from dataclasses import replace
from typing import Final

from .freshness import known
from .memory import Pause
from .model import Reading

DARK_W: Final = 10.0
"""Below this the arrays sleep: a solar charger's own noise reads a few watts."""

DARK_HOLD_S: Final = 600.0
"""A throttled array reads 9 W with a full battery; it does so for minutes, a night for hours."""

LIGHT_W: Final = 50.0
"""Above this the solar charger has woken up."""

LIGHT_HOLD_S: Final = 60.0
"""A torch, the moon or a reconnecting meter does not make a morning."""


def advance_pause(pause: Pause, pv_power_w: Reading[float] | None, now_s: float) -> Pause:
    """Follow the arrays into the night and out of it; an absent PV power changes nothing."""
    pv_w = known(pv_power_w)
    if pv_w is None:
        return pause
    dark, light = pv_w < DARK_W, pv_w > LIGHT_W
    dark_at_s = (pause.dark_at_s if pause.dark_at_s is not None else now_s) if dark else None
    light_at_s = (pause.light_at_s if pause.light_at_s is not None else now_s) if light else None
    slept = dark_at_s is not None and now_s - dark_at_s >= DARK_HOLD_S
    if (dark_at_s, light_at_s) == (pause.dark_at_s, pause.light_at_s) and slept <= pause.night_seen:
        return pause
    return replace(
        pause, dark_at_s=dark_at_s, light_at_s=light_at_s, night_seen=pause.night_seen or slept
    )


def is_morning(pause: Pause, now_s: float) -> bool:
    """Tell whether the night is over."""
    woken = pause.light_at_s is not None and now_s - pause.light_at_s >= LIGHT_HOLD_S
    return pause.night_seen and woken
