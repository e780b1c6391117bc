"""What `scripts/endure` understands, how it orders and how it judges."""

from pathlib import Path
import stat

import pytest

from demo.checks import Result
from demo.endure import ALONE, FIRST_LANE, SCENARIOS, SECOND_LANE, parse, table

FOLDERS = ["--repo", "/r", "--cache", "/c", "--live-bin", "/l"]


def lanes(*arguments: str) -> list[list[str]]:
    wanted = parse([*arguments, *FOLDERS])
    return [[one.name for one in lane] for lane in wanted.lanes()]


def test_everything_is_the_default_and_the_flood_runs_alone() -> None:
    everything = [[one.name for one in lane] for lane in (FIRST_LANE, SECOND_LANE, ALONE)]
    assert lanes() == lanes("all") == everything
    assert lanes()[-1] == ["flood"]


def test_there_are_the_fourteen_that_matter_most() -> None:
    assert len(SCENARIOS) == 14


def test_named_scenarios_keep_their_lane_and_order() -> None:
    assert lanes("reload", "two", "crash") == [["crash", "reload"], ["two"], []]


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        pytest.param(["soak"], "1000 messages a second for 30 minutes", id="half an hour"),
        pytest.param(
            ["soak", "--minutes", "2"], "1000 messages a second for 2 minutes", id="short"
        ),
    ],
)
def test_soak_is_only_run_when_asked_for(arguments: list[str], title: str) -> None:
    wanted = parse([*arguments, *FOLDERS])
    (only,) = wanted.lanes()[-1]
    assert (only.name, only.title) == ("soak", title)
    assert wanted.lanes()[:-1] == [[], []]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["nonsense"], id="unknown name"),
        pytest.param(["soak", "--minutes", "0"], id="no time"),
        pytest.param(["soak", "--minutes", "x"], id="no number"),
    ],
)
def test_nonsense_ends_the_program(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        parse([*arguments, *FOLDERS])


def test_run_keeps_to_itself_and_carries_the_probe() -> None:
    options = parse(FOLDERS).options()
    assert (options.trial, options.broker, options.keep) == (True, "mosquitto", None)


def test_table_has_a_line_for_each_result() -> None:
    text = table(
        [
            Result("crash", passed=True, text="1 closing", seconds=203.4),
            Result("flood", passed=False, text="lag p99 61.0 ms", seconds=340.0),
        ]
    )
    assert text.splitlines() == [
        "  ok     crash          203 s  1 closing",
        "  FAILED flood          340 s  lag p99 61.0 ms",
    ]


def test_command_can_be_started() -> None:
    script = Path(__file__).parents[2] / "scripts" / "endure"
    assert script.stat().st_mode & stat.S_IXUSR
