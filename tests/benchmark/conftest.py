"""Tests of the benchmark keep their results apart from the real cache."""

from pathlib import Path

import pytest

from benchmark import cache, engine


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache; only the compiled plant, which takes long to make, is the real one.

    Processes that a test starts run the plain one: they would compile it anew in the empty cache.
    """
    engine.world_class()
    monkeypatch.setenv(engine.PLAIN, "1")
    monkeypatch.setenv(cache.ENVIRONMENT, str(tmp_path))
    return tmp_path / "bench"
