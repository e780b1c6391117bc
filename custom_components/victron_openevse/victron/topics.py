"""The GX topics this integration listens to: paths, accepted ranges, how often each is asked again.

A GX speaks `N/<portal id>/<service>/<instance>/<path>`; the part behind the portal id is called
the path here. Instances of hardware services differ per site and change when something is
re-plugged, so they appear as `+`; `system`, `settings`, `platform` and `hub4` are always
instance 0. Signs are the GX's own and ours: grid power + = import, battery power + = charging.
"""

from dataclasses import dataclass
from typing import Final

PHASES: Final = ("L1", "L2", "L3")


@dataclass(frozen=True, slots=True)
class Limits:
    """Range in which a number is believable; anything else counts as no value."""

    low: float
    high: float


POWER: Final = Limits(-200_000.0, 200_000.0)
"""W. A house connection is 40 kW; 200 kW leaves room for farms, not for a lost decimal point."""
PERCENT: Final = Limits(0.0, 100.0)
GRID_VOLTAGE: Final = Limits(80.0, 300.0)
"""V phase to neutral: a 100 V grid in a brown-out up to 277 V North American phases."""
BATTERY_VOLTAGE: Final = Limits(5.0, 1000.0)
"""V: nearly empty 12 V banks up to high-voltage packs."""
CURRENT_LIMIT: Final = Limits(0.0, 5000.0)
"""A on the battery side; the largest banks of solar chargers stay below it."""
PHASE_COUNT: Final = Limits(0.0, 3.0)
CODE: Final = Limits(-1.0, 65_535.0)
"""Flags and enumerations; the GX keeps them in 16 bits, -1 for "none"."""

LIVE_REREAD_S: Final = 20.0
"""A GX sends changes only: a constant value is asked for again after this silence, so that
"constant" and "dead" differ well before readings grow too old to use (30 s)."""
SETTING_REREAD_S: Final = 60.0
"""Settings change by hand only; a minute keeps them known without load on the GX."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What is known beforehand of a path."""

    limits: Limits | None
    """Accepted range of a number; `None` for texts."""
    reread_s: float | None
    """Ask again after this much silence while it has a value; `None` = never."""


def _live(limits: Limits) -> Spec:
    return Spec(limits, LIVE_REREAD_S)


def _setting(limits: Limits) -> Spec:
    return Spec(limits, SETTING_REREAD_S)


GRID: Final = "system/0/Ac/Grid"
CONSUMPTION: Final = "system/0/Ac/Consumption"
AC_PV_GROUPS: Final = ("system/0/Ac/PvOnGrid", "system/0/Ac/PvOnOutput", "system/0/Ac/PvOnGenset")
PHASE_GROUPS: Final = (GRID, CONSUMPTION, *AC_PV_GROUPS)


def phase_power(group: str, phase: str) -> str:
    """Path of one phase's power, W."""
    return f"{group}/{phase}/Power"


def phase_count(group: str) -> str:
    """Path of the group's highest phase that has a value."""
    return f"{group}/NumberOfPhases"


BATTERY_POWER: Final = "system/0/Dc/Battery/Power"
BATTERY_SOC: Final = "system/0/Dc/Battery/Soc"
BATTERY_VOLTS: Final = "system/0/Dc/Battery/Voltage"
DC_PV_POWER: Final = "system/0/Dc/Pv/Power"
INPUT_SOURCE: Final = "system/0/Ac/ActiveIn/Source"
ACTIVE_SOC_LIMIT: Final = "system/0/Control/ActiveSocLimit"
SCHEDULED_CHARGE: Final = "system/0/Control/ScheduledCharge"
DESS_ACTIVE: Final = "system/0/DynamicEss/Active"

LIMIT_IN_FORCE: Final = "hub4/0/MaxDischargePower"
LIMIT_OVERRIDE: Final = "hub4/0/Overrides/MaxDischargePower"
PV_LIMITER: Final = "hub4/0/PvPowerLimiterActive"

DC_FEED_IN: Final = "settings/0/Settings/CGwacs/OvervoltageFeedIn"
AC_FEED_IN_PREVENTED: Final = "settings/0/Settings/CGwacs/PreventFeedback"
MAX_FEED_IN: Final = "settings/0/Settings/CGwacs/MaxFeedInPower"

