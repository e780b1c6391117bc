"""The keeper that steers where nobody has a claim: what it writes, when, and whom it obeys."""

from dataclasses import replace
from itertools import pairwise

import pytest

from custom_components.victron_openevse.openevse.override import (
    CHANGE_GAP_S,
    FOREIGN_S,
    HALF_S,
    RESEND_S,
    REST_S,
    RISE_GAP_S,
    Offer,
    OverrideKeeper,
    Seen,
    offer_for,
)

OFF = Offer(enabled=False)


def shown(
    enabled: bool | None, current_a: float | None = None, *, limit_only: bool = False
) -> Seen:
    """What a charger that is there shows."""
    return Seen(
        can_set=True, can_switch=True, enabled=enabled, current_a=current_a, limit_only=limit_only
    )


def settled(current_a: int, seen: Seen, at_s: float = 0.0) -> OverrideKeeper:
    """A keeper whose offer the charger has taken."""
    keeper = OverrideKeeper()
    keeper.want(offer_for(current_a))
    keeper.look(shown(None), at_s)
    assert keeper.due(at_s) == offer_for(current_a)
    keeper.look(seen, at_s + 1.0)
    assert keeper.due(at_s + 1.0) is None
    return keeper


def test_below_the_least_current_it_stands_still() -> None:
    assert offer_for(5) == OFF
    assert offer_for(6) == Offer(enabled=True, current_a=6)


def test_nothing_is_sent_to_a_charger_that_shows_it_already() -> None:
    keeper = OverrideKeeper()
    keeper.want(offer_for(10))
    keeper.look(shown(True, 10), 0.0)
    assert keeper.due(0.0) is None
    assert keeper.sent_count == 0


def test_a_lower_pilot_at_the_start_is_not_ours() -> None:
    keeper = OverrideKeeper()
    keeper.want(offer_for(16))
    keeper.look(shown(True, 6, limit_only=True), 0.0)
    assert keeper.due(0.0) == offer_for(16)


def test_a_lower_pilot_later_is_the_chargers_own_care() -> None:
    keeper = settled(16, shown(True, 16, limit_only=True))
    for second in range(2, 400):
        keeper.look(shown(True, 10, limit_only=True), second)
        assert keeper.due(second) is None
    assert not keeper.overridden


@pytest.mark.parametrize(
    ("before_a", "after_a", "gap_s"),
    [
        pytest.param(10, 16, RISE_GAP_S, id="a rise waits longest"),
        pytest.param(16, 10, CHANGE_GAP_S, id="a fall waits for the car's answer"),
        pytest.param(16, 0, 0.0, id="a stop does not wait"),
        pytest.param(0, 6, CHANGE_GAP_S, id="a start"),
    ],
)
def test_changes_are_rationed(before_a: int, after_a: int, gap_s: float) -> None:
    keeper = settled(before_a, shown(before_a > 0, before_a))
    keeper.want(offer_for(after_a))
    first = next(second for second in range(1, 30) if keeper.due(second) is not None)
    assert first == max(1.0, gap_s)


def test_what_is_not_taken_is_repeated_ever_more_rarely() -> None:
    keeper = OverrideKeeper()
    keeper.want(offer_for(10))
    sent = []
    for second in range(1000):
        keeper.look(shown(False, 32), second)
        if keeper.due(second) is not None:
            sent.append(second)
    gaps = [later - earlier for earlier, later in pairwise(sent)]
    assert gaps == [*RESEND_S, RESEND_S[-1]]
    assert not keeper.overridden


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(shown(False, 10), id="switched off"),
        pytest.param(shown(True, 32), id="more current"),
        pytest.param(shown(True, 6), id="less current set"),
        pytest.param(shown(True, 32, limit_only=True), id="more current advertised"),
    ],
)
def test_a_foreign_change_is_a_persons_and_left_alone(foreign: Seen) -> None:
    keeper = settled(10, shown(True, 10))
    for second in range(100, 700):
        keeper.look(foreign, second)
        keeper.want(offer_for(6 + second % 10))
        assert keeper.due(second) is None or keeper.wanted == offer_for(int(foreign.current_a or 0))
        if second > 100 + FOREIGN_S and keeper.overridden:
            break
    assert keeper.overridden


