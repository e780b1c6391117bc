"""Messages and time for Home Assistant, as the test package gives them, only without its mocks.

A test of a site lives through hundreds of seconds with a score of messages each; a mock for every
message and every timer takes longer than all that Home Assistant and we do with them.
"""

from datetime import datetime, timedelta
import time
from typing import Final
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import event
from homeassistant.util.async_ import get_scheduled_timer_handles
from paho.mqtt.client import MQTTMessage

CLOCK_RESOLUTION_S: Final = time.get_clock_info("monotonic").resolution
"""The event loop takes timers that are due within this for due."""


def deliver(hass: HomeAssistant, topic: str, payload: str, *, retain: bool = False) -> None:
    """Hand a message to Home Assistant's MQTT client, as paho does."""
    message = MQTTMessage(topic=topic.encode())
    message.payload = payload.encode()
    message.retain = retain
    message.timestamp = time.monotonic()
    hass.data["mqtt"].client._async_mqtt_on_message(None, None, message)


def matches(topic_filter: str, topic: str) -> bool:
    """Tell whether an MQTT filter covers a topic."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted, levels = wanted[:-1], levels[: len(wanted) - 1]
    return len(wanted) == len(levels) and all(
        want in ("+", level) for want, level in zip(wanted, levels, strict=True)
    )


def fire_due(hass: HomeAssistant, moment: datetime) -> None:
    """Fire every timer that is due at a moment, half a second of spreading included."""
    moment += timedelta(microseconds=event.RANDOM_MICROSECOND_MAX)
    timestamp = moment.timestamp()
    with (
        patch.object(event, "time_tracker_utcnow", lambda: moment),
        patch.object(event, "time_tracker_timestamp", lambda: timestamp),
    ):
        for handle in list(get_scheduled_timer_handles(hass.loop)):
            ahead_s = handle.when() - (hass.loop.time() + CLOCK_RESOLUTION_S)
            if not handle.cancelled() and timestamp - time.time() >= ahead_s:
                handle._run()
                handle.cancel()
