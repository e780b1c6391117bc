"""What the law is told and what it answers.

Conventions, everywhere in this package:

* Grid power is + for import, battery power is + for charging, charging power is what the car draws.
* Times are seconds (`_s`) on a steady clock of the caller's choice; only differences matter.
* A reading is a value with the time it was learned, or `None`. Nothing is a number by default.
* Offered current is a whole number of amps per phase; 0 means "not offered": the contactor opens.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .reasons import Reason

MIN_CURRENT_A: Final = 6
"""Least current IEC 61851-1 lets a charger advertise; OpenEVSE raises anything below to it."""

MAX_CURRENT_A: Final = 80
"""Largest current any OpenEVSE can be built for, and so advertise or be set to; 48 A is usual."""


class Mode(StrEnum):
    """What the user asks of one charger."""

    OFF = "off"
    SOLAR_ONLY = "solar_only"
    SOLAR = "solar"
    MINIMUM_SOLAR = "minimum_solar"
    """Always at least the minimum; below the reserve the grid gives it, not the battery."""
    MEDIUM = "medium"
    FAST = "fast"


SOLAR_MODES: Final = frozenset({Mode.SOLAR_ONLY, Mode.SOLAR, Mode.MINIMUM_SOLAR})
"""Modes that follow the sun and therefore need fresh site data."""


class Priority(StrEnum):
    """Whose energy comes first: where the level lies below which the battery has the first claim."""

    CAR_FIRST = "car_first"
    BALANCED = "balanced"
    HOUSE_FIRST = "house_first"
    PRICES = "prices"
    """What recent prices make of it (`tariff`): one of the three above."""


class SafeState(StrEnum):
    """What a charger does by itself when nobody speaks to it any more."""

    STOP = "stop"
    CARRY_ON = "carry_on"
    """Go on with what was offered last."""


class Status(StrEnum):
    """What a charger is doing, in the words shown to the user."""

    DISCONNECTED = "disconnected"
    OFF = "off"
    PAUSED = "paused"
    WAITING_FOR_SUN = "waiting_for_sun"
    WAITING_FOR_BATTERY = "waiting_for_battery"
    STARTING = "starting"
    CHARGING = "charging"
    CHARGING_MINIMUM = "charging_minimum"
    CAR_FULL = "car_full"
    LIMITED = "limited"
    OVERRIDDEN = "overridden"
    NO_DATA = "no_data"
    OFFLINE = "offline"
    FAULT = "fault"


class ChargerState(StrEnum):
    """Electrical state of a charger, as it reports it."""

    STARTING = "starting"
    DISCONNECTED = "disconnected"
    CONNECTED = "connected"
    CHARGING = "charging"
    SLEEPING = "sleeping"
    """Not offering; the plug is still watched."""
    DISABLED = "disabled"
    """Not offering and blind: the charger cannot see whether a car is plugged in."""
    FAULT = "fault"


class SiteSource(StrEnum):
    """Where site readings come from; decides how old they may grow."""

    MQTT = "mqtt"
    ENTITIES = "entities"


class BatteryGuard(StrEnum):
    """Whether the battery is being kept out of the car (switch "use battery" off)."""

    INACTIVE = "inactive"
    PENDING = "pending"
    EFFECTIVE = "effective"
    IGNORED = "ignored"
    """The GX took the limit but the battery still feeds the car."""
    NOT_POSSIBLE = "not_possible"
    """The way in to the GX carries no command, so the battery may feed the car."""


@dataclass(frozen=True, slots=True)
class Reading[T]:
    """A value and when it was learned (steady clock, seconds)."""

    value: T
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReading:
    """What is known of the site; `None` = never learned or declared invalid by the GX."""

    source: SiteSource = SiteSource.MQTT
    grid_power_w: Reading[float] | None = None
    """Sum of phases, + import; its time is that of the oldest phase."""
    grid_phase_powers_w: tuple[Reading[float], ...] = ()
    """Each phase of the grid, + import, L1 first; empty where the site does not tell them apart."""
    battery_power_w: Reading[float] | None = None
    """+ charging."""
    battery_soc_pct: Reading[float] | None = None
    pv_power_w: Reading[float] | None = None
    """Sum of DC- and AC-coupled arrays, >= 0."""
    pv_dc_power_w: Reading[float] | None = None
    """DC-coupled part alone, >= 0."""
    consumption_power_w: Reading[float] | None = None
    """All AC loads including the cars."""
    grid_voltage_v: Reading[float] | None = None
    """Phase to neutral."""
    active_soc_limit_pct: Reading[float] | None = None
    """Level at which the GX itself stops discharging."""
    pv_limited: Reading[bool] | None = None
    """True when the GX says that some array is held back."""
    feed_in_allowed: Reading[bool] | None = None
    """False when excess sun may not be exported, so it can hide."""
    grid_connected: Reading[bool] | None = None
    """False when islanded."""
    discharge_limit_w: Reading[float] | None = None
    """Inverter power limit in force at the GX; negative = none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerReading:
    """What is known of one charger; `None` = never learned."""

    online: Reading[bool] | None = None
    """False when the charger's connection announced its end; time = last sign of life."""
    state: Reading[ChargerState] | None = None
    vehicle_connected: Reading[bool] | None = None
    charging_power_w: Reading[float] | None = None
    charging_current_a: Reading[float] | None = None
    voltage_v: Reading[float] | None = None
    pilot_a: Reading[float] | None = None
    """Current the charger advertises right now."""
    max_current_a: Reading[float] | None = None
    """The charger's own configured maximum."""
    enabled: Reading[bool] | None = None
    """Target state after the charger's own arbitration of all claims."""
    manual_override: Reading[bool] | None = None
    """True while a person (or another client) overrides us at the charger."""
    total_energy_kwh: Reading[float] | None = None
    """Lifetime counter of the charger's meter."""
    session_energy_kwh: Reading[float] | None = None
    """The charger's own session counter; zeroed at unplug and when the charger restarts."""
    uptime_s: Reading[float] | None = None
    """How long ago the charger restarted."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a kWh costs at this moment, in the owner's currency."""

    import_per_kwh: float
    export_per_kwh: float | None = None
    """What the grid pays; None = not known, counts as nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Everything the law may look at."""

    site: SiteReading = field(default_factory=SiteReading)
    chargers: Mapping[str, ChargerReading] = field(default_factory=dict)
    hours_to_sunset: float | None = None
    """Hours until the next sunset, > 0; `None` where the sun does not set or nobody knows."""
    day_length_h: float | None = None
    """Hours from sunrise to sunset today, > 0; `None` as above."""
    hours_to_departure: Mapping[str, float] = field(default_factory=dict)
    """Hours until each car leaves, > 0; chargers without a known departure are not in it."""
    sun_forecast_kwh: tuple[float, ...] = ()
    """Forecast of the PV energy in each coming hour from now on, kWh, >= 0; empty = no forecast."""
    prices: Prices | None = None
    """Prices of this moment; None = the owner has no tariff entities, or they say nothing."""
    vehicle_soc_pct: Mapping[str, float] = field(default_factory=dict)
    """State of charge of each car that tells it, 0..100; chargers whose car does not are not in it."""


