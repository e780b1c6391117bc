"""Mode, pause, plug and a car that was swapped out of sight."""

import pytest

from custom_components.victron_openevse.control.model import ChargerState, Mode, Status
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import House


@pytest.mark.parametrize(
    ("before", "after", "opens"),
    [
        pytest.param(Mode.SOLAR, Mode.SOLAR_ONLY, False, id="solar to solar only waits"),
        pytest.param(Mode.MINIMUM_SOLAR, Mode.SOLAR_ONLY, False, id="minimum to solar only waits"),
        pytest.param(Mode.SOLAR, Mode.OFF, True, id="off is at once"),
        pytest.param(Mode.MEDIUM, Mode.SOLAR_ONLY, True, id="leaving medium is at once"),
        pytest.param(Mode.FAST, Mode.SOLAR_ONLY, True, id="leaving fast is at once"),
    ],
)
def test_only_solar_modes_keep_the_minimum_on_time(before: Mode, after: Mode, opens: bool) -> None:
    house = House(mode=before, pv_w=0.0, soc_pct=60.0)
    house.run(60)
    house.mode = after
    house.step()
    assert (house.offered_a == 0) is opens
    house.run(300)
    assert house.offered_a == 0


def test_flipping_solar_modes_does_not_wear_the_contactor() -> None:
    house = House(mode=Mode.SOLAR, pv_w=0.0, soc_pct=60.0)
    for _ in range(60):
        house.run(30)
        house.mode = Mode.SOLAR_ONLY
        house.run(30)
        house.mode = Mode.SOLAR
    assert house.closings <= 1 + 3600 / 300


def test_pause_among_solar_modes_is_at_once() -> None:
    house = House(mode=Mode.SOLAR)
    house.run(30)
    house.mode, house.settings["pause_until_morning"] = Mode.SOLAR_ONLY, True
    assert (house.step().status, house.offered_a) == (Status.PAUSED, 0)


@pytest.mark.parametrize(
    ("session_kwh", "seconds", "swapped"),
    [
        pytest.param(4.2, 30, False, id="it goes on"),
        pytest.param(3.97, 30, False, id="a rounding"),
        pytest.param(0.0, 9, False, id="one wrong sample"),
        pytest.param(0.0, 12, True, id="another car"),
        pytest.param(0.6, 12, True, id="another car that has charged already"),
    ],
)
def test_a_fallen_session_counter_is_another_car(
    session_kwh: float, seconds: int, swapped: bool
) -> None:
    house = House(mode=Mode.MEDIUM, session_kwh=4.0)
    house.run(60)
    before = house.own.meter
    house.session_kwh = session_kwh
    house.run(seconds)
    house.session_kwh = max(session_kwh, 4.0 if not swapped else 0.0)
    house.run(5)
    meter = house.own.meter
    assert (meter.session.total_kwh < before.session.total_kwh) is swapped
    assert meter.lifetime.total_kwh > before.lifetime.total_kwh


@pytest.mark.parametrize(
    ("restarted_s_ago", "swapped"),
    [
        pytest.param(5.0, False, id="the charger has just restarted"),
        pytest.param(4000.0, True, id="it restarted before the counter last moved"),
        pytest.param(None, True, id="it does not tell"),
    ],
)
def test_a_charger_that_restarted_still_has_the_same_car(
    restarted_s_ago: float | None, swapped: bool
) -> None:
    house = House(mode=Mode.MEDIUM, session_kwh=4.0)
    house.run(60)
    before = house.own.meter.session.total_kwh
    house.session_kwh = 4.1
    house.run(60)
    house.session_kwh = 0.0
    house.run(3)  # the counter is told before the uptime
    if restarted_s_ago is not None:
        house.restarted_at_s = house.now_s - restarted_s_ago
    house.run(30)
    assert (house.own.meter.session.total_kwh < before) is swapped
    house.session_kwh = 0.2
    house.run(30)
    before = house.own.meter.session.total_kwh
    house.session_kwh = 0.0
    house.run(12)
    assert house.own.meter.session.total_kwh < before, "a swap is still found afterwards"


def test_unplugging_keeps_the_last_session_on_show() -> None:
    house = House(mode=Mode.MEDIUM, session_kwh=4.0)
    house.run(60)
    energy = house.own.meter.session.total_kwh
    house.session_kwh = 0.0  # the zero comes before the plug
    house.run(3)
    house.vehicle = False
    house.run(60)
    assert house.own.meter.session.total_kwh >= energy > 0.0
    house.vehicle = True
    house.step()
    assert house.own.meter.session.total_kwh == 0.0


@pytest.mark.parametrize("what", ["off", "pause", "grid"])
def test_a_stop_reaches_a_charger_with_a_fault(what: str) -> None:
    house = House(mode=Mode.FAST)
    house.run(30)
    house.state = ChargerState.FAULT
    decision = house.step()
    assert (decision.status, decision.send) == (Status.FAULT, False)
    if what == "off":
        house.mode = Mode.OFF
    elif what == "pause":
        house.settings["pause_until_morning"] = True
    else:
        house.grid_connected = False
    decision = house.run(10)
    assert (decision.status, decision.send, house.offered_a) == (Status.FAULT, True, 0)
    assert decision.reason.code is ReasonCode.CHARGER_FAULT
    house.state = None
    house.run(60)
    assert house.offered_a == 0
