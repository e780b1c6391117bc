"""What limits of the site, shadow mode and the budget of closings are for.

Here the fault is an oven, a cloud, a lost grid or a lost reading, and what must hold is the owner's limit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from custom_components.victron_openevse.control.model import Mode, Status, Temporary
from custom_components.victron_openevse.control.reasons import ReasonCode
from simulator.fault_gx import GRID, gone
from simulator.fault_house import BEHIND_INVERTER, give
from simulator.fault_row import (
    FOLLOWS,
    NIGHT,
    STOPS,
    Begin,
    Effect,
    Fault,
    Part,
    Recovery,
    Sign,
    desk,
    is_closed,
    is_open,
    obeys,
    several,
)
from simulator.faults import GxFault
from simulator.plant import PlantConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.fault_loop import FaultLoop

ROUNDING_W: Final = 60.0
"""Meters round, and a house wanders: a quarter of an ampere."""
GRID_LIMIT_A: Final = 25.0
BATTERY_LIMIT_W: Final = 2500.0
INVERTER_LIMIT_W: Final = 3000.0
OVEN_W: Final = 2400.0
EMPTY: Final = replace(NIGHT, soc_pct=11.0)
"""The battery is at its minimum, so that everything comes from the grid."""
FULL: Final = replace(NIGHT, soc_pct=80.0)
"""The battery carries house and car."""
THREE_PHASES: Final = replace(EMPTY, config=PlantConfig(phases=3, car_phases=1))
BOOST: Final = Temporary(mode=Mode.FAST, boost=True, duration_s=7200.0)
SUN_S, CLOUD_S = 150, 150
"""A flappy sun: so long it shines, so long it does not."""
GRID_S, NO_GRID_S = 120, 120
"""A grid that is being mended: so long it is there, so long it is not."""


def within_grid_limit(loop: FaultLoop) -> bool:
    """No phase imports more than the owner allows."""
    plant, site = loop.world.plant, loop.settings.site
    limit_w = site.grid_limit_a * plant.config.volts + ROUNDING_W
    return all(phase_w <= limit_w for phase_w in plant.flows.grid_phases_w)


def within_battery_limit(loop: FaultLoop) -> bool:
    """The battery gives no more than the owner allows."""
    return -loop.world.plant.flows.battery_w <= loop.settings.site.battery_limit_w + ROUNDING_W


def within_inverter_limit(loop: FaultLoop) -> bool:
    """House and car take no more than the inverter may carry."""
    flows = loop.world.plant.flows
    return flows.house_w + flows.car_w <= loop.settings.site.inverter_limit_w + ROUNDING_W


def is_let_go(loop: FaultLoop) -> bool:
    """Nothing of ours is left at the charger, and nothing more is sent."""
    nothing_left = loop.charger.mqtt_claim is None and not loop.charger.limit.active
    return nothing_left and loop.client.commanded_at_s < loop.world.now_s


def limits(mode: Mode = Mode.FAST, words: str = "mode fast", **site: Any) -> Begin:
    """A house at night with an empty battery and limits of its owner."""
    return Begin(scenario=EMPTY, mode=mode, sun_w=0.0, site=site, words=words)


def oven(power_w: float, seconds: float) -> Callable[[FaultLoop], None]:
    """Switch a load on for a while."""
    return desk("kettle", power_w=power_w, seconds=seconds)


def owner(**site: Any) -> Callable[[FaultLoop], None]:
    """The owner changes settings of the site."""
    return lambda loop: loop.choose_for_site(**site)


def flap(loop: FaultLoop, second: int) -> None:
    """Let the sun come and go."""
    sun_w = 3000.0 if second % (SUN_S + CLOUD_S) < SUN_S else 0.0
    loop.world.commands.run("pv_hold", power_w=sun_w)


def flap_grid(loop: FaultLoop, second: int) -> None:
    """Let the grid come and go."""
    if second % (GRID_S + NO_GRID_S) == 1:
        loop.world.commands.run("grid_lost", seconds=float(NO_GRID_S))


def _both_charge(loop: FaultLoop) -> bool:
    return all(charger.contactor_closed for charger in loop.world.chargers.values())


KEEPS_GRID: Final = Effect(
    "goes down until no phase imports more than allowed", within_grid_limit, is_closed, lasting=True
)
KEEPS_BATTERY: Final = Effect(
    "goes down until the battery gives no more than allowed",
    within_battery_limit,
    is_closed,
    lasting=True,
)
KEEPS_INVERTER: Final = Effect(
    "goes down until the inverter carries no more than allowed",
    within_inverter_limit,
    is_closed,
    lasting=True,
)
SHARE: Final = Effect(
    "goes down with the other one until no phase imports more than allowed, and both charge on",
    within_grid_limit,
    _both_charge,
    lasting=True,
)
LEFT_ALONE: Final = Effect(
    "is handed back to its charger at once, and nothing is sent any more", is_let_go, lasting=True
)
TAKEN_OVER: Final = Effect("is steered again", obeys, is_closed)
RESTS: Final = Effect("rests once the budget is used up", is_open, lasting=True)
RESTS_AN_HOUR: Final = Effect(
    "closes once an hour when the budget is used up", is_open, lasting=True
)
BY_A_PERSON: Final = Recovery("starts when a person asks", lambda loop, _before: is_closed(loop))
STEERED: Final = Recovery("follows the sun", lambda loop, _before: is_closed(loop) and obeys(loop))

ROWS: Final = (
    Fault(
        name="grid-limit-oven-fast",
        part=Part.LIMITS,
        what="An oven of 2.4 kW goes on for 5 min; 25 A of import are allowed",
        begin=limits(grid_limit_a=GRID_LIMIT_A),
        strike=oven(OVEN_W, 300),
        lasts_s=300,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_GRID,
        effect=KEEPS_GRID,
        within_s=12,
        recovers_s=90,
    ),
    Fault(
        name="grid-limit-oven-boost",
        part=Part.LIMITS,
        what="An oven of 2.4 kW goes on for 5 min; 25 A of import are allowed",
        begin=replace(
            limits(Mode.SOLAR, "boost at 20 A", grid_limit_a=GRID_LIMIT_A), own={"temporary": BOOST}
        ),
        strike=oven(OVEN_W, 300),
        lasts_s=300,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_GRID,
        effect=KEEPS_GRID,
        within_s=12,
        recovers_s=90,
        wrong_wh=600.0,
        note="A boost is entitled to the grid",
    ),
    Fault(
        name="grid-limit-oven-solar",
        part=Part.LIMITS,
        what="An oven of 5 kW goes on for 5 min and the battery gives nothing; 15 A are allowed",
        begin=Begin(site={"grid_limit_a": 15.0}),
        strike=several(lambda loop: give(loop, 0.0), oven(5000.0, 300)),
        heal=lambda loop: give(loop, 5000.0),
        lasts_s=300,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_GRID,
        effect=STOPS,
        within_s=20,
        recovers_s=360,
        closings=1,
        wrong_wh=20.0,
        note="The limit comes before the contactor's least time",
    ),
    Fault(
        name="grid-limit-for-long",
        part=Part.LIMITS,
        what="The house alone takes more than the 25 A that are allowed, for 10 min",
        begin=limits(grid_limit_a=GRID_LIMIT_A),
        strike=oven(6000.0, 600),
        lasts_s=600,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_GRID,
        effect=STOPS,
        within_s=20,
        recovers_s=150,
        closings=1,
    ),
    Fault(
        name="grid-limit-kettles",
        part=Part.LIMITS,
        what="A kettle of 4.5 kW goes on for 3 s each minute, for 5 min; 25 A are allowed",
        begin=limits(grid_limit_a=GRID_LIMIT_A),
        each=lambda loop, second: oven(4500.0, 3)(loop) if second % 60 == 1 else None,
        lasts_s=300,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_GRID,
        effect=FOLLOWS,
        recovers_s=90,
        note="So short a shortage opens no contactor",
    ),
    Fault(
        name="grid-limit-per-phase",
        part=Part.LIMITS,
        what="An oven of 7 kW on three phases, half of it on the car's, goes on for 5 min",
        begin=replace(
            limits(grid_limit_a=GRID_LIMIT_A),
            scenario=THREE_PHASES,
            own={"grid_phase": 1},
            words="mode fast, three phases of 25 A, a car on the first",
        ),
        strike=oven(7000.0, 300),
        lasts_s=300,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_GRID,
        effect=KEEPS_GRID,
        within_s=12,
        recovers_s=90,
    ),
    Fault(
        name="grid-limit-lowered",
        part=Part.LIMITS,
        what="The owner lowers the limit of the grid to 12 A for 5 min",
        begin=limits(grid_limit_a=GRID_LIMIT_A),
        strike=owner(grid_limit_a=12.0),
        heal=owner(grid_limit_a=GRID_LIMIT_A),
        lasts_s=300,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_GRID,
        effect=KEEPS_GRID,
        within_s=12,
        recovers_s=90,
    ),
    Fault(
        name="grid-limit-shared",
        part=Part.LIMITS,
        what="An oven of 2.4 kW goes on for 5 min while two cars charge; 32 A are allowed",
        begin=replace(limits(grid_limit_a=32.0), chargers=2, words="mode fast, two chargers"),
        strike=oven(OVEN_W, 300),
        lasts_s=300,
        effect=SHARE,
        within_s=12,
        recovers_s=90,
    ),
    Fault(
        name="grid-limit-gx-silent",
        part=Part.LIMITS,
        what="The GX says nothing for 10 min, so the limit of 25 A cannot be watched",
        begin=limits(grid_limit_a=GRID_LIMIT_A),
        strike=lambda loop: loop.world.gx.inject(GxFault.SILENT, duration_s=600),
        lasts_s=600,
        status=Status.LIMITED,
        reason=ReasonCode.LIMIT_UNWATCHED,
        effect=STOPS,
        within_s=190,
        recovers_s=150,
        closings=1,
        note="6 A after 30 s; without a limit this mode needs no GX",
    ),
    Fault(
        name="grid-limit-phase-null",
        part=Part.LIMITS,
        what="The grid power is null for 5 min, so the limit of 25 A cannot be watched",
        begin=limits(grid_limit_a=GRID_LIMIT_A),
        strike=gone(GRID, 300),
        lasts_s=300,
        status=Status.LIMITED,
        reason=ReasonCode.LIMIT_UNWATCHED,
        effect=STOPS,
        within_s=200,
        recovers_s=210,
        closings=1,
    ),
    Fault(
        name="battery-limit-oven",
        part=Part.LIMITS,
        what="A load of 700 W goes on for 5 min; the battery may give 2.5 kW",
        begin=replace(limits(battery_limit_w=BATTERY_LIMIT_W), scenario=FULL),
        strike=oven(700.0, 300),
        lasts_s=300,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_BATTERY,
        effect=KEEPS_BATTERY,
        within_s=25,
        recovers_s=90,
        note="The battery takes up to 15 s to carry a new load or to be rid of one",
    ),
    Fault(
        name="inverter-limit-grid-lost",
        part=Part.LIMITS,
        what="The grid is lost for 5 min, charging without it is allowed, the inverter may carry 3 kW",
        begin=Begin(
            scenario=BEHIND_INVERTER,
            mode=Mode.FAST,
            site={"allow_islanded": True, "inverter_limit_w": INVERTER_LIMIT_W},
            words="mode fast",
        ),
        strike=desk("grid_lost", seconds=300.0),
        lasts_s=299,
        status=Status.LIMITED,
        reason=ReasonCode.LIMITED_BY_INVERTER,
        effect=KEEPS_INVERTER,
        within_s=12,
        recovers_s=90,
    ),
    Fault(
        name="shadow-on",
        part=Part.LIMITS,
        what="The owner switches shadow mode on for 5 min",
        strike=owner(shadow=True),
        heal=owner(shadow=False),
        lasts_s=300,
        effect=LEFT_ALONE,
        within_s=5,
        after=STEERED,
        recovers_s=30,
        wrong_wh=500.0,
        over_circuit_s=320,
        sign=Sign("what would be done and why", lambda loop: loop.seen.offered_current_a > 0),
        note="Left alone, a charger gives its own maximum",
    ),
    Fault(
        name="shadow-off",
        part=Part.LIMITS,
        what="The owner switches shadow mode off",
        begin=Begin(site={"shadow": True}, words="shadow mode: the charger gives its own maximum"),
        strike=owner(shadow=False),
        lasts_s=60,
        effect=TAKEN_OVER,
        within_s=5,
        after=STEERED,
        over_circuit_s=5,
        wrong_wh=20.0,
    ),
    Fault(
        name="closings-used-up",
        part=Part.LIMITS,
        what="The sun comes and goes every few minutes for 25 min; 2 closings a day are allowed",
        begin=Begin(
            mode=Mode.SOLAR_ONLY,
            own={"daily_closings": 2},
            site={"min_on_s": 60.0, "min_off_s": 60.0},
            words="mode solar only",
        ),
        each=flap,
        heal=lambda loop: loop.choose(mode=Mode.FAST),
        lasts_s=1500,
        status=Status.WAITING_FOR_SUN,
        reason=ReasonCode.CLOSINGS_USED_UP,
        effect=RESTS,
        within_s=1000,
        after=BY_A_PERSON,
        recovers_s=15,
        closings=3,
        wrong_wh=120.0,
        note="The third is the person's, above the budget",
    ),
    Fault(
        name="closings-used-up-fast",
        part=Part.LIMITS,
        what="The grid goes for 2 min every 4 min, for 30 min; 2 closings a day are allowed",
        begin=Begin(
            scenario=BEHIND_INVERTER,
            mode=Mode.FAST,
            own={"daily_closings": 2},
            site={"min_on_s": 60.0, "min_off_s": 60.0},
            words="mode fast",
        ),
        each=flap_grid,
        heal=lambda loop: loop.choose(mode=Mode.MEDIUM),
        lasts_s=1800,
        status=Status.LIMITED,
        reason=ReasonCode.CLOSINGS_USED_UP,
        effect=RESTS_AN_HOUR,
        within_s=600,
        after=BY_A_PERSON,
        recovers_s=15,
        closings=3,
        note="The third is the person's, above the budget",
    ),
)
"""Rows of the limits."""
