"""What the law concluded about the site before it looks at a single charger."""

from dataclasses import dataclass

from .freshness import Trust
from .plan import Plan
from .reserve import Levels


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """Conclusions about the site for one decision."""

    trust: Trust
    """Trust in grid and battery power, the inputs of the solar modes."""
    levels: Levels
    plan: Plan
    """What the battery may do for the cars."""
    export_mean_w: float
    import_mean_w: float
    soc_pct: float | None
    curtailed: bool | None
    """Sun is being held back and has been for a while; None = unknown."""
    limited: bool
    """The GX says so at this moment, or the battery rests full."""
    islanded: bool
    """The grid is lost, confirmed."""
    grid_returns: bool
    """It is said to be back, not yet confirmed: what runs by then goes on, but nothing starts."""
    shortage_w: float
    """Power that battery and grid give right now, W; negative = they take."""
    measured_at_s: float | None
    """Time of the older of grid and battery power."""
    voltage_v: float | None
    """Phase to neutral at the grid meter; None where it does not say."""
    nominal_voltage_v: float
    dt_s: float
    """Time since the last decision, 0..60 s."""
    now_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One charger's part of the surplus and what its amps are worth."""

    fast_w: float
    slow_w: float
    lift_w: float = 0.0
    """What the battery adds to the surplus for this car, W; negative = what it claims."""
    watts_per_a: float
    minimum_a: int
    maximum_a: int

    @property
    def minimum_w(self) -> float:
        """Power at the minimum current, W."""
        return self.minimum_a * self.watts_per_a
