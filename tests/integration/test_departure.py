"""When a car leaves: how far away that is, what is kept of it, and what the law is told."""

from datetime import UTC, datetime, time
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.departure import (
    Departure,
    dump,
    hours_to_departure,
    load,
)

from .conftest import CHARGER_ID, ENTRY_ID, Charger, Clock, Gx, Start
from .test_loop import COORDINATOR, state

BERLIN = ZoneInfo("Europe/Berlin")
MORNING = time(7, 30)
TIME = "time.garage_departure"
PLANNED = "switch.garage_departure_planned"


async def leave_at(hass: HomeAssistant, at: str) -> None:
    """Choose a departure as a user does."""
    await hass.services.async_call(
        "time", "set_value", {"entity_id": TIME, "time": at}, blocking=True
    )


async def plan(hass: HomeAssistant, service: str) -> None:
    """Switch the plan on or off as a user does."""
    await hass.services.async_call("switch", service, {"entity_id": PLANNED}, blocking=True)


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        pytest.param(datetime(2026, 6, 1, 5, 0, tzinfo=BERLIN), 2.5, id="today"),
        pytest.param(datetime(2026, 6, 1, 8, 0, tzinfo=BERLIN), 23.5, id="tomorrow"),
        pytest.param(datetime(2026, 6, 1, 7, 30, tzinfo=BERLIN), 24.0, id="at this moment"),
        pytest.param(
            datetime(2026, 3, 28, 20, 0, tzinfo=BERLIN), 10.5, id="over the shortest night"
        ),
        pytest.param(
            datetime(2026, 10, 24, 20, 0, tzinfo=BERLIN), 12.5, id="over the longest night"
        ),
        pytest.param(datetime(2026, 12, 31, 23, 30, tzinfo=BERLIN), 8.0, id="next year"),
    ],
)
def test_hours_left(now: datetime, hours: float) -> None:
    left = Departure(at=MORNING, planned=True).hours_left(now)
    assert left == pytest.approx(hours)


def test_the_hour_that_clocks_skip_is_not_in_the_past() -> None:
    now = datetime(2026, 3, 29, 1, 59, tzinfo=BERLIN)
    assert Departure(at=time(2, 30), planned=True).hours_left(now) == pytest.approx(31 / 60)


def test_only_planned_departures_are_told() -> None:
    departures = {
        "planned": Departure(at=MORNING, planned=True),
        "at midnight": Departure(at=time(0, 0), planned=True),
        "resting": Departure(at=MORNING),
        "never set": Departure(planned=True),
        "nothing": Departure(),
    }
    now = datetime(2026, 6, 1, 6, 30, tzinfo=UTC)
    assert hours_to_departure(departures, now) == {"planned": 1.0, "at midnight": 17.5}


def test_departures_survive_storage() -> None:
    departures = {
        "a": Departure(at=time(7, 30, 15), planned=True),
        "b": Departure(at=time(0, 0)),
        "c": Departure(),
    }
    assert load(dump(departures), departures) == (departures, ())


def test_a_removed_charger_is_forgotten_and_a_new_one_has_no_departure() -> None:
    stored = dump({"a": Departure(at=MORNING, planned=True)})
    assert load(stored, ["b"]) == ({"b": Departure()}, ())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="nothing stored"),
        pytest.param([], id="a list"),
        pytest.param({"a": None}, id="charger without data"),
        pytest.param({"a": {"colour": "red"}}, id="unknown key"),
    ],
)
def test_foreign_data_gives_no_departure(data: object) -> None:
    assert load(data, ["a"]) == ({"a": Departure()}, ())


@pytest.mark.parametrize(
    ("key", "value", "rejected", "kept"),
    [
        pytest.param("at", "soon", "departure", Departure(planned=True), id="word"),
        pytest.param("at", 730, "departure", Departure(planned=True), id="number"),
        pytest.param("at", "25:00", "departure", Departure(planned=True), id="no such hour"),
        pytest.param("at", "07:30+02:00", "departure", Departure(planned=True), id="own zone"),
        pytest.param("planned", 1, "departure_planned", Departure(at=MORNING), id="no flag"),
    ],
)
def test_a_bad_value_gets_its_default_and_is_named(
    key: str, value: Any, rejected: str, kept: Departure
) -> None:
    data = dump({"a": Departure(at=MORNING, planned=True)})
    data["a"][key] = value
    assert load(data, ["a"]) == ({"a": kept}, (rejected,))


async def test_the_law_is_told_while_it_is_planned(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
) -> None:
    await start()
    assert (state(hass, TIME), state(hass, PLANNED)) == ("unknown", "off")
    with (
        patch(f"{COORDINATOR}.decide", side_effect=decide) as law,
        patch.object(
            dt_util, "now", return_value=datetime(2026, 6, 21, 20, 0, tzinfo=BERLIN)
        ) as now,
    ):

        def told() -> dict[str, float]:
            return dict(law.call_args.args[2].hours_to_departure)

        await plan(hass, "turn_on")
        assert (state(hass, PLANNED), told()) == ("on", {})
        await leave_at(hass, "06:15:00")
        assert state(hass, TIME) == "06:15:00"
        assert told() == {CHARGER_ID: 10.25}
        now.return_value = datetime(2026, 6, 21, 21, 0, tzinfo=BERLIN)
        await clock.advance(6, gx.say_all)
        assert told() == {CHARGER_ID: 9.25}
        await plan(hass, "turn_off")
        assert (state(hass, PLANNED), told()) == ("off", {})
        assert state(hass, TIME) == "06:15:00"


async def test_the_law_is_told_the_length_of_the_day(
    hass: HomeAssistant, gx: Gx, clock: Clock, start: Start
) -> None:
    await hass.config.async_update(latitude=52.5, longitude=13.4, time_zone="Europe/Berlin")
    await start()
    with (
        patch(f"{COORDINATOR}.decide", side_effect=decide) as law,
        patch.object(dt_util, "now", return_value=datetime(2026, 6, 21, 12, 0, tzinfo=BERLIN)),
    ):
        await clock.advance(6, gx.say_all)
    assert law.call_args.args[2].day_length_h == pytest.approx(16.83, abs=0.1)


async def test_a_restart_keeps_the_departure(
    hass: HomeAssistant,
    gx: Gx,
    start: Start,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    await start()
    await leave_at(hass, "06:15:00")
    await plan(hass, "turn_on")
    await hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[f"victron_openevse.{ENTRY_ID}"]["data"]
    assert stored["departures"] == {CHARGER_ID: {"at": "06:15:00", "planned": True}}
    assert "departure" not in stored["settings"]["chargers"][CHARGER_ID]
    await start()
    assert (state(hass, TIME), state(hass, PLANNED)) == ("06:15:00", "on")
    assert CHARGER_ID in entry.runtime_data.data.readings.hours_to_departure


async def test_a_damaged_departure_is_forgotten_with_a_warning(
    hass: HomeAssistant,
    gx: Gx,
    start: Start,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    key = f"victron_openevse.{ENTRY_ID}"
    hass_storage[key] = {
        "version": 1,
        "minor_version": 1,
        "key": key,
        "data": {
            "settings": {"site": {"priority": "balanced"}},
            "departures": {CHARGER_ID: {"at": "soon", "planned": True}},
        },
    }
    await start()
    assert (state(hass, TIME), state(hass, PLANNED)) == ("unknown", "on")
    assert state(hass, "select.cerbo_gx_priority") == "balanced"
    assert "set to their defaults: departure" in caplog.text
