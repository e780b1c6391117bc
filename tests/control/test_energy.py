"""Energy by origin: exact totals, honest shares, no way back."""

from dataclasses import replace

import pytest

from custom_components.victron_openevse.control.energy import (
    Origin,
    record,
    split_power,
    start_session,
)
from custom_components.victron_openevse.control.memory import (
    COUNTER_STEP_KWH,
    Energy,
    Meter,
)
from custom_components.victron_openevse.control.model import ChargerReading, Mode, Reading
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import House, at

SUNNY = Origin(solar_w=1000.0, battery_w=500.0, grid_w=500.0)


@pytest.mark.parametrize(
    ("charging_w", "pv_w", "house_w", "battery_w", "expected"),
    [
        pytest.param(2000.0, 3000.0, 500.0, 500.0, (2000, 0, 0), id="all from the sun"),
        pytest.param(2000.0, 1500.0, 500.0, -1000.0, (1000, 1000, 0), id="the battery helps"),
        pytest.param(2000.0, 1500.0, 500.0, -400.0, (1000, 400, 600), id="and the grid"),
        pytest.param(2000.0, 300.0, 500.0, 0.0, (0, 0, 2000), id="the house takes the sun first"),
        pytest.param(2000.0, None, 500.0, None, (0, 0, 2000), id="unknown counts as grid"),
        pytest.param(0.0, 3000.0, 500.0, -100.0, (0, 0, 0), id="no car, no energy"),
    ],
)
def test_split(
    charging_w: float,
    pv_w: float | None,
    house_w: float | None,
    battery_w: float | None,
    expected: tuple[float, float, float],
) -> None:
    origin = split_power(charging_w, pv_w, house_w, battery_w)
    assert (origin.solar_w, origin.battery_w, origin.grid_w) == expected


def sample(meter: Meter, now_s: float, counter_kwh: float | None, power_w: float = 2000.0) -> Meter:
    """One second of 2 kW: half sun, a quarter battery, a quarter grid."""
    return record(
        meter,
        power_w=power_w,
        origin=SUNNY if power_w else None,
        total_w=2000.0,
        counter=None if counter_kwh is None else Reading(counter_kwh, now_s),
        now_s=now_s,
    )


def test_the_counter_says_how_much_and_the_samples_from_where() -> None:
    meter = Meter()
    for second in range(61):
        meter = sample(meter, float(second), 100.0)
    assert meter.lifetime.total_kwh == 0.0
    meter = sample(meter, 61.0, 100.04)
    assert meter.lifetime.total_kwh == pytest.approx(0.04)
    assert meter.lifetime.solar_kwh == pytest.approx(0.02)
    assert meter.lifetime.battery_kwh == pytest.approx(0.01)
    assert meter.session == meter.lifetime
    assert meter.session.solar_share_pct == pytest.approx(50.0)


def test_energy_charged_while_nobody_looked_takes_the_session_s_shares() -> None:
    meter = sample(sample(sample(Meter(), 0.0, 5.0), 1.0, 5.0), 2.0, 5.1)
    meter = sample(meter, 9_999.0, 7.1)
    assert meter.lifetime.total_kwh == pytest.approx(2.1)
    assert meter.lifetime.solar_kwh == pytest.approx(1.05)


def test_energy_of_unknown_origin_is_grid() -> None:
    meter = record(
        Meter(counter_kwh=3.0),
        power_w=None,
        origin=None,
        total_w=0.0,
        counter=Reading(4.0, 1.0),
        now_s=1.0,
    )
    assert meter.lifetime == Energy(grid_kwh=1.0)


@pytest.mark.parametrize(
    "counter_kwh",
    [
        pytest.param(0.0, id="counter reset"),
        pytest.param(900.0, id="another charger's counter"),
    ],
)
def test_a_counter_that_jumps_is_a_new_start(counter_kwh: float) -> None:
    meter = sample(sample(Meter(), 0.0, 100.0), 1.0, 100.5)
    before = meter.lifetime
    meter = sample(meter, 2.0, counter_kwh)
    assert meter.lifetime == before
    meter = sample(meter, 3.0, counter_kwh + 0.1)
    assert meter.lifetime.total_kwh == pytest.approx(before.total_kwh + 0.1)


@pytest.mark.parametrize(
    ("silent_s", "counter_kwh", "booked_kwh"),
    [
        pytest.param(1.0, 150.9, 0.9, id="a coarse counter"),
        pytest.param(1.0, 152.0, 0.0, id="no car takes 2 kWh in a second"),
        pytest.param(3600.0, 172.0, 22.0, id="an hour on three phases out of sight"),
        pytest.param(3600.0, 180.0, 0.0, id="more than an hour can give"),
        pytest.param(14 * 86_400.0, 900.0, 0.0, id="another meter after two weeks"),
    ],
)
def test_a_step_is_bounded_by_the_time_it_had(
    silent_s: float, counter_kwh: float, booked_kwh: float
) -> None:
    meter = sample(Meter(), 0.0, 150.0)
    meter = sample(meter, silent_s, counter_kwh)
    assert meter.lifetime.total_kwh == pytest.approx(booked_kwh)
    assert meter.counter_kwh == counter_kwh


def test_a_glitch_to_zero_and_back_books_nothing() -> None:
    meter = Meter()
    for second in range(36_000):
        meter = sample(meter, float(second), 0.0 if second == 30_000 else 150.0, power_w=0.0)
    assert meter.lifetime.total_kwh == 0.0
    meter = sample(meter, 36_000.0, 150.1)
    assert meter.lifetime.total_kwh == pytest.approx(0.1)


