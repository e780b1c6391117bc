"""`replace` for the frozen dataclasses of this package, about twice as fast as the standard one.

Changed copies of what is remembered are a large part of what a decision costs. The standard `replace`
collects all fields in a dict and calls the constructor with it; this one fills the slots of the copy
directly. It is for dataclasses with `slots=True` and without `__post_init__`, which all classes
here are.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # The type checker knows this one: it compares every name and value with the class's fields.
    from dataclasses import replace
else:
    from dataclasses import fields
    from functools import cache

    @cache
    def _slots(kind: type) -> tuple[tuple[str, Any], ...]:
        """Name and setter of each field; the setter passes by what makes the class frozen."""
        return tuple((field.name, getattr(kind, field.name).__set__) for field in fields(kind))

    def replace[T](item: T, /, **changes: Any) -> T:
        """Copy `item` with some fields changed; TypeError for a name that is no field."""
        copy = object.__new__(type(item))
        for name, put in _slots(type(item)):
            put(copy, changes.pop(name) if name in changes else getattr(item, name))
        if changes:
            message = f"{type(item).__name__} has no field {', '.join(changes)}"
            raise TypeError(message)
        return copy


__all__ = ["replace"]
