"""What the site's limits leave each charger, dealt out and followed over time.

A car may have what it draws plus what is left below every limit. A shortage is taken from the last
charger first, down to the least current of each before any is stopped; what is left over goes to the
first that charges. Falls act at once. Rises are gradual, because the next reading has to show what the
last rise did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Final

from .cars import NOTHING_KNOWN
from .change import replace
from .freshness import Trust, charging_power_w, is_online
from .limits import UNLIMITED_A, ceiling_a
from .memory import ChargerMemory, Room, SiteMemory
from .model import MIN_CURRENT_A, ChargerReading, Readings, Settings, Status
from .phases import phases_of
from .reasons import Reason, ReasonCode
from .site_limits import Line, is_limited, lines, trust_in_limits
from .view import Share, SiteView
from .want import Want

RISE_A_PER_S: Final = 0.2
"""An amp each 5 s: a charger takes up to 5 s to follow, and a meter as long to show it."""

SHORT_S: Final = 5.0
"""A charge below the least current is stopped after this: one reading opens no contactor."""

RESTART_A: Final = MIN_CURRENT_A + 1.0
"""Room for a start after a stop: with less the first kettle would end it."""

RESTART_S: Final = 60.0
"""So long that room must have been there."""


@dataclass(slots=True)
class _Load:
    """One charger while room is dealt out."""

    key: str
    order: int
    drawn_a: float
    most_a: float
    phases: int
    grid_phase: int
    watts_per_a: float
    yields: bool
    """Whether it does what we say; what another takes is as much out of our hands as the house's."""
    room_a: float = 0.0
    by: ReasonCode = ReasonCode.LIMITED_BY_GRID

    def weight_w(self, line: Line) -> float:
        """Watts that one more ampere per phase puts on a line."""
        if line.phase is None:
            return self.watts_per_a
        somewhere = self.grid_phase == 0 or self.phases > 1 or line.phase == self.grid_phase
        return self.watts_per_a / self.phases if somewhere else 0.0


def update_rooms(
    settings: Settings,
    memories: Mapping[str, ChargerMemory],
    readings: Readings,
    shares: Mapping[str, Share],
    site: SiteMemory,
    view: SiteView,
) -> dict[str, ChargerMemory]:
    """Bring each charger's room to now; there is none where no limit is set."""
    if not is_limited(settings.site, islanded=view.islanded):
        return {key: _without_room(memory) for key, memory in memories.items()}
    known_at_s = site.started_at_s if site.measured_at_s is None else site.measured_at_s
    trust = trust_in_limits(
        settings.site, readings.site, view, view.now_s if known_at_s is None else known_at_s
    )
    loads = _loads(settings, memories, readings, shares, view)
    most = max((load.phases for load in loads), default=1)
    _deal(loads, lines(settings.site, readings.site, view, car_phases=most))
    return {
        load.key: replace(memories[load.key], room=_advance(memories[load.key], load, trust, view))
        for load in loads
    }


def apply_room(want: Want, memory: ChargerMemory, now_s: float) -> Want:
    """Bring a wish within the room there is; a charge that had none starts only with some to spare."""
    room = memory.room
    if room is None or want.current_a == 0 or not memory.connected:
        return want
    current_a = min(want.current_a, int(room.current_a))
    if current_a < MIN_CURRENT_A:
        lasts = room.short_at_s is not None and now_s - room.short_at_s >= SHORT_S
        current_a = MIN_CURRENT_A if memory.offered_current_a > 0 and not lasts else 0
    elif memory.offered_current_a == 0 and room.short_at_s is not None:
        current_a = 0
    if current_a == want.current_a:
        return want
    reason = Reason(room.by, {"limit_a": float(current_a), "wanted_a": want.current_a})
    return replace(want, current_a=current_a, status=Status.LIMITED, reason=reason)


def _without_room(memory: ChargerMemory) -> ChargerMemory:
    return memory if memory.room is None else replace(memory, room=None)


