"""Home Assistant dies: the charger stops by itself, and everything is as it was afterwards."""

import time
from typing import Final

from simulator.house_on_desk import PORTAL_ID

from .checks import hass_restart, require
from .endure_stage import (
    CHARGES_S,
    ORIGINS,
    TEST_A,
    Saw,
    charge_at,
    charges,
    counters_kept,
    restart_hass,
    settings_untouched,
)
from .endure_store import stored
from .smoke import MODE
from .stack import Stack
from .waiting import until

SAFE_STATE_S: Final = 180.0
"""The promise: three minutes."""
GUARDED_S: Final = 60.0
"""From charging until the charger holds the limit that stops it."""
LEAST_KWH: Final = 0.05
COUNTS_S: Final = 90.0
"""At 20 A the car takes 0.08 kWh a minute, and counters are written every ten seconds."""
USE_BATTERY: Final = "charger switch.use_battery"
OVERRIDE: Final = "hub4/0/Overrides/MaxDischargePower"
OVERRIDE_EXPIRY_S: Final = 300.0
"""The longer of the two expiries that are reported of GX devices."""
QUIET_KEEPALIVE: Final = '{"keepalive-options": ["suppress-republish"]}'
"""Lets a GX speak without saying everything once more."""
ASK_S: Final = 5.0
"""How often a GX that nobody keeps alive is asked, and so how exact the answer is."""
LIMIT_APPEARS_S: Final = 60.0
LET_GO_S: Final = 20.0
SUN_DIM_W: Final = 1500.0
"""Less than the car takes, so that there is something to keep the battery from."""


async def crash(stack: Stack, saw: Saw) -> None:
    """Kill Home Assistant at 20 A; the charger stops, and goes on with the next start."""
    await charge_at(stack)
    energy = await until(
        lambda: _counted(stack), within_s=COUNTS_S, what="energy is written down", poll_s=1.0
    )
    closings = stack.house.now.closings
    await _guarded(stack, saw)
    saw(f"charging at {stack.house.now.current_a:.1f} A; Home Assistant is killed (kill -9)")
    killed_s = time.monotonic()
    await stack.kill_hass()
    await _stops(stack, killed_s, saw)
    settings_untouched(stack, saw)
    await _comes_back(stack, TEST_A, saw)
    await counters_kept(stack, energy, saw)
    again = stack.house.now.closings - closings
    require(again == 1, f"{again} closings of the contactor, one is needed")
    saw("1 closing of the contactor")


async def _counted(stack: Stack) -> dict[str, float] | None:
    """Return the counters as written, once there is something that could get lost."""
    (charger,) = stored(stack)["memory"]["chargers"].values()
    counted = charger["meter"]["lifetime"]
    counters = {origin: float(counted[f"{origin}_kwh"]) for origin in ORIGINS}
    return counters if sum(counters.values()) > LEAST_KWH else None


async def _guarded(stack: Stack, saw: Saw) -> None:
    """Wait until the charger holds a limit that will stop it."""
    topic = f"{stack.charger.base}/limit"

    async def held() -> bool:
        seen = stack.wire.latest.get(topic)
        document = seen.json if seen else None
        return isinstance(document, dict) and document.get("type") == "time"

    await until(held, within_s=GUARDED_S, what="the charger holds the limit that stops it")
    saw(f"the charger holds its limit: {stack.wire.latest[topic].payload}")


async def _stops(stack: Stack, killed_s: float, saw: Saw) -> None:
    stopped_s = await stack.house.becomes(
        "the charger stops by itself",
        lambda house: not house.contactor_closed,
        since_s=killed_s,
        within_s=SAFE_STATE_S,
    )
    saw(
        f"charger in its safe state (stop) {stopped_s:.0f} s after the kill, promised {SAFE_STATE_S:.0f} s"
    )


async def _comes_back(stack: Stack, current_a: int, saw: Saw) -> None:
    """Start Home Assistant again and wait for the car."""
    ready_s = await restart_hass(stack)
    charging_s = await charges(stack, current_a, since_s=time.monotonic())
    saw(
        f"Home Assistant runs again after {ready_s:.0f} s, session at {current_a} A {charging_s:.0f} s later"
    )


async def orderly_restart(stack: Stack, saw: Saw) -> None:
    """Restart Home Assistant as an update does: the session goes on untouched."""
    await charge_at(stack)
    await stack.entities.select(MODE, "solar")
    saw(await hass_restart(stack))


async def crash_with_limit(stack: Stack, saw: Saw) -> None:
    """Kill Home Assistant while it keeps the battery out of the car: the GX forgets the limit."""
    await charge_at(stack, 16)
    await stack.house.do("pv_hold", power_w=SUN_DIM_W)
    await _use_battery(stack, on=False)
    await stack.entities.select(MODE, "fast")
    await charges(stack, 32, since_s=time.monotonic())
    limit = await until(
        lambda: _limit_at_gx(stack), within_s=LIMIT_APPEARS_S, what="the GX holds a discharge limit"
    )
    saw(f"fast without the battery: the GX holds {limit:.0f} W; Home Assistant is killed (kill -9)")
    killed_s = time.monotonic()
    await stack.kill_hass()
    await _stops(stack, killed_s, saw)
    await until(
        lambda: _no_limit_at_gx(stack),
        within_s=OVERRIDE_EXPIRY_S + ASK_S - (time.monotonic() - killed_s),
        what="the limit at the GX expires",
        poll_s=ASK_S,
    )
    saw(f"the limit at the GX expired by itself {time.monotonic() - killed_s:.0f} s after the kill")
    await _comes_back(stack, 32, saw)
    await _use_battery(stack, on=True)
    released_s = time.monotonic()
    await until(
        lambda: _no_limit_at_gx(stack), within_s=LET_GO_S, what="the GX's limit is released"
    )
    saw(f"use battery on: released after {time.monotonic() - released_s:.0f} s")
    settings_untouched(stack, saw)


async def _use_battery(stack: Stack, *, on: bool) -> None:
    service = "turn_on" if on else "turn_off"
    await stack.hass.call("switch", service, entity_id=stack.entities.id_of(USE_BATTERY))


async def _asked_limit(stack: Stack) -> dict[str, float | None]:
    """Ask the GX for the override; without a keepalive a GX would not answer."""
    asked_s = time.monotonic()
    await stack.wire.publish(f"R/{PORTAL_ID}/keepalive", QUIET_KEEPALIVE)
    await stack.wire.publish(f"R/{PORTAL_ID}/{OVERRIDE}", "")
    topic = f"N/{PORTAL_ID}/{OVERRIDE}"
    seen = await stack.wire.expect(
        "the GX's answer", lambda one: one.topic == topic, since_s=asked_s, within_s=CHARGES_S
    )
    answer: dict[str, float | None] = seen.json
    return answer


async def _limit_at_gx(stack: Stack) -> float | None:
    return (await _asked_limit(stack)).get("value")


async def _no_limit_at_gx(stack: Stack) -> bool:
    return await _limit_at_gx(stack) is None
