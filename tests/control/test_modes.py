"""What each mode offers: rows 1..4, 7, 9 and 10 of the original flow's behaviour."""

import pytest

from custom_components.victron_openevse.control.model import Mode, Priority, Status
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import House


@pytest.mark.parametrize(
    ("mode", "expected_a"),
    [
        pytest.param(Mode.FAST, 32, id="fast offers 32 A whatever the sun"),
        pytest.param(Mode.MEDIUM, 16, id="medium offers 16 A whatever the sun"),
        pytest.param(Mode.OFF, 0, id="off offers nothing"),
        pytest.param(
            Mode.SOLAR, 11, id="solar: 2700 W of surplus are 11.5 A, one of two neighbours"
        ),
        pytest.param(Mode.SOLAR_ONLY, 11, id="solar only rounds down"),
        pytest.param(Mode.MINIMUM_SOLAR, 11, id="minimum and solar follows the same surplus"),
    ],
)
def test_a_sunny_day(mode: Mode, expected_a: int) -> None:
    house = House(mode=mode, pv_w=3000.0, load_w=300.0)
    house.run(60)
    assert abs(house.offered_a - expected_a) <= (
        1 if mode in (Mode.SOLAR, Mode.MINIMUM_SOLAR) else 0
    )
    assert house.charger.offered_current_a == house.offered_a


@pytest.mark.parametrize(
    ("mode", "expected_a", "status"),
    [
        pytest.param(Mode.FAST, 32, Status.CHARGING, id="fast does not care"),
        pytest.param(Mode.MEDIUM, 16, Status.CHARGING, id="medium does not care"),
        pytest.param(Mode.SOLAR, 6, Status.CHARGING_MINIMUM, id="solar: the battery supplements"),
        pytest.param(Mode.SOLAR_ONLY, 0, Status.WAITING_FOR_SUN, id="solar only waits"),
        pytest.param(Mode.MINIMUM_SOLAR, 6, Status.CHARGING_MINIMUM, id="minimum is guaranteed"),
    ],
)
def test_too_little_sun(mode: Mode, expected_a: int, status: Status) -> None:
    house = House(mode=mode, pv_w=800.0, load_w=300.0)
    house.run(60)
    assert (house.offered_a, house.charger.status) == (expected_a, status)


@pytest.mark.parametrize(
    ("mode", "expected_a", "status"),
    [
        pytest.param(Mode.SOLAR, 0, Status.WAITING_FOR_BATTERY, id="solar sleeps"),
        pytest.param(Mode.SOLAR_ONLY, 0, Status.WAITING_FOR_BATTERY, id="the battery comes first"),
        pytest.param(Mode.MINIMUM_SOLAR, 6, Status.CHARGING_MINIMUM, id="the minimum, no more"),
        pytest.param(Mode.MEDIUM, 16, Status.CHARGING, id="medium is the owner's own choice"),
    ],
)
def test_below_the_reserve(mode: Mode, expected_a: int, status: Status) -> None:
    settings = {"priority": Priority.BALANCED}
    house = House(mode=mode, pv_w=2500.0, soc_pct=30.0, hours_to_sunset=2.0, site_settings=settings)
    house.run(60)
    assert (house.offered_a, house.charger.status) == (expected_a, status)


def test_solar_sleeps_at_the_reserve_and_wakes_at_the_resume_level() -> None:
    house = House(pv_w=0.0, soc_pct=45.0)
    house.run(400)
    assert house.offered_a == 6
    house.soc_pct = 38.9
    house.run(30)
    assert house.offered_a == 6
    house.step()
    assert house.offered_a == 0
    assert house.charger.reason.code is ReasonCode.RESERVE_REACHED
    assert house.charger.reason.numbers["reserve_pct"] == pytest.approx(40.0)
    house.soc_pct = 49.9
    house.run(3600, dt_s=5)
    assert house.offered_a == 0
    house.soc_pct = 50.0
    house.step()
    assert house.offered_a == 6
    assert house.closings == 2


