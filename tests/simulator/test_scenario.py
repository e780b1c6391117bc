"""The named houses, and the place where Home Assistant's sun fits them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from simulator.scenario import SCENARIOS, day_length_h, home_at, latitude_with
from simulator.weather import sun_times_s
from tests.simulator.houses import run


@pytest.mark.parametrize("name", ["sunny", "cloudy", "zero-feed-in", "night"])
def test_scenario_runs(name: str) -> None:
    scenario = SCENARIOS[name]
    site, car = scenario.make_plant(), scenario.make_car()
    assert car.requests_charge
    assert site.time_s == scenario.start_s
    run(site, 300)
    assert site.flows.house_w > 0.0


def test_what_each_scenario_shows() -> None:
    after = {}
    for name, scenario in SCENARIOS.items():
        site = scenario.make_plant()
        run(site, 600)
        after[name] = site.flows
    assert after["sunny"].pv_w > 3000.0
    assert after["zero-feed-in"].pv_limited
    assert after["zero-feed-in"].pv_w < 0.5 * after["zero-feed-in"].pv_available_w
    assert after["night"].pv_w == 0.0


def test_another_hour_can_be_chosen() -> None:
    assert SCENARIOS["sunny"].make_plant(start_s=3600).time_s == 3600


@pytest.mark.parametrize("house_h", [0, 3, 6, 9, 12, 15, 18, 21])
@pytest.mark.parametrize("on", [date(2026, 1, 10), date(2026, 6, 21), date(2026, 11, 22)], ids=str)
def test_home_has_the_suns_times_of_the_house(house_h: int, on: date) -> None:
    day = SCENARIOS["sunny"].make_day()
    now = datetime(on.year, on.month, on.day, 10, 22, 7, tzinfo=UTC)
    home = home_at(day, house_h * 3600.0, now)
    clock_s = (now.timestamp() + home.utc_offset_s(on)) % 86_400
    assert clock_s == pytest.approx(house_h * 3600, abs=1800), "the clock fits within half an hour"
    sunrise_s, sunset_s = sun_times_s(home, on)
    # both sunrises lie equally far from the moment that is shown
    assert sunrise_s - clock_s == pytest.approx(day.sunrise_s - house_h * 3600, abs=600)
    assert sunset_s - clock_s == pytest.approx(day.sunset_s - house_h * 3600, abs=600)
    assert -180.0 <= home.longitude <= 180.0


def test_home_needs_an_aware_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        home_at(SCENARIOS["sunny"].make_day(), 0.0, datetime(2026, 1, 1))  # noqa: DTZ001 - the case


def test_clouds_move_within_minutes() -> None:
    scenario = SCENARIOS["cloudy"]
    day = scenario.make_day()
    powers_w = [day.power_w(scenario.start_s + second) for second in range(1200)]
    assert max(powers_w) > 2 * min(powers_w)


@pytest.mark.parametrize(
    ("latitude", "on", "length_h"),
    [
        pytest.param(50.0, date(2026, 6, 21), 16.4, id="summer in middle Europe"),
        pytest.param(50.0, date(2026, 12, 21), 8.1, id="winter in middle Europe"),
        pytest.param(0.0, date(2026, 12, 21), 12.1, id="equator"),
    ],
)
def test_day_length(latitude: float, on: date, length_h: float) -> None:
    assert day_length_h(latitude, on) == pytest.approx(length_h, abs=0.1)


@pytest.mark.parametrize("length_h", [9.0, 12.1, 15.0])
def test_latitude_with_a_day_length(length_h: float) -> None:
    on = date(2026, 11, 22)
    assert day_length_h(latitude_with(length_h, on), on) == pytest.approx(length_h, abs=0.01)
