"""Why, in words and numbers: what `explain` answers."""

from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.victron_openevse.const import DOMAIN
from custom_components.victron_openevse.explain import fill

from .conftest import Clock, Gx
from .test_actions import GARAGE, do
from .test_loop import state


async def explain(hass: HomeAssistant) -> dict[str, Any]:
    """Ask why."""
    answer: Any = await hass.services.async_call(
        DOMAIN, "explain", dict(GARAGE), blocking=True, return_response=True
    )
    (charger,) = answer["chargers"]
    found: dict[str, Any] = charger
    return found


@pytest.mark.usefixtures("running")
async def test_explain_tells_why_and_what_would_change_it(
    hass: HomeAssistant, gx: Gx, clock: Clock
) -> None:
    await clock.advance(30, gx.say_all)
    answer = await explain(hass)
    assert (answer["charger"], answer["code"]) == ("Garage", "following_surplus")
    assert answer["offered_current_a"] == int(state(hass, "sensor.garage_offered_current"))
    assert answer["sentence"].startswith("The surplus is 2500 W, so the car is offered ")
    # The reserve depends on the sun to come, and so on the time of day.
    reserve = f"{answer['numbers']['reserve_pct']:.0f} %"
    assert answer["sentence"].endswith(f"The house battery is at 80 % and keeps {reserve}.")
    assert f"when the house battery is down to {reserve}" in answer["what_would_change"]
    assert answer["changes"][0]["code"] == "battery_stops"
    assert answer["numbers"]["soc_pct"] == 80.0
    assert "?" not in answer["sentence"] + answer["what_would_change"]


@pytest.mark.usefixtures("running")
async def test_explain_a_pause(hass: HomeAssistant) -> None:
    await do(hass, "pause", duration={"minutes": 30})
    answer = await explain(hass)
    assert answer["sentence"] == "Charging is paused for a while."
    assert answer["what_would_change"] == "It ends by itself in 30 min."
    assert answer["status"] == "paused"


@pytest.mark.usefixtures("running")
async def test_explain_before_the_first_decision(
    hass: HomeAssistant,
) -> None:
    with patch("custom_components.victron_openevse.explain.look_ahead", return_value=None):
        assert await refusal_of_explain(hass) == "nothing_decided"


async def refusal_of_explain(hass: HomeAssistant) -> str:
    """Ask why when nobody can say."""
    with pytest.raises(ServiceValidationError) as caught:
        await explain(hass)
    return str(caught.value.translation_key)


@pytest.mark.parametrize(
    ("text", "numbers", "language", "sentence"),
    [
        pytest.param("{a_w} W", {"a_w": 2496.0}, "en", "2500 W", id="watts in tens"),
        pytest.param("{a_w} W", {"a_w": -3.0}, "en", "0 W", id="no minus zero"),
        pytest.param("{a_kwh} kWh", {"a_kwh": 1.06}, "en-GB", "1.1 kWh", id="a point"),
        pytest.param("{a_kwh} kWh", {"a_kwh": 1.06}, "de", "1,1 kWh", id="a comma"),
        pytest.param("{a_min} min", {"a_s": 61.0}, "en", "2 min", id="begun minutes count"),
        pytest.param("{a_s} s", {"a_s": 61.4}, "en", "61 s", id="whole seconds"),
        pytest.param("{a_pct} %", {}, "en", "? %", id="what is not known"),
    ],
)
def test_numbers_in_sentences(
    text: str, numbers: dict[str, float], language: str, sentence: str
) -> None:
    assert fill(text, numbers, language) == sentence
