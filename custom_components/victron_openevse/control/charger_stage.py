"""Second stage of a decision: one charger, from what it reports to what it is offered.

The order of the gates is the order of authority: what is unknown, the person, the plug, the grid, and
only then the mode.
"""

from dataclasses import replace
from typing import Final

from .contactor import SETTLE_S, apply_dwell, apply_start, note_state, remember_offer
from .energy import start_session
from .freshness import Trust, is_online, known
from .limits import ceiling_a, clamp_offer_a, fixed_current_a
from .memory import ChargerMemory, Pause, Probe
from .model import (
    MIN_CURRENT_A,
    SOLAR_MODES,
    ChargerDecision,
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Mode,
    Reading,
    SiteReading,
    SiteSettings,
    Status,
)
from .pause import advance_pause, is_morning
from .reasons import Reason, ReasonCode
from .solar_stage import want_solar
from .view import Share, SiteView
from .want import Want

FULL_AFTER_S: Final = 60.0
"""A car that has charged and draws nothing for this long is full or has had enough."""

REFUSES_AFTER_S: Final = 120.0
"""A car that never drew gets longer: some take a minute and more to wake."""


def note_commands(
    memory: ChargerMemory, settings: ChargerSettings, charger: ChargerReading, now_s: float
) -> tuple[ChargerMemory, bool]:
    """Notice what a person did since the last decision: mode, pause, plug.

    Returns the memory and whether anything was done.
    """
    first = memory.mode is None
    if first:
        if not _has_spoken(charger):
            return memory, False
        memory = _adopt(memory, charger, now_s)
    vehicle = charger.vehicle_connected
    connected = memory.connected if vehicle is None else vehicle.value
    plugged = bool(connected) and not memory.connected
    commanded = settings.mode is not memory.mode or settings.pause_until_morning != memory.paused
    if connected == memory.connected and not commanded:
        return memory, False
    if plugged:
        memory = replace(memory, meter=start_session(memory.meter), drew=False)
    memory = replace(
        memory,
        mode=settings.mode,
        paused=settings.pause_until_morning,
        pause=Pause() if settings.pause_until_morning != memory.paused else memory.pause,
        connected=connected,
    )
    if commanded or plugged:
        memory = replace(
            memory,
            battery_free=None,
            awake=None,
            free_start=True,
            draw_cap_a=None,
            under_at_s=None,
            probe=Probe(),
        )
    return memory, commanded and not first


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


def make_share(
    settings: ChargerSettings,
    charger: ChargerReading,
    view: SiteView,
    fast_w: float = 0.0,
    slow_w: float = 0.0,
) -> Share:
    """What one charger's amps are worth and where they end in the solar modes."""
    ceiling = max(ceiling_a(settings, charger), MIN_CURRENT_A)
    minimum_a = max(MIN_CURRENT_A, min(settings.solar_min_current_a, ceiling))
    voltage_v = view.voltage_v or known(charger.voltage_v) or view.nominal_voltage_v
    return Share(
        fast_w=fast_w,
        slow_w=slow_w,
        watts_per_a=voltage_v * settings.phases,
        minimum_a=minimum_a,
        maximum_a=max(minimum_a, min(settings.solar_max_current_a, ceiling)),
    )


def decide_charger(
    site_settings: SiteSettings,
    settings: ChargerSettings,
    memory: ChargerMemory,
    charger: ChargerReading,
    site: SiteReading,
    view: SiteView,
    share: Share,
    *,
    commanded: bool,
) -> tuple[ChargerDecision, ChargerMemory]:
    """Decide what to offer one car."""
    now_s = view.now_s
    if not is_online(charger, now_s):
        return _leave(memory, Status.OFFLINE, ReasonCode.CHARGER_OFFLINE), memory
    if memory.mode is None:
        return _leave(memory, Status.NO_DATA, ReasonCode.DATA_MISSING), memory
    memory = note_state(memory, charger, now_s)
    memory, over = _advance_pause(memory, site, view)
    if charger.state is not None and charger.state.value is ChargerState.FAULT:
        return _leave(memory, Status.FAULT, ReasonCode.CHARGER_FAULT), memory
    want = _gate(site_settings, settings, memory, site, over=over)
    if want is None:
        want, memory = _by_mode(settings, memory, charger, view, share)
    want = replace(want, urgent=True) if commanded else want
    want = apply_dwell(want, memory, site_settings, share.minimum_a, now_s)
    want = _limit(want, settings, charger)
    want = apply_start(want, memory, now_s)
    memory = remember_offer(memory, want.current_a, now_s)
    want = _name(want, memory, charger, now_s)
    decision = ChargerDecision(
        offered_current_a=want.current_a, status=want.status, reason=want.reason, pause_over=over
    )
    return decision, memory


