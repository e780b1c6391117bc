"""Carries a decision out: the GX's limit, each charger's offer, and the word that the law lives.

In shadow mode nothing of that is said. Entering it gives back what is ours once, as if the integration
were removed, over a restart where need be; leaving it needs nothing, for the next decision is sent as
any other.
"""

from collections.abc import Container, Mapping

from .control.model import Decision, Settings
from .owners import guard_chargers
from .sources import ChargerAdapter, SiteAdapter


class Steering:
    """What this site sends."""

    def __init__(self, site: SiteAdapter, chargers: Mapping[str, ChargerAdapter]) -> None:
        self._site = site
        self._chargers = chargers
        self._silent = False
        """Whether what was ours has been asked back, for shadow mode."""
        self.owed: frozenset[str] = frozenset()
        """Chargers that may hold something of ours; what else they hold is not ours to take back."""

    def recall(self, owed: frozenset[str]) -> None:
        """Take up from the last run which chargers may hold something of ours."""
        self.owed = owed & self._chargers.keys()

    def carry_out(self, settings: Settings, decision: Decision, now_s: float) -> None:
        """Send what the law decided, or in shadow mode nothing."""
        if settings.site.shadow:
            self._fall_silent(now_s)
            return
        self._silent = False
        self.owed = frozenset(self._chargers)
        self._site.hold_discharge_limit(decision.site.discharge_limit_w, now_s)
        for charger_id, answer in decision.chargers.items():
            if answer.send:
                self._chargers[charger_id].offer(answer.offered_current_a, now_s)
        guard_chargers(self._chargers, settings, now_s)

    def to_hand_back(self, kept: Container[str]) -> list[ChargerAdapter]:
        """Give the chargers that hold something of ours and are not to keep it."""
        return [self._chargers[charger_id] for charger_id in self.owed if charger_id not in kept]

    def _fall_silent(self, now_s: float) -> None:
        if not self._silent:
            self._silent = True
            self._site.hand_back(now_s)
            for charger_id in self.owed:
                self._chargers[charger_id].release(now_s)
        self.owed = frozenset(key for key in self.owed if self._chargers[key].releasing)
