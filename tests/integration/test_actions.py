"""The actions as an automation calls them, with the real law and adapters behind them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse.const import CONF_VEHICLE_SOC, DOMAIN
from custom_components.victron_openevse.control.model import Mode, Temporary
from custom_components.victron_openevse.coordinator import SiteCoordinator

from .conftest import CHARGER_ID, ENTRY_ID, Broker, Charger, Clock, Gx, Start
from .test_loop import select, state

MODE: Final = "select.garage_mode"
STATUS: Final = "sensor.garage_status"
BOOST: Final = "binary_sensor.garage_boost"
PAUSE: Final = "switch.garage_pause_until_morning"
CAR: Final = "sensor.car_battery"
GARAGE: Final[Mapping[str, Any]] = MappingProxyType({"entity_id": MODE})
BERLIN: Final = ZoneInfo("Europe/Berlin")


async def do(hass: HomeAssistant, action: str, **data: Any) -> None:
    """Call an action for the charger, as an automation does."""
    target = {} if data.keys() & {"device_id", "entity_id", "area_id"} else GARAGE
    await hass.services.async_call(DOMAIN, action, {**target, **data}, blocking=True)


def coordinator(entry: MockConfigEntry) -> SiteCoordinator:
    """Give the site that runs."""
    found: SiteCoordinator = entry.runtime_data
    return found


def temporary(entry: MockConfigEntry) -> Temporary | None:
    """What holds for a while."""
    return coordinator(entry).settings.chargers[CHARGER_ID].temporary


def both(gx: Gx, charger: Charger) -> Callable[[], None]:
    """Let GX and charger speak once."""

    def speak() -> None:
        gx.say_all()
        charger.dump()

    return speak


@pytest.fixture
def told(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """The car tells its battery level."""
    hass.states.async_set(CAR, "55")
    entry.add_to_hass(hass)
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, CONF_VEHICLE_SOC: CAR}
    )


@pytest.mark.usefixtures("running")
async def test_a_boost_charges_and_leads_back(
    hass: HomeAssistant, gx: Gx, broker: Broker, clock: Clock, entry: MockConfigEntry
) -> None:
    await do(hass, "boost", duration={"minutes": 2}, current=13)
    assert (state(hass, MODE), state(hass, BOOST)) == ("fast", "on")
    await clock.advance(5, gx.say_all)
    claim = broker.claims()[-1]
    assert isinstance(claim, dict)
    assert (claim["state"], claim["charge_current"]) == ("active", 13)
    assert state(hass, "sensor.garage_reason") == "boosting"
    await clock.advance(120, gx.say_all, step_s=5)
    assert (state(hass, MODE), state(hass, BOOST)) == ("solar", "off")
    assert temporary(entry) is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param({}, Temporary(mode=Mode.FAST, boost=True), id="fast without an end"),
        pytest.param(
            {"mode": "medium", "energy": 5},
            Temporary(mode=Mode.MEDIUM, boost=True, energy_kwh=5.0),
            id="medium for 5 kWh",
        ),
        pytest.param(
            {"duration": "01:30:00"},
            Temporary(mode=Mode.FAST, boost=True, duration_s=5400.0),
            id="a duration as text",
        ),
        pytest.param(
            {"until": "06:30"},
            Temporary(mode=Mode.FAST, boost=True, duration_s=9.5 * 3600.0),
            id="until a time tomorrow",
        ),
    ],
)
@pytest.mark.usefixtures("running")
async def test_what_a_boost_asks_for(
    hass: HomeAssistant, entry: MockConfigEntry, data: dict[str, Any], expected: Temporary
) -> None:
    evening = datetime(2026, 6, 21, 21, 0, tzinfo=BERLIN)
    with patch.object(dt_util, "now", return_value=evening):
        await do(hass, "boost", **data)
    found = temporary(entry)
    assert found is not None
    assert found.serial == 1
    assert (found.mode, found.boost, found.duration_s, found.energy_kwh) == (
        expected.mode,
        expected.boost,
        expected.duration_s,
        expected.energy_kwh,
    )


@pytest.mark.usefixtures("told", "running")
async def test_a_boost_to_a_target(
    hass: HomeAssistant, gx: Gx, clock: Clock, entry: MockConfigEntry
) -> None:
    await do(hass, "boost", target_soc=80)
    await clock.advance(6, gx.say_all)
    assert state(hass, BOOST) == "on"
    hass.states.async_set(CAR, "80")
    await clock.advance(6, gx.say_all)
    assert (state(hass, BOOST), temporary(entry)) == ("off", None)


@pytest.mark.usefixtures("running")
async def test_choosing_a_mode_ends_a_boost(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await do(hass, "boost", duration={"hours": 1})
    await select(hass, "solar_only")
    assert (state(hass, MODE), state(hass, BOOST), temporary(entry)) == ("solar_only", "off", None)


@pytest.mark.usefixtures("running")
async def test_a_pause_until_morning_and_its_end(hass: HomeAssistant) -> None:
    await do(hass, "boost", duration={"hours": 1})
    await do(hass, "pause")
    assert (state(hass, PAUSE), state(hass, STATUS), state(hass, BOOST)) == ("on", "paused", "off")
    await do(hass, "resume")
    assert state(hass, PAUSE) == "off"
    assert state(hass, STATUS) in ("charging", "starting")


@pytest.mark.usefixtures("running")
async def test_a_pause_for_a_time(
    hass: HomeAssistant, gx: Gx, broker: Broker, clock: Clock
) -> None:
    await do(hass, "pause", duration={"minutes": 1})
    assert (state(hass, STATUS), state(hass, PAUSE)) == ("paused", "off")
    await hass.async_block_till_done()
    claim = broker.claims()[-1]
    assert isinstance(claim, dict)
    assert claim["state"] == "disabled"
    await clock.advance(70, gx.say_all, step_s=5)
    assert state(hass, STATUS) in ("charging", "starting")


@pytest.mark.usefixtures("running")
async def test_a_pause_waits_for_the_end_of_a_boost(
    hass: HomeAssistant, gx: Gx, clock: Clock
) -> None:
    await do(hass, "pause")
    await do(hass, "boost", duration={"minutes": 1})
    assert (state(hass, PAUSE), state(hass, BOOST)) == ("on", "on")
    assert state(hass, STATUS) != "paused"
    await clock.advance(70, gx.say_all, step_s=5)
    assert (state(hass, PAUSE), state(hass, BOOST)) == ("on", "off")
    assert state(hass, STATUS) == "paused"
    await do(hass, "resume")
    assert (state(hass, PAUSE), state(hass, MODE)) == ("off", "solar")


@pytest.mark.usefixtures("running")
async def test_a_chosen_mode_ends_a_pause(hass: HomeAssistant) -> None:
    await do(hass, "pause")
    await select(hass, "fast")
    assert (state(hass, PAUSE), state(hass, MODE)) == ("off", "fast")
    assert state(hass, STATUS) in ("charging", "starting")


@pytest.mark.usefixtures("running")
async def test_the_end_of_a_pause_is_not_the_end_of_a_boost(hass: HomeAssistant) -> None:
    await do(hass, "boost")
    await hass.services.async_call("switch", "turn_off", {"entity_id": PAUSE}, blocking=True)
    assert state(hass, BOOST) == "on"


@pytest.mark.usefixtures("running")
async def test_a_mode_for_good_and_for_a_while(
    hass: HomeAssistant, gx: Gx, clock: Clock, entry: MockConfigEntry
) -> None:
    await do(hass, "set_mode", mode="minimum_solar")
    assert temporary(entry) is None
    await do(hass, "set_mode", mode="medium", duration={"minutes": 1})
    assert (state(hass, MODE), state(hass, BOOST)) == ("medium", "off")
    await clock.advance(66, gx.say_all, step_s=6)
    assert state(hass, MODE) == "minimum_solar"


@pytest.mark.usefixtures("running")
async def test_a_restart_keeps_the_end(
    hass: HomeAssistant,
    gx: Gx,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    await do(hass, "boost", duration={"minutes": 10})
    await clock.advance(120, gx.say_all, step_s=5)
    await hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[f"{DOMAIN}.{ENTRY_ID}"]["data"]
    assert stored["settings"]["chargers"][CHARGER_ID]["temporary"]["duration_s"] == 600.0
    clock.now_s = 50.0
    await start()
    assert (state(hass, MODE), state(hass, BOOST)) == ("fast", "on")
    await clock.advance(470, gx.say_all, step_s=5)
    assert state(hass, BOOST) == "on"
    await clock.advance(10, gx.say_all)
    assert (state(hass, MODE), state(hass, BOOST)) == ("solar", "off")


@pytest.mark.usefixtures("running")
async def test_until_when_a_boost_runs(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    assert hass.states.get("sensor.garage_boost_ends") is None
    entity_registry.async_update_entity("sensor.garage_boost_ends", disabled_by=None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, "sensor.garage_boost_ends") == "unknown"
    await do(hass, "boost", duration={"hours": 1})
    ends = dt_util.parse_datetime(state(hass, "sensor.garage_boost_ends"))
    assert ends is not None
    assert abs(ends - dt_util.utcnow() - timedelta(hours=1)) < timedelta(seconds=10)
    await do(hass, "boost", energy=3)
    assert state(hass, "sensor.garage_boost_ends") == "unknown"


@pytest.mark.usefixtures("running")
async def test_the_target_is_there_only_for_a_car_that_tells_its_level(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    assert hass.states.get("number.garage_target_soc") is None
    assert state(hass, "number.garage_session_limit") == "0.0"
    hass.states.async_set(CAR, "55")
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, CONF_VEHICLE_SOC: CAR}
    )
    await hass.async_block_till_done()
    assert state(hass, "number.garage_target_soc") == "100.0"


@pytest.mark.usefixtures("told", "running")
async def test_target_and_limit_reach_the_law(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, entry: MockConfigEntry
) -> None:
    for key, value in (("target_soc", 50), ("session_limit", 12.5)):
        await hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": f"number.garage_{key}", "value": value},
            blocking=True,
        )
    own = coordinator(entry).settings.chargers[CHARGER_ID]
    assert (own.target_soc_pct, own.session_limit_kwh) == (50.0, 12.5)
    await clock.advance(305, both(gx, charger), step_s=5)
    assert state(hass, STATUS) == "car_full"
    assert state(hass, "sensor.garage_reason") == "target_reached"


@pytest.mark.parametrize("by", ["device_id", "entity_id", "area_id"])
@pytest.mark.usefixtures("running")
async def test_ways_to_aim(
    hass: HomeAssistant,
    by: str,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    registered = entity_registry.async_get(STATUS)
    assert registered is not None
    assert registered.device_id is not None
    device_registry.async_update_device(registered.device_id, area_id="carport")
    aims = {"device_id": registered.device_id, "entity_id": STATUS, "area_id": "carport"}
    await do(hass, "boost", **{by: aims[by]})
    assert state(hass, BOOST) == "on"


@pytest.mark.usefixtures("running")
async def test_home_assistant_reads_their_descriptions(hass: HomeAssistant) -> None:
    described = (await async_get_all_descriptions(hass))[DOMAIN]
    assert set(described["boost"]["fields"]) == {
        "mode", "current", "duration", "until", "energy", "target_soc"
    }  # fmt: skip
    assert all("target" in action for action in described.values())
    assert described["explain"]["response"] == {"optional": False}
    texts = await async_get_translations(hass, "en", "selector", [DOMAIN])
    for field in (described["boost"]["fields"]["mode"], described["set_mode"]["fields"]["mode"]):
        select = field["selector"]["select"]
        key = f"component.{DOMAIN}.selector.{select['translation_key']}.options"
        assert all(f"{key}.{option}" in texts for option in select["options"])
