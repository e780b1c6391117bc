"""Triggers in the user's words: a session started, the car is full, the charger waits for sun.

Each looks at one entity of a charger, whatever that is called, and fires when it changes to what the
trigger is about. Becoming available again is no change, so a restart fires nothing.
"""

from typing import Any, ClassVar, Final, override

from homeassistant.components.event import ATTR_EVENT_TYPE
from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.components.select import DOMAIN as SELECT_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import CONF_MODE, CONF_OPTIONS
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    EntityTargetStateTriggerBase,
    EntityTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
    TriggerConfig,
)
import voluptuous as vol

from .control.model import Mode, Status
from .control.reasons import ReasonCode
from .entity_choice import only
from .sessions import SessionKind

EVENTS: Final = {EVENT_DOMAIN: DomainSpec()}
SELECTS: Final = {SELECT_DOMAIN: DomainSpec()}
SENSORS: Final = {SENSOR_DOMAIN: DomainSpec()}

MODE_SCHEMA: Final = ENTITY_STATE_TRIGGER_SCHEMA.extend(
    {
        vol.Required(CONF_OPTIONS, default={}): {
            vol.Optional(CONF_MODE, default=[]): vol.All(cv.ensure_list, [vol.In(list(Mode))])
        }
    }
)


class ChargerTrigger(EntityTriggerBase):
    """A trigger that looks at the entity with one key."""

    _key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave only the entity with our key among those targeted."""
        return only(self._hass, super().entity_filter(entities), self._key)


class SessionTrigger(ChargerTrigger, StatelessEntityTriggerBase):
    """Fires when something is told of a session."""

    _domain_specs = EVENTS
    _key = "session"
    _kind: ClassVar[SessionKind]

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Tell whether this state is what the trigger is about."""
        return bool(state.attributes.get(ATTR_EVENT_TYPE) == self._kind)


class SessionStarted(SessionTrigger):
    """Fires when a car is plugged in."""

    _kind = SessionKind.STARTED


class SessionFinished(SessionTrigger):
    """Fires when a car is unplugged."""

    _kind = SessionKind.FINISHED


class SensorTrigger(ChargerTrigger, EntityTargetStateTriggerBase):
    """Fires when a sensor of a charger changes to one state."""

    _domain_specs = SENSORS
    _state: ClassVar[str]

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._to_states = {self._state}


class WaitingForSun(SensorTrigger):
    """Fires when a charger begins to wait for sun."""

    _key = "status"
    _state = Status.WAITING_FOR_SUN


class CarFull(SensorTrigger):
    """Fires when a car takes no more."""

    _key = "status"
    _state = Status.CAR_FULL


class ReserveReached(SensorTrigger):
    """Fires when a car has to wait because the battery is down to what belongs to the house."""

    _key = "reason"
    _state = ReasonCode.RESERVE_REACHED


class ModeChanged(ChargerTrigger):
    """Fires when another mode is chosen; with modes given, only when it is one of them."""

    _domain_specs = SELECTS
    _key = "mode"
    _schema = MODE_SCHEMA

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._modes: set[Any] = set(self._options[CONF_MODE])

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Tell whether this state is what the trigger is about."""
        return not self._modes or state.state in self._modes


TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "car_full": CarFull,
    "mode_changed": ModeChanged,
    "reserve_reached": ReserveReached,
    "session_finished": SessionFinished,
    "session_started": SessionStarted,
    "waiting_for_sun": WaitingForSun,
}


async def async_get_triggers(_hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Give the triggers by name."""
    return TRIGGERS
