"""A charger of entities that was removed is owed nothing once it took its release, whatever it lacks."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.control.model import Mode

from .conftest import CHARGER_ID, Clock
from .entity_house import Evse
from .test_entity_loop import Start, entry, evse, gx, start

__all__ = ["entry", "evse", "gx", "start"]


async def test_a_release_that_works_late_counts_though_the_number_is_gone(
    hass: HomeAssistant,
    evse: Evse,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await start()
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.OFF)
    await clock.advance(20)
    assert evse.calls[-1] == ("override", "disabled")
    evse.entities.say("charge_rate", "unavailable")
    evse.broken = True
    clock.release()
    with patch("custom_components.victron_openevse.hand_back.WAIT_S", 0.3):
        hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
        await hass.async_block_till_done()
    clock._real = False
    await clock.advance(40)
    assert len(entry.runtime_data.leftovers.debts) == 1
    evse.broken = False
    await clock.advance(600, step_s=5)
    assert evse.calls[-1] == ("override", "auto")
    assert entry.runtime_data.leftovers.debts == ()
    assert "Garage was given back" in caplog.text
