"""Roles of entities, and the page that the demo opens."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from demo.dashboard import PAGE, URL_PATH, write_dashboard
from demo.entities import role_of

ROOT: Final = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("entry", "role"),
    [
        pytest.param(
            {
                "entity_id": "sensor.multiplus_ii_gx_reserve",
                "unique_id": "e1_reserve",
                "config_entry_id": "e1",
                "config_subentry_id": None,
            },
            "site sensor.reserve",
            id="site",
        ),
        pytest.param(
            {
                "entity_id": "select.renamed_by_its_owner",
                "unique_id": "s1_mode",
                "config_entry_id": "e1",
                "config_subentry_id": "s1",
            },
            "charger select.mode",
            id="charger",
        ),
    ],
)
def test_role_comes_from_the_registry(entry: dict[str, Any], role: str) -> None:
    assert role_of(entry) == role


def test_page_is_the_dashboard_that_the_integration_ships() -> None:
    page = yaml.safe_load(PAGE.read_text())
    kind = page["strategy"]["type"].removeprefix("custom:")
    main = (ROOT / "custom_components" / "victron_openevse" / "frontend" / "main.js").read_text()
    assert f'const STRATEGY = "{kind}";' in main


def test_page_is_put_where_home_assistant_looks_for_it(tmp_path: Path) -> None:
    (tmp_path / "dashboards").mkdir()
    write_dashboard(tmp_path)
    configuration = PAGE.parents[1] / "configuration.yaml"
    dashboards = yaml.safe_load(configuration.read_text())["lovelace"]["dashboards"]
    assert (tmp_path / dashboards[URL_PATH]["filename"]).read_text() == PAGE.read_text()
