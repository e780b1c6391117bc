"""Carries a decision out: the GX's limit, each charger's offer, and the word that the law lives.

In shadow mode nothing of that is said. Entering it gives back what is ours once, as if the integration
were removed, over a restart where need be; leaving it needs nothing, for the next decision is sent as
any other. When nothing can be decided for long, nothing is offered to any charger that is steered.
"""

from collections.abc import Mapping
import logging

from .control.model import Decision, Settings
from .debts import Debts
from .hand_back import Owing
from .owners import guard_chargers
from .sources import ChargerAdapter, SiteAdapter

_LOGGER = logging.getLogger(__name__)


class Steering:
    """What this site sends; `addresses` say where its chargers are reached."""

    def __init__(
        self, site: SiteAdapter, chargers: Mapping[str, ChargerAdapter], addresses: Debts
    ) -> None:
        self._site = site
        self._chargers = chargers
        self._addresses = {debt.charger_id: debt for debt in addresses}
        self._silent = False
        """Whether what was ours has been asked back, for shadow mode."""
        self._owed: frozenset[str] = frozenset()
        """Chargers that may hold something of ours; what else they hold is not ours to take back."""

    @property
    def owed(self) -> Debts:
        """What these chargers may hold of ours."""
        return tuple(self._addresses[charger_id] for charger_id in sorted(self._owed))

    def recall(self, owed: Debts) -> Debts:
        """Take up from the last run which chargers may hold something of ours.

        Gives what is owed to others, and to chargers that are reached elsewhere now.
        """
        mine = {
            charger_id
            for charger_id, address in self._addresses.items()
            if any(address.is_same_charger(debt) for debt in owed)
        }
        self._owed = frozenset(mine)
        known = [self._addresses[charger_id] for charger_id in mine]
        return tuple(debt for debt in owed if not any(debt.is_same_charger(item) for item in known))

    def carry_out(self, settings: Settings, decision: Decision, now_s: float) -> None:
        """Send what the law decided, or in shadow mode nothing."""
        if settings.site.shadow:
            self._fall_silent(now_s)
            return
        self._silent = False
        self._owed = frozenset(self._chargers)
        self._site.hold_discharge_limit(decision.site.discharge_limit_w, now_s)
        for charger_id, answer in decision.chargers.items():
            if answer.send:
                self._chargers[charger_id].offer(answer.offered_current_a, now_s)
        guard_chargers(self._chargers, settings, now_s)

    def offer_nothing(self, settings: Settings, now_s: float) -> None:
        """Let no car charge while nobody decides, and the battery serve the house; never raises."""
        if settings.site.shadow:
            return
        self._owed = frozenset(self._chargers)
        try:
            self._site.hold_discharge_limit(None, now_s)
        except Exception:
            _LOGGER.debug("The GX's limit cannot be released", exc_info=True)
        for charger in self._chargers.values():
            # What keeps the law from deciding may be an adapter: the others are stopped all the same.
            try:
                charger.offer(0, now_s)
            except Exception:
                _LOGGER.debug("A charger cannot be stopped", exc_info=True)

    def to_hand_back(self, kept: Debts) -> list[Owing]:
        """Give the chargers that hold something of ours and are not to keep it."""
        return [
            (debt, self._chargers[debt.charger_id])
            for debt in self.owed
            if not any(debt.is_same_charger(item) for item in kept)
        ]

    def forget(self, handed_back: list[Owing]) -> None:
        """Note that these chargers have been told to let go; who did not confirm is kept elsewhere."""
        self._owed -= {debt.charger_id for debt, _ in handed_back}

    def _fall_silent(self, now_s: float) -> None:
        if not self._silent:
            self._silent = True
            self._site.hand_back(now_s)
            for charger_id in self._owed:
                self._chargers[charger_id].release(now_s)
        self._owed = frozenset(key for key in self._owed if not self._chargers[key].given_back)
