"""Our law in the benchmark is the product's: what it is told, and that it is only translated."""

from dataclasses import replace

import pytest

from benchmark import laws
from benchmark.contract import Observation
from benchmark.laws import (
    LAWS,
    OURS,
    OWN,
    REST_PERIOD_S,
    STANDARD,
    Ours,
    OursWithForecast,
    OursWithPrices,
    import_price,
    readings_from,
    settings_for,
)
from benchmark.sites import LEAVES_AT_NOON, REFERENCE
from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import Memory
from custom_components.victron_openevse.control.model import (
    ChargerState,
    Decision,
    Mode,
    Priority,
    Readings,
    Settings,
)
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
    assert len(STANDARD) > 5


def test_what_more_hints_make_of_ours_runs_only_when_asked_for() -> None:
    assert set(OWN) - {OURS} == LAWS.keys() - STANDARD.keys()


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


def told_to_the_law(
    law: Ours, seen: Observation, monkeypatch: pytest.MonkeyPatch
) -> tuple[Settings, Memory, Readings]:
    """What `decide` is given."""
    told: list[tuple[Settings, Memory, Readings]] = []

    def listen(
        settings: Settings, memory: Memory, readings: Readings, now_s: float
    ) -> tuple[Decision, Memory]:
        told.append((settings, memory, readings))
        return decide(settings, memory, readings, now_s)

    monkeypatch.setattr(laws, "decide", listen)
    law.offer(seen)
    return told[0]


def test_a_forecast_is_all_that_is_told_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    settings, memory, readings = told_to_the_law(Ours(FACTS), SEEN, monkeypatch)
    more = told_to_the_law(OursWithForecast(FACTS), SEEN, monkeypatch)
    assert readings.sun_forecast_kwh == ()
    assert len(more[2].sun_forecast_kwh) == 17  # from noon to 05:00
    assert max(more[2].sun_forecast_kwh) > 1.0
    assert more == (settings, memory, replace(readings, sun_forecast_kwh=more[2].sun_forecast_kwh))


@pytest.mark.parametrize(
    ("priority", "hour", "price"),
    [
        pytest.param(Priority.HOUSE_FIRST, 12, 0.30, id="by day"),
        pytest.param(Priority.HOUSE_FIRST, 22.99, 0.30, id="in the evening"),
        pytest.param(Priority.HOUSE_FIRST, 23, 0.20, id="cheap from eleven"),
        pytest.param(Priority.BALANCED, 28.99, 0.20, id="cheap until five"),
        pytest.param(Priority.BALANCED, 5, 0.30, id="at five"),
        pytest.param(Priority.CAR_FIRST, 24, 0.30, id="no cheap tariff"),
    ],
)
def test_import_prices(priority: Priority, hour: float, price: float) -> None:
    assert import_price(replace(FACTS, priority=priority), round(hour * HOUR_S)) == price


@pytest.mark.parametrize("priority", [Priority.HOUSE_FIRST, Priority.BALANCED, Priority.CAR_FIRST])
def test_prices_take_the_place_of_the_priority(
    priority: Priority, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = replace(FACTS, priority=priority)
    settings, memory, readings = told_to_the_law(OursWithPrices(facts), SEEN, monkeypatch)
    assert settings.site.priority is Priority.PRICES
    assert readings.prices is not None
    assert readings.prices.export_per_kwh == 0.05
    assert len(memory.house.tariff.hours) == 24
    assert sum(memory.house.tariff.hours) == pytest.approx(
        24 * 0.30 if priority is Priority.CAR_FIRST else 18 * 0.30 + 6 * 0.20
    )
