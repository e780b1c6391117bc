"""The house on a desk in real time, on a real MQTT broker.

One connection for the GX, one for each charger with its own last will, one for the observer's
topics. Everything happens in one thread: between two steps it works off what arrived, so a command
is answered at once and not at the next second. Steps are paced by the monotonic clock from the
start, so they do not drift; after a long stall (a suspended laptop) the pace starts anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import json
import logging
from queue import Empty, SimpleQueue
import signal
import time
from typing import Any, Final

from simulator.broker import Will
from simulator.control_topics import COMMAND_TOPIC, ERROR_TOPIC, STATE_TOPIC, obey, state_document
from simulator.desk_commands import CommandError
from simulator.house_on_desk import World
from simulator.live_client import LiveClient, Protocol
from simulator.live_http import LiveHttp
from simulator.scenario import Scenario

_LOGGER = logging.getLogger(__name__)

LONGEST_LAG_S: Final = 5.0
"""A house that is later than this does not race to catch up."""
OBSERVER_ID: Final = "house-on-desk"


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How to run: where the broker is, which house, how fast."""

    scenario: Scenario
    host: str = "127.0.0.1"
    port: int = 1883
    start_s: int | None = None
    """Second of the house's day to begin with; None is the scenario's own."""
    speed: float = 1.0
    """House seconds per second; the protocols' timers only fit at 1."""
    protocol: Protocol = 5
    charger_protocol: Protocol = 5
    chargers: int = 1
    http_port: int | None = None
    """Port of the first charger's HTTP side, the others' follow; None serves none."""


class LiveHouse:
    """A world, its connections and its clock."""

    def __init__(self, options: LiveOptions) -> None:
        """Set up without connecting."""
        self._options = options
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._clients: list[LiveClient] = []
        self._stopped = False
        self._observer = self._connect(OBSERVER_ID, None)
        self.world = World(
            options.scenario,
            self._connect,
            start_s=options.start_s,
            started_at_s=float(int(time.time())),
            chargers=options.chargers,
        )
        self._observer.subscribe(COMMAND_TOPIC, self._on_command)

    def _connect(self, client_id: str, will: Will | None) -> LiveClient:
        options = self._options
        # Only chargers have a last will.
        protocol = options.protocol if will is None else options.charger_protocol
        client = LiveClient(
            (options.host, options.port), client_id, will, self._jobs, protocol=protocol
        )
        self._clients.append(client)
        return client

    def run(self) -> None:
        """Live until SIGTERM or SIGINT, then leave politely."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for client in self._clients:
            client.reconnect()
        with self._http():
            try:
                self._live()
            finally:
                for client in self._clients:
                    client.close()

    @contextmanager
    def _http(self) -> Iterator[None]:
        """Serve the chargers' HTTP side, if wanted."""
        port = self._options.http_port
        if port is None:
            yield
            return
        server = LiveHttp(self._jobs)
        server.start(self.world.chargers.values(), port)
        try:
            yield
        finally:
            server.close()

    def _live(self) -> None:
        step_s = 1.0 / self._options.speed
        due_s = time.monotonic()
        while not self._stopped:
            due_s = max(due_s + step_s, time.monotonic() - LONGEST_LAG_S)
            self._work_until(due_s)
            if not self._stopped:
                self._step()

    def _work_until(self, due_s: float) -> None:
        """Work off what arrives until the next step is due."""
        while not self._stopped and (left_s := due_s - time.monotonic()) > 0:
            try:
                job = self._jobs.get(timeout=left_s)
            except Empty:
                return
            job()

    def _step(self) -> None:
        self.world.step()
        for client in self._clients:
            client.settle()
        self._observer.publish(STATE_TOPIC, json.dumps(state_document(self.world)))

    def _on_command(self, message: Any) -> None:
        try:
            obey(self.world, message.payload)
        except CommandError as error:
            _LOGGER.warning("command %s: %s", message.payload, error)
            self._observer.publish(ERROR_TOPIC, str(error))

    def _on_signal(self, *_: object) -> None:
        self._jobs.put(self._stop)  # the only thing that may be done inside a signal handler

    def _stop(self) -> None:
        self._stopped = True
