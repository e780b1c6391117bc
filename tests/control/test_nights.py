"""What the house needs at night: learned from real turns of the day, kept across restarts."""

from dataclasses import replace
from math import exp
from typing import Any

import pytest

from custom_components.victron_openevse.control.memory import HouseMemory, Memory
from custom_components.victron_openevse.control.model import SiteSettings
from custom_components.victron_openevse.control.nights import (
    LONGEST_GAP_S,
    LONGEST_NIGHT_S,
    NIGHTS_KEPT,
    RECENT_S,
    expected_base_kwh,
    night_need_kwh,
    update_house,
    wake_house,
)
from custom_components.victron_openevse.control.persist import dump, load

MINUTE_S = 60.0
HOUR_MIN = 60
LOAD_W = 600.0
HOUR_S = 3600.0


def live(
    house: HouseMemory,
    minutes: int,
    *,
    pv_w: float | None,
    house_w: float | None = LOAD_W,
    curtailed: bool | None = False,
    hours_to_sunset: float | None = None,
) -> HouseMemory:
    """Let some minutes pass under the same sun and load."""
    for _ in range(minutes):
        house = update_house(
            house,
            pv_w=pv_w,
            house_w=house_w,
            curtailed=curtailed,
            hours_to_sunset=hours_to_sunset,
            dt_s=MINUTE_S,
        )
    return house


def test_a_night_is_what_the_arrays_did_not_give() -> None:
    house = live(HouseMemory(), 10, pv_w=0.0)
    assert house.dark
    house = live(house, 8 * HOUR_MIN, pv_w=0.0)
    house = live(house, HOUR_MIN, pv_w=LOAD_W / 2.0)
    house = live(house, 9, pv_w=2000.0)
    assert house.dark
    assert house.nights_kwh == ()
    house = live(house, 1, pv_w=2000.0)
    assert not house.dark
    assert house.nights_kwh == pytest.approx((8 * 0.6 + 0.3,)), "dusk counts by half"
    assert (house.night_kwh, house.night_s, house.turning_s) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("hours", "nights"),
    [
        pytest.param(3, 0, id="a storm of three hours is no night"),
        pytest.param(4, 1, id="four hours are a short night"),
        pytest.param(19, 1, id="nineteen are a northern one"),
        pytest.param(LONGEST_NIGHT_S / HOUR_S + 1, 0, id="a dull day is no night"),
    ],
)
def test_which_darkness_is_learned(hours: float, nights: int) -> None:
    house = live(HouseMemory(dark=True), round(hours * HOUR_MIN), pv_w=0.0)
    house = live(house, 10, pv_w=2000.0)
    assert not house.dark
    assert len(house.nights_kwh) == nights


@pytest.mark.parametrize(
    ("pv_w", "house_w", "curtailed", "minutes", "dark"),
    [
        pytest.param(0.0, 600.0, False, 9, False, id="nine minutes are a cloud"),
        pytest.param(0.0, 600.0, False, 10, True, id="ten minutes are an evening"),
        pytest.param(599.0, 600.0, True, 60, False, id="a throttled array is no evening"),
        pytest.param(599.0, 600.0, None, 60, True, id="unknown throttling hides no evening"),
        pytest.param(600.0, 600.0, False, 60, False, id="just enough sun is day"),
        pytest.param(None, 600.0, False, 60, True, id="inverters asleep say nothing"),
        pytest.param(None, 0.0, False, 60, False, id="a house that takes nothing needs none"),
        pytest.param(0.0, None, False, 60, False, id="an absent load is no darkness"),
    ],
)
def test_when_evening_has_come(
    pv_w: float | None, house_w: float | None, curtailed: bool | None, minutes: int, dark: bool
) -> None:
    house = live(HouseMemory(), minutes, pv_w=pv_w, house_w=house_w, curtailed=curtailed)
    assert house.dark is dark


