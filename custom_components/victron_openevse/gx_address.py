"""Where a GX's own MQTT broker is, how it is recognised, and who we say we are.

A GX offers port 1883 without encryption or port 8883 with TLS, depending on its security profile. Its
certificate is signed by itself and named after no address, so no authority can vouch for it. It is
kept on the data partition, though, and survives updates: what the GX shows when it is set up is
remembered, and from then on nothing else is trusted (trust on first use). The comparison happens in
the handshake, before any password is sent. Dates are not compared: a GX makes its certificate at its
first start, when its clock may still be wrong.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
import ssl
from typing import Any, Final, Self

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME

from .const import CONF_CERTIFICATE

PLAIN_PORT: Final = 1883
TLS_PORT: Final = 8883
"""The GX's ports cannot be changed."""

ANYBODY: Final = "remoteconsole"
"""A GX checks the password only, but some name has to be sent with it: its own for that password."""

REACH_S: Final = 5.0
"""A GX in the same network answers within milliseconds; one that is booting within two seconds."""

_NO_CHECK_TIME: Final = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python has no name for."""


class Security(StrEnum):
    """How a connection may be made."""

    AUTOMATIC = "automatic"
    """With TLS where the GX offers it, else without."""
    TLS = "tls"
    PLAIN = "plain"


class GxProblem(StrEnum):
    """Why there is no connection; also the key of its explanation."""

    UNREACHABLE = "gx_unreachable"
    """Nobody answers at this address and port, or nobody who speaks MQTT."""
    REFUSED = "gx_refused"
    """The GX wants another password or token, or one at all."""
    CERTIFICATE = "gx_certificate"
    """Somebody answers who does not show the certificate we know."""


class GxConnectError(Exception):
    """There is no connection to the GX, and why."""

    def __init__(self, problem: GxProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class GxAddress:
    """All that is needed to connect. Neither password nor certificate show when printed."""

    host: str
    port: int = PLAIN_PORT
    certificate: str | None = field(default=None, repr=False)
    """PEM of the certificate that the GX has to show; `None` = no encryption."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read the data of a config entry. KeyError when it was never reached directly."""
        return cls(
            host=data[CONF_HOST],
            port=data[CONF_PORT],
            certificate=data.get(CONF_CERTIFICATE),
            username=data.get(CONF_USERNAME),
            password=data.get(CONF_PASSWORD),
        )

    def as_data(self) -> dict[str, Any]:
        """Give what is stored in a config entry."""
        return {
            CONF_HOST: self.host,
            CONF_PORT: self.port,
            CONF_CERTIFICATE: self.certificate,
            CONF_USERNAME: self.username,
            CONF_PASSWORD: self.password,
        }

    @property
    def encrypted(self) -> bool:
        """True when nobody on the way can read along."""
        return self.certificate is not None

    def with_login(self, username: str | None, password: str | None) -> Self:
        """Say who we are."""
        return replace(self, username=username or None, password=password or None)

    def tls_context(self) -> ssl.SSLContext | None:
        """Trust the known certificate and nothing else; `None` = no encryption."""
        if self.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_flags = ssl.VerifyFlags(
            ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
        )
        context.load_verify_locations(cadata=self.certificate)
        return context


CONNECTION_DATA: Final = frozenset(GxAddress("").as_data())
"""Keys of a config entry that only a direct connection needs."""


async def async_locate(host: str, security: Security) -> GxAddress:
    """Find the port of a GX, and learn its certificate. Raises GxConnectError.

    Nothing is sent but the greeting of TLS. An unencrypted port is not looked at: whether it
    answers shows when it is used.
    """
    if security is Security.PLAIN:
        return GxAddress(host, PLAIN_PORT)
    try:
        certificate = await _async_fetch_certificate(host, TLS_PORT)
    except OSError, ValueError, TimeoutError:
        # ValueError: text that cannot be the name of a host.
        if security is Security.TLS:
            raise GxConnectError(GxProblem.UNREACHABLE) from None
        return GxAddress(host, PLAIN_PORT)
    return GxAddress(host, TLS_PORT, certificate)


async def _async_fetch_certificate(host: str, port: int) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it is fetched to be trusted from now on
    async with asyncio.timeout(REACH_S):
        _, writer = await asyncio.open_connection(host, port, ssl=context)
    shown: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    # Nobody waits for the farewell: some brokers never answer it.
    writer.transport.abort()
    return ssl.DER_cert_to_PEM_cert(shown)
