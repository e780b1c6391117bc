"""The files that describe the integration to Home Assistant, HACS and people are well-formed.

Home Assistant's own validator, hassfest, is not part of its wheel. The wheel does hold some thousand
core integrations that passed it, so the rule here is: every key path of ours must occur in at least
one of them. Parts named by the integration (entity keys, error keys, steps ...) count as wildcards.
"""

from collections.abc import Iterator
from functools import cache
import json
import pathlib
import re
from typing import Any, Final

from homeassistant import components
from homeassistant.generated import config_flows
from PIL import Image
import pytest
import yaml

ROOT: Final = pathlib.Path(__file__).parents[1]
DOMAIN: Final = "victron_openevse"
INTEGRATION: Final = ROOT / "custom_components" / DOMAIN
TRANSLATIONS: Final = INTEGRATION / "translations"
CORE: Final = pathlib.Path(components.__file__).parent

type Path = tuple[str, ...]

# Keys whose children carry names that the integration chose.
NAMED_CHILDREN: Final = frozenset(
    {
        "abort",
        "common",
        "condition_type",
        "conditions",
        "config_subentries",
        "create_entry",
        "data",
        "data_description",
        "device",
        "entity_component",
        "error",
        "exceptions",
        "fields",
        "info",
        "initiate_flow",
        "issues",
        "menu_option_descriptions",
        "menu_options",
        "options",
        "progress",
        "range",
        "sections",
        "selector",
        "services",
        "state",
        "state_attributes",
        "step",
        "triggers",
        "action_type",
        "trigger_type",
    }
)
# Keys of the flows themselves; here the same words are sections, not names.
FLOWS: Final = (("config",), ("options",))
# entity.sensor.KEY: the keys below two words are names.
ENTITY_KEY_DEPTH: Final = 2
# A custom integration must have these, a core one cannot.
CUSTOM_ONLY: Final = {("version",), ("issue_tracker",)}
REQUIRED_KEYS: Final = (
    "codeowners",
    "config_flow",
    "documentation",
    "domain",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "name",
    "version",
)
# What the catalogue of community integrations accepts; anything else makes its check fail.
HACS_KEYS: Final = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}


def load(path: pathlib.Path) -> dict[str, Any]:
    """Return a JSON file as a dict, or an empty one if the file is not there."""
    return json.loads(path.read_text()) if path.exists() else {}


def shapes(node: Any, parents: Path = ()) -> Iterator[Path]:
    """Yield every key path of a document with the names that an integration chose as `*`."""
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        path = (*parents, "*" if is_name(parents) else key)
        yield path
        yield from shapes(value, path)


def is_name(parents: Path) -> bool:
    """Tell whether the keys below this path are names and not words of the format."""
    if not parents or parents in FLOWS:
        return False
    if parents[0] == "entity" and len(parents) <= ENTITY_KEY_DEPTH:
        return len(parents) == ENTITY_KEY_DEPTH  # entity, platform, key
    return parents[-1] in NAMED_CHILDREN


def as_config_flow(path: Path) -> Path:
    """Give the path that a subentry's flow shares with a config flow: both have one schema."""
    of_subentry = path[:1] == ("config_subentries",)
    return ("config", *path[2:]) if of_subentry else path


@cache
def core_shapes(name: str) -> frozenset[Path]:
    """Return the key paths that occur in the files of this name of all core integrations."""
    return frozenset(path for file in CORE.glob(f"*/{name}") for path in shapes(load(file)))


