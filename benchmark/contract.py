"""What a law sees and answers in the benchmark: the same for ours, for rivals and for the optimum.

A law sees what a real controller could: meters one second old, its charger, the battery's level. It
never sees the weather to come. Signs as everywhere: grid + = import, battery + = charging.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from benchmark.forecast import Issues
from custom_components.victron_openevse.control.model import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an installer knows of the site, and the owner's wishes."""

    priority: Priority
    battery_kwh: float
    min_soc_pct: float
    """Level at which the GX stops discharging."""
    max_charge_w: float
    """Battery charge power when not nearly full."""
    feed_in: bool
    feed_in_cap_w: float | None
    """Largest export, W; None = no cap."""
    voltage_v: float
    phases: int
    """Phases the car draws on."""
    min_a: int
    max_a: int
    """Current limits every law and the optimum obey."""
    sunrise_s: float
    sunset_s: float
    """Seconds of the day, local."""
    departure_s: float | None
    """Seconds of the day at which the car leaves; None = stays."""
    array_kw: float
    recent_nights_kwh: tuple[float, ...] = ()
    """What the house used on the nights before, newest first: what a controller could have learned."""
    forecasts_kwh: Issues = ()
    """What a forecast service tells (`forecast`), for laws whose owner has one; no other may look."""


class Observation(NamedTuple):
    """The meters, as they were a second ago."""

    time_s: int
    """Seconds since local midnight of the day's start; runs past 86 400 in the small hours."""
    connected: bool
    charging: bool
    """The contactor is closed and the car asks for power."""
    offered_a: int
    """What the law has offered."""
    drawn_a: float
    """What the car takes per phase."""
    car_w: float
    grid_w: float
    battery_w: float
    soc_pct: float
    """As the BMS reports it."""
    pv_w: float
    pv_dc_w: float
    house_w: float
    """Loads without the car."""
    pv_limited: bool
    """The GX's flag: an array is held back."""
    energy_kwh: float
    """What the car has had since it was plugged in."""


class Law(Protocol):
    """A controller of one charger. Made anew for every day: `MyLaw(facts)`."""

    period_s: int
    """Seconds between two calls of `offer`."""

    def offer(self, seen: Observation) -> int:
        """Current to offer from now on, A per phase: 0, or facts.min_a..facts.max_a."""
