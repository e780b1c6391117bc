"""Writes the demo's page: the template with the entity ids of the running Home Assistant."""

from collections.abc import Callable
from pathlib import Path
import re
from typing import Any, Final

import yaml

from .entities import Entities
from .hass import HomeAssistant

TEMPLATE: Final = Path(__file__).parent / "home_assistant" / "dashboards" / "demo.yaml"
URL_PATH: Final = "solar-car"
"""Of the dashboard in configuration.yaml."""
ROLE: Final = re.compile(r"<((?:site|charger) \w+\.\w+)>")


def fill(template: Any, id_of: Callable[[str], str]) -> Any:
    """Return the template with each <role> replaced by the entity id that `id_of` knows."""
    if isinstance(template, dict):
        return {key: fill(value, id_of) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, id_of) for value in template]
    if isinstance(template, str) and (role := ROLE.fullmatch(template)):
        return id_of(role[1])
    return template


def write_dashboard(config: Path, entities: Entities) -> None:
    """Write the page into Home Assistant's folder; it reads the file when the page is opened."""
    template = yaml.safe_load(TEMPLATE.read_text())
    filled = fill(template, entities.id_of)
    target = config / "dashboards" / TEMPLATE.name
    target.write_text(yaml.safe_dump(filled, sort_keys=False, allow_unicode=True))


async def make_default(hass: HomeAssistant) -> None:
    """Open the demo's page at the root, and show the house's clock instead of the browser's."""
    await hass.command("frontend/set_system_data", key="core", value={"default_panel": URL_PATH})
    language = {
        "language": "en",
        "number_format": "language",
        "time_format": "24",
        "date_format": "language",
        "time_zone": "server",
        "first_weekday": "language",
    }
    await hass.command("frontend/set_user_data", key="language", value=language)
