"""The whole adapter: a complete publish, what is ignored, what is told."""

from dataclasses import fields
import json
import math

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.control.model import Reading, SiteReading, SiteSource
from custom_components.victron_openevse.victron import slots, topics
from tests.victron.fake_gx import PORTAL, SINGLE_PHASE, Gx


def test_complete_publish_of_a_one_phase_house(house: Gx) -> None:
    assert house.reading() == SiteReading(
        source=SiteSource.MQTT,
        grid_power_w=Reading(-1035.2, 1000.0),
        grid_phase_powers_w=(Reading(-1035.2, 1000.0),),
        battery_power_w=Reading(1480.5, 1000.0),
        battery_soc_pct=Reading(76.4, 1000.0),
        pv_power_w=Reading(3120.0, 1000.0),
        pv_dc_power_w=Reading(3120.0, 1000.0),
        consumption_power_w=Reading(412.0, 1000.0),
        grid_voltage_v=Reading(235.6, 1000.0),
        active_soc_limit_pct=Reading(15.0, 1000.0),
        pv_limited=Reading(value=False, at_s=1000.0),
        feed_in_allowed=Reading(value=True, at_s=1000.0),
        grid_connected=Reading(value=True, at_s=1000.0),
        discharge_limit_w=Reading(-1.0, 1000.0),
    )
    assert house.site.missing() == ()
    assert house.site.conflicts == ()
    assert house.site.product_name == "MultiPlus-II GX"
    assert house.site.firmware_version == "v3.72"


def test_nothing_is_known_before_the_first_message(gx: Gx) -> None:
    assert gx.reading() == SiteReading()
    assert gx.site.missing() == ("grid_power", "battery_power", "battery_soc", "pv_power")
    assert (gx.site.product_name, gx.site.firmware_version) == (None, None)


def test_each_topic_of_the_house_is_subscribed_once(gx: Gx) -> None:
    for path, said in SINGLE_PHASE.items():
        assert gx.say(path, said) == 1, path


def test_silence_keeps_values_and_their_time(house: Gx) -> None:
    house.pass_time(600, alive=False)
    assert house.reading().battery_soc_pct == Reading(76.4, 1000.0)


@pytest.mark.parametrize(
    ("payload", "soc"),
    [
        pytest.param('{"value": 77}', Reading(77.0, 1004.0), id="number"),
        pytest.param('{"value": null}', None, id="null"),
        pytest.param("", None, id="zero bytes"),
        pytest.param('{"value": 101}', None, id="absurd"),
        pytest.param('{"value": "77"}', None, id="text"),
        pytest.param('{"value": NaN}', None, id="NaN"),
        pytest.param("\ufffd{", Reading(76.4, 1000.0), id="garbage is ignored"),
        pytest.param('{"value": 5}' + " " * 5000, Reading(76.4, 1000.0), id="oversize is ignored"),
    ],
)
def test_payloads(house: Gx, payload: str, soc: Reading[float] | None) -> None:
    house.now_s += 4
    house.raw("system/0/Dc/Battery/Soc", payload)
    assert house.reading().battery_soc_pct == soc


def test_retained_replay_is_no_reading_and_no_sign_of_life(gx: Gx) -> None:
    gx.raw("system/0/Dc/Battery/Soc", '{"value": 76.4}', retain=True)
    assert gx.reading().battery_soc_pct is None
    assert not gx.site.heard


def test_changes_are_told_once_per_reading(house: Gx) -> None:
    told: list[float] = []
    gx = Gx(lambda: told.append(gx.now_s))
    gx.say("system/0/Dc/Battery/Soc", 50)
    gx.heartbeat()
    gx.raw("system/0/Dc/Battery/Soc", "garbage")
    assert told == [1000.0]


def test_reading_is_the_same_object_until_something_changes(house: Gx) -> None:
    first = house.reading()
    house.pass_time(3)
    assert house.reading() is first
    house.say("system/0/Dc/Battery/Soc", 76.4)
    assert house.reading() is not first


