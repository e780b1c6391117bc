"""What a flood consists of."""

from collections import Counter

from demo.flood import Repeater

GX = "N/c0/system/0/Ac/Grid/L1/Power"
AMP = "evse/amp"


def repeater() -> Repeater:
    found = Repeater("c0", "evse")
    found.hear(GX, b'{"value": 5}', retain=False)
    found.hear(AMP, b"6000", retain=False)
    return found


def test_half_is_of_the_gx_a_quarter_of_the_charger_a_quarter_unknown() -> None:
    source = repeater()
    seen = Counter(source.next()[0].rstrip("0123456789") for _ in range(400))
    assert seen == {GX.rstrip("0123456789"): 200, AMP: 100, "evse/flood_": 100}


def test_what_was_said_last_is_repeated() -> None:
    source = repeater()
    source.hear(GX, b'{"value": 7}', retain=False)
    assert source.next() == (GX, b'{"value": 7}')


def test_stored_messages_documents_and_what_an_observer_reads_are_not_repeated() -> None:
    source = repeater()
    source.hear("evse/voltage", b"230", retain=True)
    source.hear("evse/claim/set", b"{}", retain=False)
    source.hear("evse/pilot", b"20", retain=False)
    topics = {source.next()[0] for _ in range(400)}
    assert {topic for topic in topics if "flood" not in topic} == {GX, AMP}


def test_extra_messages_go_to_items_nobody_asked_for() -> None:
    assert repeater().extra()[0].startswith("N/c0/flood/0/Item")


def test_without_any_device_the_unknown_is_sent() -> None:
    assert Repeater("c0", "evse").next() == ("evse/flood_0", b"0")
