"""Names what a text is about in Home Assistant's language, not by its key.

Texts of issues and dialogues are translated, but what they fill in is not. A reading is called as
its entity is, and what an owner chose as the field in which it was chosen.
"""

from collections.abc import Iterable
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_load_integrations,
)

from .const import DOMAIN

READINGS: Final = ("entity.sensor.{}.name",)
SITE_ENTITIES: Final = ("config.step.reconfigure_entities.data.{}",)
CHARGER_ENTITIES: Final = ("config_subentries.charger.step.reconfigure_entities.data.{}",)
INPUTS: Final = ("options.step.site_inputs.data.{}", "options.step.car.data.{}")
COMMON: Final = ("common.{}",)
OTHERS: Final = ("common.other_{}",)
"""Who else steers a charger."""


async def async_load_names(hass: HomeAssistant) -> None:
    """Load what `name_all` needs; for dialogues, which may run before anything of ours is set up."""
    await async_load_integrations(hass, {DOMAIN})


def name_all(hass: HomeAssistant, places: tuple[str, ...], keys: Iterable[str]) -> str:
    """List the names of `keys`, which stand in the translations at one of `places`."""
    return ", ".join(name_of(hass, places, key) for key in keys)


def name_of(hass: HomeAssistant, places: tuple[str, ...], key: str) -> str:
    """Name one key; the key itself where no translation names it."""
    for place in places:
        category = place.partition(".")[0]
        texts = async_get_cached_translations(hass, hass.config.language, category, DOMAIN)
        name = texts.get(f"component.{DOMAIN}.{place.format(key)}")
        if name is not None:
            return name
    return key
