"""The fault matrix: every row happens to law, adapters and emulators, and holds what it claims."""

import pytest

from simulator.fault_catalogue import CATALOGUE
from simulator.fault_page import PAGE, page
from simulator.fault_row import Part
from simulator.fault_run import run

LEAST_ROWS = 60


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in CATALOGUE])
def test_a_fault_is_survived_as_its_row_says(name: str) -> None:
    assert run(CATALOGUE[name]).problems(CATALOGUE[name]) == []


def test_the_matrix_covers_every_part() -> None:
    assert len(CATALOGUE) >= LEAST_ROWS
    assert {fault.part for fault in CATALOGUE.values()} == set(Part)


def test_no_two_rows_have_one_name() -> None:
    rows = sum(line.startswith("| `") for line in page().splitlines())
    assert rows == len(CATALOGUE)


def test_the_page_says_what_the_rows_check() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/faults --page"
