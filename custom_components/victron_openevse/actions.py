"""The actions for automations: boost, pause, resume, set_mode, check, explain.

They are registered once, whatever is set up, and aim at chargers by device, entity, area or label. What
cannot be done is refused in the user's language before anything is changed at any of the chargers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import VolSchemaType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .check_begin import begin_checks
from .const import DOMAIN
from .control.model import Mode, Temporary
from .coordinator import SiteCoordinator, VictronOpenEvseConfigEntry
from .departure import Departure
from .entity import setting_errors
from .explain import async_explain
from .settings import TEMPORARY_BOUNDS
from .temporary import asked_now

BOOST: Final = "boost"
PAUSE: Final = "pause"
RESUME: Final = "resume"
SET_MODE: Final = "set_mode"
EXPLAIN: Final = "explain"
CHECK: Final = "check"

ATTR_CURRENT: Final = "current"
ATTR_DURATION: Final = "duration"
ATTR_ENERGY: Final = "energy"
ATTR_MODE: Final = "mode"
ATTR_TARGET: Final = "target_soc"
ATTR_UNTIL: Final = "until"

BOOST_MODES: Final = (Mode.MEDIUM, Mode.FAST)

S_PER_H: Final = 3600.0


def _within(name: str, kind: type[int | float]) -> vol.All:
    bounds = TEMPORARY_BOUNDS[name]
    return vol.All(vol.Coerce(kind), vol.Range(min=bounds.low, max=bounds.high))


_LONGEST: Final = timedelta(seconds=TEMPORARY_BOUNDS["duration_s"].high)
_SHORTEST: Final = timedelta(seconds=TEMPORARY_BOUNDS["duration_s"].low)
_ENDS: Final = {
    vol.Optional(ATTR_DURATION): vol.All(cv.time_period, vol.Range(min=_SHORTEST, max=_LONGEST)),
    vol.Optional(ATTR_UNTIL): cv.time,
}
_BOOST: Final = cv.make_entity_service_schema(
    {
        **_ENDS,
        vol.Optional(ATTR_MODE, default=Mode.FAST): vol.All(vol.In(BOOST_MODES), vol.Coerce(Mode)),
        vol.Optional(ATTR_CURRENT): _within("current_a", int),
        vol.Optional(ATTR_ENERGY): _within("energy_kwh", float),
        vol.Optional(ATTR_TARGET): _within("target_soc_pct", float),
    }
)
_PAUSE: Final = cv.make_entity_service_schema(_ENDS)
_SET_MODE: Final = cv.make_entity_service_schema(
    {**_ENDS, vol.Required(ATTR_MODE): vol.Coerce(Mode)}
)
_TARGET_ONLY: Final = cv.make_entity_service_schema({})


@dataclass(frozen=True, slots=True)
class Target:
    """A charger that an action aims at."""

    coordinator: SiteCoordinator
    charger_id: str

    @property
    def title(self) -> str:
        """The charger's name."""
        return self.coordinator.config_entry.subentries[self.charger_id].title

    def begin(self, temporary: Temporary) -> None:
        """Let a temporary mode begin now."""
        memory = self.coordinator.data.charger(self.charger_id).memory
        self.change(**asked_now(temporary, memory))

    def change(self, **changes: Any) -> None:
        """Change settings of the charger."""
        with setting_errors():
            self.coordinator.set_charger(self.charger_id, **changes)


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register all actions."""
    plain: dict[str, tuple[VolSchemaType, Callable[[HomeAssistant, ServiceCall], None]]] = {
        BOOST: (_BOOST, _boost),
        PAUSE: (_PAUSE, _pause),
        RESUME: (_TARGET_ONLY, _resume),
        SET_MODE: (_SET_MODE, _set_mode),
        CHECK: (_TARGET_ONLY, _check),
    }
    for name, (schema, handler) in plain.items():
        hass.services.async_register(DOMAIN, name, partial(handler, hass), schema)
    hass.services.async_register(
        DOMAIN,
        EXPLAIN,
        partial(_async_explain, hass),
        _TARGET_ONLY,
        supports_response=SupportsResponse.ONLY,
    )


@callback
def _boost(hass: HomeAssistant, call: ServiceCall) -> None:
    targets = find_targets(hass, call)
    target_pct = call.data.get(ATTR_TARGET)
    if target_pct is not None:
        _check_told(targets)
    temporary = Temporary(
        mode=call.data[ATTR_MODE],
        boost=True,
        current_a=call.data.get(ATTR_CURRENT),
        duration_s=_duration_s(call),
        energy_kwh=call.data.get(ATTR_ENERGY),
        target_soc_pct=target_pct,
    )
    for target in targets:
        target.begin(temporary)


@callback
def _pause(hass: HomeAssistant, call: ServiceCall) -> None:
    targets, duration_s = find_targets(hass, call), _duration_s(call)
    for target in targets:
        if duration_s is None:
            target.change(pause_until_morning=True)
        else:
            target.begin(Temporary(mode=Mode.OFF, duration_s=duration_s))


@callback
def _resume(hass: HomeAssistant, call: ServiceCall) -> None:
    for target in find_targets(hass, call):
        target.change(pause_until_morning=False, temporary=None)


@callback
def _set_mode(hass: HomeAssistant, call: ServiceCall) -> None:
    targets, duration_s = find_targets(hass, call), _duration_s(call)
    mode: Mode = call.data[ATTR_MODE]
    for target in targets:
        if duration_s is None:
            target.change(mode=mode)
        else:
            target.begin(Temporary(mode=mode, duration_s=duration_s))


@callback
def _check(hass: HomeAssistant, call: ServiceCall) -> None:
    targets = find_targets(hass, call)
    begin_checks([(target.coordinator, target.charger_id) for target in targets])


async def _async_explain(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    explained: list[Any] = []
    for target in find_targets(hass, call):
        answer = await async_explain(hass, target.coordinator, target.charger_id)
        if answer is None:
            raise _refused(translation_key="nothing_decided", charger=target.title)
        explained.append(answer)
    return {"chargers": explained}


def find_targets(hass: HomeAssistant, call: ServiceCall) -> list[Target]:
    """Find the chargers that a call aims at, in a stable order.

    Raises ServiceValidationError when there are none, or their site is not running.
    """
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(call.data))
    registry = er.async_get(hass)
    entities = [
        registry.async_get(entity_id)
        for entity_id in sorted(selected.referenced | selected.indirectly_referenced)
    ]
    found = {
        (item.config_entry_id, item.config_subentry_id): None
        for item in entities
        if item is not None and item.platform == DOMAIN
    }
    targets = [_target(hass, site, charger) for site, charger in found if site and charger]
    if not targets:
        raise _refused(translation_key="no_charger_targeted")
    return targets


def _target(hass: HomeAssistant, entry_id: str, charger_id: str) -> Target:
    entry: VictronOpenEvseConfigEntry | None = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        raise _refused(
            translation_key="site_not_loaded", site=entry_id if entry is None else entry.title
        )
    if charger_id not in entry.runtime_data.chargers:
        raise _refused(translation_key="no_charger_targeted")
    return Target(entry.runtime_data, charger_id)


def _check_told(targets: list[Target]) -> None:
    """Refuse a target for a car that does not tell its level: it would never be reached."""
    for target in targets:
        if target.charger_id not in target.coordinator.data.readings.vehicle_soc_pct:
            raise _refused(translation_key="vehicle_soc_unknown", charger=target.title)


def _duration_s(call: ServiceCall) -> float | None:
    """Time until the end that a call names, s; None when it names none."""
    duration: timedelta | None = call.data.get(ATTR_DURATION)
    until = call.data.get(ATTR_UNTIL)
    if until is None:
        return None if duration is None else duration.total_seconds()
    if duration is not None:
        raise _refused(translation_key="two_ends")
    hours = Departure(at=until, planned=True).hours_left(dt_util.now())
    return None if hours is None else hours * S_PER_H


def _refused(*, translation_key: str, **placeholders: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=translation_key,
        translation_placeholders=placeholders,
    )
