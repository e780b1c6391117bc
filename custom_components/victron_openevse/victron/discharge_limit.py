"""Holds the GX's volatile inverter power limit, and gives it back.

The limit lives in the GX's memory only (`hub4/0/Overrides/MaxDischargePower`): it wears no flash
and expires by itself 180 to 300 s after the last write, so nothing stays behind when we die. It is
written when it moves, and refreshed long before it expires. `null` releases it.

It is ours only while the GX still shows a number we wrote: somebody else's is never cleared. While
dynamic ESS or a scheduled charge steers the battery, both of which write the same path every 5 s,
nothing is written at all.
"""

from collections.abc import Callable
from enum import Enum
import math
from typing import Final

from ..control.guard import LEAST_LIMIT_W

MOST_LIMIT_W: Final = 200_000
"""Beyond any inverter; the top of what counts as a power here."""
STEP_W: Final = 50.0
"""Smaller changes wait for the next refresh: the battery's idle band is 30 W."""
WRITE_INTERVAL_S: Final = 2.0
"""Fastest rhythm of writes; the inverter follows within seconds anyway."""
REFRESH_S: Final = 45.0
"""Three refreshes may be lost within the shorter reported expiry of 180 s."""
EXPIRY_S: Final = 300.0
"""The longer reported expiry: after that nothing of ours can be left at the GX."""
ECHO_S: Final = 10.0
"""A GX shows a value it took within a second or two; after this it did not take it."""
ASK_AFTER_S: Final = 3.0
"""A write of the value the GX already has changes nothing, so nothing is said: ask for it."""
ASK_INTERVAL_S: Final = 5.0
"""An unanswered question is repeated at most this often."""
RELEASE_ATTEMPTS: Final = 2
"""One null, and one more if the first was lost; the expiry does the rest."""
SAME_W: Final = 0.5
"""Echoes are whole watts."""


class _Echo(Enum):
    UNKNOWN = "unknown"
    NONE = "none"
    OURS = "ours"
    FOREIGN = "foreign"


class DischargeLimit:
    """Life cycle of one limit; `write` puts an integer, or `None` for null, on the wire."""

    def __init__(self, write: Callable[[int | None], None]) -> None:
        """Hold nothing."""
        self._write = write
        self._wanted_w: int | None = None
        self._sent_w: int | None = None
        self._previous_w: int | None = None
        self._sent_at_s = 0.0
        self._echo = _Echo.UNKNOWN
        self._confirmed = False
        self._unconfirmed_since_s: float | None = None
        self._asked_at_s = -math.inf
        self._released_at_s: float | None = None
        self._release_attempts = 0
        self.refused: str | None = None
        """Key of what forbids the limit that is wanted now."""
        self.echo_missing = False
        """True when the GX did not show our value, or did not let go of it, in time."""

    @property
    def sent_w(self) -> int | None:
        """Our value at the GX as far as we know; `None` = nothing of ours."""
        return self._sent_w

    def want(self, limit_w: float | None) -> None:
        """Set the limit to hold, W; `None` releases. The next `service` acts on it.

        NaN, which no caller should send, holds the least limit: the battery stays with the house.
        """
        if limit_w is None:
            self._wanted_w = None
            return
        if math.isnan(limit_w):
            limit_w = LEAST_LIMIT_W
        self._wanted_w = round(min(max(limit_w, LEAST_LIMIT_W), MOST_LIMIT_W))

    def service(self, now_s: float, refusal: str | None) -> None:
        """Write, refresh or release as due; call when wanted changes and once a second."""
        self.refused = refusal if self._wanted_w is not None else None
        if self._wanted_w is None or refusal is not None:
            self._release(now_s)
        elif self._is_due(self._wanted_w, now_s):
            self._send(self._wanted_w, now_s)
        if self._unconfirmed_since_s is not None and now_s - self._unconfirmed_since_s >= ECHO_S:
            self.echo_missing = True

    def echoed(self, value_w: float | None, at_s: float) -> None:
        """Take what the GX shows as the override now; `None` or negative = no override."""
        if self._sent_w is None:
            return
        self._echo = self._classify(value_w)
        if self._echo is _Echo.OURS and self._released_at_s is None:
            self._confirmed = True
            self._unconfirmed_since_s = None
            self.echo_missing = False
        elif self._released_at_s is not None and self._echo is not _Echo.OURS:
            self._forget()
        elif self._confirmed and self._unconfirmed_since_s is None:
            self._unconfirmed_since_s = at_s

    def asks_for_echo(self, now_s: float) -> bool:
        """Tell whether the override should be read now; asking counts as done."""
        since_s = self._unconfirmed_since_s
        if since_s is None or now_s - since_s < ASK_AFTER_S:
            return False
        if now_s - self._asked_at_s < ASK_INTERVAL_S:
            return False
        self._asked_at_s = now_s
        return True

    def _classify(self, value_w: float | None) -> _Echo:
        if value_w is None or value_w < 0:
            return _Echo.NONE
        ours = (w for w in (self._sent_w, self._previous_w) if w is not None)
        return _Echo.OURS if any(abs(value_w - w) <= SAME_W for w in ours) else _Echo.FOREIGN

    def _is_due(self, wanted_w: int, now_s: float) -> bool:
        if self._sent_w is None or self._released_at_s is not None:
            return True
        since_s = now_s - self._sent_at_s
        if abs(wanted_w - self._sent_w) > STEP_W:
            return since_s >= WRITE_INTERVAL_S
        if self._confirmed and self._echo is _Echo.NONE:
            return since_s >= ECHO_S
        return since_s >= REFRESH_S

    def _send(self, value_w: int, now_s: float) -> None:
        if self._sent_w is None:
            self._echo = _Echo.UNKNOWN
            self._confirmed = False
        if self._unconfirmed_since_s is None and not self._is_shown(value_w):
            self._unconfirmed_since_s = now_s
        if value_w != self._sent_w:
            self._previous_w = self._sent_w
        self._sent_w, self._sent_at_s = value_w, now_s
        self._released_at_s, self._release_attempts = None, 0
        self._write(value_w)

    def _is_shown(self, value_w: int) -> bool:
        """A refresh of the value already shown brings no new message: none is due."""
        return self._echo is _Echo.OURS and value_w == self._sent_w

    def _release(self, now_s: float) -> None:
        if self._sent_w is None:
            return
        if self._nothing_left(now_s):
            self._forget()
        elif self._released_at_s is None or now_s - self._released_at_s >= ECHO_S:
            self._let_go(now_s)

    def _nothing_left(self, now_s: float) -> bool:
        if self._echo is _Echo.FOREIGN or now_s - self._sent_at_s > EXPIRY_S:
            return True
        return self._echo is _Echo.NONE and self._confirmed

    def _let_go(self, now_s: float) -> None:
        if self._release_attempts >= RELEASE_ATTEMPTS:
            self._forget()
            self.echo_missing = True
            return
        self._release_attempts += 1
        self._released_at_s = now_s
        self._unconfirmed_since_s = now_s
        self._write(None)

    def _forget(self) -> None:
        self._sent_w = self._previous_w = None
        self._released_at_s, self._release_attempts = None, 0
        self._unconfirmed_since_s = None
        self._echo = _Echo.UNKNOWN
        self.echo_missing = False
