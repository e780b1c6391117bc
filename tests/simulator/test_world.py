"""The composed house: energies agree between devices, and an observer can drive and watch it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.broker import Message
from simulator.control_topics import clock_text, obey, state_document
from simulator.desk_commands import CommandError
from simulator.house_on_desk import PORTAL_ID, SimulatedWorld
from simulator.scenario import SCENARIOS

BASE = "openevse-e5f6"


@pytest.fixture
def world() -> SimulatedWorld:
    return SimulatedWorld(SCENARIOS["sunny"])


def claim(world: SimulatedWorld, state: str, current_a: int, base: str = BASE) -> None:
    """Offer or pause, as a controller on the broker would."""
    fields = {"state": state, "charge_current": current_a, "auto_release": False}
    world.broker.client().publish(f"{base}/claim/set", json.dumps(fields))
    world.broker.run()


def test_energies_and_contactor_of_two_scripted_hours(world: SimulatedWorld) -> None:
    spent: list[float] = []
    # (minutes, offer in A or None for a pause): three pauses, one of them of an already idle car
    plan = [(20, 6), (20, 16), (10, None), (30, 10), (10, None), (5, None), (25, 20)]
    for minutes, offer_a in plan:
        claim(world, "disabled" if offer_a is None else "active", offer_a or 6)
        before_kwh = world.charger.meter.total_kwh
        world.run(minutes * 60)
        spent.append(world.charger.meter.total_kwh - before_kwh)
    # (minutes * 60 - 5 s to close, start and ramp) * A * 235 V, roughly
    expected = [m / 60 * (a or 0) * 0.235 for m, a in plan]
    assert spent == pytest.approx(expected, abs=0.06)
    charged_kwh = world.charger.meter.total_kwh
    assert charged_kwh == pytest.approx(world.plant.totals.kwh("car"), rel=0.001)
    assert charged_kwh == pytest.approx(world.charger.car.session_kwh, rel=0.001)
    assert world.charger.closings == 3
    assert world.charger.controller.openings_under_load == 0
    sources_kwh = sum(world.plant.totals.kwh(name) for name in ("pv", "imported", "battery_out"))
    sinks_kwh = sum(
        world.plant.totals.kwh(name) for name in ("house", "car", "exported", "battery_in")
    )
    assert sources_kwh == pytest.approx(sinks_kwh, rel=1e-6)


def test_the_gx_measures_what_the_charger_draws(world: SimulatedWorld) -> None:
    client = world.broker.client()
    seen: list[Message] = []
    topic = f"N/{PORTAL_ID}/system/0/Ac/ConsumptionOnInput/L1/Power"
    client.subscribe(topic, seen.append)
    claim(world, "active", 16)
    client.publish(f"R/{PORTAL_ID}/keepalive", "")
    world.run(50)
    measured_w = json.loads(seen[-1].payload)["value"]
    assert measured_w == pytest.approx(16 * 235 + world.plant.flows.house_w, abs=20)


def test_two_chargers_are_two_devices() -> None:
    world = SimulatedWorld(SCENARIOS["sunny"], chargers=2)
    claim(world, "active", 8, base="openevse-e5f6")
    claim(world, "active", 12, base="openevse-e5f7")
    world.run(30)
    assert [one.pilot_a for one in world.chargers.values()] == [8, 12]
    assert world.plant.flows.car_w == pytest.approx(20 * 235)
    world.commands.run("unplug", charger="a1b2c3d4e5f7")
    world.run(2)
    assert [one.car.plugged for one in world.chargers.values()] == [True, False]


def test_a_lost_grid_takes_the_charger_with_it_and_back(world: SimulatedWorld) -> None:
    claim(world, "active", 6)
    world.run(20)
    world.commands.run("grid_lost", seconds=30)
    world.run(10)
    state = state_document(world)
    assert (state["islanded"], state["car_w"], state["car"]["running"]) == (True, 0, False)
    world.run(60)
    state = state_document(world)
    assert (state["islanded"], state["car"]["state"], state["car"]["pilot_a"]) == (False, 3, 32)


@pytest.mark.parametrize(
    ("command", "seconds", "key", "value"),
    [
        pytest.param('{"do":"unplug"}', 2, ("car", "plugged"), False, id="unplug"),
        pytest.param('{"do":"button"}', 5, ("car", "state"), 254, id="button"),
        pytest.param('{"do":"reboot_charger"}', 2, ("car", "running"), False, id="reboot"),
        pytest.param('{"do":"charger_fault","state":6}', 1, ("car", "state"), 6, id="fault"),
        pytest.param('{"do":"car_soc","soc_pct":100}', 5, ("car", "state"), 2, id="car full"),
        pytest.param('{"do":"car_wants","wants":false}', 5, ("car", "state"), 2, id="own timer"),
        pytest.param('{"do":"set_soc","soc_pct":20}', 1, ("soc_pct",), 20.0, id="battery"),
        pytest.param('{"do":"pv_scale","factor":0}', 1, ("sun_w",), 0, id="dark"),
        pytest.param('{"do":"pv_hold","power_w":1234}', 1, ("sun_w",), 1234, id="held sun"),
        pytest.param('{"do":"grid_lost"}', 2, ("islanded",), True, id="grid lost"),
        pytest.param('{"do":"gx_silent"}', 80, ("gx", "alive"), False, id="GX silent"),
    ],
)
def test_commands(
    world: SimulatedWorld, command: str, seconds: int, key: tuple[str, ...], value: object
) -> None:
    world.broker.client().publish(f"R/{PORTAL_ID}/keepalive", "")
    world.run(20)
    shown: Any = state_document(world)
    for part in key:
        shown = shown[part]
    assert shown != value  # so that it is the command which brings it
    obey(world, command)
    world.run(seconds)
    shown = state_document(world)
    for part in key:
        shown = shown[part]
    assert shown == value


def test_commands_that_undo(world: SimulatedWorld) -> None:
    for command in (
        '{"do":"unplug"}',
        '{"do":"plug","soc_pct":30}',
        '{"do":"charger_fault","state":6}',
        '{"do":"charger_fault","state":null}',
        '{"do":"pv_hold","power_w":1}',
        '{"do":"pv_hold","power_w":null}',
        '{"do":"charger_serial","alive":false}',
        '{"do":"charger_serial","alive":true}',
        '{"do":"gx_fault","fault":"null","target":"battery/512/Soc","seconds":5}',
        '{"do":"gx_silent"}',
        '{"do":"gx_heal"}',
        '{"do":"grid_lost"}',
        '{"do":"grid_back"}',
    ):
        obey(world, command)
        world.run(2)
    world.run(30)
    state = state_document(world)
    assert state["car"]["state"] == 3
    assert state["car"]["car_soc_pct"] == pytest.approx(30, abs=1)
    assert state["sun_w"] > 1000


def test_a_kettle_boils_for_its_time(world: SimulatedWorld) -> None:
    world.run(1)
    quiet_w = world.plant.flows.house_w
    world.commands.run("kettle", power_w=2000, seconds=60)
    world.run(30)
    assert world.plant.flows.house_w - quiet_w == pytest.approx(2000, abs=150)
    world.run(40)
    assert world.plant.flows.house_w - quiet_w == pytest.approx(0, abs=150)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        pytest.param("unplug", "not JSON", id="not JSON"),
        pytest.param('["unplug"]', "a command is", id="no object"),
        pytest.param('{"do":7}', "a command is", id="no name"),
        pytest.param('{"do":"dance"}', "no command 'dance'", id="unknown"),
        pytest.param('{"do":"run"}', "no command", id="not an entrance"),
        pytest.param('{"do":"unplug","cable":1}', "cable", id="unknown argument"),
        pytest.param('{"do":"set_soc"}', "soc_pct", id="missing argument"),
        pytest.param('{"do":"set_soc","soc_pct":120}', "0 to 100", id="out of range"),
        pytest.param('{"do":"set_soc","soc_pct":true}', "0 to 100", id="no number"),
        pytest.param('{"do":"pv_scale","factor":NaN}', "factor", id="not a number"),
        pytest.param('{"do":"pv_hold","power_w":Infinity}', "power_w", id="infinite"),
        pytest.param('{"do":"car_wants","wants":1}', "true or false", id="no flag"),
        pytest.param('{"do":"plug","charger":"x"}', "no charger 'x'", id="unknown charger"),
        pytest.param('{"do":"gx_fault","fault":"tired"}', "no fault", id="unknown fault"),
        pytest.param('{"do":"gx_fault","fault":"null"}', "target", id="fault without target"),
    ],
)
def test_bad_commands_are_refused_in_words(world: SimulatedWorld, command: str, says: str) -> None:
    before = state_document(world)
    with pytest.raises(CommandError, match=says):
        obey(world, command)
    assert state_document(world) == before


def test_the_state_is_plain_json_with_the_house_time(world: SimulatedWorld) -> None:
    world.run(61)
    state = json.loads(json.dumps(state_document(world)))
    assert state["time"] == "10:31:01"
    assert state["car"] == state["chargers"]["a1b2c3d4e5f6"]
    assert state["car"]["offered_a"] == 32
    assert state["car"]["closings"] == 1
    assert state["car"]["current_a"] == pytest.approx(32)


@pytest.mark.parametrize(
    ("second", "text"),
    [
        pytest.param(0, "00:00:00", id="midnight"),
        pytest.param(34_261, "09:31:01", id="one digit hour"),
        pytest.param(86_400 + 3600, "01:00:00", id="the next day"),
    ],
)
def test_clock_text(second: int, text: str) -> None:
    assert clock_text(second) == text
