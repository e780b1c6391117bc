"""Brings our card and our dashboard into Home Assistant's page, without a line of YAML.

The page loads one module of ours, which loads the others relative to itself. The address of their
folder changes with their content, so a browser may keep them and yet never mixes two versions.
"""

from hashlib import sha256
from pathlib import Path
from typing import Final

from homeassistant.components import frontend
from homeassistant.components.http import (  # type: ignore[attr-defined] # not listed, but its official home
    StaticPathConfig,
)
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .const import DOMAIN

FOLDER: Final = Path(__file__).parent / "frontend"
MAIN: Final = "main.js"
DIGEST_LENGTH: Final = 8
"""Hexadecimal digits: enough to tell versions of a few small files apart."""


async def async_register(hass: HomeAssistant) -> None:
    """Serve the modules, and have the page load them where there is a page."""
    version = (await async_get_integration(hass, DOMAIN)).version
    digest = await hass.async_add_executor_job(content_digest, FOLDER)
    url = f"/{DOMAIN}/{version}-{digest}"
    await hass.http.async_register_static_paths([StaticPathConfig(url, str(FOLDER))])
    # A Home Assistant can run without its page; tests do.
    if frontend.DATA_EXTRA_MODULE_URL in hass.data:
        frontend.add_extra_js_url(hass, f"{url}/{MAIN}")


def content_digest(folder: Path) -> str:
    """Give a short name for what all files of a folder contain."""
    digest = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:DIGEST_LENGTH]
