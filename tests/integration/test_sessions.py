"""What two memories, before and after a decision, say of a session."""

import pytest

from custom_components.victron_openevse.control.memory import ChargerMemory, Energy, Meter
from custom_components.victron_openevse.sessions import (
    UNHEARD_MAX,
    SessionKind,
    SessionNews,
    Sessions,
    load,
    origins,
)

STARTED, FINISHED = SessionKind.STARTED, SessionKind.FINISHED
CHARGED = Energy(solar_kwh=6.0, battery_kwh=1.5, grid_kwh=0.5)
LATER = Energy(solar_kwh=6.25, battery_kwh=1.5, grid_kwh=0.5)
NOON = 1_800_000_000.0
"""Unix time, s."""


def car(connected: bool | None, session: Energy | None = None) -> ChargerMemory:
    """Give the memory of a charger."""
    return ChargerMemory(connected=connected, meter=Meter(session=session or Energy()))


def told(
    before: ChargerMemory, after: ChargerMemory, started_at: float | None = None
) -> tuple[SessionNews, ...]:
    """Follow one decision at noon."""
    sessions = Sessions({} if started_at is None else {"car": started_at})
    sessions.follow({"car": before}, {"car": after}, NOON)
    return sessions.take("car")


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        pytest.param(car(False), car(True), [STARTED], id="plugged in"),
        pytest.param(car(True, CHARGED), car(False, CHARGED), [FINISHED], id="unplugged"),
        pytest.param(car(True, CHARGED), car(True, LATER), [], id="it charges"),
        pytest.param(car(True, CHARGED), car(True), [FINISHED, STARTED], id="another car"),
        pytest.param(car(False, CHARGED), car(False, LATER), [], id="counted late"),
        pytest.param(car(None), car(None), [], id="nothing known"),
        pytest.param(car(None), car(True), [], id="charger added while a car hangs on it"),
        pytest.param(car(None), car(False), [], id="charger added without a car"),
        pytest.param(car(True), car(True), [], id="plugged in, nothing charged"),
    ],
)
def test_what_is_told(
    before: ChargerMemory, after: ChargerMemory, kinds: list[SessionKind]
) -> None:
    assert [news.kind for news in told(before, after)] == kinds


def test_a_finished_session_has_its_numbers() -> None:
    (news,) = told(car(True, CHARGED), car(False, LATER), NOON - 5400.0)
    assert news.attributes() == {
        "energy_kwh": 8.25,
        "solar_kwh": 6.25,
        "battery_kwh": 1.5,
        "grid_kwh": 0.5,
        "solar_share_pct": 76,
        "duration_s": 5400,
    }


def test_another_car_gets_none_of_the_last_ones_energy() -> None:
    finished, started = told(car(True, CHARGED), car(True, Energy(grid_kwh=0.01)), NOON - 60.0)
    assert finished.attributes()["energy_kwh"] == 8.0
    assert started.attributes() == {}


@pytest.mark.parametrize(
    ("started_at", "duration_s"),
    [
        pytest.param(None, None, id="nobody saw the beginning"),
        pytest.param(NOON + 60.0, 0.0, id="the clock was set back"),
    ],
)
def test_duration_is_known_or_absent(started_at: float | None, duration_s: float | None) -> None:
    (news,) = told(car(True), car(False), started_at)
    assert news.duration_s == duration_s
    assert news.attributes().get("solar_share_pct") is None


def test_what_nobody_hears_is_not_kept_for_ever_and_nothing_is_told_twice() -> None:
    sessions = Sessions()
    for _ in range(UNHEARD_MAX):
        sessions.follow({"car": car(False)}, {"car": car(True)}, NOON)
        sessions.follow({"car": car(True)}, {"car": car(False)}, NOON)
    assert len(sessions.take("car")) == UNHEARD_MAX
    assert sessions.take("car") == ()
    assert sessions.started_at == {}


@pytest.mark.parametrize(
    ("data", "loaded"),
    [
        pytest.param({"car": NOON, "sold": NOON}, {"car": NOON}, id="a charger was removed"),
        pytest.param({"car": "noon"}, {}, id="text"),
        pytest.param({"car": True}, {}, id="flag"),
        pytest.param([NOON], {}, id="list"),
        pytest.param(None, {}, id="nothing"),
    ],
)
def test_stored_beginnings(data: object, loaded: dict[str, float]) -> None:
    assert load(data, ["car", "other"]) == loaded


def test_origins_are_rounded() -> None:
    assert origins(Energy(solar_kwh=1.234, battery_kwh=0.005, grid_kwh=0.0)) == {
        "solar_kwh": 1.23,
        "battery_kwh": 0.01,
        "grid_kwh": 0.0,
    }
