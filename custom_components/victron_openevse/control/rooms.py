"""What the site's limits leave each charger, followed over time.

Falls act at once. Rises are gradual, and go no further than what is free for certain. A charge that was
stopped for want of room starts again when there has been room for a while, longer after each such stop,
because a tight limit must not make the contactor its regulator.
"""

from collections.abc import Mapping
from math import exp, inf
from types import MappingProxyType
from typing import Final

from .cars import NOTHING_KNOWN
from .change import replace
from .contactor import has_had_enough
from .freshness import Trust, charging_power_w, is_online
from .limits import LEAST_DRAW_A, ceiling_a
from .memory import ChargerMemory, Drawn, Room, SiteMemory
from .model import (
    MIN_CURRENT_A,
    ChargerReading,
    ChargerSettings,
    Readings,
    Settings,
    SiteReading,
    SiteSource,
    Status,
)
from .phases import MOST_PHASES, phases_of
from .reasons import Reason, ReasonCode
from .room_dealing import RESTART_A, Given, Load, deal
from .site_limits import free_of, is_limited, lines, measure_line
from .view import Share, SiteView
from .want import Want

RISE_A_PER_S: Final = 0.2
"""An amp each 5 s: a charger takes up to 5 s to follow, and a meter as long to show it."""

APART_S: Final = MappingProxyType({SiteSource.MQTT: 6.0, SiteSource.ENTITIES: 35.0})
"""Meters and chargers tell the same step up to this far apart; entities are often polled each 30 s. What a
car drew is remembered for once to twice as long."""

FOLLOWS_S: Final = 20.0
"""A charger answers a claim within 5 s and a car its pilot within another 5 s; lost claims come again."""

ABOVE_OFFER_SHARE: Final = 1.1
ABOVE_OFFER_A: Final = 1.5
"""A tenth of the offer and this much more are beyond what meters and voltages are off: such a charger
follows somebody else, or nobody."""

STEADY_SPARE_A: Final = 0.5
CALM_S: Final = 300.0
"""What a limit has taken comes back with this much to spare, for so long after: at the edge of an amp a
house's noise would change the offer every few seconds."""

SHORT_S: Final = 5.0
"""A charge below the least current is stopped after this: one reading opens no contactor."""

RESTARTS_S: Final = (60.0, 300.0, 600.0, 1200.0, 1800.0)
"""So long there must have been room again, by how often the charge was stopped lately."""

STOPS_FADE_S: Final = 4 * 3600.0
"""As for the openings of the contactor: a morning says little about the afternoon."""


def update_rooms(
    settings: Settings,
    memories: Mapping[str, ChargerMemory],
    readings: Readings,
    shares: Mapping[str, Share],
    site: SiteMemory,
    view: SiteView,
) -> tuple[dict[str, ChargerMemory], SiteMemory]:
    """Bring each charger's room to now; there is none where no limit is set."""
    if not is_limited(settings.site, islanded=view.islanded):
        cleared = {key: _without_room(memory) for key, memory in memories.items()}
        return cleared, replace(site, taken={}) if site.taken else site
    loads = _loads(settings, memories, readings, shares, view)
    phases = max((load.phases for load in loads), default=1)
    found = lines(settings.site, readings.site, view, site.taken, car_phases=phases)
    taken = {
        line.name: measure_line(
            line,
            site.taken.get(line.name),
            sum(load.weight_w(line) * load.drawn.low_a for load in loads if load.ours),
            sum(load.weight_w(line) * load.drawn.high_a for load in loads if load.ours),
            view.now_s,
        )
        for line in found
    }
    free = [free_of(line, taken[line.name], readings.site, view.now_s) for line in found]
    # A limit that was never told binds by trust alone.
    certain = deal(loads, [(one.line, one.least_w) for one in free if one.least_w is not None])
    possible = deal(loads, [(one.line, one.most_w) for one in free if one.most_w is not None])
    trust = max((item.trust for item in free), default=Trust.CURRENT)
    rooms = {
        load.key: _advance(load, certain[load.key], possible[load.key], trust, view)
        for load in loads
    }
    changed = {key: replace(memories[key], room=room) for key, room in rooms.items()}
    return changed, replace(site, taken=taken)


