"""A charger that has lost one of its two controls: it is stopped, or lowered, by the one that is left."""

from collections.abc import Callable

from homeassistant.core import CoreState
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.control.model import Mode, Status

from .conftest import CHARGER_ID, Clock
from .entity_house import SITE_ROLES, Entities, Evse
from .test_entity_loop import Start, entry, evse, gx, start

__all__ = ["entry", "evse", "gx", "start"]

SELECT = "override_state"
NUMBER = "charge_rate"


def shows(evse: Evse, key: str) -> str:
    """Tell what an entity of the charger shows."""
    state = evse.hass.states.get(evse.entities.entity_id(key))
    return "" if state is None else state.state


LEAST = pytest.mark.parametrize(
    ("key", "calls"),
    [
        pytest.param(SELECT, [("current", 6)], id="select"),
        pytest.param(NUMBER, [("override", "disabled")], id="number"),
    ],
)
"""Which control is gone, and the least that the other one can do."""


@pytest.fixture
async def second(
    start: Start, clock: Clock, evse: Evse, gx: Entities, entry: MockConfigEntry
) -> Callable[[], None]:
    """A car that charges with 32 A from the grid, and the next second of its house."""
    await start()
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.FAST)
    charging = True

    def second() -> None:
        nonlocal charging
        charging = {"active": True, "disabled": False}.get(shows(evse, SELECT), charging)
        drawn_w = 230.0 * float(shows(evse, "current_capacity")) if charging else 0.0
        evse.draw(drawn_w)
        gx.say(SITE_ROLES["grid_power"], 500.0 + drawn_w)
        gx.say(SITE_ROLES["battery_power"], 0.0)
        gx.say(SITE_ROLES["pv_power"], 0.0)

    await clock.advance(60, second)
    assert (shows(evse, SELECT), shows(evse, "current_capacity")) == ("active", "32")
    evse.calls.clear()
    return second


async def take_away(evse: Evse, key: str, gone: str) -> None:
    """Let an entity become unavailable, or its owner disable it."""
    if gone == "unavailable":
        evse.entities.say(key, gone)
        return
    entity_id = evse.entities.entity_id(key)
    er.async_get(evse.hass).async_update_entity(
        entity_id, disabled_by=er.RegistryEntryDisabler.USER
    )
    evse.hass.states.async_remove(entity_id)
    await evse.hass.async_block_till_done()


@pytest.mark.parametrize("gone", ["unavailable", "disabled"])
@LEAST
async def test_after_a_while_the_car_gets_the_least(
    second: Callable[[], None],
    clock: Clock,
    evse: Evse,
    entry: MockConfigEntry,
    key: str,
    calls: list[tuple[str, object]],
    gone: str,
) -> None:
    await take_away(evse, key, gone)
    await clock.advance(25, second)
    assert evse.calls == []
    await clock.advance(300, second)
    assert evse.calls == calls
    assert entry.runtime_data.data.charger(CHARGER_ID).decision.status is Status.OFFLINE


@LEAST
async def test_off_is_done_at_once_as_far_as_it_can_be(
    second: Callable[[], None],
    clock: Clock,
    evse: Evse,
    entry: MockConfigEntry,
    key: str,
    calls: list[tuple[str, object]],
) -> None:
    await take_away(evse, key, "unavailable")
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.OFF)
    await clock.advance(3, second)
    assert evse.calls == calls


async def test_a_grid_limit_is_kept_without_the_select(
    second: Callable[[], None], clock: Clock, evse: Evse, entry: MockConfigEntry
) -> None:
    await take_away(evse, SELECT, "unavailable")
    entry.runtime_data.set_site(grid_limit_a=16.0)
    await clock.advance(15, second)
    assert float(shows(evse, "current_capacity")) <= 16.0 - 2.0, "the house draws 2 A"


@pytest.mark.parametrize("key", [SELECT, NUMBER])
async def test_a_short_absence_changes_nothing(
    second: Callable[[], None], clock: Clock, evse: Evse, entry: MockConfigEntry, key: str
) -> None:
    before = shows(evse, key)
    await take_away(evse, key, "unavailable")
    await clock.advance(10, second)
    evse.entities.say(key, before)
    await clock.advance(60, second)
    assert evse.calls == []
    assert entry.runtime_data.data.charger(CHARGER_ID).decision.status is Status.CHARGING


