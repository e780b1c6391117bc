"""Surplus: from battery and grid together, and only when every car's power is known."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.victron_openevse.control.memory import SiteMemory
from custom_components.victron_openevse.control.model import (
    ChargerReading,
    ChargerState,
    Reading,
    Readings,
    SiteReading,
)
from custom_components.victron_openevse.control.surplus import measure, update_filters

NOW_S = 1000.0
HERE = Reading(value=True, at_s=NOW_S)


def charger(
    power_w: float | None, state: ChargerState | None, *, age_s: float = 0.0
) -> ChargerReading:
    """An online charger with a power of some age."""
    return ChargerReading(
        online=HERE,
        state=None if state is None else Reading(state, NOW_S),
        charging_power_w=None if power_w is None else Reading(power_w, NOW_S - age_s),
    )


def site(grid_w: float | None, battery_w: float | None) -> SiteReading:
    """A site that knows grid and battery power."""
    return SiteReading(
        grid_power_w=None if grid_w is None else Reading(grid_w, NOW_S),
        battery_power_w=None if battery_w is None else Reading(battery_w, NOW_S),
    )


def filtered(memory: SiteMemory, here: SiteReading, now_s: float = NOW_S) -> SiteMemory:
    """The filters after one more decision."""
    measured = measure(Readings(site=here), now_s)
    return update_filters(memory, measured, here, measured.surplus_w, now_s)


CHARGING = charger(2000.0, ChargerState.CHARGING)


@pytest.mark.parametrize(
    ("here", "chargers", "expected"),
    [
        pytest.param(site(-500.0, 300.0), {"a": CHARGING}, 2800.0, id="car, export and battery"),
        pytest.param(site(700.0, -300.0), {"a": CHARGING}, 1000.0, id="shortage counts"),
        pytest.param(site(-500.0, 300.0), {}, 800.0, id="no car"),
        pytest.param(site(None, 300.0), {"a": CHARGING}, None, id="grid unknown"),
        pytest.param(site(0.0, None), {"a": CHARGING}, None, id="battery unknown"),
        pytest.param(
            site(0.0, 0.0), {"a": charger(None, None)}, None, id="a charger that may be charging"
        ),
        pytest.param(
            site(0.0, 0.0),
            {"a": charger(2000.0, ChargerState.CHARGING, age_s=80.0)},
            None,
            id="a charging car's power is too old",
        ),
        pytest.param(
            site(0.0, 100.0), {"a": charger(None, ChargerState.SLEEPING)}, 100.0, id="asleep"
        ),
        pytest.param(site(0.0, 100.0), {"a": ChargerReading()}, 100.0, id="never heard of"),
    ],
)
def test_surplus(
    here: SiteReading, chargers: dict[str, ChargerReading], expected: float | None
) -> None:
    assert measure(Readings(site=here, chargers=chargers), NOW_S).surplus_w == expected


HIDDEN = replace(
    charger(2000.0, ChargerState.CHARGING, age_s=80.0), online=Reading(value=False, at_s=NOW_S)
)


@pytest.mark.parametrize(
    ("chargers", "expected"),
    [
        pytest.param({"a": CHARGING}, 500.0, id="the consumption includes the car"),
        pytest.param({"a": charger(None, ChargerState.SLEEPING)}, 2500.0, id="no car"),
        pytest.param({"a": ChargerReading()}, 2500.0, id="never heard of"),
        pytest.param({"a": HIDDEN}, None, id="a car at a charger that fell silent"),
    ],
)
def test_house(chargers: dict[str, ChargerReading], expected: float | None) -> None:
    here = replace(site(0.0, 0.0), consumption_power_w=Reading(2500.0, NOW_S))
    assert measure(Readings(site=here, chargers=chargers), NOW_S).house_w == expected


def test_a_car_out_of_sight_leaves_nothing_of_its_power_to_others() -> None:
    here, chargers = site(0.0, 100.0), {"a": HIDDEN, "b": CHARGING}
    assert measure(Readings(site=here, chargers=chargers), NOW_S).surplus_w == 2100.0


@pytest.mark.parametrize(
    ("pv", "expected"),
    [
        pytest.param(lambda now_s: Reading(2000.0, now_s), 2000.0, id="fresh"),
        pytest.param(lambda _: Reading(2000.0, NOW_S), None, id="silent for 180 s"),
        pytest.param(lambda _: None, None, id="lost for 180 s"),
    ],
)
def test_the_mean_of_the_sun_does_not_outlive_its_readings(
    pv: Callable[[float], Reading[float] | None], expected: float | None
) -> None:
    memory = filtered(SiteMemory(), replace(site(0.0, 0.0), pv_power_w=Reading(2000.0, NOW_S)))
    for age_s in (60.0, 120.0, 179.0):
        now_s = NOW_S + age_s
        memory = filtered(memory, replace(site(0.0, 0.0), pv_power_w=pv(now_s)), now_s)
        assert memory.pv_mean_w == pytest.approx(2000.0)
    now_s = NOW_S + 180.0
    memory = filtered(memory, replace(site(0.0, 0.0), pv_power_w=pv(now_s)), now_s)
    assert memory.pv_mean_w == (None if expected is None else pytest.approx(expected))


def test_the_fast_filter_falls_faster_than_it_rises() -> None:
    def after(values: list[float]) -> float:
        memory = SiteMemory()
        for second, grid_w in enumerate(values):
            memory = filtered(memory, site(grid_w, 0.0), float(second))
        assert memory.surplus_fast_w is not None
        return memory.surplus_fast_w

    assert after([0.0] + [1000.0] * 5) == pytest.approx(-632.0, abs=1.0)
    assert after([0.0] + [-1000.0] * 8) == pytest.approx(632.0, abs=1.0)


def test_a_gap_starts_the_filters_anew() -> None:
    memory = filtered(SiteMemory(), site(-1000.0, 0.0), 0.0)
    memory = filtered(memory, site(-3000.0, 0.0), 61.0)
    assert (memory.surplus_fast_w, memory.surplus_slow_w) == (3000.0, 3000.0)
