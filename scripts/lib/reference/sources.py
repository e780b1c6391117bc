"""What the reference is made of: the platforms' own entities, translations, and our sentences.

The platforms are set up with a site that does not exist, so what they would add is what is told:
nothing is listed a second time. What a thing means in a house is in meanings.yaml, and only there.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
import json
from pathlib import Path
from typing import Any, Final
from unittest.mock import MagicMock

from homeassistant.helpers.entity import Entity
import yaml

from custom_components.victron_openevse import PLATFORMS
from custom_components.victron_openevse.entity import ChargerEntity

PACKAGE: Final = "custom_components.victron_openevse"
ROOT: Final = Path(__file__).parents[3]
INTEGRATION: Final = ROOT / "custom_components" / "victron_openevse"
MEANINGS: Final = Path(__file__).with_name("meanings.yaml")


@dataclass(frozen=True, slots=True)
class Found:
    """One entity that a platform would add."""

    platform: str
    entity: Entity

    @property
    def key(self) -> str:
        """Its name in code, translations and entity ids."""
        return self.entity.entity_description.key

    @property
    def of_charger(self) -> bool:
        """Whether it belongs to a charger; else to the site."""
        return isinstance(self.entity, ChargerEntity)


def document(name: str) -> dict[str, Any]:
    """Return a YAML file of the integration."""
    loaded: dict[str, Any] = yaml.safe_load((INTEGRATION / name).read_text())
    return loaded


@cache
def english() -> Mapping[str, Any]:
    """Return the integration's English texts."""
    loaded: dict[str, Any] = json.loads((INTEGRATION / "translations" / "en.json").read_text())
    return loaded


@cache
def meanings() -> Mapping[str, Any]:
    """Return the sentences that say what things mean."""
    loaded: dict[str, Any] = yaml.safe_load(MEANINGS.read_text())
    return loaded


def meaning(*path: str) -> str:
    """Return the sentence at a path of meanings.yaml; empty when there is none."""
    node: Any = meanings()
    for name in path:
        node = node.get(name) if isinstance(node, Mapping) else None
    return node if isinstance(node, str) else ""


def text(*path: str) -> str:
    """Return the English text at a path of the translations; empty when there is none."""
    node: Any = english()
    for name in path:
        node = node.get(name) if isinstance(node, Mapping) else None
    return node if isinstance(node, str) else ""


@cache
def entities() -> tuple[Found, ...]:
    """Return everything that the platforms add for a site with one charger, ordered by key."""
    found = asyncio.run(_all_platforms())
    return tuple(sorted(found, key=lambda one: (one.platform, one.key)))


async def _all_platforms() -> list[Found]:
    return [one for platform in PLATFORMS for one in await _of_platform(str(platform))]


async def _of_platform(platform: str) -> list[Found]:
    # Answers every question with something true, so nothing is left out for want of an input.
    coordinator = MagicMock()
    coordinator.chargers = {"charger": MagicMock()}
    entry = MagicMock(runtime_data=coordinator)
    added: list[Entity] = []

    def add(new: Iterable[Entity], **_options: Any) -> None:
        added.extend(new)

    await import_module(f"{PACKAGE}.{platform}").async_setup_entry(MagicMock(), entry, add)
    return [Found(platform, entity) for entity in added]
