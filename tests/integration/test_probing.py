"""What has to be heard of a charger before it is set up."""

import asyncio
from collections.abc import Callable
import json

from homeassistant.core import HomeAssistant
import pytest

from custom_components.victron_openevse.probing import ChargerCheck, async_check_charger

from .conftest import ANNOUNCE, BASE, CONFIG, Broker, Charger
from .test_config_flow import _impatient

__all__ = ["_impatient"]


def announce_live(broker: Broker) -> None:
    """Announce the connection of the network module."""
    broker.publish(ANNOUNCE, broker.retained[ANNOUNCE])


def speak_without_controller(broker: Broker) -> None:
    """Say what a gateway says that has lost the controller behind it."""
    broker.publish(f"{BASE}/manual_override", "0")
    broker.publish(f"{BASE}/config", CONFIG)


def speak_in_part(broker: Broker) -> None:
    """Say one scalar, as happens between two dumps."""
    broker.publish(f"{BASE}/voltage", "230")


@pytest.mark.parametrize(
    "say",
    [
        pytest.param(lambda _broker: None, id="only what the broker kept"),
        pytest.param(announce_live, id="a live announcement"),
        pytest.param(speak_without_controller, id="a gateway alone"),
        pytest.param(speak_in_part, id="one scalar"),
    ],
)
async def test_not_enough(
    hass: HomeAssistant, charger: Charger, broker: Broker, say: Callable[[Broker], None]
) -> None:
    charger.silent = True
    hass.loop.call_later(0.05, say, broker)
    check = await async_check_charger(hass, BASE)
    assert (check.heard, check.supported, check.error) == (False, True, "charger_silent")


async def test_a_dump_is_enough(hass: HomeAssistant, charger: Charger) -> None:
    charger.silent = True
    hass.loop.call_later(0.05, charger.dump)
    async with asyncio.timeout(5.0):
        check = await async_check_charger(hass, BASE)
    assert check == ChargerCheck(heard=True, supported=True, firmware="5.1.5")


async def test_old_firmware_is_told_without_waiting_for_a_word(
    hass: HomeAssistant, charger: Charger, broker: Broker
) -> None:
    charger.silent = True
    broker.retained[f"{BASE}/config"] = json.dumps({**CONFIG, "version": "4.1.2"})
    check = await async_check_charger(hass, BASE)
    assert (check.error, check.firmware) == ("firmware_too_old", "4.1.2")
