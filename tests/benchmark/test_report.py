"""Scores and tables: captured value by hand, duels, JSON, plots, the command."""

from collections.abc import Sequence
from dataclasses import replace
import json
from pathlib import Path
from time import perf_counter

import pytest

from benchmark import __main__ as command
from benchmark.best import best_eur
from benchmark.evaluate import PRIORITIES, Score, evaluate, evaluate_all, prepare_all
from benchmark.goals import goals, render_goals
from benchmark.laws import LAWS, OURS, STANDARD, WITH_FORECAST
from benchmark.prices import PRICES, Ledger, value
from benchmark.report import captured, captured_by_cell, duels, render
from benchmark.run import Outcome, run
from benchmark.sites import ALL_DAY, ARRIVES_AT_13, REFERENCE, Case, Window
from custom_components.victron_openevse.control.model import Priority
from tests.benchmark.days_for_tests import at_hours, simple_case

OUTCOME = Outcome(
    ledger=Ledger(car=10.0, closings=2),
    without_car=Ledger(),
    charging_h=4.0,
    changes=100,
    from_sun=8.0,
    from_battery=1.5,
    from_grid=0.5,
    grid_caused_wh=300.0,
    discharge_caused=1.0,
    night_caused=0.2,
    curtailed=3.0,
    import_peak_w=2500.0,
    asked_priority=True,
)


@pytest.fixture
def quick_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    """An optimum that takes no time."""
    monkeypatch.setattr("benchmark.evaluate.best_eur", lambda _case, _priority: 9.0)


def score(
    value_eur: float,
    best_eur: float | None = 2.0,
    *,
    law: str = OURS,
    window: Window = ALL_DAY,
    priority: Priority = Priority.BALANCED,
    case: Case | None = None,
) -> Score:
    return Score(
        law=law,
        case=case or simple_case(window=window),
        priority=priority,
        outcome=OUTCOME,
        value_eur=value_eur,
        best_eur=best_eur,
    )


@pytest.mark.parametrize(
    ("values", "share"),
    [
        pytest.param([(1.0, 2.0), (2.0, 2.0)], 0.75, id="sums, not means of shares"),
        pytest.param([(0.9, 1.0), (0.1, 9.0)], 0.1, id="large days weigh more"),
        pytest.param([(-1.0, 2.0)], -0.5, id="worse than no car"),
        pytest.param([(1.0, None)], None, id="no optimum"),
        pytest.param([(0.0, 0.0)], None, id="nothing to get"),
    ],
)
def test_captured(values: Sequence[tuple[float, float | None]], share: float | None) -> None:
    found = captured([score(value, best) for value, best in values])
    assert found == (None if share is None else pytest.approx(share))


def test_a_cell_is_owner_site_and_window() -> None:
    found = captured_by_cell(
        [score(1.0), score(1.5, window=ARRIVES_AT_13), score(0.5, priority=Priority.CAR_FIRST)]
    )
    assert found == {
        (Priority.BALANCED, REFERENCE.name, "all day"): 0.5,
        (Priority.BALANCED, REFERENCE.name, "arrives 13:00"): 0.75,
        (Priority.CAR_FIRST, REFERENCE.name, "all day"): 0.25,
    }


@pytest.mark.parametrize(
    ("ours", "rival", "best", "lost"),
    [
        pytest.param(1.0, 0.9, 2.0, False, id="ahead"),
        pytest.param(1.90, 1.95, 2.0, False, id="behind by less than 3 % of the optimum"),
        pytest.param(1.90, 1.97, 2.0, True, id="behind by more"),
        pytest.param(0.10, 0.125, 0.2, False, id="cents do not count on a poor day"),
        pytest.param(0.10, 0.14, 0.2, True, id="more than three cents do"),
    ],
)
def test_duels_against_the_best_rival(ours: float, rival: float, best: float, lost: bool) -> None:
    (duel,) = duels([score(ours, best), score(rival, best, law="a"), score(-1, best, law="b")])
    assert duel.rival.law == "a"
    assert duel.behind_eur == pytest.approx(rival - ours)
    assert duel.lost is lost


