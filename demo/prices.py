"""Tells the integration what a kWh costs, as its owner does in the options of the site."""

from typing import Final

from .hass import HomeAssistant

OPTIONS_FLOWS: Final = "/api/config/config_entries/options/flow"
HELPERS: Final = {
    "import_price": "input_number.import_price",
    "export_price": "input_number.export_price",
}
"""Of the demo's configuration.yaml."""


async def choose_prices(hass: HomeAssistant, entry_id: str) -> None:
    """Choose the demo's two helpers; the site reloads."""
    flow = await hass.post(OPTIONS_FLOWS, {"handler": entry_id})
    path = f"{OPTIONS_FLOWS}/{flow['flow_id']}"
    await hass.post(path, {"next_step_id": "site_inputs"})
    await hass.post(path, HELPERS)
