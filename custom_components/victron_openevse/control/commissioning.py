"""The commissioning check: a few known steps of the car's current, to see what the meters make of them.

A person starts it. The charger is brought to a low current, then up and down again three times; what
charger, grid, battery and consumption did at each step tells which sign they have, whether and where the
GX sees the charger, and how late (`commissioning_verdict`). A median over six steps outvotes a kettle.

It stands in for the mode and for nothing else: whatever ends a charge ends it too, every limit of
the offer holds, and the contactor starts gently. In five minutes the car takes about 0.15 kWh on one phase and
0.45 kWh on three; with meters that are polled and a high minimum at most 0.6 and 1.8 kWh.
"""

from typing import Final

from .change import replace
from .commissioning_record import (
    Check,
    CheckEnd,
    CheckSample,
    CheckStage,
    Choice,
    Finding,
    FindingCode,
    Outcome,
    Verdict,
)
from .commissioning_series import SETTLED_S
from .commissioning_verdict import LEAST_STEP_A, judge
from .freshness import Trust, charging_power_w, is_online, known
from .limits import ceiling_a
from .memory import ChargerMemory, Probe
from .model import (
    MIN_CURRENT_A,
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Mode,
    SiteReading,
    SiteSettings,
    Status,
)
from .reasons import Reason, ReasonCode
from .view import SiteView
from .want import Want

HOLDS_S: Final = (30.0, 48.0, 30.0, 40.0, 56.0, 30.0, 36.0)
"""How long each step lasts at least: settled for as long as it takes the ESS to follow. Low, then three
times high and low: six changes. Uneven, so that nothing that switches evenly, as an oven does, keeps time
with them."""

STEPS: Final = len(HOLDS_S)

STEP_A: Final = 6
"""Height of a step: 1.4 kW on one phase, well above what a house does by itself."""

LOW_AT_MOST_A: Final = 10
"""Where the owner's minimum is higher, the steps begin here: there must be room above."""

HIGH_AT_MOST_A: Final = 16
"""Any cable and any socket of a charger carries this."""

PATIENCE_S: Final = 90.0
"""A step waits so long for readings that are polled: chargers and entities that speak each minute."""

READ_S: Final = 6.0
"""So long before the end of a step its settled readings must have come: several samples."""

START_S: Final = 150.0
"""Time for the car to begin to draw: some need a minute and more to wake."""

STOPPED_S: Final = 20.0
"""A car that draws nothing for this long amid the steps has stopped by itself."""

LEAST_DRAW_W: Final = 300.0
"""Any car that charges takes more: 6 A at 110 V are 660 W."""

LIMITED_S: Final = 15.0
"""An offer that a limit takes away for this long ends the check."""

GAP_S: Final = 60.0
"""After a longer pause between two decisions nobody knows what the steps did."""

SAMPLE_S: Final = 0.8
"""Least time between two samples: a GX speaks each second, decisions come a little earlier or later."""


def obstacle(
    site_settings: SiteSettings,
    settings: ChargerSettings,
    memory: ChargerMemory,
    charger: ChargerReading,
    soc_pct: float | None,
    now_s: float,
) -> CheckEnd | None:
    """Name what forbids a check at this charger, the most weighty first; None = nothing does.

    `soc_pct` is the house battery's level, None = unknown.
    """
    state = charger.state
    override, paused = charger.manual_override, settings.pause_until_morning
    found = (
        (CheckEnd.SHADOW, site_settings.shadow),
        (CheckEnd.OFFLINE, not is_online(charger, now_s) or memory.mode is None),
        (CheckEnd.FAULT, state is not None and state.value is ChargerState.FAULT),
        (CheckEnd.SWITCHED_OFF, settings.mode is Mode.OFF and settings.temporary is None),
        (CheckEnd.NO_VEHICLE, not memory.connected),
        (CheckEnd.PAUSED, settings.mode is Mode.OFF or (paused and settings.temporary is None)),
        (CheckEnd.OVERRIDDEN, override is not None and override.value),
        (CheckEnd.BATTERY_LOW, soc_pct is not None and soc_pct <= site_settings.reserve_floor_pct),
    )
    return next((end for end, holds in found if holds), None)


