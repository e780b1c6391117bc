"""Small parts that every form is made of."""

from typing import Any

from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol


def choice_of(options: list[str] | list[SelectOptionDict], *, only: bool = False) -> SelectSelector:
    """A list to choose from that also takes typed text, unless `only` the options are right."""
    return SelectSelector(
        SelectSelectorConfig(
            options=options, custom_value=not only, mode=SelectSelectorMode.DROPDOWN
        )
    )


def as_schema(fields: dict[Any, Any]) -> Any:
    """Make a form's schema. Any: Home Assistant replaces voluptuous by a drop-in of other types."""
    return vol.Schema(fields)
