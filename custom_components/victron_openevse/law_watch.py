"""What happens when the law itself fails: the last offers stand for a minute, then no car charges.

A failure of one moment is a fault of the program that the next reading may not have. One that lasts means
that nobody looks after battery, grid and limits, while the cars go on with what was right once. So after
`LONG_S` nothing is offered any more, the site says that it has a data problem, and a repair issue asks its
owner to report it. The first decision that works ends all of that. The log says it once with where it
happened, and not again within an hour, however often it comes and goes.
"""

from dataclasses import replace
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .control.model import ChargerDecision, Decision, Settings, Status
from .control.reasons import Reason, ReasonCode
from .issues import Found, clear_issue, raise_issue
from .steering import Steering

_LOGGER = logging.getLogger(__name__)

LONG_S: Final = 60.0
"""Stands here and not in `control/`, because it counts when that fails. Several decisions, and less than the charger's own limit and the times after which data are too old."""

TELL_AGAIN_S: Final = 3600.0
"""A failure that goes on, or comes again and again, is told this often at most."""

CALM_S: Final = 60.0
"""Who has decided for this long without a failure works again; sooner the next one may be near."""

KIND: Final = "law_failed"
"""The repair issue."""


class LawWatch:
    """Follows how the decisions of one site end."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, steering: Steering) -> None:
        self._hass = hass
        self._entry = entry
        self._steering = steering
        self._failing_since_s: float | None = None
        self._failed_at_s = float("-inf")
        self._told_at_s: float | None = None
        """When the log last told of a failure; `None` = it was told since that it works again."""
        self._quiet_until_s = float("-inf")
        self._raised = True
        """Whether an issue may stand; it may be of an earlier run."""

    @property
    def failing(self) -> bool:
        """True while the last decision failed."""
        return self._failing_since_s is not None

    def failed(
        self, error: Exception, decision: Decision, settings: Settings, now_s: float
    ) -> Decision:
        """Act on a decision that ended with `error`; gives what is in force instead.

        `decision` is what was in force before.
        """
        self._log(error, now_s)
        self._failed_at_s = now_s
        if self._failing_since_s is None:
            self._failing_since_s = now_s
        if now_s - self._failing_since_s < LONG_S:
            return decision
        self._steering.offer_nothing(settings, now_s)
        raise_issue(self._hass, self._entry, Found(kind=KIND))
        self._raised = True
        return _nothing(decision)

    def worked(self, now_s: float) -> None:
        """Note a decision that did not fail."""
        self._failing_since_s = None
        if self._raised:
            self._raised = False
            clear_issue(self._hass, self._entry, KIND)
        if self._told_at_s is not None and now_s - self._failed_at_s >= CALM_S:
            self._told_at_s = None
            _LOGGER.info("%s: decisions are made again", self._entry.title)

    def _log(self, error: Exception, now_s: float) -> None:
        if now_s >= self._quiet_until_s:
            self._quiet_until_s = now_s + TELL_AGAIN_S
            self._told_at_s = now_s
            _LOGGER.error(
                "%s: no decision, the last offers stand for %.0f s, then no car is offered anything",
                self._entry.title,
                LONG_S,
                exc_info=error,
            )


def _nothing(decision: Decision) -> Decision:
    """Say what is in force while nobody decides: no offer, and something wrong with the data."""
    site = replace(decision.site, data_problem=True, discharge_limit_w=None)
    chargers = {
        charger_id: ChargerDecision(
            offered_current_a=0, status=Status.NO_DATA, reason=Reason(ReasonCode.DATA_MISSING)
        )
        for charger_id in decision.chargers
    }
    return replace(decision, site=site, chargers=chargers)
