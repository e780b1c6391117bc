"""What only accompanies the steering may fail: decisions are made and sent all the same."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import CHARGER_ID, Charger, Clock, Gx
from .test_law_watch import Live, live, said
from .test_loop import state
from .test_shadow import fixture_following

__all__ = ["fixture_following", "live"]

NIGHT = {
    "system/0/Ac/Grid/L1/Power": 2500.0,
    "system/0/Dc/Pv/Power": 0.0,
    "system/0/Dc/Battery/Power": 0.0,
    "system/0/Dc/Battery/Soc": 15.0,
}


@pytest.mark.usefixtures("following")
@pytest.mark.parametrize(
    ("part", "method"),
    [
        pytest.param("sessions", "follow", id="sessions"),
        pytest.param("checks", "follow", id="checks"),
        pytest.param("pulse", "beat", id="pulse"),
        pytest.param("reports", "follow", id="reports"),
        pytest.param("store", "save_if_news", id="store"),
        pytest.param("devices", "tell", id="device pages"),
    ],
)
async def test_the_sun_goes_and_the_car_stops(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    entry: MockConfigEntry,
    live: Live,
    caplog: pytest.LogCaptureFixture,
    part: str,
    method: str,
) -> None:
    assert charger.values["status"] == "active"
    gx.values |= NIGHT
    kind = type(getattr(entry.runtime_data, part))
    with patch.object(kind, method, side_effect=ValueError("boom")) as failing:
        await live(400)
    assert failing.call_count > 1
    assert charger.values["status"] == "disabled"
    assert state(hass, "sensor.garage_status") != "charging"
    assert said(caplog, "the rest goes on without it") == 1


@pytest.mark.usefixtures("following")
@pytest.mark.parametrize("who", ["site", "charger", "leftovers"])
async def test_a_tick_that_fails_takes_no_other_with_it(
    gx: Gx,
    clock: Clock,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    who: str,
) -> None:
    coordinator = entry.runtime_data
    parts = {
        "site": coordinator.site,
        "charger": coordinator.chargers[CHARGER_ID],
        "leftovers": coordinator.leftovers,
    }
    gx.silent = True
    with patch.object(type(parts[who]), "tick", side_effect=ValueError("boom")) as failing:
        await clock.advance(100)
    assert failing.call_count > 50
    assert clock.now_s - coordinator.data.now_s < 10.0
    assert said(caplog, "the rest goes on without it") == 1