def test_a_break_in_the_clouds_starts_the_ten_minutes_anew() -> None:
    house = live(HouseMemory(), 9, pv_w=0.0)
    house = live(house, 1, pv_w=2000.0)
    assert not live(house, 9, pv_w=0.0).dark
    assert live(house, 10, pv_w=0.0).dark


def test_a_decision_without_time_turns_nothing() -> None:
    house = HouseMemory(turning_s=599.0)
    same = update_house(
        house, pv_w=0.0, house_w=600.0, curtailed=False, hours_to_sunset=None, dt_s=0.0
    )
    assert same == house


def test_only_the_last_two_weeks_are_kept() -> None:
    house = HouseMemory(nights_kwh=tuple(float(n) for n in range(NIGHTS_KEPT)), dark=True)
    house = live(house, 5 * HOUR_MIN, pv_w=0.0)
    house = live(house, 10, pv_w=2000.0)
    assert len(house.nights_kwh) == NIGHTS_KEPT
    assert house.nights_kwh[0] == 1.0
    assert house.nights_kwh[-1] == pytest.approx(5 * 0.6)


@pytest.mark.parametrize(
    ("before_h", "now_h", "today_kwh"),
    [
        pytest.param(6.0, 5.9, 5.1, id="the day goes on"),
        pytest.param(0.01, 23.9, 0.1, id="sunset has passed"),
        pytest.param(5.0, 16.5, 5.1, id="a jump of less than half a day is a clock being set"),
        pytest.param(None, 23.9, 5.1, id="it was not known before"),
        pytest.param(6.0, None, 5.1, id="it is not known now"),
    ],
)
def test_the_sun_of_today(before_h: float | None, now_h: float | None, today_kwh: float) -> None:
    house = HouseMemory(pv_today_kwh=5.0, hours_to_sunset=before_h)
    house = live(house, 1, pv_w=6000.0, hours_to_sunset=now_h)
    assert house.pv_today_kwh == pytest.approx(today_kwh)
    assert house.hours_to_sunset == (before_h if now_h is None else now_h)


def test_a_sunset_is_noticed_although_the_hours_were_unknown_for_a_while() -> None:
    house = live(HouseMemory(pv_today_kwh=5.0), 1, pv_w=0.0, hours_to_sunset=0.5)
    house = live(house, HOUR_MIN, pv_w=0.0)
    house = live(house, 1, pv_w=0.0, hours_to_sunset=23.5)
    assert house.pv_today_kwh == 0.0


def test_the_recent_sun_follows_the_sky() -> None:
    minutes = round(RECENT_S / MINUTE_S)
    house = live(HouseMemory(), minutes, pv_w=3000.0)
    assert house.pv_recent_w == pytest.approx(3000.0 * (1.0 - exp(-1.0)))
    dark = live(house, minutes, pv_w=None)
    assert dark.pv_recent_w == pytest.approx(house.pv_recent_w * exp(-1.0))
    assert live(house, 20 * minutes, pv_w=3000.0).pv_recent_w == pytest.approx(3000.0)


IN_THE_NIGHT = HouseMemory(
    nights_kwh=(4.0, 3.0),
    night_kwh=1.5,
    night_s=2 * HOUR_S,
    dark=True,
    turning_s=60.0,
    pv_today_kwh=9.0,
    pv_recent_w=200.0,
    hours_to_sunset=5.0,
)
FORGOTTEN = replace(
    IN_THE_NIGHT, night_kwh=0.0, night_s=0.0, dark=False, turning_s=0.0, pv_recent_w=0.0
)
NEXT_DAY = replace(FORGOTTEN, pv_today_kwh=0.0, hours_to_sunset=None)


