"""`python -m scripts.lib.reference`: called by scripts/reference, which brings Home Assistant.

(nothing)    writes docs/entities.md
--check      writes nothing; exit code 1 when the page is not what the code says
"""

import argparse
import sys

from .entities import without_entity, without_meaning
from .page import PAGE, page


def main() -> int:
    """Write or check the page; complain about what is not explained."""
    parser = argparse.ArgumentParser(
        prog="scripts/reference", description="Writes docs/entities.md."
    )
    parser.add_argument("--check", action="store_true", help="only tell whether it is current")
    check = parser.parse_args().check
    current = PAGE.exists() and PAGE.read_text() == page()
    if not check:
        PAGE.write_text(page())
    elif not current:
        print("docs/entities.md is not what the code says: run scripts/reference")
    problems = [f"not explained in meanings.yaml: {name}" for name in without_meaning()]
    problems += [f"explained but not there: {name}" for name in without_entity()]
    print("\n".join(problems) or "everything is explained")
    return int(bool(problems) or (check and not current))


if __name__ == "__main__":
    sys.exit(main())
