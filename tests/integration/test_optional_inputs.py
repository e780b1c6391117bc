"""What other integrations tell reaches the law, and nothing else does."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from custom_components.victron_openevse.control.model import (
    NO_TARGET_PCT,
    Prices,
    Priority,
    Readings,
)
from custom_components.victron_openevse.daylight import Daylight
from custom_components.victron_openevse.departure import Departure
from custom_components.victron_openevse.entity_refs import remember
from custom_components.victron_openevse.optional_inputs import OptionalInputs

from .conftest import CHARGER_ID, Clock, Gx, Start
from .test_loop import state

PRICE = {"unit_of_measurement": "EUR/kWh"}
NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)


def set_options(hass: HomeAssistant, entry: MockConfigEntry, **options: Any) -> None:
    """Choose inputs of the site before it is set up."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options=options)


def set_car(hass: HomeAssistant, entry: MockConfigEntry, **chosen: str) -> None:
    """Choose inputs of the charger before it is set up."""
    entry.add_to_hass(hass)
    subentry = entry.subentries[CHARGER_ID]
    hass.config_entries.async_update_subentry(entry, subentry, data={**subentry.data, **chosen})


type Make = Callable[[], OptionalInputs]


@pytest.fixture
def make(hass: HomeAssistant, entry: MockConfigEntry) -> Iterator[Make]:
    """Give a function that makes the inputs alone: with a broker the clock cannot stand still."""
    made: list[OptionalInputs] = []

    def make() -> OptionalInputs:
        inputs = OptionalInputs(hass, entry, Daylight(hass))
        inputs.start()
        made.append(inputs)
        return inputs

    yield make
    for inputs in made:
        inputs.stop()


async def decided(clock: Clock, entry: MockConfigEntry) -> Readings:
    """Let a decision be made, and give what it was made of."""
    await clock.advance(6)
    readings: Readings = entry.runtime_data.data.readings
    return readings


async def test_prices_reach_the_law(
    hass: HomeAssistant, clock: Clock, start: Start, entry: MockConfigEntry
) -> None:
    set_options(hass, entry, import_price="sensor.buy", export_price="sensor.sell")
    await start()
    assert (await decided(clock, entry)).prices is None
    hass.states.async_set("sensor.buy", "0.30", PRICE)
    assert (await decided(clock, entry)).prices == Prices(0.30, None)
    hass.states.async_set("sensor.sell", "8", {"unit_of_measurement": "ct/kWh"})
    assert (await decided(clock, entry)).prices == Prices(0.30, 0.08)
    hass.states.async_set("sensor.buy", "unavailable")
    assert (await decided(clock, entry)).prices is None


async def test_a_renamed_entity_is_followed_and_a_removed_one_is_missed(
    hass: HomeAssistant,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    entity_registry.async_get_or_create("sensor", "tariff", "buy", suggested_object_id="buy")
    reference = remember(hass, "sensor.buy")
    assert "." not in reference
    set_options(hass, entry, import_price=reference)
    hass.states.async_set("sensor.buy", "0.30", PRICE)
    await start()
    inputs = entry.runtime_data.inputs
    assert (await decided(clock, entry)).prices == Prices(0.30)
    entity_registry.async_update_entity("sensor.buy", new_entity_id="sensor.tariff")
    hass.states.async_remove("sensor.buy")
    hass.states.async_set("sensor.tariff", "0.31", PRICE)
    assert (await decided(clock, entry)).prices == Prices(0.31)
    assert inputs.missing() == ()
    entity_registry.async_remove("sensor.tariff")
    hass.states.async_remove("sensor.tariff")
    assert (await decided(clock, entry)).prices is None
    assert inputs.missing() == ("import_price",)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        pytest.param("63.5", {CHARGER_ID: 63.5}, id="level"),
        pytest.param("0", {CHARGER_ID: 0.0}, id="empty car"),
        pytest.param("101", {}, id="more than full"),
        pytest.param("-1", {}, id="less than empty"),
        pytest.param("nan", {}, id="no number"),
        pytest.param("full", {}, id="words"),
        pytest.param("unknown", {}, id="asleep"),
    ],
)
async def test_the_cars_level(
    hass: HomeAssistant,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    value: str,
    level: dict[str, float],
) -> None:
    set_car(hass, entry, vehicle_soc="sensor.car")
    hass.states.async_set("sensor.car", value)
    await start()
    assert (await decided(clock, entry)).vehicle_soc_pct == level


async def test_an_odd_departure_does_not_stop_the_law(
    hass: HomeAssistant,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Many services tell year 1 for "none", which no time zone east of Greenwich can hold."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    set_car(hass, entry, departure_source="sensor.leave")
    hass.states.async_set("sensor.leave", "0001-01-01T00:00:00")
    await start()
    for _ in range(3):
        assert (await decided(clock, entry)).hours_to_departure == {}
    assert "no decision" not in caplog.text
    assert caplog.text.count("sensor.leave says nothing that can be used") == 1


async def test_a_target_ends_with_the_entity_that_told_the_level(
    hass: HomeAssistant,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    set_car(hass, entry, vehicle_soc="sensor.car")
    hass.states.async_set("sensor.car", "85")
    await start()
    number = "number.garage_target_soc"
    await hass.services.async_call(
        "number", "set_value", {"entity_id": number, "value": 80}, blocking=True
    )
    await decided(clock, entry)
    subentry = entry.subentries[CHARGER_ID]
    data = {key: value for key, value in subentry.data.items() if key != "vehicle_soc"}
    hass.config_entries.async_update_subentry(entry, subentry, data=data)
    await hass.async_block_till_done()
    assert entry.runtime_data.settings.chargers[CHARGER_ID].target_soc_pct == NO_TARGET_PCT
    assert entity_registry.async_get(number) is None


async def test_a_departure_entity_overrides_the_chargers_own_time(
    hass: HomeAssistant, make: Make, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)
    set_car(hass, entry, departure_source="input_datetime.car")
    own = {CHARGER_ID: Departure(at=time(14), planned=True)}
    inputs = make()
    assert inputs.hours_to_departure(own) == {}
    hass.states.async_set("input_datetime.car", "18:00:00")
    assert inputs.hours_to_departure(own) == {CHARGER_ID: 6.0}
    hass.states.async_set("input_datetime.car", "unavailable")
    assert inputs.hours_to_departure(own) == {}


async def test_without_an_entity_the_chargers_own_departure_holds(
    hass: HomeAssistant, make: Make, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)
    entry.add_to_hass(hass)
    own = {CHARGER_ID: Departure(at=time(14), planned=True)}
    assert make().hours_to_departure(own) == {CHARGER_ID: 2.0}


async def test_the_priority_prices_is_offered_with_prices_only(
    hass: HomeAssistant, gx: Gx, clock: Clock, start: Start, entry: MockConfigEntry
) -> None:
    await start()
    priority = hass.states.get("select.cerbo_gx_priority")
    assert priority is not None
    assert priority.attributes["options"] == ["car_first", "balanced", "house_first"]
    entry.runtime_data.set_site(priority=Priority.PRICES)
    await clock.advance(6)
    assert state(hass, "select.cerbo_gx_priority") == "balanced"
    hass.config_entries.async_update_entry(entry, options={"import_price": "sensor.buy"})
    await hass.async_block_till_done()
    await clock.advance(6)
    priority = hass.states.get("select.cerbo_gx_priority")
    assert priority is not None
    assert "prices" in priority.attributes["options"]
    assert priority.state == "prices"
