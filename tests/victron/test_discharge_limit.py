"""The volatile discharge limit: written when it moves, refreshed, verified, given back."""

import json
import math

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control.guard import LEAST_LIMIT_W
from custom_components.victron_openevse.victron.discharge_limit import MOST_LIMIT_W, DischargeLimit
from tests.victron.fake_gx import PORTAL, Gx

OVERRIDE = "hub4/0/Overrides/MaxDischargePower"
TOPIC = f"W/{PORTAL}/{OVERRIDE}"


def written(gx: Gx) -> list[object]:
    """Return the values written, having checked that nothing but the override ever is."""
    assert all(topic == TOPIC for topic, _ in gx.transport.sent if topic.startswith("W/"))
    return [json.loads(payload)["value"] for payload in gx.writes()]


def hold(gx: Gx, limit_w: float | None, *, echo: bool = True) -> None:
    gx.site.hold_discharge_limit(limit_w, gx.now_s)
    if echo:
        gx.say(OVERRIDE, None if limit_w is None else max(1, round(limit_w)))


@pytest.mark.parametrize(
    ("limit_w", "value"),
    [
        pytest.param(2999.6, 3000, id="whole watts"),
        pytest.param(0.0, 1, id="never zero: it would stop all inverting"),
        pytest.param(-500.0, 1, id="negative means none to the GX"),
        pytest.param(math.inf, 200_000, id="infinite"),
        pytest.param(math.nan, 1, id="NaN holds the least"),
    ],
)
def test_first_write(house: Gx, limit_w: float, value: int) -> None:
    hold(house, limit_w, echo=False)
    assert house.transport.sent == [(TOPIC, json.dumps({"value": value}))]


def test_releasing_nothing_writes_nothing(house: Gx) -> None:
    hold(house, None)
    house.pass_time(60)
    house.site.hand_back(house.now_s)
    assert written(house) == []


def test_large_changes_go_out_at_most_every_two_seconds(house: Gx) -> None:
    for watts in (1000, 1200, 1400, 1600, 1800, 1800):
        hold(house, watts, echo=False)
        house.pass_time(1)
    assert written(house) == [1000, 1200, 1600, 1800]


def test_small_changes_wait_for_the_refresh(house: Gx) -> None:
    hold(house, 1000)
    hold(house, 1050, echo=False)
    house.pass_time(44)
    assert written(house) == [1000]
    house.pass_time(1)
    assert written(house) == [1000, 1050]


def test_refreshed_well_before_it_expires(house: Gx) -> None:
    hold(house, 1000)
    house.pass_time(180)
    assert written(house) == [1000] * 5
    assert not house.site.discharge_limit_echo_missing, "an unchanged refresh needs no new echo"


def test_echo_missing_after_ten_seconds(house: Gx) -> None:
    hold(house, 1000, echo=False)
    missing = []
    for seconds in (9, 1):
        house.pass_time(seconds)
        missing.append(house.site.discharge_limit_echo_missing)
    house.say(OVERRIDE, 1000)
    missing.append(house.site.discharge_limit_echo_missing)
    assert missing == [False, True, False]


def test_a_value_the_gx_already_had_is_asked_for(house: Gx) -> None:
    """After a restart of ours the old override still stands: writing it again changes nothing."""
    house.say(OVERRIDE, 1000)
    hold(house, 1000, echo=False)
    house.pass_time(2)
    assert house.sent("R", OVERRIDE) == []
    house.pass_time(1)
    assert house.sent("R", OVERRIDE) == [""]
    house.say(OVERRIDE, 1000)
    house.pass_time(15)
    assert house.sent("R", OVERRIDE) == [""]
    assert not house.site.discharge_limit_echo_missing


def test_an_echo_is_asked_for_every_five_seconds(house: Gx) -> None:
    hold(house, 1000, echo=False)
    house.pass_time(13)
    assert house.sent("R", OVERRIDE) == ["", "", ""]


def test_echo_missing_is_seen_though_the_limit_keeps_moving(house: Gx) -> None:
    for watts in range(1000, 2200, 100):
        hold(house, watts, echo=False)
        house.pass_time(1)
    assert house.site.discharge_limit_echo_missing


def test_an_echo_one_write_late_counts(house: Gx) -> None:
    hold(house, 1000)
    house.pass_time(2)
    hold(house, 2000, echo=False)
    house.say(OVERRIDE, 1000)
    house.pass_time(10)
    assert not house.site.discharge_limit_echo_missing


def test_released_once_and_verified(house: Gx) -> None:
    hold(house, 1000)
    house.pass_time(5)
    hold(house, None)
    house.pass_time(120)
    assert written(house) == [1000, None]
    assert house.sent("W") == ['{"value": 1000}', '{"value": null}']
    assert not house.site.discharge_limit_echo_missing


def test_release_is_repeated_once_then_told(house: Gx) -> None:
    hold(house, 1000)
    house.site.hand_back(house.now_s)
    house.pass_time(5)
    house.say(OVERRIDE, 1000)
    house.pass_time(120)
    assert written(house) == [1000, None, None]
    assert house.site.discharge_limit_echo_missing


