"""The broker in memory: order, retained messages, wildcards, wills and outages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.broker import Message, SimBroker, Will, topic_matches


def broker_at(now_s: float = 5.0) -> SimBroker:
    return SimBroker(lambda: now_s)


def collector() -> tuple[list[Message], Callable[[Message], None]]:
    seen: list[Message] = []
    return seen, seen.append


@pytest.mark.parametrize(
    ("topic_filter", "topic", "matches"),
    [
        pytest.param("N/a/system/0/Serial", "N/a/system/0/Serial", True, id="literal"),
        pytest.param("N/+/system/0/Serial", "N/a/system/0/Serial", True, id="plus in the middle"),
        pytest.param("N/+", "N/a/system", False, id="plus is one level"),
        pytest.param("N/#", "N/a/system/0", True, id="hash covers the rest"),
        pytest.param("N/#", "N", True, id="hash covers its parent"),
        pytest.param("N/a/+", "N/a", False, id="plus needs a level"),
        pytest.param("#", "anything/at/all", True, id="hash alone"),
        pytest.param("+", "one", True, id="plus alone"),
        pytest.param("N/a", "N/A", False, id="case matters"),
        pytest.param("N/+/c", "N//c", True, id="an empty level is a level"),
        pytest.param("#", "$SYS/uptime", False, id="not the broker's own topics"),
        pytest.param("$SYS/#", "$SYS/uptime", True, id="unless asked for"),
    ],
)
def test_topic_filters(topic_filter: str, topic: str, *, matches: bool) -> None:
    assert topic_matches(topic_filter, topic) is matches


def test_delivers_in_order_only_when_run() -> None:
    broker = broker_at(now_s=7.0)
    seen, handler = collector()
    broker.client().subscribe("a/#", handler)
    sender = broker.client()
    sender.publish("a/1", "x")
    sender.publish("b/1", "y")
    sender.publish("a/2", b"z\xff")
    assert seen == []
    assert broker.run() == 2
    assert seen == [Message("a/1", "x", False, 7.0), Message("a/2", "z\ufffd", False, 7.0)]


def test_handlers_that_publish_are_not_reentered() -> None:
    broker = broker_at()
    client = broker.client()
    order: list[str] = []

    def answer(message: Message) -> None:
        order.append(f"begin {message.payload}")
        if message.payload == "1":
            client.publish("a", "2")
        order.append(f"end {message.payload}")

    client.subscribe("a", answer)
    client.publish("a", "1")
    broker.run()
    assert order == ["begin 1", "end 1", "begin 2", "end 2"]


def test_endless_answering_is_an_error() -> None:
    broker = broker_at()
    client = broker.client()
    client.subscribe("a", lambda _message: client.publish("a", "again"))
    client.publish("a", "first")
    with pytest.raises(RuntimeError, match="without end"):
        broker.run()


def test_retained_message_reaches_a_later_subscriber_marked() -> None:
    broker = broker_at()
    sender = broker.client()
    sender.publish("serial", "abc", retain=True)
    broker.run()
    seen, handler = collector()
    broker.client().subscribe("#", handler)
    broker.run()
    assert [(m.payload, m.retain) for m in seen] == [("abc", True)]
    sender.publish("serial", "", retain=True)
    broker.run()
    assert broker.retained == {}
    assert [(m.payload, m.retain) for m in seen[1:]] == [("", False)]


def test_live_delivery_of_a_retained_publish_is_not_marked() -> None:
    broker = broker_at()
    seen, handler = collector()
    client = broker.client()
    client.subscribe("serial", handler)
    client.publish("serial", "abc", retain=True)
    broker.run()
    assert [m.retain for m in seen] == [False]


def test_unsubscribe_stops_delivery_and_can_be_repeated() -> None:
    broker = broker_at()
    seen, handler = collector()
    client = broker.client()
    stop = client.subscribe("a", handler)
    stop()
    stop()
    client.publish("a", "x")
    broker.run()
    assert seen == []


def test_a_drop_publishes_the_will_and_a_goodbye_does_not() -> None:
    broker = broker_at()
    seen, handler = collector()
    broker.client().subscribe("#", handler)
    will = Will("status", "gone", retain=True)
    broker.client(will).disconnect()
    dropped = broker.client(will)
    dropped.drop()
    dropped.publish("status", "not heard")
    broker.run()
    assert [m.payload for m in seen] == ["gone"]
    assert broker.retained == {"status": "gone"}
    assert not dropped.connected


def test_a_client_that_returns_gets_retained_messages_again() -> None:
    broker = broker_at()
    seen, handler = collector()
    client = broker.client()
    client.subscribe("a/+", handler)
    client.drop()
    other = broker.client()
    other.publish("a/kept", "1", retain=True)
    other.publish("a/lost", "2")
    broker.run()
    assert seen == []
    client.reconnect()
    broker.run()
    assert [(m.topic, m.retain) for m in seen] == [("a/kept", True)]


@pytest.mark.parametrize("keep_retained", [True, False])
def test_outage_loses_what_is_on_its_way(*, keep_retained: bool) -> None:
    broker = broker_at()
    seen, handler = collector()
    client = broker.client()
    client.publish("kept", "1", retain=True)
    broker.run()
    client.subscribe("#", handler)
    client.publish("lost", "2")
    broker.stop(keep_retained=keep_retained)
    connected = [client.connected]
    client.publish("lost", "3")
    broker.run()
    broker.start()
    broker.run()
    connected.append(client.connected)
    assert connected == [False, True]
    assert [m.payload for m in seen] == (["1"] if keep_retained else [])


def test_log_records_what_was_accepted() -> None:
    broker = broker_at(now_s=9.0)
    broker.log = []
    broker.client().publish("a", "x", retain=True)
    assert broker.log == [Message("a", "x", True, 9.0)]
