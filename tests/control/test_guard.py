"""Keeping the battery out of the car: the limit asked for and whether it works."""

import pytest

from custom_components.victron_openevse.control.guard import keep_out, release
from custom_components.victron_openevse.control.memory import SiteMemory
from custom_components.victron_openevse.control.model import (
    BatteryGuard,
    Mode,
    Reading,
    SiteReading,
    SiteSource,
)

from .build import House


def site(
    *,
    battery_w: float | None = None,
    pv_dc_w: float | None = None,
    pv_w: float | None = None,
) -> SiteReading:
    """A site that knows its battery and PV powers."""

    def at(value: float | None) -> Reading[float] | None:
        return None if value is None else Reading(value, 0.0)

    return SiteReading(
        battery_power_w=at(battery_w), pv_dc_power_w=at(pv_dc_w), pv_power_w=at(pv_w)
    )


@pytest.mark.parametrize(
    ("pv_dc_w", "pv_w", "house_w", "expected"),
    [
        pytest.param(2000.0, 2000.0, 500.0, 2000.0, id="the sun's power passes"),
        pytest.param(0.0, 0.0, 500.0, 500.0, id="the battery may carry the house"),
        pytest.param(0.0, 0.0, 0.0, 1.0, id="never 0: it would forbid the export"),
        pytest.param(None, None, 500.0, 500.0, id="no PV: the house alone"),
        pytest.param(None, 400.0, 1900.0, 1500.0, id="AC-coupled: what it leaves of the house"),
        pytest.param(None, 2000.0, 500.0, 1.0, id="AC-coupled: it carries the house"),
        pytest.param(300.0, 1300.0, 1900.0, 900.0, id="both kinds"),
        pytest.param(None, None, None, 1.0, id="nothing known, nothing given"),
        pytest.param(2000.0, 2000.0, None, 2000.0, id="house unknown: the sun alone"),
    ],
)
def test_limit(
    pv_dc_w: float | None, pv_w: float | None, house_w: float | None, expected: float
) -> None:
    limit_w, _, _ = keep_out(SiteMemory(), site(pv_dc_w=pv_dc_w, pv_w=pv_w), house_w, 0.0)
    assert limit_w == expected


def test_a_gx_that_cannot_be_told_is_not_told() -> None:
    here = SiteReading(source=SiteSource.ENTITIES, battery_power_w=Reading(-3000.0, 0.0))
    answer = keep_out(SiteMemory(), here, 500.0, 0.0)
    assert answer == (None, BatteryGuard.NOT_POSSIBLE, SiteMemory())


@pytest.mark.parametrize(
    ("battery_w", "expected"),
    [
        pytest.param(-500.0, BatteryGuard.EFFECTIVE, id="the battery carries the house"),
        pytest.param(-3000.0, BatteryGuard.IGNORED, id="the battery still feeds the car"),
        pytest.param(None, BatteryGuard.EFFECTIVE, id="nobody can tell"),
    ],
)
@pytest.mark.parametrize(
    ("pv_w", "house_w"),
    [
        pytest.param(0.0, 500.0, id="dark"),
        pytest.param(2000.0, 2500.0, id="AC-coupled sun for most of the house"),
    ],
)
def test_judged_by_what_the_battery_does(
    battery_w: float | None, expected: BatteryGuard, pv_w: float, house_w: float
) -> None:
    memory = SiteMemory()
    seen = []
    here = site(battery_w=battery_w, pv_dc_w=0.0, pv_w=pv_w)
    for second in range(60):
        _, verdict, memory = keep_out(memory, here, house_w, float(second))
        seen.append(verdict)
    assert seen[0] is BatteryGuard.PENDING
    assert seen[-1] is expected
    assert release(memory) == SiteMemory()


def run_dark(
    memory: SiteMemory, house_w: float | None, *seconds: int
) -> tuple[float | None, SiteMemory]:
    """The limit after some seconds of night with a battery that gives 2 kW."""
    limit_w: float | None = None
    for second in range(*seconds):
        here = site(battery_w=-2000.0, pv_dc_w=0.0, pv_w=0.0)
        limit_w, _, memory = keep_out(memory, here, house_w, float(second))
    return limit_w, memory


def test_lost_data_holds_the_limit_and_then_withdraws_it() -> None:
    limit_w, memory = run_dark(SiteMemory(), 500.0, 0, 60)
    assert limit_w == 500.0
    limit_w, memory = run_dark(memory, None, 60, 239)
    assert limit_w == 500.0
    limit_w, memory = run_dark(memory, None, 239, 260)
    assert limit_w == 1.0
    limit_w, _ = run_dark(memory, 600.0, 260, 261)
    assert limit_w == 600.0


def test_a_leak_is_judged_by_the_last_known_house() -> None:
    _, memory = run_dark(SiteMemory(), 500.0, 0, 5)
    here = site(battery_w=-2000.0)
    for second in range(5, 40):
        _, verdict, memory = keep_out(memory, here, None, float(second))
    assert verdict is BatteryGuard.IGNORED


@pytest.mark.parametrize(
    ("mode", "use_battery", "limited"),
    [
        pytest.param(Mode.FAST, False, True, id="fast without the battery"),
        pytest.param(Mode.MEDIUM, False, True, id="medium without the battery"),
        pytest.param(Mode.FAST, True, False, id="the battery may help"),
        pytest.param(Mode.SOLAR, False, False, id="the switch does not act in solar"),
        pytest.param(Mode.OFF, False, False, id="off"),
        pytest.param(Mode.MINIMUM_SOLAR, True, False, id="the minimum above the reserve"),
    ],
)
def test_asked_for_only_when_wanted(mode: Mode, use_battery: bool, limited: bool) -> None:
    house = House(mode=mode, pv_w=1000.0, load_w=400.0, settings={"use_battery": use_battery})
    house.run(30)
    assert house.decision is not None
    asked = house.decision.site.discharge_limit_w
    assert (asked is not None) == limited
    if asked is not None:
        assert asked == pytest.approx(1000.0)


def test_below_the_reserve_the_grid_gives_the_guaranteed_minimum() -> None:
    house = House(mode=Mode.MINIMUM_SOLAR, pv_w=0.0, load_w=400.0, soc_pct=45.0)
    house.run(60)
    assert house.decision is not None
    assert house.decision.site.discharge_limit_w is None
    house.soc_pct = 30.0
    house.run(60)
    assert house.offered_a == 6
    assert house.decision.site.discharge_limit_w == pytest.approx(400.0)
    house.soc_pct = 60.0
    house.run(40)
    assert house.decision.site.discharge_limit_w is None


def test_silence_never_raises_the_limit() -> None:
    """What the house took belongs to another current of the car by then."""
    house = House(mode=Mode.FAST, pv_w=0.0, load_w=400.0, settings={"use_battery": False})
    house.run(120)
    house.freeze()
    house.settings = {"use_battery": False, "fast_current_a": 6}
    house.run(60)
    for _ in range(60):
        house.run(10)
        assert house.decision is not None
        assert (house.decision.site.discharge_limit_w or 0.0) <= 400.0


def test_no_limit_without_a_car() -> None:
    """A charger that sleeps blind offers the minimum to nobody."""
    house = House(mode=Mode.FAST, settings={"use_battery": False})
    house.run(30)
    house.vehicle = False
    house.run(5)
    assert house.decision is not None
    assert house.decision.site.discharge_limit_w is None
