"""What must always hold, whatever the inputs (`always true` 1..6)."""

from dataclasses import fields, is_dataclass, replace
from math import inf, isfinite, nan
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import HouseMemory, Memory
from custom_components.victron_openevse.control.model import (
    MIN_CURRENT_A,
    SOLAR_MODES,
    ChargerReading,
    ChargerSettings,
    ChargerState,
    Mode,
    Priority,
    Reading,
    Readings,
    Settings,
    SiteReading,
    SiteSettings,
    SiteSource,
    Status,
)
from custom_components.victron_openevse.control.persist import dump, load

from .build import House
from .examples import examples

NOW_S = 10_000.0
QUICK = examples(300)
CAMPAIGN = examples(60)


def reading[T](values: st.SearchStrategy[T]) -> st.SearchStrategy[Reading[T] | None]:
    """A reading of any age, or none."""
    ages = st.floats(0.0, 400.0)
    return st.none() | st.builds(lambda value, age: Reading(value, NOW_S - age), values, ages)


BROKEN = st.sampled_from([nan, inf, -inf])
POWER = st.floats(-30_000.0, 30_000.0) | BROKEN
LEVEL = st.floats(0.0, 100.0) | BROKEN
VOLTS = st.floats(80.0, 300.0) | BROKEN
SITES = st.builds(
    SiteReading,
    source=st.sampled_from(SiteSource),
    grid_power_w=reading(POWER),
    battery_power_w=reading(POWER),
    battery_soc_pct=reading(LEVEL),
    pv_power_w=reading(st.floats(0.0, 30_000.0)),
    pv_dc_power_w=reading(st.floats(0.0, 30_000.0)),
    consumption_power_w=reading(st.floats(0.0, 30_000.0)),
    grid_voltage_v=reading(VOLTS),
    active_soc_limit_pct=reading(LEVEL),
    pv_limited=reading(st.booleans()),
    feed_in_allowed=reading(st.booleans()),
    grid_connected=reading(st.booleans()),
    discharge_limit_w=reading(POWER),
)
CHARGERS = st.builds(
    ChargerReading,
    online=reading(st.booleans()),
    state=reading(st.sampled_from(ChargerState)),
    vehicle_connected=reading(st.booleans()),
    charging_power_w=reading(st.floats(0.0, 25_000.0)),
    charging_current_a=reading(st.floats(0.0, 80.0) | BROKEN),
    voltage_v=reading(VOLTS),
    pilot_a=reading(st.floats(0.0, 80.0) | BROKEN),
    max_current_a=reading(st.floats(0.0, 80.0) | BROKEN),
    manual_override=reading(st.booleans()),
    total_energy_kwh=reading(st.floats(0.0, 1e6)),
)
FRESH = st.floats(0.0, 60.0)
LIVELY = st.builds(
    lambda charger, state, age: replace(
        charger,
        online=Reading(value=True, at_s=NOW_S - age),
        state=Reading(state, NOW_S - age),
        vehicle_connected=Reading(value=True, at_s=NOW_S - age),
        manual_override=None,
    ),
    CHARGERS,
    st.sampled_from([ChargerState.CONNECTED, ChargerState.CHARGING, ChargerState.SLEEPING]),
    FRESH,
)
"""Chargers with a car that speak, so that a law that does something is asked too."""
OWN = st.builds(
    ChargerSettings,
    mode=st.sampled_from(Mode),
    solar_min_current_a=st.integers(6, 32),
    solar_max_current_a=st.integers(6, 32),
    medium_current_a=st.integers(6, 32),
    fast_current_a=st.integers(6, 48),
    circuit_current_a=st.integers(6, 48),
    phases=st.sampled_from([1, 3]),
    pause_until_morning=st.booleans(),
    use_battery=st.booleans(),
)
HOUSE_SETTINGS = st.builds(
    SiteSettings,
    priority=st.sampled_from(Priority),
    night_reserve_pct=st.floats(0.0, 100.0),
    reserve_floor_pct=st.floats(0.0, 100.0),
    resume_soc_pct=st.floats(0.0, 100.0),
    base_load_w=st.floats(0.0, 2000.0),
    battery_capacity_kwh=st.floats(1.0, 50.0),
    allow_islanded=st.booleans(),
)
KEYS = st.sampled_from(["a", "b", "c"])
ALL_SETTINGS = st.builds(
    Settings, site=HOUSE_SETTINGS, chargers=st.dictionaries(KEYS, OWN, min_size=1)
)
HOURS = st.floats(-24.0, 48.0) | st.sampled_from([0.0, 1e-9]) | BROKEN
ALL_READINGS = st.builds(
    Readings,
    site=SITES,
    chargers=st.dictionaries(KEYS, CHARGERS)
    | st.fixed_dictionaries(dict.fromkeys("abc", LIVELY | CHARGERS)),
    hours_to_sunset=st.none() | st.floats(0.0, 24.0),
    day_length_h=st.none() | HOURS,
    hours_to_departure=st.dictionaries(KEYS, HOURS),
)
NIGHTS = st.lists(st.floats(0.0, 100.0), max_size=14).map(tuple)
MEMORIES = st.builds(
    lambda house: Memory(house=house),
    st.builds(
        HouseMemory,
        nights_kwh=NIGHTS,
        pv_today_kwh=st.floats(0.0, 200.0),
        hours_to_sunset=st.none() | st.floats(0.0, 24.0),
        dark=st.booleans(),
    ),
)
"""What a restart may bring back of the house."""


