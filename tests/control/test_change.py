"""The fast `replace` gives what the standard one gives."""

import dataclasses
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any

import pytest

from custom_components.victron_openevse.control import memory, model, view, want
from custom_components.victron_openevse.control.change import replace
from custom_components.victron_openevse.control.memory import ChargerMemory, Energy, Meter

CLASSES = [
    kind
    for module in (memory, model, view, want)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind)
]


def test_copy_differs_in_what_was_asked_only() -> None:
    before = Meter(lifetime=Energy(solar_kwh=1.0), counter_kwh=5.0)
    changes: dict[str, Any] = {"counter_kwh": 6.0, "counter_at_s": 7.0}
    after = replace(before, **changes)
    assert after == dataclasses.replace(before, **changes)
    assert after.lifetime is before.lifetime
    assert before.counter_kwh == 5.0


def test_copy_is_frozen_too() -> None:
    after = replace(ChargerMemory(), drew=True)
    with pytest.raises(FrozenInstanceError):
        after.drew = False  # type: ignore[misc]  # that it must not is what is tested


def test_unknown_name_is_an_error() -> None:
    changes: dict[str, Any] = {"drewe": True}
    with pytest.raises(TypeError, match="ChargerMemory has no field drewe"):
        replace(ChargerMemory(), **changes)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_classes_are_made_for_it(kind: type) -> None:
    assert not hasattr(kind, "__post_init__")
    assert all(field.init and field.name in kind.__slots__ for field in fields(kind))  # type: ignore[attr-defined]  # slots=True makes them
