"""House limits of this repository: no file above 400 lines, no function above 40.

A file that needs more is two files; a function that needs more hides a step that wants a name.
Lines are counted as an editor shows them, docstrings and comments included.

    house_limits.py FOLDER...      prints every breach, exit code 1 if there is one
"""

import ast
from collections.abc import Iterator
import pathlib
import sys
from typing import Final

FILE_LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 40

# Folders that are not ours to judge.
SKIPPED: Final = frozenset({"__pycache__", "node_modules", ".venv"})
LIMITED_SUFFIXES: Final = frozenset({".py", ".sh", ".js", ".mjs"})


def files_in(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yield the source files of a folder, scripts without a suffix included."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not SKIPPED & set(path.parts) and is_source(path):
            yield path


def is_source(path: pathlib.Path) -> bool:
    """Tell whether a file counts: by its suffix, or as a script by its first line."""
    if path.suffix:
        return path.suffix in LIMITED_SUFFIXES
    return path.read_bytes()[:2] == b"#!"


def long_functions(path: pathlib.Path) -> Iterator[str]:
    """Yield a message for each Python function above the limit."""
    for node in ast.walk(ast.parse(path.read_text(), filename=str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines (> {FUNCTION_LINES_MAX})"


def breaches(path: pathlib.Path) -> Iterator[str]:
    """Yield a message for each limit that a file breaks."""
    lines = len(path.read_text().splitlines())
    if lines > FILE_LINES_MAX:
        yield f"{path}: {lines} lines (> {FILE_LINES_MAX})"
    if path.suffix == ".py":
        yield from long_functions(path)


def main() -> int:
    """Check the folders named on the command line."""
    found = [
        message
        for folder in sys.argv[1:]
        for path in files_in(pathlib.Path(folder))
        for message in breaches(path)
    ]
    print("\n".join(found) or "house limits: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