@pytest.mark.parametrize(
    ("key", "after_s"),
    [pytest.param(SELECT, 120, id="select"), pytest.param(NUMBER, 330, id="number, after a rest")],
)
async def test_back_again_it_charges_as_before(
    second: Callable[[], None], clock: Clock, evse: Evse, key: str, after_s: int
) -> None:
    before = shows(evse, key)
    await take_away(evse, key, "unavailable")
    await clock.advance(60, second)
    evse.entities.say(key, before)
    await clock.advance(after_s, second)
    assert (shows(evse, SELECT), shows(evse, "current_capacity")) == ("active", "32")


async def test_a_number_that_comes_and_goes_does_not_wear_the_contactor(
    second: Callable[[], None], clock: Clock, evse: Evse
) -> None:
    """Each stop lasts at least as long as the law's minimum off time."""
    rests_s: list[float] = []
    since_s, before = clock.now_s, "active"

    def watched() -> None:
        nonlocal since_s, before
        second()
        if (now := shows(evse, SELECT)) != before:
            rests_s.extend([clock.now_s - since_s] if now == "active" else [])
            before, since_s = now, clock.now_s

    for _ in range(12):
        evse.entities.say(NUMBER, "unavailable")
        await clock.advance(40, watched)
        evse.entities.say(NUMBER, "32")
        await clock.advance(60, watched)
    assert len(rests_s) > 1
    assert min(rests_s) >= 300.0


async def stopped(second: Callable[[], None], clock: Clock, evse: Evse) -> None:
    """Let the number be gone for so long that the car is stopped, and come back."""
    await take_away(evse, NUMBER, "unavailable")
    await clock.advance(40, second)
    evse.entities.say(NUMBER, "32")
    await clock.advance(5, second)
    assert evse.calls == [("override", "disabled")]
    evse.calls.clear()


async def test_while_it_rests_nobody_says_that_it_charges(
    second: Callable[[], None], clock: Clock, evse: Evse, entry: MockConfigEntry
) -> None:
    await stopped(second, clock, evse)
    await clock.advance(240, second)
    assert evse.calls == []
    assert entry.runtime_data.data.charger(CHARGER_ID).decision.status is Status.OFFLINE


async def test_a_choice_here_ends_the_rest(
    second: Callable[[], None], clock: Clock, evse: Evse, entry: MockConfigEntry
) -> None:
    await stopped(second, clock, evse)
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.MEDIUM)
    await clock.advance(20, second)
    assert shows(evse, SELECT) == "active"
    assert entry.runtime_data.data.charger(CHARGER_ID).decision.status is Status.CHARGING


async def test_who_switches_it_on_while_the_number_is_gone_is_stopped_again(
    second: Callable[[], None], clock: Clock, evse: Evse
) -> None:
    await take_away(evse, NUMBER, "unavailable")
    await clock.advance(60, second)
    evse.calls.clear()
    evse.person_sets("active")
    await clock.advance(15, second)
    assert evse.calls == [("override", "disabled")]


@LEAST
async def test_what_loads_later_than_we_do_stops_no_car(
    second: Callable[[], None],
    clock: Clock,
    evse: Evse,
    entry: MockConfigEntry,
    key: str,
    calls: list[tuple[str, object]],
) -> None:
    """Home Assistant is restarted; once it runs, what is not there is missing."""
    before = shows(evse, key)
    await evse.hass.config_entries.async_unload(entry.entry_id)
    await take_away(evse, key, "unavailable")
    evse.hass.set_state(CoreState.starting)
    evse.calls.clear()
    await evse.hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(120, second)
    assert evse.calls == []
    evse.hass.set_state(CoreState.running)
    await clock.advance(25, second)
    assert evse.calls == []
    evse.entities.say(key, before)
    await clock.advance(60, second)
    assert (shows(evse, SELECT), shows(evse, "current_capacity")) == ("active", "32")
    await take_away(evse, key, "unavailable")
    await clock.advance(40, second)
    assert evse.calls == calls


async def test_a_stopped_car_is_not_woken_by_a_current(
    second: Callable[[], None], clock: Clock, evse: Evse, entry: MockConfigEntry
) -> None:
    """To some chargers a current alone is leave to charge."""
    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.OFF)
    await clock.advance(10, second)
    evse.calls.clear()
    await take_away(evse, SELECT, "unavailable")
    await clock.advance(120, second)
    assert evse.calls == []
