"""What the site and the chargers do, and why; the tables of what there is are in `sensor_tables`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .checks import CheckResult, attributes
from .control.temporary import left_s
from .coordinator import SiteCoordinator, VictronOpenEvseConfigEntry
from .entity import ChargerEntity, LeanEntity, SiteEntity, add_for_chargers
from .lean import Value
from .sensor_tables import (
    BOOST_ENDS,
    CHARGER_SENSORS,
    COMMISSIONING,
    CONNECTION,
    MONEY_SENSORS,
    REASON,
    SITE_SENSORS,
    ChargerSensorDescription,
    SiteSensorDescription,
)
from .sessions import origins
from .sources import source_of

PARALLEL_UPDATES = 0

NUMBERS_INTERVAL_S: Final = 120.0
"""The numbers behind an unchanged reason are renewed this often."""

SAME_END_S: Final = 5.0
"""The steady clock and the wall clock drift; an end that moves by less has not been moved."""


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: VictronOpenEvseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the site and of its chargers."""
    coordinator = entry.runtime_data
    async_add_entities(SiteSensor(coordinator, item) for item in SITE_SENSORS)
    async_add_entities([ConnectionSensor(coordinator, CONNECTION)])
    add_for_chargers(
        coordinator,
        async_add_entities,
        lambda key: [
            *(ChargerSensor(coordinator, key, item) for item in CHARGER_SENSORS),
            *_money_sensors(coordinator, key),
            ReasonSensor(coordinator, key, REASON),
            BoostEnds(coordinator, key, BOOST_ENDS),
            CommissioningSensor(coordinator, key, COMMISSIONING),
        ],
    )


def _money_sensors(coordinator: SiteCoordinator, key: str) -> list[ChargerSensor]:
    if not coordinator.inputs.has_prices:
        return []
    return [MoneySensor(coordinator, key, item) for item in MONEY_SENSORS]


class ValueSensor(LeanEntity, SensorEntity):
    """A sensor that shows the lean value."""

    @property
    @override
    def native_value(self) -> str | float | None:
        """The value as it is shown."""
        return self.shown


class SiteSensor(SiteEntity, ValueSensor):
    """A sensor of the site."""

    entity_description: SiteSensorDescription

    def __init__(self, coordinator: SiteCoordinator, description: SiteSensorDescription) -> None:
        super().__init__(coordinator, description, description.pace)
        self.unknown_when_absent = description.unknown_when_absent

    @override
    def current(self) -> Value:
        """What the last decision says of it."""
        return self.entity_description.value_fn(self.data)


class ChargerSensor(ChargerEntity, ValueSensor):
    """A sensor of one charger."""

    entity_description: ChargerSensorDescription
    # The counters of each origin and the event of a finished session are history enough.
    _unrecorded_attributes = frozenset({"solar_kwh", "battery_kwh", "grid_kwh"})

    def __init__(
        self, coordinator: SiteCoordinator, charger_id: str, description: ChargerSensorDescription
    ) -> None:
        super().__init__(coordinator, charger_id, description, description.pace)
        self.unknown_when_absent = description.unknown_when_absent

    @override
    def current(self) -> Value:
        """What the last decision says of it."""
        return self.entity_description.value_fn(self.data)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Numbers behind the state; they are not recorded."""
        energy_fn = self.entity_description.energy_fn
        return origins(energy_fn(self.data)) if energy_fn else None


class MoneySensor(ChargerSensor):
    """A sum of money since the charger was added."""

    @property
    @override
    def native_unit_of_measurement(self) -> str:
        """The currency of Home Assistant: prices without a currency of their own are taken for it."""
        return self.coordinator.hass.config.currency


class ConnectionSensor(SiteEntity, ValueSensor):
    """How the site is read; messages are the finer way."""

    @override
    def current(self) -> Value:
        """The way in, as it was set up."""
        return source_of(self.coordinator.config_entry.data)


class ReasonSensor(ChargerEntity, ValueSensor):
    """Why a charger offers what it offers; the numbers behind it are attributes."""

    _unrecorded_attributes = frozenset({MATCH_ALL})
    _numbers: Mapping[str, float] = {}
    _numbers_at_s = 0.0

    @override
    def current(self) -> Value:
        """What the last decision says of it."""
        decision = self.data.decision
        return decision.reason.code if decision else None

    @override
    def refresh(self) -> bool:
        """Renew the numbers with the reason, and every `NUMBERS_INTERVAL_S` while it stands."""
        data = self.data
        news = super().refresh()
        due = data.now_s - self._numbers_at_s >= NUMBERS_INTERVAL_S
        if data.decision is None or not (news or due):
            return news
        numbers = {key: round(value, 1) for key, value in data.decision.reason.numbers.items()}
        self._numbers_at_s = data.now_s
        news = news or numbers != self._numbers
        self._numbers = numbers
        return news

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Numbers behind the state; they are not recorded."""
        return self._numbers


class CommissioningSensor(ChargerEntity, ValueSensor):
    """What the last commissioning check came to; findings and figures are attributes."""

    _unrecorded_attributes = frozenset({MATCH_ALL})
    _result: CheckResult | None = None

    @override
    def current(self) -> Value:
        """How it stands with the check."""
        return self.coordinator.checks.state(self.charger_id)

    @override
    def refresh(self) -> bool:
        """A check may come to the same as the one before it."""
        news = super().refresh()
        result = self.coordinator.checks.results.get(self.charger_id)
        news = news or result is not self._result
        self._result = result
        return news

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """What was found and measured, and when; not recorded."""
        return attributes(self._result)


class BoostEnds(ChargerEntity, SensorEntity):
    """When a boost ends; unknown while none runs, or where no time ends it."""

    unknown_when_absent = True

    @override
    def current(self) -> Value:
        """When the boost that runs ends by itself; None = nothing runs, or no time ends it."""
        data = self.data
        temporary = data.settings.temporary
        if temporary is None or not temporary.boost:
            return None
        left = left_s(temporary, data.memory.progress, data.now_s)
        if left is None:
            return None
        end_s = round(dt_util.utcnow().timestamp() + left)
        shown = self.shown
        same = isinstance(shown, int) and abs(end_s - shown) < SAME_END_S
        return shown if same else end_s

    @property
    @override
    def native_value(self) -> datetime | None:
        """The value as it is shown."""
        shown = self.shown
        return None if shown is None else dt_util.utc_from_timestamp(float(shown))
