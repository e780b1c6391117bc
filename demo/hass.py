"""A small client of Home Assistant's REST and websocket interfaces, as its own page uses them."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from .ports import LOOPBACK
from .talk import DemoError

REQUEST_TIMEOUT_S: Final = 60.0
"""A step of a config flow may wait for messages of the devices."""
UNKNOWN_STATES: Final = frozenset({"unknown", "unavailable"})


class AwayError(DemoError):
    """Home Assistant does not answer."""


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what a lost connection raises into one error with words."""
    try:
        yield
    except (aiohttp.ClientError, aiohttp.WSMessageTypeError, TimeoutError) as error:
        raise AwayError(f"Home Assistant does not answer: {error!r}") from error


@dataclass(frozen=True, slots=True)
class State:
    """An entity's state with its attributes."""

    value: str
    attributes: Mapping[str, Any]

    @property
    def number(self) -> float | None:
        """The value as a number, None when it is none."""
        try:
            return float(self.value)
        except ValueError:
            return None


@dataclass(slots=True)
class HomeAssistant:
    """A session with one Home Assistant."""

    port: int
    token: str
    _session: aiohttp.ClientSession = field(init=False)
    _socket: aiohttp.ClientWebSocketResponse | None = field(init=False, default=None)
    _last_id: int = field(init=False, default=0)
    _lock: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://{LOOPBACK}:{self.port}"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.hang_up()
        await self._session.close()

    async def hang_up(self) -> None:
        """Close the websocket; the next command opens a new one."""
        if self._socket is not None:
            await self._socket.close()
        self._socket = None

    async def running(self) -> bool:
        """Whether it answers and has finished starting."""
        try:
            config = await self.get("/api/config")
        except AwayError:
            return False
        return bool(config["state"] == "RUNNING")

    async def get(self, path: str) -> Any:
        """Return the JSON of a GET request; raises DemoError for an error status."""
        with _answering():
            async with self._session.get(path) as response:
                return await self._json(path, response)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the JSON of a POST request; raises DemoError for an error status."""
        with _answering():
            async with self._session.post(path, json=body) as response:
                return await self._json(path, response)

    async def call(self, domain: str, service: str, **data: Any) -> None:
        """Call a service (an action)."""
        await self.post(f"/api/services/{domain}/{service}", data)

    async def state(self, entity_id: str) -> State | None:
        """Return an entity's state; None when it does not exist, is unknown or unavailable."""
        with _answering():
            async with self._session.get(f"/api/states/{entity_id}") as response:
                if response.status == HTTPStatus.NOT_FOUND:
                    return None
                found = await self._json(entity_id, response)
        if found["state"] in UNKNOWN_STATES:
            return None
        return State(found["state"], found["attributes"])

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a websocket command and return its result; raises DemoError when refused."""
        with _answering():
            async with self._lock:
                answer = await self._ask_again(kind, fields)
        if not answer["success"]:
            raise DemoError(f"Home Assistant refused {kind}: {answer['error']}")
        return answer["result"]

    async def _ask_again(self, kind: str, fields: Mapping[str, Any]) -> Any:
        """Ask; once more on a new websocket when the old one was closed for its silence."""
        if self._socket is None:
            return await self._ask(kind, fields)
        try:
            return await self._ask(kind, fields)
        except aiohttp.ClientError, aiohttp.WSMessageTypeError:
            await self.hang_up()
            return await self._ask(kind, fields)

    async def _ask(self, kind: str, fields: Mapping[str, Any]) -> Any:
        socket = self._socket = self._socket or await self._connect()
        self._last_id += 1
        await socket.send_json({"id": self._last_id, "type": kind, **fields})
        while (answer := await socket.receive_json()).get("id") != self._last_id:
            pass
        return answer

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        # A registry or a set of states may be longer than aiohttp's default limit.
        socket = await self._session.ws_connect("/api/websocket", max_msg_size=0)
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": self.token})
        answer = await socket.receive_json()
        if answer["type"] != "auth_ok":
            raise DemoError(f"Home Assistant refused the token: {answer}")
        return socket

    @staticmethod
    async def _json(what: str, response: aiohttp.ClientResponse) -> Any:
        if response.status >= HTTPStatus.BAD_REQUEST:
            text = await response.text()
            raise DemoError(f"Home Assistant answered {response.status} to {what}: {text}")
        return await response.json()
