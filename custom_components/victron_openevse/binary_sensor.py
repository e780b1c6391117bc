"""Yes-or-no facts of the site and the chargers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (  # type: ignore[attr-defined] # listed from 2026.11
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control.model import ChargerState
from .coordinator import ChargerData, SiteData, VictronOpenEvseConfigEntry
from .entity import ChargerEntity, LeanEntity, SiteEntity, add_for_chargers
from .owners import UNKNOWN
from .readings import reported

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SiteFlagDescription(BinarySensorEntityDescription):
    """A fact of the site and where it comes from."""

    value_fn: Callable[[SiteData], bool | None]


@dataclass(frozen=True, kw_only=True)
class ChargerFlagDescription(BinarySensorEntityDescription):
    """A fact of a charger and where it comes from."""

    value_fn: Callable[[ChargerData], bool | None]


def _charging(data: ChargerData) -> bool | None:
    state = reported(data, data.reading.state)
    return None if state is None else state is ChargerState.CHARGING


def _safe_state_ensured(data: ChargerData) -> bool | None:
    problem = data.safe_state_problem
    return None if problem == UNKNOWN else problem is None


def _battery_steered(data: SiteData) -> bool | None:
    others = data.owners.at_battery
    return None if others is None else bool(others)


SITE_FLAGS: Final = (
    SiteFlagDescription(
        key="pv_curtailed",
        value_fn=lambda data: data.decision.site.pv_curtailed,
    ),
    SiteFlagDescription(
        key="data_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: data.decision.site.data_problem,
    ),
    SiteFlagDescription(
        key="battery_steered",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_battery_steered,
    ),
)

CHARGER_FLAGS: Final = (
    ChargerFlagDescription(
        key="vehicle_connected",
        device_class=BinarySensorDeviceClass.PLUG,
        value_fn=lambda data: reported(data, data.reading.vehicle_connected),
    ),
    ChargerFlagDescription(
        key="charging",
        device_class=BinarySensorDeviceClass.BATTERY_CHARGING,
        value_fn=_charging,
    ),
    ChargerFlagDescription(
        key="boost",
        value_fn=lambda data: data.settings.temporary is not None and data.settings.temporary.boost,
    ),
    ChargerFlagDescription(
        key="safe_state_ensured",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_safe_state_ensured,
    ),
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors of the site and of its chargers."""
    coordinator = entry.runtime_data
    async_add_entities(SiteFlag(coordinator, item) for item in SITE_FLAGS)
    add_for_chargers(
        coordinator,
        async_add_entities,
        lambda key: [ChargerFlag(coordinator, key, item) for item in CHARGER_FLAGS],
    )


class Flag(LeanEntity, BinarySensorEntity):
    """A binary sensor that shows the lean value."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether what is shown holds; None = not known."""
        return None if self.shown is None else bool(self.shown)


class SiteFlag(SiteEntity, Flag):
    """A fact of the site."""

    entity_description: SiteFlagDescription

    @override
    def current(self) -> bool | None:
        """What the last decision says of it."""
        return self.entity_description.value_fn(self.data)


class ChargerFlag(ChargerEntity, Flag):
    """A fact of one charger."""

    entity_description: ChargerFlagDescription

    @override
    def current(self) -> bool | None:
        """What the last decision says of it."""
        return self.entity_description.value_fn(self.data)