def numbers_of(item: Any) -> list[float]:
    """All numbers anywhere in a decision or memory."""
    if is_dataclass(item) and not isinstance(item, type):
        return [n for field in fields(item) for n in numbers_of(getattr(item, field.name))]
    if isinstance(item, float | int):
        return [float(item)]
    if hasattr(item, "values"):
        return [n for value in item.values() for n in numbers_of(value)]
    return [n for value in item for n in numbers_of(value)] if isinstance(item, tuple) else []


@QUICK
@given(
    ALL_SETTINGS,
    MEMORIES,
    st.lists(ALL_READINGS, min_size=1, max_size=6),
    st.floats(0.5, 400.0),
)
def test_an_offer_is_nothing_or_within_every_limit(
    settings: Settings, memory: Memory, story: list[Readings], dt_s: float
) -> None:
    """Property 1: whatever the inputs, and never a number that is none."""
    now_s = NOW_S
    for readings in story:
        decision, memory = decide(settings, memory, readings, now_s)
        now_s += dt_s
        assert all(isfinite(number) for number in numbers_of(decision))
        assert all(isfinite(number) for number in numbers_of(memory))
        for key, own in settings.chargers.items():
            charger = decision.chargers[key]
            if not charger.send:
                continue
            offered_a = charger.offered_current_a
            limit_a = own.circuit_current_a
            seen = readings.chargers[key].max_current_a
            if seen is not None and isfinite(seen.value):
                limit_a = min(limit_a, int(seen.value))
            assert isinstance(offered_a, int)
            assert offered_a == 0 or MIN_CURRENT_A <= offered_a <= limit_a
            if own.mode in SOLAR_MODES:
                assert offered_a <= max(own.solar_max_current_a, own.solar_min_current_a)


@QUICK
@given(ALL_SETTINGS, MEMORIES, ALL_READINGS)
def test_absent_readings_start_nothing_in_the_solar_modes(
    settings: Settings, memory: Memory, readings: Readings
) -> None:
    """Property 2: absent never looks like surplus; only the guaranteed minimum needs no data."""
    blind = replace(readings, site=SiteReading())
    now_s = NOW_S
    for key, charger in readings.chargers.items():
        state = charger.state
        if state is not None and state.value is ChargerState.CHARGING:
            blind = replace(blind, chargers={**blind.chargers, key: ChargerReading()})
    for _ in range(5):
        decision, memory = decide(settings, memory, blind, now_s)
        now_s += 50.0
        for key, own in settings.chargers.items():
            charger_memory = memory.chargers[key]
            if own.mode in (Mode.SOLAR, Mode.SOLAR_ONLY) and not charger_memory.blind:
                assert decision.chargers[key].offered_current_a == 0


@QUICK
@given(ALL_SETTINGS, MEMORIES, st.lists(ALL_READINGS, min_size=1, max_size=4))
def test_the_same_inputs_give_the_same_decision(
    settings: Settings, memory: Memory, story: list[Readings]
) -> None:
    """Property 6: pure; that every reason has words and their numbers is asked in test_outlook."""
    for step, readings in enumerate(story):
        now_s = NOW_S + 7.0 * step
        first = decide(settings, memory, readings, now_s)
        second = decide(settings, memory, readings, now_s)
        assert first == second
        memory = first[1]


@QUICK
@given(ALL_SETTINGS, st.lists(ALL_READINGS, min_size=1, max_size=4))
def test_memory_survives_being_stored(settings: Settings, story: list[Readings]) -> None:
    """What matters of the memory comes back from storage with its times moved."""
    memory = Memory()
    for step, readings in enumerate(story):
        _, memory = decide(settings, memory, readings, NOW_S + 7.0 * step)
    saved_at_s = NOW_S + 7.0 * len(story)
    back = load(dump(memory, saved_at_s), saved_at_s, absent_s=0.0)
    for key, charger in memory.chargers.items():
        found = back.chargers[key]
        assert found.meter.lifetime == charger.meter.lifetime
        assert (found.mode, found.awake, found.offered_current_a) == (
            charger.mode,
            charger.awake,
            charger.offered_current_a,
        )
    later = load(dump(memory, saved_at_s), 50.0, absent_s=30.0)
    for key, charger in memory.chargers.items():
        at_s = charger.charging_at_s
        found_at_s = later.chargers[key].charging_at_s
        assert (at_s is None) == (found_at_s is None)
        if at_s is not None and found_at_s is not None:
            assert abs((saved_at_s - at_s) - (20.0 - found_at_s)) < 1e-6


