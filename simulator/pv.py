"""A photovoltaic generator that tracks the sun, is held back, and climbs slowly afterwards.

Held back means: the site has no use for the power (battery full or charge-limited, and feed-in off
or capped). Nothing measures how much is held back. When the limit rises, the output climbs with a
ramp instead of jumping, which is what makes hidden sun hard to find: an owner's log shows 9 to
3500 W in about two minutes (community.victronenergy.com, thread 56963). Powers in watts, >= 0.
"""

from __future__ import annotations

from typing import Final

MODE_OFF: Final = 0
MODE_LIMITED: Final = 1
MODE_TRACKING: Final = 2
"""The values of a Victron solar charger's MppOperationMode."""

NIGHT_W: Final = 5.0
"""Below this a solar charger switches off."""
TRACKED_SHARE: Final = 0.98
"""A climbing charger that reaches this share of the available power tracks again."""
TRACKING_PER_S: Final = 0.7
"""First-order rate at which a tracking charger follows the sun: settled within two seconds."""


class PvGenerator:
    """One array behind a solar charger or a PV inverter."""

    __slots__ = ("_climb_w_per_s", "_rating_w", "available_w", "limited", "power_w")

    def __init__(self, climb_w_per_s: float, rating_w: float) -> None:
        """Start dark. `rating_w` clips the output (and shows as limited, as on real chargers)."""
        self._climb_w_per_s = climb_w_per_s
        self._rating_w = rating_w
        self.available_w = 0.0
        self.power_w = 0.0
        self.limited = False

    @property
    def mode(self) -> int:
        """The operation mode as a Victron solar charger shows it: 0 off, 1 limited, 2 tracking."""
        if self.available_w < NIGHT_W:
            return MODE_OFF
        return MODE_LIMITED if self.limited else MODE_TRACKING

    def step(self, available_w: float, limit_w: float) -> float:
        """Advance one second under `limit_w` and return the power produced."""
        self.available_w = available_w
        limit_w = min(limit_w, self._rating_w)
        limit_w = max(limit_w, 0.0)
        power_w = self.power_w
        if not self.limited:
            power_w += (available_w - power_w) * TRACKING_PER_S
        elif power_w < limit_w:
            power_w += self._climb_w_per_s
        power_w = min(power_w, available_w)
        if power_w > limit_w:
            power_w = limit_w  # the voltage rises at once, so cutting back takes no time
            self.limited = True
        elif power_w >= available_w * TRACKED_SHARE:
            self.limited = False
        self.power_w = power_w
        return power_w
