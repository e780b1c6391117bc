"""Faults of the house: grid, battery, inverter, and other controllers of the GX."""

from __future__ import annotations

from dataclasses import replace
import json
from typing import Final

from custom_components.victron_openevse.control.model import BatteryGuard, Mode, Status
from custom_components.victron_openevse.control.reasons import ReasonCode
from simulator.fault_loop import FaultLoop
from simulator.fault_row import (
    AS_BEFORE,
    FOLLOWS,
    STOPS,
    SUNNY,
    Begin,
    Fault,
    Part,
    Sign,
    desk,
    several,
)
from simulator.gx import GxConfig
from simulator.house_on_desk import PORTAL_ID
from simulator.plant import PlantConfig

BEHIND_INVERTER: Final = replace(SUNNY, config=PlantConfig(car_position="output"))
"""The charger hangs on the Multi's output and lives on without the grid."""
KEEPS_BATTERY: Final = Begin(
    mode=Mode.FAST, own={"use_battery": False}, settle_s=240, words="mode fast, use battery off"
)
SMALL_INVERTER: Final = replace(
    SUNNY, soc_pct=80.0, array_kw=5.5, config=PlantConfig(inverter_rating_w=2500.0)
)
OVERRIDE: Final = f"W/{PORTAL_ID}/hub4/0/Overrides/MaxDischargePower"


def give(loop: FaultLoop, most_w: float) -> None:
    """Let the battery give this much at most."""
    battery = loop.world.plant.battery
    battery.config = replace(battery.config, max_discharge_w=most_w)


def jump(loop: FaultLoop, soc_pct: float) -> None:
    """Let the state of charge jump."""
    loop.world.commands.run("set_soc", soc_pct=soc_pct)


def guard_is(what: BatteryGuard, words: str) -> Sign:
    """The user is told how keeping the battery out of the car goes."""
    return Sign(words, lambda loop: loop.decision is not None and loop.decision.site.guard is what)


def writes_to_gx(loop: FaultLoop) -> int:
    """Count the values written to the GX."""
    return len(loop.world.gx.writes)


