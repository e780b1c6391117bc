"""A site that is read straight from its GX, with a charger on the GX's broker."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse import gx_transport, hand_back
from custom_components.victron_openevse.const import DOMAIN
from custom_components.victron_openevse.diagnostics import async_get_config_entry_diagnostics

from .conftest import BASE, PORTAL, Clock
from .gx_forms import direct_data, site
from .gx_server import GxServer, SocketGx, socket_charger


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Wait shorter than for a real GX."""
    with patch.object(gx_transport, "FIRST_PAUSE_S", 0.02):
        yield


@pytest.fixture
async def server(socket_enabled: None) -> AsyncGenerator[GxServer]:
    """Start the broker of a GX, with the GX and a charger connected."""
    server = GxServer(password="secret")
    await server.start()
    SocketGx(server)
    socket_charger(server)
    yield server
    await server.stop()


async def start(hass: HomeAssistant, entry: MockConfigEntry, clock: Clock) -> None:
    """Set the site up and let it hear everything."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await entry.runtime_data.connections.async_ready()
    for _ in range(3):
        await clock.advance(1)
        await asyncio.sleep(0.05)
    await hass.async_block_till_done()


def claims(server: GxServer) -> list[str]:
    """Give what was sent to the charger's claim, oldest first."""
    return [payload for topic, payload in server.sent if topic == f"{BASE}/claim/set"]


async def test_it_reads_and_steers(hass: HomeAssistant, server: GxServer, clock: Clock) -> None:
    entry = site(direct_data(server, password="secret"), hass, chargers="direct")
    await start(hass, entry, clock)
    grid = hass.states.get("sensor.cerbo_gx_grid_power")
    assert grid is not None
    assert float(grid.state) == -1500.0
    assert len(server.logins) == 1  # site and charger share the connection
    assert await hass.config_entries.async_unload(entry.entry_id)
    await server.until(lambda: server.links == 0)


async def test_no_broker_of_home_assistant_is_needed(
    hass: HomeAssistant, server: GxServer, clock: Clock
) -> None:
    server.password = None
    entry = site(direct_data(server), hass)
    await start(hass, entry, clock)
    assert entry.state is ConfigEntryState.LOADED
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_gx_that_is_away_does_not_keep_the_site_from_starting(
    hass: HomeAssistant, server: GxServer, clock: Clock
) -> None:
    """Without readings the modes that need none go on, and the others rest."""
    await server.stop()
    entry = site(direct_data(server, password="secret"), hass)
    await start(hass, entry, clock)
    assert entry.state is ConfigEntryState.LOADED
    grid = hass.states.get("sensor.cerbo_gx_grid_power")
    assert grid is not None
    assert grid.state == "unavailable"
    await server.start()
    connection = entry.runtime_data.connections.get("direct")
    await server.until(lambda: connection.connected)
    await clock.advance(2)
    await server.until(lambda: (f"R/{PORTAL}/keepalive", "") in server.sent)
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_refused_password_asks_the_owner_once(
    hass: HomeAssistant, server: GxServer, clock: Clock
) -> None:
    entry = site(direct_data(server, password="old"), hass)
    await start(hass, entry, clock)
    await asyncio.sleep(0.2)
    assert server.logins == [("remoteconsole", "old")]
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert entry.state is ConfigEntryState.LOADED
    flows: Any = hass.config_entries.flow
    result = await flows.async_configure(flow["flow_id"], {"password": "secret"})
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    await server.until(lambda: server.logins[-1] == ("remoteconsole", "secret"))
    await server.until(lambda: entry.runtime_data.connections.get("direct").connected)
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("way", ["remove", "disable"])
async def test_the_charger_is_given_back(
    hass: HomeAssistant, server: GxServer, clock: Clock, way: str
) -> None:
    entry = site(direct_data(server, password="secret"), hass, chargers="direct")
    await start(hass, entry, clock)
    clock.release()
    if way == "remove":
        await hass.config_entries.async_remove(entry.entry_id)
    else:
        await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert claims(server)[-1] == "release"
    await server.until(lambda: server.links == 0)


async def test_a_site_that_was_refused_can_be_removed(
    hass: HomeAssistant, server: GxServer, clock: Clock
) -> None:
    """Its charger cannot be given back, and nobody is asked for a password any more."""
    entry = site(direct_data(server, password="old"), hass, chargers="direct")
    await start(hass, entry, clock)
    clock.release()
    with patch.object(hand_back, "WAIT_S", 0.1):
        await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN) == []
    assert len(server.logins) == 2


async def test_twenty_times_up_and_down_leaves_nothing(
    hass: HomeAssistant, server: GxServer, clock: Clock
) -> None:
    entry = site(direct_data(server, password="secret"), hass)
    await start(hass, entry, clock)
    assert await hass.config_entries.async_unload(entry.entry_id)
    tasks = len(asyncio.all_tasks())
    for _ in range(20):
        assert await hass.config_entries.async_setup(entry.entry_id)
        assert await hass.config_entries.async_unload(entry.entry_id)
    await server.until(lambda: server.links == 0)
    await hass.async_block_till_done()
    assert len(asyncio.all_tasks()) <= tasks


async def test_what_is_secret_is_not_in_the_diagnostics(
    hass: HomeAssistant, server: GxServer, clock: Clock
) -> None:
    data = direct_data(server, username="owner", password="secret", certificate=None)
    entry = site(data, hass)
    await start(hass, entry, clock)
    report = await async_get_config_entry_diagnostics(hass, entry)
    stored = report["entry"]["data"]
    for key in ("host", "username", "password", "portal_id"):
        assert stored[key] == "**REDACTED**"
    assert stored["port"] == server.port
    assert await hass.config_entries.async_unload(entry.entry_id)
