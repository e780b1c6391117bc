"""The model of OpenEVSE's eco divert against its described rules."""

import pytest

from benchmark.rivals.openevse_eco import (
    DEFAULT,
    NO_IMPORT,
    NO_WASTE,
    EcoSettings,
    OpenevseEco,
    available_a,
)
from tests.benchmark.rivals.site import facts, run, seen


@pytest.mark.parametrize(
    ("feed_w", "drawn_a", "ratio", "expected_a"),
    [
        pytest.param(-2400.0, 0.0, 1.0, 10.0, id="export"),
        pytest.param(-2400.0, 0.0, 1.1, 10.0 - 100 / 240, id="hundred-watts-kept"),
        pytest.param(-2400.0, 0.0, 0.5, 10.0, id="no-reserve-below-one"),
        pytest.param(240.0, 10.0, 1.0, 9.0, id="what-the-car-draws-comes-back"),
        pytest.param(500.0, 0.0, 1.0, 0.0, id="import"),
    ],
)
def test_available(feed_w: float, drawn_a: float, ratio: float, expected_a: float) -> None:
    assert available_a(feed_w, drawn_a, 240.0, ratio) == pytest.approx(expected_a)


def first_on_s(settings: EcoSettings, net_w: float) -> int | None:
    offers = run(OpenevseEco(facts(), settings), lambda _time: net_w, 3600)
    return next((5 * at for at, offer in enumerate(offers) if offer), None)


@pytest.mark.parametrize(
    ("settings", "net_w", "expected_s"),
    [
        # smoothed = avail*(1 - exp(-t/tau)) reaches 6.5 A; avail = 3000/235 - 100/235 = 12.34 A
        pytest.param(DEFAULT, 3000.0, 15, id="default-rises-in-seconds"),
        pytest.param(NO_IMPORT, 3000.0, 225, id="no-import-waits-minutes"),
        pytest.param(NO_WASTE, 1000.0, 35, id="no-waste-starts-on-half"),
        pytest.param(DEFAULT, 1500.0, None, id="below-trigger-and-hysteresis"),
    ],
)
def test_start(settings: EcoSettings, net_w: float, expected_s: int | None) -> None:
    assert first_on_s(settings, net_w) == expected_s


def test_current_is_the_unfiltered_floor() -> None:
    offers = run(OpenevseEco(facts()), lambda time_s: 3000.0 if time_s < 600 else 4000.0, 620)
    assert offers[119] == 12
    assert offers[120] == 16


def test_no_waste_rounds_up_above_half_an_amp() -> None:
    offers = run(OpenevseEco(facts(), NO_WASTE), lambda _time: 10.6 * 235.0, 300)
    assert offers[-1] == 11


def test_stops_only_after_minimum_time_and_decay() -> None:
    """3 kW gone after 15 min: smoothed falls from 12.3 to 6 A in 600 s * ln(2.06) = 433 s."""
    offers = run(OpenevseEco(facts()), lambda time_s: 3000.0 if time_s < 900 else 0.0, 2400)
    stop_s = 5 * next(at for at in range(200, len(offers)) if offers[at] == 0)
    assert stop_s == pytest.approx(900 + 433, abs=10)
    assert set(offers[181 : stop_s // 5]) <= {6, 12}


def test_minimum_charge_time_holds_a_short_one() -> None:
    """No-import forgets within seconds, yet the contactor stays closed for 600 s."""
    offers = run(
        OpenevseEco(facts(), NO_IMPORT), lambda time_s: 3000.0 if time_s < 300 else 0.0, 1500
    )
    on_s = 5 * sum(offer > 0 for offer in offers)
    assert on_s == pytest.approx(600, abs=15)


def test_minimum_charge_time_keeps_the_last_claim() -> None:
    """Nothing is decided while it runs: the current stays although the surplus is gone."""
    law = OpenevseEco(facts(), NO_IMPORT)
    for time_s in range(0, 900, 60):
        law.offer(seen(time_s, grid_w=-3000.0))
    assert law.offer(seen(900, offered_a=12, drawn_a=12.0, grid_w=-180.0)) == 12
    assert law.offer(seen(960, offered_a=12, drawn_a=12.0, grid_w=2820.0)) == 12
    assert law.offer(seen(1500, offered_a=12, drawn_a=12.0, grid_w=2820.0)) == 0
