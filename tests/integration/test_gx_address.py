"""Who a GX is and who we are: certificates, passwords and refusals, on a real socket."""

import asyncio
from collections.abc import AsyncGenerator
import logging
from pathlib import Path
import socket
import ssl
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.victron_openevse import gx_address
from custom_components.victron_openevse.gx_address import (
    GxAddress,
    GxConnectError,
    GxProblem,
    Security,
    async_locate,
)
from custom_components.victron_openevse.gx_transport import GxTransport

from .gx_server import LOOPBACK, GxServer, certificate
from .test_gx_transport import Connect, _impatient, connect, server

__all__ = ["_impatient", "connect", "server"]

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize(
    ("username", "password", "login"),
    [
        pytest.param(None, None, (None, None), id="no password"),
        pytest.param(None, "wrong", ("remoteconsole", "wrong"), id="wrong password"),
        pytest.param("token/homeassistant/x", "old", ("token/homeassistant/x", "old"), id="token"),
    ],
)
async def test_a_refused_password_is_not_tried_again(
    server: GxServer,
    connect: Connect,
    username: str | None,
    password: str | None,
    login: tuple[str | None, str | None],
) -> None:
    server.password = "right"
    problems: list[GxProblem] = []
    transport = connect(server, username=username, password=password, problems=problems)
    transport.subscribe("a", lambda _message: None)
    await transport.async_ready()
    assert problems == [transport.problem] == [GxProblem.REFUSED]
    await asyncio.sleep(0.2)  # ten times the first pause
    assert server.logins == [login]
    assert not transport.connected


async def test_the_right_password_is_let_in(server: GxServer, connect: Connect) -> None:
    server.password = "right"
    transport = connect(server, password="right")
    await transport.async_ready()
    assert transport.connected
    assert server.logins == [("remoteconsole", "right")]


async def test_a_password_changed_later_ends_it(server: GxServer, connect: Connect) -> None:
    server.password = "right"
    problems: list[GxProblem] = []
    transport = connect(server, password="right", problems=problems)
    await transport.async_ready()
    server.password = "new"
    server.cut()
    await server.until(lambda: bool(problems))
    assert problems == [GxProblem.REFUSED]
    assert len(server.logins) == 2


@pytest.fixture
async def tls_server(tmp_path: Path) -> AsyncGenerator[GxServer]:
    """Start a broker with a certificate that it signed itself and that is out of date."""
    server = GxServer(pem=certificate(tmp_path, "gx", expired=True), password="secret")
    await server.start()
    with patch.object(gx_address, "TLS_PORT", server.port):
        yield server
    await server.stop()


async def test_the_certificate_seen_first_is_trusted(
    tls_server: GxServer, hass: HomeAssistant
) -> None:
    """It is out of date and for no address, as of a GX that did not know the time at first."""
    address = await async_locate(LOOPBACK, Security.AUTOMATIC)
    assert (address.encrypted, address.port) == (True, tls_server.port)
    assert tls_server.logins == []
    transport = GxTransport(hass, address.with_login(None, "secret"))
    got: list[str] = []
    transport.subscribe("a", lambda message: got.append(message.payload))
    await transport.async_ready()
    assert transport.connected
    tls_server.publish("a", "x" * 20_000)
    await tls_server.until(lambda: bool(got))
    await transport.async_close()
    assert [len(text) for text in got] == [20_000]


async def test_another_certificate_is_not_told_the_password(
    tls_server: GxServer, hass: HomeAssistant, tmp_path: Path
) -> None:
    address = (await async_locate(LOOPBACK, Security.TLS)).with_login(None, "secret")
    await tls_server.stop()
    genuine, tls_server.pem = tls_server.pem, certificate(tmp_path, "other")
    await tls_server.start()
    problems: list[GxProblem] = []
    transport = GxTransport(hass, address, problems.append)
    await transport.async_ready()
    await asyncio.sleep(0.1)  # several attempts; its owner is asked once
    assert problems == [GxProblem.CERTIFICATE]
    assert tls_server.logins == []
    await tls_server.stop()
    tls_server.pem = genuine
    await tls_server.start()
    await tls_server.until(lambda: transport.connected)
    await transport.async_close()


async def test_without_tls_it_goes_without(server: GxServer) -> None:
    with patch.object(gx_address, "TLS_PORT", server.port):  # answers, but not in TLS
        address = await async_locate(LOOPBACK, Security.AUTOMATIC)
        assert (address.encrypted, address.port) == (False, 1883)
        with pytest.raises(GxConnectError) as error:
            await async_locate(LOOPBACK, Security.TLS)
    assert error.value.problem is GxProblem.UNREACHABLE


@pytest.mark.parametrize(
    ("host", "error"),
    [
        pytest.param("", None, id="empty"),
        pytest.param("x" * 80, UnicodeError("label too long"), id="no name of a host"),
        pytest.param("gx", socket.gaierror("Name or service not known"), id="unknown"),
    ],
)
async def test_an_absurd_host_is_unreachable(
    hass: HomeAssistant, host: str, error: Exception | None
) -> None:
    with patch.object(socket, "getaddrinfo", side_effect=error):
        address = await async_locate(host, Security.AUTOMATIC)
        assert not address.encrypted
        transport = GxTransport(hass, address)
        await transport.async_ready()
        assert transport.problem is GxProblem.UNREACHABLE
        await transport.async_close()


def test_the_context_trusts_nothing_else(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "gx").read_text()
    context = GxAddress("gx", 8883, pem[pem.index("-----BEGIN CERT") :]).tls_context()
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert len(context.get_ca_certs()) + context.cert_store_stats()["x509"] >= 1
    assert context.cert_store_stats()["x509"] == 1
    assert GxAddress("gx").tls_context() is None


async def test_nothing_secret_is_logged(
    server: GxServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.password = "right"
    transport = connect(server, username="somebody", password="hunter2")
    await transport.async_ready()
    assert "hunter2" not in caplog.text
    assert "hunter2" not in repr(transport._address)
