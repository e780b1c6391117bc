"""Sums over phases and arrays: whole or absent, as old as their oldest part."""

import pytest

from custom_components.victron_openevse.control.model import Reading
from tests.victron.fake_gx import SINGLE_PHASE, Gx

GRID = "system/0/Ac/Grid"
ON_GRID = "system/0/Ac/PvOnGrid"
DC = "system/0/Dc/Pv/Power"

THREE_PHASE: dict[str, object] = {
    **SINGLE_PHASE,
    f"{GRID}/L1/Power": 500,
    f"{GRID}/L2/Power": -200.5,
    f"{GRID}/L3/Power": -100,
    f"{GRID}/NumberOfPhases": 3,
    f"{ON_GRID}/L1/Power": 700,
    f"{ON_GRID}/L2/Power": 710,
    f"{ON_GRID}/L3/Power": 690,
    f"{ON_GRID}/NumberOfPhases": 3,
}


def value(reading: Reading[float] | None) -> float | None:
    return None if reading is None else reading.value


@pytest.fixture
def three(gx: Gx) -> Gx:
    """A three-phase house with arrays on both sides."""
    gx.publish(THREE_PHASE)
    return gx


@pytest.mark.parametrize(
    ("changes", "grid_w"),
    [
        pytest.param({}, 199.5, id="three phases"),
        pytest.param({"L2/Power": None}, None, id="one phase null"),
        pytest.param({"L2/Power": 999_999}, None, id="one phase absurd"),
        pytest.param({"L2/Power": "x"}, None, id="one phase a text"),
        pytest.param(
            {"L2/Power": None, "L3/Power": None, "NumberOfPhases": 1}, 500, id="now one phase"
        ),
        pytest.param({"L3/Power": None, "NumberOfPhases": None}, None, id="lost, count unknown"),
        pytest.param({"NumberOfPhases": None}, 199.5, id="all known, count unknown"),
        pytest.param(
            {"L1/Power": None, "L2/Power": None, "L3/Power": None, "NumberOfPhases": None},
            None,
            id="meter gone",
        ),
        pytest.param({"L1/Power": None, "L1/Voltage": 230}, None, id="first phase null"),
    ],
)
def test_grid(three: Gx, changes: dict[str, object], grid_w: float | None) -> None:
    for path, changed in changes.items():
        three.say(f"{GRID}/{path}", changed)
    assert value(three.reading().grid_power_w) == grid_w


def test_the_phases_of_the_grid_are_told_all_or_none(three: Gx) -> None:
    assert [phase.value for phase in three.reading().grid_phase_powers_w] == [500, -200.5, -100]
    three.say(f"{GRID}/L2/Power", None)
    assert three.reading().grid_phase_powers_w == ()


def test_grid_is_absent_until_each_counted_phase_spoke(gx: Gx) -> None:
    gx.say(f"{GRID}/NumberOfPhases", 3)
    gx.say(f"{GRID}/L1/Power", 100)
    gx.say(f"{GRID}/L3/Power", 300)
    assert gx.reading().grid_power_w is None
    gx.say(f"{GRID}/L2/Power", 200)
    assert value(gx.reading().grid_power_w) == 600


def test_grid_is_as_old_as_its_oldest_phase(three: Gx) -> None:
    three.now_s += 7
    three.say(f"{GRID}/L1/Power", 510)
    three.say(f"{GRID}/L3/Power", -90)
    assert three.reading().grid_power_w == Reading(219.5, 1000.0)


def test_service_removed_by_zero_bytes(three: Gx) -> None:
    for phase in ("L1", "L2", "L3"):
        three.raw(f"{GRID}/{phase}/Power", "")
    assert three.reading().grid_power_w is None
    assert three.site.missing() == ("grid_power",)


def test_consumption_adds_phases(three: Gx) -> None:
    three.say("system/0/Ac/Consumption/L2/Power", 88)
    three.say("system/0/Ac/Consumption/NumberOfPhases", 2)
    assert value(three.reading().consumption_power_w) == 500


