"""Losses as tables: cents, points, and which rows there are."""

from dataclasses import replace

import pytest

from benchmark.evaluate import Score
from benchmark.laws import OURS
from benchmark.losses import Cause
from benchmark.losses_report import cents_a_day, points, render_losses
from benchmark.prices import Ledger
from benchmark.run import Outcome
from benchmark.sites import REFERENCE, Case
from custom_components.victron_openevse.control.model import Priority
from tests.benchmark.days_for_tests import simple_case

OUTCOME = Outcome(
    ledger=Ledger(),
    without_car=Ledger(),
    charging_h=0.0,
    changes=0,
    from_sun=0.0,
    from_battery=0.0,
    from_grid=0.0,
    grid_caused_wh=0.0,
    discharge_caused=0.0,
    night_caused=0.0,
    curtailed=0.0,
    import_peak_w=0.0,
    asked_priority=True,
)
HERE = simple_case()
ELSEWHERE = replace(HERE, site=replace(REFERENCE, name="elsewhere"))
LOST = dict.fromkeys(Cause, 0.0) | {Cause.NIGHT: 0.03, Cause.WAITING: 0.01, Cause.GRID: -0.02}


def score(case: Case = HERE, law: str = OURS, *, explained: bool = True) -> Score:
    """A day that is two cents short of an optimum of two euro."""
    return Score(
        law=law,
        case=case,
        priority=Priority.BALANCED,
        outcome=OUTCOME,
        value_eur=1.98,
        best_eur=2.0,
        losses=LOST if explained else None,
    )


def test_losses_are_shown_in_cents_and_points() -> None:
    night = list(Cause).index(Cause.NIGHT)
    assert cents_a_day([score(), score()])[night] == pytest.approx(3.0)
    assert points([score(), score()])[night] == pytest.approx(1.5)
    cents, shares = render_losses([score()]).split("\n\n")
    for text, sums in ((cents, ("3.00", "2.00")), (shares, ("1.50", "1.00"))):
        row = next(line for line in text.splitlines() if line.startswith("  balanced")).split()
        assert (row[1 + night], row[-1]) == sums
        assert "-0.00" not in row
        assert "mean of these cells" in text
        assert "other sites" not in text


def test_other_sites_come_after_the_mean_of_the_reference() -> None:
    text = render_losses([score(ELSEWHERE), score()])
    assert text.index("reference") < text.index("mean of these cells") < text.index("elsewhere")
    assert text.index("elsewhere") < text.index("mean of the other sites")


@pytest.mark.parametrize(
    "some",
    [
        pytest.param(score(explained=False), id="not explained"),
        pytest.param(score(law="rival"), id="not ours"),
    ],
)
def test_nothing_to_show(some: Score) -> None:
    assert render_losses([some]) == ""
