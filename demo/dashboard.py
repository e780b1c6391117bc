"""Opens the demo on the integration's own dashboard."""

from pathlib import Path
import shutil
from typing import Final

import yaml

from .hass import HomeAssistant

PAGE: Final = Path(__file__).parent / "home_assistant" / "dashboards" / "demo.yaml"
URL_PATH: Final = "solar-car"
"""Of the dashboard in configuration.yaml."""


def write_dashboard(config: Path) -> None:
    """Write the page into Home Assistant's folder; it reads the file when the page is opened."""
    shutil.copy(PAGE, config / "dashboards")


def write_page(config: Path) -> None:
    """Write the dashboard as its owner has it, whose charts reach back as far as they do by default."""
    page = yaml.safe_load(PAGE.read_text())
    del page["strategy"]["hours"]
    (config / "dashboards" / PAGE.name).write_text(yaml.safe_dump(page))


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
