"""Setting a site up straight from the GX: every way through the forms, and back from every error."""

from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from .conftest import BASE, PORTAL, SERIAL, Charger
from .gx_forms import (
    HERE,
    OTHER,
    _impatient,
    _nobody_there,
    announce,
    connect,
    created,
    direct_data,
    server,
    site,
    tls_server,
)
from .gx_server import LOOPBACK, GxServer, SocketGx, socket_charger
from .test_config_flow import begin, choose, submit

__all__ = ["_impatient", "_nobody_there", "server", "tls_server"]

PAIRING = f"https://{LOOPBACK}/auth/generate-token/"


async def test_a_gx_without_password(hass: HomeAssistant, server: GxServer) -> None:
    SocketGx(server)
    result = await connect(hass)
    assert result["step_id"] == "confirm_without_charger"
    assert result["description_placeholders"]["site"] == "Cerbo GX"
    entry = created(await submit(hass, result))
    assert entry.title == "Cerbo GX"
    assert dict(entry.data) == direct_data(server)
    assert set(server.logins) == {(None, None)}
    await server.until(lambda: server.links == 0)


async def test_a_gx_with_encryption_and_password(hass: HomeAssistant, tls_server: GxServer) -> None:
    SocketGx(tls_server)
    result = await connect(hass)
    assert (result["step_id"], result["menu_options"]) == ("login", ["pair", "password"])
    result = await choose(hass, result, "password")
    assert (result["step_id"], result["errors"]) == ("password", {})
    tls_server.logins.clear()
    result = await submit(hass, result, {"password": "wrong"})
    assert (result["step_id"], result["errors"]) == ("password", {"base": "gx_refused"})
    assert tls_server.logins == [("remoteconsole", "wrong")]
    result = await submit(hass, result, {"password": "secret"})
    entry = created(await submit(hass, result))
    assert dict(entry.data) == direct_data(tls_server, password="secret")


async def test_a_password_that_travels_in_the_open(hass: HomeAssistant, server: GxServer) -> None:
    """Its form says so; pairing needs encryption and is not offered."""
    SocketGx(server)
    server.password = "secret"
    result = await connect(hass)
    assert result["step_id"] == "password_readable"
    result = await submit(hass, result, {"password": "secret", "username": "me"})
    entry = created(await submit(hass, result))
    assert dict(entry.data) == direct_data(server, username="me", password="secret")
    assert server.logins[-1] == ("me", "secret")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param({"status": 403, "text": "no"}, "pairing_closed", id="not pairing"),
        pytest.param({"exc": aiohttp.ClientError()}, "pairing_failed", id="no web page"),
        pytest.param({"exc": TimeoutError()}, "pairing_failed", id="no answer"),
        pytest.param({"text": "<html>"}, "pairing_failed", id="another web page"),
        pytest.param({"json": ["x"]}, "pairing_failed", id="a list"),
        pytest.param({"json": {"token_name": "x"}}, "pairing_failed", id="no password"),
        pytest.param(
            {"json": {"token_name": "x", "password": "y"}}, "gx_refused", id="useless password"
        ),
    ],
)
async def test_pairing(
    hass: HomeAssistant,
    tls_server: GxServer,
    aioclient_mock: AiohttpClientMocker,
    answer: dict[str, Any],
    error: str,
) -> None:
    SocketGx(tls_server)
    result = await choose(hass, await connect(hass), "pair")
    assert (result["step_id"], result["errors"]) == ("pair", {})
    aioclient_mock.post(PAIRING, **answer)
    result = await submit(hass, result)
    assert (result["step_id"], result["errors"]) == ("pair", {"base": error})
    aioclient_mock.clear_requests()
    token = {"token_name": "token/homeassistant/x", "password": "secret", "mqtt_port": 8883}
    aioclient_mock.post(PAIRING, json=token)
    result = await submit(hass, result)
    entry = created(await submit(hass, result))
    assert dict(entry.data) == direct_data(
        tls_server, username="token/homeassistant/x", password="secret"
    )
    asked = aioclient_mock.mock_calls[-1][2]
    assert asked["role"] == "homeassistant"
    assert asked["device_id"].isalnum()
    assert asked["device_id"] != PORTAL  # that is what another integration pairs as


async def test_nobody_there_then_somebody(hass: HomeAssistant, server: GxServer) -> None:
    SocketGx(server)
    await server.stop()
    result = await connect(hass)
    assert (result["step_id"], result["errors"]) == ("direct", {"base": "gx_unreachable"})
    assert result["description_placeholders"]["host"] == LOOPBACK
    await server.start()
    result = await submit(hass, result, HERE)
    assert result["step_id"] == "confirm_without_charger"


async def test_encryption_can_be_insisted_on(hass: HomeAssistant, server: GxServer) -> None:
    SocketGx(server)
    result = await connect(hass, {**HERE, "security": "tls"})
    assert result["errors"] == {"base": "gx_unreachable"}
    assert server.logins == []
    result = await submit(hass, result, {**HERE, "security": "plain"})
    assert result["step_id"] == "confirm_without_charger"


