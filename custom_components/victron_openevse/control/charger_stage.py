"""Second stage of a decision: one charger, from what it reports to what it is offered.

The order of the gates is the order of authority: what is unknown, the person, the plug, the grid, and
only then the mode.
"""

from typing import Final

from .allocation import Claim
from .change import replace
from .closings import apply_budget, note_closing
from .commissioning import advance_check, want_check
from .contactor import apply_dwell, apply_start, has_had_enough, note_state, remember_offer
from .following import useful_a
from .freshness import Trust, is_online, known
from .limits import LEAST_DRAW_A, ceiling_a, clamp_offer_a, fixed_current_a
from .memory import ChargerMemory
from .model import (
    MIN_CURRENT_A,
    SOLAR_MODES,
    ChargerDecision,
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Mode,
    SiteReading,
    SiteSettings,
    Status,
)
from .pause import advance_pause, is_morning
from .phases import note_phases, phases_of
from .reasons import Reason, ReasonCode
from .rooms import apply_room, note_room
from .shadow import imagined
from .solar_stage import want_solar
from .targets import fill_reason, has_its_fill
from .view import Share, SiteView
from .want import Want

STOPPED_THERE_S: Final = 10.0
"""A charger tells within seconds that it follows an offer; one that does not has a reason of its own."""


def make_share(
    settings: ChargerSettings,
    memory: ChargerMemory,
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
        watts_per_a=voltage_v * phases_of(settings, memory),
        minimum_a=minimum_a,
        maximum_a=max(minimum_a, min(settings.solar_max_current_a, ceiling)),
    )


