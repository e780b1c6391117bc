"""What a person may choose, and what survives of stored settings."""

from dataclasses import replace
import json
from typing import Any

import pytest

from custom_components.victron_openevse.control.model import (
    ChargerSettings,
    Mode,
    Settings,
    SiteSettings,
    Temporary,
)
from custom_components.victron_openevse.control.room_dealing import RESTART_A
from custom_components.victron_openevse.settings import (
    ContradictionError,
    check_charger,
    check_site,
    dump,
    load,
)

SETTINGS = Settings(
    site=SiteSettings(night_reserve_pct=55.0, base_load_w=310.0, min_on_s=600.0),
    chargers={"a": ChargerSettings(mode=Mode.FAST, phases=3, order=2, use_battery=False)},
)
BOOST = Temporary(mode=Mode.FAST, boost=True, current_a=10, duration_s=5400.0, serial=3)


def test_settings_survive_storage() -> None:
    loaded, rejected = load(dump(SETTINGS), ["a"])
    assert loaded == SETTINGS
    assert rejected == ()


@pytest.mark.parametrize(
    "temporary",
    [
        pytest.param(BOOST, id="for a time"),
        pytest.param(replace(BOOST, duration_s=None, energy_kwh=7.5), id="for an energy"),
        pytest.param(replace(BOOST, duration_s=None, target_soc_pct=80.0), id="to a target"),
        pytest.param(Temporary(mode=Mode.OFF, duration_s=60.0, serial=1), id="a pause"),
    ],
)
def test_what_is_temporary_survives_storage(temporary: Temporary) -> None:
    own = replace(SETTINGS.chargers["a"], temporary=temporary, session_limit_kwh=12.5)
    settings = replace(SETTINGS, chargers={"a": own})
    assert load(json.loads(json.dumps(dump(settings))), ["a"]) == (settings, ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("mode", "turbo", id="unknown mode"),
        pytest.param("mode", None, id="no mode"),
        pytest.param("boost", 1, id="number for a flag"),
        pytest.param("serial", "3", id="text for a count"),
        pytest.param("current_a", 10.5, id="half an amp"),
        pytest.param("current_a", 5, id="below 6 A"),
        pytest.param("duration_s", -1.0, id="a time gone by"),
        pytest.param("duration_s", True, id="flag for a time"),
        pytest.param("energy_kwh", float("nan"), id="no number"),
        pytest.param("target_soc_pct", 101, id="more than full"),
    ],
)
def test_a_damaged_temporary_mode_is_none_and_is_named(field: str, value: Any) -> None:
    settings = replace(SETTINGS, chargers={"a": replace(ChargerSettings(), temporary=BOOST)})
    data = dump(settings)
    data["chargers"]["a"]["temporary"][field] = value
    loaded, rejected = load(data, ["a"])
    assert (loaded.chargers["a"].temporary, rejected) == (None, ("temporary",))


@pytest.mark.parametrize("data", [3, [], "fast"])
def test_a_foreign_temporary_mode_is_none(data: object) -> None:
    stored = dump(SETTINGS)
    stored["chargers"]["a"]["temporary"] = data
    loaded, rejected = load(stored, ["a"])
    assert (loaded.chargers["a"].temporary, rejected) == (None, ("temporary",))


def test_settings_stored_before_there_was_anything_temporary_are_read() -> None:
    stored = dump(SETTINGS)
    for name in ("temporary", "session_limit_kwh", "target_soc_pct"):
        del stored["chargers"]["a"][name]
    assert load(stored, ["a"]) == (SETTINGS, ())


def test_a_removed_charger_is_forgotten_and_a_new_one_gets_defaults() -> None:
    loaded, _ = load(dump(SETTINGS), ["b"])
    assert dict(loaded.chargers) == {"b": ChargerSettings()}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="nothing stored"),
        pytest.param([], id="a list"),
        pytest.param({"site": 3, "chargers": "x"}, id="other types"),
        pytest.param({"chargers": {"a": None}}, id="charger without data"),
        pytest.param({"site": {"colour": "red"}}, id="unknown key"),
    ],
)
def test_foreign_data_gives_defaults(data: object) -> None:
    loaded, rejected = load(data, ["a"])
    assert loaded == Settings(chargers={"a": ChargerSettings()})
    assert rejected == ()


@pytest.mark.parametrize(
    ("section", "field", "value"),
    [
        pytest.param("site", "night_reserve_pct", 101, id="above the range"),
        pytest.param("site", "reserve_floor_pct", -1, id="below the range"),
        pytest.param("site", "base_load_w", float("nan"), id="not a number"),
        pytest.param("site", "base_load_w", "250", id="text for a number"),
        pytest.param("site", "base_load_w", True, id="flag for a number"),
        pytest.param("site", "allow_islanded", 1, id="number for a flag"),
        pytest.param("site", "priority", "nobody", id="unknown word"),
        pytest.param("charger", "mode", "turbo", id="unknown mode"),
        pytest.param("charger", "mode", ["fast"], id="list for a word"),
        pytest.param("charger", "phases", 2, id="two phases"),
        pytest.param("charger", "fast_current_a", 5, id="below 6 A"),
    ],
)
def test_a_bad_value_gets_its_default_and_is_named(section: str, field: str, value: Any) -> None:
    data = dump(SETTINGS)
    part = data["site"] if section == "site" else data["chargers"]["a"]
    part[field] = value
    loaded, rejected = load(data, ["a"])
    own, defaults = (
        (loaded.site, SiteSettings())
        if section == "site"
        else (loaded.chargers["a"], ChargerSettings())
    )
    assert rejected == (field,)
    assert getattr(own, field) == getattr(defaults, field)
    assert loaded.site.night_reserve_pct == (40.0 if field == "night_reserve_pct" else 55.0)


def test_stored_settings_that_exclude_each_other_lose_no_other() -> None:
    """Neither the circuit's limit nor Off may be lost to two currents that are crossed."""
    data = dump(SETTINGS)
    data["chargers"]["a"] |= {
        "solar_min_current_a": 20,
        "solar_max_current_a": 10,
        "circuit_current_a": 12,
        "mode": "off",
    }
    data["site"] |= {
        "resume_soc_pct": 10.0,
        "reserve_floor_pct": 60.0,
        "grid_limit_a": 3.0,
        "shadow": True,
    }
    loaded, rejected = load(data, ["a"])
    own, site = loaded.chargers["a"], loaded.site
    assert (own.circuit_current_a, own.mode) == (12, Mode.OFF)
    assert (own.solar_min_current_a, own.solar_max_current_a) == (6, 20)
    assert (site.resume_soc_pct, site.reserve_floor_pct) == (
        SiteSettings().resume_soc_pct,
        SiteSettings().reserve_floor_pct,
    )
    assert (site.grid_limit_a, site.shadow) == (RESTART_A, True)
    assert set(rejected) == {
        "solar_min_current_a",
        "solar_max_current_a",
        "resume_soc_pct",
        "reserve_floor_pct",
        "grid_limit_a",
    }


def test_crossed_currents_are_refused() -> None:
    with pytest.raises(ContradictionError, match="solar_currents_crossed") as caught:
        check_charger(replace(ChargerSettings(), solar_min_current_a=21))
    assert caught.value.numbers == {"minimum": 21, "maximum": 20}


def test_resume_below_floor_is_refused() -> None:
    with pytest.raises(ContradictionError, match="resume_below_floor"):
        check_site(replace(SiteSettings(), resume_soc_pct=10.0))
