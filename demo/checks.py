"""Live checks of what is promised, each with a measured figure: `scripts/demo --check`.

They drive the running demo the way life does: clouds, a car that leaves, a charger that restarts,
a Home Assistant that is updated, an empty battery. The house's own record says what the contactor
did. Each leaves the house as it found it: car plugged in, mode solar, sun held at a middling power.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import time
from typing import Final

from .following import SUN_LOW_W, SUN_STEP_W, TRACKED_STATES, follow_sun, tracked
from .house_wire import HouseState
from .smoke import MODE, car_starts, fixed_mode
from .stack import Stack
from .talk import DemoError, say

SUN_GONE_W: Final = 200.0
"""Not enough for 6 A, so that only the battery could carry the car."""
TRACKING_S: Final = 30.0
"""The promise for a 1 kW step of the sun."""
SETTLE_S: Final = 60.0
SOC_HIGH_PCT: Final = 70.0
SOC_EMPTY_PCT: Final = 13.0
"""Below the owner's floor (15 % by default): there no cloud is ridden through."""
DWELL_MIN: Final = 1.0
"""Least on and off times during the checks, in minutes; 5 by default, which nobody waits for."""
DWELL_S: Final = 60.0
REACT_S: Final = 30.0
"""For the charger and the car to follow a decision."""
REBOOT_S: Final = 30.0
"""Of the charger's gateway, until the integration's claim is in force again."""
AWAY_STATES: Final = 3
"""Seconds that the car is seen away."""
ENERGY_ROUNDING_KWH: Final = 0.001


@dataclass(frozen=True, slots=True)
class Check:
    """A promise and how it is measured."""

    name: str
    run: Callable[[Stack], Awaitable[str]]
    """Returns the measured figures in words; raises DemoError when the promise is not kept."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a check ended."""

    name: str
    passed: bool
    text: str
    seconds: float


def require(condition: bool, what: str) -> None:  # noqa: FBT001 - it is the sentence's verb
    """Raise DemoError with `what` unless the condition holds."""
    if not condition:
        raise DemoError(what)


async def prepare(stack: Stack) -> None:
    """Bring house and settings into the state that every check starts from."""
    await stack.house.do("set_soc", soc_pct=SOC_HIGH_PCT)
    await stack.house.do("pv_hold", power_w=SUN_LOW_W)
    for role in ("site number.min_on_time", "site number.min_off_time"):
        await stack.entities.set_number(role, DWELL_MIN)


async def _charging_in_solar(stack: Stack) -> None:
    """Wait until the car follows the held sun."""
    mode = await stack.entities.state(MODE)
    if mode is None or mode.value != "solar":
        await stack.entities.select(MODE, "solar")
    await stack.house.do("pv_hold", power_w=SUN_LOW_W)
    await stack.house.stays(
        "the car follows the sun",
        tracked,
        states=TRACKED_STATES,
        since_s=time.monotonic(),
        within_s=SETTLE_S + DWELL_S,
    )


async def sun_step(stack: Stack) -> str:
    """A 1 kW step of the sun is in the car within 30 s, both ways."""
    await _charging_in_solar(stack)
    up_s = await follow_sun(stack, SUN_LOW_W + SUN_STEP_W, within_s=TRACKING_S)
    down_s = await follow_sun(stack, SUN_LOW_W, within_s=TRACKING_S)
    require(max(up_s, down_s) <= TRACKING_S, f"up {up_s:.0f} s, down {down_s:.0f} s")
    return f"up {up_s:.0f} s, down {down_s:.0f} s (promised {TRACKING_S:.0f} s)"


async def fixed_modes(stack: Stack) -> str:
    """Fast and medium are on the wire within 5 s."""
    return "; ".join([await fixed_mode(stack, "fast", 32), await fixed_mode(stack, "medium", 16)])


async def replug(stack: Stack) -> str:
    """A car that leaves and returns charges again, with one closing of the contactor."""
    await _charging_in_solar(stack)
    before = stack.house.now
    left_s = time.monotonic()
    await stack.house.do("unplug")
    await stack.house.becomes(
        "the contactor opens for the leaving car",
        lambda house: not house.contactor_closed,
        since_s=left_s + 1.0,
        within_s=REACT_S,
    )
    await stack.house.stays(
        "the car is away",
        lambda house: not house.plugged,
        states=AWAY_STATES,
        since_s=left_s,
        within_s=REACT_S,
    )
    back_s = time.monotonic()
    await stack.house.do("plug")
    charging_s = await stack.house.becomes(
        "the returned car charges",
        lambda house: house.plugged and house.car_w > 0,
        since_s=back_s,
        within_s=REACT_S,
    )
    closings = stack.house.now.closings - before.closings
    require(closings == 1, f"{closings} closings of the contactor, one is needed")
    return f"charges {charging_s:.1f} s after plugging in, 1 closing"


