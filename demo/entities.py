"""Which entity is which: read from Home Assistant's registry, never guessed from names.

An entity's unique id is the id of its config entry (site) or subentry (charger) followed by its
key; that and its platform make its role, for example `charger select.mode` or `site sensor.reserve`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .hass import HomeAssistant, State
from .install import DOMAIN
from .talk import DemoError
from .waiting import until

APPEAR_TIMEOUT_S: Final = 20.0
"""Adding a charger reloads the site, which takes a second."""
LAST_ROLES: Final = frozenset({"charger select.mode", "charger switch.use_battery"})
"""When these are there, so are the others."""


def role_of(entry: Mapping[str, Any]) -> str:
    """Return the role of an entity of ours from its registry entry."""
    subentry = entry["config_subentry_id"]
    owner = "charger" if subentry else "site"
    key = entry["unique_id"].removeprefix(subentry or entry["config_entry_id"]).lstrip("_-.:/")
    platform = entry["entity_id"].split(".")[0]
    return f"{owner} {platform}.{key}"


@dataclass(frozen=True, slots=True)
class Entities:
    """The integration's entities by role, and short ways to read and use them."""

    hass: HomeAssistant
    ids: Mapping[str, str]

    def id_of(self, role: str) -> str:
        """Return an entity id; raises DemoError naming what there is when the role is missing."""
        if role not in self.ids:
            raise DemoError(
                f"there is no entity {role!r}; there are: {', '.join(sorted(self.ids))}"
            )
        return self.ids[role]

    async def state(self, role: str) -> State | None:
        """Return the state, None when unknown."""
        return await self.hass.state(self.id_of(role))

    async def number(self, role: str) -> float | None:
        """Return the state as a number, None when unknown."""
        state = await self.state(role)
        return state.number if state else None

    async def select(self, role: str, option: str) -> None:
        """Choose an option as a dashboard or an automation does."""
        await self.hass.call("select", "select_option", entity_id=self.id_of(role), option=option)

    async def set_number(self, role: str, value: float) -> None:
        """Set a number as a dashboard or an automation does."""
        await self.hass.call("number", "set_value", entity_id=self.id_of(role), value=value)


async def find_entities(hass: HomeAssistant) -> Entities:
    """Wait for our entities in the registry; those of the first charger where there are more."""

    async def complete() -> dict[str, str] | None:
        ids: dict[str, str] = {}
        for entry in await hass.command("config/entity_registry/list"):
            if entry["platform"] == DOMAIN:
                ids.setdefault(role_of(entry), entry["entity_id"])
        return ids if ids.keys() >= LAST_ROLES else None

    what = "the entities of site and charger appear"
    return Entities(hass, await until(complete, within_s=APPEAR_TIMEOUT_S, what=what))
