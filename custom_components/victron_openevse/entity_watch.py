"""Follows entities of other integrations: what they say, and when they last said it.

Age counts from the last report, not from the last change: a constant value that is written again is
fresh. Reports are stamped on the steady clock as they come, so that a corrected wall clock makes
nothing old or young. Renamed entities are followed, removed and disabled ones are named.

Many integrations report a value only when it changes, and a battery or an array may rest at zero for
hours. What rests is therefore as young as the youngest word of its integration (`newest_at_s`): one
that is alive says itself when a value is lost. A meter that never rests is as young as its own word
(`reported_at_s`); where several integrations tell its parts, the one silent longest counts.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from homeassistant.core import (
    CALLBACK_TYPE,
    CoreState,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.loader import IntegrationNotLoaded, async_get_loaded_integration
from homeassistant.util import dt as dt_util

from .entity_refs import find
from .entity_roles import Role
from .entity_values import number_of, speaks
from .mqtt_transport import steady_now_s

STEADY: Final = frozenset({"openevse"})
"""Integrations that write all their entities again every minute at the latest, and go on showing the
last values for minutes after they have lost the device: there the age of the reports tells."""

CALCULATED: Final = ""
"""Source of all entities that no device's integration stands behind."""

type References = Mapping[str, Iterable[str]]
"""Role key -> references as `entity_refs.remember` gives them."""


