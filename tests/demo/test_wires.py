"""What the observer reads from the wire, and the line it tells about it."""

import asyncio
from typing import Any

import pytest

from demo.charger_wire import ChargerWire, announced_base
from demo.house_wire import HouseState, HouseWire, first_run
from demo.story import line
from demo.talk import DemoError
from demo.wire import Seen, Wire

DOCUMENT: dict[str, Any] = {
    "time": "10:38:12",
    "sun_w": 4400,
    "pv_w": 3400,
    "battery_w": -500,
    "soc_pct": 61.8,
    "grid_w": 20,
    "house_w": 250,
    "car_w": 3300,
    "car": {
        "plugged": True,
        "offered_a": 14,
        "current_a": 14.0,
        "contactor_closed": True,
        "closings": 1,
        "openings_under_load": 0,
    },
}
CLAIM = '{"state":"%s","charge_current":%s,"max_current":"clear","auto_release":false}'


def wire_with(*messages: tuple[str, str]) -> Wire:
    """Return a wire over which these messages have passed, one a second from 0 s on."""
    wire = Wire()
    for at_s, (topic, payload) in enumerate(messages):
        wire.remember(Seen(topic, payload, retain=False, at_s=float(at_s)))
    return wire


def charger_with(*messages: tuple[str, str]) -> ChargerWire:
    return ChargerWire(wire_with(*messages), "evse")


async def test_expected_message_counts_from_the_given_moment() -> None:
    wire = wire_with(("a", "1"), ("b", "2"), ("a", "3"))
    seen = await wire.expect("a", lambda message: message.topic == "a", since_s=1.0, within_s=1.0)
    assert (seen.payload, seen.at_s) == ("3", 2.0)


async def test_message_that_does_not_come_is_named() -> None:
    with pytest.raises(DemoError, match="a claim for 32 A: not on the wire"):
        await charger_with().claim(32, since_s=0.0, within_s=0.0)


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        pytest.param(CLAIM % ("active", "16"), 16, id="offers"),
        pytest.param(CLAIM % ("disabled", '"clear"'), 0, id="stops"),
    ],
)
async def test_claim_is_read(claim: str, wanted: int) -> None:
    charger = charger_with(("evse/power", "0"), ("evse/claim/set", claim))
    assert await charger.claim(wanted, since_s=0.0, within_s=1.0) == 1.0


async def test_incomplete_claim_is_refused() -> None:
    charger = charger_with(("evse/claim/set", '{"state":"active","charge_current":16}'))
    with pytest.raises(DemoError, match="auto_release, max_current"):
        await charger.claim(16, since_s=0.0, within_s=1.0)


def test_charger_is_found_by_its_announcement_and_not_by_its_last_will() -> None:
    will = ("openevse/announce/1", '{"state":"disconnected","id":"x"}')
    announced = ("openevse/announce/2", '{"state":"connected","id":"y","mqtt":"evse"}')
    assert announced_base(wire_with(will)) is None
    assert announced_base(wire_with(will, announced)) == "evse"


def test_silent_house_is_an_error_and_not_an_old_state() -> None:
    with pytest.raises(DemoError, match="said nothing"):
        _ = HouseWire(wire_with()).now


@pytest.mark.parametrize(
    ("charging_w", "first_s"),
    [
        pytest.param([0, 5, 5, 5], 1.0, id="at-once"),
        pytest.param([5, 0, 5, 5, 5], 2.0, id="passing-through-does-not-count"),
        pytest.param([5, 5], None, id="not-long-enough"),
    ],
)
def test_first_run_of_wanted_states(charging_w: list[int], first_s: float | None) -> None:
    history = [
        (float(at_s), HouseState.read(DOCUMENT | {"car_w": car_w}))
        for at_s, car_w in enumerate(charging_w)
    ]
    assert first_run(history, lambda house: house.car_w > 0, 3) == first_s


def test_line_names_directions_and_hidden_sun() -> None:
    text = line(HouseState.read(DOCUMENT), "solar", "charging", "following surplus")
    assert text == (
        "10:38:12  sun 3400 W (+1000 W held back) | house  250 W | battery 62 %, gives 500 W"
        " | grid idle | car 3300 W, offered 14 A | solar: charging, following surplus"
    )


async def test_waiting_ends_when_the_message_comes_later() -> None:
    wire = wire_with()
    waiting = asyncio.create_task(
        wire.expect("late", lambda message: message.topic == "late", since_s=0.0, within_s=5.0)
    )
    await asyncio.sleep(0)
    await wire.take(Seen("late", "1", retain=False, at_s=7.0))
    assert (await waiting).at_s == 7.0