def advance_check(
    site_settings: SiteSettings,
    settings: ChargerSettings,
    memory: ChargerMemory,
    charger: ChargerReading,
    site: SiteReading,
    view: SiteView,
    minimum_a: int,
) -> ChargerMemory:
    """Bring a charger's check to now: begin one that was asked for, go on, or end it.

    `minimum_a` is the least current the owner allows in the solar modes.
    """
    check, now_s = memory.check, view.now_s
    asked = settings.check_serial not in (0, check.serial)
    if not asked and not check.running:
        return memory
    if asked:
        check = _begin(settings, charger, minimum_a, now_s)
    end = obstacle(site_settings, settings, memory, charger, view.soc_pct, now_s)
    end = end or _trouble(check, site_settings, settings, memory, view)
    if end is not None:
        outcome = Outcome(verdict=Verdict.INTERRUPTED, ended_by=end)
        return _finish(memory, check, outcome, now_s)
    if check.high_a - check.low_a < LEAST_STEP_A:
        limit_a = float(check.high_a)
        return _finish(memory, check, _found(FindingCode.LIMIT_TOO_LOW, limit_a=limit_a), now_s)
    if check.stage is CheckStage.STARTING:
        return _start(memory, check, charger, now_s)
    return _step(settings, memory, check, charger, site, view)


def want_check(check: Check, now_s: float) -> Want:
    """What a running check wants; a person asked for it, so it waits for no dwell time."""
    started = check.stage is CheckStage.STEPPING
    spent_s = min(HOLDS_S[check.step], now_s - check.stepped_at_s) if started else 0.0
    numbers = {
        "step": check.step + 1.0,
        "steps": float(STEPS),
        "left_s": sum(HOLDS_S[check.step :]) - spent_s,
    }
    return Want(
        current_a=_level_a(check),
        status=Status.CHARGING,
        reason=Reason(ReasonCode.CHECKING, numbers),
        urgent=True,
    )


def _level_a(check: Check) -> int:
    """The even steps are the low ones."""
    return check.high_a if check.step % 2 else check.low_a


def _begin(
    settings: ChargerSettings, charger: ChargerReading, minimum_a: int, now_s: float
) -> Check:
    low_a = max(MIN_CURRENT_A, min(minimum_a, LOW_AT_MOST_A))
    chosen_a = max(settings.solar_max_current_a, settings.medium_current_a, settings.fast_current_a)
    return Check(
        serial=settings.check_serial,
        stage=CheckStage.STARTING,
        chosen=Choice.of(settings),
        low_a=low_a,
        high_a=min(low_a + STEP_A, HIGH_AT_MOST_A, chosen_a, ceiling_a(settings, charger)),
        started_at_s=now_s,
        stepped_at_s=now_s,
        decided_at_s=now_s,
    )


def _trouble(
    check: Check,
    site_settings: SiteSettings,
    settings: ChargerSettings,
    memory: ChargerMemory,
    view: SiteView,
) -> CheckEnd | None:
    """Name what ends a check that was allowed to begin."""
    if view.now_s - check.decided_at_s > GAP_S:
        return CheckEnd.GAP
    if Choice.of(settings) != check.chosen:
        return CheckEnd.MODE_CHANGED
    if view.islanded and not site_settings.allow_islanded:
        return CheckEnd.GRID_LOST
    if view.trust >= Trust.MINIMUM:
        return CheckEnd.DATA_OLD
    changed_at_s = memory.changed_at_s
    since_at_s = max(check.started_at_s, changed_at_s or check.started_at_s)
    if memory.offered_current_a == 0 and view.now_s - since_at_s > LIMITED_S:
        return CheckEnd.LIMITED
    return None


def _start(
    memory: ChargerMemory, check: Check, charger: ChargerReading, now_s: float
) -> ChargerMemory:
    """Wait for the car to draw, then begin the first step."""
    waited_s = now_s - check.started_at_s
    power_w = charging_power_w(charger, now_s)
    if memory.charging_at_s is not None and power_w is not None and power_w >= LEAST_DRAW_W:
        check = replace(check, stage=CheckStage.STEPPING, stepped_at_s=now_s)
    elif waited_s >= START_S:
        outcome = _found(FindingCode.CAR_NOT_DRAWING, waited_s=waited_s)
        return _finish(memory, check, outcome, now_s)
    return replace(memory, check=replace(check, decided_at_s=now_s))


