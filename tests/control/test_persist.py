"""Memory in storage: damaged data loses only itself."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control.memory import ChargerMemory, Memory
from custom_components.victron_openevse.control.model import Mode
from custom_components.victron_openevse.control.persist import dump, load

CLOCK_S = 1000.0

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(["mode", "awake", "meter", "probe", "pause", "offered_current_a", "drew"])


@given(JSON | st.fixed_dictionaries({"chargers": st.dictionaries(st.text(), JSON)}))
def test_rubbish_never_raises(data: Any) -> None:
    assert isinstance(load(data, 100.0, 5.0), Memory)


@given(
    st.fixed_dictionaries({"chargers": st.fixed_dictionaries({"a": st.dictionaries(NAMES, JSON)})})
)
def test_rubbish_in_a_field_keeps_the_others(data: Any) -> None:
    memory = load(data, 100.0, 5.0).chargers.get("a", ChargerMemory())
    assert memory.mode is None or isinstance(memory.mode, Mode)
    assert isinstance(memory.offered_current_a, int)
    assert isinstance(memory.drew, bool)
    assert memory.meter.lifetime.total_kwh == memory.meter.lifetime.total_kwh


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("solar_kwh", -1.0, id="negative energy"),
        pytest.param("solar_kwh", 10**400, id="too long for a float"),
        pytest.param("solar_kwh", 1e300, id="absurd"),
        pytest.param("solar_kwh", float("nan"), id="no number"),
        pytest.param("solar_kwh", True, id="a truth"),
    ],
)
def test_a_damaged_energy_starts_at_zero_beside_sound_ones(field: str, value: object) -> None:
    own = {"meter": {"lifetime": {field: value, "grid_kwh": 2.5}}, "offered_current_a": 10**400}
    memory = load({"chargers": {"a": own}}, CLOCK_S, 5.0).chargers["a"]
    assert memory.meter.lifetime.solar_kwh == 0.0
    assert memory.meter.lifetime.grid_kwh == 2.5
    assert memory.offered_current_a == 0


@pytest.mark.parametrize("age_s", [10**400, 1e300, "soon"])
def test_a_damaged_time_is_none(age_s: object) -> None:
    data = {"chargers": {"a": {"opened_at_s": age_s, "drew": True}}}
    memory = load(data, CLOCK_S, 5.0).chargers["a"]
    assert (memory.opened_at_s, memory.drew) == (None, True)


def test_times_move_to_the_new_clock() -> None:
    memory = Memory(chargers={"a": ChargerMemory(mode=Mode.FAST, charging_at_s=940.0)})
    data = dump(memory, now_s=1000.0)
    assert data["chargers"]["a"]["charging_at_s"] == 60.0
    back = load(data, now_s=20.0, absent_s=30.0)
    assert back.chargers["a"].charging_at_s == pytest.approx(-70.0)
    assert back.chargers["a"].mode is Mode.FAST
