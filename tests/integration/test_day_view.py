"""The day of decisions: what the page gets, how it is thinned, and how bands are made."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.victron_openevse.day_view import MOST_POINTS, bands, period, thin

from .conftest import CHARGER_ID, ENTRY_ID
from .history_days import (
    CAR_A,
    CAR_W,
    FROM_H,
    TO_H,
    _our_integration,
    async_write_days,
    first_moment,
    recorder_config,
)

__all__ = ["_our_integration", "recorder_config"]

COMMAND: Final = {"type": "victron_openevse/day", "site": ENTRY_ID, "charger": CHARGER_ID}
SERIES: Final = {
    "offered_a",
    "charging_w",
    "charging_a",
    "pv_w",
    "house_w",
    "grid_w",
    "battery_w",
    "surplus_w",
    "soc_pct",
    "reserve_pct",
}


async def ask(hass_ws_client: WebSocketGenerator, **fields: Any) -> dict[str, Any]:
    """Ask as the page does."""
    client = await hass_ws_client()
    await client.send_json_auto_id({**COMMAND, **fields})
    message: dict[str, Any] = await client.receive_json()
    return message


async def test_a_day_with_its_series_and_bands(
    hass: HomeAssistant, running: None, hass_ws_client: WebSocketGenerator
) -> None:
    await async_write_days(hass, 1)
    day = first_moment(1)
    message = await ask(hass_ws_client, date=day.date().isoformat(), language="en")
    answer = message["result"]
    start_s = day.timestamp()
    assert (answer["start"], answer["end"] - answer["start"]) == (start_s, 86_400.0)
    assert set(answer["series"]) == SERIES
    assert answer["missing"] == []
    assert max(value for _, value in answer["series"]["offered_a"]) == CAR_A
    assert max(value for _, value in answer["series"]["charging_w"]) == CAR_W
    status = answer["bands"]["status"]
    assert [band["code"] for band in status] == ["waiting_for_sun", "charging", "waiting_for_sun"]
    assert status[1]["words"] == "Charging"
    assert status[1]["end"] - status[1]["start"] == (TO_H - FROM_H) * 3600.0
    assert answer["bands"]["reason"][1]["words"] == "Following the surplus"


async def test_the_last_hours_of_a_charger_without_some_entities(
    hass: HomeAssistant, running: None, hass_ws_client: WebSocketGenerator
) -> None:
    er.async_get(hass).async_update_entity(
        "sensor.cerbo_gx_surplus", disabled_by=er.RegistryEntryDisabler.USER
    )
    answer = (await ask(hass_ws_client, hours=2))["result"]
    assert answer["end"] - answer["start"] == 7200.0
    assert "surplus_w" in answer["missing"]
    assert answer["mode"] == [] or answer["mode"][0]["code"] == "solar"


IMPOSSIBLE: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "no such site": ({"site": "elsewhere"}, "not_found"),
    "no such charger": ({"charger": "elsewhere"}, "not_found"),
    "no date": ({"date": "today"}, "invalid_format"),
    "too long": ({"hours": 100}, "invalid_format"),
    "both": ({"hours": 2, "date": "2026-11-21"}, "invalid_format"),
}


async def test_what_cannot_be_shown(
    running: None, hass_ws_client: WebSocketGenerator, subtests: pytest.Subtests
) -> None:
    for name, (fields, code) in IMPOSSIBLE.items():
        with subtests.test(name):
            assert (await ask(hass_ws_client, **fields))["error"]["code"] == code


def test_a_period_is_a_local_day_or_the_last_hours() -> None:
    start, end = period(None, None)
    assert start <= dt_util.now() < end
    start, end = period(None, 3.0)
    assert (end - start).total_seconds() == 3 * 3600.0


def test_thinning_keeps_every_peak() -> None:
    track = [(float(second), float(second % 7)) for second in range(5000)]
    track[1234] = (1234.0, 99.0)
    track[4321] = (4321.0, -99.0)
    points = thin(track, 0.0, 5000.0)
    values = [value for _, value in points]
    assert len(points) <= MOST_POINTS
    assert (max(v for v in values if v is not None), min(v for v in values if v is not None)) == (
        99.0,
        -99.0,
    )
    assert points == sorted(points)
    assert (points[0], points[-1]) == (track[0], track[-1])


def test_a_few_points_stay_as_they_are() -> None:
    track = [(-5.0, 1.0), (5.0, 2.0), (6.0, None), (200.0, 3.0)]
    assert thin(track, 0.0, 100.0) == [(5.0, 2.0), (6.0, None)]


@pytest.mark.parametrize(
    ("track", "found"),
    [
        pytest.param([(0.0, "a")], [(10.0, 100.0, "a")], id="clipped"),
        pytest.param([(10.0, "a"), (50.0, "b")], [(10.0, 50.0, "a"), (50.0, 100.0, "b")], id="two"),
        pytest.param(
            [(10.0, "a"), (50.0, "b"), (51.0, "a")], [(10.0, 100.0, "a")], id="too short to see"
        ),
        pytest.param(
            [(10.0, "a"), (40.0, None), (60.0, "a")],
            [(10.0, 40.0, "a"), (60.0, 100.0, "a")],
            id="a hole",
        ),
        pytest.param(
            [(10.0, "a"), (98.0, "b")],
            [(10.0, 98.0, "a"), (98.0, 100.0, "b")],
            id="the present, however short",
        ),
        pytest.param(
            [(10.0 + 2.0 * turn, "ab"[turn % 2]) for turn in range(3)] + [(16.0, "b")],
            [(10.0, 16.0, "a"), (16.0, 100.0, "b")],
            id="short ones together",
        ),
        pytest.param(
            [(10.0, "a"), *((20.0 + turn, "bbc"[turn % 3]) for turn in range(30)), (50.0, "a")],
            [(10.0, 20.0, "a"), (20.0, 50.0, "b"), (50.0, 100.0, "a")],
            id="hours of flapping are not what was before",
        ),
        pytest.param([(200.0, "a")], [], id="later"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_bands(track: Any, found: list[tuple[float, float, str]]) -> None:
    assert bands(track, 10.0, 100.0, 5.0) == found
