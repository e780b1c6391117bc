"""The loop of one site: readings -> law -> commands -> data for the entities.

A message or a changed setting causes a decision, several messages of one moment cause one, and a
steady tick causes one when nothing is said. Everything in between runs on the event loop without
waiting. The coordinator owns settings and memory; it knows no threshold and no timer of the law.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .const import CHARGER, CONF_BASE_TOPIC, CONF_PORTAL_ID
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
    Status,
)
from .control.reserve import sun_hours_left
from .daylight import Daylight
from .departure import Departure, hours_to_departure
from .devices import Devices
from .export import ExportMeter
from .hand_back import async_hand_back
from .mqtt_transport import HomeAssistantTransport, steady_now_s
from .openevse.mqtt import OpenEvseCharger
from .problem_log import ProblemLog
from .settings import check_charger, check_site
from .storage import SiteStore, Stored
from .victron.mqtt import VictronSite

_LOGGER = logging.getLogger(__name__)

TICK: Final = timedelta(seconds=1)
"""Rhythm of the adapters' own timers (keepalive, re-send)."""

SETTLE_S: Final = 0.5
"""A GX sends what belongs together within this time; deciding on half of it would be rash."""

LONGEST_PAUSE_S: Final = 5.0
"""Without any message a decision is made this often: readings grow old by themselves."""

HISTORY: Final = 20
"""Changes of a decision kept for diagnostics."""

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
        )


