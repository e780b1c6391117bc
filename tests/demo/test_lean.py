"""The measuring stage: time that jumps, and a broker in paho's place."""

import asyncio
import time
from typing import Any

from demo.lean_loop import JumpingLoop
from demo.lean_wire import DeskPaho
from simulator.broker import SimBroker


def test_waiting_takes_no_time_while_hurrying() -> None:
    async def wait_an_hour() -> float:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, JumpingLoop)
        loop.hurry(on=True)
        started_s = loop.time()
        await asyncio.sleep(3600.0)
        loop.hurry(on=False)
        return loop.time() - started_s

    real_s = time.monotonic()
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        waited_s = runner.run(wait_an_hour())
    assert 3600.0 <= waited_s < 3610.0
    assert time.monotonic() - real_s < 5.0


def test_timers_fire_in_their_order_while_hurrying() -> None:
    async def wait() -> list[int]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, JumpingLoop)
        loop.hurry(on=True)
        fired: list[int] = []
        for delay_s in (30, 10, 20):
            loop.call_later(delay_s, fired.append, delay_s)
        await asyncio.sleep(60.0)
        return fired

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        assert runner.run(wait()) == [10, 20, 30]


class Received:
    """What Home Assistant would be told."""

    def __init__(self, paho: Any) -> None:
        self.messages: list[tuple[str, bytes, bool]] = []
        self.confirmed: list[str] = []
        paho.on_message = lambda _client, _data, message: self.messages.append(
            (message.topic, message.payload, message.retain)
        )
        paho.on_subscribe = lambda *_args: self.confirmed.append("subscribe")
        paho.on_publish = lambda *_args: self.confirmed.append("publish")


def connected() -> tuple[SimBroker, Any, Received]:
    broker = SimBroker(lambda: 0.0)
    paho: Any = DeskPaho(broker, lambda call: call())
    return broker, paho, Received(paho)


def test_a_subscription_brings_what_is_retained_and_what_follows_once() -> None:
    broker, paho, received = connected()
    other = broker.client()
    other.publish("a/kept", "1", retain=True)
    broker.run()
    paho.subscribe([("a/#", 0), ("a/+", 0)])
    other.publish("a/live", "2")
    other.publish("b/live", "3")
    broker.run()
    assert paho.hand_out() == 3
    assert ("a/live", b"2", False) in received.messages
    assert received.messages.count(("a/live", b"2", False)) == 1
    assert ("a/kept", b"1", True) in received.messages
    assert received.confirmed == ["subscribe"]


def test_after_unsubscribing_nothing_comes() -> None:
    broker, paho, received = connected()
    paho.subscribe("a/#")
    paho.unsubscribe(["a/#"])
    broker.client().publish("a/live", "2")
    broker.run()
    assert paho.hand_out() == 0
    assert received.messages == []


def test_what_is_published_reaches_the_broker() -> None:
    broker, paho, received = connected()
    broker.log = []
    info = paho.publish("a/set", "1", 0, False, None)
    assert (info.rc, received.confirmed) == (0, ["publish"])
    assert [(message.topic, message.payload) for message in broker.log] == [("a/set", "1")]
    assert paho.loop_misc() == 0
