"""The site as a whole: every second balances, and it reacts as the published traces say."""

from __future__ import annotations

from datetime import date
import time

import pytest

from simulator.battery import BatteryConfig
from simulator.ess import EssSettings
from simulator.house import House
from simulator.plant import Flows, Plant, PlantConfig
from simulator.weather import Day
from tests.simulator.houses import HOUSE_W, plant, run


def zero_feed_in() -> EssSettings:
    return EssSettings(feed_in_excess=False, prevent_feedback=True)


def conversion_loss_w(flows: Flows, efficiency: float) -> float:
    """Return what the Multi loses: DC draw minus AC output."""
    if flows.inverter_w > 0:
        return flows.inverter_w / efficiency - flows.inverter_w
    return flows.inverter_w * efficiency - flows.inverter_w


@pytest.mark.parametrize(
    ("config", "ess"),
    [
        pytest.param(PlantConfig(), EssSettings(), id="dc-coupled, feeding in"),
        pytest.param(PlantConfig(), zero_feed_in(), id="dc-coupled, no feed-in"),
        pytest.param(PlantConfig(), EssSettings(max_feed_in_w=500.0), id="feed-in capped"),
        pytest.param(PlantConfig(ac_share=1.0), zero_feed_in(), id="ac-coupled, no feed-in"),
        pytest.param(PlantConfig(ac_share=0.4), EssSettings(), id="both couplings"),
        pytest.param(PlantConfig(inverter_efficiency=0.94), EssSettings(), id="lossy inverter"),
        pytest.param(PlantConfig(phases=3, car_phases=3), EssSettings(), id="three phases"),
    ],
)
def test_every_second_balances(config: PlantConfig, ess: EssSettings) -> None:
    day = Day.cloudy(4.5, date(2026, 6, 21), seed=5)
    site = Plant(config, day, house=House(), ess=ess, soc_pct=70.0, start_s=11 * 3600)
    start_pct = site.battery.soc_pct
    for second in range(2 * 3600):
        site.step(1400.0 if second % 1800 > 900 else 0.0)
        flows = site.flows
        sources = flows.grid_w + flows.pv_w
        sinks = flows.house_w + flows.car_w + flows.battery_w
        loss_w = conversion_loss_w(flows, config.inverter_efficiency)
        assert sources == pytest.approx(sinks + loss_w, abs=1e-6)
        assert sum(flows.grid_phases_w) == pytest.approx(flows.grid_w, abs=1e-6)
        assert 0.0 <= flows.pv_w <= flows.pv_available_w + 1e-9
    totals, battery = site.totals, config.battery
    stored_kwh = totals.kwh("battery_in") * battery.charge_efficiency
    stored_kwh -= totals.kwh("battery_out") / battery.discharge_efficiency
    gained_kwh = (site.battery.soc_pct - start_pct) / 100 * battery.capacity_kwh
    assert gained_kwh == pytest.approx(stored_kwh, abs=1e-9)


def test_the_grid_takes_a_step_first_and_the_loop_corrects_it_in_about_ten_seconds() -> None:
    site = plant(3500.0)
    run(site, 120, car_w=1300.0)
    assert site.flows.grid_w == pytest.approx(50.0, abs=1.0)
    errors_w = []
    for _ in range(20):
        site.step(0.0)
        errors_w.append(50.0 - site.flows.grid_w)
    assert errors_w[0] == pytest.approx(1300.0, abs=1.0), "all of it is exported at once"
    assert errors_w[1] == pytest.approx(1300.0, abs=1.0), "a second of transport delay"
    assert errors_w[4] < 900.0, "first corrections within four seconds"
    assert 100.0 < errors_w[9] < 400.0, "about a quarter is left after ten seconds"
    assert errors_w[15] < 130.0, "nearly settled after fifteen"