def apply_room(want: Want, memory: ChargerMemory, now_s: float) -> Want:
    """Bring a wish within the room there is; a charge that had none starts only with some to spare."""
    room = memory.room
    if room is None or want.current_a == 0 or not memory.connected:
        return want
    current_a = min(want.current_a, int(room.current_a))
    if current_a < MIN_CURRENT_A:
        lasts = room.short_at_s is not None and now_s - room.short_at_s >= SHORT_S
        current_a = MIN_CURRENT_A if memory.offered_current_a > 0 and not lasts else 0
    elif memory.offered_current_a > 0:
        current_a = _steady_a(current_a, memory.offered_current_a, room, now_s)
    elif room.short_at_s is not None:
        current_a = 0
    if current_a == want.current_a:
        return want
    reason = Reason(room.by, {"limit_a": float(current_a), "wanted_a": want.current_a})
    return replace(want, current_a=current_a, status=Status.LIMITED, reason=reason)


def _steady_a(current_a: int, offered_a: int, room: Room, now_s: float) -> int:
    """Let an offer that fell lately rise only into room that is not gone with the next reading."""
    if room.fell_at_s is None or now_s - room.fell_at_s >= CALM_S:
        return current_a
    return min(current_a, max(offered_a, int(room.current_a - STEADY_SPARE_A)))


def note_room(memory: ChargerMemory, wish: Want, given: Want, now_s: float) -> ChargerMemory:
    """Remember whether a charger wants current at all, and what the want of room took or ended."""
    room = memory.room
    if room is None:
        return memory
    if given.current_a < min(memory.offered_current_a, wish.current_a):
        room = replace(room, fell_at_s=now_s)
    if memory.offered_current_a > 0 and wish.current_a > 0 and given.current_a == 0:
        stops = 1.0 + _recent_stops(room, now_s)
        room = replace(room, stops=stops, stopped_at_s=now_s)
    if room.wants != (wish.current_a > 0):
        room = replace(room, wants=wish.current_a > 0)
    return memory if room is memory.room else replace(memory, room=room)


def _recent_stops(room: Room, now_s: float) -> float:
    if room.stopped_at_s is None:
        return 0.0
    return room.stops * exp(-max(0.0, now_s - room.stopped_at_s) / STOPS_FADE_S)


def _without_room(memory: ChargerMemory) -> ChargerMemory:
    return memory if memory.room is None else replace(memory, room=None)


def _loads(
    settings: Settings,
    memories: Mapping[str, ChargerMemory],
    readings: Readings,
    shares: Mapping[str, Share],
    view: SiteView,
) -> list[Load]:
    """The chargers in the owner's order."""
    loads = [
        _load(
            key,
            own,
            memories[key],
            readings.chargers.get(key, NOTHING_KNOWN),
            readings.site,
            shares[key].watts_per_a,
            view.now_s,
            shadow=settings.site.shadow,
        )
        for key, own in settings.chargers.items()
    ]
    return sorted(loads, key=lambda load: (load.order, load.key))


def _load(
    key: str,
    own: ChargerSettings,
    memory: ChargerMemory,
    charger: ChargerReading,
    site: SiteReading,
    watts_per_a: float,
    now_s: float,
    *,
    shadow: bool,
) -> Load:
    """One charger. Only if it listens, tells and obeys is its draw ours to lower; else it is as the house."""
    power_w, room = charging_power_w(charger, now_s), memory.room or Room()
    ours = power_w is not None and _listens(charger, now_s)
    drawn_a = max(0.0, power_w / watts_per_a) if ours and power_w is not None else 0.0
    phases_there = len(site.grid_phase_powers_w) or MOST_PHASES
    # In shadow mode it is told nothing, so it disobeys nobody.
    offered_a = inf if shadow else float(memory.offered_current_a)
    # It may have obeyed already and tell so later.
    least_a = min(drawn_a, offered_a)
    drawn = _follow(room.drawn, least_a, drawn_a, APART_S[site.source], now_s)
    # By the charger's own times: what it told once, and slowly, it has not done for long.
    told_at_s = now_s if charger.charging_power_w is None else charger.charging_power_w.at_s
    drawn = _note_above(drawn, room.drawn, drawn_a, offered_a, told_at_s)
    ours = ours and (drawn.above_at_s is None or told_at_s - drawn.above_at_s < FOLLOWS_S)
    return Load(
        key=key,
        order=own.order,
        memory=memory,
        drawn=drawn,
        running=ours and memory.offered_current_a > 0 and bool(memory.connected),
        idle=has_had_enough(memory, now_s) and drawn.high_a < LEAST_DRAW_A,
        wants=ours and bool(memory.connected) and room.wants,
        most_a=float(ceiling_a(own, charger)) + STEADY_SPARE_A,
        phases=phases_of(own, memory),
        grid_phase=own.grid_phase if own.grid_phase <= phases_there else 0,
        watts_per_a=watts_per_a,
        ours=ours,
    )


