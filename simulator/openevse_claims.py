"""The OpenEVSE gateway's claims: who wants what of the charger, and who wins.

Clients (MQTT, the front button, eco mode, a limit ...) each hold at most one claim with up to three
wishes: state, charge current, maximum current. Each wish is decided separately by the highest
priority that sets it. The parser here keeps the traps of the real one: messages merge, a current
below 6 A is raised and never means stop, and a `state` that is not text crashes the gateway.
Currents in whole amperes per phase.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
import json
import math
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

type ChargeState = Literal["active", "disabled"]

MIN_CURRENT_A: Final = 6
"""IEC 61851: less cannot be signalled; the firmware clamps up to it."""
CLAIM_SLOTS: Final = 10
"""Size of the firmware's claim table; what does not fit is dropped silently."""
UINT32_LIMIT: Final = 2**32
"""Currents are parsed as unsigned 32-bit integers; from here on they become 0."""


class ClaimClient(IntEnum):
    """The firmware's own clients; over HTTP anybody can claim under a number of their own."""

    MANUAL = 0x10001
    DIVERT = 0x10002
    LIMIT = 0x10006
    MQTT = 0x1000B
    SHAPER = 0x1000C


class ClaimPriority(IntEnum):
    """The firmware's priorities, as far as this emulator's clients use them."""

    DEFAULT = 10
    DIVERT = 50
    MQTT = 500
    """Of claims over HTTP too."""
    MANUAL = 1000
    LIMIT = 1100
    SAFETY = 5000


class GatewayCrashError(Exception):
    """The message makes the real gateway follow a null pointer and reboot."""


@dataclass(slots=True)
class Properties:
    """What one claim wants; None is no wish."""

    state: ChargeState | None = None
    charge_current_a: int | None = None
    max_current_a: int | None = None
    auto_release: bool = False

    def merge(self, fields: Mapping[str, object]) -> None:
        """Update from a message's fields, as the firmware does; unknown keys are ignored.

        Raises GatewayCrashError for a `state` that is not text.
        """
        if "state" in fields:
            self.state = _parse_state(fields["state"], self.state)
        if "charge_current" in fields:
            self.charge_current_a = _parse_current(fields["charge_current"])
        if "max_current" in fields:
            self.max_current_a = _parse_current(fields["max_current"])
        if "auto_release" in fields:
            self.auto_release = bool(fields["auto_release"])

    def document(self) -> dict[str, str | int | bool]:
        """Return the JSON document that the gateway shows of a claim (no priority: a known bug)."""
        wishes = {
            "state": self.state,
            "charge_current": self.charge_current_a,
            "max_current": self.max_current_a,
            "auto_release": self.auto_release,
        }
        return {key: value for key, value in wishes.items() if value is not None}


def _parse_state(value: object, before: ChargeState | None) -> ChargeState | None:
    if not isinstance(value, str):
        msg = f"state is {value!r}, not text"
        raise GatewayCrashError(msg)
    # Only the first letter counts; anything else, "clear" too, leaves what was there.
    if value.startswith("a"):
        return "active"
    return "disabled" if value.startswith("d") else before


def _parse_current(value: object) -> int | None:
    """Return whole amperes; None removes the wish, and everything unreadable becomes 0."""
    if value == "clear":
        return None
    if not isinstance(value, int | float | str):
        return 0
    try:
        number = float(value)
    except ValueError, OverflowError:
        return 0
    if not math.isfinite(number) or not 0 <= number < UINT32_LIMIT:
        return 0
    return int(number)


def parse_object(payload: str) -> dict[str, object] | None:
    """Return a payload's JSON object; None for anything else, which is dropped silently."""
    try:
        fields = json.loads(payload)
    except ValueError, RecursionError:
        return None
    return fields if isinstance(fields, dict) else None


@dataclass(frozen=True, slots=True)
class Claim:
    """One client's entry in the table."""

    client: int
    priority: int
    properties: Properties


class Target(NamedTuple):
    """What the claims add up to."""

    state: ChargeState
    pilot_a: int


@dataclass(slots=True)
class ClaimTable:
    """The gateway's claim table; a reboot starts a new one."""

    slots: list[Claim | None] = field(default_factory=lambda: [None] * CLAIM_SLOTS)

    def get(self, client: int) -> Claim | None:
        """Return a client's claim."""
        return next((one for one in self.slots if one and one.client == client), None)

    def claim(self, client: int, priority: int, properties: Properties) -> bool:
        """Set a client's claim; return whether anything changed (false too when full)."""
        new = Claim(client, priority, replace(properties))
        old = self.get(client)
        if new == old or (old is None and None not in self.slots):
            return False
        self.slots[self.slots.index(old)] = new
        return True

    def release(self, client: int) -> bool:
        """Remove a client's claim; return whether there was one."""
        claim = self.get(client)
        if claim is None:
            return False
        self.slots[self.slots.index(claim)] = None
        return True

    def vehicle_left(self) -> bool:
        """Drop the claims that end with the session; return whether there were any."""
        kept = [one if one and not one.properties.auto_release else None for one in self.slots]
        changed = kept != self.slots
        self.slots = kept
        return changed

    def winners(self) -> dict[str, Claim]:
        """Return whose claim decides each of the wishes; a wish that nobody has is no key."""
        rising = sorted((one for one in reversed(self.slots) if one), key=lambda one: one.priority)
        return {
            wish: claim
            for claim in rising
            for wish in claim.properties.document()
            if wish != "auto_release"
        }

    def target(self, default_state: ChargeState, soft_max_a: int) -> Target:
        """Return what the claims add up to; without wishes the default state at full current."""
        winners = self.winners()
        by_state, by_charge, by_max = (
            winners[wish].properties if wish in winners else Properties()
            for wish in ("state", "charge_current", "max_current")
        )
        currents = (soft_max_a, by_charge.charge_current_a, by_max.max_current_a)
        pilot_a = max(MIN_CURRENT_A, min(one for one in currents if one is not None))
        return Target(by_state.state or default_state, pilot_a)
