"""The adapters' messages over a connection of our own, to a broker on a real socket."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from unittest.mock import patch

import aiomqtt
from homeassistant.core import HomeAssistant
import pytest

from custom_components.victron_openevse import gx_link, gx_transport
from custom_components.victron_openevse.gx_address import (
    GxAddress,
    GxProblem,
)
from custom_components.victron_openevse.gx_transport import GxTransport
from custom_components.victron_openevse.transport import Message

from .gx_server import LOOPBACK, GxServer

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Connect = Callable[..., GxTransport]


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Wait shorter than for a real GX."""
    with (
        patch.object(gx_transport, "FIRST_PAUSE_S", 0.02),
        patch.object(gx_transport, "LONGEST_PAUSE_S", 0.05),
        patch.object(gx_link, "GOODBYE_S", 0.02),
    ):
        yield


@pytest.fixture
async def server() -> AsyncGenerator[GxServer]:
    """Start a broker without password and encryption."""
    server = GxServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def connect(hass: HomeAssistant) -> AsyncGenerator[Connect]:
    """Give a function that connects to a broker."""
    made: list[GxTransport] = []

    def connect(
        server: GxServer,
        username: str | None = None,
        password: str | None = None,
        problems: list[GxProblem] | None = None,
    ) -> GxTransport:
        address = GxAddress(LOOPBACK, server.port).with_login(username, password)
        refusals = [] if problems is None else problems
        transport = GxTransport(hass, address, refusals.append)
        made.append(transport)
        return transport

    yield connect
    for transport in made:
        await transport.async_close()


async def test_messages_arrive_with_time_and_retain_flag(
    server: GxServer, connect: Connect, hass: HomeAssistant
) -> None:
    server.publish("a/kept", "old", retain=True)
    transport = connect(server)
    got: list[Message] = []
    transport.subscribe("a/+", got.append)
    connected = [transport.connected]
    await transport.async_ready()
    connected.append(transport.connected)
    assert connected == [False, True]
    before_s = hass.loop.time()
    server.publish("a/live", "new")
    server.publish("b/other", "unasked")
    server.publish("a/last", "\u00e9")
    await server.until(lambda: len(got) == 3)
    assert [(item.topic, item.payload, item.retain) for item in got] == [
        ("a/kept", "old", True),
        ("a/live", "new", False),
        ("a/last", "\u00e9", False),
    ]
    assert before_s <= got[1].at_s <= hass.loop.time()


async def test_what_is_sent_waits_for_the_subscriptions(server: GxServer, connect: Connect) -> None:
    """An answer has to find us listening."""
    transport = connect(server)
    await transport.async_ready()
    transport.subscribe("answer", lambda _message: None)
    transport.publish("question", "1")
    transport.publish("question", "2")
    confirmed = transport.connected
    await transport.async_ready()
    assert (confirmed, server.filters) == (False, ["answer"])
    await server.until(lambda: len(server.sent) == 2)
    assert server.sent == [("question", "1"), ("question", "2")]


async def test_what_is_sent_while_away_is_lost(server: GxServer, connect: Connect) -> None:
    await server.stop()
    transport = connect(server)
    transport.publish("early", "1")
    await transport.async_ready()
    problems = [transport.problem]
    transport.publish("still", "2")
    await server.start()
    await server.until(lambda: transport.connected)
    problems.append(transport.problem)
    assert problems == [GxProblem.UNREACHABLE, None]
    transport.publish("now", "3")
    await server.until(lambda: bool(server.sent))
    assert server.sent == [("now", "3")]


async def test_what_is_under_way_is_sent_before_the_end(server: GxServer, connect: Connect) -> None:
    transport = connect(server)
    await transport.async_ready()
    for number in range(5):
        transport.publish("last", str(number))
    await transport.async_close()
    await server.until(lambda: server.links == 0)
    assert [payload for _topic, payload in server.sent] == ["0", "1", "2", "3", "4"]


async def test_a_flood_of_commands_keeps_the_newest(server: GxServer, connect: Connect) -> None:
    transport = connect(server)
    await transport.async_ready()
    for number in range(1000):
        transport.publish("many", str(number))
    await transport.async_close()
    await server.until(lambda: server.links == 0)
    assert [int(payload) for _topic, payload in server.sent] == list(range(1000 - 512, 1000))


