"""A Home Assistant with an MQTT broker in memory, a GX and a charger that speak on it, and a clock.

The broker sits where paho's client would: what the integration sends is in `broker.sent`, retained
messages are replayed to each new subscription as a real broker does.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
import json
import sys
from typing import Any, ClassVar, Final
from unittest.mock import MagicMock, patch

from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.victron_openevse.const import (
    CHARGER,
    CONF_BASE_TOPIC,
    CONF_PORTAL_ID,
    CONF_SOURCE,
    CONF_URL,
    DOMAIN,
    SOURCE_MQTT,
)
from custom_components.victron_openevse.mqtt_transport import steady_now_s

from .pace import deliver, fire_due, matches

PORTAL: Final = "c0619ab12345"
SERIAL: Final = "a1b2c3d4e5f6"
BASE: Final = "openevse-e5f6"
ANNOUNCE: Final = "openevse/announce/e5f6"
ENTRY_ID: Final = "0123456789ABCDEFGHJKMNPQRS"
CHARGER_ID: Final = "1123456789ABCDEFGHJKMNPQRS"
STEADY_NOW_S: Final = steady_now_s
PACKAGE: Final = f"custom_components.{DOMAIN}"

CONFIG: Final = {"firmware": "8.2.3", "version": "5.1.5", "sntp_enabled": True}


@dataclass
class Broker:
    """What paho's client would be connected to."""

    hass: HomeAssistant
    sent: list[tuple[str, str]] = field(default_factory=list)
    retained: dict[str, str] = field(default_factory=dict)
    listeners: list[Callable[[str, str], None]] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    welcomes: list[Callable[[str], None]] = field(default_factory=list)

    def publish(self, topic: str, payload: str | dict[str, Any], *, retain: bool = False) -> None:
        """Deliver a message of somebody else's to Home Assistant."""
        text = payload if isinstance(payload, str) else json.dumps(payload)
        if retain:
            self.retained[topic] = text
        deliver(self.hass, topic, text)

    def on_subscribe(self, topic_filter: str) -> None:
        """Replay what is retained."""
        self.filters.append(topic_filter)
        for topic, payload in list(self.retained.items()):
            if matches(topic_filter, topic):
                deliver(self.hass, topic, payload, retain=True)
        for welcome in self.welcomes:
            welcome(topic_filter)

    def on_publish(self, topic: str, payload: str) -> None:
        """Take a message of Home Assistant's."""
        self.sent.append((topic, payload))
        for listener in self.listeners:
            listener(topic, payload)

    def claims(self) -> list[dict[str, Any] | str]:
        """Give what was sent to the charger's claim, oldest first."""
        payloads = [payload for topic, payload in self.sent if topic == f"{BASE}/claim/set"]
        return [json.loads(text) if text.startswith("{") else text for text in payloads]


@dataclass
class Gx:
    """A GX: answers a full keepalive with everything it knows."""

    broker: Broker
    values: dict[str, Any] = field(
        default_factory=lambda: {
            "system/0/Ac/Grid/L1/Power": -1500.0,
            "system/0/Ac/Grid/NumberOfPhases": 1,
            "system/0/Ac/Consumption/L1/Power": 500.0,
            "system/0/Ac/Consumption/NumberOfPhases": 1,
            "system/0/Dc/Battery/Power": 1000.0,
            "system/0/Dc/Battery/Soc": 80.0,
            "system/0/Dc/Battery/Voltage": 52.0,
            "system/0/Dc/Pv/Power": 3000.0,
            "system/0/Control/ActiveSocLimit": 10.0,
            "platform/0/ProductName": "Cerbo GX",
            "platform/0/Firmware/Installed/Version": "v3.72",
            "settings/0/Settings/CGwacs/OvervoltageFeedIn": 1,
            "hub4/0/Overrides/MaxDischargePower": None,
        }
    )
    silent: bool = False

    def __post_init__(self) -> None:
        self.broker.retained[f"N/{PORTAL}/system/0/Serial"] = json.dumps({"value": PORTAL})
        self.broker.listeners.append(self._hear)

    def say(self, path: str, value: object) -> None:
        """Change a value and publish it."""
        self.values[path] = value
        self.broker.publish(f"N/{PORTAL}/{path}", {"value": value})

    def say_all(self) -> None:
        """Publish everything, as after a full keepalive."""
        for path, value in self.values.items():
            self.say(path, value)
        self.broker.publish(f"N/{PORTAL}/full_publish_completed", {"value": 1})

    def _hear(self, topic: str, payload: str) -> None:
        if self.silent or not topic.startswith(f"R/{PORTAL}/"):
            return
        path = topic.removeprefix(f"R/{PORTAL}/")
        if path == "keepalive" and not payload:
            self.say_all()
        elif path in self.values:
            self.say(path, self.values[path])


