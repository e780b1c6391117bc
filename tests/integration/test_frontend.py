"""The card and the dashboard reach the page: served, loaded, complete, and in all languages."""

from http import HTTPStatus
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.components import frontend
from homeassistant.components.frontend import UrlManager
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.victron_openevse.const import DOMAIN
from custom_components.victron_openevse.control.model import Mode, Status
from custom_components.victron_openevse.dashboard import FOLDER, content_digest

OF_THE_SUN = {"next_rising", "next_setting"}
"""Entities of Home Assistant's own integration."""
LANGUAGES = {"de", "en", "es", "fr", "it", "nl", "sv"}
TEXTS = FOLDER / "translations"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
MODULE_NAME = re.compile(r"""^(?:import|export) [^;]*?from "(\./[\w-]+\.js)";""", re.MULTILINE)
REMOTE = re.compile(r"https?://(?!www\.w3\.org/|github\.com/victron-openevse/)")


@pytest.fixture
async def url(hass: HomeAssistant) -> str:
    """Set the integration up in a Home Assistant with a page; give the module that it loads."""
    hass.data[frontend.DATA_EXTRA_MODULE_URL] = UrlManager(lambda _kind, _url: None, [])
    assert await async_setup_component(hass, DOMAIN, {})
    (found,) = hass.data[frontend.DATA_EXTRA_MODULE_URL].urls
    assert isinstance(found, str)
    return found


async def test_page_loads_our_module(hass_client_no_auth: ClientSessionGenerator, url: str) -> None:
    client = await hass_client_no_auth()
    response = await client.get(url)
    assert response.status == HTTPStatus.OK
    assert "javascript" in response.headers["Content-Type"]
    assert "max-age" in response.headers["Cache-Control"]
    assert '"victron-openevse-card"' in await response.text()


async def test_every_module_and_text_is_served_beside_it(
    hass_client_no_auth: ClientSessionGenerator, url: str
) -> None:
    client = await hass_client_no_auth()
    folder = url.rpartition("/")[0]
    for path in files():
        response = await client.get(f"{folder}/{path.relative_to(FOLDER)}")
        assert response.status == HTTPStatus.OK, path


def files() -> list[Path]:
    """List what is shipped for the page."""
    return [path for path in FOLDER.rglob("*") if path.is_file()]


async def test_home_assistant_without_a_page_is_served_as_well(hass: HomeAssistant) -> None:
    assert frontend.DATA_EXTRA_MODULE_URL not in hass.data
    assert await async_setup_component(hass, DOMAIN, {})


def test_address_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one")
    before = content_digest(tmp_path)
    assert content_digest(tmp_path) == before
    (tmp_path / "a.js").write_text("two")
    assert content_digest(tmp_path) != before


def test_modules_import_only_each_other_and_load_nothing_from_elsewhere() -> None:
    for path in FOLDER.glob("*.js"):
        text = path.read_text()
        assert not REMOTE.search(text), path
        for name in MODULE_NAME.findall(text):
            assert (FOLDER / name).is_file(), f"{path.name} imports {name}"


def texts(language: str) -> dict[str, Any]:
    """Read the words of one language."""
    loaded: dict[str, Any] = json.loads((TEXTS / f"{language}.json").read_text())
    return loaded


def test_words_are_there_in_all_languages() -> None:
    assert {path.stem for path in TEXTS.glob("*.json")} == LANGUAGES


@pytest.mark.parametrize("language", sorted(LANGUAGES - {"en"}))
def test_words_are_the_same_in_each_language(language: str) -> None:
    english, theirs = texts("en"), texts(language)
    assert list(theirs) == list(english)
    for key, text in english.items():
        assert set(PLACEHOLDER.findall(theirs[key])) == set(PLACEHOLDER.findall(text)), key
        assert theirs[key].strip(), key


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    code = "\n".join(path.read_text() for path in FOLDER.glob("*.js"))
    used = set(re.findall(r"""\bt\("(\w+)""", code))
    composed = tuple(re.findall(r"""\bt\(`(\w+)\$""", code))
    known = set(texts("en"))
    assert used <= known
    assert {key for key in known - used if not key.startswith(composed)} == set()


def test_every_mode_is_described() -> None:
    assert {f"mode_{mode}" for mode in Mode} <= set(texts("en"))


def module(name: str) -> str:
    """Read one module."""
    return (FOLDER / name).read_text()


def test_every_coloured_status_is_one() -> None:
    coloured = set(re.findall(r"^  (\w+): \"", module("tones.js"), re.MULTILINE))
    assert coloured
    assert coloured <= set(Status)


def test_dashboard_and_trial_name_entities_that_there_are() -> None:
    entities = json.loads((FOLDER.parent / "translations" / "en.json").read_text())["entity"]
    keys = {key for platform in entities.values() for key in platform}
    lists = re.findall(
        r"^const [A-Z_]+ = \[(.*?)\];", module("strategy.js"), re.MULTILINE | re.DOTALL
    )
    listed = {key for one in lists for key in re.findall(r'"(\w+)"', one)} - OF_THE_SUN
    tried = set(re.findall(r'\["(?:site|charger)", "(\w+)"\]', module("trial-fields.js")))
    assert listed
    assert tried
    assert (listed | tried) - keys == set()
