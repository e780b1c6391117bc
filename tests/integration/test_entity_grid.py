"""Whether the grid is there, told by an entity: its words, its age, its field, and what a loss does."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant, State
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import CHARGER, DOMAIN
from custom_components.victron_openevse.control.model import ChargerDecision, Mode, Status
from custom_components.victron_openevse.control.reasons import ReasonCode
from custom_components.victron_openevse.entity_roles import GRID_CONNECTED
from custom_components.victron_openevse.entity_values import grid_connected_of
from custom_components.victron_openevse.victron.entities import EntitySite

from .conftest import CHARGER_ID, ENTRY_ID, Clock
from .entity_house import SITE_ROLES, Entities, Evse, charger_data, live, site_data, victron_gx

SOURCE = SITE_ROLES["grid_connected"]
HOUSE_W = 500.0
VOLTS = 230.0
INVERTER_LIMIT_W = 3500.0
MIN_OFF_S = 300
CONFIRM_S = 10
"""A told loss or return counts after three seconds; the site is looked at each second or two."""
LATE_S = 60
"""Room for a charge to begin: the sun has to carry it for a while, and writing is held back."""


def flag(state: str, device_class: object) -> State:
    """Give a binary sensor."""
    return State("binary_sensor.grid", state, {"device_class": device_class})


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(State("sensor.source", "grid"), True, id="grid"),
        pytest.param(State("sensor.source", "GRID"), True, id="grid as over Modbus"),
        pytest.param(State("sensor.source", "shore_power"), True, id="shore power"),
        pytest.param(State("sensor.source", "SHORE"), True, id="shore as over Modbus"),
        pytest.param(State("sensor.source", "On-grid"), True, id="spelt with a hyphen"),
        pytest.param(State("sensor.source", "not_connected"), False, id="not connected"),
        pytest.param(State("sensor.source", "Not connected"), False, id="spelt with a space"),
        pytest.param(State("sensor.source", "generator"), False, id="a generator is no grid"),
        pytest.param(State("sensor.source", "UNKNOWN"), None, id="not known over Modbus"),
        pytest.param(State("sensor.source", "unknown"), None, id="unknown"),
        pytest.param(State("sensor.source", "unavailable"), None, id="unavailable"),
        pytest.param(State("sensor.source", "ac_input_1"), None, id="a numbered input"),
        pytest.param(State("sensor.source", "230"), None, id="a number"),
        pytest.param(None, None, id="no entity"),
        pytest.param(flag("on", "connectivity"), True, id="connected"),
        pytest.param(flag("off", "connectivity"), False, id="disconnected"),
        pytest.param(flag("on", "power"), True, id="power"),
        pytest.param(flag("off", "power"), False, id="no power"),
        pytest.param(flag("off", "problem"), True, id="no problem"),
        pytest.param(flag("on", "problem"), False, id="problem"),
        pytest.param(flag("on", None), None, id="a flag that may mean either"),
        pytest.param(flag("on", ["power"]), None, id="a class that is a list"),
        pytest.param(flag("unavailable", "power"), None, id="silent flag"),
    ],
)
def test_what_an_entity_says_of_the_grid(state: State | None, expected: bool | None) -> None:
    assert grid_connected_of(state) is expected


# Reading


@pytest.fixture
def gx(hass: HomeAssistant) -> Entities:
    """Give the entities of a GX."""
    return victron_gx(hass)


async def test_it_is_as_young_as_its_integration(
    hass: HomeAssistant, gx: Entities, clock: Clock
) -> None:
    """It speaks only at a change, and one that says nothing any more says neither."""
    site = EntitySite(hass, site_data(gx), lambda: None)
    site.start(clock.now_s)
    await hass.async_block_till_done()
    clock.now_s += 3000.0
    gx.say(SITE_ROLES["grid_power"], "400")
    await hass.async_block_till_done()
    grid = site.reading(clock.now_s).grid_connected
    assert grid is not None
    assert (grid.value, grid.at_s) == (True, clock.now_s)
    gx.say(SOURCE, "unavailable")
    assert site.reading(clock.now_s).grid_connected is None
    site.stop()


async def test_without_such_an_entity_nothing_is_known(
    hass: HomeAssistant, gx: Entities, clock: Clock
) -> None:
    data = site_data(gx)
    del data["entities"][GRID_CONNECTED.key]
    site = EntitySite(hass, data, lambda: None)
    site.start(clock.now_s)
    assert site.reading(clock.now_s).grid_connected is None
    site.stop()


# Setting up


async def begin(hass: HomeAssistant) -> Any:
    """Choose the way of entities."""
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await flow.async_configure(result["flow_id"], {"next_step_id": "entities"})


@pytest.mark.parametrize(
    ("state", "taken"),
    [
        pytest.param("grid", True, id="on the grid"),
        pytest.param("not_connected", True, id="set up while the grid is lost"),
        pytest.param("unknown", False, id="a GX whose inputs are not named"),
    ],
)
async def test_it_is_taken_by_itself_when_it_says_something(
    hass: HomeAssistant, gx: Entities, state: str, *, taken: bool
) -> None:
    """One that says nothing is left out, and costs nobody a form."""
    gx.say(SOURCE, state)
    result = await begin(hass)
    assert result["step_id"] == "entity_confirm"
    shown = result["description_placeholders"]["entities"].splitlines()
    assert any(line.endswith(f": {state}") for line in shown) is taken
    assert len(shown) == len(SITE_ROLES) - (not taken)


async def test_the_field_refuses_what_does_not_tell_of_the_grid(
    hass: HomeAssistant, gx: Entities
) -> None:
    """Such as the input by its number, which may be the generator's."""
    result = await begin(hass)
    flow = hass.config_entries.flow
    result = await flow.async_configure(result["flow_id"], {"next_step_id": "entity_form"})
    hass.states.async_set("sensor.input", "ac_input_1")
    answer: dict[str, Any] = {
        "grid_power": [gx.entity_id(SITE_ROLES["grid_power"])],
        "battery_power": [gx.entity_id(SITE_ROLES["battery_power"])],
        "battery_soc": gx.entity_id(SITE_ROLES["battery_soc"]),
        "pv_power": [gx.entity_id(SITE_ROLES["pv_power"])],
    }
    result = await flow.async_configure(
        result["flow_id"], {**answer, "grid_connected": "sensor.input"}
    )
    assert result["errors"] == {"grid_connected": "grid_unclear"}
    result = await flow.async_configure(
        result["flow_id"], {**answer, "grid_connected": gx.entity_id(SOURCE)}
    )
    assert result["step_id"] == "entity_confirm"