def _leave(memory: ChargerMemory, status: Status, code: ReasonCode) -> ChargerDecision:
    """Leave the charger as it is."""
    return ChargerDecision(
        offered_current_a=memory.offered_current_a, status=status, reason=Reason(code), send=False
    )


def _advance_pause(
    memory: ChargerMemory, site: SiteReading, view: SiteView
) -> tuple[ChargerMemory, bool]:
    if not memory.paused:
        return memory, False
    now_s, pv_power_w = view.now_s, site.pv_power_w
    if pv_power_w is None and view.trust is Trust.CURRENT:
        # AC-coupled inverters leave a GX that goes on speaking when they fall asleep.
        pv_power_w = Reading(0.0, now_s)
    pause = advance_pause(memory.pause, pv_power_w, now_s)
    memory = memory if pause is memory.pause else replace(memory, pause=pause)
    return memory, is_morning(pause, now_s)


def _gate(
    site_settings: SiteSettings,
    settings: ChargerSettings,
    memory: ChargerMemory,
    site: SiteReading,
    *,
    over: bool,
) -> Want | None:
    """Everything that stops a charge before the mode is asked."""
    if settings.mode is Mode.OFF:
        return _stop(Status.OFF, ReasonCode.SWITCHED_OFF)
    if not memory.connected:
        # A charger that sleeps blind must offer, or it would never see a plug.
        standby_a = MIN_CURRENT_A if memory.blind else 0
        reason = Reason(ReasonCode.NO_VEHICLE)
        return Want(current_a=standby_a, status=Status.DISCONNECTED, reason=reason, urgent=True)
    if memory.paused and not over:
        return _stop(Status.PAUSED, ReasonCode.PAUSED_UNTIL_MORNING)
    grid = site.grid_connected
    if grid is not None and not grid.value and not site_settings.allow_islanded:
        return _stop(Status.LIMITED, ReasonCode.GRID_LOST)
    return None


def _stop(status: Status, code: ReasonCode) -> Want:
    return Want(current_a=0, status=status, reason=Reason(code), urgent=True)


def _by_mode(
    settings: ChargerSettings,
    memory: ChargerMemory,
    charger: ChargerReading,
    view: SiteView,
    share: Share,
) -> tuple[Want, ChargerMemory]:
    if settings.mode in SOLAR_MODES:
        return want_solar(settings.mode, memory, charger, view, share)
    current_a = fixed_current_a(settings)
    reason = Reason(ReasonCode.FIXED_CURRENT, {"current_a": current_a})
    return Want(current_a=current_a, status=Status.CHARGING, reason=reason), memory


def _limit(want: Want, settings: ChargerSettings, charger: ChargerReading) -> Want:
    """Apply circuit and charger limits and say so when they bind."""
    ceiling = ceiling_a(settings, charger)
    current_a = clamp_offer_a(want.current_a, ceiling)
    if current_a == want.current_a:
        return want
    by_circuit = ceiling >= settings.circuit_current_a
    code = ReasonCode.LIMITED_BY_CIRCUIT if by_circuit else ReasonCode.LIMITED_BY_CHARGER
    reason = Reason(code, {"limit_a": ceiling, "wanted_a": want.current_a})
    return replace(want, current_a=current_a, status=Status.LIMITED, reason=reason)


def _name(want: Want, memory: ChargerMemory, charger: ChargerReading, now_s: float) -> Want:
    """Name what is seen rather than what was meant, where the two differ."""
    if charger.manual_override is not None and charger.manual_override.value:
        reason = Reason(ReasonCode.OVERRIDDEN_AT_CHARGER, {"wanted_a": want.current_a})
        return replace(want, status=Status.OVERRIDDEN, reason=reason)
    if want.current_a == 0 or not memory.connected or memory.idle_at_s is None:
        return want
    idle_s = now_s - memory.idle_at_s
    if idle_s < (FULL_AFTER_S if memory.drew else REFUSES_AFTER_S):
        return replace(want, status=Status.STARTING)
    reason = Reason(ReasonCode.CAR_NOT_DRAWING, {"idle_s": idle_s})
    return replace(want, status=Status.CAR_FULL, reason=reason)
