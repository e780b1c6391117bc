"""The HTTP and websocket side of an emulated OpenEVSE gateway, beside its MQTT side.

The same claims, limits and settings are behind both. As in gateway firmware 5.1: a websocket gets
the whole status at its start and each event as one frame, and answers `{"ping":1}`; the manual
override is written whole (nothing merges, other than on MQTT) and its removal is an error when
there is none. Logins, schedules, certificates and updates are left out, and feeds of grid, sun or
car are echoed without effect.

Requests arrive in the web server's event loop, the charger lives in its runner's thread; `hand_over`
brings a piece of work there and its result back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from simulator.openevse_claims import (
    ClaimClient,
    ClaimPriority,
    GatewayCrashError,
    Properties,
    parse_object,
)
from simulator.openevse_topics import document_text
from simulator.openevse_values import Scalar, status_values

if TYPE_CHECKING:
    from simulator.openevse import OpenEvseEmulator

type Work = Callable[[], Reply]
type HandOver = Callable[[Work], Awaitable[Reply]]
type Handler = Callable[[Request], Reply]

CLAIM_PATH: Final = r"/claims/{client:\d+}"
PONG: Final = '{"pong":1}'
NOT_FOUND: Final = "Not found"
NOT_JSON: Final = "Could not parse JSON"


class Request:
    """What a handler needs of a request, read before it is handed over."""

    def __init__(self, body: str, fields: Mapping[str, str], client: int | None) -> None:
        """Keep the body, the fields of form and query, and the client number of the path."""
        self.body = body
        self.fields = fields
        self.client = client

    @property
    def claim_client(self) -> int:
        """The client number of a path that has one."""
        if self.client is None:
            raise ValueError("the path names no client")
        return self.client

    @classmethod
    async def read(cls, request: web.Request) -> Request:
        """Read it whole."""
        client = request.match_info.get("client")
        body = await request.text()
        # The firmware looks for form fields in any body, whatever it says it is.
        fields = {**request.query, **dict(parse_qsl(body))}
        return cls(body, fields, None if client is None else int(client))


class Reply:
    """An answer: JSON, or plain text where the firmware sends that."""

    def __init__(self, content: object, status: int = HTTPStatus.OK) -> None:
        """Answer with a text, or with anything else as JSON."""
        self.content = content
        self.status = status

    @classmethod
    def message(cls, text: str, status: int = HTTPStatus.OK) -> Reply:
        """Answer as the firmware confirms and refuses."""
        return cls({"msg": text}, status)

    def response(self) -> web.Response:
        """Return what goes over the wire."""
        if isinstance(self.content, str):
            return web.Response(text=self.content, status=self.status)
        text = document_text(self.content)
        return web.Response(text=text, status=self.status, content_type="application/json")


async def directly(work: Work) -> Reply:
    """Do the work here and now, where charger and server share a thread."""
    return work()


class Pages:
    """What each address does; called where the charger lives."""

    def __init__(self, charger: OpenEvseEmulator) -> None:
        """Answer for `charger`."""
        self._charger = charger
        self.routes: dict[tuple[str, str], Handler] = {
            ("GET", "/status"): self._status,
            ("POST", "/status"): self._feed,
            ("GET", "/config"): lambda _request: Reply(charger.config),
            ("POST", "/config"): self._configure,
            ("GET", "/override"): self._override,
            ("POST", "/override"): self._set_override,
            ("PATCH", "/override"): self._toggle_override,
            ("DELETE", "/override"): self._clear_override,
            ("GET", "/claims"): self._claims,
            ("GET", "/claims/target"): self._target,
            ("GET", CLAIM_PATH): self._claim,
            ("POST", CLAIM_PATH): self._set_claim,
            ("DELETE", CLAIM_PATH): self._release_claim,
            ("GET", "/limit"): self._limit,
            ("POST", "/limit"): self._set_limit,
            ("DELETE", "/limit"): self._clear_limit,
            ("POST", "/divertmode"): self._divert_mode,
            ("POST", "/shaper"): self._shaper,
            ("POST", "/restart"): self._restart,
            ("GET", "/r"): self._rapi,
            ("POST", "/r"): self._rapi,
        }

    def _status(self, _request: Request) -> Reply:
        return Reply(status_values(self._charger))

    @staticmethod
    def _feed(request: Request) -> Reply:
        fields = parse_object(request.body)
        if fields is None:
            return Reply.message(NOT_JSON, HTTPStatus.BAD_REQUEST)
        return Reply(fields)

    def _configure(self, request: Request) -> Reply:
        if parse_object(request.body) is None:
            return Reply.message(NOT_JSON, HTTPStatus.BAD_REQUEST)
        changed = self._charger.commands.configure(request.body)
        version = self._charger.versions["config"]
        return Reply({"config_version": version, "msg": "done" if changed else "no change"})

    # The manual override

    def _override(self, _request: Request) -> Reply:
        override = self._charger.override
        return Reply(override.properties.document() if override else {})

    def _set_override(self, request: Request) -> Reply:
        wish = Properties(auto_release=True)
        fields = parse_object(request.body)
        if fields is None:
            return Reply.message("Failed to parse JSON", HTTPStatus.BAD_REQUEST)
        wish.merge(fields)
        charger = self._charger
        if charger.claims.claim(ClaimClient.MANUAL, ClaimPriority.MANUAL, wish):
            charger.override_changed()
        if charger.override is None:
            return _failed("Failed to claim manual override")
        return Reply.message("Created", HTTPStatus.CREATED)

    def _toggle_override(self, _request: Request) -> Reply:
        self._charger.toggle_override()
        return Reply.message("Updated")

    def _clear_override(self, _request: Request) -> Reply:
        if not self._charger.claims.release(ClaimClient.MANUAL):
            return _failed("Failed to release manual override")
        self._charger.override_changed()
        return Reply.message("Deleted")

    # Claims

    def _claims(self, _request: Request) -> Reply:
        claims = [one for one in self._charger.claims.slots if one]
        return Reply(
            [
                {"client": one.client, "priority": one.priority, **one.properties.document()}
                for one in claims
            ]
        )

    def _target(self, _request: Request) -> Reply:
        charger = self._charger
        winners = charger.claims.winners()
        wishes = {key: one.properties.document()[key] for key, one in winners.items()}
        properties = {"state": charger.target.state} | wishes | {"auto_release": False}
        clients = {key: one.client for key, one in winners.items()}
        return Reply({"properties": properties, "claims": clients})

    def _claim(self, request: Request) -> Reply:
        claim = self._charger.claims.get(request.claim_client)
        if claim is None:
            return Reply.message(NOT_FOUND, HTTPStatus.NOT_FOUND)
        return Reply({"priority": claim.priority, **claim.properties.document()})

    def _set_claim(self, request: Request) -> Reply:
        wish = Properties()
        fields = parse_object(request.body)
        if fields is None:
            return Reply.message(NOT_JSON, HTTPStatus.BAD_REQUEST)
        wish.merge(fields)
        charger, client = self._charger, request.claim_client
        if charger.claims.claim(client, ClaimPriority.MQTT, wish):
            charger.claims_changed()
        if charger.claims.get(client) is None:
            return Reply.message("Could not make claim", HTTPStatus.BAD_REQUEST)
        return Reply.message("done")

    def _release_claim(self, request: Request) -> Reply:
        if not self._charger.claims.release(request.claim_client):
            return Reply.message(NOT_FOUND, HTTPStatus.NOT_FOUND)
        self._charger.claims_changed()
        return Reply.message("done")

    # Session limit, eco mode, shaper, restart, raw commands

    def _limit(self, _request: Request) -> Reply:
        limit = self._charger.limit
        return Reply(limit.document() if limit.active else {})

    def _set_limit(self, request: Request) -> Reply:
        if not self._charger.commands.limit(request.body):
            return Reply.message("failed to parse JSON", HTTPStatus.BAD_REQUEST)
        return Reply.message("done", HTTPStatus.CREATED)

    def _clear_limit(self, _request: Request) -> Reply:
        if not self._charger.limit.active:
            return Reply.message("no limit")
        self._charger.commands.limit("clear")
        return Reply.message("done")

    def _divert_mode(self, request: Request) -> Reply:
        self._charger.commands.divert_mode(request.fields.get("divertmode", ""))
        return Reply("Divert Mode changed")

    def _shaper(self, request: Request) -> Reply:
        self._charger.commands.shaper("1" if request.fields.get("shaper") == "1" else "0")
        return Reply("Current Shaper state changed")

    def _restart(self, request: Request) -> Reply:
        restarted = self._charger.commands.restart(request.body)
        if restarted is None:
            return Reply.message("unknown device", HTTPStatus.NOT_FOUND)
        return Reply.message(f"restart {restarted}")

    def _rapi(self, request: Request) -> Reply:
        text = request.fields.get("rapi", "")
        command, _, parameters = text.partition(" ")
        return Reply({"cmd": text, "ret": self._charger.commands.rapi(command, parameters)})


def _failed(text: str) -> Reply:
    return Reply.message(text, HTTPStatus.INTERNAL_SERVER_ERROR)


class OpenEvseHttp:
    """The web application of one charger; serve `app` wherever there is an event loop."""

    def __init__(self, charger: OpenEvseEmulator, hand_over: HandOver = directly) -> None:
        """Serve `charger`, which lives where `hand_over` brings the work."""
        self._charger = charger
        self._hand_over = hand_over
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sockets: dict[web.WebSocketResponse, web.Request] = {}
        self._sent: set[asyncio.Task[None]] = set()
        self.app = web.Application()
        for (method, path), handler in Pages(charger).routes.items():
            self.app.router.add_route(method, path, self._answer(handler))
        self.app.router.add_get("/ws", self._listen)
        self.app.on_startup.append(self._start)

    async def _start(self, _app: web.Application) -> None:
        self._loop = asyncio.get_running_loop()
        self._charger.voice.on_event = self._on_event
        self._charger.on_down = self._on_down

    # In the charger's thread

    def _on_event(self, values: Mapping[str, Scalar]) -> None:
        self._in_loop(self._send_all, document_text(values))

    def _on_down(self) -> None:
        self._in_loop(self._drop_all)

    def _in_loop[*Ts](self, function: Callable[[*Ts], None], *arguments: *Ts) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)

    def _work(self, handler: Handler, request: Request) -> Reply:
        try:
            return handler(request)
        except GatewayCrashError:
            self._charger.reboot()
            raise

    # In the event loop

    def _answer(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            if not self._charger.running:
                return _hang_up(request)
            read = await Request.read(request)
            try:
                reply = await self._hand_over(lambda: self._work(handler, read))
            except GatewayCrashError:
                return _hang_up(request)
            return reply.response()

        return answer

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        if not self._charger.running:
            return _hang_up(request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets[socket] = request
        try:
            status = await self._hand_over(lambda: Reply(status_values(self._charger)))
            # The firmware sends it to everybody who listens, not only to the newcomer.
            self._send_all(document_text(status.content))
            async for message in socket:
                if message.type is WSMsgType.TEXT and _is_ping(message.data):
                    await socket.send_str(PONG)
        finally:
            del self._sockets[socket]
        return socket

    def _send_all(self, text: str) -> None:
        for socket in self._sockets:
            task = asyncio.ensure_future(_send(socket, text))
            self._sent.add(task)
            task.add_done_callback(self._sent.discard)

    def _drop_all(self) -> None:
        for request in self._sockets.values():
            if request.transport is not None:
                request.transport.abort()


async def _send(socket: web.WebSocketResponse, text: str) -> None:
    try:
        await socket.send_str(text)
    except ConnectionError:
        return  # it has just left


def _is_ping(text: str) -> bool:
    ping: Any = (parse_object(text) or {}).get("ping")
    return isinstance(ping, int)


def _hang_up(request: web.Request) -> web.Response:
    """Behave like a gateway that is not there: cut the connection; the answer goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
