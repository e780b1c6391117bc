"""A battery level that jumps: believed downwards at once, upwards only when it lasts."""

import pytest

from custom_components.victron_openevse.control.jumps import (
    LASTS_S,
    SHORT_S,
    believed_pct,
    note_jump,
)
from custom_components.victron_openevse.control.memory import SiteMemory
from custom_components.victron_openevse.control.model import (
    Mode,
    Reading,
    SiteReading,
    SiteSource,
)

from .build import House

MQTT_S = LASTS_S[SiteSource.MQTT]


def believe(*told: tuple[float | None, float]) -> float | None:
    """What is believed after each of these levels was told for so many seconds."""
    memory, site, now_s = SiteMemory(), SiteReading(), 0.0
    for soc_pct, seconds in told:
        for _ in range(int(seconds)):
            now_s += 1.0
            level = None if soc_pct is None else Reading(soc_pct, now_s)
            site = SiteReading(battery_soc_pct=level)
            memory = note_jump(memory, site, now_s)
    return believed_pct(memory, site)


@pytest.mark.parametrize(
    ("told", "believed_"),
    [
        pytest.param([(42.0, 1)], 42.0, id="the first"),
        pytest.param([(42.0, 10), (44.0, 1)], 44.0, id="a step"),
        pytest.param([(42.0, 10), (60.0, MQTT_S)], 42.0, id="a jump"),
        pytest.param([(42.0, 10), (60.0, MQTT_S + 2)], 60.0, id="a jump that lasts"),
        pytest.param([(42.0, 10), (60.0, 20), (42.0, 5), (60.0, 20)], 42.0, id="again and again"),
        pytest.param([(42.0, 10), (20.0, 1)], 20.0, id="a fall"),
        pytest.param([(42.0, 10), (20.0, 5), (42.0, 1)], 42.0, id="a short fall"),
        pytest.param([(42.0, 10), (20.0, SHORT_S + 1), (42.0, 1)], 20.0, id="a long one"),
        pytest.param([(42.0, 10), (20.0, 5), (60.0, 1)], 20.0, id="back to elsewhere"),
        pytest.param([(42.0, 10), (None, 3)], None, id="nobody tells"),
        pytest.param([(42.0, 10), (None, 3), (43.0, 1)], 43.0, id="told again"),
    ],
)
def test_what_is_believed(told: list[tuple[float | None, float]], believed_: float) -> None:
    assert believe(*told) == believed_


def test_wrong_samples_at_night_start_nothing() -> None:
    house = House(mode=Mode.SOLAR, pv_w=0.0, soc_pct=36.0, hours_to_sunset=10.0)
    house.run(600)
    for _ in range(60):
        house.soc_pct = 60.0
        house.run(25)  # until a GX is asked again for what rests
        house.soc_pct = 36.0
        house.run(55, 5.0)
    assert house.closings == 0
