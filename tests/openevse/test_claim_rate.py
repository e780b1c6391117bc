"""Many changes in a moment: few messages, the last wish wins, and a stop never waits."""

import json

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.openevse.claim import GAP_S, ClaimKeeper, claim_for
from tests.openevse.fakes import CONNECTED, NO_CLAIM, Bench

MOST_PER_GAP = 3
"""The one that is due, one that asks for less, and a stop."""


def confirmed_bench() -> Bench:
    """Return a charger that has held our claim for 16 A for long."""
    bench = Bench()
    bench.dump()
    bench.offer(16)
    bench.echo()
    bench.advance(600)
    bench.transport.published.clear()
    return bench


def amps(bench: Bench) -> list[int]:
    """Return the currents claimed, 0 for a stop."""
    active = [claim["state"] == "active" for claim in bench.claims]
    return [c["charge_current"] if a else 0 for c, a in zip(bench.claims, active, strict=True)]


def test_two_hundred_changes_are_a_few_messages_and_the_last_one_wins() -> None:
    bench = confirmed_bench()
    for step in range(200):
        bench.offer(6 + step % 20)
    assert amps(bench) == [6]
    bench.advance(1)
    assert amps(bench) == [6, 6 + 199 % 20]
    bench.echo()
    bench.advance(300)
    assert len(bench.commands) == 2


@pytest.mark.parametrize(
    ("offered_a", "at_once", "later"),
    [
        pytest.param([12], [12], [], id="the first after quiet"),
        pytest.param([20, 24], [20], [24], id="more waits"),
        pytest.param([20, 18], [20, 18], [], id="less does not"),
        pytest.param([20, 18, 17, 16, 15], [20, 18], [15], id="only the first that asks for less"),
        pytest.param([20, 18, 17, 0], [20, 18, 0], [], id="a stop never waits"),
        pytest.param([0, 16], [0], [16], id="to go on is more"),
        pytest.param([0, 16, 0], [0], [], id="changed one's mind"),
        pytest.param([20, 16, 20, 16], [20, 16], [], id="to and fro"),
    ],
)
def test_what_waits(offered_a: list[int], at_once: list[int], later: list[int]) -> None:
    bench = confirmed_bench()
    for current_a in offered_a:
        bench.offer(current_a)
        bench.echo()
    assert amps(bench) == at_once
    bench.advance(1)
    assert amps(bench) == [*at_once, *later]


def test_what_waits_does_so_for_a_second() -> None:
    bench = confirmed_bench()
    bench.offer(20)
    bench.transport.now_s += GAP_S - 0.1
    bench.offer(24)
    assert amps(bench) == [20]
    bench.transport.now_s += 0.1
    bench.offer(24)
    assert amps(bench) == [20, 24]


def test_a_charger_that_forgets_all_the_time_is_told_once_a_second() -> None:
    bench = confirmed_bench()
    for step in range(10_000):
        bench.transport.now_s += 0.001
        bench.announce(CONNECTED)
        bench.say("claim", NO_CLAIM)
        if step % 1000 == 0:
            bench.charger.tick(bench.now_s)
    assert 9 <= len(bench.commands) <= 10


def test_late_answers_to_our_own_changes_are_nobody_elses() -> None:
    """A charger two seconds behind, while somebody turns a knob each second."""
    bench = confirmed_bench()
    for step in range(40):
        bench.offer((10, 11, 10, 20)[step % 4])
        bench.advance(1)
        if step >= 2:
            answer = bench.claims[step - 2]
            bench.say("claim", json.dumps({k: v for k, v in answer.items() if v != "clear"}))
    report = bench.charger.diagnostics()
    assert len(bench.commands) == 40
    assert (report["foreign_claims"], report["claim_contested"]) == (0, False)


def test_the_same_words_much_later_are_somebody_elses() -> None:
    bench = confirmed_bench()
    bench.offer(10)
    bench.advance(1)
    bench.offer(16)
    bench.echo()
    bench.advance(120)
    bench.say("claim", '{"state":"active","charge_current":10,"auto_release":false}')
    assert bench.charger.diagnostics()["foreign_claims"] == 1


def test_a_charger_given_back_again_and_again_is_told_once_a_second() -> None:
    bench = confirmed_bench()
    for _ in range(100):
        bench.charger.release(bench.now_s)
        bench.offer(16)
    assert bench.commands == ["release"]
    bench.charger.release(bench.now_s)
    bench.advance(1)
    assert bench.commands == ["release", "release"]


@given(st.lists(st.tuples(st.integers(0, 32), st.floats(0.0, 0.3)), max_size=60))
def test_never_more_than_a_few_a_second_and_never_an_old_wish(
    changes: list[tuple[int, float]],
) -> None:
    keeper, now_s = ClaimKeeper(), 1000.0
    sent_s: list[float] = []
    for current_a, pause_s in changes:
        now_s += pause_s
        keeper.want(claim_for(current_a))
        if keeper.due(now_s) is not None:
            sent_s.append(now_s)
            keeper.document_seen(keeper.wanted, now_s)
        assert keeper.confirmed or (keeper.wanted is not None and keeper.wanted.enabled)
    for at_s in sent_s:
        assert sum(at_s <= other_s < at_s + GAP_S for other_s in sent_s) <= MOST_PER_GAP
    last = keeper.due(now_s + GAP_S)
    if last is not None:
        keeper.document_seen(keeper.wanted, now_s + GAP_S)
    assert keeper.confirmed == bool(changes)
    assert keeper.foreign_count == 0
