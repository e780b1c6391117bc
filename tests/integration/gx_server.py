"""A GX's broker on a socket: the simulator's broker behind MQTT 3.1.1, with password and TLS.

It speaks as much MQTT as a GX and this integration use, and it can refuse, hesitate, fall silent and
go away. Messages of other devices are put in by `publish`, those from the network are in `sent`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
import datetime as dt
import json
from pathlib import Path
import socket
import ssl
import struct
from typing import Any, Final, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from homeassistant.core import HomeAssistant

from simulator.broker import Message, SimBroker, SimClient

from .conftest import ANNOUNCE, BASE, CONFIG, PORTAL, SERIAL, Broker, Charger

LOOPBACK: Final = "127.0.0.1"

CONNECT, CONNACK, PUBLISH, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x30, 0x80, 0x90
UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 0xA0, 0xB0, 0xC0, 0xD0, 0xE0
HAS_USERNAME, HAS_PASSWORD, RETAIN = 0x80, 0x40, 0x01
ACCEPTED, NOT_AUTHORISED = 0, 5


def certificate(folder: Path, name: str, *, expired: bool = False) -> Path:
    """Make a certificate as a GX does: signed by itself, for no address. Returns key and it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "venus")])
    now = dt.datetime.now(dt.UTC)
    until = now - dt.timedelta(days=1) if expired else now + dt.timedelta(days=3650)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=10))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@dataclass
