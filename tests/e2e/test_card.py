"""Card and dashboard in a real browser: with a made-up house, and in the running demo.

What is checked is in tests/e2e/card/checks.mjs (no Home Assistant needed, under 40 s) and in
demo/page.py (every view, and that a tap reaches the charger's wire).
"""

import re
import subprocess
from typing import Final

import pytest

from .demo_command import REPO, run_demo

pytestmark = pytest.mark.e2e

CARD_PATIENCE_S: Final = 300.0
"""A first run installs the browser; the checks themselves take half a minute."""
CHECKS_MIN: Final = 55
"""So that a list of checks that was lost is seen."""
TAP_LIMIT_S: Final = 2.0


def test_card_keeps_its_promises_in_a_browser() -> None:
    done = subprocess.run(  # noqa: S603 - our own script
        [str(REPO / "scripts" / "card-tests")],
        capture_output=True,
        text=True,
        timeout=CARD_PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"^card ok: (\d+) checks$", done.stdout, re.MULTILINE)
    assert counted is not None, done.stdout
    assert int(counted[1]) >= CHECKS_MIN


def test_tap_on_the_dashboard_reaches_the_charger() -> None:
    ended = run_demo("--page")
    assert ended.code == 0, ended.output
    taps = re.findall(r"(fast|medium|off|solar) (\d+\.\d+) s", ended.output)
    assert [mode for mode, _took in taps] == ["fast", "medium", "off", "solar"]
    assert all(float(took_s) <= TAP_LIMIT_S for _mode, took_s in taps)
