"""What a commissioning check remembers while it runs, and what it answers.

Signs as everywhere: grid + = import, battery + = charging, charging power is what the car draws, W.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from .model import ChargerSettings, Mode


class CheckStage(StrEnum):
    """How far a check has come."""

    IDLE = "idle"
    """None was asked for since the start."""
    STARTING = "starting"
    """The contactor must close and the car draw."""
    STEPPING = "stepping"
    DONE = "done"


class CheckEnd(StrEnum):
    """What ended a check before it was through, or forbids one."""

    SHADOW = "shadow"
    OFFLINE = "offline"
    FAULT = "fault"
    SWITCHED_OFF = "switched_off"
    PAUSED = "paused"
    NO_VEHICLE = "no_vehicle"
    OVERRIDDEN = "overridden"
    BATTERY_LOW = "battery_low"
    """The house battery is at the floor, below which it gives the car nothing."""
    GRID_LOST = "grid_lost"
    DATA_OLD = "data_old"
    LIMITED = "limited"
    """A limit took the offer away."""
    MODE_CHANGED = "mode_changed"
    """A person chose something else: a mode, something temporary, a current."""
    GAP = "gap"
    """Nobody decided for too long: what happened meanwhile is not known."""


class Verdict(StrEnum):
    """What a check came to."""

    PASSED = "passed"
    FINDINGS = "findings"
    INCONCLUSIVE = "inconclusive"
    """House or sun moved too much to tell."""
    INTERRUPTED = "interrupted"


class FindingCode(StrEnum):
    """What can be wrong, or different from the settings."""

    CAR_NOT_DRAWING = "car_not_drawing"
    LIMIT_TOO_LOW = "limit_too_low"
    """No room for a step below the limits."""
    CAR_TAKES_NO_MORE = "car_takes_no_more"
    """The car does not follow a step up."""
    CHARGER_NOT_SEEN = "charger_not_seen"
    """Grid, battery and sun of the GX do not move with the car."""
    GRID_SIGN = "grid_sign"
    BATTERY_SIGN = "battery_sign"
    NOT_IN_CONSUMPTION = "not_in_consumption"
    CHARGER_POWER = "charger_power"
    """The charger reports another power than the site sees."""
    GRID_PHASE = "grid_phase"
    """The charger hangs on another phase of the grid than set."""
    PHASES = "phases"
    """The car draws on another number of phases than set."""
    SLOW_METERS = "slow_meters"
    """The site's powers arrive so late that the sun is followed badly."""


class Judgement(StrEnum):
    """What a check judges, by name where it could not."""

    CHARGER_SEEN = "charger_seen"
    GRID_SIGN = "grid_sign"
    BATTERY_SIGN = "battery_sign"
    CONSUMPTION = "consumption"
    CHARGER_POWER = "charger_power"
    GRID_PHASE = "grid_phase"
    PHASES = "phases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding with the numbers behind it, each named with its unit."""

    code: FindingCode
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    setting: str | None = None
    """The charger's setting that would be right otherwise; None = none helps."""
    value: int | None = None
    """What it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check came to."""

    verdict: Verdict
    ended_by: CheckEnd | None = None
    """Why it was interrupted."""
    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """What was measured, each named with its unit."""
    unjudged: tuple[Judgement, ...] = ()
    """What did not move, was not known or was too noisy to judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSample:
    """The powers of one moment of a check."""

    at_s: float
    step: int
    """Number of the step, 0 = the first at the low current."""
    stepped_at_s: float
    """When that step began."""
    read_s: float
    """How long after the last change of the offer charger and site were read; negative = before it."""
    offered_a: int
    charging_w: float
    grid_w: float
    battery_w: float
    pv_w: float | None = None
    consumption_w: float | None = None
    grid_phases_w: tuple[float, ...] = ()
    """L1 first; empty where the phases are not told apart."""
    current_a: float | None = None
    """Per phase, as the charger reports it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person has chosen for a charger's current: a check that began with it ends when it changes."""

    mode: Mode
    temporary_serial: int | None
    """Number of the temporary mode; None = there is none."""
    currents_a: tuple[int, ...]

    @classmethod
    def of(cls, settings: ChargerSettings) -> Self:
        """Give what is chosen in these settings."""
        temporary = settings.temporary
        return cls(
            mode=settings.mode,
            temporary_serial=None if temporary is None else temporary.serial,
            currents_a=(
                settings.solar_min_current_a,
                settings.solar_max_current_a,
                settings.medium_current_a,
                settings.fast_current_a,
                settings.circuit_current_a,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check as it stands; times on the steady clock of the decisions."""

    serial: int = 0
    """The last request that was heard."""
    stage: CheckStage = CheckStage.IDLE
    chosen: Choice | None = None
    """What was chosen when it began; None before the first."""
    low_a: int = 0
    high_a: int = 0
    step: int = 0
    started_at_s: float = 0.0
    stepped_at_s: float = 0.0
    """When the running step began."""
    decided_at_s: float = 0.0
    samples: tuple[CheckSample, ...] = ()
    outcome: Outcome | None = None
    """Of the last check; None while one runs, and before the first."""

    @property
    def running(self) -> bool:
        """Whether the check steers the charger."""
        return self.stage in (CheckStage.STARTING, CheckStage.STEPPING)
