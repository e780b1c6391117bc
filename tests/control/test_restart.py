"""Restarts: the session goes on, no contactor opens, energy neither jumps nor resets."""

from dataclasses import replace

import pytest

from custom_components.victron_openevse.control.memory import Memory
from custom_components.victron_openevse.control.model import ChargerReading, Mode
from custom_components.victron_openevse.control.persist import dump, load

from .build import House


@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.SOLAR_ONLY, Mode.MINIMUM_SOLAR, Mode.FAST])
def test_restart_while_charging(mode: Mode) -> None:
    house = House(mode=mode, pv_w=3000.0)
    house.run(400)
    before_a, closings = house.offered_a, house.closings
    energy = house.own.meter.lifetime
    house.memory = load(dump(house.memory, house.now_s), house.now_s + 40.0, absent_s=40.0)
    house.now_s += 40.0
    house.site_known = False
    house.online = False
    house.run(5)
    assert house.offered_a == before_a
    house.online = True
    house.run(5)
    assert house.offered_a == before_a
    house.site_known = True
    house.run(60)
    assert house.closings == closings
    assert house.offered_a >= 6
    grown_kwh = house.own.meter.lifetime.total_kwh - energy.total_kwh
    assert 0.0 < grown_kwh < 0.2


def test_a_running_session_is_adopted_without_memory() -> None:
    house = House(mode=Mode.SOLAR, pv_w=3000.0)
    house.run(60)
    before_a = house.offered_a
    house.memory = Memory()
    house.site_known = False
    house.step()
    assert house.offered_a == before_a
    house.site_known = True
    offers = [house.step().offered_current_a for _ in range(60)]
    assert min(offers) >= 6
    assert house.closings == 1


def test_a_charger_that_has_not_spoken_is_left_alone() -> None:
    """Its state comes with a dump each 30 s: until then nobody knows what would be interrupted."""
    house = House(mode=Mode.OFF, vehicle=None)
    assert house.step().send is False
    house.vehicle = True
    assert house.step().send is True


def test_a_charger_reboot_while_charging_keeps_the_offer() -> None:
    house = House(mode=Mode.MEDIUM)
    house.run(30)
    house.online = False
    house.run(20)
    house.online = True
    house.step()
    assert (house.offered_a, house.closings) == (16, 1)


def test_a_blind_sleeper_stays_awake_without_a_car() -> None:
    """A charger that sleeps as "disabled" cannot see a plug, so it must offer the minimum."""
    house = House(mode=Mode.FAST)
    house.run(30)
    memory = house.memory.chargers
    house.vehicle = False
    house.run(2)
    assert house.offered_a == 0
    house.memory = replace(
        house.memory, chargers={key: replace(own, blind=True) for key, own in memory.items()}
    )
    house.run(2)
    assert house.offered_a == 6


class Unheard(House):
    """A house whose charger has not been heard since Home Assistant started."""

    def charger_reading(self) -> ChargerReading:
        """Tell nothing at all."""
        return ChargerReading()


def test_a_car_nobody_has_told_of_yet_is_not_taken_for_the_house() -> None:
    house = Unheard(pv_w=4000.0, load_w=7800.0)
    house.run(20)
    assert house.decision is not None
    assert house.decision.site.house_power_w is None
    house.run(20)
    assert house.decision.site.house_power_w == pytest.approx(7800.0), "but not for ever"
