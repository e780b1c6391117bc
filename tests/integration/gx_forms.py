"""What the tests of the flows to a GX share: a broker, the way through the first forms, and data."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_SSDP, ConfigEntry, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse import gx_address, probing
from custom_components.victron_openevse.const import CHARGER, DOMAIN

from .conftest import BASE, CHARGER_ID, PORTAL, SERIAL
from .gx_server import LOOPBACK, GxServer, certificate
from .test_config_flow import _impatient, begin, choose, submit

__all__ = ["_impatient"]

HERE = {"host": LOOPBACK, "security": "automatic"}
OTHER = "c0619ab99999"
CLOSED_PORT = 1
"""Nobody listens there."""


@pytest.fixture(autouse=True)
def _nobody_there(socket_enabled: None, _impatient: None) -> Iterator[None]:
    """Find no port of a GX open, unless a test opens one; a socket takes its time."""
    with (
        patch.object(probing, "SEARCH_S", 0.15),
        patch.object(probing, "SITE_WAIT_S", 0.6),
        patch.object(probing, "CHARGER_WAIT_S", 0.6),
        patch.object(gx_address, "TLS_PORT", CLOSED_PORT),
        patch.object(gx_address, "PLAIN_PORT", CLOSED_PORT),
    ):
        yield


@pytest.fixture
async def server(_nobody_there: None) -> AsyncGenerator[GxServer]:
    """Start the broker of a GX without encryption."""
    server = GxServer()
    await server.start()
    with patch.object(gx_address, "PLAIN_PORT", server.port):
        yield server
    await server.stop()


@pytest.fixture
async def tls_server(_nobody_there: None, tmp_path: Path) -> AsyncGenerator[GxServer]:
    """Start the broker of a GX with encryption and a password."""
    server = GxServer(pem=certificate(tmp_path, "gx"), password="secret")
    await server.start()
    with patch.object(gx_address, "TLS_PORT", server.port):
        yield server
    await server.stop()


def shown(server: GxServer) -> str:
    """Give the certificate that the broker shows."""
    assert server.pem is not None
    text = server.pem.read_text()
    return text[text.index("-----BEGIN CERT") :]


def direct_data(server: GxServer, **changes: Any) -> dict[str, Any]:
    """Give the data of a site that is reached directly."""
    return {
        "source": "direct",
        "portal_id": PORTAL,
        "host": LOOPBACK,
        "port": server.port,
        "certificate": shown(server) if server.pem else None,
        "username": None,
        "password": None,
        **changes,
    }


def site(data: dict[str, Any], hass: HomeAssistant, chargers: str | None = None) -> MockConfigEntry:
    """Set a site up, with a charger that is reached in the way of `chargers`."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Cerbo GX",
        unique_id=PORTAL,
        data=data,
        subentries_data=[
            ConfigSubentryDataWithId(
                data={"source": chargers, "base_topic": BASE, "url": None},
                subentry_id=CHARGER_ID,
                subentry_type=CHARGER,
                title="Garage",
                unique_id=SERIAL,
            )
        ]
        if chargers
        else [],
    )
    entry.add_to_hass(hass)
    return entry


async def connect(hass: HomeAssistant, values: dict[str, str] | None = None) -> dict[str, Any]:
    """Choose to connect directly, and say where."""
    result = await choose(hass, await begin(hass), "direct")
    assert (result["step_id"], result["errors"]) == ("direct", {})
    return await submit(hass, result, values or HERE)


async def announce(hass: HomeAssistant, host: str = LOOPBACK, **words: str) -> dict[str, Any]:
    """Let Home Assistant discover a GX."""
    upnp = {
        "friendlyName": "Venus GX",
        "X_VrmPortalId": PORTAL,
        "X_MqttOnLan": "1",
        **words,
    }
    info = SsdpServiceInfo("usn", "st", upnp, ssdp_location=host and f"http://{host}:80/gx.xml")
    return dict(
        await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_SSDP}, data=info
        )
    )


def created(result: dict[str, Any]) -> ConfigEntry:
    """Give the site that was set up."""
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry: ConfigEntry = result["result"]
    assert entry.unique_id == PORTAL
    return entry
