"""The household is repeatable, different each day, and switches kettles."""

from __future__ import annotations

from simulator.house import DAY_S, House, HouseConfig, draw_day


def test_the_same_seed_draws_the_same_day() -> None:
    first = draw_day(HouseConfig(seed=3), 0)
    draw_day.cache_clear()
    again = draw_day(HouseConfig(seed=3), 0)
    assert again is not first
    assert again == first


def test_days_and_seeds_differ() -> None:
    first = draw_day(HouseConfig(seed=3), 0)
    assert first != draw_day(HouseConfig(seed=3), 1)
    assert first != draw_day(HouseConfig(seed=4), 0)


def test_a_day_looks_like_a_household() -> None:
    load_w = draw_day(HouseConfig(), 0)
    assert len(load_w) == DAY_S
    assert min(load_w) >= 0.0
    assert max(load_w) > 2000.0, "kettles and oven show"
    assert 5.0 < sum(load_w) / 3.6e6 < 12.0


def test_runs_past_midnight() -> None:
    house = House(HouseConfig(seed=3))
    assert house.power_w(DAY_S + 60) == draw_day(HouseConfig(seed=3), 1)[60]


def test_injected_loads_add_up_until_their_time() -> None:
    house = House(HouseConfig(seed=3))
    plain_w = house.power_w(100)
    house.inject(2000.0, 200.0)
    house.inject(500.0, 150.0)
    assert house.power_w(100) == plain_w + 2500.0
    assert house.power_w(151) == House(HouseConfig(seed=3)).power_w(151) + 2000.0
    assert house.power_w(201) == House(HouseConfig(seed=3)).power_w(201)
