"""The charger as seen on the wire: what it is told, and what it does.

The topics are written down here a third time, after the integration and the emulator, because this
is the observer: it must not share a mistake with either. Currents in amperes, powers in watts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .talk import DemoError
from .waiting import until
from .wire import Seen, Wire

ANNOUNCE: Final = "openevse/announce/"
STATE_CHARGING: Final = 3
"""Code of `<base>/state`: contactor closed, the car draws."""
COMPLETE_CLAIM: Final = frozenset({"state", "charge_current", "max_current", "auto_release"})
"""A claim merges into the one before, so only one with all fields means what it says."""


def announced_base(wire: Wire) -> str | None:
    """Return the base topic of the charger that has announced itself, None before."""
    for topic, seen in wire.latest.items():
        if topic.startswith(ANNOUNCE) and isinstance(seen.json, Mapping):
            base = seen.json.get("mqtt")
            if base:
                return str(base)
    return None


async def find_charger(wire: Wire, *, within_s: float) -> ChargerWire:
    """Wait for the charger's announcement."""

    async def announced() -> str | None:
        return announced_base(wire)

    base = await until(announced, within_s=within_s, what="the charger announces itself")
    return ChargerWire(wire, base)


@dataclass(frozen=True, slots=True)
class ChargerWire:
    """One charger by its base topic."""

    wire: Wire
    base: str

    def value(self, key: str) -> float | None:
        """Return the latest value of a scalar topic, None when there is none."""
        seen = self.wire.latest.get(f"{self.base}/{key}")
        value = seen.json if seen else None
        return float(value) if isinstance(value, int | float) else None

    @property
    def state(self) -> int | None:
        """The controller's state code."""
        code = self.value("state")
        return None if code is None else int(code)

    @property
    def charging(self) -> bool:
        """Whether the contactor is closed and the car draws power."""
        return self.state == STATE_CHARGING and (self.value("power") or 0.0) > 0.0

    async def claim(self, wanted: int, *, since_s: float, within_s: float) -> float:
        """Wait for the integration's claim to offer `wanted` A (0: to offer nothing).

        Return how many seconds after `since_s` it passed.
        """
        what = f"a claim for {wanted} A" if wanted else "a claim that stops charging"
        seen = await self.wire.expect(
            what,
            lambda message: self._claims(message, wanted),
            since_s=since_s,
            within_s=within_s,
        )
        return seen.at_s - since_s

    async def any_claim(self, *, since_s: float, within_s: float) -> tuple[float, int]:
        """Wait for a claim that offers something; return how long it took, and the current."""
        seen = await self.wire.expect(
            "a claim that offers current",
            lambda message: (self._claimed_a(message) or 0) > 0,
            since_s=since_s,
            within_s=within_s,
        )
        return seen.at_s - since_s, self._claimed_a(seen) or 0

    async def pilot(self, wanted: int, *, since_s: float, within_s: float) -> float:
        """Wait for the charger to report a pilot of `wanted` A; return how long it took."""
        topic = f"{self.base}/pilot"
        seen = await self.wire.expect(
            f"the charger's pilot at {wanted} A",
            lambda message: message.topic == topic and message.json == wanted,
            since_s=since_s,
            within_s=within_s,
        )
        return seen.at_s - since_s

    def _claims(self, message: Seen, wanted: int) -> bool:
        return self._claimed_a(message) == wanted

    def _claimed_a(self, message: Seen) -> int | None:
        """Return the current a message claims, 0 when it stops; None when it is no claim.

        Raises DemoError for an incomplete claim, which would mean something else next time.
        """
        if message.topic != f"{self.base}/claim/set" or not isinstance(message.json, Mapping):
            return None
        claim: Mapping[str, Any] = message.json
        missing = COMPLETE_CLAIM - claim.keys()
        if missing:
            raise DemoError(f"the claim {message.payload} lacks {', '.join(sorted(missing))}")
        current = claim["charge_current"]
        # "clear" stands for no wish, which with an active claim would be the charger's maximum.
        return int(current) if claim["state"] == "active" and current != "clear" else 0