def test_a_single_wrong_level_stops_nothing() -> None:
    house = House(pv_w=0.0, soc_pct=45.0)
    house.run(400)
    house.soc_pct = 0.0
    house.run(5)
    house.soc_pct = 45.0
    house.run(60)
    assert (house.offered_a, house.closings) == (6, 1)


def test_a_touch_of_the_reserve_needs_three_minutes() -> None:
    house = House(pv_w=0.0, soc_pct=45.0)
    house.run(400)
    house.soc_pct = 40.0
    house.run(179)
    assert house.offered_a == 6
    house.soc_pct = 40.1
    house.step()
    house.soc_pct = 40.0
    house.run(180)
    assert house.offered_a == 6
    house.step()
    assert house.offered_a == 0


def test_solar_keeps_below_its_maximum() -> None:
    house = House(pv_w=9000.0)
    house.run(120)
    assert house.offered_a == 20


def test_solar_uses_all_but_the_rounding() -> None:
    house = House(pv_w=3000.0, load_w=0.0)
    for pv_w in (3000.0, 2000.0, 4200.0, 2600.0):
        house.pv_w = pv_w
        house.run(90)
        assert abs(house.drawn_a * 235.0 - pv_w) <= 235.0 * 0.8


def test_a_step_of_the_sun_is_followed_within_30_s() -> None:
    house = House(pv_w=2500.0, load_w=300.0)
    house.run(120)
    before_a = house.offered_a
    house.pv_w += 1000.0
    house.run(30)
    assert house.offered_a - before_a >= 3


def test_a_kettle_costs_little() -> None:
    house = House(pv_w=16 * 235.0 + 300.0, load_w=300.0)
    house.run(120)
    assert house.offered_a == 16
    house.load_w += 2000.0
    lent_wh = 0.0
    for _ in range(180):
        house.step()
        lent_wh += max(0.0, house.drawn_a * 235.0 + house.load_w - house.pv_w) / 3600.0
    house.load_w -= 2000.0
    assert lent_wh <= 15.0
    house.run(60)
    assert house.offered_a >= 15


def test_a_mode_change_is_immediate_and_opens_nothing() -> None:
    house = House(pv_w=2500.0)
    house.run(60)
    for mode, expected_a in ((Mode.FAST, 32), (Mode.MEDIUM, 16), (Mode.FAST, 32)):
        house.mode = mode
        house.step()
        assert house.offered_a == expected_a
    house.mode = Mode.SOLAR
    house.step()
    assert 0 < house.offered_a <= 20
    assert house.closings == 1


def test_every_start_begins_at_six_amps() -> None:
    house = House(mode=Mode.FAST)
    offers = [house.step().offered_current_a for _ in range(6)]
    assert offers[0] == 6
    assert offers[-1] == 32
    assert offers == sorted(offers)
    first = offers.index(32)
    assert first >= 2


def test_off_and_on_again_at_once_obeys_the_person() -> None:
    house = House(mode=Mode.FAST)
    house.run(10)
    house.mode = Mode.OFF
    house.step()
    assert house.offered_a == 0
    house.mode = Mode.FAST
    house.step()
    assert house.offered_a == 6


def test_no_car_no_switching() -> None:
    house = House(vehicle=False, mode=Mode.FAST)
    house.run(3600, dt_s=5)
    assert (house.closings, house.charger.status) == (0, Status.DISCONNECTED)


def test_replugging_starts_at_once() -> None:
    house = House(mode=Mode.SOLAR)
    house.run(30)
    house.vehicle = False
    house.run(5)
    assert house.offered_a == 0
    house.vehicle = True
    house.step()
    assert house.offered_a == 6


