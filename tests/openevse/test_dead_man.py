"""The charger's own limit, kept a little ahead so that it stops when nobody speaks any more."""

import json
from typing import Any

import pytest

from custom_components.victron_openevse.openevse.dead_man import (
    CLEAR,
    LET_GO_ATTEMPTS,
    DeadMan,
    Limit,
    limit_payload,
    minutes_ahead,
    read_limit,
)
from tests.openevse.fakes import BASE, NO_CLAIM, Bench

NO_LIMIT = '{"type":"none","value":0,"auto_release":true}'
OWN_LIMIT = '{"type":"energy","value":9000,"auto_release":true}'


class Guarded(Bench):
    """A charger that charges at 16 A, with a law that decides once a second."""

    def __init__(self, *, limit: str = NO_LIMIT, charged_s: int = 0) -> None:
        super().__init__()
        self.charged_s = charged_s
        self.answers = True
        self.say("config", '{"version":"5.1.5"}', retain=True)
        self.say("limit", limit, retain=True)
        self.dump(session_elapsed=str(charged_s))
        self.offer(16)
        self.echo()
        self.transport.published.clear()

    def live(self, seconds: int, *, stop: bool = True) -> None:
        """Charge for some seconds; the charger answers each limit as the firmware does."""
        for _ in range(seconds):
            self.charged_s += 1
            if self.charged_s % 5 == 0:
                self.say("session_elapsed", str(self.charged_s))
            self.advance(1)
            self.guard(stop=stop)

    def guard(self, *, stop: bool = True) -> None:
        before = len(self.limits)
        self.charger.guard(self.now_s, stop=stop)
        if self.answers and len(self.limits) > before:
            self.say("limit", "true")
            said = self.limits[-1]
            self.say("limit", NO_LIMIT if said == CLEAR else said, retain=False)

    @property
    def limits(self) -> list[str]:
        """Payloads sent to the charger's limit."""
        topic = f"{BASE}/limit/set"
        return [payload for name, payload in self.transport.published if name == topic]

    @property
    def minutes(self) -> list[int]:
        return [json.loads(payload)["value"] for payload in self.limits if payload != CLEAR]


def problem(bench: Bench) -> str | None:
    """Give why the charger cannot stop by itself."""
    return bench.charger.safe_state_problem


def releasing(bench: Bench) -> bool:
    """Tell whether something of ours is still on its way back."""
    return bench.charger.releasing


def given_back(bench: Bench) -> bool:
    """Tell whether nothing of ours is left there."""
    return bench.charger.given_back


def give_back(bench: Bench) -> None:
    """Hand the charger back, which lets go of our claim at once."""
    bench.charger.release(bench.now_s)
    bench.say("claim", NO_CLAIM)


@pytest.mark.parametrize(
    ("charged_s", "minutes"),
    [
        pytest.param(0, 2, id="a new session"),
        pytest.param(9, 2, id="just before it moves"),
        pytest.param(10, 3, id="just moved"),
        pytest.param(69, 3, id="a minute later"),
        pytest.param(7265, 123, id="two hours"),
    ],
)
def test_a_limit_stops_the_session_in_two_to_three_minutes(charged_s: int, minutes: int) -> None:
    assert minutes_ahead(charged_s) == minutes
    assert 110 < minutes * 60 - charged_s <= 170


def test_every_limit_names_all_fields_and_does_not_end_with_the_session() -> None:
    assert json.loads(limit_payload(5)) == {"type": "time", "value": 5, "auto_release": False}


@pytest.mark.parametrize(
    ("payload", "limit"),
    [
        pytest.param(NO_LIMIT, None, id="none"),
        pytest.param(OWN_LIMIT, Limit("energy", 9000, auto_release=True), id="energy"),
        pytest.param(limit_payload(3), Limit("time", 3, auto_release=False), id="ours"),
    ],
)
def test_reads_the_document(payload: str, limit: Limit | None) -> None:
    assert read_limit(payload) == limit


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param("true", id="the bare word"),
        pytest.param("", id="empty"),
        pytest.param('{"value":5}', id="no type"),
        pytest.param('{"type":"moon","value":5}', id="unknown type"),
        pytest.param('{"type":["time"],"value":5}', id="a list as type"),
        pytest.param('{"type":"time","value":"5"}', id="text as value"),
        pytest.param('{"type":"time","value":true}', id="flag as value"),
        pytest.param("[" * 9000, id="nested without end"),
    ],
)
def test_what_is_no_document_is_refused_and_harms_nothing(payload: str) -> None:
    with pytest.raises(ValueError, match="limit"):
        read_limit(payload)
    bench = Guarded()
    bench.say("limit", payload)
    bench.live(1)
    assert bench.minutes == [2]


