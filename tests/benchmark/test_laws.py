"""Our law in the benchmark is the product's: what it is told, and that it is only translated."""

from dataclasses import replace

import pytest

from benchmark.contract import Observation
from benchmark.laws import LAWS, OURS, REST_PERIOD_S, Ours, readings_from, settings_for
from benchmark.sites import LEAVES_AT_NOON, REFERENCE
from custom_components.victron_openevse.control.model import ChargerState, Mode, Priority
from tests.benchmark.days_for_tests import HOUR_S, simple_case

FACTS = simple_case(replace(REFERENCE, car_phases=3, max_a=16)).facts(Priority.HOUSE_FIRST)
SEEN = Observation(
    time_s=12 * HOUR_S,
    connected=True,
    charging=True,
    offered_a=8,
    drawn_a=7.9,
    car_w=1856.0,
    grid_w=30.0,
    battery_w=400.0,
    soc_pct=71.5,
    pv_w=2500.0,
    pv_dc_w=2500.0,
    house_w=274.0,
    pv_limited=False,
    energy_kwh=3.2,
)


def test_ours_comes_first() -> None:
    assert next(iter(LAWS)) == OURS
    assert len(LAWS) > 5


def test_settings_are_an_owners() -> None:
    settings = settings_for(FACTS)
    (charger,) = settings.chargers.values()
    assert settings.site.priority is Priority.HOUSE_FIRST
    assert settings.site.battery_capacity_kwh == FACTS.battery_kwh
    assert charger.mode is Mode.SOLAR
    assert (charger.solar_max_current_a, charger.circuit_current_a) == (16, 16)
    assert charger.phases == 3


def test_readings_are_a_second_old() -> None:
    readings = readings_from(SEEN, FACTS)
    (charger,) = readings.chargers.values()
    assert readings.site.grid_power_w is not None
    assert readings.site.grid_power_w.at_s == 12 * HOUR_S - 1
    assert readings.site.consumption_power_w is not None
    assert readings.site.consumption_power_w.value == pytest.approx(274.0 + 1856.0)
    assert charger.charging_power_w is not None
    assert charger.charging_power_w.value == 1856.0


@pytest.mark.parametrize(
    ("hour", "left_h"),
    [
        pytest.param(12.0, 7.0, id="noon"),
        pytest.param(18.9, 0.1, id="just before sunset"),
        pytest.param(19.0, 24.0, id="at sunset the next one counts"),
        pytest.param(27.0, 16.0, id="in the small hours"),
    ],
)
def test_hours_to_sunset(hour: float, left_h: float) -> None:
    seen = SEEN._replace(time_s=round(hour * HOUR_S))
    assert readings_from(seen, FACTS).hours_to_sunset == pytest.approx(left_h)


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        pytest.param(SEEN, ChargerState.CHARGING, id="charging"),
        pytest.param(SEEN._replace(charging=False), ChargerState.CONNECTED, id="offered"),
        pytest.param(
            SEEN._replace(charging=False, offered_a=0), ChargerState.SLEEPING, id="not offered"
        ),
        pytest.param(
            SEEN._replace(charging=False, connected=False), ChargerState.DISCONNECTED, id="away"
        ),
    ],
)
def test_charger_state(seen: Observation, state: ChargerState) -> None:
    (charger,) = readings_from(seen, FACTS).chargers.values()
    assert charger.state is not None
    assert charger.state.value is state


def test_it_looks_less_often_where_nothing_moves() -> None:
    law = Ours(simple_case(window=LEAVES_AT_NOON).facts(Priority.BALANCED))
    by_day = law.period_s
    away = SEEN._replace(connected=False, charging=False, offered_a=0, drawn_a=0.0, car_w=0.0)
    law.offer(away)
    assert law.period_s == REST_PERIOD_S > by_day
    law.offer(away._replace(time_s=away.time_s + 30, connected=True))
    assert law.period_s == by_day
