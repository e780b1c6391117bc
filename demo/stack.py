"""Starts and stops everything a demo consists of: broker, house, Home Assistant, integration."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
import sys
import time
from typing import Final

from simulator.scenario import SCENARIOS, home_at
from simulator.weather import Place

from .brokers import start_broker
from .charger_wire import ChargerWire, find_charger
from .children import Children
from .core_integrations import set_up_core
from .dashboard import make_default, write_dashboard
from .entities import Entities, find_entities
from .hass import HomeAssistant
from .house_wire import HouseState, HouseWire
from .install import ENTITIES, MQTT, install
from .options import Options
from .ports import LOOPBACK, any_port, free_port
from .seed import seed
from .talk import DemoError, say, step
from .waiting import until
from .wire import EVERYTHING, Wire, open_wire
from .work_folder import make_work_folder

DEFAULT_BROKER_PORT: Final = 1883
DEFAULT_CHARGER_PORT: Final = 8080
"""Of the simulated charger's HTTP side; real ones use 80."""
HASS_START_TIMEOUT_S: Final = 120.0
"""It takes 6 s on a desk; a first start on a slow disk compiles thousands of modules."""
HOUSE_START_TIMEOUT_S: Final = 45.0
"""Python, numpy and the first message of the charger's gateway."""
POLL_S: Final = 0.25
MINUTES_PER_HOUR: Final = 60
SECONDS_PER_MINUTE: Final = 60
MENU_STEP: Final = {"mqtt": MQTT, "entities": ENTITIES}
CHARGER_PROTOCOL: Final = {"embedded": "5", "mosquitto": "3"}
"""What the simulated charger speaks on each broker; 3 is MQTT 3.1.1, as real chargers do."""
IN_BROWSER: Final = ("clicks", "pictures")
"""Tasks that set the integration up by themselves, in a browser."""
HASS: Final = "home-assistant"
HOUSE: Final = "house"
BROKER: Final = "broker"
OWN_WORDS: Final = (
    "+/state",
    "simulator/error",
    "openevse/announce/#",
    "+/claim/#",
    "+/override/#",
    "+/limit/#",
    "+/pilot",
    "+/power",
    "W/#",
    "R/#",
    "N/+/hub4/+/Overrides/MaxDischargePower",
)
"""What a trial listens to: short enough to keep up while others flood the rest."""


@dataclass(slots=True)
class Stack:
    """Everything that runs."""

    options: Options
    folder: Path
    children: Children
    broker_port: int
    charger_port: int
    hass: HomeAssistant
    house: HouseWire
    charger: ChargerWire = field(init=False)
    entities: Entities = field(init=False)
    installed_at_s: float = field(init=False)
    """time.monotonic() at the end of the config flow."""

    @property
    def wire(self) -> Wire:
        """What passes over the broker."""
        return self.house.wire

    async def start_house(self) -> None:
        """Start the simulated house with its GX and its charger."""
        options = self.options
        command = [sys.executable, "-m", "simulator", "--host", LOOPBACK]
        command += ["--port", str(self.broker_port), "--http-port", str(self.charger_port)]
        command += ["--scenario", options.scenario]
        command += ["--at", f"{options.at:%H:%M}"]
        command += ["--charger-protocol", CHARGER_PROTOCOL[options.broker]]
        await self.children.start(HOUSE, command, cwd=options.repo)

    async def house_ready(self) -> None:
        """Wait until house and charger speak."""
        await until(
            self._house_speaks, within_s=HOUSE_START_TIMEOUT_S, what="the house comes to life"
        )
        self.charger = await find_charger(self.wire, within_s=HOUSE_START_TIMEOUT_S)

    async def start_broker(self) -> None:
        """Start the broker and wait until it accepts connections."""
        options = self.options
        await start_broker(
            options.broker,
            self.broker_port,
            folder=self.folder,
            repo=options.repo,
            children=self.children,
        )

    async def start_hass(self) -> None:
        """Start Home Assistant."""
        program = str(self.options.live_bin / "hass")
        command = [program, "--config", str(self.folder / "config"), "--skip-pip"]
        await self.children.start(HASS, command, cwd=self.folder)

    async def hass_ready(self) -> None:
        """Wait until Home Assistant has finished starting."""
        await until(
            self._hass_running,
            within_s=HASS_START_TIMEOUT_S,
            what="Home Assistant has started",
            poll_s=POLL_S,
        )

    async def stop_hass(self) -> None:
        """Stop Home Assistant as its owner would."""
        await self.hass.hang_up()
        await self.children.stop(HASS)

    async def kill_hass(self) -> None:
        """End Home Assistant without warning: it writes nothing and says nothing (kill -9)."""
        await self.children.kill(HASS)
        await self.hass.hang_up()

    async def set_up_core(self) -> None:
        """Set up Home Assistant's own integrations for GX and charger."""
        await set_up_core(self.hass, broker_port=self.broker_port, charger_port=self.charger_port)

    async def install(self) -> None:
        """Set the integration up through its config flow."""
        await install(self.hass, MENU_STEP[self.options.way])
        await self.note_installed()

    async def note_installed(self) -> None:
        """Find the entities of the integration that was just set up, and open its page."""
        self.installed_at_s = time.monotonic()
        self.entities = await find_entities(self.hass)
        write_dashboard(self.folder / "config")
        await make_default(self.hass)

    async def _house_speaks(self) -> HouseState | None:
        self.children.check()
        return self.house.state

    async def _hass_running(self) -> bool:
        self.children.check()
        return await self.hass.running()


