"""The compiled plant lives the same day as the original, to the last bit."""

from dataclasses import replace
import importlib
from pathlib import Path
import shutil
import sys

import pytest

from benchmark import engine
from benchmark.kernel import World
from benchmark.sites import REFERENCE, ZERO_FEED_IN, Case
from tests.benchmark.days_for_tests import HOUR_S, simple_case, sun_between

CURRENTS_A = (0, 6, 16, 9, 32, 0, 0, 7)
SECONDS = 4 * HOUR_S

PASSING = tuple(
    power_w * (0.3 if second // 97 % 3 == 0 else 1.0)
    for second, power_w in enumerate(sun_between(from_s=5 * HOUR_S, to_s=9 * HOUR_S))
)
"""A sun with a cloud every five minutes."""


def lived(world_class: type[World], case: Case) -> World:
    world = world_class(case, case.pv_w().tolist(), case.house_w().tolist())
    while world.time_s < SECONDS:
        world.advance(53)
        world.offer(CURRENTS_A[world.time_s // 700 % len(CURRENTS_A)])
    return world


@pytest.fixture(scope="module")
def compiled_world() -> type[World]:
    folder = engine.compiled()
    assert folder is not None, "this machine has no C compiler, or the plant cannot be compiled"
    sys.path.insert(0, str(folder))
    found = importlib.import_module(f"{engine.PACKAGE}.kernel").World
    assert isinstance(found, type)
    return found


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(simple_case(REFERENCE, sun=PASSING), id="feed-in"),
        pytest.param(simple_case(ZERO_FEED_IN, sun=PASSING), id="zero feed-in, nearly full"),
        pytest.param(
            simple_case(replace(ZERO_FEED_IN, ac_share=1.0), sun=PASSING), id="AC-coupled"
        ),
        pytest.param(
            simple_case(replace(REFERENCE, feed_in_cap_w=500.0, start_soc_pct=97.0), sun=PASSING),
            id="capped",
        ),
        pytest.param(
            simple_case(replace(REFERENCE, car_phases=3, max_a=16), sun=PASSING, appetite_kwh=3.0),
            id="three phases, a car that fills",
        ),
    ],
)
def test_compiled_and_plain_agree(case: Case, compiled_world: type[World]) -> None:
    plain, fast = lived(World, case), lived(compiled_world, case)
    assert type(fast) is not World
    assert fast.grid_w == plain.grid_w
    assert fast.battery_w == plain.battery_w
    assert fast.car_w == plain.car_w
    assert fast.soc_pct == plain.soc_pct
    assert tuple(fast.seen) == tuple(plain.seen)
    assert fast.controller.closings == plain.controller.closings > 0


def test_without_a_compiler_the_original_runs(
    own_cache: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(engine.PLAIN)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert engine.world_class.__wrapped__() is World


def test_a_failed_compilation_is_not_tried_again(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[Path] = []

    def fails(work: Path) -> str:
        tried.append(work)
        return "no such header"

    monkeypatch.setattr(engine, "_compile", fails)
    assert engine.compiled() is None
    assert engine.compiled() is None
    assert len(tried) == 1
    assert [path.read_text() for path in own_cache.glob("*.failed")] == ["no such header"]
    assert "runs slower" in capsys.readouterr().err