def test_the_inverter_ramps_with_400_w_per_second() -> None:
    site = plant(0.0)
    run(site, 60)
    before_w = site.flows.inverter_w
    for _ in range(12):
        site.step(4000.0)
        assert site.flows.inverter_w - before_w <= 400.0 + 1e-6
        before_w = site.flows.inverter_w


def test_a_full_battery_without_feed_in_hides_the_sun() -> None:
    site = plant(3500.0, 100.0, ess=zero_feed_in())
    run(site, 200)
    flows = site.flows
    assert flows.pv_w == pytest.approx(HOUSE_W - 50.0, abs=2.0)
    assert flows.grid_w == pytest.approx(50.0, abs=2.0), "no meter shows the hidden sun"
    assert flows.battery_w == pytest.approx(0.0, abs=2.0)
    assert (flows.mppt_mode, flows.pv_limited) == (1, True)
    assert site.totals.curtailed > 0.0


def test_hidden_sun_climbs_back_in_about_two_minutes_while_the_battery_bridges() -> None:
    site = plant(3500.0, 100.0, ess=zero_feed_in())
    run(site, 200)
    run(site, 20, car_w=3200.0)
    assert site.flows.battery_w < -2000.0, "the battery bridges"
    assert site.flows.mppt_mode == 1
    run(site, 40, car_w=3200.0)
    assert 1500.0 < site.flows.pv_w < 2500.0, "half way after a minute"
    run(site, 70, car_w=3200.0)
    assert site.flows.pv_w == pytest.approx(3500.0, abs=5.0)
    assert site.flows.mppt_mode == 2


def test_a_tracking_charger_follows_the_sun_at_once() -> None:
    site = plant(1000.0)
    run(site, 30)
    site.day = Day.constant(2000.0)
    run(site, 3)
    assert site.flows.pv_w > 1950.0


@pytest.mark.parametrize(
    ("ess", "export_w"),
    [
        pytest.param(EssSettings(), 3200.0, id="all of the excess"),
        pytest.param(EssSettings(max_feed_in_w=1000.0), 1000.0, id="up to the cap"),
        pytest.param(EssSettings(max_discharge_w=0.0), -300.0, id="nothing when not inverting"),
        pytest.param(
            EssSettings(override_max_discharge_w=1.0), 3200.0, id="a volatile 1 W lets excess out"
        ),
    ],
)
def test_export_with_a_full_battery(ess: EssSettings, export_w: float) -> None:
    site = plant(3500.0, 100.0, ess=ess)
    run(site, 300)
    assert site.flows.grid_w == pytest.approx(-export_w, abs=5.0)


def test_pv_inverter_is_limited_without_feed_in_and_freed_by_a_load() -> None:
    site = plant(3500.0, 100.0, config=PlantConfig(ac_share=1.0), ess=zero_feed_in())
    run(site, 120)
    assert site.flows.pv_ac_w == pytest.approx(250.0, abs=5.0)
    assert site.flows.pv_limited
    run(site, 40, car_w=2000.0)
    assert site.flows.pv_ac_w > 2000.0
    assert site.flows.grid_w == pytest.approx(50.0, abs=30.0)


def test_minimum_soc_stops_discharge_and_releases_three_percent_above() -> None:
    site = plant(0.0, 10.01)
    run(site, 120)
    assert site.flows.discharged
    assert site.flows.battery_w == pytest.approx(0.0, abs=1.0)
    assert site.flows.grid_w == pytest.approx(HOUSE_W, abs=1.0)
    site.battery.soc_pct = 12.9
    run(site, 30)
    assert site.flows.battery_w == pytest.approx(0.0, abs=1.0), "not yet at limit + 3 %"
    site.battery.soc_pct = 13.0
    run(site, 60)
    assert site.flows.battery_w == pytest.approx(-250.0, abs=5.0)


def test_solar_power_still_serves_the_house_at_the_minimum() -> None:
    site = plant(1000.0, 9.0)
    run(site, 60)
    assert site.flows.discharged
    assert site.flows.inverter_w == pytest.approx(250.0, abs=5.0)
    assert site.flows.battery_w == pytest.approx(750.0, abs=5.0)


