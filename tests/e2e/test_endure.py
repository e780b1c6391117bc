"""What a running Home Assistant endures: every scenario of `scripts/endure`, each as a test.

One run of about 25 minutes serves them all. What happens in each, and what has to come of it, is in
demo/endure_*.py.
"""

import subprocess
from typing import Final

import pytest

from demo.endure import SCENARIOS

from .demo_command import REPO, Ended

pytestmark = pytest.mark.e2e

PATIENCE_S: Final = 3600.0


@pytest.fixture(scope="module")
def endured() -> Ended:
    done = subprocess.run(  # noqa: S603 - our own script
        [str(REPO / "scripts" / "endure"), "all"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout + done.stderr)


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_scenario_is_endured(endured: Ended, name: str) -> None:
    lines = [line.split() for line in endured.output.splitlines()]
    verdicts = [
        words[0] for words in lines if words[1:2] == [name] and words[0] in {"ok", "FAILED"}
    ]
    assert verdicts == ["ok"], endured.output


def test_run_ends_well_and_says_so(endured: Ended) -> None:
    assert endured.code == 0
    assert f"endured: {len(SCENARIOS)} scenarios" in endured.output
