"""What the logbook says of a session."""

from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.victron_openevse.const import EVENT_SESSION
from custom_components.victron_openevse.logbook import async_describe_events

from .conftest import Charger, Clock, Gx, Start
from .test_event import unplug
from .test_trigger import begin


@pytest.fixture(autouse=True)
def _our_integration(recorder_mock: MagicMock, enable_custom_integrations: None) -> None:
    """Let Home Assistant load custom integrations; the recorder has to come first."""


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param({"kind": "session_started"}, "started a charging session", id="started"),
        pytest.param(
            {
                "kind": "session_finished",
                "energy_kwh": 12.3,
                "solar_share_pct": 85,
                "duration_s": 14_640,
            },
            "finished a charging session: 12.30 kWh, 85 % from the sun, plugged in for 4 h 04 min",
            id="finished",
        ),
        pytest.param(
            {"kind": "session_finished", "energy_kwh": 0.0, "duration_s": 3599.0},
            "finished a charging session: 0.00 kWh, plugged in for 1 h 00 min",
            id="nothing charged",
        ),
        pytest.param(
            {"kind": "session_finished", "energy_kwh": 3.0, "solar_share_pct": 0},
            "finished a charging session: 3.00 kWh, 0 % from the sun",
            id="beginning unknown",
        ),
    ],
)
async def test_sentences(hass: HomeAssistant, data: dict[str, Any], sentence: str) -> None:
    found: dict[str, Callable[[Event], dict[str, Any]]] = {}

    def note(_domain: str, event_type: str, describe: Callable[[Event], dict[str, Any]]) -> None:
        found[event_type] = describe

    async_describe_events(hass, note)
    described = found[EVENT_SESSION](Event(EVENT_SESSION, {"name": "Garage", **data}))
    assert described == {"name": "Garage", "message": sentence, "entity_id": None}


async def test_the_logbook_tells_of_a_session(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    hass_ws_client: WebSocketGenerator,
) -> None:
    before = dt_util.utcnow()
    hass.config.components.add("frontend")  # the logbook's page needs it, its words do not
    assert await async_setup_component(hass, "logbook", {})
    await begin(charger, gx, clock, start)
    await unplug(charger, gx, clock)
    await async_wait_recording_done(hass)
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {
            "type": "logbook/get_events",
            "start_time": before.isoformat(),
            "entity_ids": ["event.garage_session"],
        }
    )
    answer = await client.receive_json()
    said = [item for item in answer["result"] if "charging session" in item.get("message", "")]
    assert [(item["name"], item["domain"]) for item in said] == [("Garage", "victron_openevse")]
