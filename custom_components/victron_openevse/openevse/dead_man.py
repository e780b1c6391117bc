"""Keeps a charger's own time limit a few minutes ahead, so that it stops when nobody speaks any more.

A claim outlives whoever made it: without more, a charger goes on with the last offer for as long as
broker, network or Home Assistant are away. The one thing of the firmware that ends by itself, needs
nothing set up and leaves nothing behind is the session limit (5.0 and later): "stop after so many
minutes of charging in this session". It is moved ahead once a minute of charging; when nobody moves
it, the charger stops by itself. Facts of the firmware that shape this module:

* The limit is reached when the whole minutes charged in this session are as many as its value.
* Reached, it claims "disabled" with priority 1100, above a person's override. A new limit does not
  lift that, only no limit does, and only a second later.
* A limit that ends with the session (`auto_release`) asks for charging, with the same priority, where
  the charger's default state is to rest. So ours does not end with the session.
* The limits that a person sets at the charger end with the session, so ours can be told from theirs;
  except for a default limit, and that one is in the configuration.
* It lives in RAM: nothing wears out, and a reboot of the charger forgets it.
"""

from dataclasses import dataclass
import json
from typing import Any, Final

from .values import read_object

LEASE_MIN: Final = 2
"""Whole minutes that a limit is ahead of the next one, at least."""
EARLY_S: Final = 50.0
"""A limit is moved this long before the next whole minute. Chosen so that a charger that hears nothing
more stops after 110 s at the least, and 170 s at the most: with its own delays within 3 minutes."""
S_PER_MIN: Final = 60.0
GAP_S: Final = 5.0
"""Least time between two messages; a charger that is there answers within a second."""
LIFT_S: Final = 3.0
"""From a limit gone to a new one: the charger looks once a second, and lifts its stop only then."""
RELIFT_S: Final = 60.0
"""A charger that stands still for another reason than our limit is not asked again sooner."""
ATTEMPTS: Final = 3
"""Messages without an answer after which a charger counts as not able to; it is asked on."""
LET_GO_ATTEMPTS: Final = 60
"""Messages without an answer after which taking our limit away is given up until the charger says
something of it: five minutes, in which the broker would have told of a charger that is gone."""
UNSAID_S: Final = 10.0
"""A charger that has said nothing of a limit in this time holds none; it does so as it connects."""

CLEAR: Final = "clear"
_NONE: Final = "none"
_TIME: Final = "time"
_KINDS: Final = (_NONE, _TIME, "energy", "soc", "range")


@dataclass(frozen=True, slots=True)
class Limit:
    """A session limit of a charger; `value` in minutes, Wh, % or distance by its kind."""

    kind: str
    value: int
    auto_release: bool


def read_limit(payload: str) -> Limit | None:
    """Read a limit document; `None` = there is no limit. ValueError when it is no such document."""
    document = read_object(payload)
    kind = None if document is None else document.get("type")
    if document is None or kind not in _KINDS:
        raise ValueError("no limit document")
    if kind == _NONE:
        return None
    value = document.get("value")
    if type(value) is not int:
        raise ValueError("the limit is no whole number")
    return Limit(kind, value, document.get("auto_release") is True)


def limit_payload(minutes: int) -> str:
    """Write a limit; all fields, because the charger keeps those that are left out."""
    fields = {"type": _TIME, "value": minutes, "auto_release": False}
    return json.dumps(fields, separators=(",", ":"))


def minutes_ahead(charged_s: float) -> int:
    """Return the limit that stops a session of this length in 110 s to 170 s from now."""
    return int((charged_s + EARLY_S) // S_PER_MIN) + LEASE_MIN


class DeadMan:
    """Decides when the limit of one charger is moved. Sends nothing itself."""

    def __init__(self) -> None:
        self.limit: Limit | None = None
        """What the charger says that it holds."""
        self.known = False
        """True once the charger said what it holds: it can do this."""
        self.sent_count = 0
        self._ours = True
        """Whether a time limit may be ours: of an earlier life too, until we have let go of it."""
        self._let_go_at_s: float | None = None
        """Since when we let go; `None` = we do not."""
        self._default: tuple[object, object] = (None, None)
        self._sent: tuple[int, ...] = ()
        self._sent_at_s = float("-inf")
        self._cleared_at_s = float("-inf")
        self._gone_at_s = float("-inf")
        self._unanswered = 0

    @property
    def own(self) -> bool:
        """True while the charger holds a limit of ours."""
        limit = self.limit
        if not self._ours or limit is None or limit.kind != _TIME or limit.auto_release:
            return False
        return limit.value in self._sent or (limit.kind, limit.value) != self._default

    @property
    def foreign(self) -> bool:
        """True while the charger holds somebody else's limit, which is left alone."""
        return self.limit is not None and not self.own

    @property
    def may_hold(self) -> bool:
        """True while the charger holds a limit of ours, or did not answer yet whether it does."""
        if self.own:
            return self._unanswered < LET_GO_ATTEMPTS
        return self._unanswered > 0 and not self.foreign and not self.deaf

    @property
    def deaf(self) -> bool:
        """True while the charger does not answer."""
        return self._unanswered >= ATTEMPTS

    def config_seen(self, config: dict[str, Any]) -> None:
        """Note the default limit, which the charger takes up by itself when it boots."""
        self._default = (config.get("limit_default_type"), config.get("limit_default_value"))

    def limit_seen(self, limit: Limit | None, now_s: float) -> None:
        """Note the limit that the charger says it holds."""
        if limit is None and self.limit is not None:
            self._gone_at_s = now_s
        self.limit = limit
        self.known = True
        self._unanswered = 0

    def move(self, charged_s: float | None, now_s: float, *, stopped: bool) -> str | None:
        """Return what to send to keep charging allowed a while longer, or `None`.

        `stopped` tells that the charger stands still though it is offered current. To be asked only
        by who has just decided, or the charger would go on for a Home Assistant that is as good as
        dead.
        """
        too_soon = now_s - self._sent_at_s < GAP_S
        if not self.known or self.foreign or charged_s is None or too_soon:
            return None
        minutes = minutes_ahead(charged_s)
        if self.limit is None:
            lifted = now_s - self._gone_at_s >= LIFT_S
            return self._send(limit_payload(minutes), now_s, minutes) if lifted else None
        stuck = stopped and now_s - self._cleared_at_s >= RELIFT_S
        if stuck or charged_s // S_PER_MIN >= self.limit.value:
            return self._clear(now_s)
        if self.limit.value == minutes:
            return None
        return self._send(limit_payload(minutes), now_s, minutes)

    def let_go(self, now_s: float) -> str | None:
        """Return what to send to take our limit away, or `None`.

        Once it is gone nothing is ours any more until the next `move`: whatever limit the charger
        tells of then is somebody else's.
        """
        if self._let_go_at_s is None:
            self._let_go_at_s = now_s
        heard = self.known or now_s - self._let_go_at_s >= UNSAID_S
        if heard and not self._unanswered and not self.own:
            self._ours = False
        asked = now_s - self._cleared_at_s < GAP_S
        return self._clear(now_s) if self.may_hold and not asked else None

    def _clear(self, now_s: float) -> str:
        self._cleared_at_s = now_s
        return self._send(CLEAR, now_s)

    def _send(self, payload: str, now_s: float, minutes: int | None = None) -> str:
        # The one before may still be on its way to be confirmed.
        self._sent = (*self._sent[-1:], *(() if minutes is None else (minutes,)))
        if minutes is not None:
            self._ours, self._let_go_at_s = True, None
        self._sent_at_s = now_s
        self._unanswered += 1
        self.sent_count += 1
        return payload
