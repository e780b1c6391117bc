"""One connection to a GX's broker: made whole or not at all, and why not.

Connecting blocks, so aiomqtt does it in a worker thread, which nobody can stop. A connection that
comes about after its maker was cancelled, or that is never confirmed, would stay open with a reader
and a task on the event loop. So the maker always waits for the end of the attempt and clears up.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
import logging
import ssl
from typing import Final

import aiomqtt

from .gx_address import ANYBODY, GxAddress, GxConnectError, GxProblem

_QUIET = logging.getLogger(f"{__name__}.aiomqtt")
# It warns of every farewell to a GX that is not there, at each attempt.
_QUIET.setLevel(logging.ERROR)

KEEPALIVE_S: Final = 15
"""A dead connection is noticed after at most twice this: before readings are too old (30 s). It is
also the longest that a handshake may take."""

ANSWER_S: Final = 10.0
"""A GX answers a wrong password after up to 6 s."""

GOODBYE_S: Final = 0.2
"""A goodbye on a connection that was never confirmed is not answered; it closes at once."""

_REFUSALS: Final = frozenset({4, 5, 134, 135})
"""Bad user name or password, not authorised: in MQTT 3.1.1 and in MQTT 5."""


@asynccontextmanager
async def gx_link(address: GxAddress) -> AsyncIterator[aiomqtt.Client]:
    """Connect for the length of the block. Raises GxConnectError when that fails.

    A connection lost inside the block shows as aiomqtt.MqttError of what is done there. An attempt
    takes at most 30 s, usually milliseconds; cancelling waits for its end.
    """
    try:
        client = _client(address)
    except ssl.SSLError as error:
        # What is stored is no certificate any more.
        raise GxConnectError(GxProblem.CERTIFICATE) from error
    await _async_connect(client)
    try:
        yield client
    finally:
        with suppress(aiomqtt.MqttError):
            await client.__aexit__(None, None, None)


def _client(address: GxAddress) -> aiomqtt.Client:
    named = address.password is not None
    return aiomqtt.Client(
        address.host,
        address.port,
        username=(address.username or ANYBODY) if named else None,
        password=address.password,
        tls_context=address.tls_context(),
        keepalive=KEEPALIVE_S,
        timeout=ANSWER_S,
        logger=_QUIET,
    )


async def _async_connect(client: aiomqtt.Client) -> None:
    attempt = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.wait([attempt])
    except asyncio.CancelledError:
        await asyncio.wait([attempt])
        await _async_clear_up(client)
        attempt.exception()  # whatever became of it: nobody wants to know any more
        raise
    try:
        attempt.result()
    except (aiomqtt.MqttError, ValueError) as error:
        # ValueError: text that cannot be the name of a host.
        await _async_clear_up(client)
        raise GxConnectError(_problem(error)) from None


async def _async_clear_up(client: aiomqtt.Client) -> None:
    client.timeout = GOODBYE_S
    with suppress(aiomqtt.MqttError):
        await client.__aexit__(None, None, None)


def _problem(error: Exception) -> GxProblem:
    if isinstance(error, aiomqtt.MqttCodeError):
        code = getattr(error.rc, "value", error.rc)
        return GxProblem.REFUSED if code in _REFUSALS else GxProblem.UNREACHABLE
    # aiomqtt keeps only the words of the socket's error; the error itself is its context.
    if isinstance(error.__context__, ssl.SSLCertVerificationError):
        return GxProblem.CERTIFICATE
    return GxProblem.UNREACHABLE
