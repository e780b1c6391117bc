"""Discovery of chargers and the presence of one."""

import json

from hypothesis import given
from hypothesis import strategies as st
import pytest

from custom_components.victron_openevse.openevse.announcement import (
    Announcement,
    AnnouncementDiscovery,
    Presence,
    parse_announcement,
)
from custom_components.victron_openevse.transport import Message
from tests.openevse.fakes import (
    ANNOUNCE,
    BASE,
    CHARGER_ID,
    CONNECTED,
    DISCONNECTED,
    FakeTransport,
)

ONLINE = Announcement(CHARGER_ID, BASE, BASE, "http://192.168.1.57/", online=True)


def changed(**fields: object) -> str:
    """Return the announcement with other fields; `None` leaves one out."""
    document = json.loads(CONNECTED) | fields
    return json.dumps({key: value for key, value in document.items() if value is not None})


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param(CONNECTED, ONLINE, id="connected"),
        pytest.param(
            DISCONNECTED,
            Announcement(CHARGER_ID, BASE, None, None, online=False),
            id="last will has neither topic nor address",
        ),
        pytest.param(
            changed(name=None, http="ftp://x", mqtt="a/#"),
            Announcement(CHARGER_ID, CHARGER_ID, None, None, online=True),
            id="odd fields are left out",
        ),
        pytest.param(
            changed(mqtt=7, http="h" * 300),
            Announcement(CHARGER_ID, BASE, None, None, online=True),
            id="fields of wrong type or length are left out",
        ),
        pytest.param(changed(id=None), None, id="no id"),
        pytest.param(changed(state="sleeping"), None, id="unknown state"),
        pytest.param(changed(state=None), None, id="no state"),
        pytest.param("", None, id="empty: the retained announcement was deleted"),
        pytest.param("online", None, id="a word"),
        pytest.param(changed(name="x" * 20_000), None, id="too long"),
    ],
)
def test_parse(payload: str, expected: Announcement | None) -> None:
    assert parse_announcement(payload) == expected


@given(
    st.text()
    | st.dictionaries(
        st.sampled_from(["state", "id", "name", "mqtt", "http"]),
        st.none() | st.booleans() | st.integers() | st.sampled_from(["connected", "a/b"]),
    ).map(json.dumps)
)
def test_parse_never_raises(payload: str) -> None:
    found = parse_announcement(payload)
    assert found is None or found.charger_id


def test_discovery_reports_a_charger_once_and_again_when_it_changes() -> None:
    transport = FakeTransport(stored={ANNOUNCE: CONNECTED})
    found: list[Announcement] = []
    discovery = AnnouncementDiscovery(transport, found.append)
    discovery.start()
    discovery.start()
    assert found == [ONLINE]
    transport.deliver(ANNOUNCE, CONNECTED)
    transport.deliver(ANNOUNCE, DISCONNECTED)
    transport.deliver(ANNOUNCE, "{}")
    assert found == [ONLINE]
    transport.deliver(ANNOUNCE, changed(http="http://192.168.1.99/"))
    assert [each.url for each in found] == ["http://192.168.1.57/", "http://192.168.1.99/"]


def test_stopped_discovery_is_silent_and_starts_afresh() -> None:
    transport = FakeTransport()
    found: list[Announcement] = []
    discovery = AnnouncementDiscovery(transport, found.append)
    discovery.start()
    transport.deliver(ANNOUNCE, CONNECTED)
    discovery.stop()
    discovery.stop()
    transport.deliver(ANNOUNCE, changed(name="other"))
    assert len(found) == 1
    discovery.start()
    transport.deliver(ANNOUNCE, CONNECTED)
    assert found == [ONLINE, ONLINE]


STRANGER = json.dumps({"state": "connected", "id": "ffff", "name": "n", "mqtt": "other"})
OLD_WILL = json.dumps({"state": "disconnected", "id": "ffff", "name": BASE})


@pytest.mark.parametrize(
    ("announce_topic", "charger_id", "payload", "ours"),
    [
        pytest.param(None, None, CONNECTED, True, id="same base topic"),
        pytest.param(None, None, STRANGER, False, id="another charger"),
        pytest.param(None, None, DISCONNECTED, True, id="last will by host name"),
        pytest.param(None, CHARGER_ID, DISCONNECTED, True, id="last will by id"),
        pytest.param(None, CHARGER_ID, OLD_WILL, False, id="last will of a replaced gateway"),
        pytest.param(ANNOUNCE, None, STRANGER, True, id="own announce topic: whatever it says"),
        pytest.param(ANNOUNCE, None, "nonsense", False, id="nonsense"),
    ],
)
def test_presence_knows_its_charger(
    announce_topic: str | None, charger_id: str | None, payload: str, ours: bool
) -> None:
    presence = Presence(BASE, announce_topic, charger_id)
    taken = presence.take(Message(ANNOUNCE, payload, retain=False, at_s=5.0))
    assert (taken is not None) is ours
    assert (presence.last is not None) is ours
