"""How old entities are: who vouches for whom, what may rest, and what is lost without a word."""

from collections.abc import AsyncGenerator

from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import CHARGER, DOMAIN
from custom_components.victron_openevse.control.model import ChargerDecision
from custom_components.victron_openevse.control.reasons import ReasonCode
from custom_components.victron_openevse.coordinator import SiteData
from custom_components.victron_openevse.entity_refs import remember
from custom_components.victron_openevse.openevse.entities import EntityCharger
from custom_components.victron_openevse.victron.entities import EntitySite

from .conftest import CHARGER_ID, ENTRY_ID, Clock
from .entity_house import SITE_ROLES, Entities, Evse, charger_data, live, site_data, victron_gx

POWER = {"power": ("sensor", "W", "0")}


def meter(hass: HomeAssistant, platform: str, power_w: float, number: int = 1) -> Entities:
    """Give a config entry of an integration that tells one power."""
    made = Entities(hass, platform, f"{platform}_{number}_", dict(POWER))
    made.say("power", power_w)
    return made


def calculate(hass: HomeAssistant, name: str, power_w: float, *, unit: str = "W") -> str:
    """Let a template of YAML say something; gives its reference."""
    entity_id = f"sensor.{name}"
    hass.states.async_set(entity_id, str(power_w), {"unit_of_measurement": unit})
    return remember(hass, entity_id)


class Site:
    """A site over some entities."""

    def __init__(self, hass: HomeAssistant, clock: Clock, roles: dict[str, list[str]]) -> None:
        empty: dict[str, list[str]] = {role: [] for role in SITE_ROLES}
        data = {"entities": empty | roles}
        self.clock, self.hass = clock, hass
        self.adapter = EntitySite(hass, data, lambda: None)
        self.adapter.start(clock.now_s)

    async def live(self, seconds: float) -> None:
        """Let time pass without a word."""
        await self.hass.async_block_till_done()
        self.clock.now_s += seconds

    async def ages_s(self) -> tuple[float | None, float | None]:
        """Give the ages of grid and battery power."""
        await self.hass.async_block_till_done()
        reading = self.adapter.reading(self.clock.now_s)
        powers = (reading.grid_power_w, reading.battery_power_w)
        grid_s, battery_s = (
            None if power is None else round(self.clock.now_s - power.at_s) for power in powers
        )
        return grid_s, battery_s


# Parts of one sum


async def test_a_phase_that_dies_without_a_word_ages_the_sum(
    hass: HomeAssistant, clock: Clock
) -> None:
    """Three meters of three integrations: the others say nothing about the dead one."""
    phases = [meter(hass, f"phase_{number}", 1000.0) for number in (1, 2, 3)]
    site = Site(hass, clock, {"grid_power": [phase.ids["power"] for phase in phases]})
    for _ in range(20):
        await site.live(30.0)
        for phase in phases[1:]:
            phase.say_again()
    assert (await site.ages_s())[0] == 600
    told = site.adapter.reading(clock.now_s).grid_phase_powers_w
    assert [round(clock.now_s - phase.at_s) for phase in told] == [600, 600, 600]
    phases[0].say_again()
    assert (await site.ages_s())[0] == 0
    site.adapter.stop()


async def test_phases_of_one_integration_vouch_for_each_other(
    hass: HomeAssistant, clock: Clock
) -> None:
    table = {f"power_l{number}": ("sensor", "W", "1000") for number in (1, 2, 3)}
    phases = Entities(hass, "meter", "meter_", dict(table))
    site = Site(hass, clock, {"grid_power": list(phases.ids.values())})
    await site.live(600.0)
    phases.say("power_l2", 700)
    assert (await site.ages_s())[0] == 0
    site.adapter.stop()


@pytest.mark.parametrize("made", ["in YAML", "in YAML with a unique id", "as a helper"])
async def test_a_calculated_part_that_rests_does_not_age_the_sum(
    hass: HomeAssistant, clock: Clock, made: str
) -> None:
    """Helpers made in the user interface have a config entry each, and no device either."""
    registry = er.async_get(hass)
    if made == "as a helper":
        assert await async_setup_component(hass, "template", {})
        for number in (1, 2):
            meter(hass, "template", 500.0, number)
    elif made == "in YAML with a unique id":
        for number in (1, 2):
            registry.async_get_or_create(
                "sensor", "template", f"{number}", suggested_object_id=f"template_{number}"
            )
    ids = [item.entity_id for item in registry.entities.values()] or ["sensor.a", "sensor.b"]
    names = [entity_id.removeprefix("sensor.") for entity_id in ids]
    references = [calculate(hass, name, 500.0) for name in names]
    assert len(references) == 2
    site = Site(hass, clock, {"grid_power": references})
    await site.live(600.0)
    calculate(hass, names[1], 510.0)
    assert (await site.ages_s())[0] == 0
    site.adapter.stop()


