"""The times of day a person can choose for each charger."""

from datetime import time
from typing import Final, override

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import VictronOpenEvseConfigEntry
from .entity import ChargerEntity, add_for_chargers

PARALLEL_UPDATES = 0

DEPARTURE: Final = TimeEntityDescription(key="departure")


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the departure of each charger."""
    coordinator = entry.runtime_data
    add_for_chargers(
        coordinator, async_add_entities, lambda key: [DepartureTime(coordinator, key, DEPARTURE)]
    )


class DepartureTime(ChargerEntity, TimeEntity):
    """The time of day at which a car leaves; unknown until it is set."""

    unknown_when_absent = True

    @override
    def current(self) -> str | None:
        """The departure that is set; None = none."""
        at = self.data.departure.at
        return None if at is None else at.isoformat()

    @property
    @override
    def native_value(self) -> time | None:
        """The time of day that is set."""
        return time.fromisoformat(self.shown) if isinstance(self.shown, str) else None

    @override
    async def async_set_value(self, value: time) -> None:
        """Set the departure, which is planned from then on."""
        # Who sets a time means it; the switch takes it back.
        self.coordinator.set_departure(self.charger_id, at=value, planned=True)