def test_the_limit_moves_once_a_minute_and_always_in_time() -> None:
    bench = Guarded()
    least_s = 999
    for _ in range(600):
        bench.live(1)
        least_s = min(least_s, bench.minutes[-1] * 60 - bench.charged_s)
    assert least_s >= 105
    assert len(bench.limits) <= 12


def test_a_law_that_is_dead_moves_nothing_though_the_adapter_ticks_on() -> None:
    bench = Guarded()
    bench.live(60)
    bench.transport.published.clear()
    for second in range(600):
        bench.say("session_elapsed", str(60 + second))
        bench.advance(1)
    assert bench.limits == []


def test_a_lost_message_is_repeated_after_five_seconds() -> None:
    bench = Guarded()
    bench.answers = False
    bench.live(11)
    assert bench.minutes == [2, 2, 3], "at 0, 5 and 10 s"


def test_a_charger_that_never_answers_is_said() -> None:
    bench = Guarded()
    assert problem(bench) is None
    bench.answers = False
    bench.live(30)
    assert problem(bench) == "no_answer"
    bench.answers = True
    bench.live(10)
    assert problem(bench) is None


def test_no_limit_while_nothing_is_offered() -> None:
    bench = Guarded()
    bench.offer(0)
    bench.live(120)
    assert bench.limits == [], "a claim that forbids charging stays by itself"


def test_carry_on_takes_our_limit_away_and_sends_nothing_more() -> None:
    bench = Guarded()
    bench.live(30)
    bench.transport.published.clear()
    bench.live(120, stop=False)
    assert bench.limits == [CLEAR]


def test_a_person_who_overrides_is_not_stopped() -> None:
    bench = Guarded()
    bench.live(30)
    bench.transport.published.clear()
    bench.say("override", '{"state":"active","auto_release":true}')
    bench.live(120)
    assert bench.limits == [CLEAR]
    bench.say("override", '{"state":"null"}')
    bench.live(5)
    assert len(bench.minutes) == 1


@pytest.mark.parametrize(
    ("config", "limit"),
    [
        pytest.param({}, OWN_LIMIT, id="energy"),
        pytest.param({}, '{"type":"time","value":90,"auto_release":true}', id="time"),
        pytest.param(
            {"limit_default_type": "time", "limit_default_value": 90},
            '{"type":"time","value":90,"auto_release":false}',
            id="default limit",
        ),
    ],
)
def test_somebody_elses_limit_is_left_alone_and_said(config: dict[str, Any], limit: str) -> None:
    bench = Guarded()
    bench.say("config", json.dumps({"version": "5.1.5", **config}), retain=True)
    bench.live(30)
    bench.transport.published.clear()
    bench.say("limit", limit)
    bench.live(300)
    bench.live(30, stop=False)
    assert bench.limits == []
    assert problem(bench) == "own_limit"
    bench.say("limit", NO_LIMIT)
    bench.live(10)
    assert bench.minutes != []
    assert problem(bench) is None


def test_our_limit_of_an_earlier_life_is_taken_up() -> None:
    bench = Guarded(limit=limit_payload(23), charged_s=1215)
    bench.live(50)
    assert bench.limits == []
    bench.live(10)
    assert bench.minutes == [24]


def test_a_limit_that_was_reached_is_lifted_before_a_new_one() -> None:
    bench = Guarded(limit=limit_payload(22), charged_s=22 * 60)
    bench.charger.guard(bench.now_s, stop=True)
    assert bench.limits == [CLEAR]
    bench.say("limit", NO_LIMIT)
    for _ in range(2):
        bench.advance(1)
        bench.guard()
    assert bench.limits == [CLEAR], "the charger lifts its stop only after a second"
    bench.live(5)
    assert bench.limits == [CLEAR, limit_payload(24)]


def test_a_charger_that_stands_still_with_our_limit_is_asked_again_once_a_minute() -> None:
    bench = Guarded()
    bench.live(30)
    bench.transport.published.clear()
    for _ in range(120):
        bench.say("status", "disabled")
        bench.advance(1)
        bench.guard()
    assert bench.limits.count(CLEAR) == 2


