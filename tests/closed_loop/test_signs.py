"""Signs of grid and battery on the house on a desk: the right ones are never accused."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.victron_openevse.control.model import Mode, Reading, Readings
from custom_components.victron_openevse.quarrels import Signs
from simulator.closed_loop import ClosedLoop
from simulator.scenario import SCENARIOS

SECONDS: Final = 7200
PERSON_S: Final = 600
"""A person switches the charger off and on again so often."""


def turned(reading: Reading[float] | None) -> Reading[float] | None:
    """Read a meter the wrong way round."""
    return None if reading is None else Reading(-reading.value, reading.at_s)


def with_turned(readings: Readings, power: str) -> Readings:
    """Give the readings with one power turned."""
    site = readings.site
    if power == "grid":
        return replace(readings, site=replace(site, grid_power_w=turned(site.grid_power_w)))
    return replace(readings, site=replace(site, battery_power_w=turned(site.battery_power_w)))


@pytest.mark.parametrize(
    ("scenario", "mode", "found"),
    [
        pytest.param("night", Mode.FAST, {"grid", "battery"}, id="from battery and grid"),
        pytest.param("cloudy", Mode.SOLAR, {"battery"}, id="the battery buffers clouds"),
    ],
)
def test_only_a_turned_sign_is_accused(scenario: str, mode: Mode, found: set[str]) -> None:
    loop = ClosedLoop(SCENARIOS[scenario], mode=mode)
    right, grid, battery = Signs(), Signs(), Signs()
    for second in range(SECONDS):
        if second and second % PERSON_S == 0:
            loop.choose(mode=Mode.OFF if second // PERSON_S % 2 else mode)
        loop.step()
        readings, now_s = loop.readings(), loop.world.now_s
        right.follow(readings, now_s)
        grid.follow(with_turned(readings, "grid"), now_s)
        battery.follow(with_turned(readings, "battery"), now_s)
    assert all(right.grid.votes)
    assert all(right.battery.votes)
    assert right.battery.votes
    assert not grid.battery.wrong
    assert not battery.grid.wrong
    accused = {"grid"} if grid.grid.wrong else set()
    assert accused | ({"battery"} if battery.battery.wrong else set()) == found