def leaves(node: dict[str, Any], parents: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield every text of a translation with its path."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from leaves(value, (*parents, key))
        else:
            yield (*parents, key), value


def placeholders(text: str) -> set[str]:
    """Return the names in braces of a translated text."""
    return set(re.findall(r"{(\w+)}", text))


MANIFEST: Final = load(INTEGRATION / "manifest.json")
ENGLISH: Final = load(TRANSLATIONS / "en.json")
ICONS: Final = load(INTEGRATION / "icons.json")
LANGUAGES: Final = sorted(TRANSLATIONS.glob("*.json"))


# ---------------------------------------------------------------- manifest.json


def test_manifest_has_only_keys_that_home_assistant_knows() -> None:
    assert {(key,) for key in MANIFEST} - core_shapes("manifest.json") - CUSTOM_ONLY == set()


@pytest.mark.parametrize("key", REQUIRED_KEYS)
def test_manifest_has_key(key: str) -> None:
    assert MANIFEST[key]


def test_manifest_keys_are_in_order() -> None:
    first = ["domain", "name"]
    assert list(MANIFEST) == first + sorted(set(MANIFEST) - set(first))


def test_manifest_fits_the_folder_and_the_project() -> None:
    assert MANIFEST["domain"] == INTEGRATION.name
    project = (ROOT / "pyproject.toml").read_text()
    assert f'\nversion = "{MANIFEST["version"]}"\n' in project


def test_manifest_values_are_known_to_core() -> None:
    core = [load(path) for path in CORE.glob("*/manifest.json")]
    assert MANIFEST["iot_class"] in {manifest.get("iot_class") for manifest in core}
    assert MANIFEST["integration_type"] in {manifest.get("integration_type") for manifest in core}


def test_manifest_depends_on_core_integrations() -> None:
    wanted = MANIFEST["dependencies"] + MANIFEST["after_dependencies"]
    assert [domain for domain in wanted if not (CORE / domain / "manifest.json").exists()] == []


def test_domain_is_not_taken_by_core() -> None:
    assert DOMAIN not in config_flows.FLOWS["integration"]


def test_discovery_over_mqtt_has_a_step() -> None:
    source = "".join(path.read_text() for path in INTEGRATION.glob("config_flow*.py"))
    assert "async def async_step_mqtt" in source


# ---------------------------------------------------------------- translations and icons


def test_english_is_there() -> None:
    assert ENGLISH["config"]["step"]
    assert ENGLISH["entity"]


@pytest.mark.parametrize(
    ("ours", "core_name"),
    [
        pytest.param(ENGLISH, "strings.json", id="translations"),
        pytest.param(ICONS, "icons.json", id="icons"),
    ],
)
def test_key_paths_are_known(ours: dict[str, Any], core_name: str) -> None:
    known = core_shapes(core_name)
    unknown = (path for path in shapes(ours) if path not in known)
    assert sorted(path for path in unknown if as_config_flow(path) not in known) == []


@pytest.mark.parametrize(
    ("planted", "core_name"),
    [
        pytest.param({"config": {"steps": {"user": {}}}}, "strings.json", id="misspelt section"),
        pytest.param(
            {"config": {"step": {"user": {"text": "x"}}}}, "strings.json", id="key of a step"
        ),
        pytest.param(
            {"entity": {"sensor": {"reserve": {"title": "x"}}}}, "strings.json", id="entity key"
        ),
        pytest.param({"entity": {"sensors": {}}}, "strings.json", id="platform"),
        pytest.param({"options": {"user": {}}}, "strings.json", id="step outside of step"),
        pytest.param({"entity": {"sensor": {"reserve": {"icon": "x"}}}}, "icons.json", id="icon"),
        pytest.param({"service": {}}, "icons.json", id="service without s"),
    ],
)
def test_the_reader_of_key_paths_finds_mistakes(planted: dict[str, Any], core_name: str) -> None:
    assert set(shapes(planted)) - core_shapes(core_name)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda path: path.stem)
def test_language_has_the_texts_of_english(language: pathlib.Path) -> None:
    english, translated = dict(leaves(ENGLISH)), dict(leaves(load(language)))
    assert sorted(translated) == sorted(english)
    different = {
        path: text
        for path, text in translated.items()
        if not text.strip() or placeholders(text) != placeholders(english[path])
    }
    assert different == {}


