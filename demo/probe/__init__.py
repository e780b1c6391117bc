"""Measures inside a running Home Assistant how late its event loop is and when ours decides.

Only `scripts/endure` loads it, as a custom integration beside the one under test; it is not shipped.
A timer is due every 20 ms on a fixed grid, and every due moment is measured, those that a long stall
made late included: a loop that stands still for a second counts fifty times, not once.
"""

import asyncio
from collections import deque
from pathlib import Path
from typing import Any, Final, Protocol

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.typing import ConfigType

DOMAIN: Final = "demo_probe"
WATCHED: Final = "victron_openevse"
PERIOD_S: Final = 0.02
"""Fine enough to meet the stalls that matter (50 ms), and 50 wake-ups a second cost nothing."""
LOOK_S: Final = 1.0
"""How often a reloaded integration is looked for."""
KEPT: Final = 200_000
"""Samples between two questions: over an hour of them."""
STATUS: Final = Path("/proc/self/status")
RESIDENT: Final = "VmRSS:"


class _Coordinator(Protocol):
    """What the watched integration keeps in its entry."""

    site: Any

    def async_add_listener(self, update_callback: Any) -> Any:
        """Call back after each decision."""


class Probe:
    """Collects until asked."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._loop: asyncio.AbstractEventLoop = hass.loop
        self._lags_s: deque[float] = deque(maxlen=KEPT)
        self._decided_at_s: deque[float] = deque(maxlen=KEPT)
        self._due_s = self._loop.time() + PERIOD_S
        self._watched: _Coordinator | None = None

    @callback
    def start(self) -> None:
        """Begin to measure, until the loop ends."""
        self._loop.call_at(self._due_s, self._measure)
        self._look()

    def take(self) -> dict[str, Any]:
        """Give what was collected since the last time, and begin anew. Lags in ms, times in s."""
        taken = {
            "now_s": round(self._loop.time(), 3),
            "lags_ms": [round(lag_s * 1000.0, 2) for lag_s in self._lags_s],
            "decided_at_s": [round(at_s, 3) for at_s in self._decided_at_s],
            "resident_kb": resident_kb(),
            "gx_messages": self._gx_messages(),
        }
        self._lags_s.clear()
        self._decided_at_s.clear()
        return taken

    @callback
    def _measure(self) -> None:
        now_s = self._loop.time()
        while self._due_s <= now_s:
            self._lags_s.append(now_s - self._due_s)
            self._due_s += PERIOD_S
        self._loop.call_at(self._due_s, self._measure)

    @callback
    def _look(self) -> None:
        """Listen to the integration's decisions, those of a new coordinator after a reload too."""
        for entry in self._hass.config_entries.async_loaded_entries(WATCHED):
            if entry.runtime_data is not self._watched:
                self._watched = entry.runtime_data
                entry.runtime_data.async_add_listener(self._decided)
        self._loop.call_later(LOOK_S, self._look)

    @callback
    def _decided(self) -> None:
        self._decided_at_s.append(self._loop.time())

    def _gx_messages(self) -> int | None:
        """Messages of the GX that the integration was handed so far."""
        if self._watched is None:
            return None
        counted = self._watched.site.diagnostics(self._loop.time()).get("messages")
        return counted if isinstance(counted, int) else None


def resident_kb() -> int:
    """Resident memory of this process in KiB, 0 where the system does not tell."""
    if not STATUS.exists():
        return 0
    lines = STATUS.read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(RESIDENT)), 0)


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Measure from the start on, and answer `demo_probe/take` on the websocket."""
    probe = Probe(hass)

    @websocket_command({"type": f"{DOMAIN}/take"})
    @callback
    def take(_hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
        connection.send_result(message["id"], probe.take())

    async_register_command(hass, take)
    probe.start()
    return True
