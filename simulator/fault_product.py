"""What happens to Home Assistant itself: restarts, crashes, stores, clocks, a loop that stalls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from custom_components.victron_openevse.control.model import Mode, Status
from simulator.fault_house import KEEPS_BATTERY
from simulator.fault_loop import FaultLoop
from simulator.fault_row import (
    ASLEEP,
    FAST,
    OFF,
    STAYS_OFF,
    STOPS,
    Begin,
    Effect,
    Fault,
    Part,
    Sign,
    desk,
    is_open,
    several,
)
from simulator.house_on_desk import PORTAL_ID

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR_S: Final = 3600.0
YEAR_S: Final = 365 * 24 * HOUR_S
KEPT: Final = object()
"""Stands for what was stored last."""
DAMAGED: Final = {"house": 7, "chargers": {"x": [], "y": {"meter": {"lifetime": "much"}}}}
PAUSED: Final = Begin(own={"pause_until_morning": True}, charges=False, words="paused")


def crash(
    loop: FaultLoop, absent_s: int, *, stored: object = KEPT, believed_s: float | None = None
) -> None:
    """Die without a word, come back with what was stored at the last occasion."""
    kept = loop.stored() if stored is KEPT else stored
    loop.die(absent_s, kept, believed_absent_s=believed_s)


def back(absent_s: int) -> Callable[[FaultLoop], None]:
    """Come back with what was stored when it died."""
    return lambda loop: loop.revive(loop.stored(absent_s), float(absent_s))


def restart(loop: FaultLoop, absent_s: int) -> None:
    """Restart as a person does it."""
    loop.commands_before += loop.client.commands
    loop.client.commands = 0
    loop.restart(absent_s)


def shift_sunset(loop: FaultLoop, hours: float) -> None:
    """Let the local clock jump."""
    loop.sunset_shift_h = hours


ROWS: Final = (
    Fault(
        name="reload",
        part=Part.PRODUCT,
        what="The integration is reloaded",
        strike=lambda loop: restart(loop, 1),
        lasts_s=60,
        recovers_s=30,
    ),
    Fault(
        name="restart-60s",
        part=Part.PRODUCT,
        what="Home Assistant restarts or is updated, away for 60 s",
        strike=lambda loop: restart(loop, 60),
        lasts_s=60,
        recovers_s=30,
    ),
    Fault(
        name="restart-fast",
        part=Part.PRODUCT,
        what="Home Assistant restarts, away for 60 s",
        begin=FAST,
        strike=lambda loop: restart(loop, 60),
        lasts_s=60,
        recovers_s=30,
    ),
    Fault(
        name="restart-paused",
        part=Part.PRODUCT,
        what="Home Assistant restarts during a pause",
        begin=PAUSED,
        strike=lambda loop: restart(loop, 60),
        lasts_s=120,
        status=Status.PAUSED,
        effect=STAYS_OFF,
        after=OFF,
        forbidden=True,
    ),
    Fault(
        name="restart-at-night",
        part=Part.PRODUCT,
        what="Home Assistant restarts at night",
        begin=ASLEEP,
        strike=lambda loop: restart(loop, 60),
        lasts_s=120,
        effect=STAYS_OFF,
        after=OFF,
    ),
    Fault(
        name="crash-at-20a",
        part=Part.PRODUCT,
        what="Home Assistant is killed while the car charges at 20 A, back after 90 s",
        begin=FAST,
        strike=FaultLoop.kill,
        heal=back(90),
        lasts_s=90,
        recovers_s=30,
    ),
    Fault(
        name="crash-at-20a-for-10min",
        part=Part.PRODUCT,
        what="Home Assistant is killed while the car charges at 20 A, back after 10 min",
        begin=FAST,
        strike=FaultLoop.kill,
        heal=back(600),
        lasts_s=600,
        effect=STOPS,
        within_s=175,
        recovers_s=60,
        closings=1,
        note="The charger stops by itself: nobody moved its dead-man's limit",
    ),
    Fault(
        name="crash-sun-gone",
        part=Part.PRODUCT,
        what="Home Assistant is killed for 2 min, and the sun goes",
        begin=Begin(mode=Mode.SOLAR_ONLY, settle_s=330, words="mode solar only"),
        strike=several(desk("pv_hold", power_w=0.0), lambda loop: crash(loop, 120)),
        heal=desk("pv_hold", power_w=3000.0),
        lasts_s=600,
        status=Status.WAITING_FOR_SUN,
        effect=Effect("stops", is_open),
        within_s=400,
        recovers_s=700,
        closings=1,
        wrong_wh=160.0,
    ),
    Fault(
        name="crash-loops",
        part=Part.PRODUCT,
        what="Home Assistant is killed every 30 s for 5 min",
        each=lambda loop, second: crash(loop, 5) if second % 30 == 1 else None,
        lasts_s=300,
        recovers_s=60,
        wrong_wh=20.0,
    ),
    Fault(
        name="store-lost",
        part=Part.PRODUCT,
        what="Home Assistant is killed and its store is gone",
        strike=lambda loop: crash(loop, 30, stored=None),
        lasts_s=60,
        recovers_s=30,
        note="What was learned and counted begins anew: a counter that restarts shows as a new one",
        forgets=True,
    ),
    Fault(
        name="store-damaged",
        part=Part.PRODUCT,
        what="Home Assistant is killed and its store is damaged",
        strike=lambda loop: crash(loop, 30, stored=DAMAGED),
        lasts_s=60,
        recovers_s=30,
        forgets=True,
    ),
    Fault(
        name="clock-back",
        part=Part.PRODUCT,
        what="The computer's clock jumps back an hour over a restart",
        strike=lambda loop: crash(loop, 30, believed_s=-HOUR_S),
        lasts_s=60,
        recovers_s=30,
    ),
    Fault(
        name="clock-ahead",
        part=Part.PRODUCT,
        what="The computer's clock jumps a year ahead over a restart",
        strike=lambda loop: crash(loop, 30, believed_s=YEAR_S),
        lasts_s=60,
        recovers_s=30,
    ),
    Fault(
        name="daylight-saving",
        part=Part.PRODUCT,
        what="The local clock jumps an hour ahead, then an hour back",
        strike=lambda loop: shift_sunset(loop, -1.0),
        heal=lambda loop: shift_sunset(loop, 0.0),
        lasts_s=300,
        recovers_s=30,
    ),
    Fault(
        name="clock-wild",
        part=Part.PRODUCT,
        what="The local clock jumps to another hour every 10 s, for 5 min",
        each=lambda loop, second: shift_sunset(loop, 5.0 * (second // 10)),
        heal=lambda loop: shift_sunset(loop, 0.0),
        lasts_s=300,
        recovers_s=60,
        wrong_wh=30.0,
    ),
    Fault(
        name="stall-20s",
        part=Part.PRODUCT,
        what="Home Assistant stalls for 20 s, again and again for 5 min",
        each=lambda loop, second: loop.world.run(20) if second % 60 == 1 else None,
        lasts_s=300,
        recovers_s=60,
    ),
    Fault(
        name="limit-left-at-the-gx",
        part=Part.PRODUCT,
        what="Home Assistant is killed for 6 min while the battery is kept out of the car",
        begin=replace(KEEPS_BATTERY, settle_s=240),
        strike=FaultLoop.kill,
        heal=back(360),
        lasts_s=360,
        effect=STOPS,
        within_s=175,
        closings=1,
        sign=Sign(
            "no setting of the GX was written: its limit expired by itself and is held again",
            lambda loop: (
                loop.world.gx.flash_writes == 0
                and all("Overrides" in write.path for write in loop.world.gx.writes)
                and loop.world.gx.portal_id == PORTAL_ID
            ),
        ),
        recovers_s=30,
    ),
)
"""Rows of Home Assistant itself."""
