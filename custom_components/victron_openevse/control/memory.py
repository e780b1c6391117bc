"""What the law remembers between two decisions.

Everything that must survive a restart is here; times (`_at_s`) are on the same steady clock as `now`
and are moved to the new clock by `persist.load`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .commissioning_record import Check
from .model import Mode, Reading
from .reasons import ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """Energy in the car by origin, kWh; counters never go back."""

    solar_kwh: float = 0.0
    battery_kwh: float = 0.0
    grid_kwh: float = 0.0

    @property
    def total_kwh(self) -> float:
        """All origins together."""
        return self.solar_kwh + self.battery_kwh + self.grid_kwh

    @property
    def solar_share_pct(self) -> float | None:
        """Part that came from the sun, 0..100; None before any energy."""
        return 100.0 * self.solar_kwh / self.total_kwh if self.total_kwh > 0.0 else None


COUNTER_STEP_KWH: Final = 0.5
"""Counters move in steps; less than this is a step that is still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Energy book of one charger: shares gathered since the charger's counter last moved."""

    lifetime: Energy = field(default_factory=Energy)
    session: Energy = field(default_factory=Energy)
    pending: Energy = field(default_factory=Energy)
    """Integrated power not yet booked: only its proportions are used."""
    counter_kwh: float | None = None
    """The charger's lifetime counter at the last booking."""
    counter_at_s: float | None = None
    """When that value was last confirmed: bounds what may have flowed since."""
    integrated_at_s: float | None = None

    @property
    def unconfirmed_kwh(self) -> float:
        """What has flowed beyond the counter's usual steps since it last moved, kWh."""
        return max(0.0, self.pending.total_kwh - COUNTER_STEP_KWH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Progress of "pause until morning": first the arrays must sleep, then wake."""

    started_at_s: float | None = None
    """When pause was pressed."""
    dark_at_s: float | None = None
    absent_at_s: float | None = None
    """Since when a GX that goes on speaking reports no PV power."""
    light_at_s: float | None = None
    night_seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the temporary mode has come."""

    serial: int = 0
    """Of the request this belongs to; 0 = none yet."""
    started_at_s: float | None = None
    from_kwh: float = 0.0
    """Lifetime energy of the car's meter when it began."""
    plugged: bool = False
    """The car has been plugged in since it began."""
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Search for hidden sun by offering more than the meters show."""

    current_a: int = 0
    """Current held by the probe; 0 = not probing."""
    stepped_at_s: float | None = None
    failed_at_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenStart:
    """Starts of `solar_only` on sun that no meter shows, and the rest after those that failed."""

    failed_at_s: float | None = None
    rest_s: float = 0.0
    """How long not to try again after `failed_at_s`."""
    helpless: bool = False
    """It failed above L: the battery did not help, so it may not start a car either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Least and most that a car drew in the last seconds, A per phase."""

    low_a: float = 0.0
    high_a: float = 0.0
    lately_low_a: float = 0.0
    """The same since `since_at_s` alone."""
    lately_high_a: float = 0.0
    above_at_s: float | None = None
    """Since when it has been more than was offered."""
    since_at_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What the limits of the site leave one charger; see `rooms`."""

    current_a: float = 0.0
    """Per phase."""
    by: ReasonCode = ReasonCode.LIMIT_UNWATCHED
    """The limit that binds first."""
    wants: bool = False
    """The charger would be given current if there were room."""
    short_at_s: float | None = None
    """Since when it is less than the least current; stays until a stopped charge may start again."""
    ample_at_s: float | None = None
    """Since when there is room for that start."""
    fell_at_s: float | None = None
    """When it last took something from an offer."""
    stops: float = 0.0
    """How often a charge ended for want of room up to `stopped_at_s`, recent times counting most."""
    stopped_at_s: float | None = None
    drawn: Drawn = field(default_factory=Drawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What charging cost and what the sun saved, in the owner's currency; see `money`."""

    cost: float = 0.0
    savings: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerMemory:
    """Memory of one charger."""

    mode: Mode | None = None
    """Mode at the last decision; None before the first."""
    paused: bool = False
    connected: bool | None = None
    battery_free: bool | None = None
    """Whether the battery is above what belongs to the house; None = undecided."""
    awake: bool | None = None
    """Whether the solar law wants the car on; None = undecided (plugged in, mode changed)."""
    free_start: bool = True
    """The next start skips filter and minimum off time: a person asked for it."""
    overridden: bool = False
    """A person (or another client) overrides us at the charger, as far as it has told."""
    offered_current_a: int = 0
    changed_at_s: float | None = None
    """When the offered current last changed."""
    opened_at_s: float | None = None
    """When the contactor last opened: the offer went to 0, or car or charger opened it."""
    openings: float = 0.0
    """How often the offer ended a charge up to then, recent times counting most (`contactor`)."""
    closed_at_s: float | None = None
    """When the offer last left 0."""
    charging_at_s: float | None = None
    """When the contactor was reported closed in this offer; None = not yet."""
    idle_at_s: float | None = None
    """Since when a car that is offered current does not draw."""
    drew: bool = False
    """The car has drawn current since it was plugged in."""
    draw_cap_a: float | None = None
    """Current this car takes although more is offered; None = takes all."""
    under_at_s: float | None = None
    """Since when the car draws less than offered."""
    below_at_s: float | None = None
    """Since when the battery is at or below the reserve while the car is on."""
    blind: bool = False
    """This charger cannot see a plug while it is not offering (it sleeps as "disabled")."""
    bridged_wh: float = 0.0
    """Energy lent to the minimum current since the sun last carried it (solar_only)."""
    hidden: HiddenStart = field(default_factory=HiddenStart)
    car_phases: int | None = None
    """Phases the car was seen to draw on; None = not seen yet."""
    phases_at_s: float | None = None
    """Since when the charger shows another number of phases."""
    session_kwh: float | None = None
    """The charger's own session counter as last seen; a fall means another car."""
    session_at_s: float | None = None
    """When it said so first."""
    session_fell_at_s: float | None = None
    probe: Probe = field(default_factory=Probe)
    pause: Pause = field(default_factory=Pause)
    progress: Progress = field(default_factory=Progress)
    reached_pct: float = 0.0
    """Target the car told to have reached in this session; 0 = none."""
    meter: Meter = field(default_factory=Meter)
    money: Money = field(default_factory=Money)
    room: Room | None = None
    """None = no limit of the site is set."""
    closings: int = 0
    """How often the contactor was seen to close, ever."""
    closings_at_s: tuple[float, ...] = ()
    """When the sun closed the contactor in the last 24 hours, oldest first."""
    resumed_at_s: tuple[float, ...] = ()
    """When another mode closed it once more, after a limit, the grid or the network had ended its charge."""
    check: Check = field(default_factory=Check)
    """The commissioning check; not kept over a restart, which ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Recent prices (currency per kWh, never negative) and how often the sun filled the battery."""

    hours: tuple[float, ...] = ()
    """Mean import price of each of the last hours, oldest first."""
    hour_sum: float = 0.0
    """Price times seconds of the running hour."""
    hour_s: float = 0.0
    night_price: float | None = None
    """Mean price of what the last night took."""
    night_kwh: float = 0.0
    """What the running night has taken under known prices."""
    night_cost: float = 0.0
    refills: tuple[float, ...] = ()
    """Recent days, oldest first: 1 = the battery was full once, 0 = it was not."""
    peak_soc_pct: float = 0.0
    """Highest state of charge since the last evening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseMemory:
    """What was learned of the house and of today's sun."""

    nights_kwh: tuple[float, ...] = ()
    """What recent nights took, oldest first."""
    night_kwh: float = 0.0
    """What the running night has taken so far."""
    night_s: float = 0.0
    dark: bool = False
    """The arrays give less than the house takes, and have done so for a while."""
    turning_s: float = 0.0
    """How long they have done the opposite."""
    pv_today_kwh: float = 0.0
    pv_recent_w: float = 0.0
    """PV power, mean of about half an hour."""
    hours_to_sunset: float | None = None
    """As at the last decision: a jump says that a sunset has passed."""
    tariff: Tariff = field(default_factory=Tariff)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Means of what the grid gives and takes, and what the battery may add because of it."""

    import_w: float = 0.0
    export_w: float = 0.0
    lift_cap_w: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """Power at which the inverter sticks while the grid imports and the battery charges."""

    power_w: float
    since_at_s: float
    sure: bool = False
    """It has stuck for so long that no step explains it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Keeping the battery out of a car."""

    since_at_s: float
    limit_w: float
    """The last limit asked for."""
    house_w: float | None
    """What the house last took from battery and DC sun: the battery may carry that."""
    known_at_s: float | None
    """When that was last known."""
    consumption: Reading[float] | None
    """What it was known by."""
    leak_at_s: float | None
    """Since when the battery feeds the car in spite of the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What others than our cars take of one of the site's limits, W; see `site_limits`."""

    least_w: float | None = None
    most_w: float | None = None
    """None = never told."""
    read_at_s: float | None = None
    """Time of the reading that says so."""
    power_w: float | None = None
    """What it said: a sum may change while its oldest part rests."""
    since_at_s: float
    """When this was noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMemory:
    """Memory of the site."""

    filtered_at_s: float | None = None
    surplus_fast_w: float | None = None
    """Surplus, follows within seconds: sets the current."""
    surplus_slow_w: float | None = None
    """Surplus, mean over minutes: decides starts and stops."""
    exchange: Exchange = field(default_factory=Exchange)
    pv_mean_w: float | None = None
    """PV power, 2 min mean: input of the reserve."""
    pv_at_s: float | None = None
    """Time of the last PV power; None = unknown for so long that the mean was forgotten."""
    measured_at_s: float | None = None
    """Time of grid and battery power (the older one) when both and all cars were last known."""
    soc_at_s: float | None = None
    """Until when the state of charge was known."""
    unseen_kwh: float = 0.0
    """What the battery has given, net, since the level was last told; see `level_age`."""
    soc_pct: float | None = None
    """The state of charge, believed; see `jumps`."""
    rose_at_s: float | None = None
    """Since when one far above it is told."""
    fell_from_pct: float | None = None
    fell_at_s: float | None = None
    """What it was before it last fell far at once, and when."""
    cut_off_at_s: float | None = None
    """Last decision at which no charger was there and the site's data were too old as well: the way
    to them was lost, and what comes back of them needs a moment to arrive."""
    limited_at_s: float | None = None
    """Since when the GX reports held-back sun without a break."""
    islanded_at_s: float | None = None
    """When the GX said that the grid is lost; None = it is there, or nobody ever said."""
    grid_back_at_s: float | None = None
    """Since when it says that the lost grid is back, without a break."""
    ceiling: Ceiling | None = None
    guard: Guard | None = None
    """None = no car is kept from the battery."""
    taken: Mapping[str, Taken] = field(default_factory=dict)
    """By the name of the limit; empty where none is set."""
    shadow: bool = False
    """Nothing is sent: what the chargers do is not our doing."""
    decided_at_s: float | None = None
    """Time of the last decision."""
    started_at_s: float | None = None
    """First decision after a start; grants the first readings time to arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Everything the law remembers."""

    site: SiteMemory = field(default_factory=SiteMemory)
    house: HouseMemory = field(default_factory=HouseMemory)
    chargers: Mapping[str, ChargerMemory] = field(default_factory=dict)
