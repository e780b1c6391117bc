"""The export counter, the log of problems and the daylight."""

from datetime import UTC, datetime
import logging
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.victron_openevse.control.model import Reading
from custom_components.victron_openevse.daylight import Daylight
from custom_components.victron_openevse.export import ExportMeter
from custom_components.victron_openevse.problem_log import ProblemLog


@pytest.mark.parametrize(
    ("readings", "kwh"),
    [
        pytest.param([(-3600.0, 0.0), (-3600.0, 10.0)], 0.01, id="export for 10 s"),
        pytest.param([(3600.0, 0.0), (3600.0, 10.0)], 0.0, id="import"),
        pytest.param([(-3600.0, 0.0), (-3600.0, 61.0)], 0.0, id="gap too long"),
        pytest.param([(-3600.0, 5.0), (-3600.0, 5.0)], 0.0, id="same reading twice"),
        pytest.param([(-3600.0, 5.0), (-3600.0, 1.0)], 0.0, id="clock went back"),
        pytest.param([(-3600.0, 0.0), None, (-3600.0, 10.0)], 0.0, id="value was lost"),
        pytest.param([(-3600.0, 0.0), (0.0, 10.0), (0.0, 20.0)], 0.01, id="until it ended"),
    ],
)
def test_export_is_counted(readings: list[tuple[float, float] | None], kwh: float) -> None:
    meter = ExportMeter()
    for item in readings:
        meter = meter.record(None if item is None else Reading(*item))
    assert meter.total_kwh == pytest.approx(kwh)


@pytest.mark.parametrize(
    ("stored", "kwh"),
    [
        pytest.param(12.5, 12.5, id="number"),
        pytest.param(3, 3.0, id="whole number"),
        pytest.param(None, 0.0, id="nothing"),
        pytest.param("12", 0.0, id="text"),
        pytest.param(True, 0.0, id="flag"),
        pytest.param(-1.0, 0.0, id="negative"),
        pytest.param(float("inf"), 0.0, id="infinite"),
    ],
)
def test_export_continues_from_what_was_stored(stored: object, kwh: float) -> None:
    assert ExportMeter.load(stored).total_kwh == kwh


def test_a_problem_is_told_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = ProblemLog("Garage")
    for second in range(200):
        log.update("is offline", float(second))
    for second in range(200, 300):
        log.update(None, float(second))
    assert [record.getMessage() for record in caplog.records] == [
        "Garage: is offline",
        "Garage is back to normal",
    ]


def test_a_short_problem_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = ProblemLog("Garage")
    log.update("is offline", 0.0)
    log.update("is offline", 59.0)
    log.update(None, 59.5)
    log.update("is offline", 60.0)
    assert caplog.records == []


async def test_daylight_counts_to_the_next_sunset(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_update(latitude=51.5, longitude=0.0, time_zone="UTC")
    freezer.move_to(datetime(2026, 6, 21, 12, 0, tzinfo=UTC))
    daylight = Daylight(hass)
    assert daylight.hours_to_sunset() == pytest.approx(8.35, abs=0.1)
    assert daylight.is_up()
    freezer.move_to(datetime(2026, 6, 21, 23, 0, tzinfo=UTC))
    assert daylight.hours_to_sunset() == pytest.approx(21.35, abs=0.1)
    assert not daylight.is_up()


async def test_daylight_knows_no_sunset_where_nothing_is_computed(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_args: object) -> datetime:
        raise ValueError

    module = "custom_components.victron_openevse.daylight.get_astral_event_next"
    monkeypatch.setattr(module, never)
    daylight = Daylight(hass)
    assert daylight.hours_to_sunset() is None
    assert daylight.day_length_h() is None
    assert not daylight.is_up()


@pytest.mark.parametrize(
    ("latitude", "longitude", "time_zone", "day", "hours"),
    [
        pytest.param(51.5, 0.0, "UTC", (6, 21), 16.64, id="London, summer"),
        pytest.param(51.5, 0.0, "UTC", (12, 21), 7.83, id="London, winter"),
        pytest.param(34.0, -118.2, "America/Los_Angeles", (6, 21), 14.43, id="Los Angeles"),
        pytest.param(-36.8, 174.8, "Pacific/Auckland", (6, 21), 9.63, id="Auckland"),
        pytest.param(64.1, -21.9, "Atlantic/Reykjavik", (6, 21), 21.14, id="sunset after midnight"),
        pytest.param(69.6, 18.9, "Europe/Oslo", (6, 21), None, id="midnight sun"),
        pytest.param(69.6, 18.9, "Europe/Oslo", (12, 21), None, id="polar night"),
    ],
)
@pytest.mark.parametrize("hour", [0, 12, 23])
async def test_daylight_measures_the_day_at_any_hour_of_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    latitude: float,
    longitude: float,
    time_zone: str,
    day: tuple[int, int],
    hours: float | None,
    hour: int,
) -> None:
    await hass.config.async_update(latitude=latitude, longitude=longitude, time_zone=time_zone)
    zone = dt_util.get_default_time_zone()
    freezer.move_to(datetime(2026, *day, hour, 30, tzinfo=zone).astimezone(UTC))
    assert Daylight(hass).day_length_h() == pytest.approx(hours, abs=0.1)


async def test_the_day_is_measured_once_a_day_and_place(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_update(latitude=51.5, longitude=0.0, time_zone="UTC")
    freezer.move_to(datetime(2026, 3, 1, 0, 0, tzinfo=UTC))
    daylight = Daylight(hass)
    with patch.object(Daylight, "_measure_day", side_effect=[10.9, 11.0, 11.5]) as measure:
        assert daylight.day_length_h() == 10.9
        freezer.move_to(datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
        assert daylight.day_length_h() == 10.9
        freezer.move_to(datetime(2026, 3, 2, 0, 0, tzinfo=UTC))
        assert daylight.day_length_h() == 11.0
        await hass.config.async_update(latitude=40.0)
        assert daylight.day_length_h() == 11.5
    assert measure.call_count == 3
