"""Notices who else may steer a charger: its own eco mode, shaper and schedule, or another client.

None of them is fought. Eco mode (priority 50) and the schedule (100) rank below our claim and act only
where we do not; the shaper (5000) ranks above. A claim of another client, made over HTTP, is not shown
on MQTT: it is concluded from a charger that for long aims elsewhere than at what it confirmed.
"""

import json
from typing import Any, Final

ECO_MODE: Final = "2"
"""`divertmode` of a charger that follows the sun by itself; 1 is normal."""
DISOBEYED_S: Final = 180.0
"""A charger that aims elsewhere for so long, our claim repeated once a minute, follows somebody."""

_ON: Final = "1"
_OFF: Final = "0"


class Others:
    """What one charger tells of others that steer it."""

    def __init__(self) -> None:
        self._eco = False
        self._shaper = False
        self._schedule = False
        self._disobeys_since_s: float | None = None
        self._disobeys = False

    @property
    def names(self) -> tuple[str, ...]:
        """Keys of all that steer, or may steer, besides us."""
        found = {
            "eco_mode": self._eco,
            "current_shaper": self._shaper,
            "schedule": self._schedule,
            "another_client": self._disobeys and not self._shaper,
        }
        return tuple(name for name, there in found.items() if there)

    def take_divert_mode(self, payload: str) -> None:
        """Note the charge mode."""
        self._eco = payload.strip() == ECO_MODE

    def take_shaper(self, payload: str) -> None:
        """Note whether the shaper is switched on for now; anything unknown changes nothing."""
        said = payload.strip()
        if said in (_ON, _OFF):
            self._shaper = said == _ON

    def take_config(self, config: dict[str, Any]) -> None:
        """Note whether the shaper is set up."""
        enabled = config.get("current_shaper_enabled")
        if isinstance(enabled, bool):
            self._shaper = enabled

    def take_schedule(self, payload: str) -> None:
        """Note whether there are times in the schedule."""
        try:
            times = json.loads(payload)
        except ValueError, RecursionError:
            return
        self._schedule = isinstance(times, list) and bool(times)

    def take_obedience(self, now_s: float, *, disobeys: bool) -> None:
        """Note, about once a second, whether the charger aims elsewhere than at our claim."""
        if not disobeys:
            self._disobeys_since_s = None
        elif self._disobeys_since_s is None:
            self._disobeys_since_s = now_s
        since_s = self._disobeys_since_s
        self._disobeys = since_s is not None and now_s - since_s >= DISOBEYED_S
