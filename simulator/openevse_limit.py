"""The OpenEVSE's session limit: stop after a time, an energy, a state of charge or a range.

Charge and range need data from the car, which this house does not send; such limits are kept and
shown and never reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from simulator.openevse_claims import UINT32_LIMIT, parse_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.openevse_meter import EnergyMeter

type LimitType = Literal["none", "time", "energy", "soc", "range"]

LIMIT_TYPES: Final[dict[str, LimitType]] = {
    "time": "time",
    "energy": "energy",
    "soc": "soc",
    "range": "range",
}
S_PER_MIN: Final = 60.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit; `value` in minutes, Wh, % or km according to `kind`."""

    kind: LimitType = "none"
    value: int = 0
    auto_release: bool = True

    @property
    def active(self) -> bool:
        """Whether there is a limit at all."""
        return self.kind != "none"

    def document(self) -> dict[str, str | int | bool]:
        """Return the JSON document of `limit`."""
        return {"type": self.kind, "value": self.value, "auto_release": self.auto_release}

    def reached(self, meter: EnergyMeter) -> bool:
        """Return whether the session has used the limit up."""
        used = {"time": meter.session_s / S_PER_MIN, "energy": meter.session_wh}.get(self.kind)
        return used is not None and used >= self.value


def default_limit(config: Mapping[str, bool | float | str]) -> Limit:
    """Return the limit that a booting gateway takes from its configuration; it outlasts sessions."""
    kind = LIMIT_TYPES.get(str(config["limit_default_type"]))
    value = int(config["limit_default_value"])
    return Limit() if kind is None or value <= 0 else Limit(kind, value, auto_release=False)


def parse_limit(payload: str) -> Limit | None:
    """Return the limit of a `limit/set` message; None when it is not one (ignored silently)."""
    fields = parse_object(payload) or {}
    kind = LIMIT_TYPES.get(str(fields.get("type")))
    value = fields.get("value")
    if kind is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 1 <= value < UINT32_LIMIT:
        return None
    return Limit(kind, int(value), bool(fields.get("auto_release", True)))