async def test_a_broker_of_somebody_else(hass: HomeAssistant, server: GxServer) -> None:
    result = await connect(hass)
    assert (result["step_id"], result["errors"]) == ("direct", {"base": "no_gx_there"})
    SocketGx(server)
    SocketGx(server, OTHER)
    result = await submit(hass, result, HERE)
    assert result["errors"] == {"base": "several_gx"}


async def test_a_gx_that_tells_too_little(hass: HomeAssistant, server: GxServer) -> None:
    gx = SocketGx(server)
    soc = gx.values.pop("system/0/Dc/Battery/Soc")
    result = await connect(hass)
    assert (result["step_id"], result["errors"]) == ("direct", {"base": "gx_incomplete"})
    assert result["description_placeholders"]["missing"] == "Battery level"
    gx.values["system/0/Dc/Battery/Soc"] = soc
    result = await submit(hass, result, HERE)
    assert result["step_id"] == "confirm_without_charger"


async def test_a_site_that_is_reached_in_another_way_already(
    hass: HomeAssistant, server: GxServer, entry: MockConfigEntry
) -> None:
    SocketGx(server)
    entry.add_to_hass(hass)
    result = await connect(hass)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_a_charger_on_the_broker_of_the_gx(hass: HomeAssistant, server: GxServer) -> None:
    SocketGx(server)
    socket_charger(server)
    result = await connect(hass)
    assert result["step_id"] == "confirm"
    assert result["description_placeholders"]["chargers"] == f"- {BASE}"
    (subentry,) = created(await submit(hass, result)).subentries.values()
    assert (subentry.unique_id, subentry.data["source"]) == (SERIAL, "direct")


async def test_home_assistant_s_broker_comes_first(
    hass: HomeAssistant, server: GxServer, charger: Charger
) -> None:
    """A charger that is on both brokers, by a bridge, is reached over Home Assistant's."""
    SocketGx(server)
    socket_charger(server)
    result = await connect(hass)
    assert result["description_placeholders"]["chargers"] == f"- {BASE}"
    entry = created(await submit(hass, result))
    (subentry,) = entry.subentries.values()
    assert (subentry.unique_id, subentry.data["source"]) == (SERIAL, "mqtt")
    assert entry.data["source"] == "direct"


# Found in the network


async def test_a_discovered_gx(hass: HomeAssistant, server: GxServer) -> None:
    SocketGx(server)
    result = await announce(hass)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "ssdp_confirm")
    assert result["description_placeholders"] == {"name": "Venus GX", "host": LOOPBACK}
    assert server.logins == []
    result = await submit(hass, result)
    assert result["step_id"] == "confirm_without_charger"
    assert dict(created(await submit(hass, result)).data) == direct_data(server)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        pytest.param({"X_MqttTokenPairing": "1"}, "login", id="it can pair"),
        pytest.param({}, "password", id="it cannot pair"),
    ],
)
async def test_a_discovered_gx_with_password(
    hass: HomeAssistant, tls_server: GxServer, words: dict[str, str], step: str
) -> None:
    SocketGx(tls_server)
    result = await submit(hass, await announce(hass, **words))
    assert result["step_id"] == step
    if step == "login":
        result = await choose(hass, result, "password")
    result = await submit(hass, result, {"password": "secret"})
    assert created(await submit(hass, result)).data["password"] == "secret"


async def test_a_discovered_gx_that_does_not_answer(hass: HomeAssistant, server: GxServer) -> None:
    SocketGx(server, OTHER)
    await server.stop()
    result = await submit(hass, await announce(hass))
    assert (result["step_id"], result["errors"]) == ("direct", {"base": "gx_unreachable"})
    await server.start()
    result = await submit(hass, result, HERE)
    assert result["errors"] == {"base": "other_gx"}


@pytest.mark.parametrize(
    ("host", "words"),
    [
        pytest.param("", {}, id="no address"),
        pytest.param(LOOPBACK, {"X_VrmPortalId": ""}, id="no portal id"),
    ],
)
async def test_an_announcement_that_says_too_little(
    hass: HomeAssistant, host: str, words: dict[str, str]
) -> None:
    result = await announce(hass, host, **words)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_a_gx")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"source": "direct", "host": "192.0.2.1"}, "192.0.2.2", id="address follows"),
        pytest.param({"source": "direct", "host": "venus.local"}, "venus.local", id="name stays"),
        pytest.param({"source": "mqtt"}, None, id="not reached directly"),
    ],
)
async def test_a_known_gx_with_a_new_address(
    hass: HomeAssistant, before: dict[str, str], after: str | None
) -> None:
    entry = site({**before, "portal_id": PORTAL}, hass)
    result = await announce(hass, "192.0.2.2")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data.get("host") == after


async def test_what_was_discovered_is_suggested(hass: HomeAssistant) -> None:
    await announce(hass, "192.0.2.2")
    result = await choose(hass, await begin(hass), "direct")
    (host,) = [key for key in result["data_schema"].schema if key == "host"]
    assert host.default() == "192.0.2.2"
