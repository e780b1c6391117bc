"""One sentence in the user's language: why this current now, and one on what would change it.

The law gives codes and numbers (`control/outlook`); the words are translations of the category
`common`. A number's name carries its unit, and the unit says how a person wants to read it.
"""

from collections.abc import Callable, Mapping
from math import ceil
from types import MappingProxyType
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .control.outlook import Outlook, look_ahead
from .control.temporary import mode_in_force
from .coordinator import SiteCoordinator
from .mqtt_transport import steady_now_s

S_PER_MIN: Final = 60.0

RAW_DECIMALS: Final = 2
"""Of the numbers for automations: enough for kWh, W and % alike."""

UNKNOWN: Final = "?"

POINT_LANGUAGE: Final = "en"
"""The only one of our languages that writes decimals with a point."""

_ROUND: Final[Mapping[str, Callable[[float], str]]] = MappingProxyType(
    {
        "_w": lambda value: f"{round(value, -1):.0f}",
        "_kwh": lambda value: f"{value:.1f}",
        "_min": lambda value: f"{ceil(value)}",
    }
)
"""How numbers with these endings are read; all others are whole."""


async def async_explain(
    hass: HomeAssistant, coordinator: SiteCoordinator, charger_id: str
) -> dict[str, Any] | None:
    """Explain one charger's offer in the server's language; None before the first decision."""
    language = hass.config.language
    texts = await async_texts(hass, language)
    return explain(coordinator, charger_id, texts, language)


async def async_texts(hass: HomeAssistant, language: str) -> Mapping[str, str]:
    """Load the sentences of a language, for `explain`."""
    return await async_get_translations(hass, language, "common", [DOMAIN])


def explain(
    coordinator: SiteCoordinator, charger_id: str, texts: Mapping[str, str], language: str
) -> dict[str, Any] | None:
    """Explain one charger's offer with the `texts` of a language; None before the first decision."""
    data, now_s = coordinator.data, steady_now_s(coordinator.hass)
    outlook = look_ahead(
        data.settings, data.memory, data.readings, data.decision, charger_id, now_s
    )
    if outlook is None:
        return None
    reason = outlook.reason
    changes = [
        {
            "code": change.code,
            "sentence": _sentence(texts, f"change_{change.code}", change.numbers, language),
            "numbers": _plain(change.numbers),
        }
        for change in outlook.changes
    ]
    answer = data.decision.chargers[charger_id]
    return {
        "charger": coordinator.config_entry.subentries[charger_id].title,
        "mode": mode_in_force(data.settings.chargers[charger_id]),
        "status": answer.status,
        "offered_current_a": answer.offered_current_a,
        "code": reason.code,
        "sentence": _sentence(texts, f"reason_{reason.code}", reason.numbers, language),
        "what_would_change": " ".join(str(change["sentence"]) for change in changes),
        "changes": changes,
        "numbers": _plain(outlook.numbers),
    }


def codes_and_numbers(outlook: Outlook) -> dict[str, Any]:
    """Give an outlook without words, for diagnostics."""
    return {
        "reason": outlook.reason.code,
        "changes": [change.code for change in outlook.changes],
        "numbers": _plain(outlook.numbers),
    }


def fill(text: str, numbers: Mapping[str, float], language: str) -> str:
    """Put `numbers` into a sentence; every `x_s` may also be named as `x_min`."""
    minutes = {
        f"{name.removesuffix('_s')}_min": value / S_PER_MIN
        for name, value in numbers.items()
        if name.endswith("_s")
    }
    words = {name: _word(name, value, language) for name, value in {**minutes, **numbers}.items()}
    return text.format_map(_Words(words))


class _Words(dict[str, str]):
    """What is not known is said to be unknown; a sentence never fails for it."""

    def __missing__(self, key: str) -> str:
        return UNKNOWN


def _word(name: str, value: float, language: str) -> str:
    written = next((text for end, text in _ROUND.items() if name.endswith(end)), None)
    word = f"{value:.0f}" if written is None else written(value)
    # A small negative number must not read as "-0".
    word = word.removeprefix("-") if not word.strip("-0.") else word
    return word if language.partition("-")[0] == POINT_LANGUAGE else word.replace(".", ",")


def _sentence(
    texts: Mapping[str, str], key: str, numbers: Mapping[str, float], language: str
) -> str:
    return fill(texts.get(f"component.{DOMAIN}.common.{key}", key), numbers, language)


def _plain(numbers: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, RAW_DECIMALS) for name, value in sorted(numbers.items())}
