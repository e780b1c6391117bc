"""When the law itself fails: the offer stands for a minute, then nothing is offered and it is told."""

from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.control.controller import decide
from custom_components.victron_openevse.coordinator import SiteCoordinator

from .conftest import Broker, Charger, Clock, Gx, Start
from .test_init import charge
from .test_issues import issue, issues
from .test_loop import select, state
from .test_shadow import commands, switch

DECIDE = "custom_components.victron_openevse.coordinator.decide"
FAULT = "no decision, the last offers stand"
AGAIN = "decisions are made again"

type Live = Callable[[int], Awaitable[None]]


@pytest.fixture(name="charging")
async def fixture_charging(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    """A car that charges as fast as it can."""
    await start()
    await select(hass, "fast")
    await charge(charger, gx, clock)


@pytest.fixture
def live(gx: Gx, charger: Charger, clock: Clock) -> Live:
    """Give a function that lives through seconds in which GX and charger go on speaking."""

    async def live(seconds: int) -> None:
        for _ in range(seconds // 5):
            charger.dump()
            await clock.advance(5, gx.say_all)

    return live


def said(caplog: pytest.LogCaptureFixture, words: str) -> int:
    return sum(words in record.getMessage() for record in caplog.records)


@pytest.mark.usefixtures("charging")
async def test_a_law_that_fails_for_a_minute_stops_the_car_and_is_told(
    hass: HomeAssistant,
    broker: Broker,
    charger: Charger,
    live: Live,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with patch(DECIDE, side_effect=ZeroDivisionError):
        await live(50)
        assert charger.values["status"] == "active"
        assert issues(hass) == set()
        assert state(hass, "binary_sensor.cerbo_gx_data_problem") == "off"
        await live(20)
        assert charger.values["status"] == "disabled"
        assert state(hass, "sensor.garage_offered_current") == "0"
        assert state(hass, "sensor.garage_status") == "no_data"
        assert state(hass, "binary_sensor.cerbo_gx_data_problem") == "on"
        found = issue(hass, "law_failed")
        assert found is not None
        assert found.translation_placeholders == {"name": "Cerbo GX"}
        await live(600)
        assert said(caplog, FAULT) == 1
    await live(5)
    assert issues(hass) == set()
    assert state(hass, "binary_sensor.cerbo_gx_data_problem") == "off"
    await live(90)
    assert charger.values["status"] == "active"
    assert said(caplog, AGAIN) == 1


@pytest.mark.usefixtures("charging")
async def test_in_shadow_mode_nothing_is_sent_then_either(
    hass: HomeAssistant, broker: Broker, clock: Clock, gx: Gx, live: Live
) -> None:
    await switch(hass, "on")
    await clock.advance(15, gx.say_all)
    sent = len(broker.sent)
    with patch(DECIDE, side_effect=ZeroDivisionError):
        await live(120)
    assert commands(broker, sent) == []
    assert issue(hass, "law_failed") is not None


@pytest.mark.usefixtures("charging")
async def test_a_law_that_fails_now_and_then_is_told_once_an_hour(
    hass: HomeAssistant, charger: Charger, live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    fails = cycle((True, False))

    def flaky(*args: Any) -> Any:
        if next(fails):
            raise ZeroDivisionError
        return decide(*args)

    with patch(DECIDE, side_effect=flaky):
        await live(1800)
        assert (said(caplog, FAULT), said(caplog, AGAIN)) == (1, 0)
        await live(1900)
    assert (said(caplog, FAULT), said(caplog, AGAIN)) == (2, 0)
    assert charger.values["status"] == "active"
    assert issues(hass) == set()


@pytest.mark.usefixtures("charging")
async def test_an_adapter_that_fails_keeps_no_other_charging(
    hass: HomeAssistant, charger: Charger, live: Live, entry: MockConfigEntry
) -> None:
    coordinator: SiteCoordinator = entry.runtime_data
    with (
        patch(DECIDE, side_effect=ZeroDivisionError),
        patch.object(coordinator.site, "hold_discharge_limit", side_effect=TypeError),
    ):
        await live(80)
    assert charger.values["status"] == "disabled"
