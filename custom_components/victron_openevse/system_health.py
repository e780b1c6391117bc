"""A few lines for Home Assistant's system page: is it alive, and over which way in."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_integration

from .const import DOMAIN
from .control.freshness import is_online
from .control.model import Reading
from .coordinator import SiteCoordinator
from .mqtt_transport import steady_now_s
from .sources import source_of

NOTHING = "-"
"""Shown where no site runs or nothing was heard."""


@callback
def async_register(_hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Offer the lines."""
    register.async_register_info(async_info, f"/config/integrations/integration/{DOMAIN}")


async def async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Describe all running sites, separated by commas."""
    integration = await async_get_integration(hass, DOMAIN)
    sites: list[SiteCoordinator] = [
        entry.runtime_data
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.state is ConfigEntryState.LOADED
    ]
    now_s = steady_now_s(hass)

    def each(tell: Callable[[SiteCoordinator], str]) -> str:
        """Say something of every site, in one line."""
        return ", ".join(map(tell, sites)) or NOTHING

    return {
        "version": str(integration.version),
        "way_in": each(lambda site: source_of(site.config_entry.data)),
        "data_age": each(lambda site: _age(site, now_s)),
        "decisions": each(lambda site: str(site.pulse.per_minute(now_s))),
        "chargers_online": each(lambda site: _chargers(site, now_s)),
    }


def _age(site: SiteCoordinator, now_s: float) -> str:
    """Age of the oldest of the three readings that the solar modes need."""
    told = site.data.readings.site
    needed: list[Reading[float] | None] = [
        told.grid_power_w,
        told.battery_power_w,
        told.battery_soc_pct,
    ]
    times_s = [reading.at_s for reading in needed if reading is not None]
    return f"{now_s - min(times_s):.0f} s" if len(times_s) == len(needed) else NOTHING


def _chargers(site: SiteCoordinator, now_s: float) -> str:
    chargers = site.data.readings.chargers
    online = sum(is_online(charger, now_s) for charger in chargers.values())
    return f"{online}/{len(chargers)}"
