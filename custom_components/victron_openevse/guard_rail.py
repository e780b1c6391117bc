"""Keeps what merely accompanies the steering from stopping it.

What fails here is said once, with where it happened, and left out as often as it fails; a decision is
made and sent all the same.
"""

from collections.abc import Callable
import logging

_LOGGER = logging.getLogger(__name__)


class GuardRail:
    """Runs what may fail; `name` is that of the site."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told: set[str] = set()
        """What has been said to fail."""

    def run(self, what: str, step: Callable[[], object]) -> None:
        """Run `step`; should it raise, the log says once that `what` failed."""
        try:
            step()
        except Exception:
            if what not in self._told:
                self._told.add(what)
                _LOGGER.exception("%s: %s failed, the rest goes on without it", self._name, what)
