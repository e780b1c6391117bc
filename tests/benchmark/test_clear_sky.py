"""The clear sky over the days of the benchmark."""

import numpy as np
import pytest

from benchmark.clear_sky import clear_watts_per_kw
from benchmark.days import START_S, Computed, load
from benchmark.standard import days_of
from tests.benchmark.days_for_tests import simple_case


@pytest.mark.parametrize(
    "source", [pytest.param(day, id=day.name) for day in days_of("tuning")[:4]]
)
def test_it_is_dark_at_night_and_bright_at_noon(source: Computed) -> None:
    clear, sun = clear_watts_per_kw(source), load(source)
    hour = (np.arange(len(clear)) + START_S) % 86_400 / 3600.0
    light = hour[clear > 0.0]
    assert light.min() == pytest.approx(sun.sunrise_s / 3600.0, abs=1.0)
    assert light.max() == pytest.approx(sun.sunset_s / 3600.0, abs=1.0)
    assert 200.0 < clear.max() < 1300.0


def test_clouds_take_from_it() -> None:
    for source in days_of("tuning"):
        if isinstance(source, Computed):
            assert load(source).watts_per_kw.sum() < clear_watts_per_kw(source).sum()


def test_the_sky_over_a_brought_day_is_not_known() -> None:
    with pytest.raises(TypeError, match="simple"):
        clear_watts_per_kw(simple_case().sun)
