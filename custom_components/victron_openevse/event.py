"""The sessions of each charger as events: a car came, a car went and this is what it got.

The same news goes out as an event on Home Assistant's bus, which is what the logbook describes.
"""

from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import ATTR_KIND, EVENT_SESSION
from .coordinator import VictronOpenEvseConfigEntry
from .entity import ChargerEntity, add_for_chargers
from .sessions import SessionKind, SessionNews

PARALLEL_UPDATES = 0

SESSION: Final = EventEntityDescription(key="session", event_types=list(SessionKind))


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event entity of each charger."""
    coordinator = entry.runtime_data
    add_for_chargers(
        coordinator, async_add_entities, lambda key: [SessionEvent(coordinator, key, SESSION)]
    )


class SessionEvent(ChargerEntity, EventEntity):
    """What was last told of the sessions of a charger."""

    unknown_when_absent = True

    @override
    def current(self) -> None:
        """Show nothing but what has happened."""

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        # Not when it is added: what comes with an entity's first state is no change to anybody.
        for news in self.coordinator.sessions.take(self.charger_id):
            self._trigger_event(news.kind, news.attributes())
            self.async_write_ha_state()
            self._announce(news)

    def _announce(self, news: SessionNews) -> None:
        device = self.device_entry
        self.hass.bus.async_fire(
            EVENT_SESSION,
            {
                ATTR_KIND: str(news.kind),
                ATTR_ENTITY_ID: self.entity_id,
                ATTR_DEVICE_ID: device.id if device else None,
                ATTR_NAME: (device.name_by_user or device.name) if device else None,
                **news.attributes(),
            },
        )
