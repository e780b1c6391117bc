"""Faults that can be injected by name into the emulated GX, as they were seen on real sites."""

from __future__ import annotations

from enum import StrEnum


class GxFault(StrEnum):
    """What can go wrong at the GX, in the words of `GxEmulator.inject`."""

    SILENT = "silent"
    """Nothing is sent and nothing is heard (network gone, broker bridge dead)."""
    REBOOT = "reboot"
    """Nulls, then every service leaves; they come back one by one over one to three minutes."""
    SERVICE_GONE = "service_gone"
    """One service leaves with zero-byte payloads (meter unplugged): target = its name."""
    INSTANCE_CHANGE = "instance_change"
    """A service comes back under another instance (re-plugged): target = its name."""
    FROZEN = "frozen"
    """One value stays as it was, whatever happens: target = its path."""
    NULL = "null"
    """One value becomes invalid: target = its path."""
    ABSURD = "absurd"
    """One value becomes nonsense: target = its path."""


NEEDS_TARGET = frozenset(
    {
        GxFault.SERVICE_GONE,
        GxFault.INSTANCE_CHANGE,
        GxFault.FROZEN,
        GxFault.NULL,
        GxFault.ABSURD,
    }
)
"""Faults of one service or one value."""
ABSURD_VALUE = 6553.5
"""An overflowed register, as it appears in readings: no state of charge, and PV of a street."""