def test_a_grid_failure_stops_the_car_and_return_resumes_it() -> None:
    house = House(mode=Mode.FAST)
    house.run(30)
    house.grid_connected = False
    house.run(4)
    assert house.offered_a == 0
    assert house.charger.reason.code is ReasonCode.GRID_LOST
    house.grid_connected = True
    house.run(299)
    assert house.offered_a == 0
    house.run(10)
    assert house.offered_a == 32


def test_islanded_charging_is_possible_on_request() -> None:
    house = House(mode=Mode.FAST, grid_connected=False, site_settings={"allow_islanded": True})
    house.run(30)
    assert house.offered_a == 32


def test_pause_lasts_until_the_arrays_wake() -> None:
    house = House(mode=Mode.SOLAR)
    house.run(400)
    house.settings["pause_until_morning"] = True
    house.step()
    assert (house.offered_a, house.charger.status) == (0, Status.PAUSED)
    house.run(3600, dt_s=5)  # still light: the coming night is meant
    assert house.offered_a == 0
    house.pv_w = 0.0
    house.run(1200, dt_s=5)
    assert not house.step(5).pause_over
    house.pv_w = 120.0
    assert house.run(65, dt_s=5).pause_over
    house.settings["pause_until_morning"] = False
    house.pv_w = 3000.0
    house.run(60)
    assert house.offered_a > 6


def test_a_car_that_takes_less_does_not_wind_up_the_offer() -> None:
    house = House(pv_w=2500.0, car_limit_a=10.0, load_w=0.0)
    house.run(60)
    house.pv_w = 9000.0
    house.run(120)
    assert house.offered_a <= 12
    house.car_limit_a = 32.0
    house.run(60)
    assert house.offered_a == 20


def test_hidden_sun_is_found_step_by_step() -> None:
    """A throttled array gives what is asked of it, up to what the sky has."""
    house = House(load_w=300.0, soc_pct=100.0, pv_limited=True)
    sky_w = 3500.0
    for _ in range(600):
        asked_w = house.load_w + house.drawn_a * 235.0
        house.pv_w = min(sky_w, asked_w)
        house.pv_limited = asked_w < sky_w
        house.step()
    assert house.drawn_a * 235.0 >= sky_w - 300.0 - 2 * 235.0
    assert house.closings == 1


def test_a_probe_into_nothing_gives_back_and_rests() -> None:
    """The flag says limited, but the array has nothing more (clipping at its rating)."""
    house = House(load_w=300.0, soc_pct=100.0, pv_w=2000.0, pv_limited=True)
    rises = []
    for _ in range(1200):
        before_a = house.offered_a
        house.step()
        if house.offered_a > before_a:
            rises.append(house.now_s)
    assert house.offered_a <= 8
    assert len(rises) <= 1 + 1200 / 300 + 3


def test_full_car() -> None:
    house = House(mode=Mode.MEDIUM)
    house.run(60)
    house.wants = False
    assert house.run(59).status is Status.STARTING
    assert house.run(5).status is Status.CAR_FULL
    house.wants = True
    assert house.run(5).status is Status.CHARGING


def test_a_manual_override_is_told_and_not_fought() -> None:
    house = House(override=True)
    house.run(30)
    assert house.charger.status is Status.OVERRIDDEN
    assert house.charger.reason.code is ReasonCode.OVERRIDDEN_AT_CHARGER


def test_an_offline_charger_is_left_alone() -> None:
    house = House()
    house.run(60)
    before_a = house.offered_a
    house.online = False
    house.mode = Mode.OFF
    decision = house.step()
    assert (decision.status, decision.send) == (Status.OFFLINE, False)
    assert decision.offered_current_a == before_a


def test_a_limited_circuit_limits_every_mode() -> None:
    house = House(mode=Mode.FAST, settings={"circuit_current_a": 13})
    house.run(30)
    assert (house.offered_a, house.charger.status) == (13, Status.LIMITED)
    assert house.charger.reason.code is ReasonCode.LIMITED_BY_CIRCUIT
