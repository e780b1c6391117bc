"""The web servers of a live house: one port per charger, the work done in the runner's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
import socket
from threading import Event, Thread, get_ident
from typing import Any

from aiohttp import ClientSession
import pytest

from simulator.live_http import LiveHttp
from tests.simulator.openevse_bench import Bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

POLL_S = 0.05
PATIENCE_S = 5.0


class Runner:
    """Works off jobs in a thread of its own, as a live house does between its steps."""

    def __init__(self) -> None:
        self.jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.stopped = Event()
        self.thread = Thread(target=self._work)
        self.thread.start()

    def _work(self) -> None:
        while not self.stopped.is_set():
            try:
                self.jobs.get(timeout=POLL_S)()
            except Empty:
                continue

    def stop(self) -> None:
        self.stopped.set()
        self.thread.join()


@pytest.fixture
def runner() -> Iterator[Runner]:
    one = Runner()
    yield one
    one.stop()


@pytest.fixture
def port(socket_enabled: None) -> int:
    """Return the first of two free ports, as far as one can know."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return found if found < 65_000 else found - 1000


async def _ask(method: str, url: str, body: Any = None) -> Any:
    async with (
        asyncio.timeout(PATIENCE_S),
        ClientSession() as session,
        session.request(method, url, json=body) as response,
    ):
        return await response.json()


async def test_each_charger_has_a_port_and_the_runner_does_the_work(
    runner: Runner, port: int
) -> None:
    first, second = Bench(), Bench()
    threads: set[int] = set()
    server = LiveHttp(runner.jobs)
    server.start([first.charger, second.charger], port)
    first.charger.voice.on_event = lambda _values: threads.add(get_ident())
    try:
        body = {"charge_current": 11}
        reply = await _ask("POST", f"http://127.0.0.1:{port}/override", body)
        other = await _ask("GET", f"http://127.0.0.1:{port + 1}/override")
    finally:
        server.close()
    assert reply == {"msg": "Created"}
    assert other == {}
    assert first.charger.pilot_a == 11
    assert threads == {runner.thread.ident}


async def test_a_taken_port_is_an_error(runner: Runner, port: int) -> None:
    server = LiveHttp(runner.jobs)
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(OSError, match="address already in use"):
            server.start([Bench().charger], port)
        server.close()
