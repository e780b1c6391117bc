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


def given_back(bench: Bench) -> bool:
    """Tell whether nothing of ours is left there."""
    return bench.charger.given_back


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


def released_at_s(bench: Bench, seconds: int) -> list[float]:
    """Live for some seconds after a release; gives when it was sent."""
    begun_s, sent_s = bench.now_s, []
    before = len(bench.commands)
    bench.charger.release(bench.now_s)
    for _ in range(seconds):
        sent_s += [bench.now_s - begun_s] * (len(bench.commands) - before)
        before = len(bench.commands)
        bench.advance(1)
    return sent_s


def test_release_is_repeated_for_as_long_as_the_charger_says_that_it_holds_our_claim() -> None:
    """Its Wi-Fi fails: all is lost, and the broker's last will comes after a minute and a half."""
    bench = confirmed_bench()
    assert released_at_s(bench, 130) == [0.0, 5.0, 15.0, 35.0, 65.0, 95.0, 125.0]
    assert bench.charger.releasing
    assert not given_back(bench)
    sent = len(bench.commands)
    bench.say("claim", NO_CLAIM)
    assert given_back(bench)
    bench.advance(300)
    assert len(bench.commands) == sent


def test_a_claim_that_the_last_one_never_replaced_is_ours_too() -> None:
    """The last offer was lost as well, so the charger tells of the one before."""
    bench = confirmed_bench()
    bench.offer(10)
    bench.charger.release(bench.now_s)
    bench.advance(300)
    assert bench.commands[-1] == "release"
    assert bench.charger.releasing


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(None, id="never told of a claim"),
        pytest.param(NO_CLAIM, id="says it has none"),
        pytest.param(FOREIGN, id="says it holds somebody else's"),
    ],
)
def test_release_is_repeated_three_times_where_the_charger_does_not_hold_our_claim(
    told: str | None,
) -> None:
    bench = Bench(stored={ANNOUNCE: CONNECTED})
    bench.dump()
    bench.advance(3)
    bench.offer(16)
    assert bench.commands == [SENT_16]
    if told is not None:
        bench.say("claim", NO_CLAIM)
        bench.say("claim", told)
    bench.transport.published.clear()
    assert released_at_s(bench, 300) == [0.0, 5.0, 15.0]
    assert given_back(bench)


def test_a_claim_found_that_cannot_be_ours_is_not_released_for_ever() -> None:
    """It ends with the session, so it may be gone already: the charger does not tell of that."""
    stale = OURS_16.replace("false", "true")
    bench = Bench(stored={ANNOUNCE: CONNECTED, f"{BASE}/claim": stale})
    bench.dump()
    assert len(released_at_s(bench, 300)) == 3
    assert given_back(bench)


def test_a_charger_that_restarts_while_its_release_is_lost_is_asked_until_it_says_what_it_holds() -> (
    None
):
    bench = Bench(stored={ANNOUNCE: CONNECTED, f"{BASE}/claim": OURS_16})
    bench.dump()
    bench.charger.release(bench.now_s)
    bench.announce(CONNECTED)
    bench.advance(120)
    assert not given_back(bench)
    bench.say("claim", NO_CLAIM)
    assert given_back(bench)


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
    assert bench.transport.published == [(f"{BASE}/claim/set", "release")]
    bench.say("claim", NO_CLAIM)
    assert bench.transport.published[1:] == [(f"{BASE}/limit/set", "clear")]
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
    assert set(bench.commands) == {"release"}
    bench.say("claim", NO_CLAIM)
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
    ],
)
def test_nothing_to_release(stored: dict[str, str]) -> None:
    bench = Bench(stored=stored)
    bench.charger.release(bench.now_s)
    bench.advance(5)
    assert given_back(bench)
    bench.say("claim", NO_CLAIM)
    bench.say("claim", FOREIGN)
    bench.advance(60)
    assert bench.commands == []
    assert given_back(bench)


def test_a_charger_nobody_knows_of_is_not_said_to_be_given_back() -> None:
    """The broker lost its store, and the charger has not found it again yet."""
    bench = Bench(stored={})
    bench.charger.release(bench.now_s)
    bench.advance(3600)
    assert bench.commands == []
    assert not given_back(bench)
    bench.announce(CONNECTED)
    assert not given_back(bench), "it says what it holds within a second"
    bench.say("claim", OURS_16)
    assert bench.commands == ["release"]
    bench.say("claim", NO_CLAIM)
    assert given_back(bench)


def test_a_charger_that_appears_and_tells_of_no_claim_is_given_back() -> None:
    bench = Bench(stored={})
    bench.charger.release(bench.now_s)
    bench.advance(60)
    bench.announce(CONNECTED)
    bench.advance(3)
    assert bench.commands == []
    assert given_back(bench)


def test_a_claim_of_ours_that_is_told_late_is_released() -> None:
    bench = Bench(stored={ANNOUNCE: CONNECTED})
    bench.charger.release(bench.now_s)
    bench.advance(10)
    assert bench.commands == []
    bench.transport.connected = False
    bench.say("claim", OURS_16)
    assert not given_back(bench), "it cannot be asked now, but it holds our claim"
    bench.transport.connected = True
    bench.advance(1)
    assert bench.commands == ["release"]
    bench.say("claim", NO_CLAIM)
    assert given_back(bench)
    bench.say("claim", OURS_16)
    bench.advance(60)
    assert bench.commands == ["release"], "given back, the same claim is somebody else's"


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
