"""The model of evcc against rows of evcc's own test tables, and its behaviour in a closed loop."""

import pytest

from benchmark.rivals.evcc import Evcc, EvccSettings, PvMode, SitePower, site_power
from tests.benchmark.rivals.site import facts, run, seen

ROWS = [
    pytest.param(
        False, EvccSettings(), [(0, -1800, 0), (59.9, -1800, 0), (60.1, -1800, 6)], id="starts"
    ),
    pytest.param(
        False, EvccSettings(), [(0, -400, 0), (61, -400, 0), (500, -400, 0)], id="too-little"
    ),
    pytest.param(
        False,
        EvccSettings(enable_w=-500),
        [(0, -500, 0), (59.9, -499, 0), (60.1, -500, 0), (120, -500, 0), (120.1, -500, 6)],
        id="enable-timer-restarts",
    ),
    pytest.param(
        False,
        EvccSettings(enable_w=-2100),
        [(0, -1800, 0), (61, -1800, 0)],
        id="threshold-beats-enough-for-minimum",
    ),
    pytest.param(True, EvccSettings(), [(0, -4800, 16)], id="clipped-at-maximum"),
    pytest.param(
        True,
        EvccSettings(disable_w=500, disable_s=60),
        [(0, 500, 6), (59.9, 500, 6), (60.1, 500, 0)],
        id="stops",
    ),
    pytest.param(
        True,
        EvccSettings(disable_w=500, disable_s=60),
        [(0, 500, 6), (59.9, 499, 6), (60.1, 500, 6)],
        id="disable-timer-restarts",
    ),
]


@pytest.mark.parametrize(("enabled", "settings", "ticks"), ROWS)
def test_target_as_in_evccs_table(
    enabled: bool, settings: EvccSettings, ticks: list[tuple[float, float, float]]
) -> None:
    """Three phases at 100 V, 6..16 A, the car drawing nothing yet, as the table has it."""
    mode = PvMode(settings, min_a=6, max_a=16, watts_per_a=300)
    for time_s, power_w, expected_a in ticks:
        target = mode.target_a(time_s, SitePower(power_w), 0.0, enabled=enabled, charging=False)
        assert target == expected_a, f"at {time_s} s"


@pytest.mark.parametrize(
    ("soc_pct", "discharge_w", "excess_dc_w", "expected_w"),
    [
        pytest.param(80, -2000, 0, -2000, id="above-priority-charging-is-spare"),
        pytest.param(30, -2000, 0, 100, id="below-priority-charging-is-the-battery's"),
        pytest.param(30, 500, 0, 600, id="discharge-is-shortage"),
        pytest.param(30, -2000, 500, 100, id="excess-dc-too"),
    ],
)
def test_site_power_as_in_evccs_table(
    soc_pct: float, discharge_w: float, excess_dc_w: float, expected_w: float
) -> None:
    settings = EvccSettings(priority_soc_pct=50)
    assert site_power(0.0, discharge_w, soc_pct, settings, excess_dc_w).power_w == expected_w


@pytest.mark.parametrize(
    ("soc_pct", "charging", "expected_a"),
    [
        pytest.param(70, True, 6, id="buffered-holds-a-running-charge"),
        pytest.param(70, False, 0, id="buffered-starts-none"),
        pytest.param(90, False, 6, id="start-level-starts"),
        pytest.param(60, True, 0, id="at-the-buffer-level-is-not-above"),
    ],
)
def test_battery_levels_floor_the_current(
    soc_pct: float, charging: bool, expected_a: float
) -> None:
    settings = EvccSettings(buffer_soc_pct=60, buffer_start_soc_pct=90, disable_s=0)
    mode = PvMode(settings, min_a=6, max_a=16, watts_per_a=230)
    site = site_power(1000.0, 0.0, soc_pct, settings)
    drawn_a = 6.0 if charging else 0.0
    assert mode.target_a(0, site, drawn_a, enabled=charging, charging=charging) == expected_a


def test_plugged_in_with_sun_starts_at_once_and_is_full_one_tick_later() -> None:
    """5 kW of sun, 500 W of house: 6 A, then 19 A for good; never an import on purpose."""
    offers = run(Evcc(facts()), lambda _time: 4500.0, 600)
    assert offers[:2] == [6, 19]
    assert set(offers[2:]) == {19}


def test_sun_gone_holds_the_minimum_for_180_s() -> None:
    offers = run(Evcc(facts()), lambda time_s: 4500.0 if time_s < 300 else 500.0, 900)
    gone = offers[300 // 30 :]
    assert gone[:8] == [6, 6, 6, 6, 6, 6, 0, 0]


def test_offer_winds_up_above_a_limited_car_and_needs_three_ticks_down() -> None:
    """Car limited to 16 A: OpenEVSE reports no phase currents, so evcc takes the offer as drawn."""
    offers = run(
        Evcc(facts()), lambda time_s: 7500.0 if time_s < 300 else 1700.0, 480, car_max_a=16.0
    )
    assert offers[9] == 32
    assert offers[10:13] == [23, 14, 7]


def test_below_priority_level_the_battery_keeps_its_sun() -> None:
    law = Evcc(facts(), EvccSettings(priority_soc_pct=90))
    assert set(run(law, lambda _time: 4000.0, 600, soc_pct=80.0, to_battery=True)) == {0}


def test_above_priority_level_the_car_takes_it() -> None:
    law = Evcc(facts(), EvccSettings(priority_soc_pct=90))
    assert run(law, lambda _time: 4000.0, 600, soc_pct=90.0, to_battery=True)[-1] == 17


def test_unplugged_offers_nothing_and_forgets_the_timer() -> None:
    law = Evcc(facts())
    assert law.offer(seen(0, grid_w=-3000.0)) == 6
    assert law.offer(seen(30, connected=False, grid_w=-3000.0)) == 0
    assert law.offer(seen(60, grid_w=-3000.0)) == 6


def test_three_phases_divide_the_gain() -> None:
    assert run(Evcc(facts(phases=3)), lambda _time: 3000.0, 300) == [0] * 10
