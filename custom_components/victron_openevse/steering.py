"""Carries a decision out: the GX's limit, each charger's offer, and the word that the law lives.

In shadow mode nothing of that is said. Entering it gives back what is ours once, as if the integration
were removed; leaving it needs nothing, for the next decision is sent as any other.
"""

from collections.abc import Mapping

from .control.model import Decision, Settings
from .owners import guard_chargers
from .sources import ChargerAdapter, SiteAdapter


class Steering:
    """What this site sends."""

    def __init__(self, site: SiteAdapter, chargers: Mapping[str, ChargerAdapter]) -> None:
        self._site = site
        self._chargers = chargers
        self._sent = False
        """Whether anything has been sent that would have to be given back."""

    def carry_out(self, settings: Settings, decision: Decision, now_s: float) -> None:
        """Send what the law decided, or in shadow mode nothing."""
        if settings.site.shadow:
            self._fall_silent(now_s)
            return
        self._sent = True
        self._site.hold_discharge_limit(decision.site.discharge_limit_w, now_s)
        for charger_id, answer in decision.chargers.items():
            if answer.send:
                self._chargers[charger_id].offer(answer.offered_current_a, now_s)
        guard_chargers(self._chargers, settings, now_s)

    def _fall_silent(self, now_s: float) -> None:
        if not self._sent:
            return
        self._sent = False
        self._site.hand_back(now_s)
        for charger in self._chargers.values():
            charger.release(now_s)