def _listens(charger: ChargerReading, now_s: float) -> bool:
    override = charger.manual_override
    return is_online(charger, now_s) and not (override is not None and override.value)


def _note_above(
    drawn: Drawn, before: Drawn, drawn_a: float, offered_a: float, told_at_s: float
) -> Drawn:
    """Remember since when the car is told to draw more than it is offered."""
    if drawn_a <= ABOVE_OFFER_SHARE * offered_a + ABOVE_OFFER_A:
        return drawn if drawn.above_at_s is None else replace(drawn, above_at_s=None)
    above_at_s = told_at_s if before.above_at_s is None else before.above_at_s
    return replace(drawn, above_at_s=above_at_s)


def _follow(drawn: Drawn, least_a: float, drawn_a: float, apart_s: float, now_s: float) -> Drawn:
    """Remember the least and the most drawn in the last `apart_s` to twice as long."""
    age_s = None if drawn.since_at_s is None else now_s - drawn.since_at_s
    if age_s is not None and 0.0 <= age_s < apart_s:
        return replace(
            drawn,
            low_a=min(drawn.low_a, least_a),
            high_a=max(drawn.high_a, drawn_a),
            lately_low_a=min(drawn.lately_low_a, least_a),
            lately_high_a=max(drawn.lately_high_a, drawn_a),
        )
    fresh = age_s is not None and 0.0 <= age_s < 2.0 * apart_s
    return Drawn(
        low_a=min(drawn.lately_low_a, least_a) if fresh else least_a,
        high_a=max(drawn.lately_high_a, drawn_a) if fresh else drawn_a,
        lately_low_a=least_a,
        lately_high_a=drawn_a,
        since_at_s=now_s,
    )


def _advance(load: Load, certain: Given, possible: Given, trust: Trust, view: SiteView) -> Room:
    """Follow the room down at once and up gradually, as far as what it is measured by is trusted."""
    memory = load.memory
    room = memory.room or Room()
    # What is certain may leave a charger out, and its part is then no other's to rise into.
    certain_a, (current_a, by) = min(certain[0], possible[0]), certain
    if memory.room is not None:
        # The least current is a step, not a ramp: between nothing and 6 A there is nothing.
        from_a = max(room.current_a, float(MIN_CURRENT_A)) + RISE_A_PER_S * view.dt_s
        current_a, by = max(min(from_a, certain_a), min(room.current_a, possible[0])), possible[1]
    trusted_a = _trusted_a(memory, trust)
    if trusted_a <= current_a:
        current_a, by = trusted_a, ReasonCode.LIMIT_UNWATCHED
    asked = memory.free_start and memory.offered_current_a == 0
    room = replace(room, current_a=current_a, by=by, drawn=load.drawn)
    if asked and room.stops:
        room = replace(room, stops=0.0)
    return _note_times(room, memory, view.now_s, asked=asked)


def _trusted_a(memory: ChargerMemory, trust: Trust) -> float:
    """Most that may be offered while a limit is heard no more, A: nothing rises, nothing starts."""
    held_a = float(memory.offered_current_a)
    if trust is Trust.CURRENT:
        return inf
    if trust is Trust.HOLD:
        return held_a
    return min(held_a, float(MIN_CURRENT_A)) if trust is Trust.MINIMUM else 0.0


def _note_times(room: Room, memory: ChargerMemory, now_s: float, *, asked: bool) -> Room:
    """Remember since when the room is too small, and since when it has been ample again."""
    if room.current_a < MIN_CURRENT_A:
        short_at_s = now_s if room.short_at_s is None else room.short_at_s
        return replace(room, short_at_s=short_at_s, ample_at_s=None)
    if room.short_at_s is None or memory.offered_current_a > 0 or asked:
        return replace(room, short_at_s=None, ample_at_s=None)
    if room.current_a < RESTART_A:
        return replace(room, ample_at_s=None)
    ample_at_s = now_s if room.ample_at_s is None else room.ample_at_s
    stops = round(_recent_stops(room, now_s))
    if now_s - ample_at_s >= RESTARTS_S[min(max(stops - 1, 0), len(RESTARTS_S) - 1)]:
        return replace(room, short_at_s=None, ample_at_s=None)
    return replace(room, ample_at_s=ample_at_s)
