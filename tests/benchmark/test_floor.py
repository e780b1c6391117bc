"""Our law on a few days must capture what it did when the floor was set."""

import json
from pathlib import Path

import pytest

from benchmark import floor


def test_the_law_holds_its_floor() -> None:
    assert floor.check() == 0


@pytest.mark.parametrize(
    ("share", "code"),
    [
        pytest.param(0.95, 0, id="better"),
        pytest.param(0.895, 0, id="half a point less"),
        pytest.param(0.88, 1, id="two points less"),
    ],
)
def test_a_drop_of_more_than_a_point_fails(
    share: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floor, "FILE", tmp_path / "floor.json")
    floor.FILE.write_text(json.dumps({"captured": 0.90}))
    monkeypatch.setattr(floor, "measure", lambda _jobs: share)
    assert floor.check() == code


def test_a_new_floor_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor, "FILE", tmp_path / "floor.json")
    monkeypatch.setattr(floor, "measure", lambda _jobs: 0.91)
    assert floor.check(keep=True) == 0
    assert json.loads(floor.FILE.read_text()) == {"captured": 0.91}
