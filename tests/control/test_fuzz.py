"""Whatever a store gives back: a memory the law can go on with, with sane numbers only."""

import json
from math import isfinite
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.victron_openevse.control.change import replace
from custom_components.victron_openevse.control.persist import GREATEST, dump, load

from .build import KEY, House
from .test_properties import numbers_of

NOW_S = 10_000.0
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from([10**400, -1, 1e300, "solar", "nan"])
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)


def a_stored_day() -> dict[str, Any]:
    """What a house that has charged for a while stores."""
    house = House()
    house.run(600, dt_s=5.0)
    stored: dict[str, Any] = json.loads(json.dumps(dump(house.memory, house.now_s)))
    return stored


STORED = a_stored_day()


def paths_of(item: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every place in a stored memory."""
    if not isinstance(item, dict):
        return [path]
    return [path, *(one for key in item for one in paths_of(item[key], (*path, key)))]


def damaged(item: Any, path: tuple[str, ...], value: object) -> Any:
    """A copy with another value in one place."""
    if not path:
        return value
    return {**item, path[0]: damaged(item[path[0]], path[1:], value)}


@given(ANYTHING, st.floats(allow_nan=False, min_value=-1e9, max_value=1e9))
def test_anything_gives_a_memory(data: object, absent_s: float) -> None:
    memory = load(data, NOW_S, absent_s)
    assert all(isfinite(number) for number in numbers_of(memory))


@settings(deadline=None)
@given(st.sampled_from(paths_of(STORED)), ANYTHING, st.floats(-1e6, 1e8))
def test_one_damaged_place_costs_no_more_than_that(
    path: tuple[str, ...], value: object, absent_s: float
) -> None:
    memory = load(damaged(STORED, path, value), NOW_S, absent_s)
    assert all(isfinite(n) and abs(n) <= 2 * GREATEST for n in numbers_of(memory))
    house = House(memory=memory, now_s=NOW_S)
    house.memory = replace(house.memory, site=type(memory.site)())
    house.run(60, dt_s=5.0)
    assert 0 <= house.offered_a <= 20
    assert KEY in house.memory.chargers
