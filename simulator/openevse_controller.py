"""The OpenEVSE's electrical controller: vehicle detection, pilot, contactor.

It is the part that the gateway commands over a serial link with `$FE` (enable), `$FS` (sleep),
`$FD` (disable) and `$SC` (set current). Sleeping takes the pilot away first and opens the contactor
when the car has let go, after 3 s at the latest; disabling opens it at once, under load if need be.
Currents in amperes per phase, powers in watts.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Final

from simulator.openevse_claims import MIN_CURRENT_A

if TYPE_CHECKING:
    from simulator.car import Car

CLOSE_AFTER_S: Final = 2.0
"""From the car's request to the closed contactor: 250 ms of debounce and the GFCI self-test."""
SLEEP_OPENS_AFTER_S: Final = 3.0
"""A sleeping controller opens the contactor after this even if the car still draws."""
LET_GO_A: Final = 1.0
"""Below this a sleeping controller takes it that the car has opened its own contacts."""
BOOT_S: Final = 3.0
"""Self-tests after a restart of the controller, in state 0."""
FLAG_RELAY_CLOSED: Final = 0x40
FLAG_EV_CONNECTED: Final = 0x100


class StateCode(IntEnum):
    """The controller's state codes that the emulator reaches (faults are set by number)."""

    STARTING = 0
    NOT_CONNECTED = 1
    CONNECTED = 2
    CHARGING = 3
    SLEEPING = 254
    DISABLED = 255


class Mode(Enum):
    """What the controller was last told."""

    ENABLED = "$FE"
    SLEEPING = "$FS"
    DISABLED = "$FD"


class Controller:
    """The controller and its contactor, with a car on the plug."""

    def __init__(self, car: Car, *, soft_max_a: int) -> None:
        """Start enabled at the full current, contactor open."""
        self.car = car
        self.soft_max_a = soft_max_a
        self.mode = Mode.ENABLED
        self.pilot_a = soft_max_a
        self.contactor_closed = False
        self.closings = 0
        self.openings_under_load = 0
        self.vehicle = car.plugged
        self.fault: int | None = None
        """A fault's state code (6 = GFCI ...); the contactor stays open while it is set."""
        self._asked_for_s = 0.0
        self._in_mode_for_s = 0.0
        self._boot_left_s = 0.0

    @property
    def booting(self) -> bool:
        """Whether the self-tests after a restart still run."""
        return self._boot_left_s > 0

    @property
    def state(self) -> int:
        """The state code as the gateway reads it."""
        if self.booting:
            return StateCode.STARTING
        if self.fault is not None:
            return self.fault
        if self.mode is not Mode.ENABLED:
            return StateCode.SLEEPING if self.mode is Mode.SLEEPING else StateCode.DISABLED
        if self.contactor_closed:
            return StateCode.CHARGING
        return StateCode.CONNECTED if self.vehicle else StateCode.NOT_CONNECTED

    @property
    def flags(self) -> int:
        """The bit mask that `flags` carries: contactor and vehicle."""
        closed = FLAG_RELAY_CLOSED if self.contactor_closed else 0
        return closed | (FLAG_EV_CONNECTED if self.vehicle else 0)

    @property
    def offered_a(self) -> int:
        """What the pilot signals to the car at this moment; 0 while it is steady."""
        return self.pilot_a if self.state in (StateCode.CONNECTED, StateCode.CHARGING) else 0

    def command(self, mode: Mode) -> None:
        """Enable, sleep or disable."""
        if mode is self.mode:
            return
        self.mode = mode
        self._in_mode_for_s = self._asked_for_s = 0.0
        if mode is Mode.DISABLED:
            self._open()

    def set_current(self, current_a: int) -> bool:
        """Set the pilot (`$SC`); false ($NK) when it had to be clipped, which still applies."""
        self.pilot_a = max(MIN_CURRENT_A, min(current_a, self.soft_max_a))
        return self.pilot_a == current_a

    def restart(self) -> None:
        """Boot the controller: contactor open, then enabled at full current until told better."""
        self._open()
        self.mode = Mode.ENABLED
        self.pilot_a = self.soft_max_a
        self._asked_for_s = 0.0
        self._boot_left_s = BOOT_S

    def step(self, dt_s: float, volts: float) -> float:
        """Advance and return the power that the car draws in W."""
        self._boot_left_s = max(0.0, self._boot_left_s - dt_s)
        self._in_mode_for_s += dt_s
        if self.mode is not Mode.DISABLED:  # at -12 V the pilot cannot be read: frozen
            self.vehicle = self.car.plugged
        self._work_contactor(dt_s)
        return self.car.step(dt_s, self.offered_a, self.contactor_closed, volts)

    def _work_contactor(self, dt_s: float) -> None:
        may_close = self.mode is Mode.ENABLED and self.fault is None and not self.booting
        if may_close and self.car.requests_charge:
            self._asked_for_s += dt_s
            if self._asked_for_s >= CLOSE_AFTER_S:
                self._close()
            return
        self._asked_for_s = 0.0
        if not self._sleeping_under_load():
            self._open()

    def _sleeping_under_load(self) -> bool:
        return (
            self.mode is Mode.SLEEPING
            and self.fault is None
            and self.car.current_a > LET_GO_A
            and self._in_mode_for_s < SLEEP_OPENS_AFTER_S
        )

    def _close(self) -> None:
        if not self.contactor_closed:
            self.contactor_closed = True
            self.closings += 1

    def _open(self) -> None:
        if self.contactor_closed and self.car.current_a > LET_GO_A:
            self.openings_under_load += 1
        self.contactor_closed = False
