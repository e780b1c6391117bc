"""GX devices are found by their retained serial."""

import pytest

from custom_components.victron_openevse.transport import Message
from custom_components.victron_openevse.victron.mqtt import PortalDiscovery
from tests.victron.fake_gx import PORTAL, FakeTransport

SERIAL = f"N/{PORTAL}/system/0/Serial"


@pytest.mark.parametrize(
    ("topic", "payload", "found"),
    [
        pytest.param(SERIAL, f'{{"value": "{PORTAL}"}}', (PORTAL,), id="value is the id"),
        pytest.param(SERIAL, '{"value": "HQ2132ABCDE"}', (PORTAL,), id="another sane serial"),
        pytest.param(SERIAL, '{"value": "no serial!"}', (), id="nonsense text"),
        pytest.param(SERIAL, '{"value": null}', (), id="null"),
        pytest.param(SERIAL, '{"value": 12}', (), id="number"),
        pytest.param(SERIAL, "", (), id="removed"),
        pytest.param(SERIAL, PORTAL, (), id="no JSON"),
        pytest.param("N/a b/system/0/Serial", '{"value": "a b"}', (), id="no portal id"),
        pytest.param("N//system/0/Serial", '{"value": ""}', (), id="empty id"),
    ],
)
def test_serials(transport: FakeTransport, topic: str, payload: str, found: object) -> None:
    discovery = PortalDiscovery(transport)
    discovery.start()
    assert transport.deliver(topic, payload, 0.0, retain=True) == 1
    assert discovery.portal_ids == found


def test_two_sites_and_one_leaves(transport: FakeTransport) -> None:
    changes: list[tuple[str, ...]] = []
    discovery = PortalDiscovery(transport, lambda: changes.append(discovery.portal_ids))
    discovery.start()
    discovery.start()
    for portal_id in (PORTAL, "b827eb000001", PORTAL):
        payload = f'{{"value": "{portal_id}"}}'
        transport.deliver(f"N/{portal_id}/system/0/Serial", payload, 0.0, retain=True)
    transport.deliver(SERIAL, "", 1.0)
    assert changes == [(PORTAL,), ("b827eb000001", PORTAL), ("b827eb000001",)]
    discovery.stop()
    discovery.stop()
    assert transport.handlers == {}
    assert transport.sent == []


def test_topic_without_levels_is_ignored(transport: FakeTransport) -> None:
    discovery = PortalDiscovery(transport)
    discovery.start()
    (handler,) = transport.handlers.values()
    handler(Message("N", '{"value": "x"}', False, 0.0))
    assert discovery.portal_ids == ()
