"""The adapters' messages over Home Assistant's broker."""

from typing import Any
from unittest.mock import MagicMock, patch

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_send
import pytest
from pytest_homeassistant_custom_component.common import async_fire_mqtt_message

from custom_components.victron_openevse.mqtt_transport import HomeAssistantTransport
from custom_components.victron_openevse.transport import Message

from .conftest import Broker, Clock


async def test_messages_arrive_with_time_and_retain_flag(
    hass: HomeAssistant, broker: Broker, clock: Clock
) -> None:
    broker.retained["a/kept"] = "old"
    transport = HomeAssistantTransport(hass)
    got: list[Message] = []
    transport.subscribe("a/+", got.append)
    await transport.async_ready()
    await hass.async_block_till_done()
    clock.now_s = 1234.5
    broker.publish("a/live", "new")
    async_fire_mqtt_message(hass, "a/bytes", b"\xff!")
    assert [(item.topic, item.payload, item.retain) for item in got] == [
        ("a/kept", "old", True),
        ("a/live", "new", False),
        ("a/bytes", "\ufffd!", False),
    ]
    assert got[-1].at_s == 1234.5
    await transport.async_close()


async def test_what_is_sent_waits_for_the_subscriptions(
    hass: HomeAssistant, broker: Broker
) -> None:
    transport = HomeAssistantTransport(hass)
    transport.subscribe("a/b", lambda _message: None)
    transport.publish("c", "1")
    transport.publish("c", "2")
    assert not transport.connected
    await hass.async_block_till_done()
    assert "a/b" not in broker.filters
    assert broker.sent == []
    await transport.async_ready()
    await hass.async_block_till_done()
    assert "a/b" in broker.filters
    assert broker.sent == [("c", "1"), ("c", "2")]
    await transport.async_close()


async def test_a_broker_that_confirms_nothing_is_talked_to_anyway(
    hass: HomeAssistant, broker: Broker
) -> None:
    with patch("custom_components.victron_openevse.mqtt_transport.CONFIRM_TIMEOUT_S", 0.01):
        transport = HomeAssistantTransport(hass)
        with patch.object(mqtt, "async_on_subscribe_done", return_value=lambda: None):
            transport.subscribe("a/b", lambda _message: None)
            transport.publish("c", "1")
            await transport.async_ready()
    await hass.async_block_till_done()
    assert transport.connected
    assert broker.sent == [("c", "1")]
    await transport.async_close()


async def test_nothing_arrives_after_unsubscribing(hass: HomeAssistant, broker: Broker) -> None:
    transport = HomeAssistantTransport(hass)
    got: list[Message] = []
    first = transport.subscribe("a", got.append)
    second = transport.subscribe("a", got.append)
    await transport.async_ready()
    first()
    broker.publish("a", "1")
    assert len(got) == 1
    second()
    broker.publish("a", "2")
    assert len(got) == 1
    await transport.async_close()


async def test_a_lost_connection_loses_what_waits(
    hass: HomeAssistant, broker: Broker, mqtt_mock: MagicMock
) -> None:
    transport = HomeAssistantTransport(hass)
    transport.subscribe("a", lambda _message: None)
    transport.publish("c", "1")
    mqtt_mock.connected = False
    async_dispatcher_send(hass, mqtt.MQTT_CONNECTION_STATE, False)
    assert not transport.connected
    await transport.async_ready()  # does not wait for a broker that is away
    mqtt_mock.connected = True
    async_dispatcher_send(hass, mqtt.MQTT_CONNECTION_STATE, True)
    await transport.async_close()
    assert broker.sent == []


async def test_a_refused_publish_is_no_error(
    hass: HomeAssistant, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(*_args: Any) -> None:
        raise HomeAssistantError("no connection")

    transport = HomeAssistantTransport(hass)
    with patch.object(mqtt, "async_publish", side_effect=refuse):
        transport.publish("c", "1")
        await transport.async_close()
    assert [item for item in caplog.records if item.levelname in ("WARNING", "ERROR")] == []


async def test_without_mqtt_it_is_not_connected(hass: HomeAssistant) -> None:
    transport = HomeAssistantTransport(hass)
    assert not transport.connected
    await transport.async_close()
