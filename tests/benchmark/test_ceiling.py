"""The causal ceiling: its weather, its plan, and that it never knows the future."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmark.ceiling import Yardstick, captured_eur, clear_sky_w, skies, usual_house_w
from benchmark.ceiling_sky import SkyChain, learned_chain, slow_mean, state_of
from benchmark.ceiling_values import Prospect, expected_values, planned_currents
from benchmark.contract import Observation
from benchmark.days import DAY_S, START_S, Brought, Computed
from benchmark.optimum import best_value
from benchmark.optimum_model import Floats, OptimumSite
from benchmark.prices import PRICES, Prices
from benchmark.sites import REFERENCE, Case
from custom_components.victron_openevse.control.model import Priority

FAIR = Case(
    site=REFERENCE,
    sun=Computed(on=date(2023, 5, 10), place="Frankfurt", tilt_deg=30.0, sky="fair", seed=77),
    style="home",
    house_seed=5,
)
NOON_S = 12 * 3600 - START_S


def sunny(peak_w: float) -> Floats:
    hours = np.arange(0, DAY_S, 300) / 3600.0
    return peak_w * np.sin(np.pi * np.clip(hours - 1.0, 0.0, 14.0) / 14.0)


def test_the_chain_is_one_of_probabilities() -> None:
    chain = learned_chain()
    assert chain.follows.sum(axis=1) == pytest.approx(1.0)
    assert chain.follows.min() >= 0.0
    assert chain.share.min() >= 0.0
    assert chain.share.max() <= 1.2


def test_a_clear_sky_mostly_stays_clear() -> None:
    chain = learned_chain()
    clear = int(state_of(np.array([0.93]), np.array([0.93]))[0])
    expected = float(chain.follows[clear] @ chain.share)
    assert 0.8 < expected < 0.95


@pytest.mark.parametrize(
    ("fast", "slow", "state"),
    [
        pytest.param(0.0, 0.0, 0, id="dark"),
        pytest.param(1.1, 0.0, 7, id="gap-in-a-dark-hour"),
        pytest.param(0.0, 1.0, 32, id="cloud-in-a-bright-hour"),
        pytest.param(1.0, 1.0, 39, id="clear"),
    ],
)
def test_states(fast: float, slow: float, state: int) -> None:
    assert state_of(np.array([fast]), np.array([slow])).tolist() == [state]


def test_the_hours_mean_follows_slowly() -> None:
    slow = slow_mean(np.array([1.0, 0.0, 0.0]))
    assert slow.tolist() == pytest.approx([1.0, np.exp(-300 / 3600), np.exp(-600 / 3600)])


def test_planned_currents_reach_from_nothing_to_the_maximum() -> None:
    assert planned_currents(OptimumSite(max_a=16)).tolist() == [0, 6, 9, 12, 15, 16]


@pytest.mark.parametrize("prices", list(PRICES.values()), ids=list(PRICES))
def test_a_plan_for_a_certain_sky_is_the_optimum(prices: Prices) -> None:
    """One sky that never changes: then the plan knows the day, in steps of five minutes."""
    certain = SkyChain(share=np.ones(1), follows=np.ones((1, 1)))
    sun_w, house_w, site = sunny(4000.0), np.full(288, 350.0), OptimumSite()
    values = expected_values(Prospect(sun_w, house_w, site, prices, certain))
    away = replace(site, connected=np.zeros(288, dtype=np.bool_))
    without = expected_values(Prospect(sun_w, house_w, away, prices, certain))
    start = round((40 - 10) / 90 * (values.shape[-1] - 1))
    planned = float(values[0, 0, 0, start] - without[0, 0, 0, start])
    best = best_value(sun_w, house_w, site, prices, step_s=300).value
    assert planned == pytest.approx(best, rel=0.02)


def test_the_sky_of_a_minute_is_of_the_past() -> None:
    clear_w = np.full(DAY_S, 1000.0)
    sun_w = clear_w.copy()
    dark_w = sun_w.copy()
    dark_w[NOON_S:] = 0.0
    bright, dark = skies(sun_w, clear_w), skies(dark_w, clear_w)
    until = NOON_S // 60 + 1
    assert bright[:until].tolist() == dark[:until].tolist()
    assert bright[until:].tolist() != dark[until:].tolist()


def seen_at(second: int) -> Observation:
    return Observation(
        time_s=START_S + second, connected=True, charging=False, offered_a=0, drawn_a=0.0,
        car_w=0.0, grid_w=0.0, battery_w=0.0, soc_pct=90.0, pv_w=0.0, pv_dc_w=0.0, house_w=300.0,
        pv_limited=False, energy_kwh=0.0,
    )  # fmt: skip


def test_the_yardstick_never_sees_the_future(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = FAIR.facts(Priority.BALANCED)
    known = Yardstick(FAIR, facts)
    other_w = FAIR.pv_w()
    other_w[NOON_S:] = 0.0
    monkeypatch.setattr(Case, "pv_w", lambda _case: other_w)
    surprised = Yardstick(FAIR, facts)
    before = range(3600, NOON_S + 1, 1800)
    assert [known.offer(seen_at(at)) for at in before] == [
        surprised.offer(seen_at(at)) for at in before
    ]
    later = NOON_S + 1200
    assert known.offer(seen_at(later)) > surprised.offer(seen_at(later))


def test_the_yardstick_captures_most_of_a_fair_day(own_cache: Path) -> None:
    causal_eur, best_eur = captured_eur(FAIR, Priority.CAR_FIRST)
    assert 0.9 < causal_eur / best_eur < 1.02


def test_where_the_car_fills_there_is_no_ceiling(own_cache: Path) -> None:
    with pytest.raises(ValueError, match="no optimum"):
        captured_eur(replace(FAIR, appetite_kwh=8.0), Priority.CAR_FIRST)


def test_over_a_brought_day_the_clear_sky_is_unknown() -> None:
    brought = Brought(name="own", watts=(0.0,) * DAY_S, sunrise_s=0.0, sunset_s=1.0)
    with pytest.raises(TypeError, match="own"):
        clear_sky_w(replace(FAIR, sun=brought))


def test_the_usual_load_is_smooth_and_of_the_same_size() -> None:
    usual_w, today_w = usual_house_w(FAIR), FAIR.house_w()
    assert usual_w.max() < today_w.max()
    assert usual_w.sum() == pytest.approx(today_w.sum(), rel=0.4)
