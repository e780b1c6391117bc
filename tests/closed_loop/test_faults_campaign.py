"""The random campaign's own machinery: it repeats by seed, and what is wrong does not pass it unseen.

Each test puts one mistake into the product or its world and lives a part of a day with it. That the product
makes none over thousands of days is shown by `scripts/campaign`, a stage of its own of `scripts/test`.
"""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.victron_openevse.control import charger_stage, controller, energy
from custom_components.victron_openevse.control.model import Mode
from simulator import fault_campaign, fault_days, fault_loop_days
from simulator.fault_days import RandomDay, live
from simulator.fault_house_dice import DicedHouse
from simulator.fault_loop_days import LoopDays
from simulator.fault_promises import LimitWatch, Line
from simulator.fault_soak import soak
from simulator.fault_tally import Tally

SEED = "test-1"
SOME_SECONDS = 1200


def broken(*_: Any, **__: Any) -> Any:
    """A mistake that raises."""
    raise ZeroDivisionError


LIVE = DicedHouse.live


def under_a_flappy_sun(house: DicedHouse, now_s: float, seconds: float) -> None:
    """Sun comes and goes every ten minutes."""
    house.sun_w = 12_000.0 if now_s % 1200.0 < 600.0 else 0.0
    LIVE(house, now_s, seconds)


@pytest.fixture
def short_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hours show a mistake as well as a whole day."""
    monkeypatch.setattr(fault_days, "LIVED_S", 6 * 3600.0)


def many(count: int = 4) -> Tally:
    """Live through some days."""
    tally = Tally()
    for number in range(count):
        tally.add(live(f"{SEED}-{number}"))
    return tally


@pytest.mark.usefixtures("short_days")
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


def test_quiet_times_are_lived_in_fewer_steps_than_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    days = LoopDays(SEED)
    began_s = days.loop.world.plant.time_s
    monkeypatch.setattr(fault_loop_days, "CALM_S", 1e9)
    tally = days.live(4 * SOME_SECONDS)
    lived_s = days.loop.world.plant.time_s - began_s
    assert lived_s > 4 * SOME_SECONDS
    assert tally.decisions < lived_s / 4


@pytest.mark.usefixtures("short_days")
class TestLawAlone:
    """Mistakes of the law."""

    def test_offers_beyond_a_charger_are_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(charger_stage, "_limit", lambda want, *_: want)
        tally = many()
        assert tally.limits_violated > 0
        assert any("allowed" in note for note in tally.notes)

    def test_cars_above_a_limit_of_the_site_are_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(charger_stage, "apply_room", lambda want, *_: want)
        monkeypatch.setattr(RandomDay, "_strike", lambda _day: None)
        day = RandomDay(SEED)
        day.house.choose_for_site(grid_limit_a=1.0, battery_limit_w=1.0)
        for key in day.house.chargers:
            day.house.choose(key, mode=Mode.FAST)
        assert "above the limit of" in " ".join(day.live().notes)

    def test_what_is_sent_in_shadow_mode_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(controller, "without_sending", lambda decisions: decisions)
        day = RandomDay(SEED)
        day.house.choose_for_site(shadow=True)
        assert "shadow mode" in " ".join(day.live().notes)

    def test_too_many_closings_by_the_sun_are_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(charger_stage, "apply_budget", lambda want, *_: want)
        monkeypatch.setattr(RandomDay, "_strike", lambda _day: None)
        monkeypatch.setattr(DicedHouse, "live", under_a_flappy_sun)
        day = RandomDay(SEED)
        for key in day.house.chargers:
            day.house.choose(key, mode=Mode.SOLAR_ONLY, daily_closings=2, circuit_current_a=32)
        assert "closings of" in " ".join(day.live().notes)

    def test_an_exception_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fault_days, "decide", broken)
        tally = live(SEED)
        assert tally.exceptions == 1
        assert "ZeroDivisionError" in tally.notes[0]
        assert SEED in tally.notes[1]

    def test_a_car_that_never_charges_again_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(charger_stage, "clamp_offer_a", lambda *_: 0)
        assert live(SEED).stuck == 1

    def test_a_counter_that_goes_back_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(energy, "_add", lambda was, _more: replace(was, solar_kwh=-1.0))
        assert many(2).counters_back > 0


class TestEverything:
    """Mistakes of the product in the whole loop."""

    def test_offers_beyond_a_charger_are_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(charger_stage, "_limit", lambda want, *_: replace(want, current_a=40))
        assert LoopDays(SEED).live(SOME_SECONDS).limits_violated > 0

    def test_cars_above_a_limit_of_the_site_are_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(charger_stage, "apply_room", lambda want, *_: want)
        monkeypatch.setattr(LoopDays, "_strike", lambda *_: None)
        days = LoopDays(SEED)
        days.loop.choose(mode=Mode.FAST)
        days.loop.choose_for_site(grid_limit_a=1.0, battery_limit_w=1.0)
        assert "above the limit of" in " ".join(days.live(SOME_SECONDS).notes)

    def test_an_exception_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fault_loop_days.LoopDays, "_strike", broken)
        tally = fault_loop_days.live(SEED)
        assert tally.exceptions == 1
        assert "ZeroDivisionError" in tally.notes[0]

    def test_a_car_that_never_charges_again_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(charger_stage, "clamp_offer_a", lambda *_: 0)
        tally = LoopDays(SEED).live(60)
        assert tally.stuck == 1
        assert tally.notes

    def test_a_counter_that_goes_back_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(energy, "_add", lambda was, _more: replace(was, solar_kwh=-1.0))
        assert LoopDays(SEED).live(SOME_SECONDS).counters_back > 0


def test_a_soak_goes_on_with_what_was_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each night a restart; nothing that was counted is lost, and the store does not grow."""
    live_some = LoopDays.live
    monkeypatch.setattr(LoopDays, "live", lambda days: live_some(days, SOME_SECONDS))
    said: list[str] = []
    came = soak(SEED, 3, said.append)
    assert came.tally.clean
    assert came.counted_kwh == pytest.approx(came.taken_kwh, rel=0.02)
    assert max(came.stored_bytes) < 2 * came.stored_bytes[0]
    assert len(said) == len(came.memory_mib) == 3


@pytest.mark.parametrize(
    ("over", "cars_w", "found"),
    [
        pytest.param((500.0,) * 8, 2000.0, ["grid"], id="once, after the time the law may need"),
        pytest.param((500.0,) * 4 + (-1.0,) + (500.0,) * 3, 2000.0, [], id="it was below between"),
        pytest.param((500.0,) * 8, 0.0, [], id="the house alone"),
        pytest.param((50.0,) * 8, 2000.0, [], id="rounding"),
    ],
)
def test_a_limit_is_passed_when_cars_stay_above_it(
    over: tuple[float, ...], cars_w: float, found: list[str]
) -> None:
    watch = LimitWatch()
    said = [
        name
        for second, over_w in enumerate(over)
        for name in watch.look([Line("grid", over_w, cars_w)], float(second), 5.0)
    ]
    assert said == found


def test_the_command_fails_when_something_was_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fault_days, "LIVED_S", 600.0)
    days = ["--days", "2", "--adapter-days", "0", "--jobs", "1", "--seed", SEED]
    assert fault_campaign.main(days) == 0
    monkeypatch.setattr(fault_days, "decide", broken)
    assert fault_campaign.main(days) == 1
    said = capsys.readouterr().out
    assert f"seed {SEED}-0" in said
    assert "exceptions 2" in said
