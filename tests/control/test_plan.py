"""Where the level lies below which the battery gives nothing, by priority, sun and departure."""

from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from custom_components.victron_openevse.control.memory import HouseMemory
from custom_components.victron_openevse.control.model import (
    Priority,
    Reading,
    Readings,
    SiteReading,
    SiteSettings,
)
from custom_components.victron_openevse.control.plan import (
    BALANCED_RESUME_PCT,
    CLAIM_MAX_W,
    DEPARTURE_LIFT_MAX_W,
    DEPARTURE_NEAR_H,
    DEPARTURE_SHARE,
    DISCHARGE_EFFICIENCY,
    DUSK_H,
    FULL_LEVEL_PCT,
    FULL_RESUME_PCT,
    HIGH_PCT,
    LEAST_HORIZON_H,
    LIFT_HORIZON_H,
    LIFT_MAX_W,
    NEED_SHARE,
    SUN_SHARE,
    Plan,
    make_plan,
)
from custom_components.victron_openevse.control.reserve import reserve_levels

CAPACITY_KWH = 10.0
FLOOR_PCT = 15.0
NOON = Readings(hours_to_sunset=6.0, day_length_h=12.0)
"""Half of the day's sun has come: what comes is as much as what came."""

BRIGHT_W = 9000.0
"""Recent sun that does not bound the guess from today's."""

NIGHT = Readings(hours_to_sunset=18.0, day_length_h=12.0)
UNKNOWN_HOURS = [
    pytest.param(nan, id="no number"),
    pytest.param(inf, id="endless"),
    pytest.param(-inf, id="endless the other way"),
    pytest.param(0.0, id="zero"),
    pytest.param(-2.0, id="negative"),
]


def plan(priority: Priority, readings: Readings = NOON, **how: Any) -> Plan:
    """A plan for a battery of 10 kWh with 8 kWh of sun today and nights as told."""
    settings = SiteSettings(
        priority=priority,
        battery_capacity_kwh=CAPACITY_KWH,
        reserve_floor_pct=FLOOR_PCT,
        base_load_w=250.0,
    )
    house = HouseMemory(
        nights_kwh=how.get("nights", (6.0,) * 5),
        pv_today_kwh=how.get("today_kwh", 8.0),
        pv_recent_w=how.get("recent_w", BRIGHT_W),
    )
    return make_plan(
        settings,
        house,
        readings,
        how.get("pv_mean_w", 250.0),
        how.get("soc_pct", 50.0),
        how.get("departure_h"),
    )


def pct(energy_kwh: float) -> float:
    """Energy as a part of the battery."""
    return 100.0 * energy_kwh / CAPACITY_KWH


def kept_pct(need_kwh: float) -> float:
    """What `balanced` keeps for a night."""
    return pct(NEED_SHARE * need_kwh / DISCHARGE_EFFICIENCY)


def test_house_first_keeps_the_battery_full() -> None:
    found = plan(Priority.HOUSE_FIRST)
    assert (found.levels.reserve_pct, found.levels.resume_pct) == (FULL_LEVEL_PCT, FULL_RESUME_PCT)
    assert found.keeps_full


@pytest.mark.parametrize(
    ("priority", "nights"),
    [
        pytest.param(Priority.CAR_FIRST, (6.0,) * 5, id="car first, whatever was learned"),
        pytest.param(Priority.BALANCED, (6.0,) * 4, id="balanced before five nights are known"),
    ],
)
def test_the_owners_own_numbers_count(priority: Priority, nights: tuple[float, ...]) -> None:
    found = plan(priority, nights=nights, pv_mean_w=1500.0)
    settings = SiteSettings(battery_capacity_kwh=CAPACITY_KWH, reserve_floor_pct=FLOOR_PCT)
    assert found.levels == reserve_levels(settings, SiteReading(), 1500.0, 6.0)
    assert found.levels.reserve_pct == pytest.approx(40.0 - 4.0 * 1250.0 / 625.0)
    assert not found.keeps_full


@pytest.mark.parametrize(
    ("readings", "how", "expected_pct"),
    [
        pytest.param(NIGHT, {}, kept_pct(6.0), id="at night: the need alone"),
        pytest.param(
            NOON, {}, kept_pct(6.0) - pct(SUN_SHARE * (8.0 - 1.5)), id="noon: half the sun comes"
        ),
        pytest.param(
            NOON, {"today_kwh": 1.0}, kept_pct(6.0), id="a dark day: the base load takes it all"
        ),
        pytest.param(
            NOON,
            {"recent_w": 1000.0},
            kept_pct(6.0) - pct(SUN_SHARE * (6.0 - 1.5)),
            id="a sky that has closed: no more than it gives now",
        ),
        pytest.param(
            Readings(hours_to_sunset=11.0, day_length_h=12.0),
            {},
            kept_pct(6.0),
            id="the first hour tells nothing of the day",
        ),
        pytest.param(Readings(hours_to_sunset=6.0), {}, kept_pct(6.0), id="day length unknown"),
        pytest.param(Readings(day_length_h=12.0), {}, kept_pct(6.0), id="sunset unknown"),
        pytest.param(NIGHT, {"nights": (0.5,) * 5}, FLOOR_PCT, id="the owner's floor"),
        pytest.param(NIGHT, {"nights": (40.0,) * 5}, FULL_LEVEL_PCT, id="never above full"),
        pytest.param(
            replace(NIGHT, site=SiteReading(active_soc_limit_pct=Reading(20.0, 0.0))),
            {},
            22.0 + kept_pct(6.0),
            id="what the GX keeps is not there at night",
        ),
    ],
)
def test_balanced_keeps_what_the_night_needs(
    readings: Readings, how: dict[str, Any], expected_pct: float
) -> None:
    levels = plan(Priority.BALANCED, readings, **how).levels
    assert levels.reserve_pct == pytest.approx(expected_pct)
    assert levels.resume_pct == pytest.approx(min(expected_pct + BALANCED_RESUME_PCT, 100.0))


