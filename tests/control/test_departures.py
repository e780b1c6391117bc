"""Whose departure counts, and which of two cars the battery helps."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.victron_openevse.control.contactor import FULL_AFTER_S
from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import ChargerMemory, Exchange
from custom_components.victron_openevse.control.model import (
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Decision,
    Mode,
    Priority,
    Readings,
    Settings,
    SiteSettings,
)
from custom_components.victron_openevse.control.plan import FULL_LEVEL_PCT
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import House, at, home

NOT_DRAWING = {
    "state": ChargerState.CONNECTED,
    "charging_power_w": 0.0,
    "charging_current_a": 0.0,
}
"""Plugged in, but the car opened its contactor."""


@pytest.mark.parametrize(
    ("how", "lowered"),
    [
        pytest.param({}, True, id="a plugged car in solar"),
        pytest.param({"vehicle": False}, False, id="no car is plugged in"),
        pytest.param({"mode": Mode.FAST}, False, id="fast needs no plan"),
        pytest.param({"mode": Mode.SOLAR_ONLY}, False, id="solar only has no part in the battery"),
        pytest.param({"departure_h": None}, False, id="nobody said when it leaves"),
    ],
)
def test_whose_departure_counts(how: dict[str, Any], lowered: bool) -> None:
    house = home(Priority.HOUSE_FIRST, **{"departure_h": 2.0, **how})
    house.run(5)
    assert house.decision is not None
    reserve_pct = house.decision.site.reserve_pct
    assert reserve_pct is not None
    assert (reserve_pct < 90.0) is lowered


def _two_chargers(
    house: House, offered_a: tuple[int, int], second: dict[str, Any]
) -> dict[str, ChargerReading]:
    chargers = {}
    for key, amps in zip("ab", offered_a, strict=True):
        house.offered_a = amps
        chargers[key] = house.charger_reading()
    seen = {name: at(value, house.now_s) for name, value in second.items()}
    chargers["b"] = replace(chargers["b"], **seen)
    return chargers


def decide_for_two(
    orders: tuple[int, int],
    offered_a: tuple[int, int],
    departures: dict[str, float],
    second: dict[str, Any] | None = None,
    running: ChargerMemory | None = None,
    **own: Any,
) -> Decision:
    """Two cars under one sun, at a house whose battery may add all it can.

    `second` is what the second charger says otherwise than the first, `running` what is remembered
    of it, `own` its settings.
    """
    house = home(Priority.HOUSE_FIRST, pv_w=6000.0, soc_pct=97.0, offered_a=10)
    settings = Settings(
        site=SiteSettings(priority=Priority.HOUSE_FIRST),
        chargers={
            "a": ChargerSettings(mode=Mode.SOLAR, order=orders[0]),
            "b": ChargerSettings(**{"mode": Mode.SOLAR, "order": orders[1], **own}),
        },
    )
    memory, decision = house.memory, None
    if running is not None:
        memory = replace(memory, chargers={"b": running})
    for _ in range(20):
        house.now_s += 1.0
        chargers = _two_chargers(house, offered_a, second or {})
        house.offered_a = sum(offered_a)
        exchange = Exchange(lift_cap_w=3000.0)
        memory = replace(memory, site=replace(memory.site, exchange=exchange))
        readings = Readings(
            site=house.site_reading(),
            chargers=chargers,
            hours_to_sunset=6.0,
            day_length_h=12.0,
            hours_to_departure=departures,
        )
        decision, memory = decide(settings, memory, readings, house.now_s)
    assert decision is not None
    return decision


@pytest.mark.parametrize(
    ("orders", "offered_a", "helped"),
    [
        pytest.param((1, 2), (10, 10), "a", id="the first in the owner's order"),
        pytest.param((2, 1), (10, 10), "b", id="whatever its name"),
        pytest.param((1, 1), (10, 10), "a", id="without an order: by name"),
    ],
)
def test_the_battery_adds_to_one_car_only(
    orders: tuple[int, int], offered_a: tuple[int, int], helped: str
) -> None:
    decision = decide_for_two(orders, offered_a, {"a": 2.0, "b": 2.0})
    sharing = [
        key
        for key, charger in decision.chargers.items()
        if charger.reason.code is ReasonCode.SHARING_BATTERY
    ]
    assert sharing == [helped]


@pytest.mark.parametrize(
    ("departures", "like"),
    [
        pytest.param({"a": 4.0, "b": 2.0}, 4.0, id="the last car could take the sun until then"),
        pytest.param({"a": 2.0, "b": 2.0, "c": 5.0}, 2.0, id="a stranger does not count"),
        pytest.param({"a": 2.0}, None, id="one stays: its sun is not lost"),
        pytest.param({"unknown": 1.0}, None, id="both stay"),
    ],
)
def test_the_last_departure_counts(departures: dict[str, float], like: float | None) -> None:
    found = decide_for_two((1, 2), (10, 10), departures).site.reserve_pct
    both = {} if like is None else {"a": like, "b": like}
    assert found == decide_for_two((1, 2), (10, 10), both).site.reserve_pct
    assert found is not None
    assert (found < FULL_LEVEL_PCT) is (like is not None)


@pytest.mark.parametrize(
    ("second", "own", "lowered"),
    [
        pytest.param(
            {"vehicle_connected": False, "state": ChargerState.DISCONNECTED},
            {},
            True,
            id="no car at the second charger",
        ),
        pytest.param({}, {"pause_until_morning": True}, True, id="paused until morning"),
        pytest.param({}, {"mode": Mode.FAST}, True, id="fast takes no part in the plan"),
        pytest.param({}, {}, False, id="a second car that stays"),
    ],
)
def test_a_second_charger_without_a_departure(
    second: dict[str, Any], own: dict[str, Any], lowered: bool
) -> None:
    found = decide_for_two((1, 2), (10, 10), {"a": 2.0}, second, **own)
    reserve_pct = found.site.reserve_pct
    assert reserve_pct is not None
    assert (reserve_pct < FULL_LEVEL_PCT) is lowered


@pytest.mark.parametrize(
    ("idle_s", "lowered"),
    [
        pytest.param(FULL_AFTER_S + 1.0, True, id="full: it takes no sun"),
        pytest.param(1.0, False, id="it may only pause"),
    ],
)
def test_a_second_car_that_draws_nothing(idle_s: float, lowered: bool) -> None:
    began_s = home(Priority.HOUSE_FIRST).now_s
    running = ChargerMemory(
        mode=Mode.SOLAR,
        connected=True,
        awake=True,
        offered_current_a=6,
        drew=True,
        closed_at_s=began_s - idle_s,
        idle_at_s=began_s - idle_s,
    )
    found = decide_for_two((1, 2), (10, 6), {"a": 2.0}, NOT_DRAWING, running).site.reserve_pct
    assert found is not None
    assert (found < FULL_LEVEL_PCT) is lowered
