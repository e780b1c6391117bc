"""A site read from entities: signs, units, ages, and what becomes of entities that change or go."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.victron_openevse.control.model import SiteReading, SiteSource
from custom_components.victron_openevse.entity_refs import remember
from custom_components.victron_openevse.victron.entities import EntitySite

from .conftest import Clock
from .entity_house import SITE_ROLES, Entities, victron_gx


class House:
    """A site over the entities of the core integration, driven by hand."""

    def __init__(self, hass: HomeAssistant, clock: Clock) -> None:
        self.hass = hass
        self.clock = clock
        self.changes = 0
        self.gx = victron_gx(hass)
        self.data: dict[str, Any] = {
            "entities": {role: [self.gx.ids[key]] for role, key in SITE_ROLES.items()}
        }
        self.site: EntitySite | None = None

    def start(self) -> EntitySite:
        """Begin to listen."""
        self.site = EntitySite(self.hass, self.data, self._changed)
        self.site.start(self.clock.now_s)
        return self.site

    def reading(self) -> SiteReading:
        """Ask for what is known now."""
        assert self.site is not None
        return self.site.reading(self.clock.now_s)

    async def age(self, seconds: float) -> None:
        """Let time pass without a word."""
        await self.hass.async_block_till_done()
        self.clock.now_s += seconds

    def _changed(self) -> None:
        self.changes += 1


@pytest.fixture
async def house(hass: HomeAssistant, clock: Clock) -> AsyncGenerator[House]:
    """Give a house whose site is not started yet."""
    house = House(hass, clock)
    yield house
    if house.site is not None:
        house.site.stop()


def values(reading: SiteReading) -> dict[str, float | bool | None]:
    """Give what is known without its age."""
    fields = (
        "grid_power_w",
        "battery_power_w",
        "battery_soc_pct",
        "pv_power_w",
        "consumption_power_w",
        "grid_voltage_v",
        "active_soc_limit_pct",
        "pv_limited",
        "grid_connected",
    )
    found = {name: getattr(reading, name) for name in fields}
    return {name: None if item is None else item.value for name, item in found.items()}


async def test_the_core_integration_tells_everything(house: House) -> None:
    house.start()
    assert values(house.reading()) == {
        "grid_power_w": -1500.0,
        "battery_power_w": 1000.0,
        "battery_soc_pct": 80.0,
        "pv_power_w": 3000.0,
        "consumption_power_w": 500.0,
        "grid_voltage_v": 231.0,
        "active_soc_limit_pct": 10.0,
        "pv_limited": False,
        "grid_connected": True,
    }
    assert house.reading().source is SiteSource.ENTITIES


def add(house: House, object_id: str, state: str, unit: object, role: str) -> None:
    """Name one more entity for a role, made in YAML without a unique id."""
    entity_id = f"sensor.{object_id}"
    attributes = {"unit_of_measurement": unit} if unit else {}
    house.hass.states.async_set(entity_id, state, attributes)
    house.data["entities"].setdefault(role, []).append(remember(house.hass, entity_id))


@pytest.mark.parametrize(
    ("state", "unit", "expected"),
    [
        pytest.param("-250.5", "W", -250.5, id="watts"),
        pytest.param("-1.25", "kW", -1250.0, id="kilowatts"),
        pytest.param("3000", None, None, id="no unit is no power"),
        pytest.param("3000", "VA", None, id="apparent power is no power"),
        pytest.param("2.5", "kWh", None, id="energy is no power"),
        pytest.param("3000", ["W"], None, id="a list is no unit"),
        pytest.param("3000", 5, None, id="a number is no unit"),
        pytest.param("unavailable", "W", None, id="unavailable"),
        pytest.param("unknown", "W", None, id="unknown"),
        pytest.param("nan", "W", None, id="not a number"),
        pytest.param("inf", "W", None, id="infinite"),
        pytest.param("off", "W", None, id="a word"),
        pytest.param("9e9", "W", None, id="absurd"),
    ],
)
async def test_units(house: House, state: str, unit: object, expected: float | None) -> None:
    house.data["entities"]["grid_power"] = []
    add(house, "meter", state, unit, "grid_power")
    house.start()
    assert values(house.reading())["grid_power_w"] == expected


@pytest.mark.parametrize(
    ("settings", "grid_w", "battery_w"),
    [
        pytest.param({}, -1500.0, 1000.0, id="as the core integration"),
        pytest.param({"grid_sign": "export_positive"}, 1500.0, 1000.0, id="export positive"),
        pytest.param(
            {"battery_sign": "discharge_positive"}, -1500.0, -1000.0, id="discharge positive"
        ),
    ],
)
async def test_signs(
    house: House, settings: dict[str, str], grid_w: float, battery_w: float
) -> None:
    house.data |= settings
    house.start()
    known = values(house.reading())
    assert (known["grid_power_w"], known["battery_power_w"]) == (grid_w, battery_w)


@pytest.mark.parametrize(
    ("imported", "exported", "expected"),
    [
        pytest.param("700", "0", 700.0, id="import"),
        pytest.param("0", "1200", -1200.0, id="export"),
        pytest.param("0", "-1200", -1200.0, id="export counted negative"),
        pytest.param("-1200", "1200", -1200.0, id="a signed sensor beside one of export"),
        pytest.param("700", "unavailable", None, id="one of them says nothing"),
    ],
)
async def test_separate_directions(
    house: House, imported: str, exported: str, expected: float | None
) -> None:
    house.data["entities"]["grid_power"] = []
    add(house, "imported", imported, "W", "grid_power")
    add(house, "exported", exported, "W", "grid_export_power")
    house.start()
    assert values(house.reading())["grid_power_w"] == expected


async def test_separate_directions_of_the_battery(house: House) -> None:
    house.data["entities"]["battery_power"] = []
    add(house, "charging", "0", "W", "battery_power")
    add(house, "discharging", "0.9", "kW", "battery_discharge_power")
    house.start()
    assert values(house.reading())["battery_power_w"] == -900.0


async def test_phases_are_summed_and_one_absent_makes_the_sum_absent(
    hass: HomeAssistant, house: House
) -> None:
    add(house, "phase_2", "250", "W", "grid_power")
    add(house, "phase_3", "0.1", "kW", "grid_power")
    house.start()
    assert values(house.reading())["grid_power_w"] == pytest.approx(-1150.0)
    phases = [phase.value for phase in house.reading().grid_phase_powers_w]
    assert phases == pytest.approx([-1500.0, 250.0, 100.0])
    hass.states.async_set("sensor.phase_2", "unavailable")
    assert values(house.reading())["grid_power_w"] is None
    assert house.reading().grid_phase_powers_w == ()


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        pytest.param("voltage_current_limited", True, id="core"),
        pytest.param("LIMITED", True, id="Modbus"),
        pytest.param("mppt_active", False, id="tracking"),
        pytest.param("off", False, id="off"),
        pytest.param("on", True, id="a flag"),
        pytest.param("unavailable", None, id="unavailable"),
    ],
)
async def test_arrays_that_are_held_back(house: House, mode: str, expected: bool | None) -> None:
    house.start()
    house.gx.say(SITE_ROLES["pv_limited"], mode)
    assert values(house.reading())["pv_limited"] is expected


async def test_age_counts_from_the_last_report(hass: HomeAssistant, house: House) -> None:
    house.start()
    await house.age(60.0)
    assert house.reading().grid_power_w is not None
    house.gx.say(SITE_ROLES["grid_power"], "-1500")  # the same again
    await hass.async_block_till_done()
    grid = house.reading().grid_power_w
    assert grid is not None
    assert grid.at_s == house.clock.now_s
    assert house.changes == 0


async def test_what_rests_is_as_young_as_its_integration(house: House) -> None:
    """PV is zero all night and a full battery takes nothing: neither need be repeated."""
    house.start()
    await house.age(3000.0)
    house.gx.say(SITE_ROLES["grid_power"], "400")
    await house.hass.async_block_till_done()
    reading = house.reading()
    for item in (reading.battery_power_w, reading.battery_soc_pct, reading.pv_power_w):
        assert item is not None
        assert item.at_s == house.clock.now_s


async def test_a_grid_meter_never_rests(house: House) -> None:
    house.start()
    began_s = house.clock.now_s
    await house.age(100.0)
    house.gx.say(SITE_ROLES["battery_power"], "900")
    await house.hass.async_block_till_done()
    grid = house.reading().grid_power_w
    assert grid is not None
    assert grid.at_s == pytest.approx(began_s, abs=5.0)


async def test_another_integration_vouches_for_nothing(house: House) -> None:
    other = Entities(house.hass, "bms", "x_", {"power": ("sensor", "W", "700")})
    house.data["entities"]["battery_power"] = [other.ids["power"]]
    house.start()
    began_s = house.clock.now_s
    await house.age(100.0)
    house.gx.say_again()
    await house.hass.async_block_till_done()
    battery = house.reading().battery_power_w
    assert battery is not None
    assert battery.at_s == pytest.approx(began_s, abs=5.0)


async def test_what_was_said_before_the_start_has_its_age(
    house: House, freezer: FrozenDateTimeFactory
) -> None:
    house.gx.say_again()
    freezer.tick(timedelta(seconds=50))
    house.start()
    grid = house.reading().grid_power_w
    assert grid is not None
    assert grid.at_s == pytest.approx(house.clock.now_s - 50.0, abs=1.0)


async def test_renamed_entities_are_followed(hass: HomeAssistant, house: House) -> None:
    house.start()
    old_id = house.gx.entity_id(SITE_ROLES["grid_power"])
    er.async_get(hass).async_update_entity(old_id, new_entity_id="sensor.netz")
    await hass.async_block_till_done()
    hass.states.async_remove(old_id)
    house.gx.say(SITE_ROLES["grid_power"], "123")
    await hass.async_block_till_done()
    grid = house.reading().grid_power_w
    assert grid is not None
    assert (grid.value, grid.at_s) == (123.0, house.clock.now_s)
    assert house.site is not None
    assert not house.site.missing_entities


@pytest.mark.parametrize("how", ["removed", "disabled"])
async def test_entities_that_go_are_named(hass: HomeAssistant, house: House, how: str) -> None:
    site = house.start()
    registry = er.async_get(hass)
    entity_id = house.gx.entity_id(SITE_ROLES["battery_soc"])
    if how == "removed":
        registry.async_remove(entity_id)
    else:
        registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    hass.states.async_remove(entity_id)
    await hass.async_block_till_done()
    assert list(site.missing_entities) == ["battery_soc"]
    assert house.reading().battery_soc_pct is None


async def test_an_entity_that_comes_back_is_used_again(hass: HomeAssistant, house: House) -> None:
    site = house.start()
    registry = er.async_get(hass)
    entity_id = house.gx.entity_id(SITE_ROLES["battery_soc"])
    entry = registry.async_get(entity_id)
    assert entry is not None
    registry.async_remove(entity_id)
    hass.states.async_remove(entity_id)
    await hass.async_block_till_done()
    registry.async_get_or_create(
        entry.domain, entry.platform, entry.unique_id, config_entry=house.gx.entry
    )
    house.gx.say(SITE_ROLES["battery_soc"], "55")
    await hass.async_block_till_done()
    assert not site.missing_entities
    assert values(house.reading())["battery_soc_pct"] == 55.0


async def test_while_home_assistant_starts_nothing_is_missing(
    hass: HomeAssistant, house: House
) -> None:
    hass.set_state(CoreState.starting)
    house.data["entities"]["grid_power"] = ["sensor.made_in_yaml"]
    site = house.start()
    assert not site.missing_entities
    assert house.reading().grid_power_w is None
    hass.set_state(CoreState.running)
    assert list(site.missing_entities) == ["grid_power"]
    hass.states.async_set("sensor.made_in_yaml", "10", {"unit_of_measurement": "W"})
    await hass.async_block_till_done()
    assert not site.missing_entities
    grid = house.reading().grid_power_w
    assert grid is not None
    assert (grid.value, grid.at_s) == (10.0, house.clock.now_s)


async def test_a_stopped_site_listens_no_more(hass: HomeAssistant, house: House) -> None:
    site = house.start()
    site.start(house.clock.now_s)
    site.stop()
    house.gx.say(SITE_ROLES["grid_power"], "7")
    await hass.async_block_till_done()
    assert house.changes == 0


async def test_nothing_is_ever_written_to_the_gx(hass: HomeAssistant, house: House) -> None:
    site = house.start()
    site.hold_discharge_limit(500.0, house.clock.now_s)
    site.tick(house.clock.now_s)
    site.hand_back(house.clock.now_s)
    assert hass.services.async_services().get("number") is None
    report = site.diagnostics(house.clock.now_s)
    assert report["roles"]["grid_power"] == [
        {"platform": "victron_gx", "state": "-1500", "unit": "W", "age_s": 0.0}
    ]
    assert "sensor." not in str(report)
