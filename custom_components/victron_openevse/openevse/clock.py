"""Sets a charger's clock where nothing else does.

The gateway takes the time from the network (SNTP, on by default) and passes it on to the charge
controller, so there is usually nothing to do. Where SNTP is off, the controller's clock, the one on
the display, can be set over MQTT by the serial command `$S1`. The gateway's own clock, the one
behind the `time` and `local_time` topics and the schedules, cannot: releases up to 5.1.5 copy the
controller's when they boot, if it is later. So what the charger reports may stay wrong after a
write, and one write a day is the limit. See docs/openevse.md.

The controller counts local time, and a booting gateway reads it in its own zone. So the write is in
the zone the charger reports, not in the owner's, unless the charger is too far off to know which
side of daylight saving it is on.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

DRIFT_MAX_S: Final = 60.0
"""Off by more than this counts as wrong; messages take less than a few seconds."""
REPEAT_S: Final = 86_400.0
"""At most one write a day."""
ZONE_TRUST_S: Final = 86_400.0
"""A charger off by more than a day may be in the other half of the year."""
_TEXT_MAX_CHARS: Final = 40
_CENTURY: Final = 100


class ClockKeeper:
    """Decides when a charger's clock is written, and what with."""

    def __init__(self, local_now: Callable[[], datetime] | None) -> None:
        self._local_now = local_now
        self._written_at_s: float | None = None
        self.writes = 0
        self.drift_s: float | None = None
        """Charger's time minus ours, seconds; `None` = never compared."""

    def due(self, reported: str, at_s: float, *, sntp_enabled: bool | None) -> str | None:
        """Return the payload to write after the charger said its local time, or `None`."""
        theirs = _parse(reported)
        if self._local_now is None or theirs is None:
            return None
        ours = self._local_now()
        self.drift_s = (theirs - ours).total_seconds()
        if sntp_enabled or abs(self.drift_s) <= DRIFT_MAX_S:
            return None
        if self._written_at_s is not None and at_s - self._written_at_s < REPEAT_S:
            return None
        self._written_at_s = at_s
        self.writes += 1
        trusted = abs(self.drift_s) < ZONE_TRUST_S
        return clock_payload(ours.astimezone(theirs.tzinfo) if trusted else ours)


def clock_payload(local: datetime) -> str:
    """Write year (two digits), month, day, hour, minute, second, as the controller takes them."""
    return (
        f"{local.year % _CENTURY} {local.month} {local.day}"
        f" {local.hour} {local.minute} {local.second}"
    )


def _parse(reported: str) -> datetime | None:
    """Read `2026-04-30T09:56:32+0100`; `None` when it is no time or names no zone."""
    try:
        stamp = datetime.fromisoformat(reported.strip()[:_TEXT_MAX_CHARS])
    except ValueError:
        return None
    return stamp if stamp.tzinfo is not None else None
