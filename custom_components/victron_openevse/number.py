"""The numbers a person can choose. One table for the site, one for each charger."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    Platform,
    UnitOfElectricCurrent,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import SiteCoordinator, VictronOpenEvseConfigEntry
from .entity import ChargerEntity, LeanEntity, SiteEntity, add_for_chargers, setting_errors
from .settings import BOUNDS

PARALLEL_UPDATES = 0

S_PER_MIN: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class SettingDescription(NumberEntityDescription):
    """A number and the setting behind it."""

    field: str
    """Name of the setting in the law's settings."""
    scale: float = 1.0
    """Units of the field per unit shown."""
    whole: bool = False
    """True for fields that hold whole numbers."""


def _level(key: str, field: str) -> SettingDescription:
    return SettingDescription(
        key=key,
        field=field,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=PERCENTAGE,
    )


def _minutes(key: str, field: str) -> SettingDescription:
    return SettingDescription(
        key=key,
        field=field,
        scale=S_PER_MIN,
        device_class=NumberDeviceClass.DURATION,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfTime.MINUTES,
    )


def _current(key: str, field: str) -> SettingDescription:
    return SettingDescription(
        key=key,
        field=field,
        whole=True,
        device_class=NumberDeviceClass.CURRENT,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
    )


def _power_limit(key: str, field: str) -> SettingDescription:
    return SettingDescription(
        key=key,
        field=field,
        device_class=NumberDeviceClass.POWER,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfPower.WATT,
    )


SITE_NUMBERS: Final = (
    _level("night_reserve", "night_reserve_pct"),
    _level("reserve_floor", "reserve_floor_pct"),
    _level("resume_soc", "resume_soc_pct"),
    SettingDescription(
        key="base_load",
        field="base_load_w",
        device_class=NumberDeviceClass.POWER,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfPower.WATT,
    ),
    SettingDescription(
        key="battery_capacity",
        field="battery_capacity_kwh",
        device_class=NumberDeviceClass.ENERGY_STORAGE,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    ),
    _minutes("min_on_time", "min_on_s"),
    _minutes("min_off_time", "min_off_s"),
    SettingDescription(
        key="grid_limit",
        field="grid_limit_a",
        device_class=NumberDeviceClass.CURRENT,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
    ),
    _power_limit("battery_limit", "battery_limit_w"),
    _power_limit("inverter_limit", "inverter_limit_w"),
)

CHARGER_NUMBERS: Final = (
    _current("solar_min_current", "solar_min_current_a"),
    _current("solar_max_current", "solar_max_current_a"),
    _current("medium_current", "medium_current_a"),
    _current("fast_current", "fast_current_a"),
    _current("circuit_current", "circuit_current_a"),
    SettingDescription(
        key="order", field="order", whole=True, entity_category=EntityCategory.CONFIG
    ),
    SettingDescription(
        key="daily_closings",
        field="daily_closings",
        whole=True,
        entity_category=EntityCategory.CONFIG,
    ),
    SettingDescription(
        key="session_limit",
        field="session_limit_kwh",
        device_class=NumberDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    ),
)

TARGET_SOC: Final = SettingDescription(
    key="target_soc", field="target_soc_pct", native_unit_of_measurement=PERCENTAGE
)
"""Only for chargers whose car tells its level: without that it could never be reached."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers of the site and of its chargers."""
    coordinator = entry.runtime_data
    async_add_entities(SiteNumber(coordinator, item) for item in SITE_NUMBERS)
    add_for_chargers(
        coordinator,
        async_add_entities,
        lambda key: [
            ChargerNumber(coordinator, key, item) for item in _numbers(hass, coordinator, key)
        ],
    )


def _numbers(
    hass: HomeAssistant, coordinator: SiteCoordinator, charger_id: str
) -> tuple[SettingDescription, ...]:
    if coordinator.inputs.tells_level(charger_id):
        return (*CHARGER_NUMBERS, TARGET_SOC)
    _forget_target(hass, charger_id)
    return CHARGER_NUMBERS


def _forget_target(hass: HomeAssistant, charger_id: str) -> None:
    """Remove the target of a car whose level is told no more: it would stay for ever, unavailable."""
    entities = er.async_get(hass)
    unique_id = f"{charger_id}_{TARGET_SOC.key}"
    entity_id = entities.async_get_entity_id(Platform.NUMBER, DOMAIN, unique_id)
    if entity_id is not None:
        entities.async_remove(entity_id)


class SettingNumber(LeanEntity, NumberEntity):
    """A number that shows and changes a setting."""

    entity_description: SettingDescription
    _attr_mode = NumberMode.BOX

    def apply_bounds(self) -> None:
        """Take the limits of the setting, in the unit shown."""
        description = self.entity_description
        bounds = BOUNDS[description.field]
        self._attr_native_min_value = bounds.low / description.scale
        self._attr_native_max_value = bounds.high / description.scale
        self._attr_native_step = bounds.step / description.scale

    @override
    def current(self) -> float:
        """Give the setting, in the unit of its field."""
        raise NotImplementedError

    @property
    @override
    def native_value(self) -> float:
        """The setting, in the unit shown."""
        return self.current() / self.entity_description.scale

    def to_field(self, value: float) -> float:
        """Give the value of the setting for a number as shown."""
        description = self.entity_description
        scaled = value * description.scale
        return round(scaled) if description.whole else scaled


class SiteNumber(SiteEntity, SettingNumber):
    """A number of the site."""

    def __init__(self, coordinator: SiteCoordinator, description: SettingDescription) -> None:
        super().__init__(coordinator, description)
        self.apply_bounds()

    @override
    def current(self) -> float:
        """The setting in force, in the unit shown."""
        value: float = getattr(self.data.settings.site, self.entity_description.field)
        return value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the setting; it acts at once."""
        with setting_errors():
            self.coordinator.set_site(**{self.entity_description.field: self.to_field(value)})


class ChargerNumber(ChargerEntity, SettingNumber):
    """A number of one charger."""

    def __init__(
        self, coordinator: SiteCoordinator, charger_id: str, description: SettingDescription
    ) -> None:
        super().__init__(coordinator, charger_id, description)
        self.apply_bounds()

    @override
    def current(self) -> float:
        """The setting in force, in the unit shown."""
        value: float = getattr(self.data.settings, self.entity_description.field)
        return value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the setting; it acts at once."""
        changes = {self.entity_description.field: self.to_field(value)}
        with setting_errors():
            self.coordinator.set_charger(self.charger_id, **changes)
