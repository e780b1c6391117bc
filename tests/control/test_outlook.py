"""Every decision can be explained: why, what would change it, and with which numbers."""

from collections.abc import Callable
import json
from math import isfinite
from pathlib import Path
import re
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control import outlook as module
from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import Memory
from custom_components.victron_openevse.control.model import (
    Decision,
    Mode,
    Priority,
    Readings,
    Settings,
)
from custom_components.victron_openevse.control.outlook import ChangeCode, Outlook, look_ahead
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import KEY, NIGHT_KWH, VOLTS, House, home
from .examples import examples
from .outlook_cases import CASES, after, house_first, silent
from .test_properties import ALL_READINGS, ALL_SETTINGS, MEMORIES, NOW_S

MINIMUM_W: Final = 6 * VOLTS
COMMON: Final[dict[str, str]] = json.loads(
    (Path(module.__file__).parents[1] / "translations" / "en.json").read_text()
)["common"]
QUICK = examples(150)


def explained(house: House) -> Outlook:
    """Explain the last decision of a house."""
    assert house.decision is not None
    found = look_ahead(
        house.all_settings(), house.memory, house.readings, house.decision, KEY, house.now_s
    )
    assert found is not None
    return found


def needed(key: str) -> set[str]:
    """Name the numbers that a sentence of ours fills in; minutes come from seconds."""
    return {
        f"{name.removesuffix('_min')}_s" if name.endswith("_min") else name
        for name in re.findall(r"{(\w+)}", COMMON[key])
    }


def check(found: Outlook) -> None:
    """Every sentence has its numbers, and all of them are numbers."""
    assert needed(f"reason_{found.reason.code}") <= set(found.reason.numbers)
    for change in found.changes:
        assert needed(f"change_{change.code}") <= set(change.numbers), change
        assert all(isfinite(number) for number in change.numbers.values())
        assert set(change.numbers) <= set(found.numbers)
    assert set(found.reason.numbers) <= set(found.numbers)
    assert all(isfinite(number) for number in found.numbers.values())


@pytest.mark.parametrize(("make", "reason", "changes"), CASES)
def test_why_and_what_would_change_it(
    make: Callable[[], House], reason: ReasonCode, changes: list[ChangeCode]
) -> None:
    found = explained(make())
    assert (found.reason.code, [change.code for change in found.changes]) == (reason, changes)
    check(found)


def test_the_table_holds_every_reason() -> None:
    assert {case.values[1] for case in CASES} == set(ReasonCode)


def test_every_reason_has_something_that_would_change_it() -> None:
    plain, others = set(module._PLAIN), set(module._BY_REASON)
    assert plain | others == set(ReasonCode)
    assert plain & others == set()


def test_every_code_has_a_sentence_and_no_sentence_is_left_over() -> None:
    reasons = {f"reason_{code}" for code in ReasonCode}
    changes = {f"change_{code}" for code in ChangeCode}
    assert {key for key in COMMON if key.startswith(("reason_", "change_"))} == reasons | changes


def test_the_battery_at_sunset() -> None:
    """Balanced, 10 kWh by noon: 10 more to come less 6 h of base load, and nights of 4 kWh."""
    house = home(Priority.BALANCED, soc_pct=50.0, pv_w=4000.0, site_settings={"base_load_w": 500.0})
    house.run(60)
    found = explained(house)
    assert [change.code for change in found.changes] == [
        ChangeCode.BATTERY_STOPS,
        ChangeCode.BATTERY_AT_SUNSET,
    ]
    numbers = found.changes[-1].numbers
    kept_pct = NIGHT_KWH / 0.95 / 8.0 * 100.0
    assert numbers["sunset_pct"] == 100.0
    assert numbers["kept_pct"] == pytest.approx(kept_pct)
    assert numbers["car_may_take_kwh"] == pytest.approx(4.0 + 7.0 - kept_pct * 0.08, abs=0.2)


@pytest.mark.parametrize(
    ("priority", "kept_pct"),
    [
        pytest.param(Priority.CAR_FIRST, 40.0, id="car first: the owner's night reserve"),
        pytest.param(Priority.HOUSE_FIRST, 98.0, id="house first: full"),
    ],
)
def test_what_the_house_wants_in_the_evening(priority: Priority, kept_pct: float) -> None:
    house = home(priority, soc_pct=50.0)
    house.run(5)
    numbers = explained(house).numbers
    assert numbers["kept_pct"] == kept_pct


def test_a_full_house_battery_comes_first() -> None:
    start = explained(house_first()).changes[0]
    assert (start.code, start.numbers["from_pct"]) == (ChangeCode.SUN_STARTS_FROM_LEVEL, 95.0)