ROWS: Final = (
    Fault(
        name="grid-lost-charger-dead",
        part=Part.HOUSE,
        what="The grid is lost for 5 min, and the charger with it",
        strike=lambda loop: loop.world.commands.run("grid_lost", seconds=300.0),
        lasts_s=300,
        status=Status.OFFLINE,
        reason=ReasonCode.CHARGER_OFFLINE,
        effect=STOPS,
        within_s=3,
        recovers_s=90,
        closings=2,
        wrong_wh=30.0,
        over_circuit_s=6,
        note="A charger that boots begins at its own maximum until it is told better",
    ),
    Fault(
        name="grid-lost",
        part=Part.HOUSE,
        what="The grid is lost for 5 min; the charger hangs on the inverter's output",
        begin=Begin(scenario=BEHIND_INVERTER),
        strike=lambda loop: loop.world.commands.run("grid_lost", seconds=300.0),
        lasts_s=300,
        status=Status.LIMITED,
        reason=ReasonCode.GRID_LOST,
        effect=STOPS,
        within_s=30,
        recovers_s=330,
        closings=1,
    ),
    Fault(
        name="grid-lost-fast",
        part=Part.HOUSE,
        what="The grid is lost for 5 min; the charger hangs on the inverter's output",
        begin=Begin(scenario=BEHIND_INVERTER, mode=Mode.FAST, words="mode fast"),
        strike=lambda loop: loop.world.commands.run("grid_lost", seconds=300.0),
        lasts_s=300,
        status=Status.LIMITED,
        reason=ReasonCode.GRID_LOST,
        effect=STOPS,
        within_s=30,
        recovers_s=330,
        closings=1,
    ),
    Fault(
        name="grid-lost-allowed",
        part=Part.HOUSE,
        what="The grid is lost for 5 min, and its owner allows charging meanwhile",
        begin=Begin(scenario=BEHIND_INVERTER, site={"allow_islanded": True}),
        strike=lambda loop: loop.world.commands.run("grid_lost", seconds=300.0),
        lasts_s=300,
        effect=FOLLOWS,
        recovers_s=60,
    ),
    Fault(
        name="grid-blinks",
        part=Part.HOUSE,
        what="The grid is lost for 3 s; the charger hangs on the inverter's output",
        begin=Begin(scenario=BEHIND_INVERTER),
        strike=lambda loop: loop.world.commands.run("grid_lost", seconds=3.0),
        lasts_s=30,
        recovers_s=30,
    ),
    Fault(
        name="battery-alarm",
        part=Part.HOUSE,
        what="The battery's BMS forbids discharge (DCL 0) for 10 min, and the sun halves",
        strike=several(lambda loop: give(loop, 0.0), desk("pv_hold", power_w=1500.0)),
        heal=several(lambda loop: give(loop, 5000.0), desk("pv_hold", power_w=3000.0)),
        lasts_s=600,
        effect=FOLLOWS,
        recovers_s=120,
        wrong_wh=100.0,
    ),
    Fault(
        name="soc-falls",
        part=Part.HOUSE,
        what="The state of charge falls from 62 to 12 % at once, with little sun",
        strike=several(lambda loop: jump(loop, 12.0), desk("pv_hold", power_w=300.0)),
        heal=several(lambda loop: jump(loop, 62.0), desk("pv_hold", power_w=3000.0)),
        lasts_s=600,
        status=Status.WAITING_FOR_BATTERY,
        reason=ReasonCode.RESERVE_REACHED,
        effect=STOPS,
        within_s=330,
        recovers_s=330,
        closings=1,
        wrong_wh=130.0,
        note="Not before the contactor's least time",
    ),
    Fault(
        name="soc-rises",
        part=Part.HOUSE,
        what="The state of charge jumps from 62 to 100 % at once, for 10 min",
        strike=lambda loop: jump(loop, 100.0),
        heal=lambda loop: jump(loop, 62.0),
        lasts_s=600,
        effect=FOLLOWS,
        recovers_s=120,
        wrong_wh=60.0,
    ),
    Fault(
        name="soc-blips",
        part=Part.HOUSE,
        what="The state of charge reads 5 % for 5 s (a BMS that restarts)",
        strike=several(
            lambda loop: jump(loop, 5.0),
            lambda loop: loop.world.after(5.0, lambda: jump(loop, 62.0)),
        ),
        lasts_s=60,
        recovers_s=30,
        wrong_wh=20.0,
    ),
    Fault(
        name="inverter-at-its-limit",
        part=Part.HOUSE,
        what="More sun comes than the inverter of 2.5 kW can carry, for 10 min",
        begin=Begin(scenario=SMALL_INVERTER, sun_w=2000.0),
        strike=desk("pv_hold", power_w=5000.0),
        heal=desk("pv_hold", power_w=2000.0),
        lasts_s=600,
        effect=FOLLOWS,
        recovers_s=60,
        sign=Sign(
            "at most 100 W from the grid",
            lambda loop: loop.world.plant.flows.grid_w < 100.0,  # noqa: PLR2004 - said in words
        ),
        wrong_wh=30.0,
    ),
    Fault(
        name="oven-and-kettle",
        part=Part.HOUSE,
        what="Loads of 4 kW come and go every minute for 10 min",
        each=lambda loop, second: (
            loop.world.commands.run("kettle", power_w=4000.0, seconds=30.0)
            if second % 60 == 1
            else None
        ),
        lasts_s=600,
        recovers_s=330,
        closings=1,
        effect=FOLLOWS,
        wrong_wh=200.0,
    ),
    Fault(
        name="dess-steers",
        part=Part.HOUSE,
        what="Dynamic ESS steers the battery; the car shall not have it",
        begin=replace(KEEPS_BATTERY, gx=GxConfig(dynamic_ess_active=True)),
        lasts_s=300,
        sign=Sign(
            "a conflict is named, nothing is written to the GX",
            lambda loop: "dess_active" in loop.site.conflicts and writes_to_gx(loop) == 0,
        ),
    ),
    Fault(
        name="gx-ignores-the-limit",
        part=Part.HOUSE,
        what="The GX takes the discharge limit and does not act on it",
        begin=replace(KEEPS_BATTERY, gx=GxConfig(obeys_overrides=False)),
        lasts_s=300,
        sign=guard_is(BatteryGuard.IGNORED, "keeping the battery out: ignored"),
    ),
    Fault(
        name="gx-forgets-the-limit",
        part=Part.HOUSE,
        what="The GX reboots while the battery is kept out of the car",
        begin=KEEPS_BATTERY,
        strike=desk("gx_reboot"),
        lasts_s=200,
        sign=guard_is(BatteryGuard.EFFECTIVE, "keeping the battery out: effective"),
        recovers_s=30,
    ),
    Fault(
        name="other-limit-at-the-gx",
        part=Part.HOUSE,
        what="Another program writes the same limit at the GX every 5 s, for 5 min",
        begin=KEEPS_BATTERY,
        each=lambda loop, second: (
            loop.stranger.publish(OVERRIDE, json.dumps({"value": 3000}))
            if second % 5 == 1
            else None
        ),
        lasts_s=300,
        after=AS_BEFORE,
        recovers_s=30,
    ),
)
"""Rows of the house."""