def test_handing_back_takes_the_limit_away() -> None:
    bench = Guarded()
    bench.live(30)
    bench.transport.published.clear()
    give_back(bench)
    assert bench.limits == [CLEAR]
    assert releasing(bench)
    bench.say("limit", NO_LIMIT)
    assert given_back(bench)
    bench.advance(60)
    assert bench.limits == [CLEAR]


def test_the_limit_stays_for_as_long_as_the_charger_holds_our_claim() -> None:
    """Where the release is lost, the limit is all that would stop the car."""
    bench = Guarded()
    bench.live(30)
    bench.transport.published.clear()
    bench.charger.release(bench.now_s)
    bench.advance(600)
    assert bench.limits == []
    assert releasing(bench)
    bench.say("claim", NO_CLAIM)
    assert bench.limits == [CLEAR]


def test_a_limit_that_is_not_confirmed_yet_is_taken_away_too() -> None:
    bench = Guarded()
    bench.answers = False
    bench.live(1)
    give_back(bench)
    assert bench.limits[-1] == CLEAR


def test_handing_back_leaves_somebody_elses_limit() -> None:
    bench = Guarded(limit=OWN_LIMIT)
    bench.live(5)
    give_back(bench)
    assert bench.limits == []
    assert not releasing(bench)


def test_stopping_leaves_the_limit_as_it_is() -> None:
    bench = Guarded()
    bench.live(30)
    bench.transport.published.clear()
    bench.charger.stop()
    bench.charger.guard(bench.now_s, stop=True)
    assert bench.transport.published == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, "unknown", id="nothing yet"),
        pytest.param({"power": "0"}, "firmware", id="power without configuration: before 5.0"),
        pytest.param({"config": '{"version":"4.2.2"}'}, "firmware", id="too old by its version"),
        pytest.param({"config": '{"version":"5.0.0"}'}, "unknown", id="limit not seen yet"),
        pytest.param({"limit": NO_LIMIT}, None, id="can do it"),
    ],
)
def test_tells_whether_the_charger_can_stop_by_itself(
    said: dict[str, str], expected: str | None
) -> None:
    bench = Bench()
    for key, payload in said.items():
        bench.say(key, payload)
    assert problem(bench) == expected


def test_nothing_is_sent_before_the_charger_said_what_it_holds() -> None:
    keeper = DeadMan()
    assert keeper.move(100.0, 0.0, stopped=False) is None
    keeper.limit_seen(None, 1.0)
    assert keeper.move(None, 10.0, stopped=False) is None, "nor what it has charged"


SOMEBODYS = limit_payload(60)
"""A limit that another program keeps there, of the same kind as ours."""


def test_after_handing_back_no_limit_is_ours_until_the_next_offer() -> None:
    bench = Guarded()
    bench.live(30)
    give_back(bench)
    bench.say("limit", NO_LIMIT)
    bench.advance(2)
    bench.transport.published.clear()

    for _ in range(5):
        bench.say("limit", SOMEBODYS)
        bench.advance(60)
        bench.say("limit", NO_LIMIT)
    assert bench.commands == []

    bench.offer(16)
    bench.echo()
    bench.live(10)
    give_back(bench)
    assert bench.limits[-1] == CLEAR


def test_a_limit_of_an_earlier_life_is_handed_back_once_it_is_told_of() -> None:
    bench = Guarded(limit=limit_payload(5))
    give_back(bench)
    assert bench.limits == [CLEAR]


def test_a_charger_that_told_of_no_limit_held_none_of_ours() -> None:
    bench = Bench()
    bench.charger.release(bench.now_s)
    bench.advance(15)
    bench.transport.published.clear()
    bench.say("limit", SOMEBODYS)
    bench.advance(60)
    assert bench.commands == []


def test_a_limit_that_is_never_let_go_of_is_given_up() -> None:
    bench = Guarded()
    bench.live(30)
    bench.answers = False
    bench.transport.published.clear()
    give_back(bench)
    bench.advance(1000)
    assert bench.limits == [CLEAR] * LET_GO_ATTEMPTS
    assert not releasing(bench)
    assert not given_back(bench)


def test_a_charger_told_to_carry_on_loses_nobody_elses_limit() -> None:
    bench = Guarded()
    bench.live(30, stop=False)
    bench.say("limit", SOMEBODYS)
    bench.live(120, stop=False)
    assert bench.limits == []
