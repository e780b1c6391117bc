"""Messages in, claims out: the coordinator with the real law and adapters, on a broker in memory."""

from dataclasses import replace
import logging
from typing import Any
from unittest.mock import MagicMock, patch

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockMqttReasonCode

from custom_components.victron_openevse.const import SOURCE_MQTT
from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.memory import Memory
from custom_components.victron_openevse.control.model import Decision

from .conftest import PORTAL, Broker, Charger, Clock, Gx, Start

COORDINATOR = "custom_components.victron_openevse.coordinator"


async def select(hass: HomeAssistant, mode: str) -> None:
    """Choose a mode as a user does."""
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": "select.garage_mode", "option": mode},
        blocking=True,
    )


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Give an entity's state."""
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


async def test_a_car_follows_the_sun(
    hass: HomeAssistant, gx: Gx, charger: Charger, broker: Broker, clock: Clock, start: Start
) -> None:
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)
    assert state(hass, "sensor.garage_status") == "charging"
    claim = broker.claims()[-1]
    assert isinstance(claim, dict)
    assert claim["state"] == "active"
    assert claim["charge_current"] >= 6


async def test_the_gx_is_asked_only_when_the_answer_would_be_heard(
    hass: HomeAssistant, gx: Gx, broker: Broker, start: Start
) -> None:
    asked_after: list[int] = []

    def note(topic: str, _payload: str) -> None:
        if topic == f"R/{PORTAL}/keepalive":
            asked_after.append(sum(f"/{PORTAL}/" in item for item in broker.filters))

    broker.listeners.insert(0, note)
    await start()
    ours = sum(f"/{PORTAL}/" in item for item in broker.filters)
    assert asked_after
    assert asked_after[0] == ours


@pytest.mark.parametrize(
    ("mode", "current_a"),
    [pytest.param("fast", 32, id="fast"), pytest.param("medium", 16, id="medium")],
)
async def test_a_mode_is_on_the_wire_at_once(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    start: Start,
    mode: str,
    current_a: int,
) -> None:
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)
    await select(hass, mode)
    await clock.advance(5, gx.say_all)
    claim = broker.claims()[-1]
    assert isinstance(claim, dict)
    assert (claim["state"], claim["charge_current"]) == ("active", current_a)
    assert set(claim) == {"state", "charge_current", "max_current", "auto_release"}


async def test_off_is_decided_within_the_service_call(
    hass: HomeAssistant, gx: Gx, charger: Charger, broker: Broker, clock: Clock, start: Start
) -> None:
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)
    await select(hass, "off")
    assert state(hass, "sensor.garage_status") == "off"
    await hass.async_block_till_done()
    claim = broker.claims()[-1]
    assert isinstance(claim, dict)
    assert claim["state"] == "disabled"