def test_release_before_any_echo_still_writes_null(house: Gx) -> None:
    hold(house, 1000, echo=False)
    house.say(OVERRIDE, None)
    hold(house, None, echo=False)
    assert written(house) == [1000, None]


def test_a_foreign_value_is_not_cleared(house: Gx) -> None:
    hold(house, 1000)
    house.say(OVERRIDE, 333)
    hold(house, None, echo=False)
    house.pass_time(60)
    assert written(house) == [1000]


def test_an_expired_value_is_not_cleared(house: Gx) -> None:
    hold(house, 1000)
    house.say(OVERRIDE, -1)
    hold(house, None, echo=False)
    assert written(house) == [1000]


def test_a_value_certainly_expired_is_not_cleared(house: Gx) -> None:
    hold(house, 1000)
    house.transport.connected = False
    hold(house, None, echo=False)
    house.pass_time(301)
    house.transport.connected = True
    house.pass_time(5)
    assert written(house) == [1000]


def test_release_waits_for_the_connection(house: Gx) -> None:
    hold(house, 1000)
    house.transport.connected = False
    hold(house, None, echo=False)
    house.pass_time(20)
    assert written(house) == [1000]
    house.transport.connected = True
    house.pass_time(1)
    assert written(house) == [1000, None]


def test_a_limit_the_gx_dropped_is_written_again(house: Gx) -> None:
    """A reboot clears the override: no need to wait for the refresh."""
    hold(house, 1000)
    house.pass_time(4)
    house.say(OVERRIDE, None)
    house.pass_time(6)
    assert written(house) == [1000, 1000]


def test_a_foreign_value_while_holding_is_told(house: Gx) -> None:
    hold(house, 1000)
    house.say(OVERRIDE, 333)
    house.pass_time(10)
    assert house.site.discharge_limit_echo_missing
    assert written(house) == [1000], "no fight for it"


def test_holding_again_while_releasing(house: Gx) -> None:
    hold(house, 1000)
    house.pass_time(5)
    hold(house, None, echo=False)
    hold(house, 1000)
    assert written(house) == [1000, None, 1000]
    house.pass_time(20)
    assert not house.site.discharge_limit_echo_missing


CONFLICTS = [
    pytest.param("system/0/DynamicEss/Active", 1, "dess_active", id="dynamic ESS"),
    pytest.param("system/0/DynamicEss/Active", 3, "dess_active", id="dynamic ESS, other mode"),
    pytest.param("system/0/Control/ScheduledCharge", 1, "scheduled_charge", id="schedule"),
]


@pytest.mark.parametrize(("path", "value", "key"), CONFLICTS)
def test_refused_while_the_gx_steers_itself(house: Gx, path: str, value: int, key: str) -> None:
    house.say(path, value)
    hold(house, 1000, echo=False)
    house.pass_time(60)
    assert written(house) == []
    assert house.site.discharge_limit_refused == key
    assert house.site.conflicts == (key,)
    assert not house.site.discharge_limit_echo_missing
    house.say(path, 0)
    house.pass_time(1)
    assert written(house) == [1000]
    assert house.site.discharge_limit_refused is None


def test_a_conflict_that_begins_releases_ours_once(house: Gx) -> None:
    hold(house, 1000)
    house.say("system/0/DynamicEss/Active", 1)
    house.pass_time(1)
    house.say(OVERRIDE, 700)
    house.pass_time(60)
    assert written(house) == [1000, None]


def test_nothing_wanted_is_nothing_refused(house: Gx) -> None:
    house.say("system/0/DynamicEss/Active", 1)
    house.pass_time(1)
    assert house.site.conflicts == ("dess_active",)
    assert house.site.discharge_limit_refused is None


def test_limit_in_force_is_read_before_the_override(house: Gx) -> None:
    house.say(OVERRIDE, 1000)
    limit = house.reading().discharge_limit_w
    assert limit is not None
    assert limit.value == -1
    house.raw("hub4/0/MaxDischargePower", "")
    limit = house.reading().discharge_limit_w
    assert limit is not None
    assert limit.value == 1000


steps = st.tuples(
    st.sampled_from(["want", "release", "echo", "foreign", "none", "wait"]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
)


@given(script=st.lists(steps, max_size=60))
def test_whatever_happens_only_whole_watts_or_null_are_written(
    script: list[tuple[str, float, bool]],
) -> None:
    """No order of events writes nonsense, too fast, or clears without having set."""
    wire: list[tuple[float, int | None]] = []
    now_s = 0.0
    limit = DischargeLimit(lambda value: wire.append((now_s, value)))
    for what, number, conflict in script:
        now_s += 1.0
        if what in ("want", "release"):
            limit.want(number if what == "want" else None)
        elif what != "wait":
            limit.echoed({"echo": limit.sent_w, "foreign": 4321.0}.get(what), now_s)
        limit.service(now_s, "dess_active" if conflict else None)
    values = [value for _, value in wire]
    assert all(v is None or LEAST_LIMIT_W <= v <= MOST_LIMIT_W for v in values)
    assert values[:1] != [None]
    assert all(values[i : i + 3] != [None] * 3 for i in range(len(values)))
