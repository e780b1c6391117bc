"""What if, asked by an automation and by the page, on days that a real recorder has kept."""

from collections.abc import Iterator
import threading
from typing import Any, Final
from unittest.mock import MagicMock, patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import DATA_INSTANCE
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.victron_openevse import what_if, what_if_ways
from custom_components.victron_openevse.const import CONF_IMPORT_PRICE, DOMAIN
from custom_components.victron_openevse.control.model import Mode, Priority
from custom_components.victron_openevse.what_if_inputs import async_tracks

from .conftest import CHARGER_ID, ENTRY_ID, Charger, Clock, Gx, Start
from .history_days import (
    CAR_W,
    FROM_H,
    TO_H,
    _our_integration,
    async_write_days,
    first_moment,
    recorder_config,
)

__all__ = ["_our_integration", "recorder_config"]

MODE: Final = "select.garage_mode"
PRICE: Final = "sensor.tariff"
COMMAND: Final = {"type": "victron_openevse/what_if", "site": ENTRY_ID, "days": 1}
CAR_KWH: Final = CAR_W * (TO_H - FROM_H) / 1000.0
NOTED: Final = "noted"
LOST: Final = "sensor.cerbo_gx_house_power"


@pytest.fixture
async def recorded(hass: HomeAssistant, running: None) -> None:
    """A site with a day behind it."""
    await async_write_days(hass, 1)


@pytest.fixture
def no_replay() -> Iterator[MagicMock]:
    """For what is refused before anything is replayed."""
    with patch.object(what_if, "replay") as nothing:
        yield nothing


async def ask(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Ask as an automation does."""
    data = {"entity_id": MODE, "days": 1, **data}
    answer = await hass.services.async_call(
        DOMAIN, "what_if", data, blocking=True, return_response=True
    )
    assert answer is not None
    return dict(answer)


async def refusal(hass: HomeAssistant) -> HomeAssistantError:
    """Ask as an automation does, and give why there is no answer."""
    with pytest.raises(HomeAssistantError) as refused:
        await ask(hass)
    return refused.value


async def ask_page(
    hass_ws_client: WebSocketGenerator, **fields: Any
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Ask as the page does: the answer, or the error."""
    client = await hass_ws_client()
    await client.send_json_auto_id({**COMMAND, **fields})
    message = await client.receive_json()
    return message.get("result"), message.get("error")


async def test_the_same_settings_make_no_difference(hass: HomeAssistant, recorded: None) -> None:
    answer = await ask(hass)
    assert answer["changes"] == []
    assert {value for value in answer["difference"].values() if value is not None} == {0.0}
    assert answer["present"] == answer["changed"]
    assert answer["present"]["car_kwh"] > 0.5 * CAR_KWH
    assert answer["recorded"]["car_kwh"] == pytest.approx(CAR_KWH, abs=0.3)
    assert answer["days"][0]["date"] == first_moment(1).date().isoformat()
    assert answer["days"][0]["recorded"]["starts"] == 1
    codes = [note["code"] for note in answer["notes"]]
    assert codes == ["pv_was_held_back", "hungry"]
    assert "60.0 kWh" in answer["notes"][1]["sentence"]


async def test_the_page_is_told_what_another_mode_would_have_done(
    hass: HomeAssistant, recorded: None, hass_ws_client: WebSocketGenerator
) -> None:
    answer, error = await ask_page(
        hass_ws_client, charger=CHARGER_ID, changes={"mode": "off", "priority": "balanced"}
    )
    assert answer is not None, error
    assert answer["changes"] == [
        {"name": "priority", "before": Priority.CAR_FIRST, "after": Priority.BALANCED},
        {"name": "mode", "before": Mode.SOLAR, "after": Mode.OFF, "charger": CHARGER_ID},
    ]
    assert answer["changed"]["car_kwh"] == 0.0
    assert answer["difference"]["car_kwh"] == -answer["present"]["car_kwh"]
    assert answer["difference"]["battery_pct"] > 0.0
    (charger,) = answer["chargers"]
    assert (charger["title"], charger["changed"]["starts"]) == ("Garage", 0)
    assert set(answer["coarseness"]) >= {"car_kwh", "car_pct", "starts"}
    assert answer["present"]["bill"] is None


async def test_money_is_told_where_prices_are_known(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    gx: Gx,
    charger: Charger,
    clock: Clock,
    start: Start,
) -> None:
    hass.states.async_set(PRICE, "0.30", {"unit_of_measurement": "EUR/kWh"})
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={CONF_IMPORT_PRICE: PRICE})
    await start()
    await clock.advance(8, gx.say_all)
    await async_write_days(hass, 1)
    answer = await ask(hass, mode="fast")
    assert "one_price" in [note["code"] for note in answer["notes"]]
    difference = answer["difference"]
    assert difference["bill"] == pytest.approx(0.30 * difference["imported_kwh"], abs=0.01)
    assert difference["net"] < difference["bill"]
    assert answer["recorded"]["net"] is None


