"""Tables of Markdown, and the words around them."""

from collections.abc import Iterable, Sequence
import re

type Row = Sequence[str]


def table(head: Row, rows: Iterable[Row]) -> list[str]:
    """Give the lines of a table; a column without a word in any row is left out."""
    kept = [[_cell(text) for text in row] for row in rows]
    used = [index for index in range(len(head)) if any(row[index] for row in kept)]
    lines = [head, ["---"] * len(head), *kept]
    return [f"| {' | '.join(line[index] for index in used)} |" for line in lines]


def section(title: str, *parts: Iterable[str], level: int = 2) -> list[str]:
    """Give the lines of a section: a heading, then its parts with an empty line between them."""
    lines = [f"{'#' * level} {title}"]
    for part in parts:
        lines += ["", *part]
    return [*lines, ""]


def code(text: object) -> str:
    """Set a word as code."""
    return f"`{text}`"


def spoken(template: str) -> str:
    """Show the numbers of a sentence by their names."""
    return re.sub(r"{(\w+)}", r"`\1`", template)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
