"""Held-back sun, permission to export, presence of the grid."""

import pytest

from custom_components.victron_openevse.control.model import Reading
from tests.victron.fake_gx import Gx

MODE = "solarcharger/279/MppOperationMode"
YIELD = "solarcharger/279/Yield/Power"
LIMITER = "hub4/0/PvPowerLimiterActive"
AC = "pvinverter/20/Ac"
GATE = "settings/0/Settings/CGwacs"
DC_PV = "system/0/Dc/Pv/Power"
AC_PV = "system/0/Ac/PvOnGrid/L1/Power"


def answer(reading: Reading[bool] | None) -> bool | None:
    return None if reading is None else reading.value


@pytest.mark.parametrize(
    ("site", "limited"),
    [
        pytest.param({}, None, id="nothing known"),
        pytest.param({MODE: 2, YIELD: 3000}, False, id="tracking"),
        pytest.param({MODE: 0, YIELD: 0}, False, id="off"),
        pytest.param({MODE: 1, YIELD: 900}, True, id="limited while producing"),
        pytest.param({MODE: 1, YIELD: 0}, False, id="limited without sun"),
        pytest.param({MODE: 1}, None, id="limited, yield unknown"),
        pytest.param({MODE: 255, YIELD: 900}, None, id="does not say"),
        pytest.param({MODE: 255, YIELD: 0}, False, id="does not say, no sun"),
        pytest.param({YIELD: 900}, None, id="mode unknown"),
        pytest.param(
            {
                MODE: 1,
                YIELD: 5000,
                "solarcharger/279/Settings/ChargeCurrentLimit": 100,
                "system/0/Dc/Battery/Voltage": 52,
            },
            False,
            id="clipping at its rating",
        ),
        pytest.param(
            {
                MODE: 1,
                YIELD: 4900,
                "solarcharger/279/Settings/ChargeCurrentLimit": 100,
                "system/0/Dc/Battery/Voltage": 52,
            },
            True,
            id="below its rating",
        ),
        pytest.param(
            {MODE: 2, YIELD: 900, "solarcharger/280/MppOperationMode": 255}, None, id="one silent"
        ),
        pytest.param(
            {
                MODE: 255,
                YIELD: 900,
                "solarcharger/280/MppOperationMode": 1,
                "solarcharger/280/Yield/Power": 10,
            },
            True,
            id="one limited is enough",
        ),
        pytest.param({LIMITER: 1, MODE: 2, YIELD: 900}, True, id="feed-in limiter"),
        pytest.param({LIMITER: 0}, False, id="limiter idle, no solar charger"),
        pytest.param({LIMITER: 0, MODE: 255, YIELD: 9}, None, id="limiter idle, charger unknown"),
        pytest.param(
            {f"{AC}/Power": 1950, f"{AC}/PowerLimit": 2000, f"{AC}/MaxPower": 5000},
            True,
            id="AC inverter at its limit",
        ),
        pytest.param(
            {f"{AC}/Power": 1850, f"{AC}/PowerLimit": 2000, f"{AC}/MaxPower": 5000},
            False,
            id="AC inverter below its limit",
        ),
        pytest.param(
            {f"{AC}/Power": 4990, f"{AC}/PowerLimit": 5000, f"{AC}/MaxPower": 5000},
            False,
            id="AC inverter at its maximum",
        ),
        pytest.param(
            {f"{AC}/PowerLimit": 2000, f"{AC}/MaxPower": 5000}, None, id="AC power unknown"
        ),
        pytest.param(
            {f"{AC}/Power": 900, f"{AC}/PowerLimit": None, MODE: 2, YIELD: 9},
            False,
            id="AC inverter that cannot be limited",
        ),
    ],
)
def test_pv_limited(gx: Gx, site: dict[str, object], limited: bool | None) -> None:
    gx.publish(site)
    assert answer(gx.reading().pv_limited) is limited


def test_not_limited_is_as_old_as_its_oldest_witness(house: Gx) -> None:
    house.now_s += 5
    house.say(YIELD, 3100)
    house.say("hub4/0/PvPowerLimiterActive", 0)
    assert house.reading().pv_limited == Reading(value=False, at_s=1000.0)


