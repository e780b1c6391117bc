"""Days from records, files and pvlib."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from simulator.weather import DAY_S, GOLDEN, MIDDLE_EUROPE, RECORDS, Day, cloud_factors, sun_times_s


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_every_record_is_a_day_of_sun(name: str) -> None:
    day = Day.from_pvanalytics(name, 4.5)
    assert 5.0 < day.energy_kwh() < 40.0
    assert 2000.0 < day.peak_w() < 5000.0
    assert day.power_w(2 * 3600) < 20.0, "dark at night"
    assert day.sunrise_s < 8 * 3600 < 16 * 3600 < day.sunset_s


def test_a_record_scales_with_the_array() -> None:
    small, big = Day.from_pvanalytics("bright", 4.5), Day.from_pvanalytics("bright", 9.0)
    assert big.energy_kwh() == pytest.approx(2 * small.energy_kwh())


def test_the_records_differ_in_restlessness() -> None:
    def restlessness(name: str) -> float:
        day = Day.from_pvanalytics(name, 4.5)
        minutes = [day.power_w(60 * m) for m in range(10 * 60, 15 * 60)]
        return float(np.abs(np.diff(minutes)).mean())

    assert restlessness("haze") > 5 * restlessness("winter")


def test_the_clock_of_the_record_fits_its_sun() -> None:
    day = Day.from_pvanalytics("bright", 4.5)
    first_s = next(second for second in range(DAY_S) if day.power_w(second) > 20.0)
    assert first_s == pytest.approx(day.sunrise_s, abs=1800)


def test_unknown_record() -> None:
    with pytest.raises(KeyError):
        Day.from_pvanalytics("nowhere", 4.5)


def test_clear_sky_is_smooth_and_peaks_at_solar_noon() -> None:
    day = Day.clear_sky(4.5, date(2026, 6, 21))
    noon_s = max(range(0, DAY_S, 60), key=day.power_w)
    assert 3500.0 < day.peak_w() < 4500.0
    assert noon_s == pytest.approx((day.sunrise_s + day.sunset_s) / 2, abs=1200)


def test_sun_times_of_a_known_day() -> None:
    # Frankfurt on the longest day of 2026: up 05:14, down 21:38 by the almanac
    sunrise_s, sunset_s = sun_times_s(MIDDLE_EUROPE, date(2026, 6, 21))
    assert sunrise_s == pytest.approx(5 * 3600 + 14 * 60, abs=180)
    assert sunset_s == pytest.approx(21 * 3600 + 38 * 60, abs=180)


def test_clouds_are_repeatable_and_have_edges_of_seconds() -> None:
    first, again, other = cloud_factors(1, 0.5), cloud_factors(1, 0.5), cloud_factors(2, 0.5)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert 0.1 < first.min() < 0.5
    assert first.max() <= 1.04
    assert np.abs(np.diff(first)).max() < 0.2, "no jump within one second"


def test_more_cover_means_less_sun() -> None:
    on = date(2026, 6, 21)
    some, much = (Day.cloudy(4.5, on, seed=1, cover=cover).energy_kwh() for cover in (0.2, 0.8))
    assert much < some < Day.clear_sky(4.5, on).energy_kwh() * 1.03


def test_samples_are_joined_by_lines_and_never_negative() -> None:
    samples = [(100.0, -3.0), (110.0, None), (200.0, 100.0), (300.0, 100.0)]
    day = Day.from_samples("made up", samples, date(2026, 1, 1), GOLDEN)
    assert [day.power_w(second) for second in (0, 100, 150, 250, 400)] == [0, 0, 50, 100, 0]
    assert day.power_w(DAY_S + 150) == 50.0, "the next day repeats it"


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        pytest.param([(0.0, 1.0)], "fewer than two", id="one reading"),
        pytest.param([(0.0, None), (9.0, None)], "fewer than two", id="none that can be used"),
        pytest.param([(0.0, 5.0), (7200.0, 5.0)], "no readings from", id="two hours missing"),
    ],
)
def test_refused_samples(samples: list[tuple[float, float | None]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Day.from_samples("made up", samples, date(2026, 1, 1), GOLDEN)


def test_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "roof.csv"
    path.write_text(
        "time,watts\n2026-05-01 10:00:00,1000\n2026-05-01T10:01:00+02:00,\n"
        "2026-05-01 10:02:00,2000\n2026-05-02 10:00:00,9\n"
    )
    day = Day.from_csv(path, scale=2.0)
    assert (day.name, day.on) == ("roof", date(2026, 5, 1))
    assert day.power_w(36_060) == 3000.0


def test_a_day_has_86400_seconds() -> None:
    with pytest.raises(ValueError, match="86400"):
        Day("short", [1.0], date(2026, 1, 1), GOLDEN)
