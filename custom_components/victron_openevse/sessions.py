"""When a car came and when it went: session started, session finished.

A session lasts from plugging in to unplugging, and `session_energy` counts the same one. What the law
remembers before and after each decision tells of both, so a session outlives restarts, reboots and
every silence, and nothing is told twice. What ended while Home Assistant was down is told once, as
soon as the charger says so. A session that was already running when its charger was added has no
known beginning: its start is not told, and at its end the duration is missing.

Energies in kWh; times are Unix seconds, because a session may be longer than any steady clock runs.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from .control.memory import ChargerMemory, Energy

UNHEARD_MAX: Final = 4
"""News kept for a listener that is not there yet: more cannot happen while entities are made."""

SHOWN_DECIMALS: Final = 2
"""Energy is shown in hundredths of a kWh, as by the sensors."""


class SessionKind(StrEnum):
    """What can be told of a session."""

    STARTED = "session_started"
    FINISHED = "session_finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionNews:
    """The beginning of a session, or its end with what was charged."""

    kind: SessionKind
    energy: Energy = field(default_factory=Energy)
    duration_s: float | None = None
    """Time from plugging in to unplugging; None = nobody saw the beginning."""

    def attributes(self) -> dict[str, float]:
        """Give the numbers of a finished session as the user sees them; a start has none."""
        if self.kind is SessionKind.STARTED:
            return {}
        total_kwh = round(self.energy.total_kwh, SHOWN_DECIMALS)
        numbers: dict[str, float] = {"energy_kwh": total_kwh, **origins(self.energy)}
        if self.energy.solar_share_pct is not None:
            numbers["solar_share_pct"] = round(self.energy.solar_share_pct)
        if self.duration_s is not None:
            numbers["duration_s"] = round(self.duration_s)
        return numbers


class Sessions:
    """The sessions of all chargers of a site."""

    def __init__(self, started_at: Mapping[str, float] | None = None) -> None:
        self._started_at = dict(started_at or {})
        self._news: dict[str, deque[SessionNews]] = {}

    @property
    def started_at(self) -> Mapping[str, float]:
        """When each running session began; chargers of which that is not known are not in it."""
        return dict(self._started_at)

    def take(self, charger_id: str) -> tuple[SessionNews, ...]:
        """Give what happened at a charger since it was last asked for, oldest first."""
        return tuple(self._news.pop(charger_id, ()))

    def follow(
        self,
        before: Mapping[str, ChargerMemory],
        after: Mapping[str, ChargerMemory],
        now: float,
    ) -> None:
        """Note what one decision learned; `now` is Unix time, s."""
        for charger_id, memory in after.items():
            self._follow(charger_id, before.get(charger_id, ChargerMemory()), memory, now)

    def _follow(
        self, charger_id: str, before: ChargerMemory, after: ChargerMemory, now: float
    ) -> None:
        swapped = _swapped(before, after)
        if before.connected and (swapped or not after.connected):
            energy = before.meter.session if swapped else after.meter.session
            started_at = self._started_at.pop(charger_id, None)
            duration_s = None if started_at is None else max(0.0, now - started_at)
            self._tell(
                charger_id,
                SessionNews(kind=SessionKind.FINISHED, energy=energy, duration_s=duration_s),
            )
        if after.connected and (swapped or before.connected is False):
            self._started_at[charger_id] = now
            self._tell(charger_id, SessionNews(kind=SessionKind.STARTED))

    def _tell(self, charger_id: str, news: SessionNews) -> None:
        self._news.setdefault(charger_id, deque(maxlen=UNHEARD_MAX)).append(news)


def origins(energy: Energy) -> dict[str, float]:
    """Give where energy came from as attributes of an entity, kWh."""
    return {
        "solar_kwh": round(energy.solar_kwh, SHOWN_DECIMALS),
        "battery_kwh": round(energy.battery_kwh, SHOWN_DECIMALS),
        "grid_kwh": round(energy.grid_kwh, SHOWN_DECIMALS),
    }


def load(data: object, charger_ids: Iterable[str]) -> dict[str, float]:
    """Read stored beginnings; what is damaged or of an unknown charger is left out."""
    if not isinstance(data, Mapping):
        return {}
    return {
        charger_id: float(data[charger_id])
        for charger_id in charger_ids
        if isinstance(data.get(charger_id), int | float) and not isinstance(data[charger_id], bool)
    }


def _swapped(before: ChargerMemory, after: ChargerMemory) -> bool:
    """Tell whether the law found another car on a plug that nobody saw being pulled.

    Counters of a session never go back but by a new one. Where nothing had been charged, the two
    sessions are one: nobody misses the first.
    """
    return bool(
        before.connected
        and after.connected
        and after.meter.session.total_kwh < before.meter.session.total_kwh
    )
