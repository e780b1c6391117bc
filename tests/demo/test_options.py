"""What the command line of the demo means."""

from datetime import UTC, datetime, time

import pytest

from demo.options import PICTURE_HOUR, QUIET_START, Options, parse

NOW = datetime(2026, 11, 22, 9, 41, tzinfo=UTC)
FOLDERS = ["--repo", "/r", "--cache", "/c", "--live-bin", "/l"]


def options(*arguments: str) -> Options:
    return parse([*FOLDERS, *arguments], NOW)


def test_plain_demo_shows_the_sunny_day_on_the_embedded_broker() -> None:
    found = options()
    assert (found.task, found.scenario, found.broker) == ("show", "sunny", "embedded")


def test_start_has_the_minutes_of_now_so_that_both_clocks_agree() -> None:
    assert options().at.minute == NOW.minute


@pytest.mark.parametrize("task", ["smoke", "smoke-entities", "check", "page"])
def test_tests_run_on_mosquitto_at_a_quiet_hour(task: str) -> None:
    found = options(f"--{task}")
    assert (found.task, found.broker, found.at) == (task, "mosquitto", QUIET_START)


@pytest.mark.parametrize(
    ("arguments", "way"),
    [
        pytest.param(["--smoke"], "mqtt", id="smoke"),
        pytest.param(["--smoke-entities"], "entities", id="smoke-through-entities"),
        pytest.param(["--clicks", "mqtt"], "mqtt", id="clicks-over-mqtt"),
        pytest.param(["--clicks", "entities"], "entities", id="clicks-over-entities"),
    ],
)
def test_task_decides_how_the_devices_are_reached(arguments: list[str], way: str) -> None:
    assert options(*arguments).way == way


def test_pictures_are_taken_when_the_day_has_a_history() -> None:
    found = options("--pictures", "hero")
    assert (found.task, found.pictures) == ("pictures", "hero")
    assert (found.at, found.broker) == (time(PICTURE_HOUR, NOW.minute), "mosquitto")


def test_what_the_user_says_wins() -> None:
    found = options("--smoke", "--broker", "embedded", "--at", "09:05", "--port", "9000")
    assert (found.broker, found.at, found.port) == ("embedded", time(9, 5), 9000)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--at", "noon"], id="no-time"),
        pytest.param(["--at", "25:00"], id="no-such-hour"),
        pytest.param(["--scenario", "storm"], id="no-such-scenario"),
        pytest.param(["--smoke", "--check"], id="two-tasks"),
        pytest.param(["--clicks", "pigeon"], id="no-such-way"),
    ],
)
def test_nonsense_ends_with_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options(*arguments)
    assert "usage: scripts/demo" in capsys.readouterr().err