@pytest.mark.parametrize(
    ("changes", "pv_w", "dc_w"),
    [
        pytest.param({}, 5220, 3120, id="DC and AC arrays"),
        pytest.param({DC: 0}, 2100, 0, id="DC side says zero"),
        pytest.param({DC: -4}, 2100, 0, id="night draw is no sun"),
        pytest.param({"system/0/Ac/PvOnOutput/L1/Power": 300}, 5520, 3120, id="array on output"),
        pytest.param({"system/0/Ac/PvOnGenset/L2/Power": 80}, 5300, 3120, id="array on genset"),
        pytest.param({f"{ON_GRID}/L2/Power": None}, None, 3120, id="one AC phase lost"),
        pytest.param({DC: None}, None, None, id="DC side lost"),
        pytest.param({f"{ON_GRID}/L2/Power": -9}, 4501, 3120, id="small draw of an inverter"),
    ],
)
def test_pv(three: Gx, changes: dict[str, object], pv_w: float | None, dc_w: float | None) -> None:
    for path, changed in changes.items():
        three.say(path, changed)
    reading = three.reading()
    assert (value(reading.pv_power_w), value(reading.pv_dc_power_w)) == (pv_w, dc_w)


@pytest.mark.parametrize(
    ("site", "pv_w"),
    [
        pytest.param({DC: None, f"{ON_GRID}/L2/Power": 900}, 900, id="AC only, null DC"),
        pytest.param(
            {f"{ON_GRID}/L2/Power": 900, f"{ON_GRID}/NumberOfPhases": 2},
            900,
            id="one inverter on L2: the count is its phase's number",
        ),
        pytest.param({DC: 0}, 0, id="night"),
        pytest.param({DC: None, f"{ON_GRID}/L1/Power": None}, None, id="no array at all"),
        pytest.param({DC: None, f"{ON_GRID}/L1/Power": -6}, 0, id="AC inverter at night"),
    ],
)
def test_pv_of_other_sites(gx: Gx, site: dict[str, object], pv_w: float | None) -> None:
    gx.publish(site)
    assert value(gx.reading().pv_power_w) == pv_w


def test_pv_waits_for_parts_nobody_spoke_of(gx: Gx) -> None:
    """Half a publish must not look like half the sun."""
    gx.say(DC, 3000)
    assert gx.reading().pv_power_w is None
    for group in ("PvOnGrid", "PvOnOutput", "PvOnGenset"):
        gx.say(f"system/0/Ac/{group}/L1/Power", None)
    assert value(gx.reading().pv_power_w) == 3000
    gx.say(f"{ON_GRID}/NumberOfPhases", 2)
    assert gx.reading().pv_power_w is None, "L2 is counted but has not spoken"
    gx.say(f"{ON_GRID}/L2/Power", 500)
    assert value(gx.reading().pv_power_w) == 3500


def test_old_firmware_without_completion_message(gx: Gx) -> None:
    gx.say(DC, 3000)
    gx.pass_time(9)
    assert gx.reading().pv_power_w is None
    gx.pass_time(1)
    assert value(gx.reading().pv_power_w) == 3000


def without_inverter(gx: Gx) -> None:
    for path in ("L1/Power", "L2/Power", "L3/Power", "NumberOfPhases"):
        gx.say(f"{ON_GRID}/{path}", None)


def test_lost_array_is_confirmed_by_a_later_complete_publish(three: Gx) -> None:
    """An inverter that died, or sleeps at night: no sum first, the smaller one later."""
    without_inverter(three)
    three.say("full_publish_completed", 1)
    assert three.reading().pv_power_w is None, "the same burst confirms nothing"
    three.transport.take()
    three.pass_time(179)
    assert "" not in three.keepalives()
    three.pass_time(1)
    assert three.keepalives()[-1] == "", "a complete publish is asked for"
    assert three.reading().pv_power_w is None
    three.say("full_publish_completed", 1)
    assert value(three.reading().pv_power_w) == 3120


def test_lost_array_that_returns(three: Gx) -> None:
    without_inverter(three)
    three.pass_time(60)
    for phase in ("L1", "L2", "L3"):
        three.say(f"{ON_GRID}/{phase}/Power", 100)
    assert value(three.reading().pv_power_w) == 3420


def test_lost_array_on_old_firmware(gx: Gx) -> None:
    gx.publish(THREE_PHASE, complete=False)
    gx.pass_time(15)
    without_inverter(gx)
    gx.pass_time(195)
    assert value(gx.reading().pv_power_w) == 3120


def test_dead_gx_confirms_nothing(three: Gx) -> None:
    without_inverter(three)
    three.pass_time(400, alive=False)
    assert three.reading().pv_power_w is None
