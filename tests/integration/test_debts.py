"""What is owed to chargers: read again, read from before it had addresses, and damaged."""

from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.victron_openevse import debts
from custom_components.victron_openevse.const import CHARGER
from custom_components.victron_openevse.debts import Debt, debt_of
from custom_components.victron_openevse.storage import SiteStore

from .conftest import BASE, CHARGER_ID, ENTRY_ID, SERIAL
from .test_init import STORE

ENABLE: Final = "select.garage_override"
ENTITIES: Final = {"set_current": ["number.garage_rate"], "enable": [ENABLE]}


def charger(data: dict[str, Any], serial: str | None = SERIAL) -> ConfigSubentry:
    return ConfigSubentry(
        data=MappingProxyType(data),
        subentry_id=CHARGER_ID,
        subentry_type=CHARGER,
        title="Garage",
        unique_id=serial,
    )


MQTT: Final = charger({"source": "mqtt", "base_topic": BASE, "url": "http://192.0.2.7/"})
BY_ENTITIES: Final = charger(
    {"source": "entities", "entities": {**ENTITIES, "charging_power": ["sensor.garage_power"]}}
)
GOOD: Final = debts.dump([debt_of(MQTT)])[0]


@pytest.mark.parametrize(
    "subentry", [pytest.param(MQTT, id="mqtt"), pytest.param(BY_ENTITIES, id="entities")]
)
def test_what_is_owed_is_read_again_without_its_subentry(subentry: ConfigSubentry) -> None:
    owed = debt_of(subentry)
    assert debts.load(debts.dump([owed]), []) == (owed,)
    again = owed.as_subentry()
    assert (again.title, again.unique_id) == ("Garage", SERIAL)
    assert debt_of(again) == owed


def test_ids_alone_are_those_of_the_chargers_that_are_set_up() -> None:
    assert debts.load([CHARGER_ID, "gone"], [MQTT]) == (debt_of(MQTT),)


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(None, id="nothing"),
        pytest.param(5, id="a number"),
        pytest.param([], id="a list"),
        pytest.param({}, id="empty"),
        pytest.param({**GOOD, "charger": 1}, id="id is a number"),
        pytest.param({**GOOD, "address": "x"}, id="address is a text"),
        pytest.param({**GOOD, "address": {}}, id="no source"),
        pytest.param({**GOOD, "address": {"source": []}}, id="source is a list"),
        pytest.param({**GOOD, "address": {"source": "mqtt"}}, id="no topic"),
        pytest.param({**GOOD, "address": {"source": "mqtt", "base_topic": "#"}}, id="wildcard"),
        pytest.param({**GOOD, "address": {"source": "entities"}}, id="no entities"),
        pytest.param(
            {**GOOD, "address": {"source": "entities", "entities": {"enable": [1]}}},
            id="entities are numbers",
        ),
    ],
)
def test_a_damaged_debt_loses_no_other(item: object) -> None:
    assert debts.load([item, GOOD], []) == (debt_of(MQTT),)


@pytest.mark.parametrize(
    ("stored", "shadow", "count"),
    [
        pytest.param("?", False, 1, id="damaged: all may hold something"),
        pytest.param("?", True, 0, id="damaged in shadow mode"),
        pytest.param([], False, 0, id="nothing"),
    ],
)
async def test_a_damaged_list_loses_nothing_else(
    hass: HomeAssistant, hass_storage: dict[str, Any], stored: object, shadow: bool, count: int
) -> None:
    settings = {"site": {"base_load_w": 300, "shadow": shadow}}
    data = {"settings": settings, "owed": stored, "exported_kwh": 7.0}
    hass_storage[STORE] = {"version": 1, "minor_version": 1, "key": STORE, "data": data}
    loaded = await SiteStore(hass, ENTRY_ID).async_load([MQTT])
    assert len(loaded.owed) == count
    assert (loaded.settings.site.base_load_w, loaded.export.total_kwh) == (300.0, 7.0)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(charger({"source": "mqtt", "base_topic": "new"}), True, id="moved"),
        pytest.param(charger({"source": "mqtt", "base_topic": BASE}, None), True, id="same topic"),
        pytest.param(charger({"source": "mqtt", "base_topic": "new"}, None), False, id="another"),
        pytest.param(charger({"source": "direct", "base_topic": BASE}), True, id="other broker"),
        pytest.param(
            charger({"source": "direct", "base_topic": BASE}, None),
            False,
            id="same topic elsewhere",
        ),
        pytest.param(BY_ENTITIES, False, id="other way"),
    ],
)
def test_which_charger_is_the_same(other: ConfigSubentry, same: bool) -> None:
    assert debt_of(MQTT).is_same_charger(debt_of(other)) is same


def test_a_charger_of_entities_is_known_by_what_lets_it_charge() -> None:
    owed = debt_of(BY_ENTITIES)
    moved = Debt(
        charger_id=CHARGER_ID,
        name="Garage",
        serial=SERIAL,
        address={"source": "entities", "entities": {**ENTITIES, "enable": ["select.other"]}},
    )
    assert owed.is_same_charger(debt_of(charger({"source": "entities", "entities": ENTITIES})))
    assert not owed.is_same_charger(moved)
