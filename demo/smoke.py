"""The shortest proof that everything works together: `scripts/demo --smoke`.

The car starts charging by the integration's own decision, and every mode chosen with a service call
shows on the wire: as a claim of the integration, and as what the charger then offers.
"""

import time
from typing import Final

from .stack import Stack
from .talk import say

FIRST_CLAIM_S: Final = 45.0
"""Discovery and first readings; the charger says some things only every 30 s."""
CAR_STARTS_S: Final = 30.0
"""From a claim to power: the contactor closes, the car waits a few seconds and ramps up."""
MODE_CHANGE_S: Final = 5.0
"""The promise for a user's mode change, until it is on the wire."""
CHARGER_FOLLOWS_S: Final = 5.0
"""From the claim to the charger's own report."""
CHARGER_OPENS_S: Final = 10.0
"""A charger sleeps 3 s after it was told to, and reports changes at once."""
FIXED_MODES: Final = (("fast", 32), ("medium", 16))
"""Modes with a current of their own, at their defaults, in A."""

MODE: Final = "charger select.mode"


async def car_starts(stack: Stack) -> str:
    """The charger follows the integration's first claim, and the car draws power under it.

    Before, nobody claimed anything, and a charger without claims lets the car take what it wants.
    """
    since_s = stack.installed_at_s
    claim_s, current_a = await stack.charger.any_claim(since_s=since_s, within_s=FIRST_CLAIM_S)
    claimed_s = since_s + claim_s
    await stack.charger.pilot(current_a, since_s=claimed_s, within_s=CHARGER_FOLLOWS_S)
    car_s = await stack.house.becomes(
        "the car draws power under the claim",
        lambda house: house.car_w > 0,
        since_s=claimed_s,
        within_s=CAR_STARTS_S,
    )
    return f"first claim {claim_s:.1f} s after set-up, car charges {car_s:.1f} s later"


async def fixed_mode(stack: Stack, mode: str, current_a: int) -> str:
    """A mode with a fixed current shows on the wire in time."""
    asked_s = time.monotonic()
    await stack.entities.select(MODE, mode)
    claim_s = await stack.charger.claim(current_a, since_s=asked_s, within_s=MODE_CHANGE_S)
    pilot_s = await stack.charger.pilot(current_a, since_s=asked_s, within_s=CHARGER_FOLLOWS_S)
    return f"{mode} {current_a} A: claim {claim_s:.2f} s, pilot {pilot_s:.2f} s"


async def off(stack: Stack) -> str:
    """Off opens the contactor."""
    asked_s = time.monotonic()
    await stack.entities.select(MODE, "off")
    claim_s = await stack.charger.claim(0, since_s=asked_s, within_s=MODE_CHANGE_S)
    open_s = await stack.house.becomes(
        "the contactor opens",
        lambda house: not house.contactor_closed,
        since_s=asked_s,
        within_s=CHARGER_OPENS_S,
    )
    return f"off: claim {claim_s:.2f} s, contactor open {open_s:.1f} s"


async def solar_again(stack: Stack) -> str:
    """A user's choice of solar starts the car again without waiting for a filter."""
    asked_s = time.monotonic()
    await stack.entities.select(MODE, "solar")
    claim_s, _current_a = await stack.charger.any_claim(since_s=asked_s, within_s=MODE_CHANGE_S)
    car_s = await stack.house.becomes(
        "the car draws power again",
        lambda house: house.car_w > 0,
        since_s=asked_s,
        within_s=CAR_STARTS_S,
    )
    return f"solar: claim {claim_s:.2f} s, car {car_s:.1f} s"


async def smoke(stack: Stack, started_s: float) -> None:
    """Run all of it and print one line of result; raises DemoError with the first that fails."""
    results = [await car_starts(stack)]
    results += [await fixed_mode(stack, mode, current_a) for mode, current_a in FIXED_MODES]
    results.append(await off(stack))
    results.append(await solar_again(stack))
    total_s = time.monotonic() - started_s
    say(f"smoke ok: {'; '.join(results)}; total {total_s:.0f} seconds")
