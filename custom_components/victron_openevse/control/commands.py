"""What happened to one charger since the last decision that is not the sun's doing.

A person changed the mode, pressed pause, pulled or put the plug, or swapped the car while nobody could
see it. A running session is adopted by the first decision.
"""

from typing import Final

from .change import replace
from .contactor import SETTLE_S
from .energy import start_session
from .freshness import known
from .memory import ChargerMemory, HiddenStart, Pause, Probe
from .model import (
    MIN_CURRENT_A,
    SOLAR_MODES,
    ChargerReading,
    ChargerSettings,
    ChargerState,
)
from .temporary import Turn

SWAP_DROP_KWH: Final = 0.05
"""A session counter this far below what it said before was zeroed: another car (or plug) came."""

SWAP_CONFIRM_S: Final = 10.0
"""A drop must last: on unplugging the zero may arrive before the news of the plug, and a single
wrong sample ends no session."""


def note_commands(
    memory: ChargerMemory,
    settings: ChargerSettings,
    charger: ChargerReading,
    now_s: float,
    turn: Turn = Turn.NONE,
) -> tuple[ChargerMemory, bool]:
    """Notice what a person did since the last decision: mode, pause, plug.

    Returns the memory and whether what was done may hurry an opening of the contactor; a temporary
    mode that ends by itself may not.
    """
    first = memory.mode is None
    if first:
        if not _has_spoken(charger):
            return memory, False
        memory = _adopt(memory, charger, now_s)
    connected = _is_connected(memory, charger)
    plugged = bool(connected) and not memory.connected
    paused = settings.pause_until_morning != memory.paused
    commanded = settings.mode is not memory.mode or paused or turn is Turn.BEGUN
    if connected == memory.connected and not commanded:
        return _note_swap(memory, charger, now_s), False
    hurried = paused or not (_stays_solar(memory, settings) or turn is Turn.ENDED)
    urgent = commanded and not first and hurried
    if plugged:
        memory = _begin_session(memory)
    memory = replace(
        memory,
        mode=settings.mode,
        paused=settings.pause_until_morning,
        pause=Pause(started_at_s=now_s) if paused else memory.pause,
        connected=connected,
    )
    return _decide_anew(memory) if commanded or plugged else memory, urgent


def _is_connected(memory: ChargerMemory, charger: ChargerReading) -> bool | None:
    """Tell whether a car is plugged in: one that charges is, whatever the plug seems to say."""
    vehicle, state = charger.vehicle_connected, charger.state
    charges = state is not None and state.value is ChargerState.CHARGING
    if vehicle is None or (charges and not vehicle.value):
        return memory.connected
    return vehicle.value


def _stays_solar(memory: ChargerMemory, settings: ChargerSettings) -> bool:
    """From one solar mode to another is no hurry: flipping modes must not wear the contactor."""
    return memory.mode in SOLAR_MODES and settings.mode in SOLAR_MODES


def _decide_anew(memory: ChargerMemory) -> ChargerMemory:
    """Forget what the law had made up its mind about: what a person asks for is tried at once."""
    return replace(
        memory,
        battery_free=None,
        awake=None,
        free_start=True,
        draw_cap_a=None,
        under_at_s=None,
        probe=Probe(),
        hidden=HiddenStart(),
    )


def _begin_session(memory: ChargerMemory) -> ChargerMemory:
    """Another car may hang on the plug: nothing learned of the last one holds."""
    return replace(
        memory,
        meter=start_session(memory.meter),
        drew=False,
        draw_cap_a=None,
        under_at_s=None,
        car_phases=None,
        phases_at_s=None,
        session_kwh=None,
        session_at_s=None,
        session_fell_at_s=None,
        reached_pct=0.0,
    )


def _note_swap(memory: ChargerMemory, charger: ChargerReading, now_s: float) -> ChargerMemory:
    """Find a car that was swapped out of sight by the charger's own session counter.

    The counter of a charger that has restarted begins at zero with the same car.
    """
    seen, seen_kwh = charger.session_energy_kwh, known(charger.session_energy_kwh)
    before_kwh = memory.session_kwh
    same = seen_kwh == before_kwh and memory.session_fell_at_s is None
    if seen is None or seen_kwh is None or same:
        return memory
    goes_on = before_kwh is None or seen_kwh >= before_kwh - SWAP_DROP_KWH
    if goes_on or not memory.connected or _has_restarted(memory, charger):
        return replace(memory, session_kwh=seen_kwh, session_at_s=seen.at_s, session_fell_at_s=None)
    if memory.session_fell_at_s is None:
        return replace(memory, session_fell_at_s=now_s)
    if now_s - memory.session_fell_at_s < SWAP_CONFIRM_S:
        return memory
    return replace(_begin_session(memory), session_kwh=seen_kwh, session_at_s=seen.at_s)


def _has_restarted(memory: ChargerMemory, charger: ChargerReading) -> bool:
    """Tell whether the charger restarted after its session counter last moved."""
    uptime = charger.uptime_s
    if uptime is None or memory.session_at_s is None:
        return False
    return uptime.at_s - uptime.value > memory.session_at_s


def _has_spoken(charger: ChargerReading) -> bool:
    """Tell whether state and plug are known; a charger that sleeps blind never tells the latter."""
    if charger.state is None:
        return False
    blind = charger.state.value is ChargerState.DISABLED
    return blind or charger.vehicle_connected is not None


def _adopt(memory: ChargerMemory, charger: ChargerReading, now_s: float) -> ChargerMemory:
    """Take over a session that was running before anybody decided anything."""
    if charger.state is None or charger.state.value is not ChargerState.CHARGING:
        return memory
    pilot_a = int(known(charger.pilot_a) or MIN_CURRENT_A)
    return replace(
        memory,
        offered_current_a=max(MIN_CURRENT_A, pilot_a),
        changed_at_s=now_s,
        closed_at_s=now_s,
        charging_at_s=now_s - SETTLE_S,
        drew=True,
    )
