"""Another program writes the same claim: we neither shout in turns nor wear the contactor."""

import json

from tests.openevse.fakes import Bench

FOREIGN = json.dumps({"state": "disabled", "charge_current": 6, "auto_release": True})

FOREIGN_ACTIVE = json.dumps({"state": "active", "charge_current": 32, "auto_release": True})


def confirmed_bench() -> Bench:
    """Return a charger that has held our claim for long."""
    bench = Bench()
    bench.dump()
    bench.offer(16)
    bench.echo()
    bench.advance(600)
    bench.transport.published.clear()
    return bench


def quarrel(bench: Bench, seconds: int) -> None:
    """The surplus wanders while the other program repeats its claim every ten seconds."""
    for second in range(seconds):
        if second % 10 == 0:
            bench.say("claim", FOREIGN)
        sent = len(bench.commands)
        bench.offer(6 + second % 7)
        bench.advance(1)
        if len(bench.commands) > sent:
            bench.echo()


def test_changing_offers_do_not_shout_in_turns() -> None:
    bench = confirmed_bench()
    quarrel(bench, 120)
    bench.transport.published.clear()
    quarrel(bench, 3600)
    assert len(bench.commands) == 3600 / 300


def contested(bench: Bench) -> bool:
    """Tell whether somebody overwrites our claim."""
    said = bench.charger.contested
    assert bench.charger.diagnostics()["claim_contested"] is said
    return said


def test_a_quarrel_is_known_while_it_lasts() -> None:
    bench = confirmed_bench()
    assert not contested(bench)
    quarrel(bench, 120)
    assert contested(bench)
    bench.advance(300)
    bench.echo()
    bench.advance(61)
    assert not contested(bench)


def test_even_a_stop_is_not_fought_over() -> None:
    """Each round may switch the contactor, whatever the reason to stop."""
    bench = confirmed_bench()
    quarrel(bench, 120)
    bench.offer(0)
    bench.echo()
    bench.transport.published.clear()
    for _ in range(360):
        bench.say("claim", FOREIGN_ACTIVE)
        bench.advance(10)
    assert contested(bench)
    assert len(bench.commands) <= 3600 / 300


def test_a_stop_does_not_wait() -> None:
    bench = confirmed_bench()
    quarrel(bench, 120)
    bench.transport.published.clear()
    bench.offer(10)
    assert bench.commands == []
    bench.offer(0)
    assert [claim["state"] for claim in bench.claims] == ["disabled"]


def test_when_our_claim_holds_offers_go_out_at_once_again() -> None:
    bench = confirmed_bench()
    quarrel(bench, 120)
    bench.transport.published.clear()
    bench.advance(300)
    assert len(bench.commands) == 1, "the other's claim stands, though it says nothing more"
    bench.echo()
    bench.advance(61)
    bench.offer(10)
    bench.echo()
    bench.advance(1)
    bench.offer(12)
    assert [claim["charge_current"] for claim in bench.claims[-2:]] == [10, 12]


def test_a_rebooted_charger_ends_the_quarrel() -> None:
    bench = confirmed_bench()
    quarrel(bench, 120)
    bench.transport.published.clear()
    bench.say("uptime", "100")
    bench.say("uptime", "1")
    bench.advance(3)
    assert len(bench.commands) == 1