@pytest.mark.parametrize(
    ("how", "code", "numbers"),
    [
        pytest.param({}, ChangeCode.BATTERY_STOPS, {"stop_w": 0.3 * MINIMUM_W}, id="solar"),
        pytest.param(
            {"site_settings": {"priority": Priority.BALANCED}},
            ChangeCode.BATTERY_STOPS,
            {"stop_w": 0.72 * MINIMUM_W},
            id="a battery that claims the sun",
        ),
        pytest.param(
            {"site_settings": {"reserve_floor_pct": 60.0, "resume_soc_pct": 70.0}},
            ChangeCode.BATTERY_STOPS,
            {"stop_w": MINIMUM_W, "level_pct": 60.0},
            id="nothing is lent at the floor",
        ),
        pytest.param(
            {"mode": Mode.SOLAR_ONLY}, ChangeCode.SUN_STOPS, {"stop_w": MINIMUM_W}, id="solar only"
        ),
        pytest.param(
            {"mode": Mode.MINIMUM_SOLAR}, ChangeCode.NEVER_STOPS, {"minimum_a": 6}, id="minimum"
        ),
    ],
)
def test_when_a_charge_would_stop(
    how: dict[str, Any], code: ChangeCode, numbers: dict[str, float]
) -> None:
    change = explained(after(60, **how)).changes[0]
    assert change.code is code
    assert {key: change.numbers[key] for key in numbers} == pytest.approx(numbers)


LONG_S: Final = 7200.0
"""Longer than means, confirmations and rides through clouds last."""
NEAR_W: Final = 30.0
"""So near the number that is told the law does, and does not."""


@pytest.mark.parametrize(
    ("priority", "soc_pct"),
    [
        pytest.param(Priority.CAR_FIRST, 30.0, id="car first, well above the floor"),
        pytest.param(Priority.CAR_FIRST, 22.0, id="car first, near the floor"),
        pytest.param(Priority.BALANCED, 30.0, id="balanced"),
        pytest.param(Priority.HOUSE_FIRST, 60.0, id="house first"),
        pytest.param(Priority.HOUSE_FIRST, 96.0, id="house first, nearly full"),
    ],
)
def test_the_sun_starts_a_car_where_it_is_told(priority: Priority, soc_pct: float) -> None:
    def asleep() -> House:
        return after(
            600,
            load_w=3000.0,
            soc_pct=soc_pct,
            hours_to_sunset=2.5,
            site_settings={"priority": priority},
        )

    change = explained(asleep()).changes[0]
    for beside_w, starts in ((-NEAR_W, False), (NEAR_W, True)):
        house = asleep()
        if change.code is ChangeCode.SUN_STARTS_FROM_LEVEL:
            assert house.soc_pct < change.numbers["from_pct"]
            house.soc_pct = change.numbers["from_pct"] + 0.1
        house.load_w = house.pv_w - change.numbers["start_w"] - beside_w
        house.run(LONG_S, 10.0)
        assert (house.closings > 0) is starts, (beside_w, change)


@pytest.mark.parametrize("priority", [Priority.CAR_FIRST, Priority.BALANCED])
@pytest.mark.parametrize("soc_pct", [33.0, 60.0])
def test_a_charge_stops_where_it_is_told(priority: Priority, soc_pct: float) -> None:
    how = {"soc_pct": soc_pct, "site_settings": {"priority": priority}}
    for beside_w, goes_on in ((-NEAR_W, False), (NEAR_W, True)):
        house = after(600, **how)
        assert house.charging
        change = explained(house).changes[0]
        if change.code is ChangeCode.BATTERY_STOPS:
            house.soc_pct = change.numbers["level_pct"] - 0.5
        house.load_w = house.pv_w - change.numbers["stop_w"] - beside_w
        house.run(LONG_S, 10.0)
        assert house.charging is goes_on, (beside_w, change)


def test_times_are_those_of_the_moment_of_asking() -> None:
    house = silent(25)
    assert house.decision is not None
    found = look_ahead(
        house.all_settings(), house.memory, house.readings, house.decision, KEY, house.now_s + 3.0
    )
    assert found is not None
    assert found.changes[1].numbers == pytest.approx({"minimum_in_s": 2.0, "stop_in_s": 152.0})
    assert found.reason.numbers["data_age_s"] == pytest.approx(28.0)


def test_without_a_decision_there_is_nothing_to_explain() -> None:
    house = after(5)
    assert house.decision is not None
    nothing = Decision(site=house.decision.site)
    assert look_ahead(Settings(), Memory(), Readings(), nothing, KEY, 0.0) is None
    assert look_ahead(Settings(), Memory(), Readings(), house.decision, KEY, 0.0) is None


@QUICK
@given(
    ALL_SETTINGS,
    MEMORIES,
    st.lists(ALL_READINGS, min_size=1, max_size=4),
    st.floats(0.5, 200.0),
    st.floats(0.0, 5.0),
)
def test_whatever_is_decided_can_be_explained(
    settings: Settings, memory: Memory, story: list[Readings], dt_s: float, later_s: float
) -> None:
    now_s = NOW_S
    for readings in story:
        decision, memory = decide(settings, memory, readings, now_s)
        for key in settings.chargers:
            found = look_ahead(settings, memory, readings, decision, key, now_s + later_s)
            assert found is not None
            check(found)
        now_s += dt_s
