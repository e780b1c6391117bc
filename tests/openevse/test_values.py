"""Payload text to values."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control.model import ChargerState
from custom_components.victron_openevse.openevse import topics, values
from custom_components.victron_openevse.openevse.values import Scale


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param("15240", 15240.0, id="whole number"),
        pytest.param("3657.6", 3657.6, id="decimals"),
        pytest.param("3.6e7", 3.6e7, id="exponential from ten million on"),
        pytest.param("1.2345678E+07", 12345678.0, id="exponential with sign"),
        pytest.param(" 12 ", 12.0, id="blanks around"),
        pytest.param("-1", None, id="below the range: ammeter off"),
        pytest.param("1e300", None, id="absurdly large"),
        pytest.param("1e999", None, id="overflows to infinity"),
        pytest.param("false", None, id="a boolean"),
        pytest.param("nan", None, id="not a number"),
        pytest.param("inf", None, id="infinity"),
        pytest.param("1_000", None, id="digits only Python understands"),
        pytest.param("١٢", None, id="digits of another script"),
        pytest.param("", None, id="empty"),
        pytest.param("12,5", None, id="decimal comma"),
        pytest.param("0x10", None, id="hexadecimal"),
        pytest.param("9" * 5000, None, id="five thousand digits"),
    ],
)
def test_number(payload: str, expected: float | None) -> None:
    assert Scale(0.0, 1e8).read(payload) == expected


def test_number_is_scaled_after_the_range_is_checked() -> None:
    assert Scale(0.0, 32_000.0, 0.001).read("31500") == pytest.approx(31.5)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param("1", True, id="one"),
        pytest.param("0", False, id="nought"),
        pytest.param("true", True, id="true"),
        pytest.param("false", False, id="false"),
        pytest.param("null", None, id="null"),
        pytest.param("2", None, id="two"),
    ],
)
def test_flag(payload: str, expected: bool | None) -> None:
    assert values.read_flag(payload) is expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param("active", True, id="active"),
        pytest.param("disabled", False, id="disabled"),
        pytest.param("charging", None, id="a word the firmware never uses"),
    ],
)
def test_target(payload: str, expected: bool | None) -> None:
    assert values.read_target(payload) is expected


@pytest.mark.parametrize(
    ("payload", "code", "state"),
    [
        pytest.param("0", 0, ChargerState.STARTING, id="starting"),
        pytest.param("1", 1, ChargerState.DISCONNECTED, id="no car"),
        pytest.param("2", 2, ChargerState.CONNECTED, id="car connected"),
        pytest.param("3", 3, ChargerState.CHARGING, id="charging"),
        pytest.param("4", 4, ChargerState.FAULT, id="ventilation required"),
        pytest.param("11", 11, ChargerState.FAULT, id="over current"),
        pytest.param("17", 17, ChargerState.FAULT, id="newest known fault"),
        pytest.param("18", 18, ChargerState.FAULT, id="a code nobody knows yet"),
        pytest.param("253", 253, ChargerState.FAULT, id="unknown just below sleeping"),
        pytest.param("254", 254, ChargerState.SLEEPING, id="sleeping"),
        pytest.param("255", 255, ChargerState.DISABLED, id="disabled"),
    ],
)
def test_state(payload: str, code: int, state: ChargerState) -> None:
    assert values.read_state_code(payload) == code
    assert values.charger_state(code) is state


@pytest.mark.parametrize("payload", ["256", "-1", "2.5", "active", ""])
def test_no_state_code(payload: str) -> None:
    assert values.read_state_code(payload) is None


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param("true", id="the scalar on the limit topic"),
        pytest.param("[1]", id="array"),
        pytest.param("{", id="broken"),
        pytest.param("[" * 16_000, id="nested beyond recursion"),
        pytest.param('{"a":' + "9" * 5000 + "}", id="number too long for Python"),
        pytest.param("", id="empty"),
    ],
)
def test_no_object(payload: str) -> None:
    assert values.read_object(payload) is None


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        pytest.param(" openevse/garage/ ", "openevse/garage", id="blanks and slash are trimmed"),
        pytest.param("openevse-1a2b", "openevse-1a2b", id="default"),
    ],
)
def test_topic(topic: str, expected: str) -> None:
    assert topics.checked_topic(topic) == expected


@pytest.mark.parametrize("topic", ["", " / ", "openevse/#", "+/x", "a\0b"])
def test_no_topic(topic: str) -> None:
    with pytest.raises(ValueError, match="not a topic"):
        topics.checked_topic(topic)


@given(st.text())
def test_readers_never_raise(payload: str) -> None:
    values.read_flag(payload)
    values.read_target(payload)
    values.read_object(payload)
    code = values.read_state_code(payload)
    assert code is None or 0 <= code <= values.STATE_CODE_MAX


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_number_is_in_range_or_absent(number: float) -> None:
    read = Scale(-5.0, 1e6).read(str(number))
    assert read is None or -5.0 <= read <= 1e6
    if -5.0 <= number <= 1e6 and abs(number) > 1e-4:
        assert read == number
