"""A battery level that is told alone rests for hours; a frozen one, or a lost one, is not believed."""

from dataclasses import dataclass, replace

import pytest

from custom_components.victron_openevse.control.level_age import UNSEEN_KWH
from custom_components.victron_openevse.control.model import Mode, Reading, SiteReading, SiteSource
from custom_components.victron_openevse.control.reasons import ReasonCode

from .build import House

STEP_S = 5.0
HOUR_S = 3600.0
STOP_S = 420.0
"""From entities, what was lost for this long stops a charge."""


@dataclass
class Lone(House):
    """A house of entities whose level comes from elsewhere, and only when it changes."""

    told_at_s: float = 1000.0
    told: bool = True
    power_told: bool = True

    def site_reading(self) -> SiteReading:
        """What the entities would say now."""
        level = Reading(self.soc_pct, self.told_at_s) if self.told else None
        said = replace(super().site_reading(), source=SiteSource.ENTITIES, battery_soc_pct=level)
        return said if self.power_told else replace(said, battery_power_w=None)

    def tell(self, soc_pct: float) -> None:
        """Give the level anew."""
        self.soc_pct, self.told_at_s = soc_pct, self.now_s


def missing(house: House) -> tuple[str, ...]:
    """What is named missing."""
    assert house.decision is not None
    return house.decision.site.missing


@pytest.mark.parametrize(
    ("soc_pct", "battery_w"),
    [
        pytest.param(100.0, 0.0, id="full"),
        pytest.param(100.0, -60.0, id="full, standby"),
        pytest.param(80.0, 300.0, id="charges without a percent more"),
    ],
)
def test_a_level_may_rest_for_hours(soc_pct: float, battery_w: float) -> None:
    house = Lone(mode=Mode.SOLAR, pv_w=4000.0, soc_pct=soc_pct, battery_w=battery_w)
    house.run(6 * HOUR_S, STEP_S)
    assert (house.closings, missing(house)) == (1, ())
    assert house.offered_a > 6


def test_a_percent_each_ten_minutes_stops_nothing() -> None:
    house = Lone(mode=Mode.SOLAR, pv_w=4000.0, soc_pct=60.0, battery_w=500.0)
    for percent in range(61, 80):
        house.run(600, STEP_S)
        assert missing(house) == ()
        house.tell(float(percent))
    assert house.closings == 1


def test_a_level_that_stays_while_the_battery_empties_is_frozen() -> None:
    """What it costs the battery is bounded, and the next word makes all good."""
    house = Lone(mode=Mode.SOLAR, pv_w=0.0, load_w=600.0, soc_pct=90.0, battery_w=-2000.0)
    frozen_s = UNSEEN_KWH / 2.0 * HOUR_S
    house.run(frozen_s - STEP_S, STEP_S)
    house.run(STOP_S, STEP_S)
    assert missing(house) == ()
    house.run(3 * STEP_S, STEP_S)
    assert missing(house) == ("battery_soc",)
    assert house.charger.reason.code is ReasonCode.DATA_MISSING
    house.tell(89.0)
    house.run(2 * STOP_S, STEP_S)
    assert missing(house) == ()


def test_what_was_charged_before_does_not_let_a_level_freeze_for_longer() -> None:
    house = Lone(pv_w=0.0, soc_pct=90.0, battery_w=2000.0)
    house.run(3 * HOUR_S, STEP_S)
    assert missing(house) == ()
    house.battery_w = -2000.0
    house.run(UNSEEN_KWH / 2.0 * HOUR_S + STOP_S + 2 * STEP_S, STEP_S)
    assert missing(house) == ("battery_soc",)


def test_what_is_charged_again_was_not_given() -> None:
    house = Lone(soc_pct=95.0, battery_w=-1500.0)
    for _ in range(10):
        house.battery_w = -1500.0
        house.run(1800, STEP_S)
        house.battery_w = 1500.0
        house.run(1800, STEP_S)
    assert missing(house) == ()


def test_a_level_that_is_lost_is_held_then_minimum_then_stop_however_long_it_rested() -> None:
    house = Lone(mode=Mode.SOLAR, pv_w=4000.0, soc_pct=100.0, battery_w=0.0)
    house.run(2 * HOUR_S, STEP_S)
    before_a = house.offered_a
    house.told = False
    house.run(60, STEP_S)
    assert house.offered_a == before_a > 6
    house.run(200, STEP_S)
    assert house.offered_a == 6
    house.run(170, STEP_S)
    assert house.offered_a == 0


def test_without_the_batterys_power_nobody_watches_a_level_that_rests() -> None:
    house = Lone(mode=Mode.SOLAR, pv_w=4000.0, soc_pct=100.0, battery_w=0.0)
    house.run(HOUR_S, STEP_S)
    house.power_told = False
    house.run(STOP_S - STEP_S, STEP_S)
    assert missing(house) == ("battery_power",)
    house.run(2 * STEP_S, STEP_S)
    assert missing(house) == ("battery_power", "battery_soc")


@dataclass
class Unrepeated(House):
    """A house over MQTT whose level is no longer told."""

    level: Reading[float] | None = None

    def site_reading(self) -> SiteReading:
        """What the GX would say now."""
        said = super().site_reading()
        return replace(said, battery_soc_pct=self.level or said.battery_soc_pct)


def test_over_mqtt_a_level_that_is_not_repeated_is_old() -> None:
    """There it is asked for."""
    house = Unrepeated(mode=Mode.SOLAR, pv_w=4000.0)
    house.run(60)
    house.level = house.readings.site.battery_soc_pct
    house.run(179)
    assert missing(house) == ()
    house.run(1)
    assert missing(house) == ("battery_soc",)
