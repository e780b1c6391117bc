"""Every picture of the documents is made by scripts/screenshots, and the repository stays light."""

from pathlib import Path
import re
from typing import Final
from xml.etree import ElementTree as ET

import pytest

from demo.pictures import NAMES, chosen
from demo.talk import DemoError
from scripts.lib.decision_picture import drawing

ROOT: Final = Path(__file__).parents[2]
PICTURES: Final = ROOT / "docs" / "pictures"
DOCUMENTS: Final = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
MADE: Final = {"how-it-decides.svg", *(f"{name}.webp" for name in NAMES)}
SVG: Final = "{http://www.w3.org/2000/svg}"
TOTAL_MAX_BYTES: Final = 3_000_000
FILM_MAX_BYTES: Final = 1_500_000


def shown() -> set[str]:
    """Return the names of all pictures in documents."""
    return {
        name for path in DOCUMENTS for name in re.findall(r"pictures/([\w.-]+)", path.read_text())
    }


def test_documents_show_only_what_the_script_makes() -> None:
    assert shown() - MADE == set()


def test_every_picture_is_there_and_shown() -> None:
    assert {path.name for path in PICTURES.iterdir()} == MADE
    assert MADE - shown() == set()


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert sizes["hero.webp"] <= FILM_MAX_BYTES
    assert sum(sizes.values()) <= TOTAL_MAX_BYTES


@pytest.mark.parametrize(
    ("names", "found"),
    [
        pytest.param("all", NAMES, id="all"),
        pytest.param("day,hero", ("day", "hero"), id="two"),
    ],
)
def test_what_is_asked_for(names: str, found: tuple[str, ...]) -> None:
    assert chosen(names) == found


def test_no_such_picture() -> None:
    with pytest.raises(DemoError, match="no such picture: portrait"):
        chosen("portrait,hero")


def test_the_drawing_of_a_day_is_whole() -> None:
    picture = ET.fromstring(drawing())  # noqa: S314 - ours, not a stranger's
    texts = ["".join(node.itertext()) for node in picture.iter(f"{SVG}text")]
    for number in "123456":
        # Once in the picture, once beside its explanation.
        assert texts.count(number) == 2
    assert len(list(picture.iter(f"{SVG}path"))) > 4
