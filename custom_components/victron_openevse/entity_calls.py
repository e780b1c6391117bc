"""Makes the service calls that steer a charger's entities: one after the other, bounded in time.

The newest command is the one that counts: what is left of an older one is dropped between two of its
calls, and a call that hangs is broken off after a moment, so that nothing of it lands after what came
later. What fails is never raised: whoever asked sees by the entities what was taken, and asks again.
"""

import asyncio
from collections.abc import Iterable
import logging
from typing import Any, Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant

from .mqtt_transport import steady_now_s

_LOGGER = logging.getLogger(__name__)

CALL_TIMEOUT_S: Final = 15.0
"""A charger that has not answered a command by then is tried again."""
RUN_OUT_S: Final = 2.0
"""A call under way gets this long to end when something final follows it: half of the time that giving
back has in all, so that the other half is left for the giving back itself."""
TELL_AGAIN_S: Final = 3600.0
"""Least time between two warnings: a charger that takes one command and refuses the next is one fault."""

type Call = tuple[str, str, dict[str, Any]]
"""Domain, service and data of a service call."""


class EntityCalls:
    """The calls to the entities of one charger."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.failed = 0
        """Commands in a row that failed."""
        self._hass = hass
        self._task: asyncio.Task[None] | None = None
        self._turn = 0
        """Number of the command that counts; an older one makes no further call."""
        self._begun = 0
        """Number of the command begun last."""
        self._told = False
        self._told_at_s = float("-inf")

    @property
    def busy(self) -> bool:
        """True while a command is under way that counts."""
        return self._under_way is not None and self._begun == self._turn

    @property
    def under_way(self) -> bool:
        """True while any call may still arrive, of a command that counts no more too."""
        return self._under_way is not None

    def run(self, calls: Iterable[Call]) -> None:
        """Make these calls, in this order, once the one under way has ended; its rest is dropped."""
        before = self._under_way
        self.drop_rest()
        self._begun = self._turn
        self._task = self._hass.async_create_task(
            self._async_run(before, tuple(calls), self._turn), "victron_openevse charger commands"
        )

    def drop_rest(self) -> None:
        """Make no further call of the command under way; it counts no more."""
        self._turn += 1

    def leave(self) -> None:
        """Let the command under way end by itself: it is the last word, and nothing follows it."""
        self._task = None

    async def async_end(self) -> None:
        """Return when no call is under way any more: at once, or after a moment."""
        if self._task is not None:
            await _async_end(self._task)

    @property
    def _under_way(self) -> asyncio.Task[None] | None:
        return None if self._task is None or self._task.done() else self._task

    async def _async_run(
        self, before: asyncio.Task[None] | None, calls: tuple[Call, ...], turn: int
    ) -> None:
        if before is not None:
            await _async_end(before)
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                for domain, service, data in calls:
                    if turn != self._turn:
                        return
                    await self._hass.services.async_call(domain, service, data, blocking=True)
        except Exception as error:  # noqa: BLE001 - whatever another integration raises
            self._note_failure(calls, error)
        else:
            self._note_success(calls)

    def _note_failure(self, calls: tuple[Call, ...], error: Exception) -> None:
        self.failed += 1
        now_s = steady_now_s(self._hass)
        tell = not self._told and now_s - self._told_at_s >= TELL_AGAIN_S
        if tell:
            self._told, self._told_at_s = True, now_s
        _LOGGER.log(
            logging.WARNING if tell else logging.DEBUG,
            "%s did not take a command, it is repeated: %s",
            _targets(calls),
            str(error) or type(error).__name__,
        )

    def _note_success(self, calls: tuple[Call, ...]) -> None:
        self.failed = 0
        if self._told and calls:
            self._told = False
            _LOGGER.info("%s takes commands again", _targets(calls))


async def _async_end(task: asyncio.Task[None]) -> None:
    """Wait a moment for a task, then break it off; the same when the waiting itself is broken off."""
    try:
        await asyncio.wait((task,), timeout=RUN_OUT_S)
    finally:
        task.cancel()
    await asyncio.wait((task,), timeout=RUN_OUT_S)


def _targets(calls: tuple[Call, ...]) -> str:
    return ", ".join(data[ATTR_ENTITY_ID] for _domain, _service, data in calls)
