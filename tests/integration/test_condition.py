"""Conditions: what holds now, for the charger that was meant."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition as condition_helper
from homeassistant.helpers.condition import ConditionChecker
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import yaml

from custom_components.victron_openevse.condition import CONDITIONS
from custom_components.victron_openevse.const import DOMAIN

from .conftest import Charger, Clock, Gx, Start
from .test_event import ENGLISH, FOLDER
from .test_loop import select
from .test_trigger import begin, device

GARAGE = {"entity_id": "binary_sensor.garage_charging"}
BATTERY = {"entity_id": "sensor.cerbo_gx_battery_soc"}


async def make(
    hass: HomeAssistant,
    name: str,
    options: dict[str, Any] | None = None,
    target: dict[str, str] | None = None,
) -> ConditionChecker:
    """Make a condition as an automation does."""
    config = await condition_helper.async_validate_condition_config(
        hass,
        {
            "condition": f"{DOMAIN}.{name}",
            "target": target or device(hass),
            "options": options or {},
        },
    )
    return await condition_helper.async_from_config(hass, config)


async def holds(hass: HomeAssistant, name: str, *how: Any, **where: Any) -> bool:
    """Check a condition as an automation does."""
    check = await make(hass, name, *how, **where)
    return check.async_check() is True


async def test_charging(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    await begin(charger, gx, clock, start)
    assert await holds(hass, "is_charging")
    assert await holds(hass, "is_charging", {"behavior": "all"})
    assert not await holds(hass, "is_charging", {"for": {"hours": 1}})
    await select(hass, "off")
    await clock.advance(3, gx.say_all)
    assert not await holds(hass, "is_charging")


@pytest.mark.parametrize(
    ("pv_w", "house_w", "share", "expected"),
    [
        pytest.param(3000.0, 500.0, 100, True, id="all of it"),
        pytest.param(1880.0, 500.0, 60, True, id="1380 of 2300 W are 60 %"),
        pytest.param(1880.0, 500.0, 61, False, id="and not more"),
        pytest.param(1880.0, 500.0, None, True, id="half is enough where nothing is said"),
        pytest.param(300.0, 500.0, 1, False, id="the house takes all sun"),
    ],
)
async def test_charging_from_the_sun(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    pv_w: float,
    house_w: float,
    share: int | None,
    expected: bool,
) -> None:
    await begin(charger, gx, clock, start)
    charger.say(power="2300", amp="10000")
    gx.values |= {
        "system/0/Dc/Pv/Power": pv_w,
        "system/0/Ac/Consumption/L1/Power": house_w + 2300.0,
        "system/0/Ac/Grid/L1/Power": 0.0,
        "system/0/Dc/Battery/Power": pv_w - house_w - 2300.0,
    }
    await clock.advance(8, gx.say_all)
    options = {} if share is None else {"share": share}
    assert await holds(hass, "is_charging_from_sun", options) is expected


async def test_nothing_flows_so_nothing_is_sun(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    await begin(charger, gx, clock, start)
    assert await holds(hass, "is_charging")
    assert not await holds(hass, "is_charging_from_sun", {"share": 1})


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        pytest.param("is_charging_from_sun", True, id="what the law knows"),
        pytest.param("is_charging", False, id="a state"),
    ],
)
async def test_what_is_no_state_has_to_be_asked_for(
    hass: HomeAssistant, gx: Gx, start: Start, name: str, asked: bool
) -> None:
    await start()
    assert (await make(hass, name)).needs_polling is asked


async def test_waiting(
    hass: HomeAssistant, gx: Gx, charger: Charger, clock: Clock, start: Start
) -> None:
    await begin(charger, gx, clock, start)
    assert not await holds(hass, "is_waiting")
    for status in ("waiting_for_sun", "waiting_for_battery"):
        hass.states.async_set("sensor.garage_status", status)
        assert await holds(hass, "is_waiting")
    hass.states.async_set("sensor.garage_reason", "waiting_for_sun")
    hass.states.async_set("sensor.garage_status", "paused")
    assert not await holds(hass, "is_waiting")


async def test_mode(hass: HomeAssistant, gx: Gx, start: Start) -> None:
    await start()
    assert await holds(hass, "is_in_mode", {"mode": "solar"})
    assert await holds(hass, "is_in_mode", {"mode": ["fast", "solar"]})
    assert not await holds(hass, "is_in_mode", {"mode": ["fast"]})


@pytest.mark.parametrize(
    ("soc_pct", "expected"),
    [pytest.param(80.0, True, id="above"), pytest.param(9.0, False, id="below")],
)
async def test_battery(
    hass: HomeAssistant,
    gx: Gx,
    clock: Clock,
    start: Start,
    soc_pct: float,
    expected: bool,
) -> None:
    gx.values["system/0/Dc/Battery/Soc"] = soc_pct
    await start()
    await clock.advance(8, gx.say_all)
    assert await holds(hass, "battery_is_above_reserve", target=BATTERY) is expected


async def test_nothing_holds_where_the_law_knows_nothing(
    hass: HomeAssistant,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
    entry: MockConfigEntry,
) -> None:
    await begin(charger, gx, clock, start)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    for name, target in (("battery_is_above_reserve", BATTERY), ("is_charging_from_sun", GARAGE)):
        hass.states.async_set(target["entity_id"], "on")
        assert not await holds(hass, name, target=target)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        pytest.param("is_in_mode", {}, id="no mode"),
        pytest.param("is_in_mode", {"mode": []}, id="no mode in the list"),
        pytest.param("is_in_mode", {"mode": ["faster"]}, id="unknown mode"),
        pytest.param("is_charging_from_sun", {"share": 0}, id="no share"),
        pytest.param("is_charging_from_sun", {"share": 101}, id="more than all"),
        pytest.param("is_charging_from_sun", {"for": {"hours": 1}}, id="nobody knows since when"),
    ],
)
async def test_nonsense_is_refused(
    hass: HomeAssistant, gx: Gx, start: Start, name: str, options: dict[str, Any]
) -> None:
    await start()
    with pytest.raises(probatio.Invalid):
        await holds(hass, name, options)


async def test_the_editor_knows_each_condition(hass: HomeAssistant, gx: Gx, start: Start) -> None:
    await start()
    assert await holds(hass, "is_in_mode", {"mode": "solar"})
    described = await condition_helper.async_get_all_descriptions(hass)
    for name in CONDITIONS:
        found = described[f"{DOMAIN}.{name}"]
        assert found is not None
        assert found["target"]["entity"][0]["integration"] == DOMAIN
        assert set(found["fields"]) == set(ENGLISH["conditions"][name]["fields"])


def test_descriptions_name_the_same_conditions() -> None:
    described = yaml.safe_load((FOLDER / "conditions.yaml").read_text())
    assert {name for name in described if not name.startswith(".")} == set(CONDITIONS)
    assert set(ENGLISH["conditions"]) == set(CONDITIONS)