def _loads(
    settings: Settings,
    memories: Mapping[str, ChargerMemory],
    readings: Readings,
    shares: Mapping[str, Share],
    view: SiteView,
) -> list[_Load]:
    """The chargers in the owner's order.

    A car whose power is unknown counts as drawing nothing: what it draws is in the meters, so it gets
    too little rather than too much.
    """
    loads: list[_Load] = []
    for key, own in settings.chargers.items():
        charger, memory = readings.chargers.get(key, NOTHING_KNOWN), memories[key]
        drawn_a = (charging_power_w(charger, view.now_s) or 0.0) / shares[key].watts_per_a
        running = memory.offered_current_a > 0
        loads.append(
            _Load(
                key=key,
                order=own.order,
                drawn_a=max(0.0, drawn_a),
                most_a=ceiling_a(own, charger) if running else 0.0,
                phases=phases_of(own, memory),
                grid_phase=own.grid_phase,
                watts_per_a=shares[key].watts_per_a,
                yields=_yields(charger, view.now_s),
            )
        )
    return sorted(loads, key=lambda load: (load.order, load.key))


def _yields(charger: ChargerReading, now_s: float) -> bool:
    override = charger.manual_override
    return is_online(charger, now_s) and not (override is not None and override.value)


def _deal(loads: Sequence[_Load], limits: Sequence[Line]) -> None:
    """Give each load its room: what it draws, less its part of a shortage or plus what is left."""
    left_w = [line.left_w for line in limits]
    for load in loads:
        load.room_a = load.drawn_a
    for least_a in (float(MIN_CURRENT_A), 0.0):
        for load in reversed([load for load in loads if load.yields]):
            left_a = _tightest_a(load, limits, left_w)
            _move(load, limits, left_w, -min(max(0.0, load.room_a - least_a), max(0.0, -left_a)))
    for load in loads:
        left_a = max(0.0, _tightest_a(load, limits, left_w))
        reserved_a = min(left_a, max(0.0, load.most_a - load.room_a))
        _move(load, limits, left_w, reserved_a)
        load.room_a = min(load.room_a + left_a - reserved_a, float(UNLIMITED_A))


def _tightest_a(load: _Load, limits: Sequence[Line], left_w: Sequence[float]) -> float:
    """Amps that are left for a load below every line, negative = too many; remembers which binds."""
    tightest_a = inf
    for line, watts in zip(limits, left_w, strict=True):
        weight_w = load.weight_w(line)
        if weight_w > 0.0 and watts / weight_w < tightest_a:
            tightest_a, load.by = watts / weight_w, line.reason
    return tightest_a


def _move(load: _Load, limits: Sequence[Line], left_w: list[float], amps: float) -> None:
    """Give a load some amps more (or less) and take them from what is left."""
    if not isfinite(amps) or amps == 0.0:
        return
    load.room_a += amps
    for number, line in enumerate(limits):
        left_w[number] -= amps * load.weight_w(line)


def _advance(memory: ChargerMemory, load: _Load, trust: Trust, view: SiteView) -> Room:
    """Follow the room down at once and up gradually, as far as what it is measured by is trusted."""
    before, by = memory.room, load.by
    current_a = load.room_a
    if before is not None:
        # The least current is a step, not a ramp: between nothing and 6 A there is nothing.
        from_a = max(before.current_a, float(MIN_CURRENT_A))
        current_a = min(current_a, from_a + RISE_A_PER_S * view.dt_s)
    if trust is not Trust.CURRENT:
        by = ReasonCode.LIMIT_UNWATCHED
        held_a = float(MIN_CURRENT_A) if before is None else before.current_a
        allowed_a = {Trust.HOLD: held_a, Trust.MINIMUM: min(held_a, MIN_CURRENT_A)}
        current_a = allowed_a.get(trust, 0.0)
    short_at_s, ample_at_s = _times(memory, current_a, view.now_s)
    return Room(current_a=current_a, by=by, short_at_s=short_at_s, ample_at_s=ample_at_s)


def _times(
    memory: ChargerMemory, current_a: float, now_s: float
) -> tuple[float | None, float | None]:
    """Since when the room is too small, and since when it has been ample again."""
    before = memory.room
    short_at_s = None if before is None else before.short_at_s
    if current_a < MIN_CURRENT_A:
        return now_s if short_at_s is None else short_at_s, None
    if short_at_s is None or memory.offered_current_a > 0:
        return None, None
    if current_a < RESTART_A or before is None:
        return short_at_s, None
    ample_at_s = now_s if before.ample_at_s is None else before.ample_at_s
    if now_s - ample_at_s >= RESTART_S:
        return None, None
    return short_at_s, ample_at_s
