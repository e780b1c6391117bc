"""One house for every reason there is, with what would change it."""

from dataclasses import replace
from typing import Any, Final

import pytest

from custom_components.victron_openevse.control.model import (
    ChargerReading,
    ChargerState,
    Mode,
    Priority,
    Temporary,
)
from custom_components.victron_openevse.control.outlook import ChangeCode
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import KEY, House, home

NARROW: Final = {"grid_limit_a": 16.0}
ALONE: Final = {"inverter_limit_w": 3000.0, "allow_islanded": True}


def after(seconds: int, **how: Any) -> House:
    """A house that has lived for some seconds."""
    house = House(**how)
    house.run(seconds)
    return house


def worn() -> House:
    """Sun for a car whose contactor has closed as often as it may in a day."""
    house = home(Priority.BALANCED, pv_w=0.0, soc_pct=20.0, settings={"daily_closings": 1})
    house.run(30)
    own = replace(house.own, closings_at_s=(house.now_s - 3600.0,))
    house.memory = replace(house.memory, chargers={KEY: own})
    house.pv_w, house.soc_pct = 4000.0, 80.0
    house.run(900, 5.0)
    return house


def sun_gone() -> House:
    """A car that the sun has just left while its contactor is still new."""
    house = after(60, mode=Mode.SOLAR_ONLY)
    house.pv_w = 0.0
    house.run(120)
    return house


def sun_back() -> House:
    """Sun that came back a minute after the contactor opened."""
    house = after(400, mode=Mode.FAST)
    house.wants = False
    house.run(10)
    house.mode = Mode.OFF
    house.step()
    house.mode = Mode.FAST
    house.memory = replace(
        house.memory,
        chargers={
            KEY: replace(
                house.own, free_start=False, mode=Mode.FAST, opened_at_s=house.now_s - 10.0
            )
        },
    )
    house.step()
    return house


class Mute(House):
    """A house whose charger is there but has not told its state."""

    def charger_reading(self) -> ChargerReading:
        """Tell no more than that it is there."""
        return replace(super().charger_reading(), state=None, vehicle_connected=None)


def unheard() -> House:
    """Home Assistant has just started; a charger says everything each 30 s only."""
    house = Mute()
    house.run(5)
    return house


def silent(seconds: int, mode: Mode = Mode.SOLAR, **how: Any) -> House:
    """A GX that fell silent some seconds ago."""
    house = after(120, mode=mode, **how)
    house.freeze()
    house.run(seconds)
    return house


def probing() -> House:
    """A throttled array that gives the car what it is asked for, and says it could give more."""
    house = House(soc_pct=100.0, pv_limited=True, battery_w=0.0)
    for _ in range(100):
        house.pv_w = house.load_w + house.car_w
        house.step()
    return house


def dusk() -> House:
    """A house whose battery holds more than the coming night needs."""
    house = home(Priority.BALANCED, pv_w=2500.0, hours_to_sunset=2.0, soc_pct=90.0)
    house.run(60)
    return house


def house_first() -> House:
    """A house battery that is to be filled first."""
    house = home(Priority.HOUSE_FIRST, soc_pct=60.0, pv_w=1000.0)
    house.run(30)
    return house


def temporary(**how: Any) -> dict[str, Any]:
    """Settings with a temporary mode."""
    return {"temporary": Temporary(**{"mode": Mode.FAST, "boost": True, "serial": 1, **how})}


def at_target() -> House:
    """A car that has reached its target, and whose contactor is open."""
    return after(30, vehicle_soc_pct=85.0, settings={"target_soc_pct": 80.0})


def over_limit() -> House:
    """A session that has brought all it may."""
    house = after(1200, mode=Mode.FAST, settings={"session_limit_kwh": 1.0})
    assert house.offered_a == 0
    return house