TWO_HOURS_ON_KWH = 4.0 - 1.0
"""At noon of a 12 h day with 8 kWh so far: a quarter of 16 kWh after 14:00, 4 h of 250 W."""


def brought_pct(after_kwh: float) -> float:
    """What the sun after a departure brings back."""
    return pct(DEPARTURE_SHARE * DISCHARGE_EFFICIENCY * after_kwh)


BROUGHT_PCT = brought_pct(TWO_HOURS_ON_KWH)


@pytest.mark.parametrize(
    ("priority", "how", "expected_pct"),
    [
        pytest.param(Priority.HOUSE_FIRST, {}, FULL_LEVEL_PCT - BROUGHT_PCT, id="house first"),
        pytest.param(
            Priority.HOUSE_FIRST,
            {"recent_w": 500.0},
            FULL_LEVEL_PCT - brought_pct(4 * 0.5 - 1.0),
            id="a closed sky brings back little",
        ),
        pytest.param(Priority.CAR_FIRST, {}, FLOOR_PCT, id="car first: down to the floor"),
        pytest.param(
            Priority.CAR_FIRST,
            {"today_kwh": 4.0},
            40.0 - brought_pct(2.0 - 1.0),
            id="car first keeps the owner's night reserve beyond that sun",
        ),
        pytest.param(
            Priority.BALANCED,
            {"nights": (9.0,) * 5},
            kept_pct(9.0) - BROUGHT_PCT,
            id="balanced: the whole need, less what comes after",
        ),
        pytest.param(
            Priority.BALANCED, {"nights": ()}, FLOOR_PCT, id="balanced that knows no nights"
        ),
    ],
)
def test_before_a_departure_the_battery_gives_what_the_sun_brings_back(
    priority: Priority, how: dict[str, Any], expected_pct: float
) -> None:
    with_it = plan(priority, departure_h=2.0, **how)
    without = plan(priority, **how)
    assert with_it.levels.reserve_pct == pytest.approx(expected_pct)
    assert with_it.levels.reserve_pct < without.levels.reserve_pct
    assert not with_it.waits_for_sun


def test_a_departure_never_raises_the_level() -> None:
    late = plan(Priority.BALANCED, departure_h=5.9)
    assert late.levels == plan(Priority.BALANCED).levels


@pytest.mark.parametrize(
    ("readings", "departure_h"),
    [
        pytest.param(NOON, 6.0, id="at sunset"),
        pytest.param(NOON, 20.0, id="tomorrow morning"),
        pytest.param(NIGHT, 10.0, id="before the sun rises"),
        pytest.param(Readings(day_length_h=12.0), 2.0, id="sunset unknown"),
        pytest.param(Readings(hours_to_sunset=6.0), 2.0, id="day length unknown"),
    ],
)
@pytest.mark.parametrize("priority", Priority)
def test_a_departure_without_known_sun_after_it_changes_nothing(
    priority: Priority, readings: Readings, departure_h: float
) -> None:
    assert plan(priority, readings, departure_h=departure_h) == plan(priority, readings)


@pytest.mark.parametrize("hours", UNKNOWN_HOURS)
@pytest.mark.parametrize("priority", Priority)
def test_hours_that_are_none_count_as_unknown(priority: Priority, hours: float) -> None:
    assert plan(priority, departure_h=hours) == plan(priority)
    unknown = plan(priority, replace(NOON, day_length_h=None), departure_h=2.0)
    assert plan(priority, replace(NOON, day_length_h=hours), departure_h=2.0) == unknown


