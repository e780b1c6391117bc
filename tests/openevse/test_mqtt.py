"""The life of a claim: sent once, read back, kept alive, and handed back."""

import pytest

from tests.openevse.fakes import (
    ANNOUNCE,
    BASE,
    CONNECTED,
    DISCONNECTED,
    NO_CLAIM,
    Bench,
)

OURS_16 = '{"state":"active","charge_current":16,"auto_release":false}'
FOREIGN = '{"state":"active","charge_current":32,"auto_release":false}'
SENT_16 = '{"state":"active","charge_current":16,"max_current":"clear","auto_release":false}'


def confirmed(bench: Bench) -> bool:
    return bench.charger.claim_confirmed


def confirmed_bench() -> Bench:
    """Return a charger that holds our claim for 16 A."""
    bench = Bench()
    bench.dump()
    bench.offer(16)
    bench.echo()
    assert confirmed(bench)
    return bench


def test_an_offer_is_sent_once_and_confirmed_by_the_document() -> None:
    bench = Bench()
    bench.offer(16)
    assert bench.transport.published == [(f"{BASE}/claim/set", SENT_16)]
    assert not confirmed(bench)
    bench.offer(16)
    bench.echo()
    bench.offer(16)
    bench.advance(300)
    assert confirmed(bench)
    assert bench.commands == [SENT_16]


def test_nothing_offered_is_a_disabled_claim() -> None:
    bench = confirmed_bench()
    bench.offer(0)
    assert (bench.claims[-1]["state"], bench.claims[-1]["charge_current"]) == ("disabled", 6)
    bench.echo()
    bench.dump(status="disabled", state="254", pilot="16")
    assert confirmed(bench)
    bench.advance(300)
    assert len(bench.commands) == 2, "while off the pilot does not matter"


def test_a_lost_command_is_repeated_with_growing_patience() -> None:
    bench = Bench()
    bench.offer(16)
    sent_s: list[float] = []
    for _ in range(130):
        before = len(bench.commands)
        bench.advance(1)
        if len(bench.commands) > before:
            sent_s.append(bench.now_s - 1000.0)
    assert sent_s == [5.0, 15.0, 35.0, 65.0, 95.0, 125.0]
    bench.offer(10)
    assert bench.claims[-1]["charge_current"] == 10, "a new offer does not wait"
    bench.echo()
    sent = len(bench.commands)
    bench.advance(300)
    assert len(bench.commands) == sent


def test_back_to_the_old_offer_while_the_new_one_is_under_way() -> None:
    bench = confirmed_bench()
    bench.offer(10)
    bench.offer(16)
    assert not confirmed(bench), "the document we know is from before"
    bench.advance(1)
    bench.say("claim", '{"state":"active","charge_current":10,"auto_release":false}')
    assert not confirmed(bench)
    bench.say("claim", OURS_16)
    assert confirmed(bench)
    assert [claim["charge_current"] for claim in bench.claims] == [16, 10, 16]


def test_a_restart_of_ours_recognises_its_claim() -> None:
    bench = Bench(stored={ANNOUNCE: CONNECTED, f"{BASE}/claim": OURS_16})
    bench.offer(16)
    bench.advance(60)
    assert confirmed(bench)
    assert bench.commands == []


def test_without_a_stored_document_the_first_offer_waits_for_a_moment() -> None:
    bench = Bench(stored={ANNOUNCE: CONNECTED})
    bench.offer(16)
    bench.advance(1)
    assert bench.commands == []
    bench.advance(1)
    assert bench.commands == [SENT_16]


def test_nothing_is_sent_to_a_charger_nobody_has_seen() -> None:
    bench = Bench(stored={})
    bench.offer(16)
    bench.advance(30)
    assert bench.commands == []
    bench.dump()
    bench.advance(1)
    assert bench.commands == [SENT_16]


def test_nothing_is_sent_while_the_broker_is_away() -> None:
    bench = Bench()
    bench.transport.connected = False
    bench.offer(16)
    bench.advance(30)
    assert bench.commands == []
    bench.transport.connected = True
    bench.advance(1)
    assert bench.commands == [SENT_16]


def test_nothing_is_sent_to_a_charger_announced_gone() -> None:
    bench = confirmed_bench()
    bench.announce(DISCONNECTED)
    bench.offer(10)
    bench.advance(60)
    assert len(bench.commands) == 1
    bench.announce(CONNECTED)
    bench.say("claim", OURS_16)
    assert bench.claims[-1]["charge_current"] == 10
    assert len(bench.commands) == 2


def test_a_short_loss_of_wifi_keeps_the_claim_and_sends_nothing() -> None:
    bench = confirmed_bench()
    bench.announce(CONNECTED)
    bench.say("claim", OURS_16)
    bench.advance(120)
    assert confirmed(bench)
    assert len(bench.commands) == 1


def test_a_rebooted_gateway_says_it_has_no_claim_and_gets_it_again() -> None:
    bench = confirmed_bench()
    bench.advance(600)
    bench.announce(DISCONNECTED)
    bench.advance(20)
    bench.announce(CONNECTED)
    bench.say("claim", NO_CLAIM)
    assert bench.commands == [SENT_16, SENT_16]
    bench.echo()
    bench.dump(uptime="12")
    bench.advance(300)
    assert confirmed(bench)
    assert len(bench.commands) == 2, "the small uptime is no second reboot"


