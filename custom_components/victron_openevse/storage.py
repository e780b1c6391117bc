"""What survives a restart: settings, departures, memory, export counter and sessions of a site.

One file per config entry. Times are stored as ages together with the wall time of saving, so that
they continue when the steady clock starts anew. Settings are written soon; memory when something
happened that a restart must know, and the running counters only as far as they are shown and not more
often than every ten seconds, to spare flash storage.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from . import checks, debts, departure, sessions
from . import settings as owner_settings
from .checks import CheckResult
from .const import DOMAIN
from .control import persist
from .control.memory import ChargerMemory, Energy, Memory
from .control.model import Settings
from .debts import Debts
from .departure import Departure
from .export import ExportMeter
from .mqtt_transport import steady_now_s
from .storage_file import SiteFile

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
MINOR_VERSION: Final = 1

SAVE_DELAY_S: Final = 1.0
"""Several changes made together become one write."""

COUNTER_INTERVAL_S: Final = 10.0
"""Counters alone are written at most this often: what is shown may be ahead of the file, and go back
after a crash, by no more than flows in this time."""

SHOWN_DECIMALS: Final = 2
"""Energy is shown in hundredths of a kWh; a smaller change is not worth a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Everything that is kept."""

    settings: Settings
    departures: Mapping[str, Departure] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    export: ExportMeter = field(default_factory=ExportMeter)
    sessions_started_at: Mapping[str, float] = field(default_factory=dict)
    """Unix time, s."""
    checks: Mapping[str, CheckResult] = field(default_factory=dict)
    """The last commissioning check of each charger."""
    owed: Debts = ()
    """Chargers that may hold something of ours, those that are not set up any more too."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """What decides whether a write is worth it."""

    news: object
    counters: object


class SiteStore:
    """The file of one site."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        key = f"{DOMAIN}.{entry_id}"
        self._store = SiteFile(hass, VERSION, key, minor_version=MINOR_VERSION)
        self._hass = hass
        self._marks: _Marks | None = None
        self._counters_at_s = 0.0

    async def async_read(self) -> Mapping[str, Any]:
        """Give the file as it is; nothing where there is none. HomeAssistantError as of `SiteFile`."""
        return await self._store.async_read()

    async def async_load(self, chargers: Iterable[ConfigSubentry]) -> Stored:
        """Read the file; whatever is missing or damaged starts from its default.

        HomeAssistantError as of `SiteFile`.
        """
        data = await self._store.async_read()
        by_id = {charger.subentry_id: charger for charger in chargers}
        known = tuple(by_id)
        settings, rejected = owner_settings.load(data.get("settings"), known)
        departures, unusable = departure.load(data.get("departures"), known)
        if rejected or unusable:
            _LOGGER.warning(
                "Stored settings that cannot be used were set to their defaults: %s",
                ", ".join((*rejected, *unusable)),
            )
        memory = persist.load(
            data.get("memory"), steady_now_s(self._hass), _absence_s(data.get("saved_at"))
        )
        here = {key: item for key, item in memory.chargers.items() if key in by_id}
        return Stored(
            settings=settings,
            departures=departures,
            memory=replace(memory, chargers=here),
            export=ExportMeter.load(data.get("exported_kwh")),
            sessions_started_at=sessions.load(data.get("sessions_started_at"), known),
            checks=checks.load(data.get("checks"), known),
            owed=_owed(data.get("owed"), settings, by_id.values()),
        )

    def save_soon(self, stored: Callable[[], Stored]) -> None:
        """Write within a second; `stored` is asked for what to write only then."""
        self._store.save_soon(lambda: self._dump(stored()), SAVE_DELAY_S)

    def save_if_news(self, stored: Callable[[], Stored]) -> None:
        """Write soon when something happened, within seconds when only counters moved."""
        marks = _marks(stored())
        now_s = steady_now_s(self._hass)
        if self._marks is None:
            self._marks, self._counters_at_s = marks, now_s
            return
        counters_due = now_s - self._counters_at_s >= COUNTER_INTERVAL_S
        if marks.news == self._marks.news and (marks == self._marks or not counters_due):
            return
        self._marks, self._counters_at_s = marks, now_s
        self.save_soon(stored)

    async def async_save(self, stored: Stored) -> None:
        """Write now, for the last time."""
        await self._store.async_save_last(self._dump(stored))

    async def async_remove(self) -> None:
        """Delete the file; what the disk does not let go is said in the log."""
        try:
            await self._store.async_remove()
        except OSError as error:
            _LOGGER.warning("The stored settings and counters cannot be deleted: %s", error)

    def _dump(self, stored: Stored) -> dict[str, Any]:
        return {
            "saved_at": dt_util.utcnow().timestamp(),
            "settings": owner_settings.dump(stored.settings),
            "departures": departure.dump(stored.departures),
            "memory": persist.dump(stored.memory, steady_now_s(self._hass)),
            "exported_kwh": stored.export.total_kwh,
            "sessions_started_at": dict(stored.sessions_started_at),
            "checks": checks.dump(stored.checks),
            "owed": debts.dump(stored.owed),
        }


def _owed(stored: object, settings: Settings, chargers: Iterable[ConfigSubentry]) -> Debts:
    """Read which chargers may hold something of ours; of no others anything is taken back.

    Where nobody noted it all of them may, unless shadow mode says that nothing is sent.
    """
    owed = debts.load(stored, chargers)
    if owed is not None:
        return owed
    return () if settings.site.shadow else tuple(debts.debt_of(charger) for charger in chargers)


def _absence_s(saved_at: object) -> float:
    """Seconds since the file was written; 0 when it does not say or the clock went back."""
    if isinstance(saved_at, bool) or not isinstance(saved_at, int | float):
        return 0.0
    return max(0.0, dt_util.utcnow().timestamp() - saved_at)


def _marks(stored: Stored) -> _Marks:
    """What is news in the memory, and what merely counts."""
    chargers = stored.memory.chargers
    news = (
        stored.memory.house.nights_kwh,
        dict(stored.sessions_started_at),
        stored.checks,
        stored.owed,
        *((key, *_news(item)) for key, item in chargers.items()),
    )
    counters = (
        _shown(stored.export.total_kwh),
        *(_shown_energy(item.meter.lifetime) for item in chargers.values()),
    )
    return _Marks(news, counters)


def _news(item: ChargerMemory) -> tuple[object, ...]:
    """What happened to a charger that a restart must know."""
    running = item.offered_current_a > 0
    ends = (item.progress.serial, item.progress.over, item.reached_pct)
    return (item.mode, item.paused, item.connected, item.overridden, item.awake, running, *ends)


def _shown(kwh: float) -> float:
    return round(kwh, SHOWN_DECIMALS)


def _shown_energy(energy: Energy) -> tuple[float, ...]:
    return _shown(energy.solar_kwh), _shown(energy.battery_kwh), _shown(energy.grid_kwh)
