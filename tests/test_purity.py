"""The layers hold: who may import whom, read from the source and followed through our own modules.

    glue -> victron/, openevse/ -> control/          simulator/ -> control/, the adapters' MQTT side

Only modules of this repository are followed. The package's own __init__ is glue and runs whenever a
part of it is imported; that is accepted and therefore not followed.
"""

import ast
from collections.abc import Iterator
import pathlib
from typing import Final

import pytest

ROOT: Final = pathlib.Path(__file__).parents[1]
INTEGRATION: Final = "custom_components.victron_openevse"
OWN_ROOTS: Final = ("custom_components", "simulator", "benchmark")

# What control/ may use of the standard library: nothing that waits, reads a clock or does I/O.
PURE_STDLIB: Final = frozenset(
    {
        "abc",
        "bisect",
        "collections",
        "collections.abc",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "itertools",
        "math",
        "operator",
        "statistics",
        "types",
        "typing",
    }
)
# The adapters that take their readings from entities are glue, and the only glue among the adapters.
GLUE_ADAPTERS: Final = (f"{INTEGRATION}.victron.entities", f"{INTEGRATION}.openevse.entities")
# The emulators read the contract for themselves, so that a mistake of the adapters shows.
ADAPTER_MODULES: Final = (f"{INTEGRATION}.victron", f"{INTEGRATION}.openevse")


def modules_in(folder: str) -> dict[str, pathlib.Path]:
    """Return dotted names and files of all Python modules in a folder of the repository."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = path
    return found


OWN_MODULES: Final = {name: path for root in OWN_ROOTS for name, path in modules_in(root).items()}
CONTROL: Final = sorted(n for n in OWN_MODULES if n.startswith(f"{INTEGRATION}.control"))
SIMULATOR: Final = sorted(n for n in OWN_MODULES if n.startswith("simulator"))
EMULATORS: Final = [n for n in SIMULATOR if n.startswith(("simulator.gx", "simulator.openevse"))]
# Everything else of the adapters must run without Home Assistant.
HA_FREE: Final = [
    f"{INTEGRATION}.transport",
    *(n for n in OWN_MODULES if n.startswith(ADAPTER_MODULES) and n not in GLUE_ADAPTERS),
]


def package_of(module: str) -> str:
    """Return the package that a relative import of this module starts from."""
    return module if OWN_MODULES[module].stem == "__init__" else module.rpartition(".")[0]


def imported_by(module: str) -> Iterator[str]:
    """Yield the absolute names a module imports; `from a import b` yields a and, if own, a.b."""
    for node in ast.walk(ast.parse(OWN_MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _names_of(node, module)


def _names_of(node: ast.ImportFrom, module: str) -> Iterator[str]:
    base = node.module or ""
    if node.level:
        start = package_of(module).split(".")
        start = start[: len(start) - node.level + 1]
        base = ".".join([*start, base] if base else start)
    submodules = [f"{base}.{alias.name}" for alias in node.names]
    own = [name for name in submodules if name in OWN_MODULES]
    if len(own) < len(submodules):
        yield base
    yield from own


def packages_run_for(module: str) -> Iterator[str]:
    """Yield the packages whose __init__ runs with a module, without the integration's own."""
    parent = module.rpartition(".")[0]
    while parent in OWN_MODULES:
        if parent not in (INTEGRATION, "custom_components"):
            yield parent
        parent = parent.rpartition(".")[0]


def reached_from(module: str, within: tuple[str, ...] = OWN_ROOTS) -> set[str]:
    """Return everything imported by a module, followed through own modules under `within`."""
    seen: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in OWN_MODULES and name.startswith(within):
            todo += [*imported_by(name), *packages_run_for(name)]
    return seen - {module}


def is_home_assistant(name: str) -> bool:
    """Tell whether a module belongs to Home Assistant."""
    return name.split(".", maxsplit=1)[0] == "homeassistant"


def test_control_is_there() -> None:
    assert f"{INTEGRATION}.control" in CONTROL
    assert len(CONTROL) > 1


@pytest.mark.parametrize("module", CONTROL)
def test_control_imports_only_itself_and_pure_stdlib(module: str) -> None:
    foreign = {
        name
        for name in imported_by(module)
        if name not in PURE_STDLIB and not name.startswith(f"{INTEGRATION}.control")
    }
    assert not foreign


@pytest.mark.parametrize("module", CONTROL)
def test_control_imports_itself_relatively(module: str) -> None:
    absolute = [
        node.module
        for node in ast.walk(ast.parse(OWN_MODULES[module].read_text()))
        if isinstance(node, ast.ImportFrom) and not node.level
    ]
    assert not [name for name in absolute if (name or "").startswith("custom_components")]


@pytest.mark.parametrize("module", HA_FREE)
def test_mqtt_side_of_the_adapters_is_free_of_home_assistant(module: str) -> None:
    assert not {name for name in reached_from(module) if is_home_assistant(name)}


@pytest.mark.parametrize("module", GLUE_ADAPTERS)
def test_glue_among_the_adapters_is_named_here(module: str) -> None:
    assert {name for name in reached_from(module) if is_home_assistant(name)}


@pytest.mark.parametrize("module", SIMULATOR)
def test_simulator_is_free_of_the_glue(module: str) -> None:
    reached = reached_from(module)
    assert INTEGRATION not in reached
    assert not {name for name in reached if is_home_assistant(name)}


@pytest.mark.parametrize("module", EMULATORS)
def test_emulators_read_the_contract_for_themselves(module: str) -> None:
    reached = reached_from(module, within=("simulator",))
    assert not {name for name in reached if name.startswith(ADAPTER_MODULES)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import homeassistant.core", {"homeassistant.core"}, id="plain"),
        pytest.param("from homeassistant import core", {"homeassistant"}, id="from"),
        pytest.param("from . import model", {f"{INTEGRATION}.control.model"}, id="sibling"),
        pytest.param("from .model import X", {f"{INTEGRATION}.control.model"}, id="name"),
        pytest.param("from ..const import X", {f"{INTEGRATION}.const"}, id="one up"),
        pytest.param("def f():\n import time", {"time"}, id="inside a function"),
    ],
)
def test_the_reader_of_imports_sees_all_forms(
    source: str, expected: set[str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "planted.py"
    path.write_text(source)
    planted = f"{INTEGRATION}.control.planted"
    monkeypatch.setitem(OWN_MODULES, planted, path)
    monkeypatch.setitem(OWN_MODULES, f"{INTEGRATION}.control.model", path)
    assert set(imported_by(planted)) == expected