def test_the_report_names_what_was_measured() -> None:
    text = render([score(1.8), score(1.7, law="rival")], per_day=True)
    row = next(line for line in text.splitlines() if line.startswith(OURS))
    assert "0.900" in row
    assert "best rival in each cell" in text
    assert "0 of 1" in text
    assert "25.0" in text  # changes in each hour of charging
    assert text.count("simple") == 3  # a duel and two days


def test_goals_that_are_met_and_missed() -> None:
    found = {goal.name: goal for goal in goals([score(1.8), score(1.85, law="rival")])}
    assert found["captured, least of the cells"].met
    assert found["captured, mean of the cells"].reached == pytest.approx(0.9)
    assert not found["captured, mean of the cells"].met
    assert not found["cells in which no rival is better"].met
    assert found["days on which a rival is clearly better"].met
    assert found["changes of the offered current an hour"].reached == 25.0
    night = found["kWh bought at night for the car, house first and balanced"]
    assert (night.reached, night.met) == (0.2, True)
    assert "NOT MET" in render_goals([score(1.8)])


ELSEWHERE = replace(simple_case(), site=replace(REFERENCE, name="elsewhere"))


def test_our_law_with_more_hints_is_no_rival() -> None:
    scores = [score(1.8), score(1.7, law="rival"), score(1.9, law=WITH_FORECAST)]
    (duel,) = duels(scores)
    assert duel.rival.law == "rival"
    assert {goal.name: goal for goal in goals(scores)}["cells in which no rival is better"].met
    row = next(line for line in render(scores).splitlines() if "gain of forecast" in line)
    assert "0.050" in row


@pytest.mark.parametrize(
    ("case", "value_eur", "ceiling", "met"),
    [
        pytest.param(simple_case(), 1.80, 0.91, True, id="within two points"),
        pytest.param(simple_case(), 1.80, 0.93, False, id="too far below"),
        pytest.param(
            simple_case(), 1.91, 0.99, True, id="the reference needs no more than its goal"
        ),
        pytest.param(ELSEWHERE, 1.80, 0.91, True, id="elsewhere, within"),
        pytest.param(ELSEWHERE, 1.91, 0.99, False, id="elsewhere the ceiling alone counts"),
    ],
)
def test_goals_against_the_ceiling(
    case: Case, value_eur: float, ceiling: float, *, met: bool
) -> None:
    one = score(value_eur, case=case)
    scores, name = [score(1.9), one], "other" if case is ELSEWHERE else "reference"
    if case is not ELSEWHERE:
        scores = [one]
    found = {goal.name: goal for goal in goals(scores, {one.cell: ceiling})}
    assert found[f"{name} cells too far below their ceiling"].met is met


@pytest.mark.parametrize(
    ("ceiling", "gap"),
    [
        pytest.param(0.91, "-0.010 ", id="near"),
        pytest.param(0.93, "-0.030!", id="marked"),
        pytest.param(0.80, "0.100 ", id="above the estimate"),
    ],
)
def test_other_sites_stand_beside_their_ceiling(ceiling: float, gap: str) -> None:
    one = score(1.8, case=ELSEWHERE, priority=Priority.HOUSE_FIRST)
    lines = render([one], ceilings={one.cell: ceiling}).splitlines()
    at = next(place for place, line in enumerate(lines) if "causal ceiling" in line)
    assert f"{ceiling:.3f}" in lines[at]
    assert gap in lines[at + 1]


def test_other_sites_and_other_laws_have_no_goals() -> None:
    assert goals([score(1.8, case=ELSEWHERE), score(1.8, law="rival")]) == []


def test_a_run_takes_a_law_that_never_asks_once(
    own_cache: object, quick_optimum: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LAWS, "ten", at_hours(12, 14, 10))
    scores = evaluate(simple_case(), ["ten"])
    assert [one.priority for one in scores] == list(PRIORITIES)
    assert len({id(one.outcome) for one in scores}) == 1
    assert len({one.value_eur for one in scores}) == 3


