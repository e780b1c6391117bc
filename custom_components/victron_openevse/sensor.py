"""What the site and the chargers do, and why. One table for the site, one for each charger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    MATCH_ALL,
    PERCENTAGE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .const import SOURCES
from .control.memory import Energy
from .control.model import BatteryGuard, Status
from .control.reasons import ReasonCode
from .control.temporary import left_s
from .coordinator import ChargerData, SiteCoordinator, SiteData, VictronOpenEvseConfigEntry
from .entity import ChargerEntity, LeanEntity, SiteEntity, add_for_chargers
from .lean import Pace, Value
from .readings import live, measured, slow
from .sessions import origins
from .sources import source_of

PARALLEL_UPDATES = 0

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

NUMBERS_INTERVAL_S: Final = 120.0
"""The numbers behind an unchanged reason are renewed this often."""


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
)

CONNECTION: Final = SensorEntityDescription(
    key="connection",
    device_class=SensorDeviceClass.ENUM,
    entity_category=EntityCategory.DIAGNOSTIC,
    options=list(SOURCES),
)

REASON: Final = SensorEntityDescription(
    key="reason", device_class=SensorDeviceClass.ENUM, options=list(ReasonCode)
)

BOOST_ENDS: Final = SensorEntityDescription(
    key="boost_ends",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_registry_enabled_default=False,
)

SAME_END_S: Final = 5.0
"""The steady clock and the wall clock drift; an end that moves by less has not been moved."""


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the site and of its chargers."""
    coordinator = entry.runtime_data
    async_add_entities(SiteSensor(coordinator, item) for item in SITE_SENSORS)
    async_add_entities([ConnectionSensor(coordinator, CONNECTION)])
    add_for_chargers(
        coordinator,
        async_add_entities,
        lambda key: [
            *(ChargerSensor(coordinator, key, item) for item in CHARGER_SENSORS),
            ReasonSensor(coordinator, key, REASON),
            BoostEnds(coordinator, key, BOOST_ENDS),
        ],
    )


class ValueSensor(LeanEntity, SensorEntity):
    """A sensor that shows the lean value."""

    @property
    @override
    def native_value(self) -> str | float | None:
        """The value as it is shown."""
        return self.shown


class SiteSensor(SiteEntity, ValueSensor):
    """A sensor of the site."""

    entity_description: SiteSensorDescription

    def __init__(self, coordinator: SiteCoordinator, description: SiteSensorDescription) -> None:
        super().__init__(coordinator, description, description.pace)
        self.unknown_when_absent = description.unknown_when_absent

    @override
    def current(self) -> Value:
        """What the last decision says of it."""
        return self.entity_description.value_fn(self.data)


class ChargerSensor(ChargerEntity, ValueSensor):
    """A sensor of one charger."""

    entity_description: ChargerSensorDescription
    # The counters of each origin and the event of a finished session are history enough.
    _unrecorded_attributes = frozenset({"solar_kwh", "battery_kwh", "grid_kwh"})

    def __init__(
        self, coordinator: SiteCoordinator, charger_id: str, description: ChargerSensorDescription
    ) -> None:
        super().__init__(coordinator, charger_id, description, description.pace)
        self.unknown_when_absent = description.unknown_when_absent

    @override
    def current(self) -> Value:
        """What the last decision says of it."""
        return self.entity_description.value_fn(self.data)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Numbers behind the state; they are not recorded."""
        energy_fn = self.entity_description.energy_fn
        return origins(energy_fn(self.data)) if energy_fn else None


class ConnectionSensor(SiteEntity, ValueSensor):
    """How the site is read; messages are the finer way."""

    @override
    def current(self) -> Value:
        """The way in, as it was set up."""
        return source_of(self.coordinator.config_entry.data)


class ReasonSensor(ChargerEntity, ValueSensor):
    """Why a charger offers what it offers; the numbers behind it are attributes."""

    _unrecorded_attributes = frozenset({MATCH_ALL})
    _numbers: Mapping[str, float] = {}
    _numbers_at_s = 0.0

    @override
    def current(self) -> Value:
        """What the last decision says of it."""
        decision = self.data.decision
        return decision.reason.code if decision else None

    @override
    def refresh(self) -> bool:
        """Renew the numbers with the reason, and once a minute while it stands."""
        data = self.data
        news = super().refresh()
        due = data.now_s - self._numbers_at_s >= NUMBERS_INTERVAL_S
        if data.decision is None or not (news or due):
            return news
        numbers = {key: round(value, 1) for key, value in data.decision.reason.numbers.items()}
        self._numbers_at_s = data.now_s
        news = news or numbers != self._numbers
        self._numbers = numbers
        return news

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Numbers behind the state; they are not recorded."""
        return self._numbers


class BoostEnds(ChargerEntity, SensorEntity):
    """When a boost ends; unknown while none runs, or where no time ends it."""

    unknown_when_absent = True

    @override
    def current(self) -> Value:
        """When the boost that runs ends by itself; None = nothing runs, or no time ends it."""
        data = self.data
        temporary = data.settings.temporary
        if temporary is None or not temporary.boost:
            return None
        left = left_s(temporary, data.memory.progress, data.now_s)
        if left is None:
            return None
        end_s = round(dt_util.utcnow().timestamp() + left)
        shown = self.shown
        same = isinstance(shown, int) and abs(end_s - shown) < SAME_END_S
        return shown if same else end_s

    @property
    @override
    def native_value(self) -> datetime | None:
        """The value as it is shown."""
        shown = self.shown
        return None if shown is None else dt_util.utc_from_timestamp(float(shown))
