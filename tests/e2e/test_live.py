"""The live demo keeps what is promised: every check of `scripts/demo --check`, each as a test.

One run serves them all. What is checked, and how it is measured, is in demo/checks.py.
"""

import pytest

from demo.checks import CHECKS

from .demo_command import Ended, run_demo

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def checked() -> Ended:
    return run_demo("--check")


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_promise_is_kept(checked: Ended, name: str) -> None:
    lines = [line for line in checked.output.splitlines() if f" {name}: " in line]
    assert [line.split()[0] for line in lines] == ["ok"], checked.output


def test_run_ends_well_and_with_its_duration(checked: Ended) -> None:
    assert checked.code == 0
    assert "checks ok: " in checked.output
