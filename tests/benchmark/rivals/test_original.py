"""The model of the original flow against its published rules."""

import pytest

from benchmark.rivals.original import Original, off_threshold_pct, step_a
from tests.benchmark.rivals.site import facts, run, seen

NOON_S = 12 * 3600


@pytest.mark.parametrize(
    ("pv_w", "hours_to_sunset", "expected_pct"),
    [
        pytest.param(0.0, 14.0, 40.0, id="no-sun-yet"),
        pytest.param(250.0, 8.0, 40.0, id="only-the-base-load"),
        pytest.param(1250.0, 8.0, 28.0, id="one-kilowatt-spare-six-hours"),
        pytest.param(4250.0, 8.0, 15.0, id="floor"),
        pytest.param(4250.0, 2.0, 40.0, id="two-hours-before-sunset"),
        pytest.param(4250.0, -3.0, 40.0, id="night"),
    ],
)
def test_off_threshold(pv_w: float, hours_to_sunset: float, expected_pct: float) -> None:
    assert off_threshold_pct(pv_w, hours_to_sunset) == expected_pct


@pytest.mark.parametrize(
    ("battery_w", "expected_a"),
    [
        pytest.param(0.0, 0, id="rest"),
        pytest.param(299.0, 0, id="dead-band"),
        pytest.param(300.0, 1, id="first-step-up"),
        pytest.param(1500.0, 5, id="rises-fast"),
        pytest.param(-1.0, -1, id="any-discharge-steps-down"),
        pytest.param(-500.0, -1, id="one-step-down"),
        pytest.param(-1500.0, -3, id="falls-slowly"),
    ],
)
def test_step(battery_w: float, expected_a: int) -> None:
    assert step_a(battery_w) == expected_a


def test_starts_at_the_minimum_and_rises_to_its_limit() -> None:
    offers = run(
        Original(facts()), lambda _time: 8000.0, NOON_S + 600, start_s=NOON_S, to_battery=True
    )
    assert offers[0] == 6
    assert max(offers) == offers[-1] == 20


def test_changes_once_in_twenty_seconds() -> None:
    offers = run(
        Original(facts()), lambda _time: 4000.0, NOON_S + 60, start_s=NOON_S, to_battery=True
    )
    assert offers[:3] == [6, 6, 6]
    assert offers[3] > 6
    assert len(set(offers[3:7])) == 1


def test_without_sun_the_battery_supplements_down_to_the_threshold() -> None:
    law = Original(facts())
    assert law.offer(seen(NOON_S, soc_pct=41.0)) == 6
    for step in range(1, 4):
        offer = law.offer(seen(NOON_S + 5 * step, offered_a=6, battery_w=-1500.0, soc_pct=40.0))
    assert offer == 0


def test_wakes_at_the_upper_threshold_at_the_minimum() -> None:
    law = Original(facts())
    levels = [40.0] * 4 + [49.9] * 4 + [50.0] * 4
    offers = [law.offer(seen(NOON_S + 5 * at, soc_pct=soc)) for at, soc in enumerate(levels)]
    assert offers[3] == offers[7] == 0
    assert offers[11] == 6


def test_probes_one_amp_after_four_still_cycles_when_full() -> None:
    law = Original(facts())
    offers = [law.offer(seen(NOON_S + 5 * at, offered_a=6, soc_pct=95.0)) for at in range(16)]
    assert offers == [6] * 15 + [7]


def test_does_not_probe_below_full() -> None:
    law = Original(facts())
    offers = [law.offer(seen(NOON_S + 5 * at, offered_a=6, soc_pct=94.0)) for at in range(40)]
    assert set(offers) == {6}