async def charger_reboot(stack: Stack) -> str:
    """A charger that restarts, and so forgets the claim, gets it again; the contactor stays."""
    await _charging_in_solar(stack)
    before = stack.house.now
    rebooted_s = time.monotonic()
    await stack.house.do("reboot_charger")
    claim_s, _current_a = await stack.charger.any_claim(since_s=rebooted_s + 1.0, within_s=REBOOT_S)
    await stack.house.stays(
        "the car follows the sun after the restart of the charger",
        tracked,
        states=TRACKED_STATES,
        since_s=rebooted_s + claim_s,
        within_s=SETTLE_S,
    )
    opened = _opened_since(stack, rebooted_s, before)
    require(not opened, "the contactor opened")
    return f"claim again after {claim_s + 1.0:.1f} s, contactor stayed closed"


def _opened_since(stack: Stack, since_s: float, before: HouseState) -> bool:
    """Whether the contactor opened since a moment at which it was closed."""
    history = [state for _at_s, state in stack.house.since(since_s)]
    opened = any(not state.contactor_closed for state in history)
    return opened or stack.house.now.closings != before.closings


async def hass_restart(stack: Stack) -> str:
    """A restart of Home Assistant does not disturb the session, nor lose a setting or energy."""
    await _charging_in_solar(stack)
    before = stack.house.now
    energy_before = await _energy(stack)
    stopped_s = time.monotonic()
    await stack.stop_hass()
    await stack.start_hass()
    await stack.hass_ready()
    ready_s = time.monotonic() - stopped_s
    tracked_s = await stack.house.stays(
        "the car follows the sun after the restart of Home Assistant",
        tracked,
        states=TRACKED_STATES,
        since_s=time.monotonic(),
        within_s=SETTLE_S,
    )
    require(not _opened_since(stack, stopped_s, before), "the contactor opened")
    await _same_settings(stack)
    energy = await _energy(stack)
    require(
        energy >= energy_before - ENERGY_ROUNDING_KWH,
        f"the energy counters went back from {energy_before:.3f} to {energy:.3f} kWh",
    )
    return f"back after {ready_s:.0f} s, follows again {tracked_s:.0f} s later, contactor stayed closed"


async def _same_settings(stack: Stack) -> None:
    mode = await stack.entities.state(MODE)
    require(mode is not None and mode.value == "solar", f"mode after the restart: {mode}")
    dwell_min = await stack.entities.number("site number.min_on_time")
    require(dwell_min == DWELL_MIN, f"minimum on time after the restart: {dwell_min} min")


async def _energy(stack: Stack) -> float:
    """Return the car's energy of all origins in kWh; raises DemoError when a counter is unknown."""
    total_kwh = 0.0
    for origin in ("solar", "battery", "grid"):
        counted = await stack.entities.number(f"charger sensor.energy_{origin}")
        if counted is None:
            raise DemoError(f"the counter of energy from {origin} is unknown")
        total_kwh += counted
    return total_kwh


async def reserve(stack: Stack) -> str:
    """Below the owner's floor the charger sleeps, at the resume level it wakes, once each."""
    await _charging_in_solar(stack)
    before = stack.house.now
    emptied_s = time.monotonic()
    await stack.house.do("pv_hold", power_w=SUN_GONE_W)
    await stack.house.do("set_soc", soc_pct=SOC_EMPTY_PCT)
    asleep_s = await stack.house.becomes(
        "the charger sleeps for the reserve",
        lambda house: not house.contactor_closed,
        since_s=emptied_s,
        within_s=DWELL_S + REACT_S,
    )
    filled_s = time.monotonic()
    await stack.house.do("set_soc", soc_pct=SOC_HIGH_PCT)
    awake_s = await stack.house.becomes(
        "the charger wakes at the resume level",
        lambda house: house.car_w > 0,
        since_s=filled_s,
        within_s=DWELL_S + REACT_S,
    )
    closings = stack.house.now.closings - before.closings
    require(closings == 1, f"{closings} closings of the contactor, one is needed")
    return f"sleeps after {asleep_s:.0f} s, wakes after {awake_s:.0f} s (least on and off {DWELL_S:.0f} s)"


CHECKS: Final = (
    Check("fast and medium on the wire", fixed_modes),
    Check("1 kW step of the sun", sun_step),
    Check("unplug and replug", replug),
    Check("charger restarts", charger_reboot),
    Check("Home Assistant restarts", hass_restart),
    Check("battery below the floor", reserve),
)


async def measure(stack: Stack, check: Check) -> Result:
    """Run one check and catch its failure."""
    started_s = time.monotonic()
    try:
        text = await check.run(stack)
    except DemoError as error:
        return Result(
            check.name, passed=False, text=str(error), seconds=time.monotonic() - started_s
        )
    return Result(check.name, passed=True, text=text, seconds=time.monotonic() - started_s)


async def run_checks(stack: Stack) -> None:
    """Run all checks and print their table; raises DemoError when one failed."""
    say(f"  ok    first start: {await car_starts(stack)}")
    await prepare(stack)
    failed: list[str] = []
    for check in CHECKS:
        result = await measure(stack, check)
        verdict = "ok    " if result.passed else "FAILED"
        say(f"  {verdict} {result.name}: {result.text} [{result.seconds:.0f} s]")
        if not result.passed:
            failed.append(result.name)
    if failed:
        raise DemoError(f"live checks failed: {', '.join(failed)}")
