"""The OpenEVSE gateway's energy meter: session and calendar counters from amperes times volts.

The totals live in flash and survive a reboot of the gateway; the session is in memory only.
Energies in Wh (session) and kWh (totals), times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

S_PER_H: Final = 3600.0
WH_PER_KWH: Final = 1000.0


@dataclass(slots=True)
class EnergyMeter:
    """Counters; a day, week, month or year starts at zero when the date enters it."""

    session_wh: float = 0.0
    session_s: float = 0.0
    total_kwh: float = 0.0
    day_kwh: float = 0.0
    week_kwh: float = 0.0
    month_kwh: float = 0.0
    year_kwh: float = 0.0
    _today: date | None = None

    def step(self, dt_s: float, power_w: float, today: date) -> None:
        """Count `dt_s` of charging with `power_w`."""
        self._turn_calendar(today)
        energy_wh = power_w * dt_s / S_PER_H
        energy_kwh = energy_wh / WH_PER_KWH
        self.session_wh += energy_wh
        self.session_s += dt_s
        self.total_kwh += energy_kwh
        self.day_kwh += energy_kwh
        self.week_kwh += energy_kwh
        self.month_kwh += energy_kwh
        self.year_kwh += energy_kwh

    def end_session(self) -> None:
        """Zero the session, as happens at the moment of unplugging."""
        self.session_wh = self.session_s = 0.0

    def _turn_calendar(self, today: date) -> None:
        before, self._today = self._today, today
        if before is None or before == today:
            return
        self.day_kwh = 0.0
        if before.isocalendar()[:2] != today.isocalendar()[:2]:
            self.week_kwh = 0.0
        if (before.year, before.month) != (today.year, today.month):
            self.month_kwh = 0.0
        if before.year != today.year:
            self.year_kwh = 0.0
