"""Days that a user brings: what is read, what is bridged, and what an error says."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from benchmark.days import START_S
from benchmark.own_days import DaysError, read_file, read_folder

STEP_S = 300


def rows(
    *,
    hours: tuple[float, float] = (0.0, 24.0),
    step_s: int = STEP_S,
    without: tuple[float, float] = (0.0, 0.0),
    zone: str = "",
) -> list[str]:
    """A day with 1000 W between 08:00 and 18:00 and a house of 250 W, 400 W before 05:00."""
    midnight = datetime(2024, 5, 1)  # noqa: DTZ001 - the files carry local time
    lines = []
    for second in range(int(hours[0] * 3600), int(hours[1] * 3600), step_s):
        hour = second / 3600
        if without[0] < hour < without[1]:
            continue
        at = (midnight + timedelta(seconds=second)).isoformat()
        pv_w = 1000.0 if 8 <= hour % 24 < 18 else 0.0
        lines.append(f"{at}{zone},{pv_w},{400 if hour % 24 < 5 else 250}")
    return lines


def write(path: Path, lines: list[str], header: str = "time,pv_w,house_w") -> Path:
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_a_day_becomes_05_to_05(tmp_path: Path) -> None:
    (day,) = read_file(write(tmp_path / "may.csv", rows()))
    assert day.sun.name == "may 2024-05-01"
    assert sum(day.sun.watts) / 3.6e6 == pytest.approx(10.0, rel=0.01)
    assert day.sun.watts[8 * 3600 - START_S] == 1000.0
    assert day.sun.sunrise_s == pytest.approx(8 * 3600, abs=STEP_S)
    assert day.sun.sunset_s == pytest.approx(18 * 3600, abs=STEP_S)
    assert day.house_w is not None
    assert day.house_w[0] == pytest.approx(250.0)
    assert day.house_w[-3600] == pytest.approx(400.0)


@pytest.mark.parametrize(
    ("lines", "header"),
    [
        pytest.param([line.rsplit(",", 1)[0] for line in rows()], "time,pv_w", id="no house"),
        pytest.param(rows(zone="+02:00"), "time,pv_w,house_w", id="time with a zone"),
        pytest.param(rows(step_s=900), "time,pv_w,house_w", id="steps of 15 minutes"),
        pytest.param(rows(without=(11.0, 12.5)), "time,pv_w,house_w", id="a gap that is bridged"),
        pytest.param(rows(without=(19.0, 23.9)), "time,pv_w,house_w", id="a long gap in the dark"),
        pytest.param(["", *rows(), ""], "time,pv_w,house_w", id="empty lines"),
    ],
)
def test_what_is_accepted(tmp_path: Path, lines: list[str], header: str) -> None:
    (day,) = read_file(write(tmp_path / "may.csv", lines, header))
    assert sum(day.sun.watts) / 3.6e6 == pytest.approx(10.0, rel=0.03)
    assert (day.house_w is None) == ("house_w" not in header)


def test_a_file_may_hold_many_days_and_begin_at_noon(tmp_path: Path) -> None:
    made = read_file(write(tmp_path / "three.csv", rows(hours=(12.0, 72.0))))
    assert [day.sun.name for day in made] == ["three 2024-05-02", "three 2024-05-03"]


def test_an_empty_field_is_no_reading(tmp_path: Path) -> None:
    lines = rows()
    noon = next(at for at, line in enumerate(lines) if "T12:00" in line)
    lines[noon] = lines[noon].split(",")[0] + ",,"
    (day,) = read_file(write(tmp_path / "may.csv", lines))
    assert day.sun.watts[12 * 3600 - START_S] == pytest.approx(1000.0)


@pytest.mark.parametrize(
    ("lines", "header", "message"),
    [
        pytest.param(rows(), "when,watts,load", "line 1: the header", id="header"),
        pytest.param(["noon,1,2"], "time,pv_w,house_w", "line 2: 'noon' is no ISO", id="time"),
        pytest.param(
            ["2024-05-01T00:00,many,2"], "time,pv_w,house_w", "line 2: pv_w is 'many'", id="power"
        ),
        pytest.param(
            ["2024-05-01T00:00,1,nan"], "time,pv_w,house_w", "line 2: house_w is 'nan'", id="nan"
        ),
        pytest.param(
            ["2024-05-01T00:00,-500,2"], "time,pv_w,house_w", "line 2: pv_w is '-500'", id="negative"
        ),
        pytest.param(
            ["2024-05-01T00:00,1"], "time,pv_w,house_w", "line 2: 2 fields instead of 3", id="fields"
        ),
        pytest.param(
            [*rows()[:3], rows()[1]], "time,pv_w,house_w", "line 5: .* does not come after",
            id="order",
        ),
        pytest.param(
            rows(without=(10.0, 13.0)), "time,pv_w,house_w", "line 123: no reading for 180 min",
            id="a gap by daylight",
        ),
        pytest.param(rows(step_s=3600), "time,pv_w,house_w", "longer than 15 min", id="hourly"),
        pytest.param(rows(hours=(12.0, 24.0)), "time,pv_w,house_w", "no day with sun", id="half"),
        pytest.param([], "time,pv_w,house_w", "no day with sun", id="nothing"),
    ],
)  # fmt: skip
def test_errors_name_file_and_line(
    tmp_path: Path, lines: list[str], header: str, message: str
) -> None:
    path = write(tmp_path / "may.csv", lines, header)
    with pytest.raises(DaysError, match=rf"may\.csv.*{message}"):
        read_file(path)


def test_a_folder_gives_the_days_of_all_its_files(tmp_path: Path) -> None:
    write(tmp_path / "b.csv", rows())
    write(tmp_path / "a.csv", rows())
    (tmp_path / "notes.txt").write_text("not a day")
    assert [day.sun.name[0] for day in read_folder(tmp_path)] == ["a", "b"]


def test_a_folder_without_days_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DaysError, match=r"no \.csv files"):
        read_folder(tmp_path)
