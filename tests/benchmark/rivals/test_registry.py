"""Every rival keeps the contract, whatever it sees; and the tuning picks the best."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from benchmark.evaluate import PRIORITIES
from benchmark.rivals import RIVALS
from benchmark.rivals.evcc import Evcc
from benchmark.rivals.tuning import EVCC, EVCC_BEST, best_of, tune
from custom_components.victron_openevse.control.model import Priority
from tests.benchmark.rivals.site import facts, seen

POWER_W = st.floats(-9000.0, 9000.0)


@pytest.mark.parametrize("name", RIVALS)
@settings(max_examples=25, deadline=None)
@given(
    samples=st.lists(
        st.tuples(st.booleans(), POWER_W, POWER_W, st.floats(0.0, 100.0)), min_size=1, max_size=40
    )
)
def test_offers_are_zero_or_within_limits(
    name: str, samples: list[tuple[bool, float, float, float]]
) -> None:
    law = RIVALS[name](facts())
    offered_a = 0
    for at, (connected, grid_w, battery_w, soc_pct) in enumerate(samples):
        offered_a = law.offer(
            seen(
                at * law.period_s,
                connected=connected,
                offered_a=offered_a if connected else 0,
                grid_w=grid_w,
                battery_w=battery_w,
                soc_pct=soc_pct,
                pv_w=abs(grid_w),
            )
        )
        assert type(offered_a) is int
        assert offered_a == 0 or 6 <= offered_a <= 32


@pytest.mark.parametrize("name", RIVALS)
@pytest.mark.parametrize("priority", PRIORITIES)
def test_every_rival_serves_every_owner(name: str, priority: Priority) -> None:
    assert RIVALS[name](facts(priority)).period_s in {5, 10, 30}


def test_tuning_takes_the_highest_score() -> None:
    wanted = "priority 70 buffer 80 start 90 residual 100"
    assert tune(EVCC, lambda maker: float(maker is EVCC[wanted])) == wanted


def test_levels_are_what_evcc_accepts() -> None:
    for maker in EVCC.values():
        law = maker(facts())
        assert isinstance(law, Evcc)
        levels = law._settings
        assert levels.buffer_soc_pct == 0 or levels.priority_soc_pct <= levels.buffer_soc_pct
        start = levels.buffer_start_soc_pct
        assert start == 0 or levels.buffer_soc_pct <= start


def test_best_follows_priority_and_feed_in() -> None:
    makers = {kind: EVCC[name] for kind, name in EVCC_BEST.items()}
    for (priority, feed_in), maker in makers.items():
        site = replace(facts(priority), feed_in=feed_in)
        wanted, got = maker(site), best_of(EVCC, EVCC_BEST)(site)
        assert isinstance(wanted, Evcc)
        assert isinstance(got, Evcc)
        assert got._settings == wanted._settings
    assert len(makers) == 2 * len(PRIORITIES)