def test_a_rebooted_gateway_whose_documents_are_lost_is_claimed_after_a_moment() -> None:
    bench = confirmed_bench()
    bench.advance(600)
    bench.announce(CONNECTED)
    bench.advance(1)
    assert len(bench.commands) == 1
    bench.advance(1)
    assert bench.commands == [SENT_16, SENT_16]


def test_uptime_alone_betrays_a_reboot() -> None:
    bench = confirmed_bench()
    bench.advance(600)
    bench.say("uptime", "15")
    assert not confirmed(bench)
    bench.advance(2)
    assert bench.commands == [SENT_16, SENT_16]
    assert bench.charger.diagnostics()["reappeared"] == 1


def test_an_implausible_uptime_is_no_reboot() -> None:
    bench = confirmed_bench()
    bench.advance(600)
    bench.say("uptime", "-5")
    bench.advance(5)
    assert confirmed(bench)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(NO_CLAIM, id="released by someone"),
        pytest.param(FOREIGN, id="another program uses the same claim"),
        pytest.param(
            '{"state":"active","charge_current":16,"max_current":10,"auto_release":false}',
            id="merged with someone's cap",
        ),
        pytest.param(
            '{"state":"active","charge_current":16,"auto_release":true}',
            id="would end at the next unplug",
        ),
        pytest.param('{"charge_current":16,"auto_release":false}', id="state lost"),
    ],
)
def test_a_changed_claim_is_set_right_at_once(document: str) -> None:
    bench = confirmed_bench()
    bench.advance(600)
    bench.say("claim", document)
    assert bench.commands == [SENT_16, SENT_16]
    bench.echo()
    assert confirmed(bench)
    assert bench.charger.diagnostics()["foreign_claims"] == (document != NO_CLAIM)


def test_an_unreadable_document_changes_nothing() -> None:
    bench = confirmed_bench()
    bench.advance(600)
    bench.say("claim", "oops")
    assert confirmed(bench)
    assert bench.charger.diagnostics()["rejected"] == {"claim": 1}


def test_we_do_not_shout_in_turns_with_another_program() -> None:
    bench = confirmed_bench()
    for _ in range(600):
        bench.advance(1)
        if confirmed(bench):
            bench.say("claim", FOREIGN)
        else:
            bench.echo()
    assert len(bench.commands) < 600 / 25, "one claim each half minute at most"


def test_a_person_at_the_charger_is_left_alone() -> None:
    bench = confirmed_bench()
    bench.advance(120)
    bench.say("override", '{"state":"disabled","auto_release":true}')
    for _ in range(20):
        bench.say("claim", OURS_16)
        bench.advance(30)
        bench.dump(manual_override="1", status="disabled", state="254", pilot="32")
    assert len(bench.commands) == 1
    assert confirmed(bench)
    assert not bench.charger.diagnostics()["claim_contradicted"]


@pytest.mark.parametrize(
    ("dump", "sent"),
    [
        pytest.param({"status": "disabled"}, 5, id="does not want to charge"),
        pytest.param({"pilot": "32"}, 5, id="offers more than we do"),
        pytest.param({"pilot": "6"}, 0, id="offers less: it protects itself"),
        pytest.param({}, 0, id="obeys"),
    ],
)
def test_a_deaf_charger_is_reminded_once_a_minute(dump: dict[str, str], sent: int) -> None:
    bench = confirmed_bench()
    for _ in range(10):
        bench.advance(30)
        bench.dump(**dump)
    bench.advance(1)
    assert bench.commands == [SENT_16] * (1 + sent)
    assert confirmed(bench)
    assert bench.charger.diagnostics()["claim_contradicted"] is (sent > 0)


@pytest.mark.parametrize("offered_a", [pytest.param(0, id="off"), pytest.param(8, id="less")])
def test_what_the_charger_said_before_it_confirmed_contradicts_nothing(offered_a: int) -> None:
    bench = confirmed_bench()
    bench.advance(100)
    bench.dump()
    bench.advance(1)
    bench.offer(offered_a)
    bench.echo()
    bench.advance(100)
    assert len(bench.commands) == 2


def test_a_deaf_charger_is_not_reminded_of_an_unconfirmed_claim() -> None:
    bench = confirmed_bench()
    bench.advance(100)
    bench.offer(10)
    bench.say("status", "disabled")
    bench.advance(4)
    assert [claim["charge_current"] for claim in bench.claims] == [16, 10]


def test_nobody_is_reminded_of_a_claim_not_made() -> None:
    bench = Bench()
    for _ in range(10):
        bench.advance(30)
        bench.dump(status="disabled")
    assert bench.commands == []


def test_stop_keeps_the_claim() -> None:
    bench = confirmed_bench()
    bench.charger.stop()
    bench.offer(10)
    bench.advance(60)
    assert bench.commands == [SENT_16]


def test_diagnostics_show_wish_and_answer_alike() -> None:
    bench = confirmed_bench()
    report = bench.charger.diagnostics()
    assert report["claim_wanted"] == report["claim_document"] == SENT_16
    assert report["claims_sent"] == 1
