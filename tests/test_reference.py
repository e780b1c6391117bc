"""The reference of entities and actions says what the code does."""

from collections.abc import Iterator
import json
import re

import pytest

from scripts.lib.reference.entities import without_entity, without_meaning
from scripts.lib.reference.page import PAGE, page
from scripts.lib.reference.sources import INTEGRATION, entities
from scripts.lib.reference.tables import table


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), "run scripts/reference"


def test_every_entity_is_explained() -> None:
    assert without_meaning() == []


def test_nothing_is_explained_that_is_not_there() -> None:
    assert without_entity() == []


def named() -> Iterator[tuple[str, str]]:
    """Yield platform and key of every entity that has words or an icon."""
    for name in ("translations/en.json", "icons.json"):
        read = json.loads((INTEGRATION / name).read_text())["entity"]
        yield from ((platform, key) for platform, keys in read.items() for key in keys)


def test_every_entity_that_has_words_is_found() -> None:
    assert set(named()) - {(one.platform, one.key) for one in entities()} == set()


@pytest.mark.parametrize("device", ["The site", "Each charger"])
def test_both_devices_show_and_offer_something(device: str) -> None:
    part = page().split(f"\n## {device}\n")[1].split("\n## ")[0]
    shown, chosen = part.split("### To choose")
    assert re.search(r"^\| sensor `\w+` \|", shown, re.MULTILINE)
    assert re.search(r"^\| number `\w+` \| [^|]+ \| \d", chosen, re.MULTILINE)


@pytest.mark.parametrize(
    ("head", "rows", "lines"),
    [
        pytest.param(
            ("A", "B"), [("x", ""), ("y", "")], ["| A |", "| --- |", "| x |", "| y |"], id="empty"
        ),
        pytest.param(("A",), [("x|y\n z",)], ["| A |", "| --- |", "| x\\|y z |"], id="odd text"),
    ],
)
def test_table(head: tuple[str, ...], rows: list[tuple[str, ...]], lines: list[str]) -> None:
    assert table(head, rows) == lines