async def test_overlapping_filters_deliver_once(server: GxServer, connect: Connect) -> None:
    """The simulator's broker sends a message once for each subscription, as some brokers do."""
    transport = connect(server)
    got: list[str] = []
    other: list[str] = []

    def take(message: Message) -> None:
        got.append(message.payload)

    stops = [transport.subscribe(one, take) for one in ("a/b", "a/+", "a/#", "a/b")]
    transport.subscribe("a/b", lambda message: other.append(message.payload))
    await transport.async_ready()
    assert server.filters == ["a/#"]
    server.publish("a/b", "1")
    await server.until(lambda: bool(other))
    assert (got, other) == (["1"], ["1"])
    stops[2]()
    await transport.async_ready()
    assert (server.filters, server.dropped) == (["a/#", "a/+"], ["a/#"])
    server.publish("a/b", "2")
    await server.until(lambda: len(other) == 2)
    assert (got, other) == (["1", "2"], ["1", "2"])
    for stop in stops:
        stop()
        stop()
    await transport.async_ready()
    server.publish("a/b", "3")
    await server.until(lambda: len(other) == 3)
    assert got == ["1", "2"]


async def test_who_subscribes_late_hears_what_is_retained(
    server: GxServer, connect: Connect
) -> None:
    server.publish("a/b", "kept", retain=True)
    transport = connect(server)
    transport.subscribe("a/#", lambda _message: None)
    await transport.async_ready()
    got: list[Message] = []
    transport.subscribe("a/b", got.append)
    await transport.async_ready()
    await server.until(lambda: bool(got))
    assert [(item.payload, item.retain) for item in got] == [("kept", True)]


async def test_a_lost_connection_is_made_again(server: GxServer, connect: Connect) -> None:
    transport = connect(server)
    got: list[str] = []
    transport.subscribe("a", lambda message: got.append(message.payload))
    await transport.async_ready()
    for number in range(3):
        server.cut()
        await server.until(lambda: not transport.connected)
        transport.publish("lost", "1")
        await server.until(lambda: transport.connected)
        server.publish("a", str(number))
        await server.until(lambda: got[-1:] == [str(number)])  # noqa: B023 - awaited at once
    assert got == ["0", "1", "2"]
    assert server.filters == ["a"] * 4
    assert server.sent == []


async def test_a_gx_that_is_away_is_waited_for(server: GxServer, connect: Connect) -> None:
    """With pauses that grow and are never quite the same."""
    await server.stop()
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def note(pause_s: float) -> None:
        if pause_s != 1:  # aiomqtt's own rhythm
            pauses.append(pause_s)
        await sleep(0)

    with (
        patch("asyncio.sleep", note),
        patch.object(gx_transport, "FIRST_PAUSE_S", 1.0),
        patch.object(gx_transport, "LONGEST_PAUSE_S", 30.0),
    ):
        transport = connect(server)
        await server.until(lambda: len(pauses) >= 9)
    assert all(pause_s <= 30.0 for pause_s in pauses)
    assert pauses[8] >= 15.0
    assert len(set(pauses)) == len(pauses)
    assert not transport.connected


@pytest.mark.parametrize(
    ("address", "problem", "failures"),
    [
        pytest.param(
            GxAddress(LOOPBACK, 1, "damaged"), GxProblem.CERTIFICATE, 0, id="stored certificate"
        ),
        pytest.param(GxAddress(LOOPBACK, 1), GxProblem.UNREACHABLE, 1, id="whatever else"),
    ],
)
async def test_nothing_ends_the_attempts(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    address: GxAddress,
    problem: GxProblem,
    failures: int,
) -> None:
    attempts = 0
    enough = asyncio.Event()
    link = gx_link.gx_link

    def fail(at: GxAddress) -> AbstractAsyncContextManager[aiomqtt.Client]:
        nonlocal attempts
        attempts += 1
        if attempts == 3:
            enough.set()
        if failures:
            raise RuntimeError
        return link(at)

    with patch.object(gx_transport, "gx_link", fail):
        transport = GxTransport(hass, address)
        async with asyncio.timeout(5):
            await enough.wait()
        assert transport.problem is problem
        await transport.async_close()
    assert caplog.text.count("failed and is tried again") == failures