# At work


@pytest.fixture
async def evse(hass: HomeAssistant) -> Evse:
    """Give a charger with a car plugged in."""
    return await Evse.prepare(hass)


@pytest.fixture
async def entry(
    hass: HomeAssistant, clock: Clock, evse: Evse, gx: Entities
) -> AsyncGenerator[MockConfigEntry]:
    """Give a site at work with a charger, both from entities."""
    charger = ConfigSubentryDataWithId(
        data=charger_data(evse),
        subentry_id=CHARGER_ID,
        subentry_type=CHARGER,
        title="Garage",
        unique_id=None,
    )
    entry = MockConfigEntry(
        domain=DOMAIN, entry_id=ENTRY_ID, data=site_data(gx), subentries_data=[charger]
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(ENTRY_ID)
    await hass.async_block_till_done()
    yield entry
    assert await hass.config_entries.async_unload(ENTRY_ID)


def decision(entry: MockConfigEntry) -> ChargerDecision:
    """Give what was decided last for the car."""
    found: ChargerDecision = entry.runtime_data.data.charger(CHARGER_ID).decision
    return found


def offered_a(evse: Evse) -> float:
    """Give what the charger was last told; 0 when it was told to stop."""
    on = evse.entities.hass.states.is_state(evse.entities.entity_id("override_state"), "active")
    pilot = evse.entities.hass.states.get(evse.entities.entity_id("current_capacity"))
    return float(pilot.state) if on and pilot is not None else 0.0


@pytest.mark.parametrize("mode", [Mode.SOLAR, Mode.FAST])
@pytest.mark.parametrize("lost", ["not_connected", "generator"])
async def test_a_lost_grid_stops_the_car_until_it_is_back(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    clock: Clock,
    evse: Evse,
    gx: Entities,
    mode: Mode,
    lost: str,
) -> None:
    second: Callable[[], None] = live(evse, gx)
    entry.runtime_data.set_charger(CHARGER_ID, mode=mode)
    await clock.advance(90, second)
    before_a = offered_a(evse)
    assert before_a >= 6

    gx.say(SOURCE, lost)
    await clock.advance(CONFIRM_S, second)
    assert offered_a(evse) == 0
    assert decision(entry).reason.code is ReasonCode.GRID_LOST
    gx.say(SOURCE, "unavailable")
    await clock.advance(MIN_OFF_S + LATE_S, second)
    assert (offered_a(evse), decision(entry).status) == (0, Status.LIMITED)

    gx.say(SOURCE, "grid")
    await clock.advance(LATE_S, second)
    assert offered_a(evse) == before_a


async def test_a_grid_that_is_soon_back_waits_for_the_contactor(
    hass: HomeAssistant, entry: MockConfigEntry, clock: Clock, evse: Evse, gx: Entities
) -> None:
    second = live(evse, gx)
    await clock.advance(90, second)
    gx.say(SOURCE, "not_connected")
    await clock.advance(30, second)
    gx.say(SOURCE, "grid")
    await clock.advance(MIN_OFF_S - 60, second)
    assert offered_a(evse) == 0
    await clock.advance(LATE_S + LATE_S, second)
    assert offered_a(evse) >= 6


async def test_without_grid_the_inverters_limit_holds_where_charging_is_allowed(
    hass: HomeAssistant, entry: MockConfigEntry, clock: Clock, evse: Evse, gx: Entities
) -> None:
    meters = live(evse, gx)

    def second() -> None:
        meters()
        gx.say(SITE_ROLES["consumption_power"], HOUSE_W + VOLTS * offered_a(evse))

    entry.runtime_data.set_charger(CHARGER_ID, mode=Mode.FAST)
    entry.runtime_data.set_site(allow_islanded=True, inverter_limit_w=INVERTER_LIMIT_W)
    await clock.advance(90, second)
    assert offered_a(evse) == 32
    gx.say(SOURCE, "not_connected")
    await clock.advance(120, second)
    assert decision(entry).reason.code is ReasonCode.LIMITED_BY_INVERTER
    assert 6 <= offered_a(evse) <= (INVERTER_LIMIT_W - HOUSE_W) / VOLTS
