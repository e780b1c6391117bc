"""The owner names what else there is, and takes it back."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import CHARGER

from .conftest import CHARGER_ID, ENTRY_ID
from .test_optional_inputs import PRICE
from .test_sun_forecast import Forecaster

type Result = Any


@pytest.fixture(autouse=True)
def _site(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    entry.add_to_hass(hass)
    hass.states.async_set("sensor.buy", "0.30", PRICE)


async def choose(hass: HomeAssistant, step: str) -> Result:
    """Open the options and choose what they are about."""
    menu = await hass.config_entries.options.async_init(ENTRY_ID)
    assert menu["type"] is FlowResultType.MENU
    return await answer(hass, menu, next_step_id=step)


async def answer(hass: HomeAssistant, form: Result, **fields: Any) -> Result:
    """Send a form."""
    return await hass.config_entries.options.async_configure(form["flow_id"], fields)


def suggested(form: Result) -> dict[str, Any]:
    """Give what a form proposes."""
    fields = {str(key): key.description for key in form["data_schema"].schema}
    return {key: item["suggested_value"] for key, item in fields.items() if item}


async def test_prices_are_stored_by_registry_id(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    sell = entity_registry.async_get_or_create("sensor", "tariff", "1", suggested_object_id="sell")
    form = await choose(hass, "site_inputs")
    assert "sun_forecasts" not in form["data_schema"].schema
    done = await answer(hass, form, import_price="sensor.buy", export_price="sensor.sell")
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"import_price": "sensor.buy", "export_price": sell.id}
    entity_registry.async_update_entity("sensor.sell", new_entity_id="sensor.feed_in")
    form = await choose(hass, "site_inputs")
    assert suggested(form)["export_price"] == "sensor.feed_in"
    await answer(hass, form, import_price="sensor.buy")
    assert entry.options == {"import_price": "sensor.buy"}


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        pytest.param(
            {"import_price": "sensor.gas"}, {"import_price": "no_price"}, id="price of gas"
        ),
        pytest.param(
            {"export_price": "sensor.buy"},
            {"export_price": "import_price_needed"},
            id="export alone",
        ),
    ],
)
async def test_what_is_no_price_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, fields: dict[str, str], errors: dict[str, str]
) -> None:
    hass.states.async_set("sensor.gas", "1.2", {"unit_of_measurement": "EUR/m³"})
    form = await answer(hass, await choose(hass, "site_inputs"), **fields)
    assert form["errors"] == errors
    done = await answer(hass, form, import_price="sensor.buy")
    assert done["type"] is FlowResultType.CREATE_ENTRY


async def test_a_forecast_is_proposed_once(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    forecast_id = Forecaster(hass).entry.entry_id
    form = await choose(hass, "site_inputs")
    assert suggested(form) == {"sun_forecasts": [forecast_id]}
    await answer(hass, form, sun_forecasts=[forecast_id], import_price="sensor.buy")
    assert entry.options["sun_forecasts"] == [forecast_id]
    form = await choose(hass, "site_inputs")
    await answer(hass, form, import_price="sensor.buy")
    form = await choose(hass, "site_inputs")
    assert suggested(form)["sun_forecasts"] == []


async def test_the_cars_inputs_are_kept_at_its_charger(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    before = dict(entry.subentries[CHARGER_ID].data)
    form = await choose(hass, "charger_inputs")
    assert form["step_id"] == "car"
    assert form["description_placeholders"] == {"charger": "Garage"}
    done = await answer(hass, form, vehicle_soc="sensor.car", departure_source="schedule.car")
    assert done["type"] is FlowResultType.CREATE_ENTRY
    chosen = {"vehicle_soc": "sensor.car", "departure_source": "schedule.car"}
    assert entry.subentries[CHARGER_ID].data == before | chosen
    form = await choose(hass, "charger_inputs")
    assert suggested(form) == chosen
    await answer(hass, form, vehicle_soc="sensor.car")
    assert entry.subentries[CHARGER_ID].data == before | {"vehicle_soc": "sensor.car"}


async def test_among_several_chargers_one_is_chosen(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    other = MockConfigEntry(
        domain=entry.domain,
        subentries_data=[
            ConfigSubentryData(data={}, subentry_type=CHARGER, title=name, unique_id=name)
            for name in ("Left", "Right")
        ],
    )
    other.add_to_hass(hass)
    right = next(item for item in other.subentries.values() if item.title == "Right")
    menu = await hass.config_entries.options.async_init(other.entry_id)
    form = await answer(hass, menu, next_step_id="charger_inputs")
    assert form["step_id"] == "charger_inputs"
    form = await answer(hass, form, charger=right.subentry_id)
    assert form["description_placeholders"] == {"charger": "Right"}
    hass.config_entries.async_remove_subentry(other, right.subentry_id)
    done = await answer(hass, form, vehicle_soc="sensor.car")
    assert done["reason"] == "charger_removed"


async def test_without_chargers_there_is_no_choice(hass: HomeAssistant) -> None:
    bare = MockConfigEntry(domain="victron_openevse")
    bare.add_to_hass(hass)
    form = await hass.config_entries.options.async_init(bare.entry_id)
    assert form["step_id"] == "site_inputs"