def test_paths_that_are_not_ours_are_ignored(gx: Gx) -> None:
    """A transport may deliver more than was asked for."""
    (handler, *_) = gx.transport.handlers.values()
    gx.transport.handlers = {f"N/{PORTAL}/#": handler}
    gx.transport.handlers = {f"N/{PORTAL}/+/+/Odd": handler, f"N/{PORTAL}/short": handler}
    assert gx.say("tank/3/Odd", 1) == 1
    assert gx.say("short", 1) == 1
    assert gx.site.diagnostics(gx.now_s)["values"] == {}


@pytest.mark.parametrize("instance", ["x", "²", "", "-1", "9" * 5000])
def test_instances_must_be_small_numbers(gx: Gx, instance: str) -> None:
    gx.say(f"grid/{instance}/Ac/L1/Voltage", 230)
    assert gx.reading().grid_voltage_v is None


def test_endless_instances_do_not_fill_the_memory(gx: Gx) -> None:
    for instance in range(slots.MAX_SLOTS + 50):
        gx.say(f"grid/{instance}/Ac/L1/Voltage", 230)
    values = gx.site.diagnostics(gx.now_s)["values"]
    assert isinstance(values, dict)
    assert len(values) == slots.MAX_SLOTS


def test_diagnostics_are_plain_json(house: Gx) -> None:
    house.raw("system/0/Dc/Battery/Soc", '{"value": 101}')
    house.raw("system/0/Dc/Battery/Power", "garbage")
    house.raw("system/0/Dc/Battery/Soc", '{"value": 50}', retain=True)
    house.now_s += 2.5
    report = json.loads(json.dumps(house.site.diagnostics(house.now_s)))
    assert report["portal_id"] == PORTAL
    assert report["last_message_age_s"] == 2.5
    assert report["published"] is True
    assert report["missing"] == ["battery_soc"]
    assert report["ignored_retained"] == 1
    assert (report["verdicts"]["rejected"], report["verdicts"]["malformed"]) == (1, 1)
    assert report["values"]["system/0/Dc/Pv/Power"] == {"value": 3120.0, "age_s": 2.5}
    assert report["discharge_limit"] == {"sent_w": None, "refused": None, "echo_missing": False}


def test_diagnostics_before_the_first_message(gx: Gx) -> None:
    assert gx.site.diagnostics(gx.now_s)["last_message_age_s"] is None


def test_nothing_but_the_volatile_override_is_ever_written(house: Gx) -> None:
    for second in range(120):
        house.site.hold_discharge_limit(1000 + 60 * second, house.now_s)
        house.pass_time(1)
    house.site.hand_back(house.now_s)
    wrote = {topic for topic, _ in house.transport.sent if topic.startswith("W/")}
    assert wrote == {f"W/{PORTAL}/hub4/0/Overrides/MaxDischargePower"}
    assert not any("settings" in topic for topic in wrote)


PATHS = sorted(path.replace("+", "7") for path in topics.SPECS)
said = (
    st.none()
    | st.booleans()
    | st.integers(-300_000, 300_000)
    | st.floats()
    | st.text(max_size=5)
    | st.lists(st.integers(), max_size=2)
)
messages = st.tuples(
    st.sampled_from(PATHS),
    said.map(lambda value: json.dumps({"value": value})) | st.text(max_size=30),
    st.integers(0, 40),
)


def numbers(reading: SiteReading) -> list[float]:
    """Every number of a reading, those of the phases too."""
    apart = {"source", "grid_phase_powers_w"}
    parts = [getattr(reading, field.name) for field in fields(reading) if field.name not in apart]
    return [part.value for part in (*parts, *reading.grid_phase_powers_w) if part is not None]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(messages, max_size=60))
def test_no_stream_of_messages_breaks_it_or_yields_nonsense(
    script: list[tuple[str, str, int]],
) -> None:
    gx = Gx()
    for path, payload, wait_s in script:
        gx.now_s += wait_s
        gx.raw(path, payload)
        gx.site.tick(gx.now_s)
        reading = gx.reading()
        assert all(math.isfinite(number) for number in numbers(reading))
        for power in (reading.pv_power_w, reading.pv_dc_power_w):
            assert power is None or power.value >= 0
    json.dumps(gx.site.diagnostics(gx.now_s), allow_nan=False)
