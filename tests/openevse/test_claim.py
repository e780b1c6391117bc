"""Claims: their words, and the keeper that decides when to say them."""

import json

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.openevse.claim import (
    Claim,
    ClaimKeeper,
    claim_for,
    claim_payload,
    read_claim,
)

FIELDS = {"state", "charge_current", "max_current", "auto_release"}


@pytest.mark.parametrize(
    ("offered_a", "payload"),
    [
        pytest.param(
            16,
            '{"state":"active","charge_current":16,"max_current":"clear","auto_release":false}',
            id="an offer",
        ),
        pytest.param(
            0,
            '{"state":"disabled","charge_current":6,"max_current":"clear","auto_release":false}',
            id="nothing offered is a state, not a current",
        ),
        pytest.param(
            5,
            '{"state":"disabled","charge_current":6,"max_current":"clear","auto_release":false}',
            id="below 6 A the charger would raise it",
        ),
        pytest.param(
            200,
            '{"state":"active","charge_current":80,"max_current":"clear","auto_release":false}',
            id="more than any charger has",
        ),
    ],
)
def test_words(offered_a: int, payload: str) -> None:
    assert claim_payload(claim_for(offered_a)) == payload


@given(st.integers())
def test_every_claim_is_complete_and_never_dangerous(offered_a: int) -> None:
    fields = json.loads(claim_payload(claim_for(offered_a)))
    assert set(fields) == FIELDS
    assert fields["state"] in ("active", "disabled")
    assert fields["auto_release"] is False
    assert 6 <= fields["charge_current"] <= 80
    assert fields["max_current"] == "clear"


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param('{"state":"null"}', None, id="no claim is the word null"),
        pytest.param(
            '{"state":"active","charge_current":10,"auto_release":false}', claim_for(10), id="ours"
        ),
        pytest.param(
            '{"state":"disabled","charge_current":6,"auto_release":false}',
            claim_for(0),
            id="ours, off",
        ),
        pytest.param(
            '{"state":"disabled"}', Claim(enabled=False, charge_current_a=None), id="bare"
        ),
        pytest.param(
            '{"charge_current":8,"max_current":10,"auto_release":true,"priority":500}',
            Claim(None, 8, 10, auto_release=True),
            id="someone else's, without a state",
        ),
    ],
)
def test_read(payload: str, expected: Claim | None) -> None:
    assert read_claim(payload) == expected


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param("null", id="no object"),
        pytest.param('{"state":true}', id="state a bool"),
        pytest.param('{"state":[]}', id="state a list"),
        pytest.param('{"state":"paused"}', id="unknown state"),
        pytest.param('{"state":"active","charge_current":"16"}', id="current a text"),
        pytest.param('{"state":"active","charge_current":true}', id="current a bool"),
        pytest.param('{"state":"active","max_current":1.5}', id="current with decimals"),
    ],
)
def test_unreadable(payload: str) -> None:
    with pytest.raises(ValueError, match=r"claim document|whole number"):
        read_claim(payload)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("want"), st.sampled_from([0, 6, 16])),
            st.tuples(st.just("see"), st.sampled_from([None, 0, 6, 16, 20])),
            st.tuples(st.just("appear"), st.none()),
            st.tuples(st.just("release"), st.none()),
            st.tuples(st.just("wait"), st.integers(0, 40)),
        ),
        max_size=40,
    )
)
def test_keeper_reaches_what_is_wanted_from_anywhere(steps: list[tuple[str, int | None]]) -> None:
    """After any history, a charger that obeys ends with our claim, or with none after a release."""
    keeper, now_s = ClaimKeeper(), 0.0
    for step, value in steps:
        match step:
            case "want":
                keeper.want(claim_for(value or 0))
            case "see":
                keeper.document_seen(None if value is None else claim_for(value), now_s)
            case "appear":
                keeper.charger_appeared(now_s)
            case "release":
                keeper.hand_back(now_s)
            case _:
                now_s += value or 0
        keeper.due(now_s)
    for _ in range(100):
        now_s += 1.0
        payload = keeper.due(now_s)
        if payload == "release":
            keeper.document_seen(None, now_s)
        elif payload is not None:
            keeper.document_seen(read_claim(payload.replace('"clear"', "null")), now_s)
    assert keeper.confirmed == (keeper.wanted is not None)
    assert not keeper.releasing
    assert keeper.due(now_s + 1000.0) is None
