"""Fifty times up and down in one process: no timer, task, subscription or listener stays behind."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
import gc
from typing import Final
from unittest.mock import MagicMock

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse import gx_link, gx_transport
from custom_components.victron_openevse.const import (
    CHARGER,
    CONF_ENTITIES,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_ENTITIES,
)
from custom_components.victron_openevse.coordinator import SiteCoordinator

from .conftest import CHARGER_ID, Broker, Charger, Clock, Gx
from .gx_forms import direct_data, site
from .gx_server import GxServer, SocketGx, socket_charger

TIMES: Final = 50

WARM_UP: Final = 2
"""The first starts fill caches of Home Assistant that stay."""


def left_behind(hass: HomeAssistant, broker: Broker | None) -> Counter[str]:
    """Count everything that could stay: ours by name, and all of a kind."""
    timers = [
        repr(handle) for handle in get_scheduled_timer_handles(hass.loop) if not handle.cancelled()
    ]
    tasks = [task for task in asyncio.all_tasks() if not task.done()]
    counted = Counter({"our timers": sum(DOMAIN in timer for timer in timers)})
    counted["timers"] = len(timers)
    counted["tasks"] = len(tasks)
    counted["our tasks"] = sum(DOMAIN in repr(task.get_coro()) for task in tasks)
    for event, count in hass.bus.async_listeners().items():
        counted[f"listeners to {event}"] = count
    counted["state trackers"] = _trackers(hass)
    if broker is not None:
        counted["subscriptions"] = len(_subscriptions(hass))
    return counted


def _subscriptions(hass: HomeAssistant) -> list[object]:
    client = hass.data["mqtt"].client
    return list(client.subscriptions)


def _trackers(hass: HomeAssistant) -> int:
    """Count those who follow the states of entities; Home Assistant keeps them in one place."""
    found = 0
    for key, data in hass.data.items():
        callbacks = getattr(data, "callbacks", None)
        if "track" in str(key) and isinstance(callbacks, dict):
            found += sum(len(items) for items in callbacks.values())
    return found


def coordinators() -> int:
    """Count the coordinators that something still holds."""
    gc.collect()
    return sum(isinstance(item, SiteCoordinator) for item in gc.get_objects())


type Cycle = Callable[[], Awaitable[None]]


async def check(
    hass: HomeAssistant, cycle: Cycle, broker: Broker | None, *mocks: MagicMock
) -> None:
    """Go up and down, and compare what is there before and after. Mocks keep what they were given."""
    for _ in range(WARM_UP):
        await cycle()
    before, held_before = left_behind(hass, broker), coordinators()
    for _ in range(TIMES - WARM_UP):
        await cycle()
    for mock in mocks:
        mock.reset_mock()
    after = left_behind(hass, broker)
    assert after - before == Counter()
    assert after["our timers"] == after["our tasks"] == 0
    assert coordinators() <= held_before


async def test_mqtt(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    entry: MockConfigEntry,
    broker: Broker,
    mqtt_mock: MagicMock,
) -> None:
    entry.add_to_hass(hass)

    async def cycle() -> None:
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        charger.dump()
        gx.say_all()
        await clock.advance(1)
        assert await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()

    await check(hass, cycle, broker, mqtt_mock)
    ours = [item for item in map(str, _subscriptions(hass)) if "openevse-e5f6/" in item]
    assert ours == []


@pytest.fixture
def by_entities() -> MockConfigEntry:
    """Give a site and a charger that are reached through entities."""
    site = {"grid_power": ["sensor.grid"], "battery_power": ["sensor.battery"]}
    return MockConfigEntry(
        domain=DOMAIN,
        title="House",
        data={
            CONF_SOURCE: SOURCE_ENTITIES,
            CONF_ENTITIES: {**site, "battery_soc": ["sensor.soc"], "pv_power": ["sensor.pv"]},
        },
        options={"import_price": "sensor.buy", "sun_forecasts": ["no_such_entry"]},
        subentries_data=[
            {
                "data": {
                    CONF_SOURCE: SOURCE_ENTITIES,
                    CONF_ENTITIES: {"setpoint": ["number.current"], "enable": ["switch.charger"]},
                },
                "subentry_id": CHARGER_ID,
                "subentry_type": CHARGER,
                "title": "Garage",
                "unique_id": None,
            }
        ],
    )


async def test_entities(hass: HomeAssistant, clock: Clock, by_entities: MockConfigEntry) -> None:
    by_entities.add_to_hass(hass)

    async def cycle() -> None:
        assert await hass.config_entries.async_setup(by_entities.entry_id)
        await hass.async_block_till_done()
        for value, sensor in enumerate(("grid", "battery", "soc", "pv", "buy")):
            hass.states.async_set(f"sensor.{sensor}", str(value), {"unit_of_measurement": "W"})
        await clock.advance(1)
        assert await hass.config_entries.async_unload(by_entities.entry_id)
        await hass.async_block_till_done()
        assert by_entities.state is ConfigEntryState.NOT_LOADED

    await check(hass, cycle, None)


async def test_direct(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gx_transport, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(gx_link, "GOODBYE_S", 0.02)
    server = GxServer()
    await server.start()
    SocketGx(server)
    socket_charger(server)
    entry = site(direct_data(server), hass, chargers="direct")

    async def cycle() -> None:
        assert await hass.config_entries.async_setup(entry.entry_id)
        await entry.runtime_data.connections.async_ready()
        await clock.advance(1)
        assert await hass.config_entries.async_unload(entry.entry_id)
        await server.until(lambda: server.links == 0)
        await hass.async_block_till_done()

    await check(hass, cycle, None)
    await server.stop()
