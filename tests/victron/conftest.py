"""Fixtures of the GX adapter's tests."""

import pytest

from tests.victron.fake_gx import FakeTransport, Gx


@pytest.fixture
def transport() -> FakeTransport:
    """A connected transport that carries nothing by itself."""
    return FakeTransport()


@pytest.fixture
def gx() -> Gx:
    """A GX that has been started and said nothing yet."""
    return Gx()


@pytest.fixture
def house(gx: Gx) -> Gx:
    """A one-phase house after its first complete publish; nothing in the outbox."""
    gx.publish()
    gx.transport.take()
    return gx