NO_LIMIT: Final = 0.0
"""As a limit of the site: the owner set none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """The owner's choices for the site. Defaults are the original flow's."""

    priority: Priority = Priority.CAR_FIRST
    night_reserve_pct: float = 40.0
    """Battery the house needs to get through a night without sun to come."""
    reserve_floor_pct: float = 15.0
    """The car never takes the battery below this."""
    resume_soc_pct: float = 50.0
    """After a sleep for the battery's sake, charging resumes here."""
    base_load_w: float = 250.0
    """Always-on appliances."""
    battery_capacity_kwh: float = 8.0
    min_on_s: float = 300.0
    """A contactor stays closed at least this long."""
    min_off_s: float = 300.0
    """A contactor stays open at least this long."""
    nominal_voltage_v: float = 230.0
    """Used only when neither grid meter nor charger reports volts."""
    allow_islanded: bool = False
    """Charge on while the grid is lost."""
    grid_limit_a: float = NO_LIMIT
    """Most the grid connection may import on each phase, A; 0 = not watched."""
    battery_limit_w: float = NO_LIMIT
    """Most the battery may give while a car charges, W; 0 = not watched."""
    inverter_limit_w: float = NO_LIMIT
    """Most the inverter may carry while the grid is lost, cars included, W; 0 = not watched."""
    shadow: bool = False
    """Decide and explain, but send nothing: chargers and GX are left to themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Temporary:
    """Another mode for a while; then the charger returns to its own. The first end reached counts.

    How far it has come is in the memory, which survives a restart. Without any end it lasts until a
    person ends it.
    """

    mode: Mode
    """`Mode.OFF` is a pause."""
    boost: bool = False
    """The car is wanted charged now: target and session limit do not stop it; unplugging ends it."""
    current_a: int | None = None
    """Current of the modes medium and fast meanwhile; None = the one set."""
    duration_s: float | None = None
    energy_kwh: float | None = None
    """Energy into the car from the request on."""
    target_soc_pct: float | None = None
    """State of charge of the car; only a known one can reach it."""
    serial: int = 0
    """Numbers the requests: the same one made again starts anew."""


NO_TARGET_PCT: Final = 100.0
"""As a target: charge until the car itself stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerSettings:
    """The owner's choices for one charger. Defaults are the original flow's."""

    mode: Mode = Mode.SOLAR
    solar_min_current_a: int = MIN_CURRENT_A
    solar_max_current_a: int = 20
    medium_current_a: int = 16
    fast_current_a: int = 32
    circuit_current_a: int = 32
    """What cable and fuse carry; nothing ever goes above."""
    phases: int = 1
    """Phases the car draws on: 1 or 3."""
    grid_phase: int = 0
    """Phase of the grid (1, 2, 3) that the charger's first phase hangs on; 0 = unknown: the fullest
    counts."""
    order: int = 1
    """Who gets surplus first: lower numbers first."""
    daily_closings: int = 12
    """How often the contactor may close in 24 hours without anybody asking."""
    pause_until_morning: bool = False
    use_battery: bool = True
    """Off: in fast and medium the house battery is kept out of the car."""
    session_limit_kwh: float = 0.0
    """Energy a session may bring; 0 = as much as the car takes."""
    target_soc_pct: float = NO_TARGET_PCT
    """Charging stops when the car tells this state of charge; 100 = when the car itself stops."""
    safe_state: SafeState = SafeState.STOP
    """What the charger does by itself when we are gone. Not for the law, which is gone then too."""
    temporary: Temporary | None = None
    """What holds for a while instead of `mode`."""
    check_serial: int = 0
    """Numbers the requests for a commissioning check; 0 = none. Not stored: a restart ends a check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one site."""

    site: SiteSettings = field(default_factory=SiteSettings)
    chargers: Mapping[str, ChargerSettings] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerDecision:
    """What to offer one car, and why."""

    offered_current_a: int
    """0, or MIN_CURRENT_A and more. Send it as it is: every limit is already in it."""
    status: Status
    reason: Reason
    send: bool = True
    """False: leave the charger as it is, nothing is known of it."""
    pause_over: bool = False
    """True when the pause has ended by itself: whoever keeps the settings clears it."""
    temporary_over: bool = False
    """True when the temporary mode has reached its end: whoever keeps the settings clears it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDecision:
    """What the law understood of the site, and what it asks of the GX."""

    surplus_w: float | None = None
    """Power the cars could take with battery and grid at zero, smoothed; None = unknown."""
    house_power_w: float | None = None
    """Loads without the cars."""
    reserve_pct: float | None = None
    """Level below which the battery gives nothing to the car; None = no data yet."""
    resume_pct: float | None = None
    pv_curtailed: bool | None = None
    """True when sun is being held back that no meter shows; None = unknown."""
    data_problem: bool = False
    """True when a reading the solar modes need is absent or too old."""
    missing: tuple[str, ...] = ()
    """Names of the readings behind `data_problem`."""
    discharge_limit_w: float | None = None
    """Volatile inverter limit to hold at the GX; None = release it."""
    guard: BatteryGuard = BatteryGuard.INACTIVE
    priority: Priority | None = None
    """The priority in force: what prices chose where the owner left it to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The law's answer for the whole site."""

    site: SiteDecision
    chargers: Mapping[str, ChargerDecision] = field(default_factory=lambda: MappingProxyType({}))