async def test_a_gx_that_says_nothing_is_left_alone(
    server: GxServer, connect: Connect, hass: HomeAssistant
) -> None:
    """An attempt without an answer leaves no reader and no task behind."""
    server.silent = True
    before = len(asyncio.all_tasks())
    with patch.object(gx_link, "ANSWER_S", 0.05):
        transport = connect(server)
        await transport.async_ready()
        assert transport.problem is GxProblem.UNREACHABLE
        await transport.async_close()
    await server.until(lambda: server.links == 0)
    assert len(asyncio.all_tasks()) == before


async def test_a_gx_that_hesitates_is_not_waited_for(server: GxServer, connect: Connect) -> None:
    server.silent = True
    with patch.object(gx_link, "ANSWER_S", 0.3), patch.object(gx_transport, "READY_S", 0.02):
        transport = connect(server)
        await transport.async_ready()
        assert transport.problem is None
        await transport.async_close()


async def test_after_a_good_connection_the_pause_is_short_again(
    server: GxServer, connect: Connect
) -> None:
    pauses: list[float] = []

    def note(pause_s: float, _whole: float) -> float:
        pauses.append(pause_s)
        return 1.0

    with (
        patch.object(gx_transport, "STEADY_S", 0.0),
        patch.object(gx_transport, "LONGEST_PAUSE_S", 9.0),
        patch("random.uniform", note),
    ):
        transport = connect(server)
        for _ in range(9):  # the pauses would come to 10 s
            await server.until(lambda: transport.connected)
            server.cut()
            await server.until(lambda: not transport.connected)
    assert len(pauses) == 9


async def test_topics_without_end_are_forgotten(server: GxServer, connect: Connect) -> None:
    with patch.object(gx_transport, "TOPICS_REMEMBERED", 3):
        transport = connect(server)
        got: list[str] = []
        transport.subscribe("a/#", lambda message: got.append(message.topic))
        await transport.async_ready()
        topics = [f"a/{number}" for number in (*range(10), *range(10))]
        for topic in topics:
            server.publish(topic, "x")
        await server.until(lambda: len(got) == len(topics))
        assert got == topics
        assert len(transport._wanted_by) <= 3


async def test_a_message_too_long_is_ignored(server: GxServer, connect: Connect) -> None:
    transport = connect(server)
    got: list[int] = []
    transport.subscribe("a", lambda message: got.append(len(message.payload)))
    await transport.async_ready()
    for length in (64 * 1024, 64 * 1024 + 1, 1):
        server.publish("a", "x" * length)
    await server.until(lambda: got[-1:] == [1])
    assert got == [64 * 1024, 1]


async def test_a_handler_that_fails_fails_alone(
    server: GxServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_message: Message) -> None:
        raise ValueError("absurd")

    transport = connect(server)
    got: list[str] = []
    transport.subscribe("a", fail)
    transport.subscribe("a", lambda message: got.append(message.payload))
    await transport.async_ready()
    server.publish("a", "1")
    await server.until(lambda: bool(got))
    server.publish("a", "2")
    await server.until(lambda: len(got) == 2)
    assert caplog.text.count("could not be handled") == 2
    assert len(server.logins) == 1


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("connected", id="while connected"),
        pytest.param("at once", id="before anything happened"),
        pytest.param("connecting", id="while connecting"),
        pytest.param("away", id="while the GX is away"),
    ],
)
async def test_twenty_times_up_and_down_leaves_nothing(
    server: GxServer, hass: HomeAssistant, moment: str
) -> None:
    if moment == "away":
        await server.stop()
    tasks = len(asyncio.all_tasks())
    for _ in range(20):
        transport = GxTransport(hass, GxAddress(LOOPBACK, server.port))
        transport.subscribe("a/+", lambda _message: None)
        if moment == "connecting":
            await asyncio.sleep(0)
        elif moment != "at once":
            await transport.async_ready()
        await transport.async_close()
        assert not transport.connected
    await server.until(lambda: server.links == 0)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == tasks
    assert hass.loop._selector.get_map() is not None  # type: ignore[attr-defined] # asyncio's own
    assert readers(hass) == 1 + (moment != "away")


def readers(hass: HomeAssistant) -> int:
    """Count what the event loop listens to: itself and the broker's port, if open."""
    return len(hass.loop._selector.get_map())  # type: ignore[attr-defined] # asyncio's own