NONSENSE: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "no such setting": ({"colour": "red"}, "bad_setting"),
    "not for trying": ({"battery_capacity": 16}, "bad_setting"),
    "out of bounds": ({"night_reserve": 101}, "bad_setting"),
    "no such choice": ({"priority": "sun"}, "bad_setting"),
    "wrong type": ({"use_battery": 1}, "bad_setting"),
    "wrong type of a choice": ({"mode": True}, "bad_setting"),
    "contradiction": ({"solar_min_current": 30}, "solar_currents_crossed"),
}


async def test_settings_that_make_no_sense_are_refused(
    running: None,
    hass_ws_client: WebSocketGenerator,
    no_replay: MagicMock,
    subtests: pytest.Subtests,
) -> None:
    for name, (changes, code) in NONSENSE.items():
        with subtests.test(name):
            answer, error = await ask_page(hass_ws_client, changes=changes)
            assert answer is None
            assert error is not None
            assert error["code"] == error["translation_key"] == code
            assert "{" not in error["message"]
    no_replay.assert_not_called()


IMPOSSIBLE: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "no such site": ({"site": "elsewhere"}, "not_found"),
    "no such charger": ({"charger": "elsewhere"}, "not_found"),
    "too many days": ({"days": 15}, "invalid_format"),
    "no day": ({"days": 0}, "invalid_format"),
    "a list": ({"changes": {"mode": ["off"]}}, "invalid_format"),
}


async def test_questions_that_cannot_be_answered(
    hass: HomeAssistant,
    running: None,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    subtests: pytest.Subtests,
) -> None:
    for name, (fields, code) in IMPOSSIBLE.items():
        with subtests.test(name):
            _, error = await ask_page(hass_ws_client, **fields)
            assert error is not None
            assert error["code"] == code
    await hass.config_entries.async_unload(entry.entry_id)
    with subtests.test("a site that does not run"):
        _, error = await ask_page(hass_ws_client, language="en")
        assert error is not None
        assert error["code"] == "site_not_loaded"
        assert error["message"].startswith("Cerbo GX")


async def test_days_that_are_not_there(
    hass: HomeAssistant, running: None, subtests: pytest.Subtests
) -> None:
    with subtests.test("nothing recorded"), patch.object(what_if, "make_record", return_value=None):
        assert (await refusal(hass)).translation_key == "no_history"
    with subtests.test("no recorder"), patch.dict(hass.data):
        del hass.data[DATA_INSTANCE]
        assert (await refusal(hass)).translation_key == "no_recorder"
    assert not hass.data[what_if.RUNNING]
    er.async_get(hass).async_update_entity(LOST, disabled_by=er.RegistryEntryDisabler.USER)
    with subtests.test("an entity that is switched off"):
        refused = await refusal(hass)
        assert refused.translation_key == "entity_disabled"
        assert refused.translation_placeholders == {"entities": "house_power"}


async def test_a_charger_removed_meanwhile_is_told_all_the_same(
    hass: HomeAssistant, recorded: None, entry: MockConfigEntry
) -> None:
    async def read_and_remove(*args: Any) -> Any:
        tracks = await async_tracks(*args)
        hass.config_entries.async_remove_subentry(entry, CHARGER_ID)
        return tracks

    with patch.object(what_if, "async_tracks", read_and_remove):
        answer = await ask(hass)
    assert [charger["title"] for charger in answer["chargers"]] == ["Garage"]
    await hass.async_block_till_done()


async def test_the_event_loop_does_not_replay(hass: HomeAssistant, running: None) -> None:
    threads = set()

    def noted(record: Any, settings: Any) -> Any:
        threads.add(threading.get_ident())
        raise HomeAssistantError(NOTED)

    with (
        patch.object(what_if, "make_record"),
        patch.object(what_if, "replay", noted),
        pytest.raises(HomeAssistantError, match=NOTED),
    ):
        await ask(hass)
    assert threads
    assert threading.get_ident() not in threads


async def test_one_at_a_time(hass: HomeAssistant, running: None, no_replay: MagicMock) -> None:
    hass.data[what_if.RUNNING] = True
    assert (await refusal(hass)).translation_key == "busy"
    assert hass.data[what_if.RUNNING]
    no_replay.assert_not_called()


async def test_the_action_offers_every_setting_that_can_be_tried(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    descriptions = await async_get_all_descriptions(hass)
    assert set(descriptions[DOMAIN]["what_if"]["fields"]) == {"days", *what_if_ways.NAMES}
