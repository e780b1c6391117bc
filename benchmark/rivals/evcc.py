"""evcc in its mode `pv`: one charger, one grid meter, sun and battery.

A model written from a description of evcc-io/evcc at commit b29b49e3 (`core/site.go`,
`core/loadpoint.go`), not evcc itself. It has no filter: every 30 s one set of readings, one answer.
Inside this module evcc's own signs hold: grid + = import, battery + = discharging, and a negative
site power is power to spare. OpenEVSE tells evcc no phase currents, so what the car draws counts as
what was offered. Left out, because the benchmark has none of it: circuits, phase switching, plans,
several chargers, failing meters.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from benchmark.contract import Facts, Observation
from benchmark.rivals.common import whole_offer

VOLTS: Final = 230.0
"""evcc's site voltage; the measured one is never used."""
LEAST_RESIDUAL_W: Final = 100.0
"""Export left over while the battery has priority, whatever `residualPower` says."""
ROUNDING_S: Final = 1e-6
"""evcc counts in whole nanoseconds; floats may miss a delay by a hair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvccSettings:
    """What a user of evcc can set; the defaults are evcc's. A level of 0 % is off."""

    residual_w: float = 0.0
    priority_soc_pct: float = 0.0
    buffer_soc_pct: float = 0.0
    buffer_start_soc_pct: float = 0.0
    enable_w: float = 0.0
    disable_w: float = 0.0
    enable_s: float = 60.0
    disable_s: float = 180.0


class SitePower(NamedTuple):
    """Site power in evcc's sign, and the two permissions of the battery."""

    power_w: float
    buffered: bool = False
    """The battery may keep a running charge at the minimum."""
    start: bool = False
    """The battery may start one."""


def site_power(
    grid_w: float,
    discharge_w: float,
    soc_pct: float,
    settings: EvccSettings,
    excess_dc_w: float = 0.0,
) -> SitePower:
    """Sum up what is short (+) or to spare (-), W; `discharge_w` is evcc's battery power."""
    residual_w = settings.residual_w
    below = soc_pct < settings.priority_soc_pct
    if below and residual_w <= 0.0:
        residual_w = LEAST_RESIDUAL_W
    if below and discharge_w < 0.0:
        return SitePower(grid_w + residual_w)  # what charges the battery belongs to the battery
    return SitePower(
        grid_w + discharge_w + excess_dc_w + residual_w,
        buffered=0.0 < settings.buffer_soc_pct < soc_pct,
        start=0.0 < settings.buffer_start_soc_pct <= soc_pct,
    )


class Timer:
    """evcc's one PV timer: idle, running, or elapsed (then it acts at once)."""

    __slots__ = ("_since_s",)

    def __init__(self) -> None:
        """Start idle."""
        self._since_s: float | None = None

    @property
    def elapsed(self) -> bool:
        """Whether it was set to act at once."""
        return self._since_s == float("-inf")

    def elapse(self) -> None:
        """Make the next question true at once."""
        self._since_s = float("-inf")

    def stop(self) -> None:
        """Back to idle."""
        self._since_s = None

    def over(self, now_s: float, delay_s: float) -> bool:
        """Start if idle; whether `delay_s` have passed, which also stops it."""
        if self._since_s is None:
            self._since_s = now_s
        if now_s - self._since_s < delay_s - ROUNDING_S:
            return False
        self.stop()
        return True


class PvMode:
    """The target current of mode `pv`, A, before cutting to whole amps; 0 = off."""

    def __init__(
        self, settings: EvccSettings, *, min_a: float, max_a: float, watts_per_a: float
    ) -> None:
        """Start with an idle timer."""
        self.timer = Timer()
        self._settings = settings
        self._min_a = min_a
        self._max_a = max_a
        self._watts_per_a = watts_per_a

    def target_a(
        self, now_s: float, site: SitePower, drawn_a: float, *, enabled: bool, charging: bool
    ) -> float:
        """Decide one tick: `drawn_a` is the current the car is taken to draw."""
        wanted_a = max(0.0, drawn_a - site.power_w / self._watts_per_a)
        if (site.start or (site.buffered and charging)) and wanted_a < self._min_a:
            return self._min_a  # no timer is touched on this path
        if enabled and wanted_a < self._min_a:
            return self._hold_or_stop(now_s, site.power_w)
        if not enabled:
            return self._wait_or_start(now_s, site.power_w, wanted_a)
        self.timer.stop()
        return min(wanted_a, self._max_a)

    def _hold_or_stop(self, now_s: float, power_w: float) -> float:
        if power_w < self._settings.disable_w:
            self.timer.stop()
        elif self.timer.over(now_s, self._settings.disable_s):
            return 0.0
        return self._min_a

    def _wait_or_start(self, now_s: float, power_w: float, wanted_a: float) -> float:
        if self._settings.enable_w == 0.0:
            enough = wanted_a >= self._min_a
        else:
            enough = power_w <= self._settings.enable_w
        if not enough:
            self.timer.stop()
        elif self.timer.over(now_s, self._settings.enable_s):
            return self._min_a  # the first step is the minimum, not what is wanted
        return 0.0


class Evcc:
    """The tick around it: readings in, whole amps out."""

    period_s: int = 30

    def __init__(self, facts: Facts, settings: EvccSettings | None = None) -> None:
        """Start as evcc does: nothing enabled."""
        self._facts = facts
        self._settings = settings or EvccSettings()
        self._pv = PvMode(
            self._settings,
            min_a=facts.min_a,
            max_a=facts.max_a,
            watts_per_a=VOLTS * facts.phases,
        )
        self._connected = False
        self._charging = False

    def offer(self, seen: Observation) -> int:
        """One tick."""
        self._follow_status(seen)
        if not seen.connected:
            return 0
        site = site_power(seen.grid_w, -seen.battery_w, seen.soc_pct, self._settings)
        target_a = self._pv.target_a(
            seen.time_s,
            site,
            float(seen.offered_a) if seen.charging else 0.0,
            enabled=seen.offered_a > 0,
            charging=seen.charging,
        )
        return whole_offer(target_a, self._facts)

    def _follow_status(self, seen: Observation) -> None:
        """Plugging in lets the timer act at once; the end of a charge stops it."""
        if seen.connected and not self._connected:
            self._pv.timer.elapse()
        elif self._charging and not seen.charging and not self._pv.timer.elapsed:
            self._pv.timer.stop()
        self._connected = seen.connected
        self._charging = seen.charging
