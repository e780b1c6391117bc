"""Every language says the same as English: nothing missing, nothing lost, nothing left in English.

What words mean a test cannot judge. It can see what a translator overlooks: a key that is new in
English, a placeholder or a unit that changed its place, a figure, a mode called by another name.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
from types import MappingProxyType
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.victron_openevse import explain
from custom_components.victron_openevse.const import DOMAIN

type Key = tuple[str, ...]

FOLDER: Final = Path(explain.__file__).parent / "translations"

EXPECTED: Final = frozenset({"de", "es", "fr", "it", "nl", "sv"})

NAME_CHARS: Final = 32
"""An entity's name has to fit on a phone, beside its value; one line of a tile card is about this."""

LOANED_WORDS: Final = 1
"""A text of at most so many words may be the same in two languages: "Boost", "Solar", "Status"."""

SAME: Final = frozenset({"VRM portal ID"})
"""Longer texts that may stay as they are: what the GX itself calls it in every language."""

QUOTES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "de": ("„", "“"),
        "en": ('"', '"'),
        "es": ("«", "»"),
        "fr": ("«", "»"),
        "it": ('"', '"'),
        "nl": ('"', '"'),
        "sv": ('"', '"'),
    }
)
"""Opening and closing quotation marks: what Home Assistant itself mostly uses, or the language's own."""

QUOTATION_MARKS: Final = '"„“”«»'

PRODUCTS: Final = ("OpenEVSE", "GX", "Home Assistant", "MQTT", "Venus OS", "VRM")
"""Names that are never translated, and always said where English says them."""

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {"_w": "W", "_a": "A", "_kwh": "kWh", "_pct": "%", "_min": "min", "_s": "s", "_h": "h"}
)
"""What follows a number in a sentence; its name ends with its unit."""

COUNTS: Final = {"step", "steps", "closings", "stays", "changes", "firmware"}
"""Numbers of things, which have no unit; and versions."""


def words_of(language: str) -> dict[str, Any]:
    """Read a language."""
    read: dict[str, Any] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return read