PRODUCT_NAME: Final = "platform/0/ProductName"
FIRMWARE_VERSION: Final = "platform/0/Firmware/Installed/Version"

CHARGER: Final = "solarcharger"
CHARGER_MODE: Final = "MppOperationMode"
CHARGER_YIELD: Final = "Yield/Power"
CHARGER_CURRENT_LIMIT: Final = "Settings/ChargeCurrentLimit"
INVERTER: Final = "pvinverter"
INVERTER_POWER: Final = "Ac/Power"
INVERTER_LIMIT: Final = "Ac/PowerLimit"
INVERTER_MAX: Final = "Ac/MaxPower"
METER: Final = "grid"
METER_VOLTS: Final = "Ac/L1/Voltage"

SPECS: Final[dict[str, Spec]] = {
    **{phase_power(g, p): _live(POWER) for g in PHASE_GROUPS for p in PHASES},
    **{phase_count(g): _setting(PHASE_COUNT) for g in PHASE_GROUPS},
    BATTERY_POWER: _live(POWER),
    BATTERY_SOC: _live(PERCENT),
    BATTERY_VOLTS: _live(BATTERY_VOLTAGE),
    DC_PV_POWER: _live(POWER),
    INPUT_SOURCE: _live(CODE),
    ACTIVE_SOC_LIMIT: _live(PERCENT),
    SCHEDULED_CHARGE: _live(CODE),
    DESS_ACTIVE: _live(CODE),
    LIMIT_IN_FORCE: _live(POWER),
    LIMIT_OVERRIDE: _live(POWER),
    PV_LIMITER: _live(CODE),
    DC_FEED_IN: _setting(CODE),
    AC_FEED_IN_PREVENTED: _setting(CODE),
    MAX_FEED_IN: _setting(POWER),
    PRODUCT_NAME: Spec(None, None),
    FIRMWARE_VERSION: Spec(None, None),
    f"{CHARGER}/+/{CHARGER_MODE}": _live(CODE),
    f"{CHARGER}/+/{CHARGER_YIELD}": _live(POWER),
    f"{CHARGER}/+/{CHARGER_CURRENT_LIMIT}": _setting(CURRENT_LIMIT),
    f"{INVERTER}/+/{INVERTER_POWER}": _live(POWER),
    f"{INVERTER}/+/{INVERTER_LIMIT}": _live(POWER),
    f"{INVERTER}/+/{INVERTER_MAX}": _setting(POWER),
    f"{METER}/+/{METER_VOLTS}": _live(GRID_VOLTAGE),
}
"""Every path listened to. `+` stands for an instance."""

INSTANCE_DIGITS: Final = 9
"""Instances are small numbers; more digits than fit 32 bits are no instance."""

HEARTBEAT: Final = "heartbeat"
PUBLISH_COMPLETED: Final = "full_publish_completed"
KEEPALIVE: Final = "keepalive"

SERIAL_FILTER: Final = "N/+/system/0/Serial"
"""The only topic a GX retains: it announces the portal id without a keepalive."""


def notification(portal_id: str, path: str) -> str:
    """Topic on which the GX reports `path`."""
    return f"N/{portal_id}/{path}"


def read_request(portal_id: str, path: str) -> str:
    """Topic that makes the GX report `path` now (empty payload)."""
    return f"R/{portal_id}/{path}"


def write_request(portal_id: str, path: str) -> str:
    """Topic that sets `path` (payload with a value)."""
    return f"W/{portal_id}/{path}"


def spec_of(path: str) -> tuple[str, str, Spec] | None:
    """Return `(service, instance, spec)` of a concrete path; `None` if we do not use it."""
    service, _, tail = path.partition("/")
    instance, _, rest = tail.partition("/")
    if not (instance.isascii() and instance.isdecimal() and len(instance) <= INSTANCE_DIGITS):
        return None
    spec = SPECS.get(path) or SPECS.get(f"{service}/+/{rest}")
    return None if spec is None else (service, instance, spec)