@pytest.mark.parametrize(
    ("left_h", "absent_s", "expected"),
    [
        pytest.param(5.0, LONGEST_GAP_S - 1.0, IN_THE_NIGHT, id="a restart forgets nothing"),
        pytest.param(5.0, LONGEST_GAP_S, FORGOTTEN, id="a running night of unknown length"),
        pytest.param(5.0, 4.9 * HOUR_S, FORGOTTEN, id="still the same day"),
        pytest.param(5.0, 5.1 * HOUR_S, NEXT_DAY, id="a sunset lies in between"),
        pytest.param(None, LONGEST_GAP_S, NEXT_DAY, id="a sunset may lie in between"),
    ],
)
def test_what_an_absence_makes_unknown(
    left_h: float | None, absent_s: float, expected: HouseMemory
) -> None:
    house = replace(IN_THE_NIGHT, hours_to_sunset=left_h)
    if expected is not NEXT_DAY:
        expected = replace(expected, hours_to_sunset=left_h)
    assert wake_house(house, absent_s) == expected
    stored = dump(Memory(house=house), 1000.0)
    assert load(stored, now_s=5.0, absent_s=absent_s).house == expected


@pytest.mark.parametrize(
    ("nights", "need_kwh"),
    [
        pytest.param((), None, id="nothing learned"),
        pytest.param((4.0, 4.0, 4.0, 4.0), None, id="four nights are too few"),
        pytest.param((5.0, 1.0, 3.0, 2.0, 4.0), 4.0, id="five: the fourth by size"),
        pytest.param((3.0,) * 13 + (20.0,), 3.0, id="guests on one night do not count"),
        pytest.param((3.0,) * 10 + (0.5,) * 4, 3.0, id="four nights away are not believed"),
        pytest.param((3.0,) * 5 + (0.5,) * 9, 0.5, id="nine nights away are"),
    ],
)
def test_the_coming_nights_need(nights: tuple[float, ...], need_kwh: float | None) -> None:
    assert night_need_kwh(HouseMemory(nights_kwh=nights)) == need_kwh


@pytest.mark.parametrize(
    ("hours", "kwh"),
    [
        pytest.param(4.0, 1.0, id="four hours at 250 W"),
        pytest.param(-1.0, 0.0, id="no time is left"),
    ],
)
def test_the_base_load_takes(hours: float, kwh: float) -> None:
    assert expected_base_kwh(SiteSettings(base_load_w=250.0), hours) == kwh


def test_what_was_learned_survives_a_restart() -> None:
    house = HouseMemory(
        nights_kwh=(4.5, 3.25), night_kwh=1.5, night_s=7200.0, dark=True, hours_to_sunset=16.0
    )
    back = load(dump(Memory(house=house), 1000.0), now_s=5.0, absent_s=60.0)
    assert back.house == house


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(None, HouseMemory(), id="stored before houses were learned"),
        pytest.param([1, 2], HouseMemory(), id="no mapping"),
        pytest.param({"nights_kwh": 4.0}, HouseMemory(), id="a number instead of nights"),
        pytest.param(
            {"nights_kwh": [4.0, "x", None, True, -1.0, float("nan"), 10**400, 3]},
            HouseMemory(nights_kwh=(4.0, 3.0)),
            id="damaged nights are dropped, sound ones stay",
        ),
        pytest.param(
            {"nights_kwh": [4.0], "pv_today_kwh": -3.0, "dark": "yes"},
            HouseMemory(nights_kwh=(4.0,)),
            id="damaged fields keep their defaults",
        ),
    ],
)
def test_a_damaged_house_loses_only_the_damage(data: Any, expected: HouseMemory) -> None:
    assert load({"house": data, "chargers": {}}, 100.0, 5.0).house == expected


@pytest.mark.parametrize("chargers", [None, [], "none"])
def test_damaged_chargers_leave_the_house_alone(chargers: Any) -> None:
    memory = load({"house": {"nights_kwh": [4.0]}, "chargers": chargers}, 100.0, 5.0)
    assert memory.house.nights_kwh == (4.0,)
    assert memory.chargers == {}