def _home(options: Options) -> Place:
    """Return where Home Assistant must stand for its sun to fit the house's hour."""
    day = SCENARIOS[options.scenario].make_day()
    house_s = (options.at.hour * MINUTES_PER_HOUR + options.at.minute) * SECONDS_PER_MINUTE
    return home_at(day, house_s, datetime.now(UTC))


@asynccontextmanager
async def _children(folder: Path) -> AsyncIterator[Children]:
    """Stop all children at the end; show what they said when something went wrong."""
    children = Children(folder / "logs")
    try:
        yield children
    except DemoError:
        say(children.tails())
        raise
    finally:
        await children.stop_all()


async def _start(stack: Stack) -> None:
    """Start the house and Home Assistant side by side, then set the integration up."""
    await stack.start_house()
    await stack.start_hass()
    with step(f"house on a desk: {stack.options.scenario}, from {stack.options.at:%H:%M}"):
        await stack.house_ready()
    with step(f"Home Assistant on {stack.hass.url}"):
        await stack.hass_ready()
    if stack.options.way == "entities":
        with step("core integrations victron_gx and openevse"):
            await stack.set_up_core()
    if stack.options.task not in IN_BROWSER:
        with step("integration set up through its config flow"):
            await stack.install()


def _ports(options: Options) -> tuple[int, int, int]:
    """Return the ports of page, broker and charger."""
    if options.trial:
        return any_port(), any_port(), any_port()
    return free_port(options.port), free_port(DEFAULT_BROKER_PORT), free_port(DEFAULT_CHARGER_PORT)


@asynccontextmanager
async def running_stack(options: Options) -> AsyncIterator[Stack]:
    """Run everything up to the set-up integration (short of it for the browser's turn).

    All of it stops at the end of the block.
    """
    folder = make_work_folder(options.cache, options.keep)
    say(f"Logs and Home Assistant's files: {folder}")
    port, broker_port, charger_port = _ports(options)
    token = seed(
        folder / "config",
        place=_home(options),
        port=port,
        broker_port=broker_port if options.way == "mqtt" else None,
        integrations=options.repo / "custom_components",
        probe=options.trial,
    )
    (folder / "token").write_text(token)
    filters = OWN_WORDS if options.trial else EVERYTHING
    async with _children(folder) as children:
        with step(f"{options.broker} broker on {LOOPBACK}:{broker_port}"):
            await start_broker(
                options.broker, broker_port, folder=folder, repo=options.repo, children=children
            )
        async with HomeAssistant(port, token) as hass, open_wire(broker_port, filters) as wire:
            (folder / "url").write_text(hass.url)
            house = HouseWire(wire)
            stack = Stack(options, folder, children, broker_port, charger_port, hass, house)
            await _start(stack)
            yield stack
