"""Has a GX make a password for this Home Assistant alone.

Venus OS 3.80 and newer can pair devices: for two minutes after its owner pressed the button on the GX,
it hands out a user name and a password over its own web page. That page's certificate is signed by
itself and another one than the broker's, so it is not compared with anything: who could answer in the
GX's place within these two minutes, in the owner's own network, would learn nothing of the owner's.
"""

from http import HTTPStatus
from typing import Any, Final

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers import instance_id
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from yarl import URL

ROLE: Final = "homeassistant"
"""What the GX lists us as."""

PATH: Final = "/auth/generate-token/"

ANSWER_S: Final = 10.0
"""It answers within a second; a busy one a little later."""


class PairingError(Exception):
    """The GX did not pair, and the key of what to do about it."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


async def async_pair(hass: HomeAssistant, host: str) -> tuple[str, str]:
    """Return user name and password that the GX made. Raises PairingError.

    The GX knows us by the id of this Home Assistant: pairing again replaces our own password, never
    that of another integration.
    """
    session = async_get_clientsession(hass, verify_ssl=False)
    device_id = await instance_id.async_get(hass)
    try:
        url = URL.build(scheme="https", host=host, path=PATH)
        async with session.post(
            url,
            data={"role": ROLE, "device_id": device_id},
            timeout=aiohttp.ClientTimeout(total=ANSWER_S),
        ) as response:
            if response.status != HTTPStatus.OK:
                raise PairingError("pairing_closed")
            token: Any = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise PairingError("pairing_failed") from error
    if not isinstance(token, dict):
        raise PairingError("pairing_failed")
    name, password = token.get("token_name"), token.get("password")
    if not (isinstance(name, str) and isinstance(password, str)):
        raise PairingError("pairing_failed")
    return name, password
