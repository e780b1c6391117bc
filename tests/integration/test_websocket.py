"""The live picture: what it shows, how often it comes, and that nothing is left of it."""

from dataclasses import replace
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.victron_openevse import live_picture
from custom_components.victron_openevse.control.model import (
    ChargerSettings,
    Mode,
    Temporary,
)
from custom_components.victron_openevse.live_picture import current_range_a

from .conftest import CHARGER_ID, ENTRY_ID, Charger, Clock, Gx, Start
from .test_loop import state

LIVE = "victron_openevse/live"
SILENCE_S = 0.2
CARD: Final = Path(live_picture.__file__).parent / "frontend"


async def subscribe(client: MockHAClientWebSocket, **fields: str) -> dict[str, Any]:
    """Subscribe to the site and give the first picture."""
    await client.send_json_auto_id({"type": LIVE, "site": ENTRY_ID, **fields})
    answer = await client.receive_json()
    assert answer["success"], answer
    return await next_picture(client)


async def next_picture(client: MockHAClientWebSocket) -> dict[str, Any]:
    """Give the next picture that comes."""
    message = await client.receive_json()
    assert message["type"] == "event"
    shown: dict[str, Any] = message["event"]
    return shown


def listeners(entry: MockConfigEntry) -> int:
    """Count who listens to the coordinator."""
    return len(entry.runtime_data._listeners)


