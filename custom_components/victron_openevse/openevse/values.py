"""Reads what an OpenEVSE writes: payload text to a value, or to nothing.

A payload is trusted only as far as it is plausible. Everything else is `None`: the caller keeps
what it knew and lets it grow old. Nothing here raises, whatever arrives.
"""

from dataclasses import dataclass
import json
import re
from typing import Any, Final

from ..control.model import ChargerState

PAYLOAD_MAX_CHARS: Final = 16 * 1024
"""The longest real document, the configuration, takes 3 to 6 thousand characters."""

MEASURED_MAX_A: Final = 100.0
"""Above any charger's current, with room for a badly calibrated transformer."""
VOLTAGE_MIN_V: Final = 60.0
VOLTAGE_MAX_V: Final = 300.0
"""The firmware's own test of its reading; in eco mode it may send the sum of three phases."""
POWER_MAX_W: Final = 3 * MEASURED_MAX_A * VOLTAGE_MAX_V
SESSION_MAX_WH: Final = 1_000_000.0
"""A lorry's battery; cars stay below a fifth of it."""
TOTAL_MAX_KWH: Final = 10_000_000.0
"""Fifty years at 22 kW."""
UPTIME_MAX_S: Final = 3.2e9
"""A hundred years."""
STATE_CODE_MAX: Final = 255
"""The controller's state is one byte."""

# Digits as JSON writes them; Python alone would also take "1_000", "inf" and "nan".
_NUMBER: Final = re.compile(r"-?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,3})?", re.ASCII)

_FLAGS: Final = {"1": True, "true": True, "0": False, "false": False}
_TARGETS: Final = {"active": True, "disabled": False}

_STATES: Final = {
    0: ChargerState.STARTING,
    1: ChargerState.DISCONNECTED,
    2: ChargerState.CONNECTED,
    3: ChargerState.CHARGING,
    254: ChargerState.SLEEPING,
    255: ChargerState.DISABLED,
}


@dataclass(frozen=True, slots=True)
class Scale:
    """Plausible range of a number on the wire, and the factor to our unit."""

    low: float
    high: float
    factor: float = 1.0

    def read(self, payload: str) -> float | None:
        """Return the value in our unit, or `None` when it is no plausible number."""
        text = payload.strip()
        if _NUMBER.fullmatch(text) is None:
            return None
        number = float(text)
        return number * self.factor if self.low <= number <= self.high else None


def read_flag(payload: str) -> bool | None:
    """Read 1/0 or true/false."""
    return _FLAGS.get(payload.strip())


def read_target(payload: str) -> bool | None:
    """Read the charger's target state: `active` or `disabled`."""
    return _TARGETS.get(payload.strip())


def read_state_code(payload: str) -> int | None:
    """Read the controller's state code, 0 to 255."""
    code = Scale(0, STATE_CODE_MAX).read(payload)
    return int(code) if code is not None and code == int(code) else None


def charger_state(code: int) -> ChargerState:
    """Translate a state code; one we do not know counts as a fault.

    Codes 4 and up are faults, and newer controllers added some (14 to 17). A charger in a state
    without a name must not be taken for one that is merely waiting.
    """
    return _STATES.get(code, ChargerState.FAULT)


def read_object(payload: str) -> dict[str, Any] | None:
    """Read a JSON object; `None` for anything else, however nested or broken."""
    try:
        document = json.loads(payload)
    except ValueError, RecursionError:
        return None
    return document if isinstance(document, dict) else None