# Separate directions


@pytest.mark.parametrize(
    ("role", "other", "index"),
    [
        pytest.param("grid_power", "grid_export_power", 0, id="grid"),
        pytest.param("battery_power", "battery_discharge_power", 1, id="battery"),
    ],
)
async def test_a_direction_at_zero_rests_while_the_other_is_told(
    hass: HomeAssistant, clock: Clock, role: str, other: str, index: int
) -> None:
    first, second = meter(hass, "first", 0.0), meter(hass, "second", 800.0)
    site = Site(hass, clock, {role: [first.ids["power"]], other: [second.ids["power"]]})
    await site.live(600.0)
    second.say("power", 810.0)
    assert (await site.ages_s())[index] == 0
    await site.live(300.0)
    second.say("power", 0.0)  # the turn: both are at zero for a moment
    assert (await site.ages_s())[index] == 0
    first.say("power", 200.0)
    assert (await site.ages_s())[index] == 0
    await site.live(300.0)
    second.say_again()
    assert (await site.ages_s())[index] == 300
    site.adapter.stop()


async def test_a_direction_that_stands_still_above_zero_is_old(
    hass: HomeAssistant, clock: Clock
) -> None:
    charging, giving = meter(hass, "charging", 900.0), meter(hass, "giving", 0.0)
    site = Site(
        hass,
        clock,
        {
            "battery_power": [charging.ids["power"]],
            "battery_discharge_power": [giving.ids["power"]],
        },
    )
    await site.live(600.0)
    giving.say_again()
    assert (await site.ages_s())[1] == 600
    site.adapter.stop()


# A level told alone


@pytest.fixture
async def evse(hass: HomeAssistant) -> Evse:
    """Give a charger with a car plugged in."""
    return await Evse.prepare(hass)


@pytest.fixture
async def entry(
    hass: HomeAssistant, clock: Clock, evse: Evse
) -> AsyncGenerator[tuple[MockConfigEntry, Entities]]:
    """Give a site at work whose battery level a template tells, and its GX."""
    gx = victron_gx(hass)
    data = site_data(gx)
    data["entities"]["battery_soc"] = [calculate(hass, "bms", 100.0, unit="%")]
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id=ENTRY_ID,
        data=data,
        subentries_data=[
            ConfigSubentryDataWithId(
                data=charger_data(evse),
                subentry_id=CHARGER_ID,
                subentry_type=CHARGER,
                title="Garage",
                unique_id=None,
            )
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(ENTRY_ID)
    await hass.async_block_till_done()
    yield entry, gx
    assert await hass.config_entries.async_unload(ENTRY_ID)


def decided(entry: MockConfigEntry) -> tuple[tuple[str, ...], ChargerDecision]:
    """Give what is missing, and what was decided for the car."""
    data: SiteData = entry.runtime_data.data
    charger = data.charger(CHARGER_ID).decision
    assert charger is not None
    return data.decision.site.missing, charger


async def test_a_level_told_alone_rests_and_the_car_charges_on(
    hass: HomeAssistant, clock: Clock, evse: Evse, entry: tuple[MockConfigEntry, Entities]
) -> None:
    site, gx = entry
    second = live(evse, gx)
    await clock.advance(60, second)
    evse.calls.clear()
    await clock.advance(1800, second, step_s=5)
    missing, charger = decided(site)
    assert (missing, charger.offered_current_a) == ((), 11)
    assert ("override", "disabled") not in evse.calls
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{ENTRY_ID}_battery_soc")
    assert entity_id is not None
    shown = hass.states.get(entity_id)
    assert shown is not None
    assert float(shown.state) == 100.0
    hass.states.async_set("sensor.bms", "unavailable")
    await clock.advance(500, second, step_s=5)
    missing, charger = decided(site)
    assert missing == ("battery_soc",)
    assert charger.reason.code is ReasonCode.DATA_MISSING


# The charger's power


async def test_a_power_that_counts_what_is_taken_negative_is_a_power(
    hass: HomeAssistant, clock: Clock, evse: Evse
) -> None:
    evse.entities.say("current_power", -3680)
    charger = EntityCharger(hass, charger_data(evse), lambda: None)
    charger.start(clock.now_s)
    power = charger.reading(clock.now_s).charging_power_w
    assert power is not None
    assert power.value == 3680.0
    charger.stop()
