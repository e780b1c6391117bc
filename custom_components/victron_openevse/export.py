"""Counts the energy the site gave to the grid.

Grid power is + for import, so export is its negative part, integrated between readings. Gaps are not
guessed: after a silence counting goes on with the next reading.
"""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Final, Self

from .control.model import Reading

LONGEST_SAMPLE_S: Final = 60.0
"""A gap longer than this says nothing about what flowed in it."""

WS_PER_KWH: Final = 3_600_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMeter:
    """A counter that never goes back, and the last reading it saw."""

    total_kwh: float = 0.0
    last: Reading[float] | None = None

    @classmethod
    def load(cls, total_kwh: object) -> Self:
        """Continue from a stored total; anything but a number >= 0 starts at 0."""
        if isinstance(total_kwh, bool) or not isinstance(total_kwh, int | float):
            return cls()
        if not isfinite(total_kwh) or total_kwh < 0.0:
            return cls()
        return cls(total_kwh=float(total_kwh))

    def record(self, grid_power_w: Reading[float] | None) -> ExportMeter:
        """Add what flowed out between the last reading and this one (W, + import)."""
        if grid_power_w is None:
            return replace(self, last=None)
        if self.last is None:
            return replace(self, last=grid_power_w)
        lasted_s = grid_power_w.at_s - self.last.at_s
        if lasted_s <= 0.0:
            return self
        flowed_kwh = 0.0
        if lasted_s <= LONGEST_SAMPLE_S:
            flowed_kwh = max(0.0, -self.last.value) * lasted_s / WS_PER_KWH
        return ExportMeter(total_kwh=self.total_kwh + flowed_kwh, last=grid_power_w)
