"""Serves the HTTP side of the house's chargers, each on a port of its own, beside the MQTT runner.

The web server has an event loop and a thread of its own; what a request does to a charger is put
into the runner's queue, like every message of the broker, so that the emulators need no locks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final

from aiohttp import web

from simulator.openevse_http import OpenEvseHttp, Reply, Work

if TYPE_CHECKING:
    from simulator.openevse import OpenEvseEmulator

LOOPBACK: Final = "127.0.0.1"
START_TIMEOUT_S: Final = 10.0
STOP_TIMEOUT_S: Final = 5.0
GOODBYE_S: Final = 0.5
"""How long open connections may take to end."""


class LiveHttp:
    """The web servers of some chargers."""

    def __init__(self, jobs: SimpleQueue[Callable[[], None]]) -> None:
        """Hand work over through `jobs`, which the chargers' runner works off."""
        self._jobs = jobs
        self._loop = asyncio.new_event_loop()
        self._runners: list[web.AppRunner] = []
        self._thread = Thread(target=self._loop.run_forever, name="http", daemon=True)

    def start(self, chargers: Iterable[OpenEvseEmulator], first_port: int) -> None:
        """Serve each charger, from `first_port` on; raises OSError when a port is taken."""
        self._thread.start()
        for number, charger in enumerate(chargers):
            serving = self._serve(charger, first_port + number)
            asyncio.run_coroutine_threadsafe(serving, self._loop).result(START_TIMEOUT_S)

    def close(self) -> None:
        """End all connections and the thread."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(STOP_TIMEOUT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_TIMEOUT_S)
        self._loop.close()

    async def _serve(self, charger: OpenEvseEmulator, port: int) -> None:
        face = OpenEvseHttp(charger, self._hand_over)
        runner = web.AppRunner(face.app, access_log=None, shutdown_timeout=GOODBYE_S)
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, LOOPBACK, port).start()

    async def _end(self) -> None:
        for runner in self._runners:
            await runner.cleanup()

    async def _hand_over(self, work: Work) -> Reply:
        done: Future[Reply] = Future()

        def job() -> None:
            try:
                done.set_result(work())
            except Exception as error:  # noqa: BLE001 - it belongs to who asked
                done.set_exception(error)

        self._jobs.put(job)
        return await asyncio.wrap_future(done)
