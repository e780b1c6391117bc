"""Shadow mode: decided and explained, never sent."""

from typing import Any

import pytest

from custom_components.victron_openevse.control.model import (
    BatteryGuard,
    ChargerState,
    Mode,
    Status,
)
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import House


def test_the_law_goes_on_as_if_it_were_followed() -> None:
    """The charger stands still, and still the whole day is decided."""
    house = House(pv_w=3000.0, site_settings={"shadow": True})

    house.run(60)
    assert (house.charger.offered_current_a, house.charger.send) == (11, False)
    assert house.charger.reason.code is ReasonCode.FOLLOWING_SURPLUS
    house.pv_w, house.soc_pct = 0.0, 15.0
    house.run(1800, 5.0)
    assert (house.charger.status, house.charger.send) == (Status.WAITING_FOR_BATTERY, False)
    assert house.closings == 0


@pytest.mark.parametrize("mode", list(Mode))
def test_nothing_is_ever_sent(mode: Mode) -> None:
    """In no mode, neither to a charger nor to the GX."""
    house = House(mode=mode, site_settings={"shadow": True}, settings={"use_battery": False})
    for _ in range(30):
        house.step()
        assert house.charger.send is False
        assert house.decision is not None
        assert house.decision.site.discharge_limit_w is None
        assert house.decision.site.guard is BatteryGuard.INACTIVE


def test_what_is_imagined_is_not_counted() -> None:
    """No closing happened, no current was drawn."""
    house = House(site_settings={"shadow": True})
    house.run(60)

    assert house.own.closings == 0
    assert house.own.closings_at_s == ()
    assert house.own.meter.lifetime.total_kwh == 0.0


def test_a_charge_of_the_chargers_own_is_measured_and_adopted() -> None:
    """The charger charges by its own rules; whoever leaves shadow mode takes that over at 6 A or more."""
    house = House(pv_w=3000.0, offered_a=9, site_settings={"shadow": True})
    house.run(600, 5.0)
    assert house.offered_a == 9
    assert house.own.meter.lifetime.solar_kwh > 0.2

    house.site_settings["shadow"] = False
    first = house.step()

    assert (first.send, first.offered_current_a) == (True, 9)
    assert house.run(60).offered_current_a == 11
    assert house.closings == 0


def test_entering_forgets_what_was_offered() -> None:
    """What ran on our word runs on somebody else's from now on."""
    house = House(pv_w=3000.0)
    house.run(60)
    house.site_settings["shadow"] = True
    house.wants = False
    house.state = ChargerState.SLEEPING
    house.step()

    assert house.charger.send is False
    assert house.run(300, 5.0).status is Status.CHARGING


def test_a_fault_is_no_imagination() -> None:
    """What does not depend on the offer is shown as it is."""
    house = House(site_settings={"shadow": True}, state=ChargerState.FAULT)
    house.run(10)

    assert house.charger.status is Status.FAULT


def test_leaving_forgets_how_often_the_imagined_charge_opened() -> None:
    """No contactor wore, and no car is known to have drawn."""
    house = House(pv_w=4000.0, site_settings={"shadow": True})
    house.run(400)
    house.pv_w, house.soc_pct = 0.0, 15.0
    house.run(600)
    assert house.own.openings > 0.0

    house.wants = False
    house.site_settings["shadow"] = False
    house.step()

    assert house.own.openings == 0.0
    assert house.own.opened_at_s is None
    assert not house.own.drew


@pytest.mark.parametrize("limit_a", [25.0, 32.0, 40.0])
def test_a_limit_binds_as_if_the_charger_followed(limit_a: float) -> None:
    """Left alone it draws its own 32 A, which disobeys nobody and is not the house's."""
    sun: dict[str, Any] = {"pv_w": 4000.0, "feed_in_allowed": True, "battery_w": 0.0}
    steered = House(site_settings={"grid_limit_a": limit_a}, **sun)
    shadow = House(site_settings={"grid_limit_a": limit_a, "shadow": True}, offered_a=32, **sun)
    steered.run(600)
    shadow.run(600)
    assert shadow.charger.offered_current_a == steered.charger.offered_current_a
    assert shadow.charger.reason.code is ReasonCode.FOLLOWING_SURPLUS
