"""When a full battery is taken for hidden sun."""

import pytest

from custom_components.victron_openevse.control.curtailment import is_curtailed
from custom_components.victron_openevse.control.memory import SiteMemory
from custom_components.victron_openevse.control.model import Reading, SiteReading

NOW_S = 500.0


@pytest.mark.parametrize(
    ("pv_w", "battery_w", "grid_w", "soc_pct", "expected"),
    [
        pytest.param(400.0, 0.0, 40.0, 100.0, True, id="the sun carries the house"),
        pytest.param(400.0, -60.0, 40.0, 100.0, True, id="and the battery the losses"),
        pytest.param(400.0, -260.0, 40.0, 100.0, False, id="a discharging battery hides nothing"),
        pytest.param(400.0, 0.0, 700.0, 100.0, False, id="nor does an importing house"),
        pytest.param(40.0, 0.0, 10.0, 100.0, False, id="dusk"),
        pytest.param(120.0, -140.0, 20.0, 100.0, False, id="less sun than shortage"),
        pytest.param(400.0, 0.0, -300.0, 100.0, False, id="export is visible"),
        pytest.param(2000.0, 600.0, 40.0, 97.0, False, id="the battery still takes"),
        pytest.param(400.0, 0.0, 40.0, 90.0, False, id="not full"),
        pytest.param(None, 0.0, 40.0, 100.0, None, id="no PV reading"),
    ],
)
def test_a_full_battery_at_rest(
    pv_w: float | None, battery_w: float, grid_w: float, soc_pct: float, expected: bool | None
) -> None:
    site = SiteReading(
        pv_power_w=None if pv_w is None else Reading(pv_w, NOW_S),
        battery_power_w=Reading(battery_w, NOW_S),
        grid_power_w=Reading(grid_w, NOW_S),
        battery_soc_pct=Reading(soc_pct, NOW_S),
        feed_in_allowed=Reading(value=False, at_s=NOW_S),
    )
    assert is_curtailed(SiteMemory(), site, NOW_S) is expected
