"""Keeps the last plausible value of each scalar a charger sends, with the time it came.

Only live messages count: a value the broker replays says nothing about now. Units change here from
the wire's (mA, Wh) to ours (A, kWh).

Power is taken from the charger alone. Firmware without the `power` topic is not supported anyway,
and current times voltage would guess the number of phases and, on some firmware, the volts.
"""

from collections import Counter
from typing import Final

from ..control.model import MAX_CURRENT_A, ChargerReading, ChargerState, Reading
from . import topics, values
from .values import Scale

_NUMBERS: Final = {
    topics.AMP: Scale(0.0, values.MEASURED_MAX_A * 1000, 0.001),
    topics.MAX_CURRENT: Scale(0.0, MAX_CURRENT_A),
    topics.PILOT: Scale(0.0, MAX_CURRENT_A),
    topics.POWER: Scale(0.0, values.POWER_MAX_W),
    topics.SESSION_ELAPSED: Scale(0.0, values.UPTIME_MAX_S),
    topics.SESSION_ENERGY: Scale(0.0, values.SESSION_MAX_WH, 0.001),
    topics.TOTAL_ENERGY: Scale(0.0, values.TOTAL_MAX_KWH),
    topics.UPTIME: Scale(0.0, values.UPTIME_MAX_S),
    topics.VOLTAGE: Scale(values.VOLTAGE_MIN_V, values.VOLTAGE_MAX_V),
}
_FLAGS: Final = {
    topics.MANUAL_OVERRIDE: values.read_flag,
    topics.STATUS: values.read_target,
    topics.VEHICLE: values.read_flag,
}


class ScalarStore:
    """The scalars of one charger."""

    def __init__(self) -> None:
        self.rejected: Counter[str] = Counter()
        """Messages per key that were not plausible."""
        self.state_code: int | None = None
        self._state: Reading[ChargerState] | None = None
        self._numbers: dict[str, Reading[float]] = {}
        self._flags: dict[str, Reading[bool]] = {}

    def number(self, key: str) -> Reading[float] | None:
        """Return the last value of a number, in our unit."""
        return self._numbers.get(key)

    def flag(self, key: str) -> Reading[bool] | None:
        """Return the last value of a flag."""
        return self._flags.get(key)

    def take(self, key: str, payload: str, at_s: float) -> bool:
        """Note a live scalar; True when it changes what we know."""
        if key == topics.STATE:
            return self._take_state(payload, at_s)
        if key in _NUMBERS:
            return self._note(self._numbers, key, _NUMBERS[key].read(payload), at_s)
        if key == topics.VEHICLE and self._blind():
            return False
        if key in _FLAGS:
            return self._note(self._flags, key, _FLAGS[key](payload), at_s)
        return False

    def take_override(self, *, active: bool, at_s: float) -> bool:
        """Note what an override document says; True when it changes what we know."""
        return self._note(self._flags, topics.MANUAL_OVERRIDE, active, at_s)

    def reading(self, online: Reading[bool] | None) -> ChargerReading:
        """Return everything known."""
        return ChargerReading(
            online=online,
            state=self._state,
            vehicle_connected=self.flag(topics.VEHICLE),
            charging_power_w=self.number(topics.POWER),
            charging_current_a=self.number(topics.AMP),
            voltage_v=self.number(topics.VOLTAGE),
            pilot_a=self.number(topics.PILOT),
            max_current_a=self.number(topics.MAX_CURRENT),
            enabled=self.flag(topics.STATUS),
            manual_override=self.flag(topics.MANUAL_OVERRIDE),
            total_energy_kwh=self.number(topics.TOTAL_ENERGY),
            session_energy_kwh=self.number(topics.SESSION_ENERGY),
            uptime_s=self.number(topics.UPTIME),
        )

    def missing(self) -> tuple[str, ...]:
        """Name the readings the law cannot do without and that never came."""
        needed = {
            "state": self._state,
            "charging_power_w": self.number(topics.POWER),
            "pilot_a": self.number(topics.PILOT),
            "enabled": self.flag(topics.STATUS),
        }
        if not self._blind():
            needed["vehicle_connected"] = self.flag(topics.VEHICLE)
        return tuple(name for name, reading in needed.items() if reading is None)

    def _blind(self) -> bool:
        """In state 255 the controller cannot see the plug and repeats what it last saw."""
        return self._state is not None and self._state.value is ChargerState.DISABLED

    def _take_state(self, payload: str, at_s: float) -> bool:
        code = values.read_state_code(payload)
        if code is None:
            self.rejected[topics.STATE] += 1
            return False
        changed = code != self.state_code
        self.state_code = code
        self._state = Reading(values.charger_state(code), at_s)
        if self._blind():
            self._flags.pop(topics.VEHICLE, None)
        return changed

    def _note[T](
        self, store: dict[str, Reading[T]], key: str, value: T | None, at_s: float
    ) -> bool:
        if value is None:
            self.rejected[key] += 1
            return False
        before = store.get(key)
        store[key] = Reading(value, at_s)
        return before is None or before.value != value
