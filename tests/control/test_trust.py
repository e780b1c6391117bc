"""Data that is lost ages as data that falls silent: hold, minimum, stop, from when it was known."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.control.model import (
    BatteryGuard,
    ChargerReading,
    ChargerState,
    Mode,
    Reading,
    Readings,
    SiteReading,
    Status,
)
from custom_components.victron_openevse.control.persist import dump, load
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import KEY, House

LOST = (
    pytest.param(("grid_power_w",), id="grid"),
    pytest.param(("battery_power_w",), id="battery"),
    pytest.param(("battery_soc_pct",), id="state of charge"),
    pytest.param(("grid_power_w", "battery_power_w", "battery_soc_pct"), id="all"),
)


class Losing(House):
    """A house whose GX declares some readings invalid."""

    lost: tuple[str, ...] = ()

    def site_reading(self) -> SiteReading:
        """What the GX would say now."""
        gone: dict[str, Any] = dict.fromkeys(self.lost)
        return replace(super().site_reading(), **gone)


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.SOLAR_ONLY, Mode.MINIMUM_SOLAR])
def test_a_loss_is_held_then_minimum_then_stop(mode: Mode, lost: tuple[str, ...]) -> None:
    house = Losing(mode=mode, pv_w=3300.0)
    house.run(400)
    before_a = house.offered_a
    assert before_a > 6
    house.lost = lost
    for age_s in range(1, 200):
        house.step()
        if age_s < 30:
            assert house.offered_a == before_a
        elif age_s < 180 or mode is Mode.MINIMUM_SOLAR:
            assert house.offered_a == 6
        else:
            assert (house.offered_a, house.charger.status) == (0, Status.NO_DATA)
    house.lost = ()
    house.run(330)
    assert house.offered_a == before_a
    assert house.closings == (1 if mode is Mode.MINIMUM_SOLAR else 2)


@pytest.mark.parametrize("lost", LOST)
def test_what_was_never_known_gets_time_to_arrive_after_a_start(lost: tuple[str, ...]) -> None:
    house = Losing(mode=Mode.SOLAR, pv_w=3300.0)
    house.run(400)
    before_a = house.offered_a
    house.restart()
    house.lost = lost
    house.run(29)
    assert house.offered_a == before_a
    house.run(100)
    assert house.offered_a == 6
    house.lost = ()
    house.run(60)
    assert (house.offered_a, house.closings) == (before_a, 1)


@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.SOLAR_ONLY, Mode.MINIMUM_SOLAR])
def test_what_is_held_is_no_more_than_the_mode_gives(mode: Mode) -> None:
    """Fast gave 32 A; whoever chooses the sun while the GX is silent gets its maximum at once."""
    house = House(mode=Mode.FAST)
    house.run(60)
    house.freeze()
    house.run(24)
    assert house.charger.offered_current_a == 32
    house.mode = mode

    answer = house.step()

    assert (answer.offered_current_a, answer.reason.code) == (20, ReasonCode.DATA_OLD_HOLDING)


def grid_is_lost(house: House) -> bool:
    """The car is kept off for want of a grid."""
    return house.charger.reason.code is ReasonCode.GRID_LOST


def test_a_grid_that_blinks_is_not_lost() -> None:
    house = House(mode=Mode.FAST)
    house.run(30)
    house.grid_connected = False
    house.run(3)
    assert not grid_is_lost(house)
    house.grid_connected = True
    house.step()
    assert not grid_is_lost(house)
    assert house.closings == 1


def test_a_lost_grid_is_confirmed_and_so_is_its_return() -> None:
    house = House(mode=Mode.FAST)
    house.run(30)
    house.grid_connected = False
    house.run(4)
    assert grid_is_lost(house)
    house.grid_connected = True
    house.run(3)
    assert grid_is_lost(house)
    house.step()
    assert not grid_is_lost(house)


def test_a_grid_that_comes_back_for_moments_is_not_back() -> None:
    house = House(mode=Mode.FAST)
    house.run(30)
    for _ in range(60):
        house.grid_connected = False
        house.run(10)
        house.grid_connected = True
        house.run(2)
    assert house.closings == 1
    assert grid_is_lost(house)


def lost[H: House](house: H) -> H:
    """A house whose grid was lost a while ago."""
    house.run(30)
    house.grid_connected = False
    house.run(600)
    assert house.offered_a == 0
    return house


def test_a_gx_that_falls_silent_has_not_said_that_the_grid_is_back() -> None:
    house = lost(House(mode=Mode.FAST))
    house.freeze()
    house.run(4 * 3600, 10.0)
    assert house.closings == 1
    assert grid_is_lost(house)
    house.run(9 * 3600, 10.0)
    assert house.offered_a == 32, "a GX that died in an outage keeps the car off for ever"


def test_a_null_has_not_said_that_the_grid_is_back() -> None:
    house = lost(Losing(mode=Mode.FAST))
    house.lost = ("grid_connected",)
    house.run(300)
    assert house.closings == 1


def test_a_restart_in_an_outage_starts_no_charge() -> None:
    house = lost(Losing(mode=Mode.FAST))
    house.memory = load(dump(house.memory, house.now_s), house.now_s + 60.0, 60.0)
    house.now_s += 60.0
    house.lost = ("grid_connected",)
    house.run(60)
    assert house.closings == 1
    house.lost = ()
    house.grid_connected = True
    house.run(5)
    assert house.offered_a > 0


def test_a_sun_that_is_no_longer_reported_does_not_lower_the_reserve() -> None:
    house = Losing(pv_w=4000.0, hours_to_sunset=6.0, soc_pct=35.0)
    house.run(300)
    assert house.decision is not None
    assert house.decision.site.reserve_pct == pytest.approx(15.0)
    house.lost = ("pv_power_w",)
    house.run(178)
    assert house.decision.site.reserve_pct == pytest.approx(15.0)
    house.run(3)
    assert house.decision.site.reserve_pct == pytest.approx(40.0)


def test_a_car_out_of_sight_keeps_its_limit_at_the_inverter() -> None:
    """Its power counts to the consumption but is not the house's."""
    house = House(mode=Mode.FAST, pv_w=0.0, load_w=400.0, settings={"use_battery": False})
    house.run(60)
    silent = replace(house.charger_reading(), online=Reading(value=False, at_s=house.now_s))
    memory, lost_at_s = house.memory, house.now_s
    for age_s in range(1, 600):
        now_s = house.now_s = lost_at_s + age_s
        readings = Readings(site=house.site_reading(), chargers={KEY: silent})
        decision, memory = decide(house.all_settings(), memory, readings, now_s)
        limit_w = decision.site.discharge_limit_w
        assert limit_w == pytest.approx(400.0 if age_s < 74 + 180 else 1.0)


def test_a_minimum_whose_battery_is_no_longer_told_is_the_grids() -> None:
    """A level that nobody knows is not one from which the battery may give."""
    house = Losing(mode=Mode.MINIMUM_SOLAR, pv_w=0.0, soc_pct=62.0)
    house.run(60)
    assert house.own.battery_free
    house.lost = ("battery_soc_pct",)
    house.run(200)
    assert house.offered_a == 6
    assert house.decision is not None
    assert house.decision.site.guard is not BatteryGuard.INACTIVE
    assert house.decision.site.discharge_limit_w is not None


class LoosePlug(House):
    """A house whose charger denies its car for one second in thirty."""

    denies: bool = False

    def charger_reading(self) -> ChargerReading:
        """What the charger would say now."""
        said = super().charger_reading()
        if not self.denies:
            return said
        assert said.state is not None
        assert said.state.value is ChargerState.CHARGING
        return replace(said, vehicle_connected=Reading(value=False, at_s=self.now_s))


def test_a_car_that_charges_is_plugged_in_whatever_the_plug_says() -> None:
    house = LoosePlug(pv_w=4000.0)
    house.run(600)
    for _ in range(20):
        house.denies = True
        house.step()
        house.denies = False
        house.run(29)
    assert house.closings == 1
