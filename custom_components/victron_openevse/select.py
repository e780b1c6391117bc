"""The choices a person has for each charger."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control.model import ChargerSettings, Mode
from .coordinator import VictronOpenEvseConfigEntry
from .entity import ChargerEntity, setting_errors
from .settings import PHASES

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ChoiceDescription(SelectEntityDescription):
    """A choice and the setting behind it."""

    field: str
    value_fn: Callable[[ChargerSettings], str]
    """Option that is chosen."""
    parse_fn: Callable[[str], Any]
    """Value of the setting for an option."""


CHARGER_SELECTS: Final = (
    ChoiceDescription(
        key="mode",
        field="mode",
        options=list(Mode),
        value_fn=lambda settings: settings.mode,
        parse_fn=Mode,
    ),
    ChoiceDescription(
        key="phases",
        field="phases",
        options=[str(phases) for phases in PHASES],
        entity_category=EntityCategory.CONFIG,
        value_fn=lambda settings: str(settings.phases),
        parse_fn=int,
    ),
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects of each charger."""
    coordinator = entry.runtime_data
    for charger_id in coordinator.chargers:
        async_add_entities(
            (ChargerSelect(coordinator, charger_id, item) for item in CHARGER_SELECTS),
            config_subentry_id=charger_id,
        )


class ChargerSelect(ChargerEntity, SelectEntity):
    """A choice for one charger."""

    entity_description: ChoiceDescription

    @override
    def current(self) -> str:
        return self.entity_description.value_fn(self.data.settings)

    @property
    @override
    def current_option(self) -> str | None:
        return None if self.shown is None else str(self.shown)

    @override
    async def async_select_option(self, option: str) -> None:
        description = self.entity_description
        changes = {description.field: description.parse_fn(option)}
        with setting_errors():
            self.coordinator.set_charger(self.charger_id, **changes)
