"""The one file of a site, which may be damaged when read and refused when written.

Nothing of that stops the steering. Home Assistant keeps a file that is no JSON aside by itself and raises
a repair; a file that is JSON but nothing we wrote is kept aside here in the same way. A write that fails
(no room, a read-only disk) is said once, tried again every minute, and said once more when it worked.
Until then what could not be written is what a reload reads, or it would undo what was chosen since.
"""

from collections.abc import Callable, Mapping
import logging
from pathlib import Path
import tempfile
from typing import Any, Final, override

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CoreState, Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

RETRY_S: Final = 60.0
"""A full disk is emptied by a person: looking more often gains nothing."""

PROBE_BYTES: Final = bytes(64 * 1024)
"""Several times the size of the file of a site with many chargers."""

type Data = dict[str, Any]

UNWRITTEN: Final[HassKey[dict[str, Data]]] = HassKey(f"{DOMAIN}_unwritten")
"""What could not be written last, by the keys of the files."""

WRITERS: Final[HassKey[dict[str, SiteFile]]] = HassKey(f"{DOMAIN}_writers")
"""Who writes, by the keys of the files: another life of the site does not write over the newest."""


class SiteFile(Store[Data]):
    """Home Assistant's store, made to survive its own file."""

    def __init__(self, hass: HomeAssistant, version: int, key: str, *, minor_version: int) -> None:
        super().__init__(hass, version, key, minor_version=minor_version)
        self._failing = False
        self._dump: Callable[[], Data] | None = None
        self._unwritten = hass.data.setdefault(UNWRITTEN, {})
        self._writers = hass.data.setdefault(WRITERS, {})

    async def async_read(self) -> Mapping[str, Any]:
        """Give what is stored, or was to be; nothing without a file or when it was kept aside as damaged.

        HomeAssistantError for one that the disk does not give, which may be another time, and of these
        UnsupportedStorageVersionError for one of a newer version: it is left alone, for it may be good.
        """
        if self.key in self._unwritten:
            return self._unwritten[self.key]
        try:
            data: object = await self.async_load()
        except AttributeError, KeyError, NotImplementedError, TypeError:
            # Store takes any JSON for an object with a version of the past or today, and data.
            data = ()
        except OSError as error:
            raise HomeAssistantError(f"{self.path} cannot be read: {error}") from error
        if data is None:
            return {}
        if not isinstance(data, Mapping):
            await self._async_keep_aside()
            return {}
        return data

    def save_soon(self, dump: Callable[[], Data], delay_s: float) -> None:
        """Write after a while; `dump` is asked for what to write only then."""
        self._dump = dump
        self._writers[self.key] = self
        self.async_delay_save(dump, delay_s)

    async def async_save_last(self, data: Data) -> None:
        """Write now, and should that fail once more as Home Assistant ends.

        Nothing is tried in between: another life of the site may write by then.
        """
        self._dump = None
        self._writers[self.key] = self
        await self.async_save(data)

    @override
    async def async_remove(self) -> None:
        """Delete the file, and forget what was to be written. OSError as of the disk."""
        self._unwritten.pop(self.key, None)
        await super().async_remove()

    @override
    async def _async_write_data(self, data: Data) -> None:
        """Write, and remember whether that worked.

        Called by Store for every write. While it fails a probe is written first, because Home Assistant
        logs every failure of its own with a traceback.
        """
        if "data_func" in data:
            data["data"] = data.pop("data_func")()
        self._unwritten[self.key] = data["data"]
        if self._failing and not await self.hass.async_add_executor_job(self._has_room):
            self._try_again()
            return
        try:
            await super()._async_write_data(data)
        except (OSError, WriteError) as error:
            self._failed(error)
        else:
            self._worked()

    def _failed(self, error: Exception) -> None:
        if not self._failing:
            _LOGGER.error(
                "Settings and counters cannot be written to %s: %s. Charging goes on; it is tried "
                "again every minute",
                self.path,
                error,
            )
        self._failing = True
        self._try_again()

    def _worked(self) -> None:
        if self._failing:
            _LOGGER.warning("Settings and counters are written again to %s", self.path)
        self._failing = False
        self._unwritten.pop(self.key, None)

    def _try_again(self) -> None:
        if self._dump is not None:
            self.async_delay_save(self._dump, RETRY_S)
        elif self.hass.state is not CoreState.final_write:
            self.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, self._async_end)

    async def _async_end(self, _event: Event) -> None:
        """Write what is left of a site that ended on a full disk, if nobody else writes for it."""
        last = self._dump is None and self._writers.get(self.key) is self
        if last and self.key in self._unwritten:
            await self.async_save(self._unwritten[self.key])

    def _has_room(self) -> bool:
        """Tell whether a file can be written beside ours and put in its place."""
        path = Path(self.path)
        if path.is_dir():
            return False
        try:
            with tempfile.TemporaryFile(dir=path.parent) as probe:
                probe.write(PROBE_BYTES)
        except OSError:
            return False
        return True

    async def _async_keep_aside(self) -> None:
        """Move the file out of the way of the next write."""
        kept = f"{self.path}.corrupt.{dt_util.utcnow().isoformat()}"
        try:
            await self.hass.async_add_executor_job(_move, Path(self.path), Path(kept))
        except OSError as error:
            raise HomeAssistantError(f"{self.path} cannot be kept aside: {error}") from error
        _LOGGER.error(
            "The stored settings and counters are nothing this integration wrote. They begin "
            "anew; the file is kept as %s",
            kept,
        )


def _move(path: Path, kept: Path) -> None:
    if path.exists():
        path.rename(kept)
