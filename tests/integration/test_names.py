"""Whatever a text of ours fills in by its key has a name in every language."""

from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.victron_openevse import names
from custom_components.victron_openevse.const import CONF_SUN_FORECASTS, DOMAIN
from custom_components.victron_openevse.control.freshness import missing_readings
from custom_components.victron_openevse.control.model import SiteReading
from custom_components.victron_openevse.entity_roles import CHARGER_ROLES, SITE_ROLES
from custom_components.victron_openevse.openevse.others import DISOBEYED_S, ECO_MODE, Others
from custom_components.victron_openevse.optional_inputs import CHARGER_INPUTS, SITE_INPUTS
from custom_components.victron_openevse.victron.mqtt import VITAL

LANGUAGES: Final = sorted(
    path.stem for path in (Path(names.__file__).parent / "translations").glob("*.json")
)


def readings() -> set[str]:
    """Give what a site may miss, in the dialogues and at work."""
    vital = {name.rpartition("_")[0] for name in VITAL}
    return vital | set(missing_readings(SiteReading(), None, 0.0))


def others() -> set[str]:
    """Give all that may steer a charger besides us."""
    own, client = Others(), Others()
    own.take_divert_mode(ECO_MODE)
    own.take_shaper("1")
    own.take_schedule('[{"id": 1}]')
    for now_s in (0.0, DISOBEYED_S):
        client.take_obedience(now_s, disobeys=True)
    return {*own.names, *client.names}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("places", "keys"),
    [
        pytest.param(names.READINGS, readings(), id="readings"),
        pytest.param(names.OTHERS, others(), id="others"),
        pytest.param(names.SITE_ENTITIES, {role.key for role in SITE_ROLES}, id="site entities"),
        pytest.param(
            names.CHARGER_ENTITIES, {role.key for role in CHARGER_ROLES}, id="charger entities"
        ),
        pytest.param(
            names.INPUTS, {*SITE_INPUTS, *CHARGER_INPUTS, CONF_SUN_FORECASTS}, id="inputs"
        ),
        pytest.param(names.COMMON, {"left_out_no_answer", "left_out_firmware"}, id="left out"),
    ],
)
async def test_every_key_has_a_name(
    hass: HomeAssistant, language: str, places: tuple[str, ...], keys: set[str]
) -> None:
    category = places[0].partition(".")[0]
    served = await async_get_translations(hass, language, category, [DOMAIN])
    named = {
        key
        for key in keys
        for place in places
        if f"component.{DOMAIN}.{place.format(key)}" in served
    }
    assert keys
    assert keys - named == set()


async def test_names_are_of_the_language_and_what_has_none_keeps_its_key(
    hass: HomeAssistant,
) -> None:
    hass.config.language = "de"
    await names.async_load_names(hass)
    assert names.name_all(hass, names.OTHERS, ("eco_mode", "another_client", "new_one")) == (
        "Eco-Modus, anderer Client, new_one"
    )


async def test_before_words_are_loaded_keys_stand_for_them(hass: HomeAssistant) -> None:
    hass.config.language = "tlh"
    assert names.name_all(hass, names.READINGS, ("grid_power",)) == "grid_power"
