"""What the scenarios of `scripts/endure` have in common: how they begin, look and tell.

A scenario begins with a car that charges at 20 A in the mode with a current of the owner's, or in mode
solar under a sun that is held still. What it sees is printed at once with the time it took; the first
thing that is not as promised ends it with a DemoError.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
import time
from typing import Any, Final

from .checks import prepare, require
from .house_wire import STATE, HouseState
from .smoke import MODE
from .stack import Stack
from .talk import say
from .waiting import until

TEST_A: Final = 20
"""The current at which Home Assistant is killed."""
CHARGES_S: Final = 90.0
"""From any state until the car charges as wanted: contactor, car, a claim that has to be repeated."""
DRAWS_LESS_A: Final = 0.5
"""A car takes its offer but for the rounding of its own meter."""
SAFE_STATE: Final = "charger select.safe_state"
CURRENT: Final = "charger number.medium_current"
ORIGINS: Final = ("solar", "battery", "grid")
ENERGY_ROUNDING_KWH: Final = 0.005
"""Counters are shown in hundredths."""
SETTINGS_TOPIC: Final = "/settings/"


@dataclass(frozen=True, slots=True)
class Saw:
    """Tells what one scenario saw."""

    name: str
    lines: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> None:
        """Print a line with the time of day."""
        self.lines.append(text)
        say(f"  {datetime.now().astimezone():%H:%M:%S} {self.name}: {text}")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that happens, and what has to come of it."""

    name: str
    title: str
    run: Callable[[Stack, Saw], Awaitable[None]]
    """Raises DemoError when a promise is not kept."""


async def charge_at(stack: Stack, current_a: int = TEST_A) -> None:
    """Have the car charge at a fixed current, with a charger that stops when we are gone."""
    await prepare(stack)
    await stack.entities.select(SAFE_STATE, "stop")
    await stack.entities.set_number(CURRENT, float(current_a))
    await stack.entities.select(MODE, "medium")
    await charges(stack, current_a, since_s=time.monotonic())


async def charges(
    stack: Stack, current_a: int, *, since_s: float, within_s: float = CHARGES_S
) -> float:
    """Wait until the car takes this current; return how long that took."""
    return await stack.house.becomes(
        f"the car charges at {current_a} A",
        lambda house: takes(house, current_a),
        since_s=since_s,
        within_s=within_s,
    )


def takes(house: HouseState, current_a: int) -> bool:
    """Whether the car is offered this current and draws it."""
    return house.offered_a == current_a and house.current_a >= current_a - DRAWS_LESS_A


async def energy_kwh(stack: Stack) -> dict[str, float]:
    """Return the car's counters of energy by origin; waits for those that are not there yet."""
    counters: dict[str, float] = {}

    async def known() -> bool:
        for origin in ORIGINS:
            counted = await stack.entities.number(f"charger sensor.energy_{origin}")
            if counted is None:
                return False
            counters[origin] = counted
        return True

    await until(known, within_s=CHARGES_S, what="the counters of energy are known")
    return counters


async def counters_kept(stack: Stack, before: dict[str, float], saw: Saw) -> None:
    """Check that no counter of energy went back."""
    after = await energy_kwh(stack)
    for origin, kwh in before.items():
        text = f"the counter of energy from {origin} went back from {kwh} to {after[origin]} kWh"
        require(after[origin] >= kwh - ENERGY_ROUNDING_KWH, text)
    saw(f"energy counters {_sum(before)} kWh before, {_sum(after)} kWh after")


def _sum(counters: dict[str, float]) -> str:
    return f"{sum(counters.values()):.2f}"


def opened_since(stack: Stack, since_s: float) -> bool:
    """Whether the contactor was open at any second since a moment."""
    return any(not state.contactor_closed for _at_s, state in stack.house.since(since_s))


def stayed_closed(stack: Stack, since_s: float, saw: Saw) -> None:
    """Check that the contactor stayed closed since a moment."""
    require(not opened_since(stack, since_s), "the contactor opened")
    saw("the contactor stayed closed")


def gx_document(stack: Stack) -> dict[str, Any]:
    """Return what the house tells of its GX: `writes`, `refused`, `flash_writes`."""
    seen = stack.wire.latest[STATE]
    found: dict[str, Any] = seen.json["gx"]
    return found


def settings_untouched(stack: Stack, saw: Saw) -> None:
    """Check that nothing was ever written to a setting of the GX, on the wire and in its flash."""
    topics = [topic for topic in stack.wire.latest if topic.startswith("W/")]
    written = [topic for topic in topics if SETTINGS_TOPIC in topic]
    flash_writes = gx_document(stack)["flash_writes"]
    require(not written and flash_writes == 0, f"settings of the GX were written: {written}")
    saw(f"GX: {len(topics)} topics written to, 0 of them settings; 0 writes to its flash")


def claims_since(stack: Stack, since_s: float) -> int:
    """Count the claims sent to the charger since a moment."""
    return len(stack.wire.recent(f"{stack.charger.base}/claim/set", since_s))


async def restart_hass(stack: Stack) -> float:
    """Start Home Assistant and wait until it runs; return how long that took."""
    started_s = time.monotonic()
    await stack.start_hass()
    await stack.hass_ready()
    return time.monotonic() - started_s


async def status(stack: Stack) -> str | None:
    """Return the charger's status as shown, None while it is unknown."""
    state = await stack.entities.state("charger sensor.status")
    return state.value if state else None


async def shows(stack: Stack, wanted: str, *, within_s: float) -> float:
    """Wait until the charger's status is shown; return how long that took."""
    since_s = time.monotonic()

    async def shown() -> bool:
        return await status(stack) == wanted

    await until(shown, within_s=within_s, what=f"the status {wanted} is shown")
    return time.monotonic() - since_s


async def issues(stack: Stack) -> list[dict[str, Any]]:
    """Return the repair issues that Home Assistant shows."""
    found = await stack.hass.command("repairs/list_issues")
    shown: list[dict[str, Any]] = found["issues"]
    return shown


async def issue(stack: Stack, key: str, *, within_s: float) -> dict[str, Any]:
    """Wait for a repair issue with this translation key."""

    async def raised() -> dict[str, Any] | None:
        return next((one for one in await issues(stack) if one["translation_key"] == key), None)

    return await until(raised, within_s=within_s, what=f"the repair {key} is shown")


def log_lines(stack: Stack, words: str) -> list[str]:
    """Return the lines of Home Assistant's log that contain some words."""
    return [line for line in stack.children.log("home-assistant").splitlines() if words in line]


def no_new_trouble(stack: Stack, tracebacks: int, saw: Saw) -> None:
    """Check that nothing of ours failed with a traceback since that number of them was counted."""
    found = count_tracebacks(stack) - tracebacks
    require(found == 0, f"{found} tracebacks in Home Assistant's log")
    saw("no traceback in Home Assistant's log")


def count_tracebacks(stack: Stack) -> int:
    """Count the tracebacks in Home Assistant's log."""
    return len(log_lines(stack, "Traceback (most recent call last)"))