def test_a_charger_under_a_new_instance(house: Gx) -> None:
    """Re-plugged: the old instance leaves with zero bytes, the new one speaks."""
    house.raw(MODE, "")
    house.raw(YIELD, "")
    house.say("solarcharger/288/MppOperationMode", 2)
    house.say("solarcharger/288/Yield/Power", 2900)
    assert house.reading().pv_limited is None, "it might just have crashed"
    house.pass_time(180)
    house.say("full_publish_completed", 1)
    assert answer(house.reading().pv_limited) is False
    house.say("solarcharger/288/MppOperationMode", 1)
    assert answer(house.reading().pv_limited) is True


@pytest.mark.parametrize(
    ("site", "allowed"),
    [
        pytest.param({DC_PV: 0, f"{GATE}/OvervoltageFeedIn": 1}, True, id="DC allowed"),
        pytest.param({DC_PV: 0, f"{GATE}/OvervoltageFeedIn": 0}, False, id="DC denied"),
        pytest.param({DC_PV: 0}, None, id="DC unknown"),
        pytest.param({AC_PV: 5, f"{GATE}/PreventFeedback": 0}, True, id="AC allowed"),
        pytest.param({AC_PV: 5, f"{GATE}/PreventFeedback": 1}, False, id="AC denied"),
        pytest.param(
            {DC_PV: 1, AC_PV: 5, f"{GATE}/OvervoltageFeedIn": 1, f"{GATE}/PreventFeedback": 1},
            False,
            id="one kind denied",
        ),
        pytest.param(
            {DC_PV: 1, AC_PV: 5, f"{GATE}/OvervoltageFeedIn": 1}, None, id="one kind unknown"
        ),
        pytest.param(
            {DC_PV: 1, f"{GATE}/OvervoltageFeedIn": 1, f"{GATE}/PreventFeedback": 1},
            True,
            id="AC setting does not matter without AC arrays",
        ),
        pytest.param(
            {DC_PV: 1, f"{GATE}/OvervoltageFeedIn": 1, f"{GATE}/MaxFeedInPower": 0},
            False,
            id="cap of zero",
        ),
        pytest.param(
            {DC_PV: 1, f"{GATE}/OvervoltageFeedIn": 1, f"{GATE}/MaxFeedInPower": -1},
            True,
            id="no cap",
        ),
        pytest.param({f"{GATE}/OvervoltageFeedIn": 1}, None, id="no arrays"),
    ],
)
def test_feed_in_allowed(gx: Gx, site: dict[str, object], allowed: bool | None) -> None:
    gx.publish(site)
    assert answer(gx.reading().feed_in_allowed) is allowed


@pytest.mark.parametrize(
    ("source", "connected"),
    [
        pytest.param(1, True, id="grid"),
        pytest.param(3, True, id="shore"),
        pytest.param(2, False, id="generator"),
        pytest.param(240, False, id="islanded"),
        pytest.param(0, None, id="not available"),
        pytest.param(None, None, id="null"),
    ],
)
def test_grid_connected(gx: Gx, source: int | None, connected: bool | None) -> None:
    gx.say("system/0/Ac/ActiveIn/Source", source)
    assert answer(gx.reading().grid_connected) is connected


@pytest.mark.parametrize(
    ("meters", "volts"),
    [
        pytest.param({30: 235.6}, 235.6, id="one meter"),
        pytest.param({40: 231.0, 30: 235.6}, 235.6, id="lowest instance first"),
        pytest.param({30: None, 40: 231.0}, 231.0, id="first has none"),
        pytest.param({30: 23.5}, None, id="absurd"),
        pytest.param({}, None, id="no meter"),
    ],
)
def test_grid_voltage(gx: Gx, meters: dict[int, object], volts: float | None) -> None:
    for instance, said in meters.items():
        gx.say(f"grid/{instance}/Ac/L1/Voltage", said)
    reading = gx.reading().grid_voltage_v
    assert (None if reading is None else reading.value) == volts
