"""The names and texts that an OpenEVSE gateway puts on the wire.

Written from the firmware's behaviour alone, as a reading of the contract that is independent of the
integration's: one topic per key under the base topic, the payload the JSON value as text, and the
number format of the firmware's JSON library.
"""

from __future__ import annotations

import json
from typing import Final

from simulator.broker import Will

STATUS_KEYS: Final = (
    "state",
    "flags",
    "vehicle",
    "colour",
    "pilot",
    "max_current",
    "manual_override",
    "status",
    "elapsed",
    "amp",
    "voltage",
    "power",
)
"""Sent together whenever the controller's state, its pilot state or its flags change."""
MEASURED_KEYS: Final = ("amp", "voltage", "power")
"""Sent each second while charging."""
ENERGY_KEYS: Final = (
    "session_elapsed",
    "session_energy",
    "total_energy",
    "total_day",
    "total_week",
    "total_month",
    "total_year",
    "total_switches",
)
"""Sent every 5 s while charging."""
COMMAND_TOPICS: Final = (
    "override/set",
    "claim/set",
    "limit/set",
    "divertmode/set",
    "shaper/set",
    "config/set",
    "restart",
    "rapi/in/#",
)
"""Subscribed below the base topic."""

MAX_DECIMALS: Final = 9
"""The firmware's JSON library writes at most this many decimals."""
EXPONENTIAL_FROM: Final = 1e7
"""Computed (floating point) values from here on are written with an exponent."""
EXPONENTIAL_BELOW: Final = 1e-5


def value_text(value: bool | float | str) -> str:  # noqa: FBT001 - a JSON value of any plain type
    """Return a value as the firmware writes it: `true`, `15240`, `3657.6`, `3.6e7`, text bare."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    size = abs(value)
    if size >= EXPONENTIAL_FROM or 0 < size <= EXPONENTIAL_BELOW:
        mantissa, exponent = f"{value:.{MAX_DECIMALS}e}".split("e")
        return f"{_without_trailing_zeros(mantissa)}e{int(exponent)}"
    return _without_trailing_zeros(f"{value:.{MAX_DECIMALS}f}")


def _without_trailing_zeros(number: str) -> str:
    text = number.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def document_text(document: object) -> str:
    """Return a JSON document as compact text."""
    return json.dumps(document, separators=(",", ":"))


def short_id(device_id: str) -> str:
    """Return the last four characters of the device id, as host and announce names carry it."""
    return device_id[-4:]


def hostname(device_id: str) -> str:
    """Return the default host name, which is also the client id and the default base topic."""
    return f"openevse-{short_id(device_id)}"


def announce_topic(device_id: str) -> str:
    """Return the topic on which the charger says whether it is there."""
    return f"openevse/announce/{short_id(device_id)}"


def announcement(device_id: str, base_topic: str) -> str:
    """Return the retained document of a connected charger."""
    name = hostname(device_id)
    http = f"http://{name}.local/"
    return document_text(
        {"state": "connected", "id": device_id, "name": name, "mqtt": base_topic, "http": http}
    )


def announce_will(device_id: str) -> Will:
    """Return the charger's last will, to be given to the broker when its client is made."""
    gone = {"state": "disconnected", "id": device_id, "name": hostname(device_id)}
    return Will(announce_topic(device_id), document_text(gone), retain=True)
