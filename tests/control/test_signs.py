"""Turned signs show in how the car's power moves grid and battery, and only there."""

from collections.abc import Iterator
from typing import Final

import pytest

from custom_components.victron_openevse.control.signs import Sample, SignWatch, watch

PHASE_S: Final = 60
"""The car is on for a minute and off for a minute."""

CAR_W: Final = 2000.0


def at(
    now_s: float,
    car_w: float,
    *,
    from_grid: float,
    grid_sign: float = 1.0,
    battery_sign: float = 1.0,
    house_w: float = 0.0,
    pv_w: float = 3000.0,
    read_at_s: float | None = None,
) -> Sample:
    """Give a moment at which part of the car's power comes from the grid, the rest from the battery."""
    wanted_w = car_w + house_w - pv_w
    return Sample(
        at_s=now_s,
        read_at_s=now_s if read_at_s is None else read_at_s,
        charging_w=car_w,
        grid_w=grid_sign * from_grid * wanted_w,
        battery_w=battery_sign * (from_grid - 1.0) * wanted_w,
        pv_w=pv_w,
    )


def car_w_at(second: int) -> float:
    """Power of a car that is switched on and off each minute."""
    return CAR_W if second // PHASE_S % 2 else 0.0


def run(samples: Iterator[Sample]) -> SignWatch:
    memory = SignWatch()
    for sample in samples:
        memory = watch(memory, sample)
    return memory


@pytest.mark.parametrize(
    ("from_grid", "grid_sign", "battery_sign", "wrong"),
    [
        pytest.param(1.0, 1.0, 1.0, (False, False), id="grid carries the car, all right"),
        pytest.param(0.0, 1.0, 1.0, (False, False), id="battery carries the car, all right"),
        pytest.param(1.0, -1.0, 1.0, (True, False), id="clamp of the grid meter turned"),
        pytest.param(0.0, 1.0, -1.0, (False, True), id="battery with the other convention"),
        pytest.param(0.5, -1.0, -1.0, (False, False), id="half and half tells nothing"),
        pytest.param(0.1, 1.0, -1.0, (False, True), id="battery turned, grid helps a little"),
        pytest.param(0.0, -1.0, 1.0, (False, False), id="a turned grid that never moves"),
    ],
)
def test_a_turned_sign_is_found(
    from_grid: float, grid_sign: float, battery_sign: float, wrong: tuple[bool, bool]
) -> None:
    memory = run(
        at(
            float(second),
            car_w_at(second),
            from_grid=from_grid,
            grid_sign=grid_sign,
            battery_sign=battery_sign,
        )
        for second in range(6 * PHASE_S)
    )
    assert (memory.grid.wrong, memory.battery.wrong) == wrong


def turned(seconds: int, **changes: float) -> Iterator[Sample]:
    """Give the samples of a site with a turned grid sign."""
    for second in range(seconds):
        yield at(float(second), car_w_at(second), from_grid=1.0, **({"grid_sign": -1.0} | changes))


def test_three_steps_are_no_evidence_and_four_are() -> None:
    assert not run(turned(3 * PHASE_S + 40)).grid.wrong
    suspect = run(turned(4 * PHASE_S + 40)).grid
    assert suspect.wrong
    assert suspect.step_w == pytest.approx(-CAR_W)
    assert suspect.moved_w == pytest.approx(CAR_W)


def test_one_vote_in_favour_keeps_the_peace() -> None:
    memory = run(
        at(
            float(second),
            car_w_at(second),
            from_grid=1.0,
            # As if somebody had switched a heater off with the car, but not each time.
            grid_sign=1.0 if 150 <= second < 230 else -1.0,
        )
        for second in range(6 * PHASE_S)
    )
    assert not memory.grid.wrong
    assert True in memory.grid.votes


def test_what_was_repaired_is_forgiven() -> None:
    memory = run(turned(6 * PHASE_S))
    assert memory.grid.wrong
    for second in range(6 * PHASE_S, 10 * PHASE_S):
        memory = watch(memory, at(float(second), car_w_at(second), from_grid=1.0))
    assert not memory.grid.wrong


def test_a_cloud_with_the_step_says_nothing() -> None:
    memory = run(
        at(float(second), car_w_at(second), from_grid=1.0, grid_sign=-1.0, pv_w=car_w_at(second))
        for second in range(8 * PHASE_S)
    )
    assert memory.grid.votes == ()


def test_meters_that_do_not_speak_again_say_nothing() -> None:
    memory = run(
        at(float(second), car_w_at(second), from_grid=1.0, grid_sign=-1.0, read_at_s=0.0)
        for second in range(8 * PHASE_S)
    )
    assert memory.grid.votes == ()


def test_a_noisy_house_alone_says_nothing() -> None:
    memory = run(
        at(float(second), 0.0, from_grid=1.0, grid_sign=-1.0, house_w=2000.0 * (second // 60 % 2))
        for second in range(8 * PHASE_S)
    )
    assert memory.grid.votes == memory.battery.votes == ()
