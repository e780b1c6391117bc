"""Starts of `solar_only` on sun that no meter shows."""

import pytest

from custom_components.victron_openevse.control.model import Mode

from .build import VOLTS, House


def hidden_sun(house: House, sky_w: float, seconds: int) -> None:
    """A full battery without feed-in: the array gives what is asked, up to `sky_w`."""
    for _ in range(seconds):
        asked_w = house.load_w + house.drawn_a * VOLTS
        house.pv_w = min(sky_w, asked_w)
        house.pv_limited = asked_w < sky_w
        house.step()


@pytest.mark.parametrize("sky_w", [600.0, 1000.0, 1300.0])
def test_weak_hidden_sun_is_tried_less_and_less(sky_w: float) -> None:
    house = House(mode=Mode.SOLAR_ONLY, load_w=300.0, soc_pct=100.0, pv_limited=True)
    hidden_sun(house, sky_w, 2 * 3600)
    assert 2 <= house.closings <= 5
    before = house.closings
    hidden_sun(house, sky_w, 4 * 3600)
    assert house.closings - before <= 5


def test_strong_hidden_sun_is_used_and_forgets_old_failures() -> None:
    house = House(mode=Mode.SOLAR_ONLY, load_w=300.0, soc_pct=100.0, pv_limited=True)
    hidden_sun(house, 900.0, 2 * 3600)
    assert house.own.hidden.rest_s > 600.0
    hidden_sun(house, 4000.0, 2 * 3600)
    assert house.drawn_a * VOLTS >= 4000.0 - 300.0 - 2 * VOLTS
    hidden_sun(house, 900.0, 600)
    assert house.offered_a == 0
    assert house.own.hidden.rest_s == 600.0


def test_a_person_is_tried_at_once() -> None:
    house = House(mode=Mode.SOLAR_ONLY, load_w=300.0, soc_pct=100.0, pv_limited=True)
    hidden_sun(house, 900.0, 2 * 3600)
    while house.offered_a:
        hidden_sun(house, 900.0, 1)
    house.vehicle = False
    hidden_sun(house, 900.0, 5)
    house.vehicle = True
    hidden_sun(house, 900.0, 5)
    assert house.charger.offered_current_a == 6
