"""What an observer can do to the house on a desk, by name.

Tests call `world.commands.run("kettle", power_w=2000, seconds=180)`; the live runner gets the same
names and arguments as JSON. A wrong name or argument raises `CommandError` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
import inspect
from typing import TYPE_CHECKING, Any

from simulator.faults import NEEDS_TARGET, GxFault

if TYPE_CHECKING:
    from simulator.house_on_desk import World
    from simulator.openevse import OpenEvseEmulator

FULL_PCT = 100.0


class CommandError(ValueError):
    """A command that cannot be done, in words for who sent it."""


def _number(name: str, value: object, low: float = 0.0, high: float = 1e6) -> float:
    """Return a checked number; raises CommandError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise CommandError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}")
    return float(value)


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise CommandError(f"{name} must be true or false, not {value!r}")
    return value


class DeskCommands:
    """The commands of one world; each method with a docstring is one."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.names: dict[str, Callable[..., None]] = {
            name: method
            for name, method in inspect.getmembers(self, inspect.ismethod)
            if not name.startswith("_") and name != "run"
        }

    def run(self, name: str, /, **arguments: Any) -> None:
        """Do one command; raises CommandError when it does not exist or does not fit."""
        command = self.names.get(name)
        if command is None:
            raise CommandError(f"no command {name!r}; there are: {', '.join(sorted(self.names))}")
        try:
            inspect.signature(command).bind(**arguments)
        except TypeError as error:
            raise CommandError(f"{name}: {error}") from error
        command(**arguments)

    def _charger(self, device_id: str | None) -> OpenEvseEmulator:
        chargers = self._world.chargers
        if device_id is None:
            return self._world.charger
        if device_id not in chargers:
            raise CommandError(f"no charger {device_id!r}; there are: {', '.join(chargers)}")
        return chargers[device_id]

    # The car and its charger

    def plug(self, charger: str | None = None, soc_pct: float | None = None) -> None:
        """Plug the car in, as it comes home with a state of charge if given."""
        checked = None if soc_pct is None else _number("soc_pct", soc_pct, 0.0, FULL_PCT)
        self._charger(charger).plug(soc_pct=checked)

    def unplug(self, charger: str | None = None) -> None:
        """Pull the car's plug."""
        self._charger(charger).unplug()

    def car_soc(self, soc_pct: float, charger: str | None = None) -> None:
        """Set the car's state of charge in %; 100 makes it full."""
        self._charger(charger).car.soc_pct = _number("soc_pct", soc_pct, 0.0, FULL_PCT)

    def car_wants(self, wants: bool, charger: str | None = None) -> None:  # noqa: FBT001 - a JSON argument
        """Let the car's own timer ask for charge, or not."""
        self._charger(charger).car.wants_charge = _flag("wants", wants)

    def button(self, charger: str | None = None) -> None:
        """Press the charger's button: manual override, on or off."""
        self._charger(charger).press_button()

    def reboot_charger(self, charger: str | None = None) -> None:
        """Restart the charger's gateway, which forgets its claims."""
        self._charger(charger).reboot()

    def charger_offline(self, seconds: float, charger: str | None = None) -> None:
        """Take the charger's network away for a while; it goes on with what it was told."""
        duration_s, found = _number("seconds", seconds), self._charger(charger)
        found.lose_network()
        self._world.after(duration_s, found.find_network)

    def charger_fault(self, state: int | None, charger: str | None = None) -> None:
        """Put the charger into a fault state by its code (6 = GFCI ...); null heals it."""
        checked = None if state is None else int(_number("state", state, 4, 17))
        self._charger(charger).controller.fault = checked

    def charger_serial(self, alive: bool, charger: str | None = None) -> None:  # noqa: FBT001 - a JSON argument
        """Cut or mend the charger's internal serial link: its values stop, it stays announced."""
        self._charger(charger).serial_alive = _flag("alive", alive)

    # The house

    def set_soc(self, soc_pct: float) -> None:
        """Set the house battery's state of charge in %."""
        self._world.plant.battery.soc_pct = _number("soc_pct", soc_pct, 0.0, FULL_PCT)

    def pv_scale(self, factor: float) -> None:
        """Multiply the day's sun by a factor from now on (1 = as recorded)."""
        self._world.sun.factor = _number("factor", factor)
        self._world.sun.held_w = None

    def pv_hold(self, power_w: float | None) -> None:
        """Hold the available solar power at a value in W; null returns to the day's sun."""
        self._world.sun.held_w = None if power_w is None else _number("power_w", power_w)

    def kettle(self, power_w: float = 2000.0, seconds: float = 180.0) -> None:
        """Switch an extra load on for a while."""
        self._world.plant.inject_load(
            _number("power_w", power_w), _number("seconds", seconds, high=86_400.0)
        )

    def grid_lost(self, seconds: float | None = None) -> None:
        """Take the grid away, for a while or until `grid_back`."""
        duration_s = None if seconds is None else _number("seconds", seconds)
        self._world.plant.grid_connected = False
        if duration_s is not None:
            self._world.after(duration_s, self.grid_back)

    def grid_back(self) -> None:
        """Give the grid back."""
        self._world.plant.grid_connected = True

    # The GX

    def gx_silent(self, seconds: float | None = None) -> None:
        """Cut the GX off, for a while or until `gx_heal`."""
        self.gx_fault(GxFault.SILENT, seconds=seconds)

    def gx_reboot(self) -> None:
        """Restart the GX; its services return over one to three minutes."""
        self.gx_fault(GxFault.REBOOT)

    def gx_fault(self, fault: str, target: str | None = None, seconds: float | None = None) -> None:
        """Inject a fault of `simulator.faults` by name, at a service or path where it needs one."""
        known = self._gx_fault(fault)
        if known in NEEDS_TARGET and not isinstance(target, str):
            raise CommandError(f"{fault} needs a target")
        duration_s = None if seconds is None else _number("seconds", seconds)
        self._world.gx.inject(known, target, duration_s=duration_s)

    def gx_heal(self, fault: str = GxFault.SILENT) -> None:
        """End a fault of the GX that was injected without a duration."""
        self._world.gx.clear(self._gx_fault(fault))

    @staticmethod
    def _gx_fault(fault: str) -> GxFault:
        try:
            return GxFault(fault)
        except ValueError as error:
            raise CommandError(f"no fault {fault!r}; there are: {', '.join(GxFault)}") from error