CASES: Final[list[Any]] = [
    pytest.param(
        lambda: after(5, mode=Mode.OFF), ReasonCode.SWITCHED_OFF, [ChangeCode.CHOOSE_MODE], id="off"
    ),
    pytest.param(
        lambda: after(5, settings={"pause_until_morning": True}),
        ReasonCode.PAUSED_UNTIL_MORNING,
        [ChangeCode.MORNING],
        id="paused until morning",
    ),
    pytest.param(
        lambda: after(5, settings=temporary(mode=Mode.OFF, boost=False, duration_s=60.0)),
        ReasonCode.PAUSED_FOR_A_WHILE,
        [ChangeCode.ENDS_AFTER_TIME],
        id="paused for a while",
    ),
    pytest.param(
        lambda: after(5, vehicle=False), ReasonCode.NO_VEHICLE, [ChangeCode.PLUG_IN], id="no car"
    ),
    pytest.param(
        unheard,
        ReasonCode.WAITING_FOR_CHARGER,
        [ChangeCode.CHARGER_HEARD],
        id="the charger has not spoken yet",
    ),
    pytest.param(
        lambda: after(5, online=False),
        ReasonCode.CHARGER_OFFLINE,
        [ChangeCode.CHARGER_HEARD],
        id="offline",
    ),
    pytest.param(
        lambda: after(5, state=ChargerState.FAULT),
        ReasonCode.CHARGER_FAULT,
        [ChangeCode.FAULT_CLEARED],
        id="fault",
    ),
    pytest.param(
        lambda: after(30, override=True),
        ReasonCode.OVERRIDDEN_AT_CHARGER,
        [ChangeCode.OVERRIDE_ENDS],
        id="overridden",
    ),
    pytest.param(
        lambda: after(30, grid_connected=False),
        ReasonCode.GRID_LOST,
        [ChangeCode.GRID_BACK],
        id="grid lost",
    ),
    pytest.param(
        lambda: after(30, mode=Mode.MEDIUM),
        ReasonCode.FIXED_CURRENT,
        [ChangeCode.ANOTHER_MODE],
        id="medium",
    ),
    pytest.param(
        lambda: after(30, settings=temporary(energy_kwh=3.0)),
        ReasonCode.BOOSTING,
        [ChangeCode.ENDS_AFTER_ENERGY],
        id="a boost by energy",
    ),
    pytest.param(
        lambda: after(30, settings=temporary(duration_s=600.0, target_soc_pct=90.0)),
        ReasonCode.BOOSTING,
        [ChangeCode.ENDS_AFTER_TIME, ChangeCode.ENDS_AT_TARGET],
        id="a boost with two ends",
    ),
    pytest.param(
        lambda: after(30, settings=temporary()),
        ReasonCode.BOOSTING,
        [ChangeCode.ENDS_BY_HAND],
        id="a boost without an end",
    ),
    pytest.param(
        lambda: after(30, settings=temporary(mode=Mode.MEDIUM, boost=False, duration_s=900.0)),
        ReasonCode.FIXED_CURRENT,
        [ChangeCode.ANOTHER_MODE, ChangeCode.ENDS_AFTER_TIME],
        id="a mode with an end",
    ),
    pytest.param(
        lambda: after(60), ReasonCode.FOLLOWING_SURPLUS, [ChangeCode.BATTERY_STOPS], id="solar"
    ),
    pytest.param(
        lambda: after(60, mode=Mode.SOLAR_ONLY),
        ReasonCode.FOLLOWING_SURPLUS,
        [ChangeCode.SUN_STOPS],
        id="solar only",
    ),
    pytest.param(
        lambda: after(60, pv_w=800.0),
        ReasonCode.SUPPLEMENTING_MINIMUM,
        [ChangeCode.BATTERY_STOPS],
        id="the battery helps",
    ),
    pytest.param(
        lambda: after(60, pv_w=0.0, mode=Mode.MINIMUM_SOLAR),
        ReasonCode.GUARANTEED_MINIMUM,
        [ChangeCode.NEVER_STOPS],
        id="minimum and solar",
    ),
    pytest.param(
        lambda: after(60, pv_w=0.0, soc_pct=20.0),
        ReasonCode.RESERVE_REACHED,
        [ChangeCode.SUN_STARTS, ChangeCode.BATTERY_STARTS],
        id="at the reserve",
    ),
    pytest.param(
        lambda: after(60, pv_w=500.0, mode=Mode.SOLAR_ONLY),
        ReasonCode.WAITING_FOR_SURPLUS,
        [ChangeCode.SUN_STARTS],
        id="waiting for sun",
    ),
    pytest.param(
        lambda: after(60, pv_w=500.0, soc_pct=30.0, mode=Mode.SOLAR_ONLY),
        ReasonCode.RESERVE_REACHED,
        [ChangeCode.SUN_STARTS_FROM_LEVEL],
        id="solar only at the reserve",
    ),
    pytest.param(
        sun_gone, ReasonCode.MINIMUM_ON_TIME, [ChangeCode.CONTACTOR_RESTED], id="minimum on"
    ),
    pytest.param(
        sun_back, ReasonCode.MINIMUM_OFF_TIME, [ChangeCode.CONTACTOR_RESTED], id="minimum off"
    ),
    pytest.param(
        lambda: after(1, mode=Mode.FAST),
        ReasonCode.WAITING_FOR_CONTACTOR,
        [ChangeCode.CONTACTOR_CLOSES],
        id="starting",
    ),
    pytest.param(
        lambda: after(130, mode=Mode.FAST, wants=False),
        ReasonCode.CAR_NOT_DRAWING,
        [ChangeCode.CAR_ASKS],
        id="a full car",
    ),
    pytest.param(
        lambda: silent(25),
        ReasonCode.DATA_OLD_HOLDING,
        [ChangeCode.READINGS_RETURN, ChangeCode.SILENCE_LOWERS],
        id="silent for 25 s",
    ),
    pytest.param(
        lambda: silent(60),
        ReasonCode.DATA_OLD_MINIMUM,
        [ChangeCode.READINGS_RETURN, ChangeCode.SILENCE_STOPS],
        id="silent for a minute",
    ),
    pytest.param(
        lambda: silent(200, Mode.MINIMUM_SOLAR),
        ReasonCode.DATA_OLD_MINIMUM,
        [ChangeCode.READINGS_RETURN],
        id="the guaranteed minimum needs no readings",
    ),
    pytest.param(
        lambda: silent(200), ReasonCode.DATA_MISSING, [ChangeCode.READINGS_RETURN], id="silent"
    ),
    pytest.param(
        lambda: after(30, mode=Mode.FAST, settings={"circuit_current_a": 10}),
        ReasonCode.LIMITED_BY_CIRCUIT,
        [ChangeCode.RAISE_CIRCUIT],
        id="circuit",
    ),
    pytest.param(
        lambda: after(30, mode=Mode.FAST, settings={"fast_current_a": 40, "circuit_current_a": 40}),
        ReasonCode.LIMITED_BY_CHARGER,
        [ChangeCode.RAISE_CHARGER],
        id="charger",
    ),
    pytest.param(
        lambda: after(60, mode=Mode.FAST, pv_w=0.0, battery_w=0.0, site_settings=NARROW),
        ReasonCode.LIMITED_BY_GRID,
        [ChangeCode.HOUSE_TAKES_LESS],
        id="grid connection",
    ),
    pytest.param(
        lambda: after(60, mode=Mode.FAST, pv_w=0.0, site_settings={"battery_limit_w": 3000.0}),
        ReasonCode.LIMITED_BY_BATTERY,
        [ChangeCode.HOUSE_TAKES_LESS],
        id="battery",
    ),
    pytest.param(
        lambda: after(60, mode=Mode.FAST, pv_w=0.0, grid_connected=False, site_settings=ALONE),
        ReasonCode.LIMITED_BY_INVERTER,
        [ChangeCode.HOUSE_TAKES_LESS],
        id="inverter",
    ),
    pytest.param(
        lambda: silent(60, Mode.FAST, site_settings=NARROW),
        ReasonCode.LIMIT_UNWATCHED,
        [ChangeCode.LIMIT_WATCHED],
        id="nobody tells what the grid gives",
    ),
    pytest.param(
        worn,
        ReasonCode.CLOSINGS_USED_UP,
        [ChangeCode.CLOSING_FREE, ChangeCode.BATTERY_AT_SUNSET],
        id="closed often enough",
    ),
    pytest.param(
        lambda: after(20, settings={"check_serial": 1}),
        ReasonCode.CHECKING,
        [ChangeCode.CHECK_ENDS],
        id="commissioning check",
    ),
    pytest.param(
        lambda: after(30, mode=Mode.FAST, site_settings={"shadow": True}),
        ReasonCode.FIXED_CURRENT,
        [ChangeCode.SHADOW_ENDS, ChangeCode.ANOTHER_MODE],
        id="shadow mode",
    ),
    pytest.param(probing, ReasonCode.PROBING_HIDDEN_SUN, [ChangeCode.BATTERY_STOPS], id="probing"),
    pytest.param(
        dusk,
        ReasonCode.SHARING_BATTERY,
        [ChangeCode.BATTERY_STOPS, ChangeCode.BATTERY_AT_SUNSET],
        id="the battery adds to the sun",
    ),
    pytest.param(
        house_first,
        ReasonCode.FILLING_BATTERY_FIRST,
        [ChangeCode.SUN_STARTS_FROM_LEVEL, ChangeCode.BATTERY_AT_SUNSET],
        id="the house battery comes first",
    ),
    pytest.param(at_target, ReasonCode.TARGET_REACHED, [ChangeCode.RAISE_TARGET], id="target"),
    pytest.param(
        over_limit, ReasonCode.SESSION_LIMIT_REACHED, [ChangeCode.RAISE_SESSION_LIMIT], id="limit"
    ),
    pytest.param(
        lambda: after(
            60,
            mode=Mode.FAST,
            vehicle_soc_pct=40.0,
            settings={"session_limit_kwh": 9.0, "target_soc_pct": 80.0},
        ),
        ReasonCode.FIXED_CURRENT,
        [ChangeCode.ANOTHER_MODE, ChangeCode.SESSION_LEFT, ChangeCode.TARGET_AHEAD],
        id="limit and target ahead",
    ),
]
