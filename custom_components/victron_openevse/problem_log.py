"""Says in the log that something is missing: once when it is down, once when it is back."""

import logging
from typing import Final

_LOGGER = logging.getLogger(__name__)

LASTING_S: Final = 60.0
"""A problem shorter than this is no news: after a start readings take a moment to arrive."""


class ProblemLog:
    """Watches one thing, named for the reader of the log."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._since_s: float | None = None
        self._told = False

    def update(self, problem: str | None, now_s: float) -> None:
        """Take the state at `now_s` (steady clock, s): the problem in words, or None."""
        if problem is None:
            if self._told:
                _LOGGER.info("%s is back to normal", self._name)
            self._since_s, self._told = None, False
            return
        if self._since_s is None:
            self._since_s = now_s
        if not self._told and now_s - self._since_s >= LASTING_S:
            self._told = True
            _LOGGER.warning("%s: %s", self._name, problem)
