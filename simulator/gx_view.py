"""The house as a GX sees it: measured, rounded, one second late in places, clipped at zero.

`GxView` turns the plant's flows into what the GX's services would measure. Consumption is computed
as the GX does it, from grid meter minus the Multi's AC input: the two are read at different times,
so it is wrong for a second after each change of load, and is cut off at zero.
Grid + = import, battery + = charging, Multi's AC input + = into the Multi. Watts, volts, amperes.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulator.plant import Flows, Plant

PHASES: Final = (0, 1, 2)
EMPTY_V: Final = 49.5
VOLTS_PER_PCT: Final = 0.035
"""Battery voltage rises by about 3.5 V from empty to full."""
OHMS: Final = 0.01
IDLE_BAND_W: Final = 30.0
"""Within this the GX calls the battery idle."""
STATE_IDLE: Final = 0
STATE_CHARGING: Final = 1
STATE_DISCHARGING: Final = 2
SOURCE_GRID: Final = 1
SOURCE_NONE: Final = 240


class GxView:
    """The measured house in one second."""

    def __init__(self, plant: Plant, noise_w: float, seed: int) -> None:
        """Start with a first measurement. `noise_w` is the meters' standard deviation."""
        self.plant = plant
        self._noise_w = noise_w
        self._rng = random.Random(seed)
        self._active_in_w: tuple[float, ...] = ()
        self._late_active_in_w: tuple[float, ...] = ()
        self.measure()

    def measure(self) -> None:
        """Read all meters."""
        self.flows: Flows = self.plant.flows
        self._late_active_in_w = self._active_in_w
        self._active_in_w = self._measure_active_in()
        if not self._late_active_in_w:
            self._late_active_in_w = self._active_in_w
        self.battery_v = self._measure_battery_v()
        """Battery voltage."""
        self.grid_phases_w = tuple(self._noisy(w) for w in self.flows.grid_phases_w)
        self.battery_w = self._noisy(self.flows.battery_w)

    def _noisy(self, power_w: float) -> float:
        return power_w + self._rng.gauss(0.0, self._noise_w) if self._noise_w else power_w

    def _measure_active_in(self) -> tuple[float, ...]:
        """Return the Multi's AC input per phase: the meter, less what hangs before the Multi."""
        flows, on_input_w = self.flows, self._loads_w("input")
        pv_w = flows.pv_ac_w / len(on_input_w)
        return tuple(
            grid_w + pv_w - load_w
            for grid_w, load_w in zip(flows.grid_phases_w, on_input_w, strict=True)
        )

    def _loads_w(self, position: str) -> tuple[float, ...]:
        """Return the loads per phase that hang at a position."""
        plant = self.plant
        house_w, car_w = plant.house_phases_w(), plant.car_phases_w()
        house = plant.config.house_position == position
        car = plant.config.car_position == position
        return tuple(h * house + c * car for h, c in zip(house_w, car_w, strict=True))

    def _has_loads(self, position: str) -> bool:
        return position in {self.plant.config.house_position, self.plant.config.car_position}

    def grid(self, phase: int) -> int | None:
        """Return one phase of the grid meter, None for a phase the site lacks."""
        return _at(self.grid_phases_w, phase)

    def active_in(self, phase: int) -> int | None:
        """Return one phase of the Multi's AC input."""
        return _at(self._active_in_w, phase)

    def on_input(self, phase: int) -> int | None:
        """Return the consumption before the Multi as the GX computes it."""
        if not self._has_loads("input") or phase >= len(self.grid_phases_w):
            return None
        pv_w = self.flows.pv_ac_w / len(self.grid_phases_w)
        return round(max(0.0, self.grid_phases_w[phase] - self._late_active_in_w[phase] + pv_w))

    def on_output(self, phase: int) -> int | None:
        """Return the consumption behind the Multi."""
        if not self._has_loads("output"):
            return None
        power_w = _at(self._loads_w("output"), phase)
        return None if power_w is None else max(0, power_w)

    def consumption(self, phase: int) -> int | None:
        """Return the sum of both consumptions."""
        parts = [w for w in (self.on_input(phase), self.on_output(phase)) if w is not None]
        return sum(parts) if parts else None

    def pv_on_grid(self, phase: int) -> int | None:
        """Return one phase of the AC PV before the Multi; none without a PV inverter."""
        if not self.has_pv_inverter:
            return None
        share_w = self.flows.pv_ac_w / self.plant.config.phases
        return _at((share_w,) * self.plant.config.phases, phase)

    @property
    def has_pv_inverter(self) -> bool:
        """Whether part of the array is coupled on the AC side."""
        return self.plant.config.ac_share > 0.0

    def _measure_battery_v(self) -> float:
        flows = self.flows
        return round(EMPTY_V + VOLTS_PER_PCT * flows.soc_pct + OHMS * flows.battery_w / 51.2, 1)

    @property
    def battery_a(self) -> float:
        """Battery current, + = charging."""
        return round(self.battery_w / self.battery_v, 1)

    @property
    def battery_state(self) -> int:
        """Idle, charging or discharging as the GX names it."""
        if abs(self.battery_w) <= IDLE_BAND_W:
            return STATE_IDLE
        return STATE_CHARGING if self.battery_w > 0 else STATE_DISCHARGING

    @property
    def charge_limit_a(self) -> float:
        """The BMS's charge current limit (CCL); 0 when full."""
        return round(self.plant.battery.charge_limit_w() / self.battery_v, 1)

    @property
    def discharge_limit_a(self) -> float:
        """The BMS's discharge current limit (DCL)."""
        return round(self.plant.battery.discharge_limit_w() / self.battery_v, 1)

    @property
    def feed_in_bounded(self) -> bool:
        """Whether the settings can make PV be held back at all."""
        ess = self.plant.ess
        return not ess.feeds_in_excess or ess.prevent_feedback or ess.max_feed_in_w is not None


def _at(values: tuple[float, ...], phase: int) -> int | None:
    return round(values[phase]) if phase < len(values) else None