async def test_silence_makes_values_unavailable_and_is_told_once(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await start()
    charger.dump()
    await clock.advance(5, gx.say_all)
    assert state(hass, "binary_sensor.cerbo_gx_data_problem") == "off"
    gx.silent = charger.silent = True
    await clock.advance(40)
    assert state(hass, "binary_sensor.cerbo_gx_data_problem") == "on"
    for key in ("grid_power", "battery_power", "pv_power"):
        assert state(hass, f"sensor.cerbo_gx_{key}") == "unavailable"
    assert state(hass, "sensor.cerbo_gx_battery_soc") == "80.0"
    assert state(hass, "select.garage_mode") == "solar"
    caplog.set_level(logging.INFO)
    caplog.clear()
    await clock.advance(120)
    warnings = [item for item in caplog.records if item.levelno == logging.WARNING]
    told = [item for item in warnings if item.name != "asyncio"]  # it warns of a slow machine
    assert [item.getMessage() for item in told] == [
        "Cerbo GX: no fresh grid_power, battery_power",
        "Garage: the charger is offline",
    ]
    gx.silent = False
    await clock.advance(40)
    assert state(hass, "sensor.cerbo_gx_grid_power") == "-1500.0"
    assert state(hass, "binary_sensor.cerbo_gx_data_problem") == "off"
    assert "Cerbo GX is back to normal" in caplog.messages


async def test_a_charger_that_vanishes_is_offline_with_its_values(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    await start()
    charger.dump()
    await clock.advance(3, gx.say_all)
    assert state(hass, "binary_sensor.garage_vehicle_connected") == "on"
    charger.vanish()
    await clock.advance(2, gx.say_all)
    assert state(hass, "sensor.garage_status") == "offline"
    assert state(hass, "binary_sensor.garage_vehicle_connected") == "unavailable"
    assert state(hass, "sensor.garage_charging_power") == "unavailable"
    assert state(hass, "sensor.garage_energy_solar") == "0.0"


async def test_states_are_written_sparingly(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    """A GX that changes a little each second for two minutes."""
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)
    written: list[str] = []
    hass.bus.async_listen("state_changed", lambda event: written.append(event.data["entity_id"]))

    def noise() -> None:
        swing = 15.0 if int(clock.now_s) % 2 else -15.0
        gx.say("system/0/Ac/Grid/L1/Power", -1500.0 + swing)
        gx.say("system/0/Dc/Battery/Power", 1000.0 - swing)
        gx.say("system/0/Dc/Battery/Soc", 80.0 + swing / 100)
        gx.say("system/0/Dc/Pv/Power", 3000.0 + swing)

    await clock.advance(120, noise)
    assert written.count("sensor.cerbo_gx_grid_power") <= 2
    assert len(written) <= 20  # 600 rows an hour


async def test_power_sensors_follow_a_jump(
    hass: HomeAssistant, gx: Gx, clock: Clock, start: Start
) -> None:
    await start()
    await clock.advance(12, gx.say_all)
    gx.say("system/0/Dc/Pv/Power", 4321.0)
    await clock.advance(2)
    assert state(hass, "sensor.cerbo_gx_pv_power") == "4320.0"


async def test_repairs_that_fail_do_not_stop_the_law(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)
    with patch(
        "custom_components.victron_openevse.issues.Issues.follow", side_effect=RuntimeError
    ) as follow:
        await select(hass, "off")
        await clock.advance(12, gx.say_all)
    assert follow.call_count > 1
    assert state(hass, "sensor.garage_status") == "off"
    assert caplog.text.count("the list of repairs failed") == 1


async def test_a_failing_decision_keeps_the_loop_and_the_offer(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    broker: Broker,
    clock: Clock,
    start: Start,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await start()
    charger.dump()
    await clock.advance(8, gx.say_all)
    claims = len(broker.claims())
    with patch(f"{COORDINATOR}.decide", side_effect=ZeroDivisionError):
        await clock.advance(12, gx.say_all)
    errors = [item for item in caplog.records if "no decision" in item.getMessage()]
    assert len(errors) == 1
    assert len(broker.claims()) == claims
    await select(hass, "off")
    assert state(hass, "sensor.garage_status") == "off"


async def test_a_pause_that_is_over_switches_itself_off(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    await start()
    charger.dump()
    await clock.advance(3, gx.say_all)
    await hass.services.async_call(
        "switch", "turn_on", {"entity_id": "switch.garage_pause_until_morning"}, blocking=True
    )
    assert state(hass, "sensor.garage_status") == "paused"
    with patch(f"{COORDINATOR}.decide", side_effect=pause_is_over):
        await clock.advance(1, gx.say_all)
    assert state(hass, "switch.garage_pause_until_morning") == "off"
    assert not next(iter(entry.runtime_data.settings.chargers.values())).pause_until_morning


def pause_is_over(*args: Any) -> tuple[Decision, Memory]:
    """Decide as always, but find that the night is over."""
    decision, memory = decide(*args)
    chargers = {key: replace(item, pause_over=True) for key, item in decision.chargers.items()}
    return replace(decision, chargers=chargers), memory


async def test_the_battery_is_kept_out_of_the_car_and_given_back(
    hass: HomeAssistant, gx: Gx, charger: Charger, broker: Broker, clock: Clock, start: Start
) -> None:
    await start()
    charger.dump()
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": "switch.garage_use_battery"}, blocking=True
    )
    await select(hass, "fast")
    await clock.advance(6, gx.say_all)

    def limits() -> list[str]:
        return [
            text for topic, text in broker.sent if topic.endswith("Overrides/MaxDischargePower")
        ]

    assert limits()
    assert limits()[-1] != '{"value": null}'
    await select(hass, "off")
    await clock.advance(2)
    assert limits()[-1] == '{"value": null}'


async def test_everything_is_asked_again_after_the_broker_was_away(
    hass: HomeAssistant,
    gx: Gx,
    broker: Broker,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    mqtt_mock: MagicMock,
    mqtt_client_mock: MagicMock,
) -> None:
    await start()
    await clock.advance(15)
    broker.sent.clear()
    transport = entry.runtime_data.connections.get(SOURCE_MQTT)
    mqtt_mock.connected = False
    async_dispatcher_send(hass, mqtt.MQTT_CONNECTION_STATE, False)
    assert not transport.connected
    await clock.advance(2)
    assert broker.sent == []
    mqtt_mock.connected = True
    mqtt_client_mock.on_connect(mqtt_client_mock, None, 0, MockMqttReasonCode())
    assert not transport.connected  # until the subscriptions are confirmed
    await transport.async_ready()
    assert transport.connected
    await clock.advance(2)
    assert (f"R/{PORTAL}/keepalive", "") in broker.sent