def test_a_short_echo_of_the_past_is_no_person() -> None:
    keeper = settled(10, shown(True, 10))
    for second in (100.0, 102.0, 104.0):
        keeper.look(shown(False, 10), second)
    keeper.look(shown(True, 10), 104.5)
    keeper.look(shown(False, 10), 200.0)
    assert not keeper.overridden


def overridden(at_s: float = 100.0) -> OverrideKeeper:
    """A keeper whose charger a person has switched off."""
    keeper = settled(10, shown(True, 10))
    keeper.look(shown(False, 10), at_s)
    keeper.look(shown(False, 10), at_s + FOREIGN_S)
    assert keeper.overridden
    return keeper


@pytest.mark.parametrize(
    ("after", "sends"),
    [
        pytest.param(shown(None), True, id="withdrawn"),
        pytest.param(shown(True, 10), False, id="back to ours"),
        pytest.param(Seen(), False, id="away"),
    ],
)
def test_what_ends_a_persons_override(after: Seen, sends: bool) -> None:
    keeper = overridden()
    keeper.look(after, 200.0)
    assert not keeper.overridden
    assert (keeper.due(200.0) is not None) is sends


def test_a_charger_that_comes_back_changed_gets_ours_again() -> None:
    keeper = settled(10, shown(True, 10))
    keeper.look(Seen(), 100.0)
    keeper.look(shown(True, 32), 110.0)
    assert keeper.due(110.0) == offer_for(10)
    assert not keeper.overridden


def test_a_choice_of_the_persons_here_is_written_at_once() -> None:
    keeper = overridden()
    keeper.take_over()
    keeper.want(offer_for(32))
    keeper.look(shown(False, 10), 106.0)
    assert keeper.due(106.0) == offer_for(32)


def test_an_unplugged_car_ends_the_override() -> None:
    keeper = overridden()
    keeper.yield_nothing()
    assert not keeper.overridden


def test_who_wants_nothing_sends_nothing() -> None:
    keeper = settled(10, shown(True, 10))
    keeper.want(None)
    keeper.look(shown(True, 32), 100.0)
    assert keeper.due(100.0) is None


NO_SWITCH = Seen(can_set=True, current_a=16)
NO_CURRENT = Seen(can_switch=True, enabled=True, current_a=16)
SIX = Offer(enabled=None, current_a=6)


@pytest.mark.parametrize(
    ("seen", "wanted_a", "at_once", "later"),
    [
        pytest.param(NO_SWITCH, 16, None, SIX, id="no switch"),
        pytest.param(NO_SWITCH, 10, Offer(enabled=None, current_a=10), SIX, id="no switch, lower"),
        pytest.param(NO_SWITCH, 32, None, SIX, id="no switch, higher"),
        pytest.param(NO_SWITCH, 0, SIX, SIX, id="no switch, stop"),
        pytest.param(replace(NO_SWITCH, current_a=6), 0, None, None, id="no switch, low already"),
        pytest.param(
            replace(NO_SWITCH, current_a=None), 16, replace(SIX, current_a=16), SIX, id="?"
        ),
        pytest.param(replace(NO_SWITCH, drawing=False), 0, None, None, id="no switch, car rests"),
        pytest.param(NO_CURRENT, 10, None, OFF, id="no current"),
        pytest.param(NO_CURRENT, 0, OFF, OFF, id="no current, stop"),
        pytest.param(replace(NO_CURRENT, enabled=False), 0, None, None, id="no current, stopped"),
        pytest.param(Seen(), 0, None, None, id="neither"),
    ],
)
def test_one_control_does_what_it_can(
    seen: Seen, wanted_a: int, at_once: Offer | None, later: Offer | None
) -> None:
    for after_s, expected in ((0.0, at_once), (HALF_S, later)):
        keeper = settled(16, shown(True, 16))
        keeper.want(offer_for(wanted_a))
        keeper.look(seen, 100.0)
        assert keeper.due(100.0 + after_s) == expected


