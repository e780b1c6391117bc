"""From recorded states to what a replay steps through."""

from typing import Any

import pytest

from custom_components.victron_openevse.control.replay_record import (
    SLOT_S,
    counted_kwh,
    energy_kwh,
    find_stays,
    inverter_efficiency,
    own_limit_a,
    slot_means,
    value_at,
)

HOUR_S = 3600.0


@pytest.mark.parametrize(
    ("track", "means"),
    [
        pytest.param([(0.0, 100.0)], (100.0, 100.0, 100.0), id="holds to the end"),
        pytest.param([(0.0, 100.0), (30.0, 300.0)], (100.0, 200.0, 300.0), id="weighted by time"),
        pytest.param([(-500.0, 70.0)], (70.0, 70.0, 70.0), id="told before the start"),
        pytest.param([(25.0, 10.0)], (None, 10.0, 10.0), id="unknown before the first"),
        pytest.param([(0.0, 10.0), (35.0, None)], (10.0, 10.0, None), id="lost, a bit later"),
        pytest.param([(0.0, 10.0), (25.0, None)], (10.0, None, None), id="lost"),
        pytest.param([], (None, None, None), id="never told"),
    ],
)
def test_a_slot_is_the_mean_of_what_held_in_it(track: Any, means: tuple[float | None, ...]) -> None:
    assert slot_means(track, 0.0, 3) == means


def test_a_value_holds_until_the_next() -> None:
    track = [(10.0, 1.0), (20.0, 2.0)]
    assert [value_at(track, at_s) for at_s in (5.0, 10.0, 19.9, 20.0)] == [None, 1.0, 1.0, 2.0]


def test_energy_in_and_out_are_kept_apart() -> None:
    track = [(0.0, 1000.0), (HOUR_S, -500.0), (2 * HOUR_S, None)]
    assert energy_kwh(track, 0.0, 3 * HOUR_S) == pytest.approx((1.0, 0.5))
    assert energy_kwh(track, HOUR_S / 2, HOUR_S) == pytest.approx((0.5, 0.0))


@pytest.mark.parametrize(
    ("counter", "kwh"),
    [
        pytest.param([(0.0, 5.0), (20.0, 7.0)], 2.0, id="before and within"),
        pytest.param([(20.0, 7.0), (30.0, 7.5)], 0.5, id="only within"),
        pytest.param([(0.0, 5.0), (20.0, 7.0), (30.0, 0.0), (40.0, 1.0)], 3.0, id="begun anew"),
        pytest.param([(0.0, 5.0), (20.0, None)], 0.0, id="lost"),
        pytest.param([(90.0, 5.0)], None, id="told later"),
        pytest.param([], None, id="never told"),
    ],
)
def test_a_counter_tells_what_was_gained(counter: Any, kwh: float | None) -> None:
    assert counted_kwh(counter, 10.0, 50.0) == kwh


@pytest.mark.parametrize(
    ("connected", "spans"),
    [
        pytest.param([(0.0, True)], [(0.0, 7200.0)], id="stays"),
        pytest.param(
            [(0.0, False), (600.0, True), (1800.0, False), (3600.0, True)],
            [(600.0, 1800.0), (3600.0, 7200.0)],
            id="comes and goes",
        ),
        pytest.param(
            [(600.0, True), (900.0, None), (1200.0, True)], [(600.0, 7200.0)], id="gap in between"
        ),
        pytest.param([(-900.0, True), (1800.0, False)], [(0.0, 1800.0)], id="was there before"),
        pytest.param([(0.0, None)], [], id="never known"),
    ],
)
def test_stays_are_found(connected: Any, spans: list[tuple[float, float]]) -> None:
    stays = find_stays(connected, [], [], [], 0.0, 7200.0)
    assert [(stay.plugged_at_s, stay.unplugged_at_s) for stay in stays] == spans


@pytest.mark.parametrize(
    ("offered", "counter", "drawn_kwh", "hungry"),
    [
        pytest.param(
            [(0.0, 6.0)], [(0.0, 10.0), (1900.0, 11.0)], 1.0, False, id="refused what was offered"
        ),
        pytest.param(
            [(0.0, 6.0), (1800.0, 0.0)],
            [(0.0, 10.0), (1900.0, 11.0)],
            1.0,
            True,
            id="was stopped",
        ),
        pytest.param([(0.0, 6.0)], [], 0.75, False, id="no counter: integrated"),
        pytest.param([(0.0, 0.0)], [], 0.0, True, id="never offered"),
    ],
)
def test_what_a_car_wanted_shows_in_what_it_refused(
    offered: Any, counter: Any, drawn_kwh: float, hungry: bool
) -> None:
    drew = offered != [(0.0, 0.0)]
    power = [(0.0, 1500.0), (1800.0, 0.0)] if drew else [(0.0, 0.0)]
    (stay,) = find_stays([(0.0, True)], power, offered, counter, 0.0, 7200.0)
    assert stay.drawn_kwh == pytest.approx(drawn_kwh)
    assert stay.hungry is hungry


@pytest.mark.parametrize(
    ("offered", "power", "limit_a"),
    [
        pytest.param([(0.0, 17.0), (900.0, 0.0)], [(0.0, 3680.0)], 16.0, id="takes less"),
        pytest.param([(0.0, 16.0), (900.0, 0.0)], [(0.0, 3680.0)], None, id="takes all"),
        pytest.param([(0.0, 32.0), (60.0, 0.0)], [(0.0, 3680.0)], None, id="not offered for long"),
        pytest.param(
            [(0.0, 6.0), (900.0, 20.0), (1800.0, 0.0)],
            [(0.0, 1380.0), (900.0, 0.0)],
            None,
            id="was full when offered more",
        ),
    ],
)
def test_a_cars_own_limit_shows_in_what_it_leaves(
    offered: Any, power: Any, limit_a: float | None
) -> None:
    assert own_limit_a(power, offered, 230.0, 1) == limit_a


@pytest.mark.parametrize(
    ("dc_kwh", "ac_kwh", "efficiency"),
    [
        pytest.param(100.0, 94.0, 0.94, id="measured"),
        pytest.param(100.0, 103.0, 1.0, id="more than came in: the meters differ"),
        pytest.param(100.0, 50.0, 0.85, id="too little to be true"),
        pytest.param(4.0, 3.0, 1.0, id="too little known"),
    ],
)
def test_an_inverter_is_judged_by_both_of_its_sides(
    dc_kwh: float, ac_kwh: float, efficiency: float
) -> None:
    assert inverter_efficiency(dc_kwh, ac_kwh) == efficiency


def test_a_slot_divides_an_hour() -> None:
    assert HOUR_S % SLOT_S == 0.0
