"""What a person can switch on and off, for the site and at each charger."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import ChargerData, SiteCoordinator, VictronOpenEvseConfigEntry
from .entity import ChargerEntity, LeanEntity, SiteEntity, add_for_chargers, setting_errors

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SwitchDescription(SwitchEntityDescription):
    """A switch and what is behind it."""

    value_fn: Callable[[ChargerData], bool]
    set_fn: Callable[[SiteCoordinator, str, bool], None]
    """Sets it for the charger with this id."""


def _setting(key: str) -> SwitchDescription:
    """Describe a switch for the law's setting of the same name."""
    return SwitchDescription(
        key=key,
        value_fn=lambda data: bool(getattr(data.settings, key)),
        set_fn=lambda coordinator, charger_id, value: coordinator.set_charger(
            charger_id, **{key: value}
        ),
    )


CHARGER_SWITCHES: Final = (
    _setting("pause_until_morning"),
    _setting("use_battery"),
    SwitchDescription(
        key="departure_planned",
        value_fn=lambda data: data.departure.planned,
        set_fn=lambda coordinator, charger_id, value: coordinator.set_departure(
            charger_id, planned=value
        ),
    ),
)


SITE_SWITCHES: Final = (
    SwitchEntityDescription(key="shadow", entity_category=EntityCategory.CONFIG),
    SwitchEntityDescription(key="allow_islanded", entity_category=EntityCategory.CONFIG),
)
"""Each is named as the setting behind it."""


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of the site and of each charger."""
    coordinator = entry.runtime_data
    async_add_entities(SiteSwitch(coordinator, item) for item in SITE_SWITCHES)
    add_for_chargers(
        coordinator,
        async_add_entities,
        lambda key: [ChargerSwitch(coordinator, key, item) for item in CHARGER_SWITCHES],
    )


class SettingSwitch(LeanEntity, SwitchEntity):
    """A switch that shows and changes a setting."""

    @property
    @override
    def is_on(self) -> bool:
        """Whether the setting is on."""
        return bool(self.shown)

    @override
    async def async_turn_on(self, **_kwargs: Any) -> None:
        """Switch the setting on; it acts at once."""
        self.put(value=True)

    @override
    async def async_turn_off(self, **_kwargs: Any) -> None:
        """Switch the setting off; it acts at once."""
        self.put(value=False)

    def put(self, *, value: bool) -> None:
        """Change the setting."""
        raise NotImplementedError


class SiteSwitch(SiteEntity, SettingSwitch):
    """A switch of the site."""

    @override
    def current(self) -> bool:
        """The setting in force."""
        return bool(getattr(self.data.settings.site, self.entity_description.key))

    @override
    def put(self, *, value: bool) -> None:
        """Change the setting."""
        with setting_errors():
            self.coordinator.set_site(**{self.entity_description.key: value})


class ChargerSwitch(ChargerEntity, SettingSwitch):
    """A switch of one charger."""

    entity_description: SwitchDescription

    @override
    def current(self) -> bool:
        """The setting in force."""
        return self.entity_description.value_fn(self.data)

    @override
    def put(self, *, value: bool) -> None:
        """Change the setting."""
        with setting_errors():
            self.entity_description.set_fn(self.coordinator, self.charger_id, value)