def _step(
    settings: ChargerSettings,
    memory: ChargerMemory,
    check: Check,
    charger: ChargerReading,
    site: SiteReading,
    view: SiteView,
) -> ChargerMemory:
    """Take a sample and go on to the next step when this one has been held long enough."""
    now_s = view.now_s
    if memory.idle_at_s is not None and now_s - memory.idle_at_s >= STOPPED_S:
        outcome = _found(FindingCode.CAR_NOT_DRAWING, waited_s=now_s - memory.idle_at_s)
        return _finish(memory, check, outcome, now_s)
    check = _sample(memory, check, charger, site, now_s)
    if not _is_held(check, now_s):
        return replace(memory, check=replace(check, decided_at_s=now_s))
    if check.step + 1 < STEPS:
        check = replace(check, step=check.step + 1, stepped_at_s=now_s, decided_at_s=now_s)
        return replace(memory, check=check)
    volts = view.voltage_v or known(charger.voltage_v) or view.nominal_voltage_v
    return _finish(memory, check, judge(check, settings, volts), now_s)


def _sample(
    memory: ChargerMemory,
    check: Check,
    charger: ChargerReading,
    site: SiteReading,
    now_s: float,
) -> Check:
    """Note the powers of this moment, where all that are needed are known."""
    charging_w = charging_power_w(charger, now_s)
    grid_w, battery_w = known(site.grid_power_w), known(site.battery_power_w)
    if check.samples and now_s - check.samples[-1].at_s < SAMPLE_S:
        return check
    if charging_w is None or grid_w is None or battery_w is None:
        return check
    sample = CheckSample(
        at_s=now_s,
        step=check.step,
        stepped_at_s=check.stepped_at_s,
        read_s=_read_s(memory, check, charger, site, now_s),
        offered_a=memory.offered_current_a,
        charging_w=charging_w,
        grid_w=grid_w,
        battery_w=battery_w,
        pv_w=known(site.pv_power_w),
        consumption_w=known(site.consumption_power_w),
        grid_phases_w=_phases_w(site),
        current_a=known(charger.charging_current_a),
    )
    return replace(check, samples=(*check.samples, sample))


def _phases_w(site: SiteReading) -> tuple[float, ...]:
    """Give the power of each phase of the grid, W; nothing where one of them is no number."""
    powers_w = [known(reading) for reading in site.grid_phase_powers_w]
    found = tuple(power_w for power_w in powers_w if power_w is not None)
    return found if len(found) == len(powers_w) else ()


def _read_s(
    memory: ChargerMemory,
    check: Check,
    charger: ChargerReading,
    site: SiteReading,
    now_s: float,
) -> float:
    """Tell how long after the offer's last change charger and site were read, s.

    A power of the site that stays the same is not told again by everybody: the newer one counts.
    """
    changed_at_s = max(check.stepped_at_s, memory.changed_at_s or check.stepped_at_s)
    of_site = (site.grid_power_w, site.battery_power_w)
    read_at_s = max((power.at_s for power in of_site if power is not None), default=now_s)
    power = charger.charging_power_w
    return min(read_at_s, now_s if power is None else power.at_s) - changed_at_s


def _is_held(check: Check, now_s: float) -> bool:
    """Tell whether this step has lasted long enough, and its settled readings have come."""
    held_s = now_s - check.stepped_at_s
    if held_s < HOLDS_S[check.step]:
        return False
    settled = [
        item for item in check.samples if item.step == check.step and item.read_s >= SETTLED_S
    ]
    read = bool(settled) and now_s - settled[0].at_s >= READ_S
    return read or held_s >= PATIENCE_S


def _finish(memory: ChargerMemory, check: Check, outcome: Outcome, now_s: float) -> ChargerMemory:
    """End a check; what the mode had begun to watch before begins anew."""
    check = replace(check, stage=CheckStage.DONE, decided_at_s=now_s, samples=(), outcome=outcome)
    return replace(memory, check=check, below_at_s=None, under_at_s=None, probe=Probe())


def _found(code: FindingCode, **numbers: float) -> Outcome:
    return Outcome(verdict=Verdict.FINDINGS, findings=(Finding(code=code, numbers=numbers),))