@dataclass
class Charger:
    """An OpenEVSE that confirms the claims it is sent and repeats its scalars when told to."""

    broker: Broker
    values: dict[str, str] = field(
        default_factory=lambda: {
            "state": "2",
            "vehicle": "1",
            "status": "disabled",
            "pilot": "6",
            "max_current": "32",
            "manual_override": "0",
            "amp": "0",
            "power": "0",
            "voltage": "230",
            "session_energy": "0",
            "total_energy": "100",
            "uptime": "1000",
        }
    )
    silent: bool = False
    chatty: ClassVar[bool] = False
    """Whether who begins to listen hears everything at once, as if the next dump were just due."""

    def __post_init__(self) -> None:
        self.broker.retained |= {
            ANNOUNCE: json.dumps(
                {
                    "state": "connected",
                    "id": SERIAL,
                    "name": BASE,
                    "mqtt": BASE,
                    "http": "http://192.0.2.7/",
                }
            ),
            f"{BASE}/config": json.dumps(CONFIG),
            f"{BASE}/claim": json.dumps({"state": "null"}),
        }
        self.broker.listeners.append(self._hear)
        self.broker.welcomes.append(self._welcome)

    def say(self, **values: str) -> None:
        """Change scalars and publish them."""
        self.values |= values
        for key, value in values.items():
            self.broker.publish(f"{BASE}/{key}", value)

    def dump(self) -> None:
        """Publish everything, as each 30 s."""
        self.values["uptime"] = str(int(self.values["uptime"]) + 30)
        self.say(**self.values)

    def vanish(self) -> None:
        """Lose the connection: the broker publishes the last will."""
        will = {"state": "disconnected", "id": SERIAL, "name": BASE}
        self.broker.publish(ANNOUNCE, will, retain=True)

    def _welcome(self, topic_filter: str) -> None:
        if self.chatty and not self.silent and topic_filter == f"{BASE}/+":
            self.dump()

    def _hear(self, topic: str, payload: str) -> None:
        if self.silent or topic != f"{BASE}/claim/set":
            return
        if payload == "release":
            self.broker.publish(f"{BASE}/claim", {"state": "null"}, retain=True)
            return
        wanted = {key: value for key, value in json.loads(payload).items() if value != "clear"}
        self.broker.publish(f"{BASE}/claim", wanted, retain=True)
        self.say(
            status=wanted["state"],
            pilot=str(wanted.get("charge_current", self.values["pilot"])),
            state=self._state_for(wanted["state"]),
        )

    def _state_for(self, status: str) -> str:
        if self.values["vehicle"] == "0":
            return "1"
        return "3" if status == "active" else "254"


class Clock:
    """The steady clock of the integration; `advance` also lets its timers fire."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.now_s = 1000.0
        self._real = False

    def read(self, hass: HomeAssistant) -> float:
        """Give the time as the integration sees it."""
        return hass.loop.time() if self._real else self.now_s

    def release(self) -> None:
        """Let time pass by itself from now on."""
        self._real = True

    async def advance(
        self, seconds: int, each_step: Callable[[], None] | None = None, *, step_s: int = 1
    ) -> None:
        """Live through some seconds, deciding every `step_s` of them."""
        for _ in range(0, seconds, step_s):
            self.now_s += step_s
            if each_step is not None:
                each_step()
            fire_due(self.hass, dt_util.utcnow() + timedelta(seconds=1))
            await self.hass.async_block_till_done()


@pytest.fixture(autouse=True)
def _our_integration(enable_custom_integrations: None) -> None:
    """Let Home Assistant load custom integrations."""


@pytest.fixture(autouse=True)
async def _no_stack_for_each_task(
    enable_event_loop_debug: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep asyncio's debug checks, but not the stack of every task's birth: half of the time.

    The loop's own checks (calls from a wrong thread, slow callbacks) go by its flag, which stays set;
    tasks and futures ask `get_debug` whether to keep the stack they were created in.
    """
    monkeypatch.setattr(asyncio.get_running_loop(), "get_debug", lambda: False)


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Accept the timers of Home Assistant's MQTT client; ours are counted by a test of their own."""
    return True


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compare with stored snapshots in Home Assistant's format."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def _no_cooldown() -> Iterator[None]:
    """Let Home Assistant's MQTT client subscribe at once."""
    client = "homeassistant.components.mqtt.client"
    with (
        patch(f"{client}.INITIAL_SUBSCRIBE_COOLDOWN", 0.0),
        patch(f"{client}.SUBSCRIBE_COOLDOWN", 0.0),
        patch(f"{client}.UNSUBSCRIBE_COOLDOWN", 0.0),
    ):
        yield


