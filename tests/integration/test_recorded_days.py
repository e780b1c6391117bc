"""From what the recorder kept to the record of a replay, and what our own counters say happened."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.victron_openevse.control.memory import HouseMemory
from custom_components.victron_openevse.control.model import (
    ChargerSettings,
    Mode,
    Priority,
    Settings,
    SiteSettings,
)
from custom_components.victron_openevse.control.replay_record import SLOT_S, Day, Record, SiteFacts
from custom_components.victron_openevse.recorded_days import (
    Known,
    Tracks,
    find_gaps,
    hours_on,
    make_record,
    recorded_car,
    recorded_site,
)
from custom_components.victron_openevse.recorded_settings import (
    as_rule,
    as_they_were,
    describe,
)

CAR = "car"
HOUR_S = 3600.0
SETTINGS = Settings(chargers={CAR: ChargerSettings()})


def known(**changes: Any) -> Known:
    """A day of ten hours, of which the sun shines from the first to the ninth."""
    day = Day(date="2026-11-20", start_s=0.0, end_s=10 * HOUR_S, sunset_s=9 * HOUR_S, length_h=8.0)
    values: dict[str, Any] = {
        "days": (day,),
        "settings": SETTINGS,
        "site": SiteFacts(volts=230.0, max_charge_w=4000.0, max_discharge_w=4000.0),
        "feed_in": True,
        "phases": {CAR: 1},
        "departures_s": {},
        "house": HouseMemory(nights_kwh=(3.0,)),
    }
    return Known(**values | changes)


def wandering(value: float) -> list[tuple[float, str]]:
    """A power that is written every ten minutes."""
    return [(minute * 600.0, str(value + 10 * (minute % 2))) for minute in range(60)]


def tracks(**changes: Any) -> Tracks:
    """What was recorded, the site's by key and the car's by key with `car_` before it."""
    texts: dict[Any, Any] = {
        (None, "pv_power"): wandering(2000.0),
        (None, "house_power"): wandering(400.0),
        (None, "battery_soc"): [(0.0, "55"), (5 * HOUR_S, "60")],
    }
    for name, states in changes.items():
        key = (CAR, name.removeprefix("car_")) if name.startswith("car_") else (None, name)
        texts[key] = states
    return Tracks(texts=texts)


def made(tracks: Tracks, **changes: Any) -> Record:
    record = make_record(known(**changes), tracks)
    assert record is not None
    return record


def test_a_record_holds_slots_of_the_whole_day() -> None:
    record = made(tracks())
    assert len(record.pv_w) == 10 * HOUR_S / SLOT_S
    assert set(record.house_w) == {400.0, 410.0}
    assert (record.soc_pct[0], record.soc_pct[-1]) == (55.0, 60.0)
    assert record.house == HouseMemory(nights_kwh=(3.0,))


@pytest.mark.parametrize("lost", ["pv_power", "house_power", "battery_soc"])
def test_without_what_is_needed_there_is_no_record(lost: str) -> None:
    assert make_record(known(), tracks(**{lost: [(0.0, None)]})) is None


def test_days_before_the_first_state_are_left_out() -> None:
    record = made(tracks(battery_soc=[(2 * HOUR_S, "55")]))
    assert record.start_s == record.days[0].start_s == 2 * HOUR_S
    assert len(record.pv_w) == 8 * HOUR_S / SLOT_S


def test_a_site_that_stands_still_is_a_gap() -> None:
    states = {
        key: [one for one in wandering(value) if not 3 * HOUR_S < one[0] < 5 * HOUR_S]
        for key, value in (("pv_power", 2000.0), ("house_power", 400.0))
    }
    found = tracks(**states, battery_soc=[(0.0, "55")])
    assert find_gaps(found, 10 * HOUR_S) == [(3 * HOUR_S + 300.0, 5 * HOUR_S)]
    assert made(found).house_w.count(None) == (2 * HOUR_S - 300.0) / SLOT_S


@pytest.mark.parametrize(
    ("lost_s", "expected"),
    [
        pytest.param(9.5 * HOUR_S, 0.0, id="by night it sleeps"),
        pytest.param(5 * HOUR_S, None, id="by day it is unknown"),
    ],
)
def test_an_inverter_that_leaves_the_gx(lost_s: float, expected: float | None) -> None:
    states: list[tuple[float, str | None]] = [one for one in wandering(2000.0) if one[0] < lost_s]
    record = made(tracks(pv_power=[*states, (lost_s, None)]))
    assert record.pv_w[int(lost_s / SLOT_S) + 1] == expected


@pytest.mark.parametrize(
    ("powers", "charge_w", "discharge_w"),
    [
        pytest.param([(0.0, "1000"), (60.0, "-500")], 4000.0, 4000.0, id="what is usual"),
        pytest.param([(0.0, "5200"), (60.0, "-6100")], 5200.0, 6100.0, id="more was seen"),
        pytest.param([], 4000.0, 4000.0, id="nothing was seen"),
    ],
)
def test_what_the_battery_can_shows_in_what_it_did(
    powers: list[tuple[float, str | None]], charge_w: float, discharge_w: float
) -> None:
    site = made(tracks(battery_power=powers)).site
    assert (site.max_charge_w, site.max_discharge_w) == (charge_w, discharge_w)


@pytest.mark.parametrize(
    ("told", "curtailed", "feeds_in"),
    [
        pytest.param(None, "on", False, id="not told, sun was held back"),
        pytest.param(None, "off", True, id="not told, never held back"),
        pytest.param(True, "on", True, id="told"),
    ],
)
def test_whether_sun_may_be_exported(told: bool | None, curtailed: str, feeds_in: bool) -> None:
    record = made(tracks(pv_curtailed=[(0.0, curtailed)]), feed_in=told)
    assert record.site.feed_in is feeds_in


def test_the_inverters_losses_show_on_its_two_sides() -> None:
    found = tracks(
        pv_power=[(0.0, "2000")],
        house_power=[(0.0, "500")],
        battery_power=[(0.0, "0")],
        grid_power=[(0.0, "-1000")],
        car_charging_power=[(0.0, "400")],
    )
    assert made(found).site.efficiency == pytest.approx(0.95)
    assert made(tracks()).site.efficiency == 1.0


def test_the_price_of_now_stands_in_for_unknown_ones() -> None:
    record = made(tracks(), import_price=0.3)
    assert set(record.import_price) == {0.3}
    assert record.export_price == ()


def test_what_our_counters_say_happened() -> None:
    found = tracks(
        car_energy_total=[(0.0, "100"), (3600.0, "101.5")],
        car_energy_solar=[(0.0, "50"), (3600.0, "51")],
        car_charging=[(0.0, "off"), (600.0, "on"), (900.0, None), (1200.0, "on"), (1800.0, "off")],
        car_charging_cost=[(0.0, "7.0"), (3600.0, "7.2")],
        grid_power=[(0.0, "1000"), (3600.0, "-2000"), (7200.0, "0")],
    )
    record = made(found, import_price=0.3, export_price=0.1)
    car = recorded_car(found, CAR, 0.0, 10 * HOUR_S)
    assert car == pytest.approx(
        {
            "car_kwh": 1.5,
            "solar_kwh": 1.0,
            "battery_kwh": None,
            "grid_kwh": None,
            "starts": 1,
            "charging_cost": 0.2,
            "charging_savings": None,
        }
    )
    site = recorded_site(record, found, 0.0, 10 * HOUR_S)
    assert site == pytest.approx(
        {"imported_kwh": 1.0, "exported_kwh": 2.0, "battery_pct": 60.0, "bill": 0.3 - 0.2}
    )


def test_hours_that_a_flag_was_on() -> None:
    flags = [(0.0, True), (HOUR_S, False), (2 * HOUR_S, True)]
    assert hours_on(flags, 0.5 * HOUR_S, 4 * HOUR_S) == 2.5


class TestSettings:
    """As they were recorded, and what differs."""

    def test_a_timeline_follows_the_entities(self) -> None:
        texts: Mapping[Any, Any] = {
            (None, "priority"): [(-50.0, "balanced"), (7200.0, "house_first")],
            (None, "min_on_time"): [(3600.0, "10")],
            (CAR, "mode"): [(0.0, "solar"), (3600.0, "fast"), (5000.0, None), (9000.0, "nonsense")],
            (CAR, "pause_until_morning"): [(9999.0, "on")],
        }
        timeline = as_they_were(SETTINGS, texts, 0.0)
        assert [at_s for at_s, _ in timeline] == [0.0, 3600.0, 7200.0, 9999.0]
        first, second, third, last = (settings for _, settings in timeline)
        assert first.site.priority is Priority.BALANCED
        assert (second.site.min_on_s, second.chargers[CAR].mode) == (600.0, Mode.FAST)
        assert third.site.priority is Priority.HOUSE_FIRST
        assert last.chargers[CAR].pause_until_morning

    def test_without_records_they_were_as_now(self) -> None:
        assert as_they_were(SETTINGS, {}, 5.0) == [(5.0, SETTINGS)]

    def test_what_holds_only_for_now_is_no_rule(self) -> None:
        own = ChargerSettings(pause_until_morning=True)
        settings = Settings(site=SiteSettings(shadow=True), chargers={CAR: own})
        assert as_rule(settings) == SETTINGS

    def test_differences_are_told_as_the_entities_show_them(self) -> None:
        after = Settings(
            site=SiteSettings(min_off_s=600.0), chargers={CAR: ChargerSettings(mode=Mode.OFF)}
        )
        assert describe(SETTINGS, after) == [
            {"name": "min_off_time", "before": 5.0, "after": 10.0},
            {"name": "mode", "before": "solar", "after": "off", "charger": CAR},
        ]
