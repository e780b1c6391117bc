"""The GX hears from us in time and is asked for everything exactly when needed."""

import pytest

from custom_components.victron_openevse.victron.keepalive import FULL, QUIET
from custom_components.victron_openevse.victron.mqtt import VictronSite
from tests.victron.fake_gx import PORTAL, FakeTransport, Gx


def test_start_asks_for_everything(gx: Gx) -> None:
    assert gx.transport.sent == [(f"R/{PORTAL}/keepalive", "")]


def test_starting_twice_subscribes_once(gx: Gx) -> None:
    gx.site.start(gx.now_s)
    assert gx.keepalives() == [FULL]


def test_quiet_every_thirty_seconds_while_alive(house: Gx) -> None:
    house.pass_time(29)
    assert house.keepalives() == []
    house.pass_time(1)
    assert house.keepalives() == [QUIET]
    house.pass_time(90)
    assert house.keepalives() == [QUIET] * 4


def test_quiet_payload_is_the_documented_one() -> None:
    assert QUIET == '{"keepalive-options":["suppress-republish"]}'


def test_full_every_ten_seconds_while_the_gx_never_answers(gx: Gx) -> None:
    gx.pass_time(61, alive=False)
    assert gx.keepalives() == [FULL] * 7


@pytest.mark.parametrize("silent_s", range(150, 181, 5))
def test_a_gx_back_after_minutes_is_asked_within_ten_seconds(house: Gx, silent_s: int) -> None:
    """It has forgotten that somebody listens, so nothing but a keepalive makes it speak."""
    house.pass_time(silent_s, alive=False)
    house.transport.take()
    house.pass_time(10, alive=False)
    assert house.keepalives() == [FULL]


def test_full_after_reconnect(house: Gx) -> None:
    house.transport.connected = False
    house.pass_time(40, alive=False)
    assert house.transport.sent == []
    house.transport.connected = True
    house.pass_time(1, alive=False)
    assert house.keepalives() == [FULL]


def test_full_once_connected_after_a_start_without_connection(transport: FakeTransport) -> None:
    transport.connected = False
    site = VictronSite(transport, PORTAL)
    site.start(0.0)
    site.tick(1.0)
    transport.take()
    transport.connected = True
    site.tick(2.0)
    assert transport.sent == [(f"R/{PORTAL}/keepalive", FULL)]


def test_reboot_behind_a_bridge(house: Gx) -> None:
    """The broker stays, the GX is away for two minutes and comes back with a heartbeat."""
    house.pass_time(120, alive=False)
    before = len(house.keepalives())
    house.pass_time(15, alive=False)
    house.transport.take()
    house.heartbeat()
    house.pass_time(1)
    assert before >= 3
    assert house.keepalives() == [FULL]


@pytest.mark.parametrize(
    ("late_s", "sent"),
    [
        pytest.param(3, [], id="its answer"),
        pytest.param(4, [FULL], id="may not have heard us"),
    ],
)
def test_return_after_a_full_keepalive(house: Gx, late_s: int, sent: list[str]) -> None:
    house.pass_time(26, alive=False)
    assert house.keepalives() == [FULL]
    house.pass_time(late_s, alive=False)
    house.transport.take()
    house.publish()
    house.pass_time(5)
    assert house.keepalives() == sent


def test_stop_unsubscribes_and_stays_silent(house: Gx) -> None:
    house.site.stop()
    house.pass_time(60)
    assert house.transport.handlers == {}
    assert house.transport.sent == []


def test_last_message(gx: Gx) -> None:
    assert (gx.site.heard, gx.site.last_message_at_s) == (False, None)
    gx.heartbeat()
    assert (gx.site.heard, gx.site.last_message_at_s) == (True, 1000.0)


LIVE = (
    "system/0/Ac/Grid/L1/Power",
    "system/0/Dc/Battery/Power",
    "system/0/Dc/Battery/Soc",
    "system/0/Dc/Pv/Power",
)


@pytest.mark.parametrize("path", LIVE)
def test_silent_vital_value_is_asked_again(house: Gx, path: str) -> None:
    house.pass_time(19)
    assert house.sent("R", path) == []
    house.pass_time(1)
    assert house.sent("R", path) == [""]
    house.pass_time(4)
    assert house.sent("R", path) == [""], "at most once in five seconds"
    house.pass_time(1)
    assert house.sent("R", path) == ["", ""]


def test_an_answer_makes_a_constant_value_new(house: Gx) -> None:
    house.pass_time(20)
    house.say("system/0/Dc/Battery/Soc", 76.4)
    soc = house.reading().battery_soc_pct
    assert soc is not None
    assert soc.at_s == house.now_s
    house.transport.take()
    house.pass_time(19)
    assert house.sent("R", "system/0/Dc/Battery/Soc") == []


def test_absent_phases_and_texts_are_not_asked_for(house: Gx) -> None:
    house.pass_time(60)
    assert house.sent("R", "system/0/Ac/Grid/L2") == []
    assert house.sent("R", "platform") == []


def test_settings_are_asked_for_once_a_minute(house: Gx) -> None:
    path = "settings/0/Settings/CGwacs/MaxFeedInPower"
    house.pass_time(59)
    assert house.sent("R", path) == []
    house.pass_time(1)
    assert house.sent("R", path) == [""]


def test_a_dead_gx_is_not_flooded_with_questions(house: Gx) -> None:
    house.pass_time(600, alive=False)
    assert len(house.sent("R", "system/0/Dc/Battery/Soc")) <= 2


def test_nothing_is_asked_while_disconnected(house: Gx) -> None:
    house.transport.connected = False
    house.pass_time(24)
    assert house.transport.sent == []
