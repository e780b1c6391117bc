"""Giving a charger back: once, repeated while nobody answers, and also when nobody announced it."""

import pytest

from tests.openevse.fakes import (
    ANNOUNCE,
    BASE,
    CHARGER_ID,
    CONNECTED,
    DISCONNECTED,
    NO_CLAIM,
    Bench,
)
from tests.openevse.test_mqtt import FOREIGN, OURS_16, SENT_16, confirmed, confirmed_bench

OUR_LIMIT = '{"type":"time","value":12,"auto_release":false}'
NO_LIMIT = '{"type":"none","value":0,"auto_release":true}'


def test_release_gives_the_claim_back_once() -> None:
    bench = confirmed_bench()
    bench.charger.release(bench.now_s)
    assert bench.commands == [SENT_16, "release"]
    bench.say("claim", NO_CLAIM)
    bench.advance(120)
    assert bench.commands == [SENT_16, "release"]
    assert not bench.charger.releasing
    assert not confirmed(bench)
    bench.charger.release(bench.now_s)
    assert bench.commands == [SENT_16, "release"]


def test_release_is_repeated_but_not_for_ever() -> None:
    bench = confirmed_bench()
    bench.charger.release(bench.now_s)
    bench.advance(300)
    assert bench.commands == [SENT_16] + ["release"] * 3
    assert not bench.charger.releasing


def test_release_of_a_claim_of_an_earlier_life() -> None:
    bench = Bench(stored={ANNOUNCE: CONNECTED, f"{BASE}/claim": OURS_16})
    bench.charger.release(bench.now_s)
    assert bench.commands == ["release"]


def test_a_stored_claim_is_enough_to_give_back_a_charger_nobody_announced() -> None:
    """Who gives back may have ended before an idle charger speaks, which it does each 30 s."""
    bench = Bench(stored={f"{BASE}/claim": OURS_16, f"{BASE}/limit": OUR_LIMIT})
    bench.offer(16)
    assert bench.transport.published == []
    bench.charger.release(bench.now_s)
    assert bench.transport.published == [
        (f"{BASE}/claim/set", "release"),
        (f"{BASE}/limit/set", "clear"),
    ]
    bench.say("claim", NO_CLAIM)
    bench.say("limit", NO_LIMIT)
    bench.advance(60)
    assert not bench.charger.releasing
    assert len(bench.transport.published) == 2


def test_a_charger_nobody_announced_is_not_given_up_until_it_speaks() -> None:
    bench = Bench(stored={f"{BASE}/claim": OURS_16})
    bench.charger.release(bench.now_s)
    bench.advance(3600)
    assert bench.charger.releasing
    assert len(bench.commands) < 3600 / 15
    bench.transport.published.clear()
    bench.dump()
    bench.advance(60)
    assert bench.commands == ["release"]
    assert not bench.charger.releasing


def test_a_charger_announced_gone_gets_nothing_though_it_is_given_back() -> None:
    bench = Bench(stored={ANNOUNCE: DISCONNECTED, f"{BASE}/claim": OURS_16}, charger_id=CHARGER_ID)
    bench.charger.release(bench.now_s)
    bench.advance(60)
    assert bench.transport.published == []
    assert bench.charger.releasing


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param({ANNOUNCE: CONNECTED, f"{BASE}/claim": NO_CLAIM}, id="charger has no claim"),
        pytest.param({ANNOUNCE: CONNECTED}, id="charger never said"),
        pytest.param({}, id="nobody knows of a charger"),
    ],
)
def test_nothing_to_release(stored: dict[str, str]) -> None:
    bench = Bench(stored=stored)
    bench.charger.release(bench.now_s)
    bench.advance(5)
    assert not bench.charger.releasing
    bench.say("claim", FOREIGN)
    bench.advance(60)
    assert bench.commands == []


def test_a_release_waits_for_a_charger_that_is_away() -> None:
    bench = confirmed_bench()
    bench.announce(DISCONNECTED)
    bench.charger.release(bench.now_s)
    bench.advance(60)
    assert bench.commands == [SENT_16]
    bench.announce(CONNECTED)
    bench.say("claim", OURS_16)
    assert bench.commands == [SENT_16, "release"]


def test_an_offer_ends_a_release_under_way() -> None:
    bench = confirmed_bench()
    bench.charger.release(bench.now_s)
    bench.offer(16)
    bench.say("claim", NO_CLAIM)
    bench.advance(5)
    bench.echo()
    bench.advance(300)
    assert bench.claims[-1]["charge_current"] == 16
    assert confirmed(bench)
