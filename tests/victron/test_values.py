"""Payload texts become values, or a reason why not."""

import json
import math

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.victron.topics import CODE, PERCENT, POWER, Limits
from custom_components.victron_openevse.victron.values import MAX_PAYLOAD_CHARS, Verdict, parse


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        pytest.param('{"value": -1035.2}', -1035.2, id="float"),
        pytest.param('{"value":0}', 0.0, id="zero is a number"),
        pytest.param('{"max":1000000,"min":-1,"value":-1}', -1.0, id="with min and max"),
        pytest.param('{"value": 2e3}', 2000.0, id="exponent"),
        pytest.param('{"value": 200000}', 200_000.0, id="at the limit"),
    ],
)
def test_numbers(payload: str, value: float) -> None:
    parsed = parse(payload, POWER)
    assert (parsed.verdict, parsed.value) == (Verdict.VALUE, value)
    assert isinstance(parsed.value, float)


@pytest.mark.parametrize(
    ("payload", "verdict"),
    [
        pytest.param("", Verdict.GONE, id="zero bytes: service left"),
        pytest.param('{"value": null}', Verdict.NULL, id="null"),
        pytest.param('{"value": NaN}', Verdict.REJECTED, id="NaN"),
        pytest.param('{"value": -Infinity}', Verdict.REJECTED, id="infinity"),
        pytest.param('{"value": 1e999}', Verdict.REJECTED, id="overflowing float"),
        pytest.param('{"value": true}', Verdict.REJECTED, id="boolean"),
        pytest.param('{"value": "1200"}', Verdict.REJECTED, id="number in quotes"),
        pytest.param('{"value": []}', Verdict.REJECTED, id="D-Bus empty array"),
        pytest.param('{"value": 200001}', Verdict.REJECTED, id="above belief"),
        pytest.param('{"value": -200001}', Verdict.REJECTED, id="below belief"),
        pytest.param("offline", Verdict.MALFORMED, id="no JSON"),
        pytest.param("76.4", Verdict.MALFORMED, id="bare number"),
        pytest.param('["value"]', Verdict.MALFORMED, id="list"),
        pytest.param("{}", Verdict.MALFORMED, id="no value"),
        pytest.param("[" * 4000, Verdict.MALFORMED, id="deep nesting"),
        pytest.param('{"value": ' + "1" * 4000, Verdict.MALFORMED, id="cut off"),
        pytest.param('{"value": ' + "1" * 5000 + "}", Verdict.OVERSIZE, id="too long"),
        pytest.param(" " * MAX_PAYLOAD_CHARS + "1", Verdict.OVERSIZE, id="just too long"),
    ],
)
def test_everything_else_is_no_value(payload: str, verdict: Verdict) -> None:
    parsed = parse(payload, POWER)
    assert (parsed.verdict, parsed.value) == (verdict, None)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        pytest.param("v3.72", Verdict.VALUE, id="text"),
        pytest.param(372, Verdict.REJECTED, id="number"),
        pytest.param(None, Verdict.NULL, id="null"),
    ],
)
def test_texts(value: object, verdict: Verdict) -> None:
    assert parse(json.dumps({"value": value}), None).verdict is verdict


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=5,
)
payloads = (
    st.text(max_size=200)
    | json_values.map(json.dumps)
    | json_values.map(lambda value: json.dumps({"value": value}))
)


@given(payload=payloads, limits=st.sampled_from([POWER, PERCENT, CODE]))
def test_never_raises_and_never_lets_nonsense_through(payload: str, limits: Limits) -> None:
    value = parse(payload, limits).value
    if value is not None:
        assert isinstance(value, float)
        assert math.isfinite(value)
        assert limits.low <= value <= limits.high