@pytest.mark.parametrize("back_kwh", [0.01, 0.1, 0.9])
def test_late_and_repeated_messages_book_nothing_twice(back_kwh: float) -> None:
    meter = sample(Meter(), 0.0, 1000.0, power_w=0.0)
    for second in range(1, 600):
        meter = sample(meter, float(second), 1000.0 - back_kwh * (second % 2), power_w=0.0)
    assert meter.lifetime.total_kwh == 0.0


def test_a_counter_that_stays_lower_begins_anew() -> None:
    meter = sample(Meter(), 0.0, 0.5)
    for second in range(1, 300):
        meter = sample(meter, float(second), 0.0)
    meter = sample(meter, 300.0, 0.1)
    assert meter.lifetime.total_kwh == pytest.approx(0.1)


def test_a_glitch_upwards_after_hours_of_rest_books_nothing() -> None:
    meter = Meter()
    for second in range(36_000):
        meter = sample(meter, float(second), 300.0 if second == 30_000 else 150.0, power_w=0.0)
    assert meter.lifetime.total_kwh == 0.0


def test_the_shares_of_next_to_nothing_are_numbers() -> None:
    meter = Meter(counter_kwh=1.0, pending=Energy(solar_kwh=2e-309))
    meter = record(
        meter, power_w=None, origin=None, total_w=0.0, counter=Reading(2.0, 1.0), now_s=1.0
    )
    assert meter.lifetime.total_kwh == pytest.approx(1.0)


def test_without_a_counter_power_is_integrated() -> None:
    meter = Meter()
    for second in range(3601):
        meter = sample(meter, float(second), None)
    assert meter.lifetime.total_kwh == pytest.approx(2.0)
    assert meter.lifetime.solar_kwh == pytest.approx(1.0)


def test_a_gap_is_not_integrated() -> None:
    meter = sample(sample(Meter(), 0.0, None), 5_000.0, None)
    assert meter.lifetime.total_kwh == 0.0


def test_a_new_session_starts_at_zero_and_the_lifetime_goes_on() -> None:
    meter = sample(sample(Meter(), 0.0, 1.0), 1.0, 2.0)
    fresh = start_session(meter)
    assert (fresh.session.total_kwh, fresh.session.solar_share_pct) == (0.0, None)
    assert fresh.lifetime == meter.lifetime


def test_a_counter_that_leaves_for_good_stops_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its entity may be removed, or the charger replaced: what power tells is counted then."""
    house = House(mode=Mode.FAST, energy_kwh=100.0, settings={"session_limit_kwh": 2.0})
    house.run(60)
    told = House.charger_reading
    monkeypatch.setattr(
        House, "charger_reading", lambda self: replace(told(self), total_energy_kwh=None)
    )
    house.run(1800)
    assert house.offered_a == 0
    assert house.charger.reason.code is ReasonCode.SESSION_LIMIT_REACHED
    assert house.own.meter.session.total_kwh == pytest.approx(2.0, abs=2.0 * COUNTER_STEP_KWH)
    before_kwh = house.own.meter.lifetime.total_kwh
    monkeypatch.undo()
    house.run(60)
    assert house.own.meter.lifetime.total_kwh == pytest.approx(before_kwh, abs=0.01)


def test_a_coarse_counter_is_believed_and_waited_for_by_no_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is confirmed all the time, but moves once an hour only."""
    house = House(mode=Mode.FAST, energy_kwh=100.0, settings={"session_limit_kwh": 10.0})
    told = House.charger_reading

    def coarse(self: House) -> ChargerReading:
        hour_s = self.now_s // 3600.0
        if hours.setdefault("last", hour_s) != hour_s:
            hours.update(last=hour_s, kwh=self.energy_kwh)
        return replace(told(self), total_energy_kwh=at(hours.setdefault("kwh", 100.0), self.now_s))

    hours: dict[str, float] = {}
    monkeypatch.setattr(House, "charger_reading", coarse)
    house.run(4 * 3600, 5.0)
    assert house.charger.reason.code is ReasonCode.SESSION_LIMIT_REACHED
    taken_kwh = house.energy_kwh - 100.0
    assert taken_kwh == pytest.approx(10.0, abs=1.5)
    assert house.own.meter.lifetime.total_kwh == pytest.approx(taken_kwh, rel=0.02)


def test_what_a_silent_gx_said_last_is_not_booked_for_hours() -> None:
    """Fast goes on through a silence that begins in the sun; by night all of it is the grid's."""
    house = House(mode=Mode.FAST, pv_w=8000.0, load_w=400.0, battery_w=0.0, feed_in_allowed=True)
    house.run(300)
    before, pv_kwh = house.own.meter.lifetime, house.memory.house.pv_today_kwh
    house.freeze()
    house.pv_w = 0.0
    house.run(3600, 5.0)
    after = house.own.meter.lifetime
    assert after.solar_kwh - before.solar_kwh < 0.1
    assert after.grid_kwh - before.grid_kwh > 5.0
    assert house.memory.house.pv_today_kwh - pv_kwh < 0.1


def test_what_a_battery_gave_before_the_silence_is_not_booked_either() -> None:
    house = House(mode=Mode.FAST, pv_w=0.0, load_w=400.0, battery_w=-5000.0)
    house.run(300)
    before = house.own.meter.lifetime
    house.freeze()
    house.run(3600, 5.0)
    assert house.own.meter.lifetime.battery_kwh - before.battery_kwh < 0.1
