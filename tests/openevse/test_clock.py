"""The charger's clock: written once when wrong, once a day after that, never beside SNTP."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.openevse.clock import ClockKeeper
from tests.openevse.fakes import BASE, Bench

BST = timezone(timedelta(hours=1))
NOON = datetime(2026, 6, 21, 13, 0, 5, tzinfo=BST)
"""Five seconds past noon UTC, on a British summer clock."""
NEVER_SET = "1970-01-01T00:05:00+0000"
WRITTEN = "26 6 21 13 0 5"
DAY_S = 86_400


@pytest.mark.parametrize(
    ("reported", "sntp_enabled", "expected"),
    [
        pytest.param("2026-06-21T13:00:00+0100", False, None, id="right"),
        pytest.param("2026-06-21T07:00:00-0500", False, None, id="right in another zone"),
        pytest.param("2026-06-21T12:59:06+0100", False, None, id="a little slow"),
        pytest.param("2026-06-21T12:59:00+0100", False, WRITTEN, id="65 s slow"),
        pytest.param("2026-06-21T14:00:00+0100", False, WRITTEN, id="an hour fast"),
        pytest.param("2026-06-21T13:00:00+0000", False, "26 6 21 12 0 5", id="in its own zone"),
        pytest.param("1970-01-01T00:05:00+0000", False, WRITTEN, id="never set: in our zone"),
        pytest.param(NEVER_SET, None, WRITTEN, id="no word about SNTP: before 5.0"),
        pytest.param(NEVER_SET, True, None, id="SNTP will see to it"),
        pytest.param("2026-06-21T11:00:00", False, None, id="without a zone"),
        pytest.param("soon", False, None, id="no time"),
        pytest.param("", False, None, id="empty"),
    ],
)
def test_write(reported: str, sntp_enabled: bool | None, expected: str | None) -> None:
    keeper = ClockKeeper(lambda: NOON)
    assert keeper.due(reported, 1000.0, sntp_enabled=sntp_enabled) == expected
    assert keeper.writes == (expected is not None)


def test_at_most_one_write_a_day() -> None:
    keeper = ClockKeeper(lambda: NOON)
    times = range(0, 2 * DAY_S + 30, 30)
    written = [at for at in times if keeper.due(NEVER_SET, float(at), sntp_enabled=False)]
    assert written == [0, DAY_S, 2 * DAY_S]


def test_without_a_clock_of_ours_nothing_is_written() -> None:
    assert ClockKeeper(None).due(NEVER_SET, 0.0, sntp_enabled=False) is None


@given(
    st.text() | st.datetimes(timezones=st.timezones() | st.just(UTC)).map(datetime.isoformat),
)
def test_never_raises(reported: str) -> None:
    payload = ClockKeeper(lambda: NOON).due(reported, 0.0, sntp_enabled=False)
    assert payload is None or len(payload.split()) == 6


def test_over_mqtt_the_serial_command_goes_out_once_and_its_answer_is_kept() -> None:
    """And not before the charger is steered at all."""
    bench = Bench(local_now=lambda: datetime(2026, 6, 21, 12, 30, tzinfo=UTC))
    bench.say("config", '{"version":"5.1.5","sntp_enabled":false}', retain=True)
    bench.say("rapi/out", "$OK someone else's^20")
    bench.dump()
    bench.advance(30)
    bench.dump()
    assert bench.transport.published == []
    bench.charger.offer(6, bench.now_s)
    bench.dump()
    sent = [item for item in bench.transport.published if "rapi" in item[0]]
    assert sent == [(f"{BASE}/rapi/in/$S1", "26 6 21 13 30 0")]
    bench.say("rapi/out", "$NK^21")
    bench.say("rapi/out", "$OK^20")
    report = bench.charger.diagnostics()
    assert (report["clock_writes"], report["clock_answer"]) == (1, "$NK^21")
    assert report["clock_drift_s"] == -1800.0


def test_over_mqtt_nothing_is_written_with_sntp_or_without_a_broker() -> None:
    bench = Bench(local_now=lambda: datetime(2026, 6, 21, 12, 30, tzinfo=UTC))
    bench.transport.connected = False
    bench.dump()
    bench.transport.connected = True
    bench.say("config", '{"version":"5.1.5","sntp_enabled":true}', retain=True)
    bench.dump()
    assert bench.transport.published == []