class EntityWatch:
    """The entities of one site or charger. `start` before use, `stop` at the end."""

    def __init__(
        self, hass: HomeAssistant, references: References, on_change: Callable[[str], None]
    ) -> None:
        """Prepare; `on_change` is called with the role's key whenever a state has changed."""
        self._hass = hass
        self._references = {role: tuple(items) for role, items in references.items()}
        self._on_change = on_change
        self._entity_ids: dict[str, str] = {}
        self._heard_at_s: dict[str, float] = {}
        self._stops: list[CALLBACK_TYPE] = []
        self._stop_registry: CALLBACK_TYPE | None = None

    def start(self, now_s: float) -> None:
        """Listen; calling it again changes nothing."""
        if self._stop_registry is not None:
            return
        self._resolve()
        for reference, entity_id in self._entity_ids.items():
            state = self._hass.states.get(entity_id)
            if state is not None and speaks(state):
                self._heard_at_s[reference] = now_s - _age_s(state)
        self._stop_registry = self._hass.bus.async_listen(
            er.EVENT_ENTITY_REGISTRY_UPDATED, self._registry_changed
        )

    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()
        if self._stop_registry is not None:
            self._stop_registry()
            self._stop_registry = None

    def reports_steadily(self, role: Role) -> bool:
        """Tell whether a role's entities come from an integration known to repeat what rests."""
        registry = er.async_get(self._hass)
        entries = [registry.entities.get_entry(item) for item in self._of((role,))]
        return any(entry is not None and entry.platform in STEADY for entry in entries)

    def has(self, role: Role) -> bool:
        """Tell whether the owner has named an entity for this role."""
        return bool(self._references.get(role.key))

    def entity_id(self, role: Role) -> str | None:
        """Entity id of today of a role's only entity; None when there is none."""
        references = self._references.get(role.key, ())
        return self._entity_ids.get(references[0]) if references else None

    def state(self, role: Role) -> State | None:
        """What a role's only entity says; None when it says nothing."""
        return next(iter(self.states(role)), None)

    def states(self, role: Role) -> tuple[State | None, ...]:
        """What each of a role's entities says, None for one that says nothing."""
        return tuple(self._state(item) for item in self._references.get(role.key, ()))

    def reported_at_s(self, *roles: Role) -> float | None:
        """When these roles' own entities last spoke: the youngest of each integration, of these the oldest.

        What is calculated has no device that could be lost; all of it is one group, so that a part
        which rests does not age the sum.
        """
        return self._told_at_s(roles, self._of(roles), self._source)

    def newest_at_s(self, *roles: Role) -> float | None:
        """When the integrations behind these roles last spoke; the oldest of them counts."""
        return self._told_at_s(roles, self._all(), self._group)

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the roles with an entity that was removed or disabled."""
        return tuple(
            role for role, items in self._references.items() if any(map(self._is_gone, items))
        )

    def diagnostics(self, now_s: float) -> dict[str, Any]:
        """Give what each entity says and how old that is, by role; names are the owner's own."""
        return {
            role: [self._described(item, now_s) for item in items]
            for role, items in self._references.items()
        }

    def _described(self, reference: str, now_s: float) -> dict[str, Any]:
        state, heard_at_s = self._state(reference), self._heard_at_s.get(reference)
        entry = er.async_get(self._hass).entities.get_entry(reference)
        return {
            "platform": entry and entry.platform,
            "state": None if state is None else state.state,
            "unit": None if state is None else state.attributes.get("unit_of_measurement"),
            "age_s": None if heard_at_s is None else round(now_s - heard_at_s, 1),
        }

    def _told_at_s(
        self, roles: Iterable[Role], witnesses: Iterable[str], group_of: Callable[[str], str]
    ) -> float | None:
        """When the groups of these roles last spoke, by their witnesses.

        Of separate directions one that is at zero may rest while the other is told.
        """
        newest: dict[str, float] = {}
        for item in witnesses:
            for at_s in self._times((item,)):
                group = group_of(item)
                newest[group] = max(at_s, newest.get(group, at_s))

        def oldest_at_s(*of: Role) -> float | None:
            """Give when the group of these roles that is silent longest spoke last."""
            groups = {group_of(item) for item in self._of(of)}
            return min(newest[group] for group in groups) if groups <= newest.keys() else None

        named = [role for role in roles if self.has(role)]
        moving = [role for role in named if not self._is_zero(role)]
        if moving:
            return oldest_at_s(*moving)
        told = [oldest_at_s(role) for role in named]
        return max((at_s for at_s in told if at_s is not None), default=None)

    def _is_zero(self, role: Role) -> bool:
        return all(number_of(state, role.quantity) == 0.0 for state in self.states(role))

    def _all(self) -> tuple[str, ...]:
        return tuple(item for items in self._references.values() for item in items)

    def _of(self, roles: Iterable[Role]) -> tuple[str, ...]:
        return tuple(item for role in roles for item in self._references.get(role.key, ()))

    def _times(self, references: Iterable[str]) -> list[float]:
        return [self._heard_at_s[item] for item in references if item in self._heard_at_s]

    def _state(self, reference: str) -> State | None:
        entity_id = self._entity_ids.get(reference)
        state = None if entity_id is None else self._hass.states.get(entity_id)
        return state if speaks(state) else None

    def _group(self, reference: str) -> str:
        """Name the config entry that an entity comes from; one without is a group of its own."""
        entry = er.async_get(self._hass).entities.get_entry(reference)
        return (entry and entry.config_entry_id) or reference

    def _source(self, reference: str) -> str:
        """Name the config entry that an entity comes from; all that is calculated is one source."""
        entry = er.async_get(self._hass).entities.get_entry(reference)
        if entry is None or entry.config_entry_id is None or self._is_helper(entry.platform):
            return CALCULATED
        return entry.config_entry_id

    def _is_helper(self, platform: str) -> bool:
        """Tell whether an integration calculates from others, as a template does."""
        try:
            integration = async_get_loaded_integration(self._hass, platform)
        except IntegrationNotLoaded:
            return False
        return integration.integration_type == "helper"

    def _is_gone(self, reference: str) -> bool:
        if "." in reference:
            # Without an entry in the registry it has to be there once everything is loaded.
            running = self._hass.state is CoreState.running
            return running and self._hass.states.get(reference) is None
        entry = er.async_get(self._hass).entities.get_entry(reference)
        return entry is None or entry.disabled_by is not None

    def _resolve(self) -> None:
        """Find today's entity ids, and listen to these."""
        found = {item: find(self._hass, item) for item in self._all()}
        self._entity_ids = {item: entity_id for item, entity_id in found.items() if entity_id}
        self._unsubscribe()
        ids = set(self._entity_ids.values())
        if ids:
            self._stops = [
                async_track_state_change_event(self._hass, ids, self._changed),
                async_track_state_report_event(self._hass, ids, self._reported),
            ]

    def _unsubscribe(self) -> None:
        while self._stops:
            self._stops.pop()()

    @callback
    def _registry_changed(self, _event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Follow renamed entities and those that came back."""
        found = {item: find(self._hass, item) for item in self._all()}
        if {item: entity_id for item, entity_id in found.items() if entity_id} != self._entity_ids:
            self._resolve()
            for role in self._references:
                self._on_change(role)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        references = self._heard(event.data["entity_id"], event.data["new_state"])
        for role, items in self._references.items():
            if not references.isdisjoint(items):
                self._on_change(role)

    @callback
    def _reported(self, event: Event[EventStateReportedData]) -> None:
        self._heard(event.data["entity_id"], event.data["new_state"])

    def _heard(self, entity_id: str, state: State | None) -> set[str]:
        references = {item for item, known in self._entity_ids.items() if known == entity_id}
        if speaks(state):
            now_s = steady_now_s(self._hass)
            self._heard_at_s |= dict.fromkeys(references, now_s)
        return references


def _age_s(state: State) -> float:
    """Seconds since the last report by the wall clock, never negative."""
    return max(0.0, (dt_util.utcnow() - state.last_reported).total_seconds())
