"""Registers the devices of a site and keeps what they say of themselves up to date."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN


class Devices:
    """The GX's device and those of its chargers.

    Model and firmware come by message, some time after the devices were made.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Make the site's device: the chargers' devices refer to it."""
        self._registry = dr.async_get(hass)
        self._entry_id = entry.entry_id
        self._told: dict[str, tuple[str | None, str | None]] = {}
        self.site_id = self._registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={(DOMAIN, entry.entry_id)},
            entry_type=dr.DeviceEntryType.SERVICE,
            manufacturer="Victron Energy",
            name=entry.title,
        ).id

    def tell(self, key: str, model: str | None, firmware: str | None) -> None:
        """Note model and firmware of the device with our identifier `key`, once they are known."""
        facts = (model, firmware)
        if facts == self._told.get(key, (None, None)):
            return
        device = self._registry.async_get_device_by_identifier((DOMAIN, key), self._entry_id)
        if device is None:
            return
        self._told[key] = facts
        self._registry.async_update_device(device.id, model=model, sw_version=firmware)
