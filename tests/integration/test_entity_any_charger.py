"""A charger of helpers: `input_number` and `input_boolean`, no registry ids at all."""

from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall
import pytest

from custom_components.victron_openevse.control.freshness import charging_power_w, is_online
from custom_components.victron_openevse.openevse.entities import EntityCharger

from .conftest import Clock
from .test_entity_charger import settle

DATA: Final = {
    "entities": {
        "set_current": ["input_number.amps"],
        "enable": ["input_boolean.charge"],
        "charging_power": ["sensor.power"],
    }
}

type Calls = list[tuple[str, str, Any]]


@pytest.fixture
def calls(hass: HomeAssistant) -> Calls:
    """Give what is asked of the helpers, which do it."""
    asked: Calls = []

    async def take(call: ServiceCall) -> None:
        asked.append((call.domain, call.service, call.data.get("value")))
        if call.service == "set_value":
            hass.states.async_set("input_number.amps", call.data["value"], {"min": 6, "max": 16})
        else:
            hass.states.async_set("input_boolean.charge", call.service.removeprefix("turn_"))

    hass.services.async_register("input_number", "set_value", take)
    for service in ("turn_on", "turn_off"):
        hass.services.async_register("input_boolean", service, take)
    hass.states.async_set("input_number.amps", "6", {"min": 6, "max": 16})
    hass.states.async_set("input_boolean.charge", "on")
    hass.states.async_set("sensor.power", "0", {"unit_of_measurement": "kW"})
    return asked


async def test_any_number_and_switch_will_do(
    hass: HomeAssistant, clock: Clock, calls: Calls
) -> None:
    charger = EntityCharger(hass, DATA, lambda: None)
    charger.start(clock.now_s)
    charger.offer(0, clock.now_s)
    await settle(hass, charger, clock, 2)
    assert calls == [("input_boolean", "turn_off", None)]
    charger.offer(9, clock.now_s)
    await settle(hass, charger, clock, 10)
    assert calls[1:] == [
        ("input_number", "set_value", 9),
        ("input_boolean", "turn_on", None),
    ]
    known = charger.reading(clock.now_s)
    assert known.max_current_a is not None
    assert known.max_current_a.value == 16.0
    assert is_online(known, clock.now_s)
    clock.now_s += 1000.0  # helpers never repeat what rests: who is available is there
    known = charger.reading(clock.now_s)
    assert is_online(known, clock.now_s)
    assert charging_power_w(known, clock.now_s) == 0.0
    charger.offer(0, clock.now_s)
    await settle(hass, charger, clock, 2)
    charger.release(clock.now_s)
    await hass.async_block_till_done()
    assert calls[-1] == ("input_boolean", "turn_on", None)
    charger.stop()
