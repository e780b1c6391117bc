"""The car: what it draws from an offer.

A car takes the smaller of the offer and its own limit, after a delay and along a ramp, less and
less near full, and nothing when full, unplugged or not offered anything. It never feeds back.
Currents in amperes per phase, powers in watts, energies in kWh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIN_OFFER_A: Final = 6.0
"""IEC 61851: a smaller offer cannot be signalled, the car takes it as none."""
KWH_PER_WS: Final = 1 / 3.6e6
"""One watt-second in kWh."""


@dataclass(frozen=True, slots=True)
class CarConfig:
    """A car's electrical character; the defaults are a common one-phase 32 A car."""

    phases: int = 1
    limit_a: float = 32.0
    """What its own charger takes at most, per phase."""
    capacity_kwh: float = 60.0
    start_soc_pct: float = 40.0
    charge_to_pct: float = 100.0
    """The car's own charge limit: full for the charger."""
    start_delay_s: float = 3.0
    """Between the contactor closing and the first current."""
    wake_up_delay_s: float = 0.0
    """Added after a long sleep (see `sleeps_after_s`): some cars need half a minute."""
    sleeps_after_s: float = 600.0
    rise_a_per_s: float = 1.5
    """Cars rise at 1..2 A/s."""
    fall_a_per_s: float = 8.0
    """Within the 5 s that IEC 61851 allows."""
    taper_from_pct: float = 95.0
    """From here to `charge_to_pct` the current falls linearly to `taper_end_a`."""
    taper_end_a: float = 6.0
    efficiency: float = 0.9
    """Of the on-board charger: AC energy to energy in the battery."""


class Car:
    """A car on the plug, stepped by the charger that it hangs on."""

    def __init__(self, config: CarConfig | None = None, *, plugged: bool = True) -> None:
        """Start with the config's state of charge and no current."""
        self.config = config or CarConfig()
        self.plugged = plugged
        self.soc_pct = self.config.start_soc_pct
        self.wants_charge = True
        """The driver's wish in the car (its own timer); false keeps it in state B."""
        self.current_a = 0.0
        self.session_kwh = 0.0
        self._offered_for_s = 0.0
        self._idle_for_s = 0.0
        self._delay_s = self.config.start_delay_s

    @property
    def full(self) -> bool:
        """Whether the car's own charge limit is reached."""
        return self.soc_pct >= self.config.charge_to_pct

    @property
    def requests_charge(self) -> bool:
        """Whether the car shows state C of SAE J1772: plugged, willing and not full."""
        return self.plugged and self.wants_charge and not self.full

    def plug(self, *, soc_pct: float | None = None) -> None:
        """Plug the car in, as it returns from a drive with `soc_pct` if given."""
        self.plugged = True
        self.session_kwh = 0.0
        if soc_pct is not None:
            self.soc_pct = soc_pct

    def unplug(self) -> None:
        """Pull the plug; the current is gone at once."""
        self.plugged = False
        self._rest(0.0)

    def step(self, dt_s: float, pilot_a: float, contactor_closed: bool, volts: float) -> float:  # noqa: FBT001 - one of four plain physical inputs
        """Advance by `dt_s` and return the power drawn in W.

        `pilot_a` is the current on the pilot per phase, `volts` phase to neutral.
        """
        offered = contactor_closed and pilot_a >= MIN_OFFER_A and self.requests_charge
        if not offered:
            self._rest(dt_s)
            return 0.0
        self._wake(dt_s)
        if self._offered_for_s > self._delay_s:
            self._ramp_to(min(pilot_a, self._own_limit_a()), dt_s)
        power_w = self.current_a * volts * self.config.phases
        self._store(power_w * dt_s * KWH_PER_WS)
        return power_w

    def _rest(self, dt_s: float) -> None:
        self.current_a = 0.0
        self._offered_for_s = 0.0
        self._idle_for_s += dt_s

    def _wake(self, dt_s: float) -> None:
        """Count the time since the offer; the delay is longer after a long sleep."""
        if self._offered_for_s == 0.0:
            asleep = self._idle_for_s >= self.config.sleeps_after_s
            extra_s = self.config.wake_up_delay_s if asleep else 0.0
            self._delay_s = self.config.start_delay_s + extra_s
        self._idle_for_s = 0.0
        self._offered_for_s += dt_s

    def _own_limit_a(self) -> float:
        config = self.config
        span_pct = config.charge_to_pct - config.taper_from_pct
        if self.soc_pct <= config.taper_from_pct or span_pct <= 0:
            return config.limit_a
        left = (config.charge_to_pct - self.soc_pct) / span_pct
        return config.taper_end_a + max(0.0, config.limit_a - config.taper_end_a) * left

    def _ramp_to(self, target_a: float, dt_s: float) -> None:
        rise_a = self.config.rise_a_per_s * dt_s
        fall_a = self.config.fall_a_per_s * dt_s
        self.current_a = max(self.current_a - fall_a, min(target_a, self.current_a + rise_a))

    def _store(self, energy_kwh: float) -> None:
        self.session_kwh += energy_kwh
        gained_pct = energy_kwh * self.config.efficiency / self.config.capacity_kwh * 100
        self.soc_pct = min(100.0, self.soc_pct + gained_pct)