class GxServer:
    """The broker. `await start()`, then it listens on `port`."""

    pem: Path | None = None
    """Key and certificate; None = no encryption."""
    password: str | None = None
    """What who connects has to know; None = nothing."""
    silent: bool = False
    """Whether it accepts connections and then says nothing at all."""
    port: int = 0
    logins: list[tuple[str | None, str | None]] = field(default_factory=list)
    """User name and password of each attempt."""
    sent: list[tuple[str, str]] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    """Every filter asked for, in order."""
    dropped: list[str] = field(default_factory=list)
    """Every filter taken back, in order."""
    welcomes: list[Callable[[str], None]] = field(default_factory=list)
    """Called with each filter once it is confirmed."""

    def __post_init__(self) -> None:
        self.broker = SimBroker(lambda: 0.0)
        self._others = self.broker.client()
        self._listener: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._links: set[asyncio.StreamWriter] = set()
        self._arrived = asyncio.Event()

    async def start(self) -> None:
        """Listen, on the port of the last time."""
        self._listener = socket.create_server((LOOPBACK, self.port))
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._begin(self._accept(self._listener))

    async def stop(self) -> None:
        """Go away without a word."""
        if self._listener is None:
            return
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        self._listener.close()
        self._listener = None

    def cut(self) -> None:
        """Lose every connection."""
        for writer in self._links:
            writer.transport.abort()

    @property
    def links(self) -> int:
        """Number of connections."""
        return len(self._links)

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Let another device speak."""
        self._others.publish(topic, payload, retain=retain)
        self.broker.run()

    def listen(self, topic_filter: str, handler: Callable[[Message], None]) -> None:
        """Let another device listen."""
        self._others.subscribe(topic_filter, handler)

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until what came over the network is as wanted."""
        async with asyncio.timeout(5):
            while not done():
                self._arrived.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.01):
                        await self._arrived.wait()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listener: socket.socket) -> None:
        """Not asyncio's server, which reports a client's mistrust as an error of ours."""
        while True:
            link, _ = await asyncio.get_running_loop().sock_accept(listener)
            self._begin(self._serve(link))

    async def _serve(self, link: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        context = None
        if self.pem is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.pem)
        try:
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, link, ssl=context)
        except OSError:
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        await self._talk(reader, writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._links.add(writer)
        client = self.broker.client()
        try:
            await _Session(self, reader, writer, client).run()
        except asyncio.IncompleteReadError, OSError:
            pass
        finally:
            client.disconnect()
            self._links.discard(writer)
            writer.transport.abort()
            self._arrived.set()

    def arrived(self) -> None:
        """Wake who waits."""
        self._arrived.set()


@dataclass
class _Session:
    """One client's connection."""

    server: GxServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    client: SimClient
    subscriptions: dict[str, Callable[[], None]] = field(default_factory=dict)

    async def run(self) -> None:
        while True:
            kind, body = await self._packet()
            if self.server.silent:
                continue
            if kind & 0xF0 == DISCONNECT or not self._answer(kind, body):
                await self.writer.drain()
                return
            self.server.broker.run()
            self.server.arrived()

    async def _packet(self) -> tuple[int, bytes]:
        (kind,) = await self.reader.readexactly(1)
        length = shift = 0
        while True:
            (digit,) = await self.reader.readexactly(1)
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                return kind, await self.reader.readexactly(length)

    def _send(self, kind: int, body: bytes) -> None:
        length, left = b"", len(body)
        while True:
            left, digit = divmod(left, 128)
            length += bytes([digit | (0x80 if left else 0)])
            if not left:
                break
        self.writer.write(bytes([kind]) + length + body)

    def _answer(self, kind: int, body: bytes) -> bool:
        """Answer a packet; False = hang up."""
        match kind & 0xF0:
            case 0x10:
                return self._login(body)
            case 0x30:
                self._published(body)
            case 0x80:
                self._subscribe(body)
            case 0xA0:
                self._unsubscribe(body)
            case 0xC0:
                self._send(PINGRESP, b"")
            case _:
                return False
        return True

    def _login(self, body: bytes) -> bool:
        if not body.startswith(b"\0\4MQTT"):
            return False
        flags = body[7]
        _client_id, rest = _text(body[10:])
        username = password = None
        if flags & HAS_USERNAME:
            username, rest = _text(rest)
        if flags & HAS_PASSWORD:
            password, rest = _text(rest)
        self.server.logins.append((username, password))
        welcome = self.server.password in (None, password)
        self._send(CONNACK, bytes([0, ACCEPTED if welcome else NOT_AUTHORISED]))
        return welcome

    def _published(self, body: bytes) -> None:
        topic, payload = _text(body)
        self.server.sent.append((topic, payload.decode()))
        self.client.publish(topic, payload)

    def _subscribe(self, body: bytes) -> None:
        rest, asked = body[2:], list[str]()
        while rest:
            topic_filter, rest = _text(rest)
            rest = rest[1:]
            asked.append(topic_filter)
            if (stop := self.subscriptions.pop(topic_filter, None)) is not None:
                stop()
            self.subscriptions[topic_filter] = self.client.subscribe(topic_filter, self._deliver)
        self._send(SUBACK, body[:2] + bytes(len(asked)))
        self.server.filters += asked
        for welcome in self.server.welcomes:
            for topic_filter in asked:
                welcome(topic_filter)

    def _unsubscribe(self, body: bytes) -> None:
        rest = body[2:]
        while rest:
            topic_filter, rest = _text(rest)
            self.server.dropped.append(topic_filter)
            self.subscriptions.pop(topic_filter)()
        self._send(UNSUBACK, body[:2])

    def _deliver(self, message: Message) -> None:
        topic = message.topic.encode()
        head = struct.pack("!H", len(topic)) + topic
        kind = PUBLISH | (RETAIN if message.retain else 0)
        self._send(kind, head + message.payload.encode())


def _text(data: bytes) -> tuple[str, bytes]:
    (length,) = struct.unpack("!H", data[:2])
    return data[2 : 2 + length].decode(), data[2 + length :]


@dataclass
class SocketGx:
    """A GX behind the broker: answers a full keepalive with everything it knows."""

    server: GxServer
    portal_id: str = PORTAL
    values: dict[str, Any] = field(
        default_factory=lambda: {
            "system/0/Ac/Grid/L1/Power": -1500.0,
            "system/0/Ac/Grid/NumberOfPhases": 1,
            "system/0/Dc/Battery/Power": 1000.0,
            "system/0/Dc/Battery/Soc": 80.0,
            "system/0/Dc/Pv/Power": 3000.0,
            "platform/0/ProductName": "Cerbo GX",
            "platform/0/Firmware/Installed/Version": "v3.72",
        }
    )

    def __post_init__(self) -> None:
        serial = json.dumps({"value": self.portal_id})
        self.server.publish(f"N/{self.portal_id}/system/0/Serial", serial, retain=True)
        self.server.listen(f"R/{self.portal_id}/keepalive", self._on_keepalive)

    def _on_keepalive(self, message: Message) -> None:
        if not message.payload:
            for path, value in {**self.values, "full_publish_completed": 1}.items():
                topic = f"N/{self.portal_id}/{path}"
                self.server.broker.accept(topic, json.dumps({"value": value}), retain=False)


def socket_charger(server: GxServer) -> None:
    """Connect a charger that obeys, and tells everything to who begins to listen."""
    words = {"state": "connected", "id": SERIAL, "name": BASE, "mqtt": BASE, "http": "http://c/"}
    server.publish(ANNOUNCE, json.dumps(words), retain=True)
    server.publish(f"{BASE}/config", json.dumps(CONFIG), retain=True)
    said = Charger(Broker(cast(HomeAssistant, None))).values

    def dump(topic_filter: str) -> None:
        if topic_filter == f"{BASE}/+":
            for key, value in said.items():
                server.broker.accept(f"{BASE}/{key}", value, retain=False)

    def obey(message: Message) -> None:
        claim = {"state": "null"} if message.payload == "release" else json.loads(message.payload)
        held = {key: value for key, value in claim.items() if value != "clear"}
        server.broker.accept(f"{BASE}/claim", json.dumps(held), retain=True)

    server.welcomes.append(dump)
    server.listen(f"{BASE}/claim/set", obey)
