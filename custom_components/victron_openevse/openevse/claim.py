"""Keeps one claim on a charger: decides when `B/claim/set` must be sent, and what with.

A claim says "I ask for this", priority 500 among the charger's clients, so a person's manual
override (1000) always wins by the charger's own rules. Four facts of the firmware shape this module:

* Messages merge: a field left out keeps what an earlier message, perhaps of another program, put
  there. So every message carries all four fields, and clears those it has no wish for.
* Nothing is acknowledged but by `B/claim`, the re-published claim. No document, no claim.
* The claim lives in RAM. A rebooted gateway charges with full current until we claim again.
* Current below 6 A is raised to 6 A, never a stop; `null` or a bool as state can crash the gateway.
"""

from dataclasses import dataclass
import json
from typing import Any, Final

from ..control.model import MAX_CURRENT_A, MIN_CURRENT_A
from .topics import RELEASE
from .values import read_object

SETTLE_S: Final = 2.0
"""A charger that (re)connects publishes its claim within a second; broker replays are faster."""
BACKOFF_S: Final = (5.0, 10.0, 20.0, 30.0)
"""Waits for a confirmation, after each attempt; the last one repeats."""
CALM_S: Final = 60.0
"""A claim lost this long after it was sent is a new matter: answer at once. Sooner, someone else
writes the same claim, and we must not shout in turns: then even a new wish waits for its turn,
unless it is to stop. A claim of ours that holds this long ends the quarrel."""
QUARREL_S: Final = 300.0
"""Wait after the growing ones while someone else goes on writing. Each round may open and close the
contactor, and it shall not do that more often than by its owner's own least times (300 s)."""
RECHECK_S: Final = 60.0
"""Least time between two repeats of a confirmed claim that the charger does not seem to follow."""
GAP_S: Final = 1.0
"""Least time between two claims, and between two releases: what was wanted in between is merged into
the last wish, which goes out when the time is over. Asked once a second, a wish waits two seconds at
most. A stop never waits, and neither does the first claim within that time that asks for less."""
ECHO_S: Final = 30.0
"""A claim that has had no answer by then was lost; until then its answer is no foreign claim."""
RELEASE_ATTEMPTS: Final = 3
"""A charger that has no claim of ours does not answer a release. One that says that it holds ours is
asked on, at the pace of `BACKOFF_S`: commands to a charger without Wi-Fi are lost, and the broker tells
of that only a minute and a half later."""

_CLEAR: Final = "clear"
_STATES: Final = {True: "active", False: "disabled"}
_DOCUMENT_STATES: Final = {"active": True, "disabled": False, None: None}


@dataclass(frozen=True, slots=True)
class Claim:
    """The properties a client asks of a charger; `None` = no wish."""

    enabled: bool | None
    charge_current_a: int | None
    max_current_a: int | None = None
    auto_release: bool = False


def claim_for(offered_current_a: int) -> Claim:
    """Return the claim that offers this current; less than 6 A is an offer of nothing.

    `max_current` is never claimed: the charger decides it apart from the current, so it would
    still cap a person who overrides the current. While off the least current stays claimed: the
    gateway enables the controller first and sets the current after, so without it each start
    would begin, for a moment, at the charger's maximum.
    """
    if offered_current_a < MIN_CURRENT_A:
        return Claim(enabled=False, charge_current_a=MIN_CURRENT_A)
    return Claim(enabled=True, charge_current_a=min(offered_current_a, MAX_CURRENT_A))


def claim_payload(claim: Claim) -> str:
    """Write the complete set of fields; a field without a wish is cleared, never left out."""
    fields: dict[str, Any] = {
        "state": _STATES[bool(claim.enabled)],
        "charge_current": _CLEAR if claim.charge_current_a is None else claim.charge_current_a,
        "max_current": _CLEAR if claim.max_current_a is None else claim.max_current_a,
        "auto_release": claim.auto_release,
    }
    return json.dumps(fields, separators=(",", ":"))


def read_claim(payload: str) -> Claim | None:
    """Read a claim or override document; `None` = there is no claim. ValueError when unreadable."""
    document = read_object(payload)
    if document is None:
        raise ValueError("no claim document")
    state = document.get("state")
    if state == "null":
        return None
    if not (state is None or isinstance(state, str)) or state not in _DOCUMENT_STATES:
        raise ValueError("unknown state in a claim document")
    return Claim(
        enabled=_DOCUMENT_STATES[state],
        charge_current_a=_amps(document, "charge_current"),
        max_current_a=_amps(document, "max_current"),
        auto_release=document.get("auto_release") is True,
    )


