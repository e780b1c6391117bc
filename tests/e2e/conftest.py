"""End-to-end tests start real programs and take minutes, so they run only when asked for.

pytest -m e2e tests/e2e
"""

from pathlib import Path
from typing import Final

import pytest

HERE: Final = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "e2e: starts a real Home Assistant and a real broker")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "e2e" in config.option.markexpr:
        return
    unwanted = [item for item in items if HERE in item.path.parents]
    config.hook.pytest_deselected(items=unwanted)
    items[:] = [item for item in items if item not in unwanted]
