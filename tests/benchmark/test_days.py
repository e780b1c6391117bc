"""Days: whole, plausible, the same for the same seed, and nothing a seed has not drawn."""

from datetime import date

import numpy as np
import pytest

from benchmark import cache, days
from benchmark.clouds import CHAINS, SkyKind, clearness
from benchmark.days import DAY_S, START_S, Computed, Measured
from benchmark.houses import Style, draw_house, night_kwh

HOUR_S = 3600


def summer_day(seed: int = 3, sky: SkyKind = "fair", place: str = "Frankfurt") -> Computed:
    return Computed(on=date(2023, 6, 10), place=place, tilt_deg=30.0, sky=sky, seed=seed)


@pytest.mark.parametrize("sky", list(CHAINS))
def test_a_sky_is_a_share_of_the_clear_one(sky: SkyKind) -> None:
    share = clearness(sky, 7)
    assert share.shape == (DAY_S,)
    assert share.min() > 0.03
    assert share.max() < 1.25


def test_the_same_seed_gives_the_same_sky() -> None:
    assert np.array_equal(clearness("broken", 5), clearness("broken", 5))
    assert not np.array_equal(clearness("broken", 5), clearness("broken", 6))


def test_kinds_of_sky_differ_as_their_names_say() -> None:
    means = {sky: np.mean([clearness(sky, seed).mean() for seed in range(20)]) for sky in CHAINS}
    assert means["clear"] > means["fair"] > means["broken"] > means["overcast"]
    assert means["clear"] > 0.8
    assert means["overcast"] < 0.4


def test_edges_of_clouds_are_steeper_than_a_minute() -> None:
    share = clearness("broken", 5)
    within_20_s = np.abs(share[20:] - share[:-20])
    assert (within_20_s > 0.3).sum() > 500


def test_light_beside_a_cloud_exceeds_the_clear_sky() -> None:
    share = clearness("broken", 5)
    assert 0.001 < (share > 1.02).mean() < 0.3


def test_a_computed_day_follows_the_sun() -> None:
    sun = summer_day(sky="clear").make()
    lit = np.flatnonzero(sun.watts_per_kw > 5.0) + START_S
    assert sun.sunrise_s < lit[0] < sun.sunrise_s + 2 * HOUR_S
    assert sun.sunset_s - 2 * HOUR_S < lit[lit < 24 * HOUR_S][-1] < sun.sunset_s
    assert 4.0 < sun.watts_per_kw.sum() / 3.6e6 < 8.0


def test_seasons_and_latitudes_differ() -> None:
    summer = summer_day(sky="clear", place="Oslo").make()
    winter = Computed(
        on=date(2023, 12, 10), place="Oslo", tilt_deg=30.0, sky="clear", seed=3
    ).make()
    assert winter.watts_per_kw.sum() < 0.2 * summer.watts_per_kw.sum()
    assert summer.sunset_s - summer.sunrise_s > 18 * HOUR_S


@pytest.mark.parametrize(
    ("record", "kwh_per_kw"),
    [
        pytest.param("bright", (6.5, 8.5), id="one-minute record of AC power"),
        pytest.param("winter", (2.5, 4.5), id="one-minute record of irradiance"),
        pytest.param("february 1", (6.0, 8.0), id="five-minute record of irradiance"),
    ],
)
def test_measured_days_are_there(record: str, kwh_per_kw: tuple[float, float]) -> None:
    sun = Measured(record=record).make()
    low, high = kwh_per_kw
    assert low < sun.watts_per_kw.sum() / 3.6e6 < high
    assert 10 < (np.argmax(sun.watts_per_kw) + START_S) / HOUR_S < 15


def test_a_day_is_made_once(own_cache: object, monkeypatch: pytest.MonkeyPatch) -> None:
    first = days.load(summer_day())

    def never(_source: Computed) -> days.Sun:
        pytest.fail("made again")

    monkeypatch.setattr(Computed, "make", never)
    days._kept.cache_clear()
    again = days.load(summer_day())
    assert np.array_equal(first.watts_per_kw, again.watts_per_kw)
    assert first.sunset_s == again.sunset_s


def test_a_half_written_file_is_never_read(own_cache: object) -> None:
    def broken() -> dict[str, cache.Floats]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cache.arrays("name", broken)
    kept = cache.arrays("name", lambda: {"value": np.array([1.5])})
    assert kept["value"].tolist() == [1.5]


@pytest.mark.parametrize("style", ["out", "home", "family"])
def test_households_use_what_households_use(style: Style) -> None:
    used = [draw_house(style, seed).sum() / 3.6e6 for seed in range(12)]
    nights = [night_kwh(draw_house(style, seed), 6.5 * HOUR_S, 19.0 * HOUR_S) for seed in range(12)]
    assert min(used) > 4.0
    assert max(used) < 20.0
    assert 2.0 < float(np.mean(nights)) < 8.0


def test_a_household_keeps_its_base_load_from_day_to_day() -> None:
    own = [float(np.median(draw_house("home", 4, day))) for day in range(4)]
    others = [float(np.median(draw_house("home", seed))) for seed in range(12)]
    assert np.ptp(own) < np.ptp(others)
    assert not np.array_equal(draw_house("home", 4, 1), draw_house("home", 4, 2))


def test_night_is_what_is_not_day() -> None:
    load_w = np.full(DAY_S, 1000.0)
    # dark from 18:00 - 1.5 h to 06:00 + 1.5 h
    assert night_kwh(load_w, 6.0 * HOUR_S, 18.0 * HOUR_S) == pytest.approx(15.0, rel=0.001)