def test_far_below_the_minimum_the_grid_charges_the_battery() -> None:
    site = plant(0.0, 10.5)
    run(site, 60)
    site.ess.min_soc_pct = 90.0
    run(site, 20)
    assert site.flows.recharging
    assert site.flows.grid_w > 4000.0


def test_charging_tapers_near_full() -> None:
    site = plant(4000.0, 97.5)
    run(site, 60)
    limit_w = site.battery.charge_limit_w()
    assert 2000.0 < limit_w < 3000.0, "half way between 95 and 100 %"
    assert site.flows.battery_w == pytest.approx(limit_w, abs=60.0)


def test_a_battery_that_rests_below_full_stops_there() -> None:
    config = PlantConfig(battery=BatteryConfig(ceiling_pct=99.0))
    site = plant(3500.0, 98.8, config=config, ess=zero_feed_in())
    run(site, 3600)
    assert site.flows.soc_pct == pytest.approx(99.0, abs=0.11)
    assert site.flows.pv_limited


def test_discharge_limit_keeps_the_battery_out_of_a_big_load() -> None:
    site = plant(2000.0)
    run(site, 60, car_w=5000.0)
    assert site.flows.battery_w < -2500.0
    site.ess.override_max_discharge_w = 2000.0
    run(site, 60, car_w=5000.0)
    assert site.flows.battery_w == pytest.approx(0.0, abs=1.0)
    assert site.flows.grid_w == pytest.approx(3300.0, abs=1.0)


def test_the_volatile_setpoint_wins_over_the_stored_one() -> None:
    site = plant(2000.0, ess=EssSettings(override_setpoint_w=1450.0))
    run(site, 60, car_w=1400.0)
    assert site.flows.grid_w == pytest.approx(1450.0, abs=5.0)


@pytest.mark.parametrize(
    ("position", "car_w"),
    [
        pytest.param("input", 0.0, id="before the Multi the charger is dead"),
        pytest.param("output", 1400.0, id="behind it the battery feeds the car"),
    ],
)
def test_without_grid(position: str, car_w: float) -> None:
    config = PlantConfig(
        car_position="output" if position == "output" else "input", house_position="output"
    )
    site = plant(500.0, config=config)
    run(site, 60)
    site.grid_connected = False
    run(site, 5, car_w=1400.0)
    assert site.car_powered == (position == "output")
    assert site.flows.car_w == car_w
    assert site.flows.grid_w == pytest.approx(0.0, abs=1e-6)
    assert site.flows.battery_w == pytest.approx(500.0 - HOUSE_W - car_w, abs=1e-6)
    assert site.flows.islanded


def test_one_phase_car_on_three_phases_imports_on_its_own_phase() -> None:
    site = plant(6000.0, config=PlantConfig(phases=3))
    run(site, 60, car_w=3000.0)
    first_w, second_w, third_w = site.flows.grid_phases_w
    assert first_w > 1000.0
    assert second_w < 0.0
    assert third_w < 0.0
    site.ess.hub4_mode = 2
    assert site.flows.grid_phases_w == pytest.approx((site.flows.grid_w / 3,) * 3)


def test_injected_load_ends_by_itself() -> None:
    site = plant(0.0)
    run(site, 60)
    site.inject_load(2000.0, 180.0)
    run(site, 180)
    assert site.flows.house_w == HOUSE_W + 2000.0
    run(site, 1)
    assert site.flows.house_w == HOUSE_W


def test_a_day_is_fast_enough_to_be_run_hundreds_of_times() -> None:
    site = plant(2000.0)
    steps = 20_000
    best_s = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        run(site, steps, car_w=1000.0)
        best_s = min(best_s, time.perf_counter() - begin)
    # 15 us a step is the aim on a quiet desk (a day in 1.3 s); a loaded machine may take thrice that
    assert best_s / steps < 45e-6
