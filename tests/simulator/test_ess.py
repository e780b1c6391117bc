"""Which limit holds when settings, overrides and the mode switch disagree."""

from __future__ import annotations

import pytest

from simulator.ess import NO_LIMIT_W, EssSettings, GridLoop, LoopConfig


@pytest.mark.parametrize(
    ("ess", "cap_w"),
    [
        pytest.param(EssSettings(), NO_LIMIT_W, id="no limit"),
        pytest.param(EssSettings(max_discharge_w=2000.0), 2000.0, id="setting"),
        pytest.param(EssSettings(override_max_discharge_w=1.0), 1.0, id="override"),
        pytest.param(
            EssSettings(max_discharge_w=500.0, override_max_discharge_w=900.0),
            500.0,
            id="the smaller of both",
        ),
        pytest.param(EssSettings(max_discharge_w=0.0), 0.0, id="never invert"),
        pytest.param(EssSettings(multi_mode=1), 0.0, id="charger only"),
    ],
)
def test_discharge_cap(ess: EssSettings, cap_w: float) -> None:
    assert ess.discharge_cap_w == cap_w


@pytest.mark.parametrize(
    ("stored", "override", "feeds_in"),
    [
        pytest.param(True, 0, True, id="follows on"),
        pytest.param(False, 0, False, id="follows off"),
        pytest.param(True, 1, False, id="override off"),
        pytest.param(False, 2, True, id="override on"),
    ],
)
def test_feed_in_override(*, stored: bool, override: int, feeds_in: bool) -> None:
    ess = EssSettings(feed_in_excess=stored, override_feed_in=override)
    assert ess.feeds_in_excess is feeds_in


def test_the_loop_is_not_wound_up_by_a_limit() -> None:
    loop = GridLoop(LoopConfig())
    for _ in range(300):
        loop.step(8000.0, -5000.0, 1000.0)
    assert loop.inverter_w == 1000.0
    for _ in range(3):
        loop.step(0.0, -5000.0, 1000.0)
    assert loop.inverter_w < 800.0
