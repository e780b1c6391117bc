"""The reserve's formula and its bounds."""

import pytest

from custom_components.victron_openevse.control.model import Reading, SiteReading, SiteSettings
from custom_components.victron_openevse.control.reserve import reserve_levels, sun_hours_left


@pytest.mark.parametrize(
    ("pv_w", "hours", "gx_limit_pct", "settings", "expected"),
    [
        pytest.param(0.0, 8.0, None, {}, (40.0, 50.0), id="no sun: the night reserve"),
        pytest.param(None, 8.0, None, {}, (40.0, 50.0), id="PV unknown counts as no sun"),
        pytest.param(2250.0, 5.0, None, {}, (28.0, 50.0), id="40 - 3 h x 2000 W / 500"),
        pytest.param(4250.0, 8.0, None, {}, (15.0, 50.0), id="never below the floor"),
        pytest.param(4250.0, 1.5, None, {}, (40.0, 50.0), id="last two hours do not count"),
        pytest.param(4250.0, None, None, {}, (40.0, 50.0), id="sunset unknown counts as none"),
        pytest.param(200.0, 8.0, None, {}, (40.0, 50.0), id="below the base load"),
        pytest.param(4250.0, 8.0, 30.0, {}, (32.0, 50.0), id="the GX's limit + 2 % from below"),
        pytest.param(0.0, 0.0, None, {"resume_soc_pct": 30.0}, (40.0, 45.0), id="resume >= L + 5"),
        pytest.param(
            0.0, 0.0, None, {"night_reserve_pct": 100.0}, (95.0, 100.0), id="full is above it"
        ),
        pytest.param(0.0, 0.0, 100.0, {}, (95.0, 100.0), id="also above the GX's limit"),
        pytest.param(
            2250.0, 5.0, None, {"battery_capacity_kwh": 16.0}, (34.0, 50.0), id="twice the battery"
        ),
    ],
)
def test_levels(
    pv_w: float | None,
    hours: float | None,
    gx_limit_pct: float | None,
    settings: dict[str, float],
    expected: tuple[float, float],
) -> None:
    site = SiteReading(
        active_soc_limit_pct=None if gx_limit_pct is None else Reading(gx_limit_pct, 0.0)
    )
    levels = reserve_levels(SiteSettings(**settings), site, pv_w, hours)  # type: ignore[arg-type]  # a table row names floats only
    assert (levels.reserve_pct, levels.resume_pct) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(None, 0.0, id="unknown"),
        pytest.param(1.0, 0.0, id="never negative"),
        pytest.param(6.5, 4.5, id="until two hours before sunset"),
    ],
)
def test_sun_hours_left(hours: float | None, expected: float) -> None:
    assert sun_hours_left(hours) == expected