HOUSE_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pv", "load", "soc", "mode", "plug", "freeze", "wait", "pause"]),
        st.floats(0.0, 1.0),
        st.integers(5, 400),
    ),
    min_size=1,
    max_size=12,
)


def act(house: House, what: str, how: float) -> bool:
    """Do one thing to the house; tells whether a person or safety was behind it."""
    if what == "pv":
        house.pv_w = how * 6000.0
    elif what == "load":
        house.load_w = 100.0 + how * 4000.0
    elif what == "soc":
        house.soc_pct = how * 100.0
    elif what == "mode":
        house.mode = list(Mode)[int(how * 5.999)]
        return True
    elif what == "plug":
        house.vehicle = not house.vehicle
        return True
    elif what == "pause":
        house.settings["pause_until_morning"] = how > 0.5
        return True
    elif what == "freeze":
        house.freeze() if how > 0.5 else house.thaw()
    return False


@CAMPAIGN
@given(HOUSE_STEPS)
def test_the_contactor_is_only_hurried_by_people_and_missing_data(
    steps: list[tuple[str, float, int]],
) -> None:
    """Property 4: min on and min off hold unless a person, the plug or missing data is behind it."""
    house = House()
    opened_at_s: float | None = None
    closed_at_s: float | None = None
    excused_at_s = house.now_s
    for what, how, seconds in steps:
        if act(house, what, how):
            excused_at_s = house.now_s
        for _ in range(seconds):
            before_a = house.offered_a
            decision = house.step()
            urgent = decision.status in (Status.NO_DATA, Status.DISCONNECTED)
            excused = urgent or house.now_s - excused_at_s <= 1.0 or house.own.paused
            if before_a == 0 and house.offered_a > 0:
                if opened_at_s is not None and opened_at_s >= excused_at_s and not excused:
                    assert house.now_s - opened_at_s >= 300.0
                closed_at_s = house.now_s
            if before_a > 0 and house.offered_a == 0:
                assert excused or closed_at_s is None or house.now_s - closed_at_s >= 300.0
                opened_at_s = house.now_s


@CAMPAIGN
@given(st.sampled_from([Mode.SOLAR, Mode.SOLAR_ONLY]), st.floats(1500.0, 6000.0))
def test_silence_is_held_then_minimum_then_stop_then_recovery(mode: Mode, pv_w: float) -> None:
    """Property 3, at the stated times: 30 s, 180 s, and automatic recovery."""
    house = House(mode=mode, pv_w=pv_w + 300.0, load_w=300.0)
    house.run(120)
    before_a = house.offered_a
    assert before_a > 0
    house.freeze()
    for age_s in range(1, 200):
        house.step()
        if age_s < 30:
            assert house.offered_a <= before_a
            assert house.offered_a >= MIN_CURRENT_A
        elif age_s < 180:
            assert house.offered_a == MIN_CURRENT_A
        else:
            assert house.offered_a == 0
    house.thaw()
    house.run(301)
    assert house.offered_a > 0


@CAMPAIGN
@given(st.sampled_from([Mode.MEDIUM, Mode.FAST]))
def test_fixed_modes_need_no_site(mode: Mode) -> None:
    """Property 3, second half."""
    house = House(mode=mode, site_known=False)
    house.run(30)
    assert house.offered_a == (16 if mode is Mode.MEDIUM else 32)


@CAMPAIGN
@given(st.sampled_from(Mode), st.sampled_from(Mode), st.integers(1, 600))
def test_the_person_wins_within_one_cycle(first: Mode, second: Mode, seconds: int) -> None:
    """Property 5: after a mode change the next decision already obeys."""
    house = House(mode=first, pv_w=3000.0)
    house.run(seconds)
    house.mode = second
    decision = house.step()
    assert (decision.offered_current_a == 0) == (second is Mode.OFF)


@QUICK
@given(st.sampled_from(Priority), MEMORIES, st.just(12.0) | HOURS, HOURS, st.floats(0.0, 100.0))
def test_a_running_car_survives_any_hours(
    priority: Priority, memory: Memory, day_length_h: float, departure_h: float, soc_pct: float
) -> None:
    """Property 1 where random readings seldom get to: a car that charges under a plan."""
    house = House(memory=memory, day_length_h=day_length_h, departure_h=departure_h, soc_pct=99.0)
    house.site_settings["priority"] = priority
    house.run(15)
    house.soc_pct = soc_pct
    house.run(10)
    assert house.offered_a == 0 or MIN_CURRENT_A <= house.offered_a <= 20
    assert all(isfinite(number) for number in numbers_of(house.decision))
    assert all(isfinite(number) for number in numbers_of(house.memory))