def texts(node: Mapping[str, Any], parents: Key = ()) -> Iterator[tuple[Key, str]]:
    """Yield every text with its path."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from texts(value, (*parents, key))
        else:
            yield (*parents, key), value


def placeholders(text: str) -> Counter[str]:
    """Count the names in braces."""
    return Counter(re.findall(r"{(\w+)}", text))


def figures(text: str) -> set[str]:
    """Find the numbers that stand in the words themselves: versions, seconds, amps."""
    return set(re.findall(r"\d+(?:\.\d+)*", re.sub(r"{\w+}", "", text)))


def own_words(text: str) -> list[str]:
    """Find the words that a translator would have to translate."""
    for product in PRODUCTS:
        text = text.replace(product, "")
    return re.findall(r"[^\W\d_]+", re.sub(r"{\w+}", "", text))


ENGLISH: Final = words_of("en")
ENGLISH_TEXTS: Final = dict(texts(ENGLISH))
FOUND: Final = sorted({path.stem for path in FOLDER.glob("*.json")} - {"en"})

each_language = pytest.mark.parametrize("language", FOUND)
each_language_and_english = pytest.mark.parametrize("language", ["en", *FOUND])


def pairs(language: str) -> Iterator[tuple[Key, str, str]]:
    """Yield path, English and translation of everything that both have."""
    translated = dict(texts(words_of(language)))
    for path in ENGLISH_TEXTS.keys() & translated.keys():
        yield path, ENGLISH_TEXTS[path], translated[path]


def test_the_expected_languages_are_there() -> None:
    assert set(FOUND) >= EXPECTED
    assert set(QUOTES) == {"en", *FOUND}


@each_language
def test_nothing_is_missing_and_nothing_is_left_over(language: str) -> None:
    translated = dict(texts(words_of(language)))
    assert ENGLISH_TEXTS.keys() - translated.keys() == set()
    assert translated.keys() - ENGLISH_TEXTS.keys() == set()


@each_language
def test_every_state_of_an_entity_has_words(language: str) -> None:
    translated = words_of(language)["entity"]
    for platform, entities in ENGLISH["entity"].items():
        for key, entity in entities.items():
            own = translated.get(platform, {}).get(key, {})
            assert own.get("state", {}).keys() == entity.get("state", {}).keys(), key


@each_language
def test_placeholders_are_those_of_english(language: str) -> None:
    wrong = {p: own for p, en, own in pairs(language) if placeholders(own) != placeholders(en)}
    assert wrong == {}


@each_language_and_english
def test_braces_are_whole(language: str) -> None:
    rest = {path: re.sub(r"{\w+}", "", text) for path, text in texts(words_of(language))}
    assert [path for path, text in rest.items() if re.search(r"[{}]", text)] == []


@each_language_and_english
def test_every_number_of_a_sentence_has_its_unit(language: str) -> None:
    for key, text in words_of(language)["common"].items():
        for name in placeholders(text).keys() - COUNTS:
            unit = UNITS[f"_{name.rpartition('_')[2]}"]
            # Dutch writes 50%, others 50 %; some put a space that does not break.
            assert re.search(rf"{{{name}}}\s?{unit}(?!\w)", text), f"{key}: {name} in {unit}"


@each_language
def test_figures_and_names_are_kept(language: str) -> None:
    lost = {
        path: own
        for path, english, own in pairs(language)
        if figures(english) - figures(own)
        or [name for name in PRODUCTS if name in english and name not in own]
    }
    assert lost == {}


@each_language
def test_the_form_of_a_text_is_kept(language: str) -> None:
    def form(text: str) -> tuple[Any, ...]:
        links = tuple(sorted(re.findall(r"https?://[^\s)]+|[NRW]/#", text)))
        return text.count("\n\n"), text.count("\n"), text.count("**"), text.count("`"), links

    assert {path: own for path, en, own in pairs(language) if form(own) != form(en)} == {}


@each_language_and_english
def test_no_text_is_empty_or_has_stray_spaces(language: str) -> None:
    stray = re.compile(r"^\s|\s$|  |[ \t]\n|\n[ \t]")
    assert {p: t for p, t in texts(words_of(language)) if not t or stray.search(t)} == {}


@each_language
def test_no_text_is_left_in_english(language: str) -> None:
    left = {
        path: own
        for path, english, own in pairs(language)
        if own == english and own not in SAME and len(own_words(own)) > LOANED_WORDS
    }
    assert left == {}


@each_language
def test_sentences_end_as_in_english(language: str) -> None:
    different = {
        path: own
        for path, english, own in pairs(language)
        if english.endswith((".", "?")) != own.endswith((".", "?"))
    }
    assert different == {}


@each_language_and_english
def test_quotation_marks_are_those_of_the_language(language: str) -> None:
    opening, closing = QUOTES[language]
    quoted = f"{opening}[^{QUOTATION_MARKS}]+{closing}"
    wrong = {
        path: text
        for path, text in texts(words_of(language))
        if set(re.sub(quoted, "", text)) & set(QUOTATION_MARKS)
    }
    assert wrong == {}


@each_language
def test_a_mode_is_called_by_its_name_everywhere(language: str) -> None:
    choices = ("entity", "select")
    called = {en: own for path, en, own in pairs(language) if path[:2] == choices}
    for path, english, own in pairs(language):
        for name in set(re.findall(r'"([^"]+)"', english)) & called.keys():
            assert called[name] in own, f"{path}: {name}"


def test_a_mode_has_one_name_in_each_language() -> None:
    for language in ["en", *FOUND]:
        words = words_of(language)
        assert words["selector"]["mode"]["options"] == words["entity"]["select"]["mode"]["state"]


@each_language_and_english
def test_states_can_be_told_apart(language: str) -> None:
    for entities in words_of(language)["entity"].values():
        for key, entity in entities.items():
            counted = Counter(entity.get("state", {}).values())
            assert [word for word, times in counted.items() if times > 1] == [], key


@each_language_and_english
def test_names_of_entities_are_short_and_their_own(language: str) -> None:
    for platform, entities in words_of(language)["entity"].items():
        names = [entity["name"] for entity in entities.values()]
        assert [name for name in names if len(name) > NAME_CHARS] == []
        assert len(set(names)) == len(names), platform


@each_language
async def test_home_assistant_takes_the_language(
    hass: HomeAssistant, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    for category in ("common", "config", "entity", "issues", "services"):
        served = await async_get_translations(hass, language, category, [DOMAIN])
        own = {
            ".".join(path): text for path, text in texts(words_of(language)) if path[0] == category
        }
        assert {f"component.{DOMAIN}.{path}": text for path, text in own.items()} == served
    assert "placeholder" not in caplog.text
