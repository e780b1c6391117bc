"""The law over recorded days: what must hold whatever was recorded, and what settings change."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control.model import (
    ChargerSettings,
    Mode,
    Priority,
    Settings,
    SiteSettings,
)
from custom_components.victron_openevse.control.replay import Outcome, hours_to_next, replay
from custom_components.victron_openevse.control.replay_model import (
    CHARGE_EFFICIENCY,
    DISCHARGE_EFFICIENCY,
    Battery,
    flow,
)
from custom_components.victron_openevse.control.replay_record import (
    OPEN_APPETITE_KWH,
    SLOT_S,
    CarRecord,
    Day,
    Record,
    Stay,
)
from custom_components.victron_openevse.control.replay_sums import Worth, net, worth_of

from .examples import examples
from .recorded_house import FACTS

KEY = "car"
HOUR_S = 3600.0
SLOTS_PER_H = int(HOUR_S / SLOT_S)
HUNGRY_KWH = 60.0
SITE = replace(FACTS, volts=230.0)


def record(pv_w: Any, house_w: Any = 400.0, **changes: Any) -> Record:
    """A morning from six on; `pv_w` is one power for each hour."""
    slots = len(pv_w) * SLOTS_PER_H
    house = [house_w] * len(pv_w) if isinstance(house_w, float) else house_w
    end_s = slots * SLOT_S
    base = Record(
        start_s=0.0,
        days=(Day(date="a day", start_s=0.0, end_s=end_s, sunset_s=12 * HOUR_S, length_h=12.0),),
        pv_w=hourly(pv_w),
        house_w=hourly(house),
        soc_pct=[60.0] * slots,
        cars={KEY: CarRecord(stays=(stay(0.0, end_s),))},
        site=SITE,
    )
    return replace(base, **changes)


def hourly(values: Any) -> list[float | None]:
    return [value for value in values for _ in range(SLOTS_PER_H)]


def stay(from_s: float, to_s: float, kwh: float = HUNGRY_KWH) -> Stay:
    return Stay(plugged_at_s=from_s, unplugged_at_s=to_s, drawn_kwh=kwh)


def chosen(mode: Mode = Mode.SOLAR, site: SiteSettings | None = None, **own: Any) -> Settings:
    return Settings(site=site or SiteSettings(), chargers={KEY: ChargerSettings(mode=mode, **own)})


def car_kwh(outcome: Outcome) -> float:
    return outcome.total.car.energy.total_kwh


POWERS = st.lists(
    st.one_of(st.none(), st.floats(min_value=0.0, max_value=9000.0)), min_size=2, max_size=8
)


@examples(60)
@given(
    pv_w=POWERS,
    house_w=st.floats(min_value=0.0, max_value=3000.0),
    mode=st.sampled_from(Mode),
    priority=st.sampled_from(Priority),
    feed_in=st.booleans(),
    soc_pct=st.floats(min_value=0.0, max_value=100.0),
    use_battery=st.booleans(),
    efficiency=st.sampled_from([0.9, 1.0]),
)
def test_energy_is_neither_made_nor_lost(
    pv_w: list[float | None],
    house_w: float,
    mode: Mode,
    priority: Priority,
    feed_in: bool,
    soc_pct: float,
    use_battery: bool,
    efficiency: float,
) -> None:
    days = record(pv_w, house_w, site=replace(SITE, feed_in=feed_in, efficiency=efficiency))
    days = replace(days, soc_pct=[soc_pct] * len(days.pv_w))
    total = replay(
        days, chosen(mode, SiteSettings(priority=priority), use_battery=use_battery)
    ).total
    came = total.pv_kwh + total.imported_kwh + total.discharged_kwh
    went = total.house_kwh + total.car.energy.total_kwh + total.exported_kwh + total.charged_kwh
    if efficiency == 1.0:
        assert came == pytest.approx(went, abs=1e-6)
    else:
        through_kwh = total.pv_kwh + total.discharged_kwh + total.charged_kwh
        assert 0.0 <= came - went + 1e-6 <= 0.12 * through_kwh + 1e-5
    assert 0.0 <= total.battery_pct <= 100.0
    stored = total.charged_kwh * CHARGE_EFFICIENCY - total.discharged_kwh / DISCHARGE_EFFICIENCY
    assert total.gained_kwh == pytest.approx(stored, abs=1e-6)
    assert feed_in or total.exported_kwh == pytest.approx(0.0, abs=1e-6)


def test_the_same_question_has_the_same_answer() -> None:
    days = record([300.0, 1800.0, 3200.0, 900.0, 4000.0])
    assert replay(days, chosen()) == replay(days, chosen())


def test_days_add_up_to_the_whole() -> None:
    pv_w = [0.0, 2500.0, 3000.0, 0.0, 3500.0, 3000.0]
    half_s = 3 * HOUR_S
    days = (
        Day(date="one", start_s=0.0, end_s=half_s, sunset_s=half_s, length_h=3.0),
        Day(date="two", start_s=half_s, end_s=2 * half_s, sunset_s=2 * half_s, length_h=3.0),
    )
    outcome = replay(record(pv_w, days=days), chosen())
    assert len(outcome.days) == 2
    for name in ("imported_kwh", "exported_kwh", "pv_kwh", "gained_kwh", "known_s"):
        parts = sum(getattr(day, name) for day in outcome.days)
        assert parts == pytest.approx(getattr(outcome.total, name))
    assert sum(day.car.starts for day in outcome.days) == outcome.total.car.starts > 0
    assert outcome.days[-1].battery_pct == outcome.total.battery_pct


@pytest.mark.parametrize(
    ("mode", "least_kwh", "most_kwh"),
    [
        pytest.param(Mode.OFF, 0.0, 0.0, id="off"),
        pytest.param(Mode.SOLAR_ONLY, 9.0, 10.5, id="solar only: what is left of the sun"),
        pytest.param(Mode.MEDIUM, 14.5, 14.8, id="medium: 16 A for four hours"),
        pytest.param(Mode.FAST, 29.0, 29.5, id="fast: 32 A for four hours"),
    ],
)
def test_a_mode_decides_what_the_car_gets(mode: Mode, least_kwh: float, most_kwh: float) -> None:
    assert least_kwh <= car_kwh(replay(record([3000.0] * 4), chosen(mode))) <= most_kwh


def test_a_car_takes_no_more_than_it_wanted() -> None:
    cars = {
        KEY: CarRecord(stays=(stay(HOUR_S, 2 * HOUR_S, 1.5), stay(3 * HOUR_S, 4 * HOUR_S, 0.5)))
    }
    outcome = replay(record([5000.0] * 5, cars=cars), chosen(Mode.FAST))
    assert car_kwh(outcome) == pytest.approx(2.0, abs=0.001)
    assert outcome.total.car.starts == 2


@pytest.mark.parametrize(
    ("hungry", "kwh"),
    [
        pytest.param(False, 4.0, id="full in the end: what it lacked it gets later"),
        pytest.param(True, 4.0 + OPEN_APPETITE_KWH, id="never full: up to a battery more in all"),
    ],
)
def test_what_a_car_got_before_counts_when_it_comes_back(hungry: bool, kwh: float) -> None:
    stays = (
        Stay(plugged_at_s=0.0, unplugged_at_s=HOUR_S, drawn_kwh=2.0, hungry=True),
        Stay(plugged_at_s=2 * HOUR_S, unplugged_at_s=20 * HOUR_S, drawn_kwh=2.0, hungry=hungry),
    )
    timeline = [(0.0, chosen(Mode.OFF)), (1.5 * HOUR_S, chosen(Mode.FAST))]
    outcome = replay(record([0.0] * 20, cars={KEY: CarRecord(stays=stays)}), timeline)
    assert car_kwh(outcome) == pytest.approx(kwh, abs=0.01)


def test_a_cars_own_limit_holds() -> None:
    cars = {KEY: CarRecord(stays=(stay(0.0, HOUR_S),), limit_a=10.0)}
    assert car_kwh(replay(record([0.0], cars=cars), chosen(Mode.FAST))) <= 2.3


def test_three_phases_take_three_times_as_much() -> None:
    cars = {KEY: CarRecord(stays=(stay(0.0, HOUR_S),), phases=3)}
    one = car_kwh(replay(record([0.0]), chosen(Mode.MEDIUM)))
    three = car_kwh(replay(record([0.0], cars=cars), chosen(Mode.MEDIUM, phases=3)))
    assert three == pytest.approx(3 * one, rel=0.02)


def test_use_battery_off_keeps_the_battery_out_of_the_car() -> None:
    with_it = replay(record([0.0] * 2), chosen(Mode.MEDIUM)).total.car.energy
    without = replay(record([0.0] * 2), chosen(Mode.MEDIUM, use_battery=False)).total.car.energy
    assert with_it.battery_kwh > 2.0
    # The battery goes on to carry the house; as always its energy is booked to the car first.
    assert without.battery_kwh <= 0.8
    assert without.grid_kwh == pytest.approx(6.5, abs=0.2)


def test_house_first_fills_the_battery_before_the_car() -> None:
    days = record([2500.0] * 6)
    car_first = replay(days, chosen()).total
    house_first = replay(days, chosen(site=SiteSettings(priority=Priority.HOUSE_FIRST))).total
    assert car_first.car.energy.solar_kwh > house_first.car.energy.solar_kwh + 2.5
    assert house_first.battery_pct > car_first.battery_pct + 20.0


def test_a_gap_is_left_out_and_the_battery_moves_as_recorded() -> None:
    pv_w = [3000.0, None, None, 3000.0]
    days = record(pv_w)
    days = replace(days, soc_pct=hourly([40.0, 40.0, 40.0, 20.0]))
    total = replay(days, chosen(Mode.OFF)).total
    assert total.known_s == 2 * HOUR_S
    assert total.house_kwh == pytest.approx(0.8)
    charged_pct = (2.6 + 0.05) * 2 * CHARGE_EFFICIENCY / 8.0 * 100.0
    assert total.battery_pct == pytest.approx(40.0 - 20.0 + charged_pct, abs=0.2)
    assert total.gained_kwh == pytest.approx(total.charged_kwh * CHARGE_EFFICIENCY)


def test_settings_may_change_on_the_way() -> None:
    timeline = [(0.0, chosen(Mode.OFF)), (2 * HOUR_S, chosen(Mode.MEDIUM))]
    assert car_kwh(replay(record([3000.0] * 4), timeline)) == pytest.approx(7.36, abs=0.15)


def test_nothing_charges_where_nothing_is_known() -> None:
    total = replay(record([None] * 3), chosen(Mode.FAST)).total
    assert (total.known_s, total.car.energy.total_kwh, total.imported_kwh) == (0.0, 0.0, 0.0)


def test_money_is_booked_where_prices_are_known() -> None:
    days = record([0.0] * 2, import_price=hourly([0.3, 0.1]), export_price=hourly([0.08, 0.08]))
    total = replay(days, chosen(Mode.MEDIUM, use_battery=False)).total
    money = total.car.money
    assert total.bill is not None
    assert total.bill == pytest.approx(3.68 * 0.4, abs=0.1)
    assert money is not None
    # 0.8 kWh of it came from the battery and cost what an export would have brought.
    assert money.cost == pytest.approx(3.68 * 0.4 - 0.4 * (0.3 + 0.1) + 0.8 * 0.08, abs=0.05)


def test_without_prices_there_is_no_money() -> None:
    total = replay(record([3000.0]), chosen()).total
    assert (total.bill, total.car.money, net(total, None)) == (None, None, None)


def test_what_is_left_is_worth_something() -> None:
    days = record([0.0], import_price=hourly([0.3]))
    idle, fast = (replay(days, chosen(mode)).total for mode in (Mode.OFF, Mode.MEDIUM))
    worth = Worth(car=0.3, battery=0.3 * DISCHARGE_EFFICIENCY)
    assert idle.bill is not None
    assert fast.bill is not None
    assert idle.bill < fast.bill
    idle_net, fast_net = net(idle, worth), net(fast, worth)
    assert idle_net is not None
    # Grid energy in the car is worth what it cost, so both settings cost the same.
    assert fast_net == pytest.approx(idle_net, abs=0.02)


def test_a_car_is_worth_the_cheap_hours_and_a_battery_the_mean() -> None:
    prices = hourly([0.4] * 20 + [0.1] * 4)
    worth = worth_of(prices, SLOTS_PER_H)
    assert worth is not None
    assert worth.car == pytest.approx(0.1)
    assert worth.battery == pytest.approx(0.35 * DISCHARGE_EFFICIENCY)
    assert worth_of([None, None], SLOTS_PER_H) is None


@pytest.mark.parametrize(
    ("now_s", "hours"),
    [
        pytest.param(0.0, 1.0, id="before the first"),
        pytest.param(3600.0, 2.0, id="at the first: the next"),
        pytest.param(10800.0, None, id="after the last"),
    ],
)
def test_hours_to_the_next_of_some_times(now_s: float, hours: float | None) -> None:
    assert hours_to_next((3600.0, 10800.0), now_s) == hours


def test_a_planned_departure_lets_the_battery_give_more() -> None:
    leaves_s = 4.5 * HOUR_S
    cars = {KEY: CarRecord(stays=(stay(0.0, 4 * HOUR_S),))}
    known = {KEY: CarRecord(stays=(stay(0.0, 4 * HOUR_S),), departures_s=(leaves_s,))}
    balanced = chosen(site=SiteSettings(priority=Priority.HOUSE_FIRST))
    days = record([1500.0] * 8, cars=cars)
    assert car_kwh(replay(replace(days, cars=known), balanced)) > car_kwh(replay(days, balanced))


class TestBattery:
    """The battery by itself."""

    @pytest.mark.parametrize(
        ("soc_pct", "accepts_w", "gives_w"),
        [
            pytest.param(50.0, 4000.0, 4000.0, id="in the middle"),
            pytest.param(97.5, 2080.0, 4000.0, id="nearly full: less and less"),
            pytest.param(100.0, 0.0, 4000.0, id="full"),
            pytest.param(10.0, 4000.0, 0.0, id="at the minimum"),
        ],
    )
    def test_limits(self, soc_pct: float, accepts_w: float, gives_w: float) -> None:
        battery = Battery(8.0, soc_pct, SITE)
        assert battery.accepts_w(SLOT_S) == pytest.approx(accepts_w)
        assert battery.gives_w(SLOT_S) == pytest.approx(gives_w)

    def test_at_the_minimum_it_rests_until_it_is_some_way_above(self) -> None:
        battery = Battery(8.0, 10.0, SITE)
        assert battery.gives_w(SLOT_S) == 0.0
        battery.soc_pct = 12.0
        assert battery.gives_w(SLOT_S) == 0.0
        battery.soc_pct = 13.0
        assert battery.gives_w(SLOT_S) > 0.0

    def test_what_is_stored_comes_back_with_losses(self) -> None:
        battery = Battery(8.0, 50.0, SITE)
        battery.step(1000.0, HOUR_S)
        battery.step(-1000.0 * CHARGE_EFFICIENCY * DISCHARGE_EFFICIENCY, HOUR_S)
        assert battery.soc_pct == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("feed_in", "pv_w", "grid_w"),
    [
        pytest.param(True, 5000.0, -4600.0, id="is exported"),
        pytest.param(False, 350.0, 50.0, id="is held back, down to what ESS buys all the time"),
    ],
)
def test_sun_beyond_a_full_battery(feed_in: bool, pv_w: float, grid_w: float) -> None:
    battery = Battery(8.0, 100.0, replace(SITE, feed_in=feed_in))
    flows = flow(battery, 5000.0, 400.0, 0.0, None, SLOT_S)
    assert (flows.pv_w, flows.grid_w) == pytest.approx((pv_w, grid_w))
    assert flows.limited is not feed_in


def test_an_inverter_loses_on_the_way() -> None:
    battery = Battery(8.0, 50.0, replace(SITE, efficiency=0.9))
    flows = flow(battery, 0.0, 950.0, 0.0, None, SLOT_S)
    assert (flows.battery_w, flows.grid_w) == pytest.approx((-1000.0, 50.0))
    flows = flow(battery, 2000.0, 950.0, 0.0, None, SLOT_S)
    assert (flows.battery_w, flows.grid_w) == pytest.approx((1000.0, 50.0))
