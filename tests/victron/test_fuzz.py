"""Whatever arrives from a GX: nothing raises, no reading is absurd, nothing large costs anything."""

from dataclasses import fields
from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.victron_openevse.control.model import Reading
from custom_components.victron_openevse.transport import Message
from custom_components.victron_openevse.victron import topics
from custom_components.victron_openevse.victron.discovery import PortalDiscovery
from custom_components.victron_openevse.victron.mqtt import VictronSite
from custom_components.victron_openevse.victron.values import IGNORED, Verdict, parse
from simulator.broker import SimBroker

PORTAL = "c0619ab12345"
NOW_S = 1000.0
LARGEST = 1_000_000.0
"""No reading of a house is larger, in any unit."""
MEGABYTE = 1_000_000

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([10**400, -(10**400), 6553.5, -32768, 4294967295, 1e308]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
NUMBERS = st.integers(-(10**30), 10**30).map(str) | st.floats().map(str)
VALUES = NUMBERS.map(lambda number: f'{{"value": {number}}}')
BYTES = st.binary(max_size=200).map(lambda raw: raw.decode(errors="replace"))
NESTED = st.integers(1, 4000).map(lambda deep: '{"value":' + "[" * deep)


def text_of(item: object) -> str:
    """JSON as somebody careless writes it: Python's words and quotes, at times."""
    return str(item).replace("'", '"').replace("None", "null").replace("True", "true")


PAYLOADS = (
    st.text(max_size=200)
    | BYTES
    | VALUES
    | NESTED
    | JSON.map(text_of)
    | JSON.map(lambda value: text_of({"value": value}))
)
INSTANCES = st.sampled_from(["0", "1", "512", "-1", "00", "x", "9" * 30, "²", ""])
PATHS = st.builds(
    lambda path, instance: path.replace("+", instance),
    st.sampled_from([*topics.SPECS, topics.HEARTBEAT, topics.PUBLISH_COMPLETED]),
    INSTANCES,
) | st.text(max_size=30)


def sane(reading: object) -> bool:
    """Every number of a reading is finite and of this world."""
    values = [getattr(reading, field.name) for field in fields(reading)]  # type: ignore[arg-type] # any dataclass
    numbers = [one.value for one in values if isinstance(one, Reading)]
    return all(isfinite(number) and abs(number) <= LARGEST for number in numbers)


@given(PAYLOADS, st.sampled_from([spec.limits for spec in topics.SPECS.values()]))
def test_a_payload_is_a_sane_value_or_none(payload: str, limits: topics.Limits | None) -> None:
    parsed = parse(payload, limits)
    if parsed.verdict is not Verdict.VALUE:
        assert parsed.value is None
    elif limits is None:
        assert isinstance(parsed.value, str)
    else:
        assert isinstance(parsed.value, float)
        assert limits.low <= parsed.value <= limits.high


@settings(deadline=None)
@given(st.lists(st.tuples(PATHS, PAYLOADS, st.booleans()), max_size=30))
def test_a_site_survives_any_messages(story: list[tuple[str, str, bool]]) -> None:
    broker = SimBroker(lambda: NOW_S)
    site = VictronSite(broker.client(), PORTAL)
    site.start(NOW_S)
    for second, (path, payload, retain) in enumerate(story):
        site._handle(Message(topics.notification(PORTAL, path), payload, retain, NOW_S + second))
        site.tick(NOW_S + second)
        assert sane(site.reading(NOW_S + second))
    assert site.diagnostics(NOW_S)["messages"] == sum(not retain for *_, retain in story)


IDS = st.sampled_from([PORTAL, "HQ2043ABCDE", "", "x" * 33, "c0619ab1234\u0665"]) | st.text(
    max_size=60
)
SERIALS = IDS.map(lambda portal_id: f'{{"value": "{portal_id}"}}')


@given(st.lists(st.tuples(IDS, SERIALS | PAYLOADS), max_size=8))
def test_discovery_finds_nothing_but_ids(story: list[tuple[str, str]]) -> None:
    broker = SimBroker(lambda: NOW_S)
    client = broker.client()
    discovery = PortalDiscovery(client)
    discovery.start()
    for portal_id, payload in story:
        client.publish(f"N/{portal_id}/system/0/Serial", payload, retain=True)
    broker.run()
    assert all(one.isascii() and one.isalnum() and len(one) <= 32 for one in discovery.portal_ids)
    assert set(discovery.portal_ids) <= {portal_id for portal_id, _ in story}


def test_a_megabyte_is_not_even_parsed() -> None:
    payload = '{"value": ' + "1" * MEGABYTE + "}"
    parsed = parse(payload, topics.POWER)
    assert parsed.verdict is Verdict.OVERSIZE
    assert parsed.verdict in IGNORED
