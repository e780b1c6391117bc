"""What a car does that nobody told us of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from custom_components.victron_openevse.control.model import Mode, Status
from custom_components.victron_openevse.control.reasons import ReasonCode
from simulator.fault_loop import FaultLoop
from simulator.fault_row import (
    FAST,
    FOLLOWS,
    STOPS,
    SUNNY,
    Begin,
    Effect,
    Fault,
    Part,
    desk,
    is_closed,
    several,
)
from simulator.plant import PlantConfig

LEAVES: Final = Effect("is gone, and nothing is offered", lambda loop: not is_closed(loop))
SLOW: Final = replace(SUNNY, car=replace(SUNNY.car, wake_up_delay_s=60.0, sleeps_after_s=60.0))
THREE_PHASES: Final = replace(
    SUNNY, config=PlantConfig(car_phases=3), car=replace(SUNNY.car, phases=3)
)


def change(loop: FaultLoop, **what: Any) -> None:
    """Change the car's character."""
    car = loop.charger.car
    car.config = replace(car.config, **what)


def plug_again(loop: FaultLoop) -> None:
    """Put the plug back."""
    loop.world.commands.run("plug")


def unplug(loop: FaultLoop) -> None:
    """Pull the plug."""
    loop.world.commands.run("unplug")


def wants(loop: FaultLoop, *, yes: bool) -> None:
    """Let the car ask for power, or not."""
    loop.world.commands.run("car_wants", wants=yes)


ROWS: Final = (
    Fault(
        name="unplug",
        part=Part.CAR,
        what="The plug is pulled while charging, and put back after 60 s",
        strike=unplug,
        heal=plug_again,
        lasts_s=60,
        status=Status.DISCONNECTED,
        reason=ReasonCode.NO_VEHICLE,
        effect=LEAVES,
        within_s=2,
        recovers_s=60,
        closings=1,
        note="A new session: it needs no patience",
    ),
    Fault(
        name="replug-at-once",
        part=Part.CAR,
        what="The plug is pulled and put back within 3 s, while the offer changes",
        begin=FAST,
        strike=several(
            lambda loop: loop.choose(mode=Mode.SOLAR),
            unplug,
            lambda loop: loop.world.after(3.0, lambda: plug_again(loop)),
        ),
        heal=lambda loop: loop.choose(mode=Mode.FAST),
        lasts_s=30,
        effect=LEAVES,
        within_s=2,
        recovers_s=60,
        closings=1,
        wrong_wh=20.0,
    ),
    Fault(
        name="replug-again-and-again",
        part=Part.CAR,
        what="The plug is pulled and put back every 10 s, for 2 min",
        each=lambda loop, second: (unplug if second % 20 < 10 else plug_again)(loop),  # noqa: PLR2004 - half of it
        heal=plug_again,
        lasts_s=120,
        status=Status.DISCONNECTED,
        effect=LEAVES,
        within_s=2,
        recovers_s=60,
        closings=8,
    ),
    Fault(
        name="car-refuses",
        part=Part.CAR,
        what="The car refuses for 5 min (its own timer)",
        strike=lambda loop: wants(loop, yes=False),
        heal=lambda loop: wants(loop, yes=True),
        lasts_s=300,
        status=Status.CAR_FULL,
        reason=ReasonCode.CAR_NOT_DRAWING,
        effect=STOPS,
        within_s=2,
        recovers_s=60,
        closings=1,
        note="The offer stays, so that the car can begin when it likes",
    ),
    Fault(
        name="car-refuses-on-and-off",
        part=Part.CAR,
        what="The car stops and asks again every 30 s, for 5 min",
        each=lambda loop, second: wants(loop, yes=second // 30 % 2 == 1),
        heal=lambda loop: wants(loop, yes=True),
        lasts_s=300,
        effect=STOPS,
        within_s=2,
        recovers_s=60,
        closings=6,
        note="The car opens and closes by itself",
    ),
    Fault(
        name="car-full",
        part=Part.CAR,
        what="The car is full, and has room again after 5 min",
        strike=desk("car_soc", soc_pct=100.0),
        heal=desk("car_soc", soc_pct=50.0),
        lasts_s=300,
        status=Status.CAR_FULL,
        reason=ReasonCode.CAR_NOT_DRAWING,
        effect=STOPS,
        within_s=2,
        recovers_s=60,
        closings=1,
    ),
    Fault(
        name="car-takes-less",
        part=Part.CAR,
        what="The car takes 7 A of its offer for 10 min, then all at once",
        strike=lambda loop: change(loop, limit_a=7.0),
        heal=lambda loop: change(loop, limit_a=32.0),
        lasts_s=600,
        effect=Effect(
            "is offered 9 A at most",
            lambda loop: loop.charger.pilot_a <= 9,  # noqa: PLR2004 - said in words
            is_closed,
        ),
        within_s=60,
        recovers_s=90,
        note="The offer does not wind up: what is left goes to the battery",
    ),
    Fault(
        name="car-wakes-slowly",
        part=Part.CAR,
        what="The car needs a minute to begin after each stop",
        begin=Begin(scenario=SLOW),
        strike=lambda loop: loop.choose(mode=Mode.OFF),
        heal=lambda loop: loop.choose(mode=Mode.SOLAR),
        lasts_s=120,
        status=Status.OFF,
        effect=STOPS,
        within_s=5,
        recovers_s=150,
        closings=1,
        wrong_wh=15.0,
    ),
    Fault(
        name="three-phases-set-up-as-one",
        part=Part.CAR,
        what="A car on three phases that was set up as on one, and the sun halves",
        begin=Begin(scenario=THREE_PHASES, sun_w=5500.0, settle_s=300),
        strike=desk("pv_hold", power_w=4600.0),
        heal=desk("pv_hold", power_w=5500.0),
        lasts_s=300,
        effect=FOLLOWS,
        recovers_s=90,
        wrong_wh=40.0,
    ),
)
"""Rows of the car."""
