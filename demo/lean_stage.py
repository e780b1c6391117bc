"""A Home Assistant in this process, and the house on a desk that speaks to it each second."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import time
from typing import Final
from unittest.mock import patch

from homeassistant.components import mqtt
from homeassistant.const import CONF_PROTOCOL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import recorder as recorder_helper
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from simulator.house_on_desk import PORTAL_ID, SimulatedWorld
from simulator.scenario import SCENARIOS

from .lean_loop import JumpingLoop
from .lean_wire import DeskPaho
from .talk import DemoError

KEEPALIVE_S: Final = 30
"""Somebody has to ask a GX to speak when the integration does not."""


@dataclass
class Cost:
    """What some time of life cost."""

    seconds: int = 0
    messages: int = 0
    loop_s: float = 0.0
    """Processor time of the event loop's thread, without the simulated house's."""
    process_s: float = 0.0
    """The same of the whole process: the recorder writes in a thread of its own."""
    charging_s: int = 0
    """Seconds in which the car drew."""

    def per_hour(self, number: float) -> float:
        """Scale a number to an hour."""
        return number * 3600.0 / self.seconds


class Stage:
    """One Home Assistant with a house."""

    def __init__(self, hass: HomeAssistant, scenario: str) -> None:
        self.hass = hass
        self.world = SimulatedWorld(SCENARIOS[scenario])
        self.paho = DeskPaho(self.world.broker, hass.loop.call_soon_threadsafe)
        self.clients = [self.paho]
        """Everybody in this process who listens to the broker."""
        self._asker = self.world.broker.client()

    async def live(self, seconds: int, *, ask: bool = False) -> Cost:
        """Live through some seconds of the loop's time; `ask` keeps the GX speaking."""
        cost = Cost(seconds=seconds)
        process_s, loop_s = time.process_time(), time.thread_time()
        due_s = self.hass.loop.time()
        for second in range(seconds):
            if ask and second % KEEPALIVE_S == 0:
                self._asker.publish(f"R/{PORTAL_ID}/keepalive", "")
            due_s += 1.0
            house_s = time.thread_time()
            self.world.step()
            house_s = time.thread_time() - house_s
            process_s += house_s
            loop_s += house_s
            cost.messages += sum(client.hand_out() for client in self.clients)
            cost.charging_s += self.world.charger.car.current_a > 0.0
            await asyncio.sleep(max(0.0, due_s - self.hass.loop.time()))
        cost.process_s = time.process_time() - process_s
        cost.loop_s = time.thread_time() - loop_s
        return cost

    def hurry(self, *, on: bool) -> None:
        """Let time jump, or not."""
        if not isinstance(self.hass.loop, JumpingLoop):
            raise DemoError("this Home Assistant does not run on a loop whose time can jump")
        self.hass.loop.hurry(on=on)


@asynccontextmanager
async def home_assistant(scenario: str, database: Path) -> AsyncGenerator[Stage]:
    """Run a Home Assistant with MQTT and recorder, and a house that speaks to it.

    Its configuration is beside the `database`.
    """
    (database.parent / "configuration.yaml").touch()
    async with async_test_home_assistant(config_dir=str(database.parent)) as hass:
        # The helper starts without custom integrations; ours is found beside this package.
        hass.data.pop(DATA_CUSTOM_COMPONENTS, None)
        stage = Stage(hass, scenario)
        client = "homeassistant.components.mqtt.client.AsyncMQTTClient"
        with patch(client, return_value=stage.paho):
            recorder_helper.async_initialize_recorder(hass)
            await _async_set_up(hass, "recorder", {"db_url": f"sqlite:///{database}"})
            await async_add(hass, _broker())
            yield stage
            stage.hurry(on=False)
            await hass.async_stop(force=True)


async def async_add(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an integration up. DemoError when that fails."""
    entry.add_to_hass(hass)
    if not await hass.config_entries.async_setup(entry.entry_id):
        raise DemoError(f"{entry.domain} could not be set up: {entry.reason}")
    await hass.async_block_till_done()


def _broker() -> MockConfigEntry:
    return MockConfigEntry(
        domain=mqtt.DOMAIN,
        data={mqtt.CONF_BROKER: "desk", CONF_PROTOCOL: "5"},
        options={mqtt.CONF_BIRTH_MESSAGE: {}},
        version=2,
        minor_version=1,
    )


async def _async_set_up(hass: HomeAssistant, domain: str, config: dict[str, str]) -> None:
    if not await async_setup_component(hass, domain, {domain: config}):
        raise DemoError(f"{domain} could not be set up")
