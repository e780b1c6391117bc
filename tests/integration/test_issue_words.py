"""Everything that options, repairs and the system page can say has words."""

import json
from pathlib import Path
import re
from typing import Any, Final

import pytest

from custom_components.victron_openevse import issues, options_flow, system_health

FOLDER: Final = Path(issues.__file__).parent
ENGLISH: Final[dict[str, Any]] = json.loads((FOLDER / "translations" / "en.json").read_text())


def test_every_issue_has_words_and_no_words_are_left_over() -> None:
    assert set(ENGLISH["issues"]) == set(issues.KINDS)


@pytest.mark.parametrize("kind", issues.KINDS)
def test_an_issue_with_a_dialogue_leads_to_it(kind: str) -> None:
    words = ENGLISH["issues"][kind]
    fixable = issues.KINDS[kind].fix is not None
    assert fixable == ("fix_flow" in words)
    assert fixable != ("description" in words)
    if fixable:
        assert set(words["fix_flow"]["abort"]) == {"cannot_open", "removed"}
        assert set(words["fix_flow"]["step"]) == {"confirm"}


def test_the_placeholders_of_issues_are_filled() -> None:
    used = set(re.findall(r"{(\w+)}", json.dumps(ENGLISH["issues"], ensure_ascii=False)))
    by_check = {"seen", "set", "seen_power", "part", "lag"}
    assert used == {"name", "missing", "times", "step", "moved", "others"} | by_check


def test_every_issue_is_explained_in_the_documentation() -> None:
    page = (FOLDER.parents[1] / "docs" / "troubleshooting.md").read_text()
    table = page[page.index("## Repair issues") : page.index("## In the log")]
    # One row for both signs, and the head of the table with its rule.
    assert len(re.findall(r"^\|", table, re.MULTILINE)) == len(issues.KINDS) - 1 + 2


def test_every_step_and_error_of_the_options_has_words() -> None:
    code = Path(options_flow.__file__).read_text()
    steps = set(re.findall(r"async def async_step_(\w+)", code))
    assert steps == set(ENGLISH["options"]["step"])
    assert {"no_price", "import_price_needed"} == set(ENGLISH["options"]["error"])
    assert set(re.findall(r'reason="(\w+)"', code)) == set(ENGLISH["options"]["abort"])
    for step in ENGLISH["options"]["step"].values():
        assert set(step.get("data", {})) == set(step.get("data_description", {}))


def test_every_line_of_the_system_page_has_words() -> None:
    code = Path(system_health.__file__).read_text()
    lines = set(re.findall(r'^        "(\w+)":', code, re.MULTILINE))
    assert lines == set(ENGLISH["system_health"]["info"])
