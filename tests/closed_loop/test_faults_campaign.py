"""The random campaign: it repeats by seed, and what is wrong does not pass it unseen."""

from typing import Any

import pytest

from custom_components.victron_openevse.control import charger_stage
from simulator import fault_days
from simulator.fault_days import Tally, live
from simulator.fault_loop_days import LoopDays

SEED = "test-1"
SOME_SECONDS = 1200


def test_a_day_repeats_by_its_seed() -> None:
    first = live(SEED)
    assert first.clean
    assert first.faults > 0
    assert first == live(SEED)
    assert first != live("test-2")


def test_an_hour_of_everything_repeats_by_its_seed() -> None:
    tallies = [LoopDays(SEED).live(SOME_SECONDS) for _ in range(2)]
    assert tallies[0] == tallies[1]
    assert tallies[0].clean


def test_a_law_that_ignores_limits_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charger_stage, "_limit", lambda want, *_: want)
    tally = Tally()
    for number in range(4):
        tally.add(live(f"{SEED}-{number}"))
    assert tally.limits_violated > 0
    assert tally.notes


def test_a_law_that_raises_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(fault_days, "decide", broken)
    tally = live(SEED)
    assert tally.exceptions == 1
    assert "ZeroDivisionError" in tally.notes[0]


def test_a_law_that_sleeps_for_ever_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charger_stage, "clamp_offer_a", lambda *_: 0)
    assert live(SEED).stuck == 1