def test_our_losses_are_explained_when_asked_for(
    own_cache: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clear day without any other law: what is short of the optimum has causes, to the cent."""
    monkeypatch.setattr("benchmark.evaluate.PRIORITIES", PRIORITIES[:1])  # a day lived takes long
    case = simple_case()
    (plain,), (one,) = (evaluate(case, [OURS], explain=explain) for explain in (False, True))
    assert plain.losses is None
    assert plain == replace(one, losses=None)
    assert one.losses is not None
    assert one.best_eur is not None
    assert sum(one.losses.values()) == pytest.approx(one.best_eur - one.value_eur)


def test_a_day_without_optimum_has_no_losses(
    own_cache: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LAWS, OURS, at_hours(12, 14, 10))  # whose losses they would be is all one
    scores = evaluate(simple_case(appetite_kwh=2.0), [OURS], explain=True)
    assert {one.losses for one in scores} == {None}


@pytest.mark.usefixtures("own_cache")
def test_the_optimum_is_better_than_any_law_and_computed_once() -> None:
    case = simple_case()
    outcome = run(case, at_hours(12, 14, 10), Priority.CAR_FIRST)
    best = best_eur(case, Priority.CAR_FIRST)
    assert best is not None
    assert best > value(outcome.ledger, outcome.without_car, PRICES[Priority.CAR_FIRST]) > 0.0
    started_s = perf_counter()
    assert best_eur(case, Priority.CAR_FIRST) == best
    assert perf_counter() - started_s < 0.5


def test_a_car_that_fills_has_no_optimum() -> None:
    assert best_eur(simple_case(appetite_kwh=8.0), Priority.BALANCED) is None


def test_processes_give_what_one_process_gives(own_cache: object) -> None:
    cases = [simple_case(appetite_kwh=kwh) for kwh in (1.0, 2.0)]
    told: list[tuple[int, int]] = []
    prepare_all(cases, lambda done, total: told.append((done, total)), jobs=1)
    alone = evaluate_all(cases, ["automation"], lambda _done, _total: None, jobs=1)
    spread = evaluate_all(cases, ["automation"], lambda _done, _total: None, jobs=2)
    assert spread == alone
    assert told == [(1, 2), (2, 2)]


def days_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "days"
    folder.mkdir()
    lines = [
        f"2024-05-01T{hour:02}:{minute:02},{2000 if 8 <= hour < 16 else 0},300"
        for hour in range(24)
        for minute in (0, 15, 30, 45)
    ]
    (folder / "may.csv").write_text("\n".join(["time,pv_w,house_w", *lines]))
    return folder


def test_the_command_runs_own_days(
    own_cache: object, quick_optimum: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, result, plots = days_folder(tmp_path), tmp_path / "out.json", tmp_path / "plots"
    arguments = ["--days", str(folder), "--law", "automation", "--sites", REFERENCE.name]
    extra = ["--json", str(result), "--plots", str(plots), "--jobs", "1", "--ceiling"]
    assert command.main([*arguments, *extra]) == 0
    rows = json.loads(result.read_text())
    assert len(rows) == 9
    assert {row["window"] for row in rows} == {"all day", "leaves at noon", "arrives 13:00"}
    assert {row["day"] for row in rows} == {"may 2024-05-01"}
    assert all(row["value_eur"] <= row["best_eur"] for row in rows)
    assert rows[0]["day_kwh"]["car"] > 0.0
    assert (plots / "closings.png").stat().st_size > 1000
    assert len(list(plots.glob("day-*.png"))) == 6
    printed = capsys.readouterr()
    assert "automation" in printed.out
    assert "no causal ceilings" in printed.err
    assert {row["losses_eur"] for row in rows} == {None}  # it is not ours


def test_the_command_names_the_line_that_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "may.csv").write_text("time,pv_w\n2024-05-01T00:00,lots\n")
    assert command.main(["--days", str(tmp_path)]) == 2
    assert "may.csv, line 2: pv_w is 'lots'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "laws"),
    [
        pytest.param([], list(STANDARD), id="the standard laws"),
        pytest.param(["--forecast"], [*STANDARD, WITH_FORECAST], id="and with a forecast"),
        pytest.param(["--law", OURS, "--forecast"], [OURS, WITH_FORECAST], id="only ours"),
        pytest.param(["--law", WITH_FORECAST, "--forecast"], [WITH_FORECAST], id="each once"),
    ],
)
def test_laws_that_run(arguments: list[str], laws: list[str]) -> None:
    assert command._laws(command._parser().parse_args(arguments)) == laws


def test_an_unknown_law_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--law", "magic"])
    assert "magic" in capsys.readouterr().err