@pytest.fixture
async def broker(
    hass: HomeAssistant, _no_cooldown: None, mqtt_mock: MagicMock, mqtt_client_mock: MagicMock
) -> Broker:
    """Give the broker that Home Assistant is connected to."""
    broker = Broker(hass)
    publish = mqtt_client_mock.publish.side_effect
    subscribe = mqtt_client_mock.subscribe.side_effect

    def on_publish(topic: str, payload: str, *args: Any, **kwargs: Any) -> Any:
        result = publish(topic, payload, *args, **kwargs)
        hass.loop.call_soon(broker.on_publish, topic, payload)
        return result

    def on_subscribe(topics: str | list[tuple[str, int]], *args: Any, **kwargs: Any) -> Any:
        result = subscribe(topics, *args, **kwargs)
        for topic in [topics] if isinstance(topics, str) else [item[0] for item in topics]:
            hass.loop.call_soon(broker.on_subscribe, topic)
        return result

    mqtt_client_mock.publish.side_effect = on_publish
    mqtt_client_mock.subscribe.side_effect = on_subscribe
    return broker


@pytest.fixture
def gx(broker: Broker) -> Gx:
    """Connect a GX to the broker."""
    return Gx(broker)


@pytest.fixture
def charger(broker: Broker) -> Charger:
    """Connect a charger with a car plugged in to the broker."""
    return Charger(broker)


@pytest.fixture
def clock(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Replace the integration's steady clock."""
    clock = Clock(hass)
    for module in with_clock():
        monkeypatch.setattr(module, "steady_now_s", clock.read)
    yield clock
    # Modules that were first loaded meanwhile took the replaced clock for the real one.
    for module in with_clock():
        if module.steady_now_s == clock.read:
            module.steady_now_s = STEADY_NOW_S


def with_clock() -> list[Any]:
    """List the integration's modules that read the steady clock."""
    ours = [module for name, module in list(sys.modules.items()) if name.startswith(PACKAGE)]
    return [module for module in ours if hasattr(module, "steady_now_s")]


@pytest.fixture
def entry() -> MockConfigEntry:
    """Give a site with one charger, as the flow creates it."""
    return MockConfigEntry(
        domain=DOMAIN,
        entry_id=ENTRY_ID,
        title="Cerbo GX",
        unique_id=PORTAL,
        data={CONF_SOURCE: SOURCE_MQTT, CONF_PORTAL_ID: PORTAL},
        subentries_data=[
            ConfigSubentryDataWithId(
                data={
                    CONF_SOURCE: SOURCE_MQTT,
                    CONF_BASE_TOPIC: BASE,
                    CONF_URL: "http://192.0.2.7/",
                },
                subentry_id=CHARGER_ID,
                subentry_type=CHARGER,
                title="Garage",
                unique_id=SERIAL,
            )
        ],
    )


type Start = Callable[[], Awaitable[None]]


@pytest.fixture
async def start(
    hass: HomeAssistant, clock: Clock, entry: MockConfigEntry, broker: Broker
) -> AsyncGenerator[Start]:
    """Give a function that sets the site up and lets it settle."""

    async def start() -> None:
        if hass.config_entries.async_get_entry(entry.entry_id) is None:
            entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        await entry.runtime_data.connections.async_ready()
        await clock.advance(3)

    yield start
    known = hass.config_entries.async_get_entry(entry.entry_id)
    if known is not None and entry.state.recoverable:
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def running(gx: Gx, charger: Charger, clock: Clock, start: Start) -> None:
    """A site whose car charges from the sun."""
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)
