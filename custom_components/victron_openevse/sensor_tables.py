"""The tables of sensors: one for the site, one for each charger, and how eagerly each is written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTime,
)

from .checks import STATES
from .const import SOURCES
from .control.memory import Energy, Money
from .control.model import BatteryGuard, Status
from .control.reasons import ReasonCode
from .coordinator import ChargerData, SiteData
from .lean import Pace, Value
from .readings import live, measured, slow

POWER: Final = Pace(round_to=10.0, step=250.0)
"""1500 W shows after 10 s, 500 W after 30 s, and what is left after five minutes. With passing clouds and
a fifth of this step, the powers alone would make most of 600 rows an hour."""
OWN_POWER: Final = Pace(round_to=10.0, step=250.0, zero_at_once=True)
"""A charger's power is exactly zero when it does not charge."""
CURRENT: Final = Pace(round_to=0.1, step=2.0, zero_at_once=True)
"""Offered and charging current tell the same most of the time; the former shows at once."""
LEVEL: Final = Pace(round_to=1.0, step=1.0, step_after_s=10.0)
"""A change of 1 % is rare, so it may show soon."""
ENERGY: Final = Pace(round_to=0.01, step=0.15)
"""About one state in 75 s while charging with 6 kW."""
HOURS: Final = Pace(round_to=0.1, step=0.1)
MONEY: Final = Pace(round_to=0.01, step=0.05)
"""Cents; five of them show after a minute."""


@dataclass(frozen=True, kw_only=True)
class SiteSensorDescription(SensorEntityDescription):
    """A sensor of the site and where its value comes from."""

    value_fn: Callable[[SiteData], Value]
    pace: Pace | None = None
    unknown_when_absent: bool = False


@dataclass(frozen=True, kw_only=True)
class ChargerSensorDescription(SensorEntityDescription):
    """A sensor of a charger and where its value comes from."""

    value_fn: Callable[[ChargerData], Value]
    energy_fn: Callable[[ChargerData], Energy] | None = None
    """Energy whose origins are attributes of the sensor."""
    pace: Pace | None = None
    unknown_when_absent: bool = False


def _power(key: str, value_fn: Callable[[SiteData], Value]) -> SiteSensorDescription:
    return SiteSensorDescription(
        key=key,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        pace=POWER,
        value_fn=value_fn,
    )


SITE_SENSORS: Final = (
    _power("pv_power", lambda data: live(data, data.readings.site.pv_power_w)),
    _power("grid_power", lambda data: live(data, data.readings.site.grid_power_w)),
    _power("battery_power", lambda data: live(data, data.readings.site.battery_power_w)),
    _power("house_power", lambda data: data.decision.site.house_power_w),
    _power("surplus", lambda data: data.decision.site.surplus_w),
    SiteSensorDescription(
        key="battery_soc",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        pace=LEVEL,
        value_fn=lambda data: slow(data, data.readings.site.battery_soc_pct),
    ),
    SiteSensorDescription(
        key="reserve",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        pace=LEVEL,
        value_fn=lambda data: data.decision.site.reserve_pct,
    ),
    SiteSensorDescription(
        key="energy_exported",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        pace=ENERGY,
        value_fn=lambda data: data.export.total_kwh,
    ),
    SiteSensorDescription(
        key="sun_hours_left",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.HOURS,
        suggested_display_precision=1,
        pace=HOURS,
        unknown_when_absent=True,
        value_fn=lambda data: data.sun_hours_left,
    ),
    SiteSensorDescription(
        key="battery_guard",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=list(BatteryGuard),
        value_fn=lambda data: data.decision.site.guard,
    ),
)


def _energy(key: str, value_fn: Callable[[Energy], float]) -> ChargerSensorDescription:
    return ChargerSensorDescription(
        key=key,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        pace=ENERGY,
        value_fn=lambda data: value_fn(data.memory.meter.lifetime),
    )


CHARGER_SENSORS: Final = (
    ChargerSensorDescription(
        key="status",
        device_class=SensorDeviceClass.ENUM,
        options=list(Status),
        value_fn=lambda data: data.decision.status if data.decision else None,
    ),
    ChargerSensorDescription(
        key="offered_current",
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda data: data.decision.offered_current_a if data.decision else None,
    ),
    ChargerSensorDescription(
        key="current_change",
        device_class=SensorDeviceClass.CURRENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=0,
        unknown_when_absent=True,
        value_fn=lambda data: data.last_change_a,
    ),
    ChargerSensorDescription(
        key="charging_current",
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        pace=CURRENT,
        value_fn=lambda data: measured(data, data.reading.charging_current_a),
    ),
    ChargerSensorDescription(
        key="charging_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        pace=OWN_POWER,
        value_fn=lambda data: measured(data, data.reading.charging_power_w),
    ),
    ChargerSensorDescription(
        key="session_energy",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        pace=ENERGY,
        value_fn=lambda data: data.memory.meter.session.total_kwh,
        energy_fn=lambda data: data.memory.meter.session,
    ),
    _energy("energy_total", lambda energy: energy.total_kwh),
    _energy("energy_solar", lambda energy: energy.solar_kwh),
    _energy("energy_battery", lambda energy: energy.battery_kwh),
    _energy("energy_grid", lambda energy: energy.grid_kwh),
    ChargerSensorDescription(
        key="solar_share",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        pace=LEVEL,
        unknown_when_absent=True,
        value_fn=lambda data: data.memory.meter.session.solar_share_pct,
    ),
    ChargerSensorDescription(
        key="contactor_closings",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=0,
        value_fn=lambda data: data.memory.closings,
    ),
)


def _money(key: str, value_fn: Callable[[Money], float]) -> ChargerSensorDescription:
    """Describe a sum in the currency of Home Assistant; it may fall, where tariffs go below zero."""
    return ChargerSensorDescription(
        key=key,
        device_class=SensorDeviceClass.MONETARY,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        pace=MONEY,
        value_fn=lambda data: value_fn(data.memory.money),
    )


MONEY_SENSORS: Final = (
    _money("charging_cost", lambda money: money.cost),
    _money("charging_savings", lambda money: money.savings),
)
"""Only where the owner has told what a kWh costs."""

CONNECTION: Final = SensorEntityDescription(
    key="connection",
    device_class=SensorDeviceClass.ENUM,
    entity_category=EntityCategory.DIAGNOSTIC,
    options=list(SOURCES),
)

COMMISSIONING: Final = SensorEntityDescription(
    key="commissioning",
    device_class=SensorDeviceClass.ENUM,
    entity_category=EntityCategory.DIAGNOSTIC,
    options=list(STATES),
)

REASON: Final = SensorEntityDescription(
    key="reason", device_class=SensorDeviceClass.ENUM, options=list(ReasonCode)
)

BOOST_ENDS: Final = SensorEntityDescription(
    key="boost_ends",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_registry_enabled_default=False,
)
