"""Roles of entities, and the page that is filled with them."""

from typing import Any

import pytest
import yaml

from demo.dashboard import TEMPLATE, fill
from demo.entities import role_of


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


def test_roles_are_replaced_wherever_they_stand() -> None:
    template = {
        "cards": [{"entity": "<site sensor.pv_power>"}],
        "data": {"option": "off"},
        "min": 0,
    }
    filled = fill(template, lambda role: role.replace(" ", "/"))
    assert filled == {
        "cards": [{"entity": "site/sensor.pv_power"}],
        "data": {"option": "off"},
        "min": 0,
    }


def test_page_leaves_no_role_unfilled_and_offers_all_modes() -> None:
    page = yaml.safe_load(TEMPLATE.read_text())
    text = yaml.safe_dump(fill(page, lambda role: "sensor.known"))
    assert "<" not in text
    modes = {"off", "solar_only", "solar", "minimum_solar", "medium", "fast"}
    assert chosen_options(page) == modes


def chosen_options(part: Any) -> set[str]:
    """Collect every option that something on the page can choose."""
    if isinstance(part, dict):
        mine = {part["option"]} if "option" in part else set()
        return mine.union(*map(chosen_options, part.values()))
    return set().union(*map(chosen_options, part)) if isinstance(part, list) else set()