def _is_less(claim: Claim, before: Claim | None) -> bool:
    """Tell whether a claim asks for less than the one before, where that asked to charge."""
    if before is None or not before.enabled:
        return False
    return not claim.enabled or (claim.charge_current_a or 0) < (before.charge_current_a or 0)


def _amps(document: dict[str, Any], key: str) -> int | None:
    value = document.get(key)
    if value is not None and type(value) is not int:
        raise ValueError(f"{key} is no whole number")
    return value


class ClaimKeeper:
    """Brings the charger's claim document to what is wanted. Sends nothing itself."""

    def __init__(self) -> None:
        self.wanted: Claim | None = None
        self.document: Claim | None = None
        self.document_at_s: float | None = None
        """When `document` came; `None` = what the charger holds is unknown."""
        self.sent_count = 0
        self.foreign_count = 0
        self._releasing = False
        self._ours: bool | None = None
        """Whether the charger said last that it holds a claim of ours; `None` = it never said."""
        self._ever_sent = False
        self._answered = True
        self._under_way: tuple[tuple[Claim, float], ...] = ()
        """Claims that were sent and not answered yet, each with its time, oldest first."""
        self._last_sent: Claim | None = None
        self._claimed_at_s = float("-inf")
        self._released_at_s = float("-inf")
        self._hurried = False
        """True when the last claim followed the one before at once, because it asked for less."""
        self._contested = False
        self._overwritten = False
        """True while the charger says that it holds another claim than was wanted then."""
        self._overwritten_at_s: float | None = None
        self._attempts = 0
        self._sent_at_s: float | None = None
        self._not_before_s = float("-inf")
        self._settled_at_s = float("-inf")

    @property
    def confirmed(self) -> bool:
        """True while the charger's own document is what we want."""
        known = self.wanted is not None and self.document_at_s is not None
        return known and self._answered and self.document == self.wanted

    @property
    def contested(self) -> bool:
        """True while another program overwrites our claim."""
        return self._contested

    @property
    def releasing(self) -> bool:
        """True while the claim is being given back."""
        return self._releasing

    @property
    def holds_ours(self) -> bool:
        """True while a claim of ours, of an earlier life too, is what the charger told of last."""
        return self._ours is True

    def want(self, claim: Claim) -> None:
        """Ask for a claim; the same again changes nothing."""
        if claim == self.wanted:
            return
        self.wanted = claim
        self._releasing = False
        if not self._contested:
            self._start_over()
        elif not claim.enabled:
            self._not_before_s = float("-inf")

    def hand_back(self, now_s: float) -> None:
        """Want no claim any more, and release the one we may have."""
        self.wanted = None
        self._releasing = True
        self._start_over()
        self._settled_at_s = max(self._settled_at_s, now_s + SETTLE_S)

    def charger_appeared(self, now_s: float) -> None:
        """Note that the charger connected: its claims may be gone, it will say so in a moment."""
        self.document_at_s = None
        self._answered = True
        self._start_over()
        self._settled_at_s = now_s + SETTLE_S

    def document_seen(self, claim: Claim | None, now_s: float) -> None:
        """Note the claim the charger says it holds for us."""
        answers = self._answers(claim, now_s)
        other = not answers and claim not in (None, self.wanted)
        lost = self.confirmed and other
        if self._calm(now_s):
            self._start_over()
        elif lost:
            self._contested = True
        self._overwritten = other
        if other:
            self._overwritten_at_s = now_s
        self.foreign_count += lost
        self._ours = claim is not None and (answers or self._is_ours(claim))
        self.document = claim
        self.document_at_s = now_s
        self._answered = True
        if claim is None and self._releasing:
            self._finish_release()

    def due(self, now_s: float, *, heard: bool = True) -> str | None:
        """Return what to publish now, noted as sent, or `None`. Ask only while it can arrive.

        Not `heard`, nothing has told yet whether the charger is there: a release is not given up.
        """
        if self._contested and self._calm(now_s):
            self._start_over()
        unsettled = self.document_at_s is None and now_s < self._settled_at_s
        if self._releasing:
            return self._due_release(now_s, heard=heard)
        if unsettled or now_s < self._not_before_s or self.wanted is None or self.confirmed:
            return None
        if self._too_soon(self.wanted, now_s):
            return None
        self._answered = False
        self._ever_sent = True
        return self._send_claim(self.wanted, now_s)

    def due_again(self, now_s: float) -> str | None:
        """Return the confirmed claim once more, at most once a minute, for a deaf charger."""
        if self.wanted is None or not self.confirmed:
            return None
        if self._sent_at_s is not None and now_s - self._sent_at_s < RECHECK_S:
            return None
        return self._send_claim(self.wanted, now_s)

    def _due_release(self, now_s: float, *, heard: bool) -> str | None:
        holds = self.document_at_s is not None and self.document is not None
        if not (holds or self._ever_sent or self._ours):
            # A broker that lost its store knows nothing of a charger that is away, and may hold ours.
            if self.document_at_s is not None or (heard and now_s >= self._settled_at_s):
                self._finish_release()
            return None
        if now_s < max(self._not_before_s, self._released_at_s + GAP_S):
            return None
        if self._attempts >= RELEASE_ATTEMPTS and not self._ours:
            self._finish_release()
            return None
        self._released_at_s = now_s
        payload = self._sent(RELEASE, now_s)
        if not heard:
            self._attempts = min(self._attempts, RELEASE_ATTEMPTS - 1)
        return payload

    def _too_soon(self, claim: Claim, now_s: float) -> bool:
        """Tell whether a claim has to wait because the last one has just gone out."""
        if now_s - self._claimed_at_s >= GAP_S:
            return False
        return not _is_less(claim, self._last_sent) or (self._hurried and claim.enabled is True)

    def _send_claim(self, claim: Claim, now_s: float) -> str:
        self._hurried = now_s - self._claimed_at_s < GAP_S
        self._last_sent, self._claimed_at_s = claim, now_s
        self._under_way = (*self._still_under_way(now_s), (claim, now_s))
        return self._sent(claim_payload(claim), now_s)

    def _is_ours(self, claim: Claim) -> bool:
        """Tell whether a claim that answers nothing is ours: the one as before, or of an earlier life."""
        if self._ours is None and claim.max_current_a is None and not claim.auto_release:
            return True
        before = self.document if self._ours else None
        return claim in (before, self.wanted) or (self._ever_sent and claim == self._last_sent)

    def _answers(self, claim: Claim | None, now_s: float) -> bool:
        """Tell whether the charger answers a claim of ours; those before that one are past as well."""
        waiting = self._still_under_way(now_s)
        answered = next((place for place, sent in enumerate(waiting) if sent[0] == claim), None)
        self._under_way = waiting if answered is None else waiting[answered + 1 :]
        return answered is not None

    def _still_under_way(self, now_s: float) -> tuple[tuple[Claim, float], ...]:
        return tuple(sent for sent in self._under_way if now_s - sent[1] < ECHO_S)

    def diagnostics(self) -> dict[str, Any]:
        """Return what helps to understand a fault, ready for JSON."""
        return {
            "claim_wanted": None if self.wanted is None else claim_payload(self.wanted),
            "claim_document": None if self.document is None else claim_payload(self.document),
            "claim_confirmed": self.confirmed,
            "claims_sent": self.sent_count,
            "foreign_claims": self.foreign_count,
            "claim_contested": self._contested,
        }

    def _finish_release(self) -> None:
        self._releasing = False
        self._ever_sent = False

    def _sent(self, payload: str, now_s: float) -> str:
        waits_s = (*BACKOFF_S, QUARREL_S) if self._contested else BACKOFF_S
        self.sent_count += 1
        self._sent_at_s = now_s
        self._not_before_s = now_s + waits_s[min(self._attempts, len(waits_s) - 1)]
        self._attempts += 1
        return payload

    def _calm(self, now_s: float) -> bool:
        """Tell whether our last claim is old, and no quarrel about it goes on."""
        times_s = (self._sent_at_s, self._overwritten_at_s)
        old = all(at_s is None or now_s - at_s >= CALM_S for at_s in times_s)
        return old and not (self._contested and self._overwritten)

    def _start_over(self) -> None:
        self._contested = False
        self._attempts = 0
        self._not_before_s = float("-inf")
