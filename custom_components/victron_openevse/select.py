"""The choices a person has for the site and for each charger."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control.model import Mode, Priority, SafeState
from .control.temporary import mode_in_force
from .coordinator import VictronOpenEvseConfigEntry
from .entity import ChargerEntity, LeanEntity, SiteEntity, add_for_chargers, setting_errors
from .settings import PHASES

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ChoiceDescription(SelectEntityDescription):
    """A choice and the setting behind it; an option is the setting's value as text."""

    field: str
    parse_fn: Callable[[str], Any]
    """Value of the setting for an option."""
    option_fn: Callable[[Any], str] = str
    """Option for a value of the setting."""


GRID_PHASE_OPTIONS: Final = ("not_known", "l1", "l2", "l3")
"""By the value of the setting."""

SITE_SELECTS: Final = (
    ChoiceDescription(
        key="priority",
        field="priority",
        options=list(Priority),
        parse_fn=Priority,
    ),
)

CHARGER_SELECTS: Final = (
    ChoiceDescription(
        key="mode",
        field="mode",
        options=list(Mode),
        parse_fn=Mode,
    ),
    ChoiceDescription(
        key="phases",
        field="phases",
        options=[str(phases) for phases in PHASES],
        entity_category=EntityCategory.CONFIG,
        parse_fn=int,
    ),
    ChoiceDescription(
        key="grid_phase",
        field="grid_phase",
        options=list(GRID_PHASE_OPTIONS),
        entity_category=EntityCategory.CONFIG,
        parse_fn=GRID_PHASE_OPTIONS.index,
        option_fn=GRID_PHASE_OPTIONS.__getitem__,
    ),
    ChoiceDescription(
        key="safe_state",
        field="safe_state",
        options=list(SafeState),
        entity_category=EntityCategory.CONFIG,
        parse_fn=SafeState,
    ),
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects of the site and of its chargers."""
    coordinator = entry.runtime_data
    async_add_entities(SiteSelect(coordinator, item) for item in SITE_SELECTS)
    add_for_chargers(
        coordinator,
        async_add_entities,
        lambda key: [ChargerSelect(coordinator, key, item) for item in CHARGER_SELECTS],
    )


class SettingSelect(LeanEntity, SelectEntity):
    """A choice that shows and changes a setting."""

    entity_description: ChoiceDescription

    @property
    @override
    def current_option(self) -> str | None:
        """The option in force."""
        return None if self.shown is None else str(self.shown)

    def changes(self, option: str) -> dict[str, Any]:
        """Give the setting for an option."""
        description = self.entity_description
        return {description.field: description.parse_fn(option)}


class SiteSelect(SiteEntity, SettingSelect):
    """A choice for the site."""

    @property
    @override
    def options(self) -> list[str]:
        """Without an entity that tells a price, no priority can be left to prices."""
        options = super().options
        if self.coordinator.inputs.has_prices:
            return options
        return [option for option in options if option != Priority.PRICES]

    @override
    def current(self) -> str:
        """The setting in force."""
        choice = str(getattr(self.data.settings.site, self.entity_description.field))
        # What the law makes of prices that nobody tells.
        return choice if choice in self.options else str(Priority.BALANCED)

    @override
    async def async_select_option(self, option: str) -> None:
        """Change the setting; it acts at once."""
        with setting_errors():
            self.coordinator.set_site(**self.changes(option))


class ChargerSelect(ChargerEntity, SettingSelect):
    """A choice for one charger."""

    @override
    def current(self) -> str:
        """The setting in force."""
        field = self.entity_description.field
        # The mode that holds, so that choosing another one ends a boost.
        own = mode_in_force(self.data.settings) if field == "mode" else None
        return self.entity_description.option_fn(own or getattr(self.data.settings, field))

    @override
    async def async_select_option(self, option: str) -> None:
        """Change the setting; it acts at once."""
        with setting_errors():
            self.coordinator.set_charger(self.charger_id, **self.changes(option))
