"""What steers the Multi: the owner's ESS settings and the control loop toward the grid setpoint.

The grid takes every step of the load first; the loop then moves the inverter. Published traces
(1.3 kW load off: a quarter of the error is left after 10 s, a sixth after 13 s) fit one second of
transport delay, a first-order filter of about a fifth per second and a ramp of 400 W/s.
Inverter power is + from DC to AC, grid power + = import, watts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FEED_IN_FOLLOW: Final = 0
FEED_IN_ON: Final = 2
"""Values of the volatile override of feeding in DC excess."""
MULTI_CHARGER_ONLY: Final = 1
MULTI_ON: Final = 3
MULTI_OFF: Final = 4
"""Values of the Multi's mode switch."""
HUB4_SUM: Final = 1
HUB4_PER_PHASE: Final = 2
HUB4_EXTERNAL: Final = 3
"""Values of Hub4Mode: regulate the sum of the phases, each phase, or not at all."""
NO_LIMIT_W: Final = 1e9


@dataclass(slots=True)
class EssSettings:
    """Settings of the energy storage system, and its volatile overrides; None = no limit."""

    setpoint_w: float = 50.0
    max_discharge_w: float | None = None
    """Limit of the inverter's power, battery and DC PV together; 0 = never invert."""
    max_charge_w: float | None = None
    max_feed_in_w: float | None = None
    feed_in_excess: bool = True
    """Whether DC PV beyond the need is fed in (OvervoltageFeedIn)."""
    prevent_feedback: bool = False
    """Whether AC PV beyond the need is held back."""
    min_soc_pct: float = 10.0
    keep_charged: bool = False
    hub4_mode: int = HUB4_SUM
    multi_mode: int = MULTI_ON
    override_setpoint_w: float | None = None
    override_max_discharge_w: float | None = None
    override_max_charge_w: float | None = None
    override_feed_in: int = FEED_IN_FOLLOW

    @property
    def active_setpoint_w(self) -> float:
        """The grid power aimed at."""
        if self.override_setpoint_w is not None:
            return self.override_setpoint_w
        return self.setpoint_w

    @property
    def feeds_in_excess(self) -> bool:
        """Whether DC PV beyond the need may be fed in now."""
        if self.override_feed_in == FEED_IN_FOLLOW:
            return self.feed_in_excess
        return self.override_feed_in == FEED_IN_ON

    @property
    def feed_in_cap_w(self) -> float:
        """The most that may be exported."""
        return NO_LIMIT_W if self.max_feed_in_w is None else self.max_feed_in_w

    @property
    def inverting_allowed(self) -> bool:
        """Whether the Multi may invert at all; a volatile limit of 1 W still lets excess out."""
        zero = self.max_discharge_w == 0.0 or self.override_max_discharge_w == 0.0
        return not zero and self.multi_mode not in {MULTI_CHARGER_ONLY, MULTI_OFF}

    @property
    def discharge_cap_w(self) -> float:
        """The most the control loop may ask of the inverter (battery and DC PV together)."""
        if not self.inverting_allowed:
            return 0.0
        caps = (self.max_discharge_w, self.override_max_discharge_w)
        return min((cap for cap in caps if cap is not None), default=NO_LIMIT_W)

    @property
    def charge_cap_w(self) -> float:
        """The most the battery may be charged with."""
        if self.multi_mode == MULTI_OFF:
            return NO_LIMIT_W  # solar chargers go on by themselves
        caps = (self.max_charge_w, self.override_max_charge_w)
        return min((cap for cap in caps if cap is not None), default=NO_LIMIT_W)


@dataclass(frozen=True, slots=True)
class LoopConfig:
    """Dynamics of the control loop."""

    filter_per_s: float = 0.2
    ramp_w_per_s: float = 400.0


class GridLoop:
    """Moves the inverter so that the grid meter reads the setpoint."""

    __slots__ = ("_delayed_w", "_filtered_w", "config", "inverter_w")

    def __init__(self, config: LoopConfig) -> None:
        """Start idle."""
        self.config = config
        self.inverter_w = 0.0
        self._filtered_w = 0.0
        self._delayed_w = 0.0

    def step(self, aim_w: float, low_w: float, high_w: float) -> float:
        """Advance one second toward `aim_w` within the bounds and return the inverter's power.

        The bounds also hold the filter, so a limit that lifts does not find it wound up.
        """
        config = self.config
        command_w = self._delayed_w
        filtered_w = self._filtered_w + (aim_w - self._filtered_w) * config.filter_per_s
        filtered_w = low_w if filtered_w < low_w else min(filtered_w, high_w)
        self._filtered_w = self._delayed_w = filtered_w
        change_w = command_w - self.inverter_w
        ramp_w = config.ramp_w_per_s
        if change_w > ramp_w:
            command_w = self.inverter_w + ramp_w
        elif change_w < -ramp_w:
            command_w = self.inverter_w - ramp_w
        self.inverter_w = min(command_w, high_w)
        return self.inverter_w

    def force(self, power_w: float) -> float:
        """Set the inverter at once (islanded: the load decides)."""
        self.inverter_w = self._filtered_w = self._delayed_w = power_w
        return power_w
