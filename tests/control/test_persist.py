"""Memory in storage: damaged data loses only itself."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control.memory import ChargerMemory, Memory
from custom_components.victron_openevse.control.model import Mode
from custom_components.victron_openevse.control.persist import dump, load

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


def test_times_move_to_the_new_clock() -> None:
    memory = Memory(chargers={"a": ChargerMemory(mode=Mode.FAST, charging_at_s=940.0)})
    data = dump(memory, now_s=1000.0)
    assert data["chargers"]["a"]["charging_at_s"] == 60.0
    back = load(data, now_s=20.0, absent_s=30.0)
    assert back.chargers["a"].charging_at_s == pytest.approx(-70.0)
    assert back.chargers["a"].mode is Mode.FAST
