"""How often a contactor closed, and the budget of a day."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from custom_components.victron_openevse.control.closings import BEYOND_S, DAY_S, closings_today
from custom_components.victron_openevse.control.jumps import LASTS_S
from custom_components.victron_openevse.control.model import Mode, SiteSource, Status
from custom_components.victron_openevse.control.persist import dump, load
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import KEY, House

HOUR_S = 3600.0


def used_up(**how: Any) -> House:
    """A house at night whose contactor has closed as often as its owner allows, an hour ago."""
    house = House(pv_w=0.0, soc_pct=20.0, settings={"daily_closings": 3}, **how)
    house.run(30)
    at_s = house.now_s - HOUR_S
    worn = replace(house.own, closings=3, closings_at_s=(at_s - 100.0, at_s - 50.0, at_s))
    house.memory = replace(house.memory, chargers={KEY: worn})
    return house


def test_the_sun_may_not_close_more_often() -> None:
    """Sun enough, battery enough: it waits, and says so."""
    house = used_up()
    house.pv_w, house.soc_pct = 4000.0, 80.0

    answer = house.run(1800, 5.0)

    assert (answer.offered_current_a, answer.status) == (0, Status.WAITING_FOR_SUN)
    assert answer.reason.code is ReasonCode.CLOSINGS_USED_UP
    assert answer.reason.numbers["closings"] == 3
    assert answer.reason.numbers["left_s"] == pytest.approx(DAY_S - HOUR_S - 1900.0, abs=100.0)


def test_the_budget_returns_with_the_day() -> None:
    """The oldest closing is a day old: one more is free."""
    house = used_up()
    house.pv_w, house.soc_pct = 4000.0, 80.0
    house.run(60)
    house.now_s += DAY_S - HOUR_S

    house.run(120)

    assert house.charger.offered_current_a > 0


@pytest.mark.parametrize(
    ("mode", "first"),
    [
        pytest.param(Mode.FAST, Mode.SOLAR, id="fast"),
        pytest.param(Mode.MINIMUM_SOLAR, Mode.SOLAR, id="guaranteed minimum"),
        pytest.param(Mode.SOLAR, Mode.OFF, id="a person chose solar"),
    ],
)
def test_a_person_is_above_the_budget(mode: Mode, first: Mode) -> None:
    """Whoever chooses a mode gets it."""
    house = used_up(mode=first)
    house.pv_w, house.soc_pct = 4000.0, 80.0
    house.run(LASTS_S[SiteSource.MQTT] + 2)
    house.mode = mode

    assert house.run(2).offered_current_a > 0


def flap(house: House, minutes: int) -> list[float]:
    """Let the grid go each ten minutes for three; give when the contactor closed."""
    closed_at_s = []
    for minute in range(minutes):
        house.grid_connected = minute % 10 >= 3
        for _ in range(12):
            before = house.own.closings
            house.run(5, 5.0)
            closed_at_s += [house.now_s] * (house.own.closings - before)
    return closed_at_s


@pytest.mark.parametrize("mode", [Mode.FAST, Mode.MEDIUM, Mode.MINIMUM_SOLAR])
def test_a_grid_that_comes_and_goes_does_not_use_the_contactor_up(mode: Mode) -> None:
    """The mode's promise is kept, with an hour between two closings."""
    house = House(mode=mode, settings={"daily_closings": 3})
    house.run(60)
    closed_at_s = flap(house, 40)
    assert len(closed_at_s) == 3

    house.grid_connected = True
    answer = house.run(60)
    assert (answer.offered_current_a, answer.status) == (0, Status.LIMITED)
    assert answer.reason.code is ReasonCode.CLOSINGS_USED_UP
    assert answer.reason.numbers["left_s"] == pytest.approx(
        closed_at_s[-1] + BEYOND_S - house.now_s, abs=5.0
    )

    closed_at_s += flap(house, 180)
    assert [b - a >= BEYOND_S for a, b in pairwise(closed_at_s[2:])] == [True] * 3


def test_a_night_of_outages_costs_no_sun() -> None:
    """What another mode needed is in a book of its own, and the other way round."""
    house = House(mode=Mode.FAST, settings={"daily_closings": 3}, pv_w=0.0, soc_pct=80.0)
    house.run(60)
    flap(house, 40)
    house.grid_connected, house.mode, house.soc_pct = True, Mode.SOLAR, 30.0
    house.run(1800, 5.0)
    assert house.charger.offered_current_a == 0
    house.pv_w, house.soc_pct = 4000.0, 80.0
    house.run(600)
    assert house.charger.offered_current_a > 0


def test_a_person_does_not_wait_for_the_hour() -> None:
    house = House(mode=Mode.FAST, settings={"daily_closings": 3})
    house.run(60)
    flap(house, 40)
    house.grid_connected = True
    house.mode = Mode.MEDIUM
    assert house.run(2).offered_current_a > 0


def test_every_closing_is_counted_but_a_cars_own_cost_no_budget() -> None:
    """A car that pauses and resumes closes the contactor, but nobody may be kept from the sun for it."""
    house = House()
    house.run(20)
    for _ in range(4):
        house.wants = False
        house.run(5)
        house.wants = True
        house.run(5)

    assert house.own.closings == 5
    assert closings_today(house.own, house.mode, house.now_s) == 0


@pytest.mark.parametrize(
    ("mode", "counted"),
    [
        pytest.param(Mode.SOLAR, 1, id="by the sun"),
        pytest.param(Mode.SOLAR_ONLY, 1, id="by the sun alone"),
        pytest.param(Mode.MINIMUM_SOLAR, 1, id="the guaranteed minimum"),
        pytest.param(Mode.FAST, 1, id="fast"),
    ],
)
def test_only_starts_that_nobody_asked_for_cost_budget(mode: Mode, counted: int) -> None:
    """Plugging in was a person's; what closes later was the sun's, or a limit's that is over."""
    house = House(mode=mode, pv_w=6000.0)
    house.run(20)
    assert closings_today(house.own, house.mode, house.now_s) == 0

    slept = replace(house.own, free_start=False, offered_current_a=0, charging_at_s=None)
    house.memory = replace(house.memory, chargers={KEY: slept})
    house.offered_a = 0
    house.run(600, 5.0)

    assert house.offered_a > 0
    assert closings_today(house.own, house.mode, house.now_s) == counted


def test_the_day_outlives_a_restart() -> None:
    """Times are kept as ages, like all times."""
    house = used_up()
    stored = dump(house.memory, house.now_s)

    memory = load(stored, 50.0, absent_s=600.0).chargers[KEY]

    assert memory.closings == 3
    ages_s = [50.0 - at_s for at_s in memory.closings_at_s]
    assert ages_s == pytest.approx([HOUR_S + 700.0, HOUR_S + 650.0, HOUR_S + 600.0])
