"""The standard set: pinned, large enough, in two halves that share nothing."""

from collections import Counter
from itertools import chain

import pytest

from benchmark import cache
from benchmark.days import Computed, Measured
from benchmark.evaluate import PRIORITIES
from benchmark.report import reference_cells
from benchmark.sites import MIN_A, WINDOWS, Case, Half
from benchmark.standard import OTHERS, days_of, quick_set, standard_set

PINNED = {"tuning": "33721324e80d1523a128", "judging": "b17b571c25a5afe55c18"}
"""Change these only together with a line in the changelog: figures before and after do not compare."""


def cases_of(half: Half) -> list[Case]:
    return standard_set(half)


@pytest.mark.parametrize("half", ["tuning", "judging"])
def test_site_days_are_pinned(half: Half) -> None:
    assert cache.digest([repr(case) for case in cases_of(half)]) == PINNED[half]


def test_there_are_enough_site_days_and_none_twice() -> None:
    names = [case.name for half in ("tuning", "judging") for case in cases_of(half)]
    assert len(names) >= 120
    assert len(set(names)) == len(names)


def test_the_halves_share_neither_days_nor_households() -> None:
    tuning, judging = cases_of("tuning"), cases_of("judging")
    assert not {case.sun.name for case in tuning} & {case.sun.name for case in judging}
    assert not {case.house_seed for case in tuning} & {case.house_seed for case in judging}


@pytest.mark.parametrize("half", ["tuning", "judging"])
def test_each_of_the_18_cells_has_ten_days(half: Half) -> None:
    days = Counter(
        (priority, case.site.name, case.window.name)
        for case in cases_of(half)
        for priority in PRIORITIES
    )
    assert len(reference_cells()) == 18
    assert {days[cell] for cell in reference_cells()} == {10}


@pytest.mark.parametrize("half", ["tuning", "judging"])
def test_each_cell_sees_measured_and_computed_days(half: Half) -> None:
    cells: dict[tuple[str, str], list[Case]] = {}
    for case in cases_of(half):
        cells.setdefault((case.site.name, case.window.name), []).append(case)
    for cell in {(site, window) for _, site, window in reference_cells()}:
        kinds = Counter(type(case.sun) for case in cells[cell])
        assert kinds[Measured] >= 1
        assert kinds[Computed] >= 5


def test_days_come_from_all_seasons_and_many_skies() -> None:
    computed = [
        sun for sun in chain(days_of("tuning"), days_of("judging")) if isinstance(sun, Computed)
    ]
    assert len({sun.sky for sun in computed}) == 6
    assert len({sun.place for sun in computed}) >= 5
    assert len({(sun.on.month - 1) // 3 for sun in computed}) == 4


def test_other_sites_cover_what_sites_differ_in() -> None:
    sites = [site for site, _, _ in OTHERS]
    assert {site.battery_kwh for site in sites} == {5.0, 8.0, 15.0}
    assert {site.ac_share for site in sites} >= {0.0, 0.5, 1.0}
    assert any(site.feed_in_cap_w is not None for site in sites)
    assert any(not site.feed_in for site in sites)
    assert {site.car_phases for site in sites} == {1, 3}
    assert min(site.start_soc_pct for site in sites) == 15.0
    assert max(site.start_soc_pct for site in sites) == 95.0
    assert min(site.array_kw for site in sites) == 3.0
    assert max(site.array_kw for site in sites) == 10.0
    assert {window for _, window, _ in OTHERS} == set(WINDOWS)
    assert {appetite for _, _, appetite in OTHERS} == {None, 8.0}


def test_the_quick_subset_is_part_of_the_judging_half() -> None:
    judging = {(case.sun.name, case.half) for case in cases_of("judging")}
    assert {(case.sun.name, case.half) for case in quick_set()} <= judging
    assert len(quick_set()) == 4


def test_a_law_is_told_the_limits_and_the_departure_and_no_future() -> None:
    case = next(case for case in cases_of("judging") if case.window.departure_known)
    facts = case.facts(PRIORITIES[0])
    assert facts.departure_s == 12 * 3600
    assert (facts.min_a, facts.max_a) == (MIN_A, case.site.max_a)
    assert len(facts.recent_nights_kwh) == 7
    assert len(set(facts.recent_nights_kwh)) == 7
