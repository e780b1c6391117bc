"""What all entities share: device, identity, lean state writes and translated errors."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, override

from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import CONF_URL, DOMAIN, SOURCE_ENTITIES
from .coordinator import ChargerData, SiteCoordinator, SiteData
from .lean import LeanValue, Pace, Value
from .settings import ContradictionError
from .sources import source_of

OPENEVSE: Final = "OpenEVSE"
"""Maker of a charger that speaks for itself; who made one that entities steer is not known here."""


def add_for_chargers(
    coordinator: SiteCoordinator,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[str], Iterable[Entity]],
) -> None:
    """Add what `make` gives for each charger's id, as entities of that charger."""
    for charger_id in coordinator.chargers:
        async_add_entities(make(charger_id), config_subentry_id=charger_id)


class LeanEntity(CoordinatorEntity[SiteCoordinator]):
    """An entity that writes a state only when what it shows has changed enough.

    Absent values make it unavailable, unless `unknown_when_absent` says that absence is an answer.
    """

    _attr_has_entity_name = True
    unknown_when_absent = False

    def __init__(
        self, coordinator: SiteCoordinator, description: EntityDescription, pace: Pace | None = None
    ) -> None:
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_translation_key = description.key
        self._lean = LeanValue(pace)

    def current(self) -> Value:
        """Give the value as of the last decision; None = absent."""
        raise NotImplementedError

    @property
    @override
    def suggested_object_id(self) -> str | None:
        """The key, so that entity ids are the same in every language."""
        return self.entity_description.key

    @property
    def shown(self) -> Value:
        """The value to show."""
        return self._lean.value

    @property
    @override
    def available(self) -> bool:
        """Absent values are unavailable, unless absence is an answer."""
        return super().available and (self.unknown_when_absent or self.shown is not None)

    @override
    async def async_added_to_hass(self) -> None:
        """Show what is known already."""
        await super().async_added_to_hass()
        self.refresh()

    def refresh(self) -> bool:
        """Take the current value; tell whether it is to be written."""
        return self._lean.update(self.current(), self.coordinator.data.now_s)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        if self.refresh():
            self.async_write_ha_state()


class SiteEntity(LeanEntity):
    """An entity of the site."""

    def __init__(
        self, coordinator: SiteCoordinator, description: EntityDescription, pace: Pace | None = None
    ) -> None:
        super().__init__(coordinator, description, pace)
        entry = coordinator.config_entry
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry.entry_id)})

    @property
    def data(self) -> SiteData:
        """Everything about the site as of the last decision."""
        return self.coordinator.data


class ChargerEntity(LeanEntity):
    """An entity of one charger."""

    def __init__(
        self,
        coordinator: SiteCoordinator,
        charger_id: str,
        description: EntityDescription,
        pace: Pace | None = None,
    ) -> None:
        super().__init__(coordinator, description, pace)
        entry = coordinator.config_entry
        subentry = entry.subentries[charger_id]
        self.charger_id = charger_id
        self._attr_unique_id = f"{charger_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, charger_id)},
            configuration_url=subentry.data.get(CONF_URL),
            manufacturer=None if source_of(subentry.data) == SOURCE_ENTITIES else OPENEVSE,
            name=subentry.title,
            serial_number=subentry.unique_id,
            via_device_id=coordinator.devices.site_id,
        )

    @property
    def data(self) -> ChargerData:
        """Everything about the charger as of the last decision."""
        return self.coordinator.data.charger(self.charger_id)


@contextmanager
def setting_errors() -> Iterator[None]:
    """Tell the user in their language which settings exclude each other."""
    try:
        yield
    except ContradictionError as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=error.key,
            translation_placeholders={key: f"{value:g}" for key, value in error.numbers.items()},
        ) from error
