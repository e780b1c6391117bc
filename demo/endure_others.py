"""People and other programs at the charger, and a reload: nobody fights, nothing opens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import time
from typing import Any, Final

import aiohttp

from custom_components.victron_openevse.openevse.claim import QUARREL_S
from simulator.scenario import SCENARIOS

from .checks import require
from .endure_stage import (
    CHARGES_S,
    CURRENT,
    TEST_A,
    Saw,
    charge_at,
    charges,
    claims_since,
    issue,
    shows,
    stayed_closed,
)
from .entities import Entities, find_entities
from .hass import HomeAssistant
from .install import DOMAIN, MQTT, install
from .ports import LOOPBACK, any_port
from .seed import seed
from .smoke import MODE
from .stack import HASS_START_TIMEOUT_S, POLL_S, Stack
from .talk import DemoError
from .waiting import until

PERSON_A: Final = 10
PERSON_S: Final = 20.0
"""How long the person's wish is watched."""
SHOWN_S: Final = 10.0
OBEYED_S: Final = 10.0
YIELDED_CLAIMS: Final = 1
"""One claim may have been under way when the person came."""
SECOND: Final = "home-assistant-2"
SECOND_A: Final = 10
BOTH_S: Final = 180.0
CLAIMS_PER_MIN: Final = 20.0
"""Of both together: no shouting, one every three seconds at the very most."""
NAMED_S: Final = 240.0
RELOAD_S: Final = 30.0


async def person(stack: Stack, saw: Saw) -> None:
    """A person overrides over MQTT, then on the charger's page, and lets go each time."""
    await charge_at(stack)
    topic = f"{stack.charger.base}/override/set"
    wish = {"state": "active", "charge_current": PERSON_A, "auto_release": True}
    await stack.wire.publish(topic, json.dumps(wish))
    await _yields(stack, saw, f"{PERSON_A} A over MQTT", PERSON_A)
    await stack.wire.publish(topic, "clear")
    took_s = await charges(stack, TEST_A, since_s=time.monotonic())
    saw(f"released: {TEST_A} A again after {took_s:.1f} s")
    await _override_by_page(stack, "POST", {"state": "disabled"})
    await _yields(stack, saw, "a stop on the charger's page", 0)
    await _override_by_page(stack, "DELETE", None)
    took_s = await charges(stack, TEST_A, since_s=time.monotonic())
    saw(f"released: {TEST_A} A again after {took_s:.1f} s")


async def _override_by_page(stack: Stack, method: str, wish: dict[str, str] | None) -> None:
    url = f"http://{LOOPBACK}:{stack.charger_port}/override"
    async with aiohttp.ClientSession() as session, session.request(method, url, json=wish) as done:
        require(done.ok, f"the charger answered {done.status} to {method} /override")


async def _yields(stack: Stack, saw: Saw, what: str, current_a: int) -> None:
    """Check that the person's wish is obeyed, shown and not fought for a while."""
    asked_s = time.monotonic()
    obeyed_s = await stack.house.becomes(
        f"the charger does {what}",
        lambda house: house.offered_a == current_a,
        since_s=asked_s,
        within_s=OBEYED_S,
    )
    shown_s = await shows(stack, "overridden", within_s=SHOWN_S)
    await asyncio.sleep(PERSON_S)
    sent = claims_since(stack, asked_s)
    require(sent <= YIELDED_CLAIMS, f"{sent} claims against the person")
    offered_a = stack.house.now.offered_a
    require(offered_a == current_a, f"after {PERSON_S:.0f} s the charger offers {offered_a} A")
    saw(
        f"{what}: obeyed after {obeyed_s:.1f} s, shown {shown_s:.1f} s later, {sent} claims in {PERSON_S:.0f} s"
    )


async def reload(stack: Stack, saw: Saw) -> None:
    """Reload the integration while the car charges."""
    await charge_at(stack)
    since_s = time.monotonic()
    await reload_entry(stack)
    shown_s = await shows(stack, "charging", within_s=RELOAD_S)
    saw(f"reloaded, shown as charging again {time.monotonic() - since_s:.1f} s later")
    await asyncio.sleep(RELOAD_S - shown_s)
    seen = [state.offered_a for _at_s, state in stack.house.since(since_s)]
    require(set(seen) == {TEST_A}, f"the charger offered {sorted(set(seen))} A")
    saw(f"{TEST_A} A in each of {len(seen)} seconds, {claims_since(stack, since_s)} claims sent")
    stayed_closed(stack, since_s, saw)


async def reload_entry(stack: Stack) -> None:
    """Reload the integration as its menu on the page does."""
    entry_id = await _entry_id(stack)
    await stack.hass.post(f"/api/config/config_entries/entry/{entry_id}/reload", {})


async def _entry_id(stack: Stack) -> str:
    entries: list[dict[str, Any]] = await stack.hass.command("config_entries/get", domain=DOMAIN)
    if len(entries) != 1:
        raise DemoError(f"{len(entries)} entries of the integration, one is expected")
    return str(entries[0]["entry_id"])


async def two_of_us(stack: Stack, saw: Saw) -> None:
    """A second Home Assistant steers the same charger at another current."""
    await charge_at(stack)
    async with _second(stack, saw) as other:
        began_s = time.monotonic()
        await other.set_number(CURRENT, float(SECOND_A))
        await other.select(MODE, "medium")
        saw(f"one wants {TEST_A} A, the other {SECOND_A} A")
        await issue(stack, "charger_contested", within_s=NAMED_S)
        saw(f"named in a repair after {time.monotonic() - began_s:.0f} s")
        await asyncio.sleep(max(0.0, began_s + BOTH_S - time.monotonic()))
        _no_shouting(stack, began_s, saw)
    within_s = QUARREL_S + CHARGES_S
    alone_s = await charges(stack, TEST_A, since_s=time.monotonic(), within_s=within_s)
    saw(f"{TEST_A} A again {alone_s:.0f} s after the other one stopped")


def _no_shouting(stack: Stack, since_s: float, saw: Saw) -> None:
    minutes = (time.monotonic() - since_s) / 60.0
    rate = claims_since(stack, since_s) / minutes
    last = claims_since(stack, time.monotonic() - 60.0)
    saw(f"{rate:.1f} claims a minute of both together, {last} in the last minute")
    require(rate <= CLAIMS_PER_MIN, f"{rate:.1f} claims a minute")
    stayed_closed(stack, since_s, saw)


@asynccontextmanager
async def _second(stack: Stack, saw: Saw) -> AsyncIterator[Entities]:
    """Run another Home Assistant on the same broker, with the integration set up."""
    folder, port = stack.folder / "second", any_port()
    token = _seed_second(stack, folder, port)
    program = str(stack.options.live_bin / "hass")
    command = [program, "--config", str(folder), "--skip-pip"]
    await stack.children.start(SECOND, command, cwd=folder)
    try:
        async with HomeAssistant(port, token) as hass:
            await until(
                hass.running,
                within_s=HASS_START_TIMEOUT_S,
                what="the second Home Assistant has started",
                poll_s=POLL_S,
            )
            await install(hass, MQTT)
            saw(f"a second Home Assistant on port {port} has the same charger")
            yield await find_entities(hass)
    finally:
        await stack.children.stop(SECOND)


def _seed_second(stack: Stack, folder: Path, port: int) -> str:
    folder.mkdir()
    return seed(
        folder,
        place=SCENARIOS[stack.options.scenario].make_day().place,
        port=port,
        broker_port=stack.broker_port,
        integrations=stack.options.repo / "custom_components",
    )