@pytest.mark.parametrize(
    ("priority", "left_h", "day_h", "soc_pct", "waits"),
    [
        pytest.param(Priority.BALANCED, 6.0, 12.0, 80.0, True, id="noon"),
        pytest.param(Priority.BALANCED, 2.4, 12.0, 80.0, False, id="dusk"),
        pytest.param(Priority.BALANCED, 20.0, 12.0, 80.0, False, id="night"),
        pytest.param(Priority.BALANCED, 14.9, 12.0, 80.0, True, id="before dawn"),
        pytest.param(Priority.BALANCED, 6.0, 12.0, 97.0, False, id="it soon overflows"),
        pytest.param(Priority.BALANCED, 6.0, 12.0, None, True, id="level unknown"),
        pytest.param(Priority.BALANCED, 6.0, None, 80.0, False, id="day length unknown"),
        pytest.param(Priority.BALANCED, None, 12.0, 80.0, False, id="sunset unknown"),
        pytest.param(Priority.CAR_FIRST, 6.0, 12.0, 80.0, False, id="car first"),
        pytest.param(Priority.HOUSE_FIRST, 6.0, 12.0, 80.0, False, id="house first"),
    ],
)
def test_who_waits_for_the_sun(
    priority: Priority,
    left_h: float | None,
    day_h: float | None,
    soc_pct: float | None,
    waits: bool,
) -> None:
    readings = Readings(hours_to_sunset=left_h, day_length_h=day_h)
    assert plan(priority, readings, soc_pct=soc_pct).waits_for_sun is waits


@pytest.mark.parametrize(
    ("beyond_h", "waits"),
    [
        pytest.param(0.0, False, id="soon: the battery gives by day, too"),
        pytest.param(0.5, True, id="later: the sun until then is waited for"),
    ],
)
def test_balanced_stops_waiting_only_near_a_departure(beyond_h: float, waits: bool) -> None:
    left_h = max(DEPARTURE_NEAR_H, DUSK_H) + 3.0
    readings = Readings(hours_to_sunset=left_h, day_length_h=2.0 * left_h)
    leaving = DEPARTURE_NEAR_H + beyond_h
    found = plan(Priority.BALANCED, readings, departure_h=leaving, soc_pct=90.0)
    assert found.waits_for_sun is waits
    assert (found.lift_w == 0.0) is waits


@pytest.mark.parametrize(
    ("site", "expected_pct"),
    [
        pytest.param(SiteReading(), FLOOR_PCT, id="the owner's floor"),
        pytest.param(
            SiteReading(active_soc_limit_pct=Reading(20.0, 0.0)), 22.0, id="the GX's own limit"
        ),
    ],
)
@pytest.mark.parametrize("priority", Priority)
def test_below_which_level_nothing_is_lent(
    priority: Priority, site: SiteReading, expected_pct: float
) -> None:
    assert plan(priority, replace(NOON, site=site)).lowest_pct == expected_pct


@pytest.mark.parametrize(
    ("priority", "how", "expected_w"),
    [
        pytest.param(Priority.HOUSE_FIRST, {"soc_pct": None}, 0.0, id="level unknown"),
        pytest.param(Priority.HOUSE_FIRST, {"soc_pct": FULL_LEVEL_PCT}, 0.0, id="at the level"),
        pytest.param(
            Priority.HOUSE_FIRST,
            {"soc_pct": FULL_LEVEL_PCT + 1.0},
            100.0 / LIFT_HORIZON_H,
            id="1 % of 10 kWh above",
        ),
        pytest.param(
            Priority.HOUSE_FIRST,
            {"soc_pct": FULL_LEVEL_PCT - 1.0},
            -100.0 / LIFT_HORIZON_H,
            id="1 % below: the battery's claim",
        ),
        pytest.param(Priority.HOUSE_FIRST, {"soc_pct": 20.0}, -CLAIM_MAX_W, id="far below"),
        pytest.param(Priority.CAR_FIRST, {"soc_pct": 90.0}, 0.0, id="car first adds nothing"),
        pytest.param(Priority.CAR_FIRST, {"soc_pct": 10.0}, 0.0, id="nor does it claim"),
        pytest.param(Priority.BALANCED, {"soc_pct": 90.0}, 0.0, id="balanced waits by day"),
        pytest.param(Priority.BALANCED, {"soc_pct": 5.0}, -CLAIM_MAX_W, id="and claims by day"),
        pytest.param(
            Priority.BALANCED,
            {"soc_pct": HIGH_PCT + 1.0},
            100.0 / LIFT_HORIZON_H,
            id="balanced gives by day what would soon overflow",
        ),
        pytest.param(
            Priority.HOUSE_FIRST,
            {"soc_pct": FULL_LEVEL_PCT - BROUGHT_PCT + 10.0, "departure_h": 2.0},
            1000.0 / LIFT_HORIZON_H,
            id="before a departure",
        ),
        pytest.param(
            Priority.HOUSE_FIRST,
            {"soc_pct": 97.0, "departure_h": 0.01},
            DEPARTURE_LIFT_MAX_W,
            id="the last minute has an upper bound",
        ),
        pytest.param(
            Priority.CAR_FIRST,
            {"soc_pct": 20.0, "departure_h": 0.01},
            500.0 / LEAST_HORIZON_H,
            id="and no vanishing horizon; car first gives, too",
        ),
    ],
)
def test_power_towards_the_level(
    priority: Priority, how: dict[str, Any], expected_w: float
) -> None:
    assert plan(priority, **how).lift_w == pytest.approx(expected_w)


def test_at_night_balanced_gives_what_the_night_does_not_need() -> None:
    assert plan(Priority.BALANCED, NIGHT, soc_pct=95.0).lift_w == LIFT_MAX_W