def test_entities_with_icons_have_names() -> None:
    named = {(platform, key) for platform, keys in ENGLISH["entity"].items() for key in keys}
    with_icon = {(p, key) for p, keys in ICONS.get("entity", {}).items() for key in keys}
    assert with_icon - named == set()


# ---------------------------------------------------------------- services


def services() -> dict[str, Any]:
    """Return services.yaml, or nothing while there is none."""
    path = INTEGRATION / "services.yaml"
    return (yaml.safe_load(path.read_text()) or {}) if path.exists() else {}


def fields_of(service: dict[str, Any] | None) -> set[str]:
    """Return the field names of a service, those inside of sections included."""
    found: set[str] = set()
    for name, field in ((service or {}).get("fields") or {}).items():
        found |= set(field["fields"]) if "fields" in field else {name}
    return found


def test_services_translations_and_icons_name_the_same_services() -> None:
    assert set(ENGLISH.get("services", {})) == set(services())
    assert set(ICONS.get("services", {})) == set(services())


def test_services_are_translated() -> None:
    for name, service in services().items():
        translated = ENGLISH["services"][name]
        texts = [translated, *translated.get("fields", {}).values()]
        assert all(text["name"] and text["description"] for text in texts), name
        assert set(translated.get("fields", {})) == fields_of(service), name


# ---------------------------------------------------------------- HACS, brand, tree


def test_hacs_json() -> None:
    hacs = load(ROOT / "hacs.json")
    assert set(hacs) - HACS_KEYS == set()
    assert hacs["name"] == MANIFEST["name"]
    assert re.fullmatch(r"20\d\d\.\d+\.\d+", hacs["homeassistant"])
    assert hacs["filename"] == f"{DOMAIN}.zip"


@pytest.mark.parametrize(
    ("name", "shortest_px", "square"),
    [
        pytest.param("icon.png", range(256, 257), True, id="icon"),
        pytest.param("icon@2x.png", range(512, 513), True, id="icon, double"),
        pytest.param("logo.png", range(128, 257), False, id="logo"),
        pytest.param("logo@2x.png", range(256, 513), False, id="logo, double"),
    ],
)
def test_brand_image(name: str, shortest_px: range, square: bool) -> None:
    with Image.open(INTEGRATION / "brand" / name) as image:
        assert image.format == "PNG"
        assert image.mode == "RGBA"
        assert min(image.size) in shortest_px
        assert (image.width == image.height) is square
        alpha = image.getchannel("A")
        assert alpha.getextrema() == (0, 255), "background is not transparent"
        assert alpha.getbbox() == (0, 0, *image.size), "not trimmed"


TEXT_SUFFIXES: Final = {
    "", ".css", ".html", ".js", ".json", ".md", ".mjs", ".py", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip
NOT_OURS: Final = {".git", "__pycache__", "node_modules", ".venv"}
CACHES: Final = re.compile(r"\.(mypy|pytest|ruff)_cache|\.hypothesis|htmlcov")


def own_texts() -> Iterator[pathlib.Path]:
    """Yield the text files of the repository."""
    for folder, names, files in ROOT.walk():
        names[:] = [n for n in names if n not in NOT_OURS and not CACHES.fullmatch(n)]
        for name in files:
            path = folder / name
            if path.suffix in TEXT_SUFFIXES and not name.startswith(".coverage"):
                yield path


def test_tree_works_anywhere() -> None:
    """No file names a place that only one machine has."""
    # This checkout, its neighbours, the home of whoever runs this, and folders beside a checkout.
    places = [f"{ROOT}/", f"{ROOT.parent}/", f"{pathlib.Path.home()}/", "../" + "shared"]
    places = [place for place in places if place.count("/") > 1 or place.startswith("..")]
    found = [
        f"{path.relative_to(ROOT)}: {place}"
        for path in own_texts()
        for place in places
        if place in path.read_text()
    ]
    assert found == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in own_texts()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text())
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []
