"""Tells of decisions as they come: lasting problems in the log, changes for diagnostics."""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.util import dt as dt_util

from .control.model import ChargerDecision, Decision, Status
from .problem_log import ProblemLog

HISTORY: Final = 20
"""Changes of a decision kept for diagnostics."""


class Reports:
    """What is told of the decisions of one site; `names` are those of its chargers by their ids."""

    def __init__(self, site_name: str, names: Mapping[str, str]) -> None:
        self.history: deque[dict[str, Any]] = deque(maxlen=HISTORY)
        self._site = ProblemLog(site_name)
        self._chargers = {charger_id: ProblemLog(name) for charger_id, name in names.items()}

    def follow(self, before: Decision, after: Decision, now_s: float) -> None:
        """Log lasting problems and remember what changed."""
        missing = ", ".join(after.site.missing)
        self._site.update(f"no fresh {missing}" if missing else None, now_s)
        for charger_id, answer in after.chargers.items():
            offline = answer.status is Status.OFFLINE
            self._chargers[charger_id].update("the charger is offline" if offline else None, now_s)
            earlier = before.chargers.get(charger_id)
            if earlier is None or _verdict(earlier) != _verdict(answer):
                self._remember(charger_id, answer)

    def _remember(self, charger_id: str, answer: ChargerDecision) -> None:
        self.history.append(
            {
                "at": dt_util.utcnow().isoformat(timespec="seconds"),
                "charger": charger_id,
                "offered_current_a": answer.offered_current_a,
                "status": answer.status,
                "reason": answer.reason.code,
                "numbers": dict(answer.reason.numbers),
            }
        )


def _verdict(answer: ChargerDecision) -> tuple[object, ...]:
    return answer.offered_current_a, answer.status, answer.reason.code
