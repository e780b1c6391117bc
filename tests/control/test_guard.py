"""Keeping the battery out of the car: the limit asked for and whether it works."""

import pytest

from custom_components.victron_openevse.control.guard import limit_w, watch
from custom_components.victron_openevse.control.memory import SiteMemory
from custom_components.victron_openevse.control.model import (
    BatteryGuard,
    Mode,
    Reading,
    SiteReading,
)

from .build import House


def site(battery_w: float | None = None, pv_dc_w: float | None = None) -> SiteReading:
    """A site that knows its battery and DC PV power."""
    return SiteReading(
        battery_power_w=None if battery_w is None else Reading(battery_w, 0.0),
        pv_dc_power_w=None if pv_dc_w is None else Reading(pv_dc_w, 0.0),
    )


@pytest.mark.parametrize(
    ("pv_dc_w", "house_w", "expected"),
    [
        pytest.param(2000.0, 500.0, 2000.0, id="the sun's power passes"),
        pytest.param(0.0, 500.0, 500.0, id="the battery may carry the house"),
        pytest.param(0.0, 0.0, 1.0, id="never 0: it would forbid the export"),
        pytest.param(None, 500.0, 500.0, id="AC-coupled: the house alone"),
        pytest.param(None, None, None, id="nothing known, nothing asked"),
    ],
)
def test_limit(pv_dc_w: float | None, house_w: float | None, expected: float | None) -> None:
    assert limit_w(site(pv_dc_w=pv_dc_w), house_w) == expected


@pytest.mark.parametrize(
    ("battery_w", "expected"),
    [
        pytest.param(-500.0, BatteryGuard.EFFECTIVE, id="the battery carries the house"),
        pytest.param(-3000.0, BatteryGuard.IGNORED, id="the battery still feeds the car"),
        pytest.param(None, BatteryGuard.EFFECTIVE, id="nobody can tell"),
    ],
)
def test_judged_by_what_the_battery_does(battery_w: float | None, expected: BatteryGuard) -> None:
    memory = SiteMemory()
    seen = []
    for second in range(60):
        verdict, memory = watch(memory, site(battery_w, pv_dc_w=0.0), 500.0, float(second))
        seen.append(verdict)
    assert seen[0] is BatteryGuard.PENDING
    assert seen[-1] is expected
    verdict, memory = watch(memory, site(battery_w), None, 61.0)
    assert (verdict, memory) == (BatteryGuard.INACTIVE, SiteMemory())


@pytest.mark.parametrize(
    ("mode", "use_battery", "limited"),
    [
        pytest.param(Mode.FAST, False, True, id="fast without the battery"),
        pytest.param(Mode.MEDIUM, False, True, id="medium without the battery"),
        pytest.param(Mode.FAST, True, False, id="the battery may help"),
        pytest.param(Mode.SOLAR, False, False, id="the switch does not act in solar"),
        pytest.param(Mode.OFF, False, False, id="off"),
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
