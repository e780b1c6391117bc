"""Figures and verdicts of a flood."""

from typing import Any

import pytest

from demo.lag import GROWTH_GOAL_KB, Record, complaints, percentile


def answer(
    now_s: float,
    *,
    lags_ms: tuple[float, ...] = (1.0,),
    decided_at_s: tuple[float, ...] = (),
    resident_kb: int = 300_000,
    gx_messages: int | None = 0,
) -> dict[str, Any]:
    """Give what the probe answers."""
    return {
        "now_s": now_s,
        "lags_ms": list(lags_ms),
        "decided_at_s": list(decided_at_s),
        "resident_kb": resident_kb,
        "gx_messages": gx_messages,
    }


def record(*answers: dict[str, Any]) -> Record:
    found = Record()
    for one in answers:
        found.add(one)
    return found


HUNDRED = tuple(float(number) for number in range(1, 101))


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [
        pytest.param((), 0.99, 0.0, id="nothing"),
        pytest.param((7.0,), 0.5, 7.0, id="one"),
        pytest.param(HUNDRED, 0.5, 50.0, id="median"),
        pytest.param(HUNDRED, 0.99, 99.0, id="one in a hundred is above"),
        pytest.param(HUNDRED[::-1], 0.99, 99.0, id="in any order"),
        pytest.param(HUNDRED, 1.0, 100.0, id="all"),
    ],
)
def test_percentile(values: tuple[float, ...], part: float, expected: float) -> None:
    assert percentile(values, part) == expected


def test_intervals_go_over_the_answers_and_end_with_the_present_wait() -> None:
    found = record(answer(10.0, decided_at_s=(5.0, 9.0)), answer(20.0, decided_at_s=(14.0,)))
    assert found.intervals_s == [4.0, 5.0, 6.0]


def test_rate_is_that_between_first_and_last_answer() -> None:
    found = record(answer(0.0, gx_messages=1000), answer(10.0), answer(20.0, gx_messages=11_000))
    assert found.messages_per_s == 500.0
    assert record(answer(0.0, gx_messages=None)).messages_per_s == 0.0


def test_line_says_everything() -> None:
    taken = answer(10.0, lags_ms=HUNDRED, decided_at_s=(1.0, 4.0), resident_kb=204_800)
    assert Record.of(taken).line() == (
        "lag p50 50.0 ms, p99 99.0 ms, max 100 ms; 2 decisions, longest wait 6.0 s; 200 MiB"
    )


GOOD = (
    answer(0.0, decided_at_s=(0.0,), gx_messages=0),
    answer(5.0, decided_at_s=(5.0,), gx_messages=2500),
)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(GOOD, [], id="kept"),
        pytest.param(
            (GOOD[0], GOOD[1] | {"lags_ms": [51.0] * 10}),
            ["lag p99 51.0 ms of 11 samples"],
            id="late",
        ),
        pytest.param(
            tuple(one | {"lags_ms": []} for one in GOOD),
            ["lag p99 0.0 ms of 0 samples"],
            id="dead probe",
        ),
        pytest.param(
            (GOOD[0], GOOD[1] | {"now_s": 12.5, "gx_messages": 9000}),
            ["a decision came after 7.5 s"],
            id="slow decisions",
        ),
        pytest.param(
            tuple(one | {"decided_at_s": []} for one in GOOD),
            ["a decision came after inf s"],
            id="no decisions",
        ),
        pytest.param(
            (GOOD[0], GOOD[1] | {"resident_kb": 300_001 + GROWTH_GOAL_KB}),
            ["memory grew by 32 MiB"],
            id="leak",
        ),
        pytest.param(
            (GOOD[0], GOOD[1] | {"gx_messages": 1000}),
            ["only 200 messages of the GX a second arrived"],
            id="dropped on the way",
        ),
    ],
)
def test_complaints(answers: tuple[dict[str, Any], ...], expected: list[str]) -> None:
    found = record(*answers)
    assert complaints(found, settled=found, least_messages_per_s=475.0) == expected
