"""When to tell the GX that somebody listens, and when to ask for everything.

A GX falls silent 60 s after the last keepalive, without a word. A quiet keepalive re-arms it; a
full one (empty payload) also makes it publish every topic. Full ones go out at the start, after a
reconnect, when the GX speaks again after silence, and instead of quiet ones, more often, while it is
silent, because whatever wakes up then has forgotten what it told us and says nothing until asked.
"""

from typing import Final

INTERVAL_S: Final = 30.0
"""Half of the GX's 60 s, so one lost keepalive does no harm."""
SILENCE_S: Final = 25.0
"""No message for this long counts as silence: longer than constant values are re-read (20 s) and
than eight heartbeats (3 s), shorter than the keepalive interval."""
RETRY_S: Final = 10.0
"""While silent it is asked this often, so that its return is noticed soon. A GX that is down hears
none of it, one that hears it ends the silence."""
BURST_S: Final = 10.0
"""A full publish takes at most this long; until then there is no need for another."""
ANSWER_S: Final = 3.0
"""An answer begins this soon. A GX that speaks first later than this may have been asked by someone
else, and may not have heard us at all."""
FULL: Final = ""
"""Payload that asks for every topic."""
QUIET: Final = '{"keepalive-options":["suppress-republish"]}'
"""Payload that only re-arms the GX."""


class Keepalive:
    """Decides the payload of the next keepalive; sends nothing itself."""

    def __init__(self) -> None:
        """Nothing sent, nothing heard."""
        self._sent_at_s: float | None = None
        self._connected = False
        self._full_wanted = False
        self.full_at_s: float | None = None
        """When everything was last asked for."""
        self.heard_at_s: float | None = None
        """When the GX last said anything."""

    def start(self, now_s: float, *, connected: bool) -> str:
        """Return the first payload: always a full one."""
        self._connected = connected
        return self._full(now_s)

    def heard(self, at_s: float) -> None:
        """Note a sign of life; after silence everything is asked for again."""
        if self.silent(at_s) and not self._asked_within(ANSWER_S, at_s):
            self._full_wanted = True
        self.heard_at_s = at_s

    def silent(self, now_s: float) -> bool:
        """Tell whether nothing was heard lately."""
        return self.heard_at_s is None or now_s - self.heard_at_s > SILENCE_S

    def want_full(self, now_s: float) -> None:
        """Ask for everything at the next chance, unless that has just been done."""
        if not self._asked_within(BURST_S, now_s):
            self._full_wanted = True

    def due(self, now_s: float, *, connected: bool) -> str | None:
        """Return the payload to send now, or `None`."""
        reconnected = connected and not self._connected
        self._connected = connected
        if not connected:
            return None
        if reconnected or self._full_wanted:
            return self._full(now_s)
        silent = self.silent(now_s)
        interval_s = RETRY_S if silent else INTERVAL_S
        if self._sent_at_s is not None and now_s - self._sent_at_s < interval_s:
            return None
        if silent:
            return self._full(now_s)
        self._sent_at_s = now_s
        return QUIET

    def _full(self, now_s: float) -> str:
        self._full_wanted = False
        self._sent_at_s = self.full_at_s = now_s
        return FULL

    def _asked_within(self, seconds: float, now_s: float) -> bool:
        return self.full_at_s is not None and now_s - self.full_at_s <= seconds
