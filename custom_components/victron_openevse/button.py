"""What a person can start at each charger: the commissioning check."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .check_begin import begin_checks
from .coordinator import VictronOpenEvseConfigEntry
from .entity import ChargerEntity, add_for_chargers

PARALLEL_UPDATES = 0

COMMISSIONING_CHECK: Final = ButtonEntityDescription(
    key="commissioning_check", entity_category=EntityCategory.CONFIG
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the button of each charger."""
    coordinator = entry.runtime_data
    add_for_chargers(
        coordinator,
        async_add_entities,
        lambda key: [CheckButton(coordinator, key, COMMISSIONING_CHECK)],
    )


class CheckButton(ChargerEntity, ButtonEntity):
    """Begins a commissioning check."""

    unknown_when_absent = True

    @override
    def current(self) -> None:
        """Show nothing but when it was pressed."""

    @override
    async def async_press(self) -> None:
        """Begin, or say why not."""
        begin_checks([(self.coordinator, self.charger_id)])
