"""A trouble counts when it lasts or recurs, and never flaps."""

import pytest

from custom_components.victron_openevse.lasting import Lasting, Recurring
from custom_components.victron_openevse.pulse import Pulse


@pytest.mark.parametrize(
    ("bad", "counts"),
    [
        pytest.param([(0, True), (9, True)], False, id="too short"),
        pytest.param([(0, True), (10, True)], True, id="long enough"),
        pytest.param([(0, True), (5, False), (6, True), (15, True)], False, id="interrupted"),
        pytest.param([(0, True), (10, True), (11, False)], True, id="not over at once"),
        pytest.param([(0, True), (10, True), (11, False), (16, False)], False, id="over"),
        pytest.param(
            [(0, True), (10, True), (11, False), (15, True), (16, False), (20, False)],
            True,
            id="came back meanwhile",
        ),
    ],
)
def test_a_trouble_counts_when_it_lasts(bad: list[tuple[float, bool]], counts: bool) -> None:
    lasting = Lasting(raise_after_s=10.0, clear_after_s=5.0)
    verdicts = [lasting.update(now_s, bad=is_bad) for now_s, is_bad in bad]
    assert verdicts[-1] is counts


def test_what_was_raised_before_a_reload_stays_until_it_is_over() -> None:
    lasting = Lasting(raise_after_s=10.0, clear_after_s=5.0, active=True)
    assert lasting.update(0.0, bad=True)
    assert lasting.update(1.0, bad=False)
    assert not lasting.update(6.0, bad=False)


def test_again_and_again_means_often_within_the_window() -> None:
    often = Recurring(3, window_s=100.0)
    for now_s in (0.0, 60.0, 120.0):
        often.happened(now_s)
    assert not often.update(120.0)
    often.happened(130.0)
    assert often.update(130.0)
    assert often.update(229.0)
    assert not often.update(230.0)


def test_decisions_of_the_last_minute_are_counted() -> None:
    pulse = Pulse()
    for second in range(100):
        pulse.beat(float(second))
    assert pulse.per_minute(99.0) == 60
    assert pulse.per_minute(150.0) == 9
    assert pulse.per_minute(500.0) == 0
