"""What happens to a site that does not run when it is disabled or deleted: its chargers are given back.

A site whose broker is away was steering a moment ago. Home Assistant does not unload what it could not
load, so nobody would take back what its chargers hold, nor the repair issue that says what is missing.
"""

from dataclasses import replace

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .const import CHARGER
from .debts import Debts, debt_of
from .hand_back import async_give_back, warn
from .issues import forget_issues
from .storage import SiteStore

_OVER = (
    ConfigEntryState.LOADED,
    ConfigEntryState.NOT_LOADED,
    ConfigEntryState.SETUP_IN_PROGRESS,
)
"""States in which a set-up that failed is over: it is done, given up, or tried again."""


@callback
def follow_unstarted(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Clear up when `entry`, which is being set up, is disabled because that did not work."""
    over = False

    @callback
    def changed() -> None:
        """Clear up once the set-up is over, if it ended with the site disabled."""
        nonlocal over
        if over or entry.state not in _OVER:
            return
        over = True
        # Not at once: Home Assistant goes through its list of who wants to know.
        hass.loop.call_soon(stop)
        if entry.state is ConfigEntryState.NOT_LOADED and entry.disabled_by is not None:
            forget_issues(hass, entry, everything=True)
            hass.async_create_task(_async_clear_up(hass, entry), "victron_openevse hand back")

    stop = entry.async_on_state_change(changed)


async def async_owed(store: SiteStore, entry: ConfigEntry) -> Debts:
    """Read what chargers hold of a site that does not run; all may, where that cannot be read."""
    chargers = entry.get_subentries_of_type(CHARGER)
    try:
        return (await store.async_load(chargers)).owed
    except HomeAssistantError:
        return tuple(map(debt_of, chargers))


async def _async_clear_up(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give the chargers back, and note what is still owed for when the site is deleted."""
    store = SiteStore(hass, entry.entry_id)
    silent = await async_give_back(hass, entry, await async_owed(store, entry))
    warn(hass, silent)
    if hass.config_entries.async_get_entry(entry.entry_id) is None or entry.disabled_by is None:
        return
    try:
        stored = await store.async_load(entry.get_subentries_of_type(CHARGER))
    except HomeAssistantError:
        return
    await store.async_save(replace(stored, owed=silent))