@pytest.mark.usefixtures("running")
async def test_picture_shows_what_the_entities_know(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    shown = await subscribe(await hass_ws_client(hass))
    site, car = shown["site"], shown["chargers"][CHARGER_ID]
    assert (site["pv_w"], site["grid_w"], site["battery_w"]) == (3000.0, -1500.0, 1000.0)
    assert (site["soc_pct"], site["curtailed"], site["shadow"]) == (80.0, False, False)
    assert car["offered_a"] == int(state(hass, "sensor.garage_offered_current"))
    assert (car["low_a"], car["high_a"], car["top_a"]) == (6, 20, 32)
    assert car["sentence"].startswith("The surplus is ")
    assert car["what_would_change"]
    assert len(car["session_kwh"]) == len(car["lifetime_kwh"]) == 3


@pytest.mark.usefixtures("running")
async def test_the_card_reads_all_of_the_picture(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    shown = await subscribe(await hass_ws_client(hass))
    code = "".join((CARD / f"{name}.js").read_text() for name in ("card", "charger", "dial"))
    unread = {
        key
        for key in (*shown["site"], *shown["chargers"][CHARGER_ID])
        if not re.search(
            rf'(live|seen|site)\??\.{key}\b|sumOf\(cars, "{key}"\)|{{[^{{}}]*\b{key}\b[^{{}}]*}} = live',
            code,
        )
    }
    assert unread == set()


@pytest.mark.usefixtures("running")
async def test_what_the_card_does_not_show_sends_nothing(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, entry: MockConfigEntry
) -> None:
    client, coordinator = await hass_ws_client(hass), entry.runtime_data
    await subscribe(client)
    decision = coordinator.data.decision
    site = replace(decision.site, surplus_w=-1.0, missing=("grid_power",))
    data = replace(coordinator.data, decision=replace(decision, site=site))
    coordinator.async_set_updated_data(data)
    with pytest.raises(TimeoutError):
        await client.receive_json(timeout=SILENCE_S)


@pytest.mark.usefixtures("running")
async def test_picture_tells_the_budget_of_closings(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, entry: MockConfigEntry
) -> None:
    coordinator = entry.runtime_data
    memory = coordinator.data.memory
    worn = replace(memory.chargers[CHARGER_ID], closings_at_s=(coordinator.data.now_s - 60.0,))
    coordinator.data = replace(
        coordinator.data, memory=replace(memory, chargers={CHARGER_ID: worn})
    )
    car = (await subscribe(await hass_ws_client(hass)))["chargers"][CHARGER_ID]
    assert (car["closings"], car["daily_closings"]) == (1, ChargerSettings().daily_closings)


@pytest.mark.usefixtures("running")
async def test_shadow_mode_is_in_the_picture(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, clock: Clock
) -> None:
    client = await hass_ws_client(hass)
    assert (await subscribe(client))["site"]["shadow"] is False
    shadow = "switch.cerbo_gx_shadow"
    await hass.services.async_call("switch", "turn_on", {"entity_id": shadow}, blocking=True)
    await clock.advance(2)
    assert (await next_picture(client))["site"]["shadow"] is True


@pytest.mark.usefixtures("running")
async def test_sentences_of_an_unknown_language_are_english(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    shown = await subscribe(await hass_ws_client(hass), language="tlh")
    assert shown["chargers"][CHARGER_ID]["sentence"].startswith("The surplus is ")


@pytest.mark.usefixtures("running")
async def test_readers_without_admin_rights_see_it(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
) -> None:
    shown = await subscribe(await hass_ws_client(hass, hass_read_only_access_token))
    assert shown["site"]["pv_w"] == 3000.0


@pytest.mark.usefixtures("running")
async def test_many_decisions_of_one_second_are_one_message(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    gx: Gx,
    clock: Clock,
    entry: MockConfigEntry,
) -> None:
    client = await hass_ws_client(hass)
    await subscribe(client)
    for power_w in (2900.0, 2800.0, 2700.0):
        gx.say("system/0/Dc/Pv/Power", power_w)
        await entry.runtime_data.async_refresh()
    # The clock of the tests also moves the timer that ends the pause.
    await clock.advance(1)
    shown = await next_picture(client)
    assert shown["site"]["pv_w"] == 2700.0
    with pytest.raises(TimeoutError):
        await client.receive_json(timeout=SILENCE_S)


async def test_site_that_stops_and_starts_is_followed(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    entry: MockConfigEntry,
    running: None,
) -> None:
    client = await hass_ws_client(hass)
    await subscribe(client)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await next_picture(client) == {"site": None, "chargers": {}}
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert (await next_picture(client))["site"] is not None


@pytest.mark.parametrize("way", ["unsubscribes", "goes away"])
async def test_viewer_leaves_nothing_behind(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    entry: MockConfigEntry,
    running: None,
    way: str,
) -> None:
    before = listeners(entry)
    client = await hass_ws_client(hass)
    await client.send_json({"id": 1, "type": LIVE, "site": ENTRY_ID})
    assert (await client.receive_json())["success"]
    await next_picture(client)
    assert listeners(entry) == before + 1
    if way == "unsubscribes":
        await client.send_json({"id": 2, "type": "unsubscribe_events", "subscription": 1})
        assert (await client.receive_json())["success"]
    else:
        await client.close()
        await hass.async_block_till_done()
    assert listeners(entry) == before


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    "site", [pytest.param("nowhere", id="unknown"), pytest.param("other", id="not ours")]
)
async def test_other_sites_are_refused(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, site: str
) -> None:
    MockConfigEntry(domain="other", entry_id="other").add_to_hass(hass)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": LIVE, "site": site})
    answer = await client.receive_json()
    assert answer["error"]["code"] == "not_found"


async def test_silent_site_shows_no_numbers(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, gx: Gx, charger: Charger, start: Start
) -> None:
    gx.silent = charger.silent = True
    await start()
    site = (await subscribe(await hass_ws_client(hass)))["site"]
    assert (site["pv_w"], site["soc_pct"], site["house_w"]) == (None, None, None)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(ChargerSettings(mode=Mode.SOLAR), (6, 20), id="solar"),
        pytest.param(ChargerSettings(mode=Mode.FAST), (32, 32), id="fast"),
        pytest.param(ChargerSettings(mode=Mode.MEDIUM), (16, 16), id="medium"),
        pytest.param(ChargerSettings(mode=Mode.OFF), (None, None), id="off"),
        pytest.param(
            ChargerSettings(mode=Mode.FAST, circuit_current_a=20), (20, 20), id="circuit caps"
        ),
        pytest.param(
            ChargerSettings(temporary=Temporary(mode=Mode.FAST, boost=True, current_a=24)),
            (24, 24),
            id="boost with its own current",
        ),
    ],
)
def test_range_of_the_mode_in_force(
    settings: ChargerSettings, expected: tuple[int | None, int | None]
) -> None:
    assert current_range_a(settings) == expected