class SiteCoordinator(DataUpdateCoordinator[SiteData]):
    """Runs one site from `async_start` to `async_stop`."""

    config_entry: VictronOpenEvseConfigEntry

    def __init__(self, hass: HomeAssistant, entry: VictronOpenEvseConfigEntry) -> None:
        super().__init__(hass, _LOGGER, config_entry=entry, name=entry.title)
        self.store = SiteStore(hass, entry.entry_id)
        self.transport = HomeAssistantTransport(hass)
        self.site = VictronSite(self.transport, entry.data[CONF_PORTAL_ID], self._schedule)
        self.chargers = {
            subentry.subentry_id: OpenEvseCharger(
                self.transport,
                subentry.data[CONF_BASE_TOPIC],
                on_change=self._schedule,
                charger_id=subentry.unique_id,
                local_now=dt_util.now,
            )
            for subentry in entry.get_subentries_of_type(CHARGER)
        }
        self.history: deque[dict[str, Any]] = deque(maxlen=HISTORY)
        self.devices = Devices(hass, entry)
        self._daylight = Daylight(hass)
        self._logs = {None: ProblemLog(entry.title)} | {
            charger_id: ProblemLog(entry.subentries[charger_id].title)
            for charger_id in self.chargers
        }
        self._cleanup: list[CALLBACK_TYPE] = []
        self._scheduled: CALLBACK_TYPE | None = None
        self._failing = False

    @property
    def settings(self) -> Settings:
        """The owner's settings in force."""
        return self.data.settings

    async def async_start(self) -> None:
        """Resume where the last run ended and begin to steer."""
        stored = await self.store.async_load(self.chargers)
        self.data = SiteData(
            now_s=steady_now_s(self.hass),
            settings=stored.settings,
            departures=stored.departures,
            memory=stored.memory,
            export=stored.export,
        )
        now_s = steady_now_s(self.hass)
        self.site.start(now_s)
        for charger in self.chargers.values():
            charger.start(now_s)
        self._decide()
        self._cleanup = [
            async_track_time_interval(self.hass, self._tick, TICK, cancel_on_shutdown=True),
            self.hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._async_home_assistant_stops),
        ]

    async def async_stop(self) -> None:
        """Stop steering, and give back what is no longer ours.

        A reload or update keeps the chargers' claims and sessions. A charger that was removed is
        handed back, and so are all of them when the entry was disabled.
        """
        self._halt()
        # The GX's limit is renewed within seconds of the next start; a forgotten one would stay.
        self.site.hand_back(steady_now_s(self.hass))
        disabled = self.config_entry.disabled_by is not None
        await async_hand_back(
            self.hass,
            [
                charger
                for charger_id, charger in self.chargers.items()
                if disabled or charger_id not in self.config_entry.subentries
            ],
        )
        await self.transport.async_ready()
        for charger in self.chargers.values():
            charger.stop()
        self.site.stop()
        await self.transport.async_close()
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
        """Change settings of one charger and act on it at once.

        Raises ContradictionError when the result makes no sense; nothing is changed then.
        """
        charger = check_charger(replace(self.settings.chargers[charger_id], **changes))
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

    def _stored(self) -> Stored:
        return Stored(
            settings=self.data.settings,
            departures=self.data.departures,
            memory=self.data.memory,
            export=self.data.export,
        )

    @callback
    def _schedule(self) -> None:
        """Decide soon: something was learned."""
        if self._scheduled is None and self._cleanup:
            self._scheduled = self.hass.loop.call_later(SETTLE_S, self._decide).cancel

    @callback
    def _tick(self, _now: datetime) -> None:
        now_s = steady_now_s(self.hass)
        self.site.tick(now_s)
        for charger in self.chargers.values():
            charger.tick(now_s)
        if now_s - self.data.now_s >= LONGEST_PAUSE_S:
            self._decide()

    @callback
    def _decide(self) -> None:
        """Run one cycle; a failure leaves the last offers standing and is logged once."""
        if self._scheduled is not None:
            self._scheduled()
            self._scheduled = None
        try:
            data = self._cycle(steady_now_s(self.hass))
        except Exception:
            if not self._failing:
                _LOGGER.exception("%s: no decision, the last offers stand", self.name)
            self._failing = True
            data = replace(self.data, now_s=steady_now_s(self.hass))
        else:
            self._failing = False
        self._describe_devices()
        self.async_set_updated_data(data)
        self.store.save_if_news(self._stored)

    def _cycle(self, now_s: float) -> SiteData:
        readings = Readings(
            site=self.site.reading(now_s),
            chargers={key: charger.reading(now_s) for key, charger in self.chargers.items()},
            hours_to_sunset=self._daylight.hours_to_sunset(),
            day_length_h=self._daylight.day_length_h(),
            hours_to_departure=hours_to_departure(self.data.departures, dt_util.now()),
        )
        decision, memory = decide(self.settings, self.data.memory, readings, now_s)
        self._command(decision, now_s)
        self._report(decision, now_s)
        return SiteData(
            now_s=now_s,
            settings=self._without_finished_pauses(decision),
            departures=self.data.departures,
            readings=readings,
            decision=decision,
            memory=memory,
            export=self.data.export.record(readings.site.grid_power_w),
            sun_hours_left=self._sun_hours_left(readings.hours_to_sunset),
            last_changes_a=self._last_changes(decision),
        )

    def _command(self, decision: Decision, now_s: float) -> None:
        self.site.hold_discharge_limit(decision.site.discharge_limit_w, now_s)
        for charger_id, answer in decision.chargers.items():
            if answer.send:
                self.chargers[charger_id].offer(answer.offered_current_a, now_s)

    def _without_finished_pauses(self, decision: Decision) -> Settings:
        settings = self.settings
        chargers = {
            key: replace(charger, pause_until_morning=False)
            if key in decision.chargers and decision.chargers[key].pause_over
            else charger
            for key, charger in settings.chargers.items()
        }
        if chargers == settings.chargers:
            return settings
        self.store.save_soon(self._stored)
        return replace(settings, chargers=chargers)

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

    def _report(self, decision: Decision, now_s: float) -> None:
        """Log lasting problems and remember what changed, for diagnostics."""
        missing = ", ".join(decision.site.missing)
        self._logs[None].update(f"no fresh {missing}" if missing else None, now_s)
        for charger_id, answer in decision.chargers.items():
            offline = answer.status is Status.OFFLINE
            self._logs[charger_id].update("the charger is offline" if offline else None, now_s)
            before = self.data.decision.chargers.get(charger_id)
            if before is None or _verdict(before) != _verdict(answer):
                self._remember(charger_id, answer)

    def _describe_devices(self) -> None:
        entry_id = self.config_entry.entry_id
        self.devices.tell(entry_id, self.site.product_name, self.site.firmware_version)
        for charger_id, charger in self.chargers.items():
            self.devices.tell(charger_id, None, charger.firmware)

    def _remember(self, charger_id: str, answer: ChargerDecision) -> None:
        self.history.append(
            {
                "at": dt_util.utcnow().isoformat(timespec="seconds"),
                "charger": charger_id,
                "offered_current_a": answer.offered_current_a,
                "status": answer.status,
                "reason": answer.reason.code,
                "numbers": dict(answer.reason.numbers),
            }
        )

    @callback
    def _halt(self) -> None:
        while self._cleanup:
            self._cleanup.pop()()
        if self._scheduled is not None:
            self._scheduled()
            self._scheduled = None

    async def _async_home_assistant_stops(self, _event: Event) -> None:
        """Keep claim and session over a restart, and write down where we are."""
        self._halt()
        await self.store.async_save(self._stored())


def _verdict(answer: ChargerDecision) -> tuple[object, ...]:
    return answer.offered_current_a, answer.status, answer.reason.code
