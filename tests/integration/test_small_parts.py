"""The export counter, the log of problems and the daylight."""

from datetime import UTC, datetime
import logging

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
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
    assert not daylight.is_up()
