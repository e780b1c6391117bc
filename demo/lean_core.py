"""Home Assistant's own `victron_gx` on the same house, to see what reading a GX costs elsewhere.

Its library is not among what the tests need; `scripts/lean` puts the version that the integration asks
for into a folder of its own. It has a connection of its own, run by paho in a thread. Here its messages are handed out on the event loop, so
what the thread and its hand-over cost is missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import importlib
import json
from pathlib import Path
import sys
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from homeassistant import components
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.house_on_desk import PORTAL_ID

from .lean_stage import Stage, async_add
from .lean_wire import DeskPaho

LIBRARY: Final = "victron_mqtt"
MANIFEST: Final = Path(components.__file__).parent / "victron_gx" / "manifest.json"

TIMED: Final = ("hub", "metric", "formula_common")
"""Modules of the library that look at the clock; they must see the loop's."""


class CorePaho(DeskPaho):
    """The connection of the library."""

    def connect_async(self, *_address: Any) -> None:
        """Connect: the answer comes a moment later."""
        self.connect()

    def is_connected(self) -> bool:
        """Tell that messages can pass."""
        return True


def requirement() -> str:
    """Name the library with its version, as pip wants it."""
    (found,) = json.loads(MANIFEST.read_text())["requirements"]
    return str(found)


def find_library(folder: str) -> bool:
    """Make the library importable from `folder`; False where it is not."""
    if folder and folder not in sys.path:
        sys.path.append(folder)
    try:
        importlib.import_module(LIBRARY)
    except ImportError:
        return False
    return True


@contextmanager
def core_integration(stage: Stage) -> Iterator[None]:
    """Give the library its connection and its clock."""
    paho = CorePaho(stage.world.broker, stage.hass.loop.call_soon_threadsafe)
    stage.clients.append(paho)
    clock = SimpleNamespace(monotonic=stage.hass.loop.time)
    with patch(f"{LIBRARY}.hub.MQTTClient", return_value=paho):
        for name in TIMED:
            setattr(importlib.import_module(f"{LIBRARY}.{name}"), "time", clock)  # noqa: B010 - untyped modules
        yield


async def async_add_core(stage: Stage) -> None:
    """Set the core integration up while the house goes on."""
    entry = MockConfigEntry(
        domain="victron_gx",
        title="Core",
        unique_id=PORTAL_ID,
        data={"host": "desk", "port": 1883, "installation_id": PORTAL_ID},
    )
    setting_up = stage.hass.async_create_task(async_add(stage.hass, entry))
    while not setting_up.done():
        await stage.live(1)
    await setting_up
