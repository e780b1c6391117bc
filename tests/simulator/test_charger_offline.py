"""A charger that loses its network: it goes on with what it was told, and comes back by itself."""

import json

from simulator.house_on_desk import SimulatedWorld
from simulator.scenario import SCENARIOS

CLAIM = {"state": "active", "charge_current": 20, "max_current": "clear", "auto_release": False}


def is_connected(world: SimulatedWorld) -> bool:
    """Ask anew; a type checker takes a property for a constant."""
    return world.charger.connected


def test_charger_is_announced_gone_and_keeps_its_claim() -> None:
    world = SimulatedWorld(SCENARIOS["sunny"])
    observer = world.broker.client()
    world.run(3)
    observer.publish(f"{world.charger.base_topic}/claim/set", json.dumps(CLAIM))
    world.run(3)
    world.commands.run("charger_offline", seconds=10)
    world.run(5)
    assert not is_connected(world)
    assert (world.charger.pilot_a, world.charger.contactor_closed) == (20, True)
    world.run(10)
    assert is_connected(world)
    assert (world.charger.pilot_a, world.charger.contactor_closed) == (20, True)


def test_reboot_meanwhile_connects_once_it_is_over() -> None:
    world = SimulatedWorld(SCENARIOS["sunny"])
    world.run(3)
    world.commands.run("charger_offline", seconds=2)
    world.commands.run("reboot_charger")
    world.run(4)
    assert not is_connected(world)
    world.run(20)
    assert is_connected(world)
