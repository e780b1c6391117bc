"""The command line of the live house: what it accepts and what it prints."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest

from simulator.__main__ import main


def test_prints_where_and_when_the_house_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--print-scenario", "--scenario", "night", "--at", "21:15"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["scenario"], shown["start"]) == ("night", "21:15")
    assert shown["date"] == "2022-03-19"
    assert "05:50" < shown["sunrise"] < "06:20"
    assert "17:50" < shown["sunset"] < "18:30"
    assert -60 <= shown["latitude"] <= 60
    assert -180 <= shown["longitude"] <= 180
    assert ZoneInfo(shown["time_zone"]).key.startswith("Etc/GMT")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--at", "25:00"], "no time of day", id="hour"),
        pytest.param(["--at", "noon"], "no time of day", id="word"),
        pytest.param(["--speed", "0"], "not a speed", id="standstill"),
        pytest.param(["--speed", "fast"], "not a speed", id="speed in words"),
        pytest.param(["--scenario", "moon"], "invalid choice", id="scenario"),
        pytest.param(["--charger-protocol", "4"], "invalid choice", id="protocol"),
    ],
)
def test_refuses_with_a_reason(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
