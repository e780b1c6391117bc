"""Tells what firmware a charger runs and whether it can be steered over MQTT.

Claims over MQTT together with a power reading need gateway firmware 4.1.9. Release 5.0 and later
publish their configuration, which names the version; older ones do not name it anywhere on MQTT,
so for them the presence of the `power` topic, new in 4.1.9 itself, has to answer.
"""

import re
from typing import Any, Final

from . import topics
from .values import read_object

MIN_VERSION: Final = (4, 1, 9)
"""First release with both claims and measured power on MQTT."""
LIMITS_VERSION: Final = (5, 0, 0)
"""First release with the session limit on MQTT."""
CURRENTS_TO_JUDGE: Final = 2
"""`power` follows `amp` in every batch: two currents without it in between prove it absent."""
_VERSION_MAX_CHARS: Final = 64

_VERSION: Final = re.compile(r"v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})", re.ASCII | re.IGNORECASE)


def parse_version(text: str) -> tuple[int, int, int] | None:
    """Read `5.1.5`, `v5.1.5` or `5.1.5.dev`; `None` for builds named after a branch."""
    match = _VERSION.match(text.strip())
    return None if match is None else (int(match[1]), int(match[2]), int(match[3]))


class Firmware:
    """What is known of one charger's firmware. Of the configuration nothing else is kept."""

    def __init__(self) -> None:
        self.gateway: str | None = None
        """Version of the network module, the one that decides what MQTT can do."""
        self.controller: str | None = None
        """Version of the charge controller behind it."""
        self.sntp_enabled: bool | None = None
        """True when the gateway sets its clock from the network by itself."""
        self._has_config = False
        self._has_power = False
        self._currents = 0

    def take_config(self, payload: str) -> bool:
        """Note the configuration document; False when it is none."""
        config = read_object(payload)
        if config is None:
            return False
        self._has_config = True
        self.gateway = _text(config, "version") or self.gateway
        self.controller = _text(config, "firmware") or self.controller
        sntp = config.get("sntp_enabled")
        self.sntp_enabled = sntp if isinstance(sntp, bool) else self.sntp_enabled
        return True

    def take_key(self, key: str) -> None:
        """Note that a live scalar came."""
        self._has_power = self._has_power or key == topics.POWER
        self._currents += key == topics.AMP

    @property
    def has_limits(self) -> bool | None:
        """True when a session limit can be set over MQTT, `None` = not known yet."""
        version = None if self.gateway is None else parse_version(self.gateway)
        if version is not None:
            return version >= LIMITS_VERSION
        if self._has_config:
            return True
        return False if self._has_power else None

    @property
    def supported(self) -> bool | None:
        """True when the charger can be steered, False when it is too old, `None` = not known yet."""
        version = None if self.gateway is None else parse_version(self.gateway)
        if version is not None:
            return version >= MIN_VERSION
        if self._has_config or self._has_power:
            return True
        return False if self._currents >= CURRENTS_TO_JUDGE else None


def _text(config: dict[str, Any], key: str) -> str | None:
    value = config.get(key)
    return value.strip()[:_VERSION_MAX_CHARS] or None if isinstance(value, str) else None
