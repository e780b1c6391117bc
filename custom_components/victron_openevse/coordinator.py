"""The loop of one site: readings -> law -> commands -> data for the entities.

A message or a changed setting causes a decision, several messages of one moment cause one, and a
steady tick causes one when nothing is said. Everything in between runs on the event loop without
waiting. The coordinator owns settings and memory; it knows no threshold and no timer of the law.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import (
    ConfigEntryNotReady,
    HomeAssistantError,
    UnsupportedStorageVersionError,
)
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .checks import Checks, wirings
from .const import CHARGER, DOMAIN
from .control.controller import decide
from .control.memory import ChargerMemory, Memory
from .control.model import (
    ChargerDecision,
    ChargerReading,
    ChargerSettings,
    Decision,
    Readings,
    Settings,
    SiteDecision,
)
from .control.reserve import sun_hours_left
from .daylight import Daylight
from .debts import active_chargers, debt_of
from .departure import Departure
from .devices import Devices
from .export import ExportMeter
from .guard_rail import GuardRail
from .hand_back import Leftovers, async_hand_back
from .issues import Issues, forget_issues
from .law_watch import LawWatch
from .left_out import join, split
from .mqtt_transport import steady_now_s
from .optional_inputs import OptionalInputs
from .owners import Owners, look_for_owners
from .pulse import Pulse
from .reports import Reports
from .sessions import Sessions
from .settings import check_charger, check_site
from .sources import Connections, hear_person, make_charger, make_site, recall_person
from .steering import Steering
from .stopping import async_stop_chargers
from .storage import SiteStore, Stored
from .temporary import as_last_word, without_finished

_LOGGER = logging.getLogger(__name__)

TICK: Final = timedelta(seconds=1)
"""Rhythm of the adapters' own timers (keepalive, re-send)."""

SETTLE_S: Final = 0.5
"""A GX sends what belongs together within this time; deciding on half of it would be rash."""

LONGEST_PAUSE_S: Final = 5.0
"""Without any message a decision is made this often: readings grow old by themselves."""

