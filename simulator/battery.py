"""The home battery: energy, limits near full, and the guard that keeps a minimum state of charge.

Battery power is + when charging, in watts at the battery's terminals; state of charge in percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FULL_PCT: Final = 100.0
WS_PER_KWH: Final = 3.6e6
GUARD_HYSTERESIS_PCT: Final = 3.0
"""ESS discharges again only this much above the limit."""
RECHARGE_BELOW_PCT: Final = 5.0
"""This much below the limit ESS charges from the grid, up to the limit."""


@dataclass(frozen=True, slots=True)
class BatteryConfig:
    """A battery's size and limits; the defaults are the reference site's 8 kWh."""

    capacity_kwh: float = 8.0
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.95
    """Each way; the Multi's conversion for battery energy is included here."""
    max_charge_w: float = 5000.0
    max_discharge_w: float = 5000.0
    taper_from_pct: float = 95.0
    """Above this the accepted power (CCL) falls linearly to `taper_end_w` at `ceiling_pct`."""
    taper_end_w: float = 150.0
    ceiling_pct: float = FULL_PCT
    """Where the BMS stops accepting charge; some rest a little below 100."""
    recharge_w: float = 5000.0
    """Drawn from the grid when far below the minimum (5 kW was logged on a live system)."""
    soc_step_pct: float = 0.1
    """Resolution of the reported state of charge; BMS report 0.1..1 %."""


class Battery:
    """Stored energy and what the battery accepts and gives."""

    __slots__ = ("_pct_per_ws", "_taper_slope", "config", "soc_pct")

    def __init__(self, config: BatteryConfig, soc_pct: float) -> None:
        """Start at `soc_pct` of the capacity."""
        self.config = config
        self.soc_pct = soc_pct
        self._pct_per_ws = 100.0 / (config.capacity_kwh * WS_PER_KWH)
        span_pct = max(0.01, config.ceiling_pct - config.taper_from_pct)
        self._taper_slope = (config.max_charge_w - config.taper_end_w) / span_pct

    @property
    def reported_soc_pct(self) -> float:
        """State of charge as the BMS reports it: bounded and in steps."""
        step_pct = self.config.soc_step_pct
        bounded = min(FULL_PCT, max(0.0, self.soc_pct))
        return round(round(bounded / step_pct) * step_pct, 6)  # no 81.60000000000001

    def charge_limit_w(self) -> float:
        """Return what the battery accepts now (the charge current limit as power)."""
        config = self.config
        soc_pct = self.soc_pct
        if soc_pct >= config.ceiling_pct:
            return 0.0
        if soc_pct <= config.taper_from_pct:
            return config.max_charge_w
        return config.max_charge_w - self._taper_slope * (soc_pct - config.taper_from_pct)

    def discharge_limit_w(self) -> float:
        """Return what the battery can give now."""
        return self.config.max_discharge_w if self.soc_pct > 0.0 else 0.0

    def step(self, power_w: float) -> None:
        """Store or take `power_w` (+ = charging) for one second."""
        config = self.config
        if power_w > 0.0:
            stored_w = power_w * config.charge_efficiency
        else:
            stored_w = power_w / config.discharge_efficiency
        self.soc_pct += stored_w * self._pct_per_ws


class MinSocGuard:
    """The ESS rule for the minimum: no discharge at it, released 3 % above, grid charge 5 % below."""

    __slots__ = ("discharged", "recharging")

    def __init__(self) -> None:
        """Start without any restriction."""
        self.discharged = False
        self.recharging = False

    def update(self, soc_pct: float, limit_pct: float) -> None:
        """Judge a state of charge against the active limit."""
        if soc_pct <= limit_pct:
            self.discharged = True
        elif soc_pct >= min(FULL_PCT, limit_pct + GUARD_HYSTERESIS_PCT):
            self.discharged = False
        if soc_pct <= limit_pct - RECHARGE_BELOW_PCT:
            self.recharging = True
        elif soc_pct >= limit_pct:
            self.recharging = False