def make_claim(
    key: str, settings: ChargerSettings, memory: ChargerMemory, share: Share, now_s: float
) -> Claim:
    """What one charger asks of the common surplus: no more than its car takes.

    A car that draws nothing leaves the sun to the others; it sees what would be its own.
    """
    cap_a = memory.draw_cap_a
    idle = has_had_enough(memory, now_s) or (cap_a is not None and cap_a < LEAST_DRAW_A)
    return Claim(
        key=key,
        order=settings.order,
        minimum_w=share.minimum_w,
        maximum_w=useful_a(memory, share) * share.watts_per_a,
        running=memory.offered_current_a > 0 and not idle,
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
    now_s, shadow = view.now_s, site_settings.shadow
    memory, over = _advance_pause(memory, site, view)
    memory = advance_check(site_settings, settings, memory, charger, site, view, share.minimum_a)
    if not is_online(charger, now_s):
        decision = _leave(memory, Status.OFFLINE, ReasonCode.CHARGER_OFFLINE)
        return replace(decision, pause_over=over), memory
    if memory.mode is None:
        return _leave(memory, Status.NO_DATA, ReasonCode.WAITING_FOR_CHARGER), memory
    charger = imagined(charger, memory) if shadow else charger
    before, memory = memory, _note_override(note_state(memory, charger, now_s), charger)
    memory = memory if shadow else note_closing(before, memory, settings.mode)
    memory = note_phases(memory, charger, view.voltage_v, now_s)
    want = _gate(site_settings, settings, memory, view, over=over)
    if want is None:
        want, memory = _by_mode(settings, memory, charger, view, share)
    if charger.state is not None and charger.state.value is ChargerState.FAULT:
        return _rest_in_fault(want, memory, now_s, over=over)
    want = replace(want, urgent=True) if commanded else want
    want = apply_dwell(want, memory, site_settings, share.minimum_a, now_s)
    want = apply_budget(want, memory, settings, now_s)
    want, memory = _within(_limit(want, settings, charger), memory, now_s)
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


def _rest_in_fault(
    want: Want, memory: ChargerMemory, now_s: float, *, over: bool
) -> tuple[ChargerDecision, ChargerMemory]:
    """Leave a charger with a fault alone, but withdraw the offer when it is not to charge.

    Its contactor is open: a stop comes at once. Otherwise a fault that heals by itself would go on charging
    after "off", and one that comes and goes within the minimum on time would put a stop off for ever.
    """
    decision = _leave(memory, Status.FAULT, ReasonCode.CHARGER_FAULT)
    decision = replace(decision, pause_over=over)
    if want.current_a > 0 or want.status is Status.DISCONNECTED:
        return decision, memory
    memory = remember_offer(memory, 0, now_s)
    return replace(decision, offered_current_a=0, send=True), memory


def _advance_pause(
    memory: ChargerMemory, site: SiteReading, view: SiteView
) -> tuple[ChargerMemory, bool]:
    if not memory.paused:
        return memory, False
    speaking = view.trust is Trust.CURRENT
    pause = advance_pause(memory.pause, site.pv_power_w, view.now_s, speaking=speaking)
    memory = memory if pause is memory.pause else replace(memory, pause=pause)
    return memory, is_morning(pause, view.now_s)


def _gate(
    site_settings: SiteSettings,
    settings: ChargerSettings,
    memory: ChargerMemory,
    view: SiteView,
    *,
    over: bool,
) -> Want | None:
    """Everything that stops a charge before the mode is asked."""
    if settings.mode is Mode.OFF and settings.temporary is None:
        return _stop(Status.OFF, ReasonCode.SWITCHED_OFF)
    if not memory.connected:
        # A charger that sleeps blind must offer, or it would never see a plug.
        standby_a = MIN_CURRENT_A if memory.blind else 0
        reason = Reason(ReasonCode.NO_VEHICLE)
        return Want(current_a=standby_a, status=Status.DISCONNECTED, reason=reason, urgent=True)
    if memory.paused and not over and settings.temporary is None:
        return _stop(Status.PAUSED, ReasonCode.PAUSED_UNTIL_MORNING)
    if settings.mode is Mode.OFF:
        return _stop(Status.PAUSED, ReasonCode.PAUSED_FOR_A_WHILE)
    goes_on = view.grid_returns and memory.offered_current_a > 0
    if view.islanded and not (site_settings.allow_islanded or goes_on):
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
    if memory.check.running:
        return want_check(memory.check, view.now_s), memory
    if has_its_fill(settings, memory):
        return _fill(settings, memory), memory
    if settings.mode in SOLAR_MODES:
        return want_solar(settings.mode, memory, charger, view, share)
    current_a = fixed_current_a(settings)
    boosting = settings.temporary is not None and settings.temporary.boost
    code = ReasonCode.BOOSTING if boosting else ReasonCode.FIXED_CURRENT
    reason = Reason(code, {"current_a": current_a})
    return Want(current_a=current_a, status=Status.CHARGING, reason=reason), memory


def _fill(settings: ChargerSettings, memory: ChargerMemory) -> Want:
    """The car has what its owner wants it to have; that opens no contactor too early."""
    reason = fill_reason(settings, memory)
    full = reason.code is ReasonCode.TARGET_REACHED
    return Want(current_a=0, status=Status.CAR_FULL if full else Status.LIMITED, reason=reason)


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


def _within(wish: Want, memory: ChargerMemory, now_s: float) -> tuple[Want, ChargerMemory]:
    """Apply the site's limits, and remember what came of it."""
    want = apply_room(wish, memory, now_s)
    return want, note_room(memory, wish, want, now_s)


def _note_override(memory: ChargerMemory, charger: ChargerReading) -> ChargerMemory:
    override = charger.manual_override
    if override is None or override.value == memory.overridden:
        return memory
    return replace(memory, overridden=override.value)


def _is_stopped_there(charger: ChargerReading, idle_at_s: float, now_s: float) -> bool:
    """Tell whether a rule of the charger's own keeps it off: a limit reached there, its shaper."""
    enabled = charger.enabled
    return enabled is not None and not enabled.value and now_s - idle_at_s >= STOPPED_THERE_S


def _name(want: Want, memory: ChargerMemory, charger: ChargerReading, now_s: float) -> Want:
    """Name what is seen rather than what was meant, where the two differ."""
    if charger.manual_override is not None and charger.manual_override.value:
        reason = Reason(ReasonCode.OVERRIDDEN_AT_CHARGER, {"wanted_a": want.current_a})
        return replace(want, status=Status.OVERRIDDEN, reason=reason)
    if want.current_a == 0 or not memory.connected or memory.idle_at_s is None:
        return want
    if _is_stopped_there(charger, memory.idle_at_s, now_s):
        reason = Reason(ReasonCode.LIMITED_BY_CHARGER, {"limit_a": 0.0, "wanted_a": want.current_a})
        return replace(want, status=Status.LIMITED, reason=reason)
    if not has_had_enough(memory, now_s):
        return replace(want, status=Status.STARTING)
    reason = Reason(ReasonCode.CAR_NOT_DRAWING, {"idle_s": now_s - memory.idle_at_s})
    return replace(want, status=Status.CAR_FULL, reason=reason)