type VictronOpenEvseConfigEntry = ConfigEntry[SiteCoordinator]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerData:
    """Everything about one charger at one decision."""

    now_s: float
    settings: ChargerSettings
    departure: Departure
    reading: ChargerReading
    memory: ChargerMemory
    decision: ChargerDecision | None
    last_change_a: int | None
    safe_state_problem: str | None = None
    """See `owners`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteData:
    """Everything about the site at one decision."""

    now_s: float
    settings: Settings
    departures: Mapping[str, Departure] = field(default_factory=dict)
    readings: Readings = field(default_factory=Readings)
    decision: Decision = field(
        default_factory=lambda: Decision(site=SiteDecision(data_problem=True))
    )
    memory: Memory = field(default_factory=Memory)
    export: ExportMeter = field(default_factory=ExportMeter)
    sun_hours_left: float | None = None
    last_changes_a: Mapping[str, int] = field(default_factory=dict)
    owners: Owners = field(default_factory=Owners)

    def charger(self, charger_id: str) -> ChargerData:
        """Give the part of one charger."""
        return ChargerData(
            now_s=self.now_s,
            settings=self.settings.chargers.get(charger_id, ChargerSettings()),
            departure=self.departures.get(charger_id, Departure()),
            reading=self.readings.chargers.get(charger_id, ChargerReading()),
            memory=self.memory.chargers.get(charger_id, ChargerMemory()),
            decision=self.decision.chargers.get(charger_id),
            last_change_a=self.last_changes_a.get(charger_id),
            safe_state_problem=self.owners.safe_state_problems.get(charger_id),
        )


class SiteCoordinator(DataUpdateCoordinator[SiteData]):
    """Runs one site from `async_start` to `async_stop`."""

    config_entry: VictronOpenEvseConfigEntry

    def __init__(self, hass: HomeAssistant, entry: VictronOpenEvseConfigEntry) -> None:
        super().__init__(hass, _LOGGER, config_entry=entry, name=entry.title)
        self.store = SiteStore(hass, entry.entry_id)
        self.connections = Connections(hass, entry)
        self.site = make_site(hass, entry, self.connections, self._schedule)
        steered = active_chargers(hass, entry)
        self.chargers = {
            subentry.subentry_id: make_charger(hass, subentry, self.connections, self._schedule)
            for subentry in steered
        }
        self._steering = Steering(self.site, self.chargers, tuple(map(debt_of, steered)))
        self.leftovers = Leftovers(hass, entry, self.connections)
        self._law = LawWatch(hass, entry, self._steering)
        self.reports = Reports(entry.title, {item.subentry_id: item.title for item in steered})
        self.devices = Devices(hass, entry)
        self._daylight = Daylight(hass)
        self.inputs = OptionalInputs(hass, entry, self._daylight)
        self.pulse = Pulse()
        self.checks = Checks(wirings(entry))
        self._issues = Issues(hass, entry, self.site, self.chargers, self.inputs, self.checks)
        self._cleanup: list[CALLBACK_TYPE] = []
        self._scheduled: CALLBACK_TYPE | None = None
        self._rail = GuardRail(entry.title)
        self.sessions = Sessions()

    @property
    def settings(self) -> Settings:
        """The owner's settings in force."""
        return self.data.settings

    async def async_start(self) -> None:
        """Resume where the last run ended and begin to steer.

        ConfigEntryNotReady when the disk does not give what was stored.
        """
        stored, self._left_out = split(await self._async_load(), self.chargers)
        self.sessions = Sessions(stored.sessions_started_at)
        self.checks.restore(stored.checks)
        others = self._steering.recall(stored.owed)
        self.data = SiteData(
            now_s=steady_now_s(self.hass),
            settings=self.inputs.without_lost_targets(stored.settings),
            departures=stored.departures,
            memory=stored.memory,
            export=stored.export,
        )
        now_s = steady_now_s(self.hass)
        self.site.start(now_s)
        for charger_id, charger in self.chargers.items():
            if stored.memory.chargers.get(charger_id, ChargerMemory()).overridden:
                recall_person(charger)
            charger.start(now_s)
        self.leftovers.start(others, now_s)
        self._decide()
        # Should the next moment be the last, the next run knows what the chargers hold.
        self.store.save_soon(self._stored)
        self.inputs.start()
        self._cleanup = [
            self.inputs.stop,
            async_track_time_interval(self.hass, self._tick, TICK, cancel_on_shutdown=True),
            self.hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._async_home_assistant_stops),
        ]

    async def async_stop(self) -> None:
        """Stop steering, and give back what is no longer ours.

        A reload or update keeps the chargers' claims and sessions. A charger that was removed, disabled
        or exchanged for another is handed back, and so are all of them when the entry was disabled.
        """
        self.halt()
        # The GX's limit is renewed within seconds of the next start; a forgotten one would stay.
        self.site.hand_back(steady_now_s(self.hass))
        disabled = self.config_entry.disabled_by is not None
        forget_issues(self.hass, self.config_entry, everything=disabled)
        kept = [] if disabled else active_chargers(self.hass, self.config_entry)
        going = self._steering.to_hand_back(tuple(map(debt_of, kept)))
        self.leftovers.note(await async_hand_back(self.hass, going))
        self._steering.forget(going)
        await self.connections.async_ready()
        await self.leftovers.async_stop()
        await async_stop_chargers(self.chargers.values())
        self.site.stop()
        await self.connections.async_close()
        await self.store.async_save(self._stored())

    @callback
    def set_site(self, **changes: Any) -> None:
        """Change settings of the site and act on it at once.

        Raises ContradictionError when the result makes no sense; nothing is changed then.
        """
        site = check_site(replace(self.settings.site, **changes))
        self._apply(replace(self.data, settings=replace(self.settings, site=site)))

    @callback
    def set_charger(self, charger_id: str, **changes: Any) -> None:
        """Change settings of one charger and act on it at once; a choice ends what is temporary.

        Raises ContradictionError when the result makes no sense; nothing is changed then.
        """
        changes = as_last_word(changes)
        charger = check_charger(replace(self.settings.chargers[charger_id], **changes))
        if "temporary" in changes:
            hear_person(self.chargers[charger_id])
        chargers = {**self.settings.chargers, charger_id: charger}
        self._apply(replace(self.data, settings=replace(self.settings, chargers=chargers)))

    @callback
    def set_departure(self, charger_id: str, **changes: Any) -> None:
        """Change when a car leaves, or whether that is planned, and act on it at once."""
        departure = replace(self.data.departures[charger_id], **changes)
        departures = {**self.data.departures, charger_id: departure}
        self._apply(replace(self.data, departures=departures))

    @override
    async def _async_update_data(self) -> SiteData:
        """Decide now: somebody asked for an update."""
        self._decide()
        return self.data

    def _apply(self, data: SiteData) -> None:
        self.data = data
        self._decide()
        self.store.save_soon(self._stored)

    async def _async_load(self) -> Stored:
        chargers = self.config_entry.get_subentries_of_type(CHARGER)
        try:
            return await self.store.async_load(chargers)
        except UnsupportedStorageVersionError:
            raise
        except HomeAssistantError as error:
            raise ConfigEntryNotReady(
                translation_domain=DOMAIN, translation_key="storage_unreadable"
            ) from error

    def _stored(self) -> Stored:
        stored = Stored(
            settings=self.data.settings,
            departures=self.data.departures,
            memory=self.data.memory,
            export=self.data.export,
            sessions_started_at=self.sessions.started_at,
            checks=self.checks.results,
            owed=(*self._steering.owed, *self.leftovers.debts),
        )
        return join(stored, self._left_out)

    @callback
    def _schedule(self) -> None:
        """Decide soon: something was learned."""
        if self._scheduled is None and self._cleanup:
            self._scheduled = self.hass.loop.call_later(SETTLE_S, self._decide).cancel

    @callback
    def _tick(self, _now: datetime) -> None:
        now_s = steady_now_s(self.hass)
        self._rail.run("talking with the GX", partial(self.site.tick, now_s))
        for charger_id, charger in self.chargers.items():
            self._rail.run(f"talking with charger {charger_id}", partial(charger.tick, now_s))
        if now_s - self.data.now_s >= LONGEST_PAUSE_S:
            self._decide()
        self._rail.run("giving chargers back", partial(self.leftovers.tick, now_s))

    @callback
    def _decide(self) -> None:
        """Run one cycle; what follows from a failure is said in `law_watch`."""
        if self._scheduled is not None:
            self._scheduled()
            self._scheduled = None
        now_s = steady_now_s(self.hass)
        try:
            data = self._cycle(now_s)
        except Exception as error:  # noqa: BLE001 - must not end the loop; `law_watch` logs it
            decision = self._law.failed(error, self.data.decision, self.settings, now_s)
            data = replace(self.data, now_s=now_s, decision=decision)
        else:
            self._law.worked(now_s)
            self._keep_up(self.data, data)
        self.async_set_updated_data(data)
        self._rail.run("storing", partial(self.store.save_if_news, self._stored))
        self._rail.run("describing devices", self._describe_devices)
        if not self._law.failing:
            follow = partial(self._issues.follow, data.settings, data.readings, data.decision)
            self._rail.run("the list of repairs", partial(follow, data.now_s))

    def _keep_up(self, before: SiteData, after: SiteData) -> None:
        """Let those follow that only accompany the decision."""
        run, now_s, unix_s = self._rail.run, after.now_s, dt_util.utcnow().timestamp()
        was, is_now = before.memory.chargers, after.memory.chargers
        run("the pulse", partial(self.pulse.beat, now_s))
        run("reporting", partial(self.reports.follow, before.decision, after.decision, now_s))
        run("the list of sessions", partial(self.sessions.follow, was, is_now, unix_s))
        run("the list of checks", partial(self.checks.follow, was, is_now, unix_s))

    def _cycle(self, now_s: float) -> SiteData:
        readings = Readings(
            site=self.site.reading(now_s),
            chargers={key: charger.reading(now_s) for key, charger in self.chargers.items()},
            hours_to_sunset=self._daylight.hours_to_sunset(),
            day_length_h=self._daylight.day_length_h(),
            hours_to_departure=self.inputs.hours_to_departure(self.data.departures),
            sun_forecast_kwh=self.inputs.sun_forecast_kwh(),
            prices=self.inputs.prices(),
            vehicle_soc_pct=self.inputs.vehicle_soc_pct(),
        )
        decision, memory = decide(self.settings, self.data.memory, readings, now_s)
        self._steering.carry_out(self.settings, decision, now_s)
        return SiteData(
            now_s=now_s,
            settings=self._without_finished(decision),
            departures=self.data.departures,
            readings=readings,
            decision=decision,
            memory=memory,
            export=self.data.export.record(readings.site.grid_power_w),
            sun_hours_left=self._sun_hours_left(readings.hours_to_sunset),
            last_changes_a=self._last_changes(decision),
            owners=look_for_owners(self.site, self.chargers, self.settings),
        )

    def _without_finished(self, decision: Decision) -> Settings:
        settings = without_finished(self.settings, decision)
        if settings is not self.settings:
            self.store.save_soon(self._stored)
        return settings

    def _sun_hours_left(self, hours_to_sunset: float | None) -> float | None:
        """At night the next sunset is tomorrow's: nothing is left of today's sun."""
        if hours_to_sunset is None:
            return None
        return sun_hours_left(hours_to_sunset) if self._daylight.is_up() else 0.0

    def _last_changes(self, decision: Decision) -> Mapping[str, int]:
        changes = dict(self.data.last_changes_a)
        for charger_id, answer in decision.chargers.items():
            before = self.data.decision.chargers.get(charger_id)
            if before is not None and before.offered_current_a != answer.offered_current_a:
                changes[charger_id] = answer.offered_current_a - before.offered_current_a
        return changes

    def _describe_devices(self) -> None:
        entry_id = self.config_entry.entry_id
        self.devices.tell(entry_id, self.site.product_name, self.site.firmware_version)
        for charger_id, charger in self.chargers.items():
            self.devices.tell(charger_id, None, charger.firmware)

    @callback
    def halt(self) -> None:
        """Decide no more."""
        while self._cleanup:
            self._cleanup.pop()()
        if self._scheduled is not None:
            self._scheduled()
            self._scheduled = None

    async def _async_home_assistant_stops(self, _event: Event) -> None:
        """Keep claim and session over a restart, and write down where we are."""
        self.halt()
        await self.store.async_save(self._stored())
