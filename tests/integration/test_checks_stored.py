"""What is kept of commissioning checks: read again, damaged, too late for a calendar, or of other meters."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse import checks
from custom_components.victron_openevse.checks import CheckResult, Checks, wirings
from custom_components.victron_openevse.const import CHARGER, CONF_ENTITIES, CONF_URL, DOMAIN
from custom_components.victron_openevse.control.commissioning_record import (
    CheckEnd,
    Finding,
    FindingCode,
    Judgement,
    Outcome,
    Verdict,
)
from custom_components.victron_openevse.entity_roles import CONF_GRID_SIGN, GridSign

from .conftest import CHARGER_ID, ENTRY_ID, SERIAL, Clock
from .entity_house import Entities, Evse, charger_data, live, site_data, victron_gx
from .test_issues import issues
from .test_loop import state

RESULT: Final = "sensor.garage_commissioning"

FOUND: Final = Outcome(
    verdict=Verdict.FINDINGS,
    findings=(
        Finding(code=FindingCode.PHASES, numbers={"seen": 3.0}, setting="phases", value=3),
        Finding(code=FindingCode.GRID_SIGN, numbers={"step_w": 1380.0}),
    ),
    figures={"step_w": 1380.0},
    unjudged=(Judgement.BATTERY_SIGN,),
)


def test_what_is_stored_is_read_again() -> None:
    results = {"a": CheckResult(at=7.0, outcome=FOUND), "b": CheckResult(at=8.0)}
    assert checks.load(checks.dump(results), ["a", "b", "c"]) == results
    restored = Checks()
    restored.restore(results)
    assert restored.findings("a") == FOUND.findings
    assert restored.state("b") == Verdict.INTERRUPTED
    again = restored.results["b"].outcome
    assert again is not None
    assert again.ended_by is CheckEnd.GAP


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({"a": 5}, id="a number"),
        pytest.param({"a": {"at": "now"}}, id="no time"),
        pytest.param({"a": {"at": True}}, id="a flag as time"),
        pytest.param({"a": {"at": 1e300, "outcome": None}}, id="no year has that many digits"),
        pytest.param({"a": {"at": 10**400, "outcome": None}}, id="more than a float holds"),
        pytest.param({"a": {"at": float("nan"), "outcome": None}}, id="not a number"),
        pytest.param({"a": {"at": -1.0, "outcome": None}}, id="before 1970"),
        pytest.param({"a": {"at": 1.0, "outcome": "passed"}}, id="a word as outcome"),
        pytest.param({"a": {"at": 1.0, "outcome": {"verdict": "lost"}}}, id="unknown verdict"),
        pytest.param({"b": {"at": 1.0}}, id="another charger"),
    ],
)
def test_a_damaged_result_is_left_out(data: object) -> None:
    assert checks.load(data, ["a"]) == {}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        pytest.param("phases", 2, id="two phases"),
        pytest.param("grid_phase", 7, id="seventh phase"),
        pytest.param("mode", 1, id="no proposal"),
        pytest.param("phases", "3", id="text"),
        pytest.param([], 3, id="a list as setting"),
        pytest.param({}, 3, id="an object as setting"),
    ],
)
def test_a_damaged_proposal_is_never_applied(setting: object, value: object) -> None:
    finding = {"code": "phases", "numbers": {"seen": 3}, "setting": setting, "value": value}
    outcome = {"verdict": "findings", "findings": [finding, 5, {"code": "unheard of"}]}
    loaded = checks.load({"a": {"at": 1.0, "outcome": outcome}}, ["a"])["a"].outcome
    assert loaded is not None
    assert [(one.code, one.setting, one.value) for one in loaded.findings] == [
        (FindingCode.PHASES, None, None)
    ]


def test_the_latest_time_can_be_shown() -> None:
    data = {"a": {"at": checks.LATEST, "outcome": {"verdict": "passed"}}}
    shown = checks.attributes(checks.load(data, ["a"])["a"])
    assert shown["at"] == "9999-12-31T23:59:59+00:00"


def test_numbers_that_no_float_holds_are_left_out() -> None:
    figures = {"step_w": 1380, "noise_w": 10**400, "seen_w": float("inf")}
    data = {"a": {"at": 1.0, "outcome": {"verdict": "passed", "figures": figures}}}
    outcome = checks.load(data, ["a"])["a"].outcome
    assert outcome is not None
    assert outcome.figures == {"step_w": 1380.0}


def test_only_what_was_read_the_same_way_is_taken_over() -> None:
    results = {key: CheckResult(at=7.0, outcome=FOUND, wiring=key) for key in ("a", "b", "c")}
    again = Checks({"a": "a", "b": "another"})
    again.restore(checks.load(checks.dump(results), results))
    assert again.results == {"a": results["a"]}
    assert again.state("b") == checks.NOT_RUN


@pytest.fixture
async def evse(hass: HomeAssistant) -> Evse:
    """Give a charger with a car plugged in."""
    return await Evse.prepare(hass)


@pytest.fixture
def gx(hass: HomeAssistant) -> Entities:
    """Give the entities of a GX."""
    return victron_gx(hass)


@pytest.fixture
def entry(hass: HomeAssistant, evse: Evse, gx: Entities) -> MockConfigEntry:
    """Give a site and a charger, both from entities."""
    charger = ConfigSubentryDataWithId(
        data=charger_data(evse),
        subentry_id=CHARGER_ID,
        subentry_type=CHARGER,
        title="Garage",
        unique_id=SERIAL,
    )
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id=ENTRY_ID,
        title="Cerbo GX",
        data=site_data(gx),
        subentries_data=[charger],
    )
    entry.add_to_hass(hass)
    return entry


type Reload = Callable[[], Awaitable[None]]


@pytest.fixture
async def checked(
    hass: HomeAssistant, clock: Clock, entry: MockConfigEntry, evse: Evse, gx: Entities
) -> AsyncGenerator[Reload]:
    """Give a site whose check found a wrong sign, and a function that reloads it."""

    async def reload() -> None:
        await hass.config_entries.async_reload(ENTRY_ID)
        await clock.advance(30, live(evse, gx))

    assert await hass.config_entries.async_setup(ENTRY_ID)
    result = CheckResult(at=1.0, outcome=FOUND, wiring=wirings(entry)[CHARGER_ID])
    entry.runtime_data.checks.restore({CHARGER_ID: result})
    await clock.advance(30, live(evse, gx))
    assert issues(hass) == {"wrong_sign_grid", "phases_differ"}
    yield reload
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(ENTRY_ID)


def turn_sign(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Choose the other sign of the grid, as the dialogue of the site stores it."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_GRID_SIGN: GridSign.EXPORT}
    )


def change_entity(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Choose another entity for the charger."""
    (own,) = entry.subentries.values()
    ids = {**own.data[CONF_ENTITIES], "charging_power": ["sensor.meter"]}
    hass.config_entries.async_update_subentry(entry, own, data={**own.data, CONF_ENTITIES: ids})


def change_address(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Find the charger at another address."""
    (own,) = entry.subentries.values()
    address = {CONF_URL: "http://192.0.2.8/"}
    hass.config_entries.async_update_subentry(entry, own, data={**own.data, **address})


@pytest.mark.parametrize("change", [turn_sign, change_entity])
async def test_what_other_meters_showed_is_forgotten(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    checked: Reload,
    change: Callable[[HomeAssistant, MockConfigEntry], None],
) -> None:
    change(hass, entry)
    await checked()
    assert state(hass, RESULT) == checks.NOT_RUN
    assert not issues(hass) & {"wrong_sign_grid", "phases_differ"}


async def test_another_address_changes_no_meter(
    hass: HomeAssistant, entry: MockConfigEntry, checked: Reload
) -> None:
    change_address(hass, entry)
    await checked()
    assert state(hass, RESULT) == Verdict.FINDINGS
    assert issues(hass) == {"wrong_sign_grid", "phases_differ"}