def test_a_control_that_comes_back_ends_the_wait() -> None:
    keeper = settled(16, shown(True, 16))
    for at_s in (100.0, 200.0):
        keeper.look(NO_CURRENT, at_s)
        assert not keeper.is_lost(at_s + HALF_S - 1.0)
        assert keeper.is_lost(at_s + HALF_S)
        keeper.look(shown(True, 16), at_s + 1.0)
        assert not keeper.is_lost(at_s + HALF_S)


STOPPED_AT_S = 100.0 + HALF_S


def stopped() -> OverrideKeeper:
    """A keeper that has stopped a charger whose current could not be set any more; it can again."""
    keeper = settled(16, shown(True, 16))
    keeper.look(NO_CURRENT, 100.0)
    assert keeper.due(STOPPED_AT_S) == OFF
    keeper.look(shown(False, 16), STOPPED_AT_S + 1.0)
    return keeper


def test_what_was_stopped_for_want_of_a_control_rests() -> None:
    keeper = stopped()
    keeper.want(offer_for(16))
    for second in range(1, int(REST_S)):
        keeper.look(shown(False, 16), STOPPED_AT_S + second)
        assert keeper.is_resting(STOPPED_AT_S + second)
        assert keeper.due(STOPPED_AT_S + second) is None
    assert not keeper.is_resting(STOPPED_AT_S + REST_S)
    assert keeper.due(STOPPED_AT_S + REST_S) == offer_for(16)


def test_an_offer_from_before_the_rest_is_not_made_after_it() -> None:
    keeper = stopped()
    keeper.look(shown(False, 16), STOPPED_AT_S + REST_S)
    assert keeper.due(STOPPED_AT_S + REST_S) is None
    assert keeper.wanted == OFF


def test_who_is_switched_on_while_a_control_is_gone_rests_anew() -> None:
    keeper = stopped()
    keeper.look(NO_CURRENT, 200.0)
    assert keeper.due(200.0 + HALF_S) == OFF
    keeper.look(shown(False, 16), 201.0 + HALF_S)
    assert keeper.is_resting(STOPPED_AT_S + REST_S)
    assert not keeper.is_resting(200.0 + HALF_S + REST_S)


def test_a_stop_that_was_wanted_is_no_rest_of_the_keepers() -> None:
    """The law counts that one itself."""
    keeper = settled(16, shown(True, 16))
    keeper.want(OFF)
    keeper.look(NO_CURRENT, 100.0)
    assert keeper.due(100.0) == OFF
    keeper.look(replace(NO_CURRENT, enabled=False), 101.0)
    assert keeper.due(100.0 + HALF_S) is None
    assert not keeper.is_resting(100.0 + HALF_S)


def test_a_choice_here_ends_the_rest() -> None:
    keeper = stopped()
    keeper.take_over()
    keeper.want(offer_for(32))
    keeper.look(shown(False, 16), 140.0)
    assert not keeper.is_resting(140.0)
    assert keeper.due(140.0) == offer_for(32)


def test_who_is_switched_on_while_it_rests_is_a_persons() -> None:
    keeper = stopped()
    for at_s in (140.0, 140.0 + FOREIGN_S):
        keeper.look(shown(True, 16), at_s)
        assert keeper.due(at_s) is None
    assert keeper.overridden
    assert not keeper.is_resting(140.0 + FOREIGN_S)


def test_a_charger_that_is_given_back_does_not_rest() -> None:
    keeper = stopped()
    keeper.want(None)
    assert not keeper.is_resting(140.0)


def test_what_is_not_loaded_yet_is_not_gone() -> None:
    keeper = OverrideKeeper()
    keeper.want(offer_for(16))
    for second in range(600):
        keeper.look(replace(NO_CURRENT, loading=True), second)
        assert keeper.due(second) is None
    keeper.look(NO_CURRENT, 600.0)
    assert not keeper.is_lost(599.0 + HALF_S)
    assert keeper.due(600.0 + HALF_S) == OFF


def test_what_was_there_before_is_gone_though_something_else_is_loading() -> None:
    keeper = settled(16, shown(True, 16))
    keeper.look(replace(NO_CURRENT, loading=True), 100.0)
    assert keeper.due(STOPPED_AT_S) == OFF
