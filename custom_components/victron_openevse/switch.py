"""What a person can switch on and off at each charger."""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import VictronOpenEvseConfigEntry
from .entity import ChargerEntity, setting_errors

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SwitchDescription(SwitchEntityDescription):
    """A switch and the setting behind it."""

    field: str


CHARGER_SWITCHES: Final = (
    SwitchDescription(key="pause_until_morning", field="pause_until_morning"),
    SwitchDescription(key="use_battery", field="use_battery"),
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of each charger."""
    coordinator = entry.runtime_data
    for charger_id in coordinator.chargers:
        async_add_entities(
            (ChargerSwitch(coordinator, charger_id, item) for item in CHARGER_SWITCHES),
            config_subentry_id=charger_id,
        )


class ChargerSwitch(ChargerEntity, SwitchEntity):
    """A switch of one charger."""

    entity_description: SwitchDescription

    @override
    def current(self) -> bool:
        value: bool = getattr(self.data.settings, self.entity_description.field)
        return value

    @property
    @override
    def is_on(self) -> bool:
        return bool(self.shown)

    @override
    async def async_turn_on(self, **_kwargs: Any) -> None:
        self._set(value=True)

    @override
    async def async_turn_off(self, **_kwargs: Any) -> None:
        self._set(value=False)

    def _set(self, *, value: bool) -> None:
        with setting_errors():
            self.coordinator.set_charger(self.charger_id, **{self.entity_description.field: value})
