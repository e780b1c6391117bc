"""How coarse a replay is: simulated days, thinned to what a recorder keeps, against what was lived.

The simulator moves each second and knows ramps, an ESS that needs 15 s, a car that needs its time and
losses that the replay's small model does not have. `docs/what-if.md` tells the figures printed by
`python -m tests.control.test_replay_accuracy`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
import sys
from typing import Any, Final

import pytest

from custom_components.victron_openevse.control.model import (
    ChargerSettings,
    Mode,
    Priority,
    Settings,
    SiteSettings,
)
from custom_components.victron_openevse.control.replay import replay
from custom_components.victron_openevse.control.replay_sums import Sums
from simulator.battery import BatteryConfig
from simulator.car import CarConfig
from simulator.plant import PlantConfig
from simulator.weather import Day as Sun

from .recorded_house import KEY, MAX_CHARGE_W, Life, Lived

ARRAY_KW: Final = 4.5
AWAY_H: Final = ((7.5, 9.0), (31.0, 40.0))
"""The car drives a little on the first day, and from seven to four on the second."""
SUNS: Final = ("bright", "cold-clouds")
"""For the figures; tests live through the first alone."""

HOUSES: Final[dict[str, PlantConfig]] = {
    "as the model takes it": PlantConfig(
        battery=BatteryConfig(max_charge_w=MAX_CHARGE_W, max_discharge_w=MAX_CHARGE_W)
    ),
    "with more losses": PlantConfig(
        battery=BatteryConfig(
            charge_efficiency=0.92,
            discharge_efficiency=0.92,
            max_charge_w=3000.0,
            max_discharge_w=3000.0,
            taper_from_pct=85.0,
        ),
        inverter_efficiency=0.96,
        inverter_rating_w=4000.0,
    ),
}
"""A battery and a Multi as the replay reckons with, and others that it has to find in the record."""

ALL: Final = ChargerSettings(solar_max_current_a=32)


@dataclass(frozen=True)
class Case:
    """Settings, and the house they are lived in."""

    site: SiteSettings = field(default_factory=SiteSettings)
    charger: ChargerSettings = ALL
    house: str = "as the model takes it"
    feed_in: bool = True
    car: CarConfig | None = None
    suns: tuple[str, ...] = SUNS[:1]

    @property
    def settings(self) -> Settings:
        return Settings(site=self.site, chargers={KEY: self.charger})


CAR_FIRST: Final = Case()
HOUSE_FIRST: Final = Case(site=SiteSettings(priority=Priority.HOUSE_FIRST))
HIGH_RESERVE: Final = Case(site=SiteSettings(night_reserve_pct=75.0))
SOLAR_ONLY: Final = Case(charger=replace(ALL, mode=Mode.SOLAR_ONLY))
LOSSES: Final = Case(house="with more losses")
LOSSES_HOUSE_FIRST: Final = replace(HOUSE_FIRST, house="with more losses")
HELD_BACK: Final = Case(feed_in=False)
HELD_BACK_HOUSE_FIRST: Final = replace(HOUSE_FIRST, feed_in=False)
WITH_LIMIT: Final = Case(car=CarConfig(capacity_kwh=1000.0, start_soc_pct=0.0, limit_a=10.0))
NEARLY_FULL: Final = Case(car=CarConfig(capacity_kwh=40.0, start_soc_pct=75.0))


@cache
def lived(case: Case) -> Lived:
    """Live through the days; several tests look at the same."""
    suns: Sequence[Sun] = [Sun.from_pvanalytics(name, ARRAY_KW) for name in case.suns]
    life = Life(
        case.charger,
        case.site,
        suns,
        [1.0] * len(suns),
        away_h=AWAY_H,
        car=case.car,
        feed_in=case.feed_in,
        plant=HOUSES[case.house],
    )
    return life.live()


def replayed(recorded: Case, tried: Case) -> Sums:
    """Replay the record of one case with the settings of another."""
    return replay(lived(recorded).record(), tried.settings).total


def difference_kwh(before: Case, after: Case) -> tuple[float, float]:
    """What the car got more with the settings of `after`: as lived through, and as a replay tells."""
    told = [replayed(before, case).car.energy.total_kwh for case in (before, after)]
    return lived(after).car_kwh - lived(before).car_kwh, told[1] - told[0]


@pytest.mark.parametrize(
    ("case", "car", "grid_kwh"),
    [
        pytest.param(CAR_FIRST, 0.02, 0.3, id="car first"),
        pytest.param(HOUSE_FIRST, 0.02, 0.3, id="house first"),
        pytest.param(HELD_BACK, 0.02, 0.5, id="no feed-in"),
        pytest.param(LOSSES, 0.04, 0.5, id="losses that the model has to find"),
    ],
)
def test_a_replay_with_the_same_settings_tells_what_happened(
    case: Case, car: float, grid_kwh: float
) -> None:
    truth, total = lived(case), replayed(case, case)
    assert total.car.energy.total_kwh == pytest.approx(truth.car_kwh, rel=car)
    assert total.car.energy.solar_kwh == pytest.approx(truth.solar_kwh, rel=car)
    assert total.imported_kwh == pytest.approx(truth.imported_kwh, abs=grid_kwh)
    assert total.exported_kwh == pytest.approx(truth.exported_kwh, abs=grid_kwh)
    assert abs(total.car.starts - truth.starts) <= 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(CAR_FIRST, HOUSE_FIRST, id="house first instead of car first"),
        pytest.param(HOUSE_FIRST, CAR_FIRST, id="car first instead of house first"),
        pytest.param(LOSSES, LOSSES_HOUSE_FIRST, id="house first, with more losses"),
    ],
)
def test_a_difference_is_that_which_the_simulator_lives_through(before: Case, after: Case) -> None:
    truth_kwh, told_kwh = difference_kwh(before, after)
    assert abs(truth_kwh) > 1.0
    assert told_kwh == pytest.approx(truth_kwh, rel=0.15, abs=0.3)
    assert replayed(before, after).battery_pct == pytest.approx(lived(after).soc_pct, abs=8.0)


def test_held_back_sun_makes_a_replay_careful() -> None:
    """What a full battery hid was never recorded, so more charging brings more than is told."""
    truth_kwh, told_kwh = difference_kwh(HELD_BACK_HOUSE_FIRST, HELD_BACK)
    assert 0.4 * truth_kwh < told_kwh < truth_kwh + 0.5


def test_a_record_is_as_lean_as_the_recorder_keeps_it() -> None:
    rows = sum(len(track) for track in lived(CAR_FIRST).tracks.values())
    assert rows < 24 * 600


PAIRS: Final = (
    ("car_first", "house_first"),
    ("car_first", "night_reserve 75"),
    ("car_first", "solar_only"),
    ("more losses", "more losses, house_first"),
    ("no feed-in, house_first", "no feed-in"),
)
"""What is compared in the figures."""


def main() -> None:
    """Print the figures of `docs/what-if.md`."""
    cases: dict[str, Any] = {
        "car_first": CAR_FIRST,
        "house_first": HOUSE_FIRST,
        "night_reserve 75": HIGH_RESERVE,
        "solar_only": SOLAR_ONLY,
        "no feed-in": HELD_BACK,
        "no feed-in, house_first": HELD_BACK_HOUSE_FIRST,
        "more losses": LOSSES,
        "more losses, house_first": LOSSES_HOUSE_FIRST,
        "car takes 10 A": WITH_LIMIT,
        "car gets full": NEARLY_FULL,
    }
    cases = {name: replace(case, suns=SUNS) for name, case in cases.items()}
    tell = sys.stdout.write
    for name, case in cases.items():
        truth, total = lived(case), replayed(case, case)
        energy = total.car.energy
        tell(
            f"{name:25s} car {truth.car_kwh:6.2f} {energy.total_kwh:6.2f}"
            f"  sun {truth.solar_kwh:6.2f} {energy.solar_kwh:6.2f}"
            f"  import {truth.imported_kwh:5.2f} {total.imported_kwh:5.2f}"
            f"  export {truth.exported_kwh:6.2f} {total.exported_kwh:6.2f}"
            f"  starts {truth.starts} {total.car.starts}"
            f"  battery {truth.soc_pct:3.0f} {total.battery_pct:3.0f}\n"
        )
    for before, after in PAIRS:
        truth_kwh, told_kwh = difference_kwh(cases[before], cases[after])
        tell(f"{before} -> {after}: lived {truth_kwh:+6.2f}, replayed {told_kwh:+6.2f} kWh\n")


if __name__ == "__main__":
    main()
